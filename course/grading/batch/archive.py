"""Reads a zip in memory. It checks sizes and names before it unpacks any byte, and writes nothing to disk."""

import re
import stat
import zipfile

from course.grading.batch import packed
from course.grading.batch.contents import FILE_BYTES, TOTAL_BYTES, Contents, Refused, skipped
from course.grading.batch.members import read_members
from course.grading.batch.naming import NAME_LENGTH
from course.grading.batch.submission import folded

ARCHIVE_BYTES = 32 << 20
RATIO = 200  # the compression ratio of text is about 10, rarely 50
RATIO_FROM = 4 << 20  # smaller files may have any ratio

_KINDS = (0, stat.S_IFREG, stat.S_IFDIR)
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def read_archive(path):
    """Return the `Contents` of a zip. If a member cannot be read, only this member is refused.

    Raises:
        Refused: The file is not a zip, or it is too large.
    """
    status = path.stat()
    if status.st_size > ARCHIVE_BYTES:
        raise Refused(f"the zip is larger than {ARCHIVE_BYTES >> 20} MiB: hand in the folder work/ only")
    data = path.read_bytes()
    if message := packed.by_beginning(data):
        raise Refused(message)
    members = read_members(data)
    _check_total(members)
    contents, spellings = Contents(modified=status.st_mtime), {}
    for member in members:
        path = member.name.replace("\\", "/")
        if member.info is None:
            contents.refuse(path, "its entry in the zip is damaged: make the zip again")
            continue
        if path.endswith("/"):
            continue
        if message := _unfit(member.info, path):
            contents.refuse(path, message)
            continue
        path = "/".join(part for part in path.split("/") if part not in ("", "."))
        if skipped(path.split("/")):
            continue
        spellings.setdefault(folded(path), []).append(path)
        contents.files[path] = lambda member=member: _unpack(member)
    contents.refuse_twins(spellings, "the zip")
    return contents


def _check_total(members):
    """Refuse a zip whose files are too large in total, without the members that are too large to be unpacked."""
    sizes = [member.info.file_size for member in members if member.info is not None]
    total = sum(size for size in sizes if size <= FILE_BYTES)
    if total > TOTAL_BYTES:
        raise Refused(f"the zip would unpack to {total >> 20} MiB: it is not unpacked")


def _unfit(info, path):
    """Return the reason why a member is not read, or an empty text."""
    if "\0" in getattr(info, "orig_filename", ""):
        return "its name contains a zero byte"
    if path.startswith("/") or re.match(r"[A-Za-z]:", path):
        return "its path is absolute: a submission's paths begin at its own folder"
    if not path.replace(".", "").replace("/", "") and ".." not in path.split("/"):
        return "it has no name"
    if max(map(len, path.split("/"))) > NAME_LENGTH:
        return f"its name is longer than {NAME_LENGTH} characters"
    if ".." in path.split("/"):
        return "its path leaves the submission's folder (..)"
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind == stat.S_IFLNK:
        return "it is a symbolic link: hand in the file itself"
    if kind not in _KINDS:
        return "it is not an ordinary file"
    if info.flag_bits & 0x1:
        return "it is encrypted: hand in a zip without a password"
    if info.compress_type not in _METHODS:
        return "it is compressed in an unusual way: make the zip again"
    if info.file_size > RATIO_FROM and info.file_size > RATIO * max(info.compress_size, 1):
        return "it would unpack to hundreds of times its size: it is not unpacked"
    return ""


def _unpack(member):
    if member.info.file_size > FILE_BYTES:
        raise Refused(f"it is larger than {FILE_BYTES >> 20} MiB: is it the right file?")
    return member.read(FILE_BYTES)
