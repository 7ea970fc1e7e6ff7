"""Reads a zip in memory. Sizes and names are judged before a single byte is unpacked; nothing is extracted."""

import re
import stat
import unicodedata
import zipfile

from course.grading.batch import packed
from course.grading.batch.contents import FILE_BYTES, TOTAL_BYTES, Contents, Refused, skipped
from course.grading.batch.members import read_members
from course.grading.batch.naming import NAME_LENGTH

ARCHIVE_BYTES = 32 << 20
RATIO = 200  # text shrinks to a tenth, rarely to a fiftieth
RATIO_FROM = 4 << 20  # a small file may shrink as it likes

_KINDS = (0, stat.S_IFREG, stat.S_IFDIR)
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def read_archive(path):
    """Return the `Contents` of a zip. A member that cannot be read is refused alone.

    Raises:
        Refused: It is no zip, or holds too much.
    """
    status = path.stat()
    if status.st_size > ARCHIVE_BYTES:
        raise Refused(f"the zip is larger than {ARCHIVE_BYTES >> 20} MiB: hand in the folder work/ only")
    data = path.read_bytes()
    if message := packed.by_beginning(data):
        raise Refused(message)
    members = read_members(data)
    _judge_total(members)
    contents, spelling = Contents(modified=status.st_mtime), {}
    for member in members:
        path = member.name.replace("\\", "/")
        if member.info is None:
            contents.refuse(path, "its entry in the zip is damaged: make the zip anew")
            continue
        if path.endswith("/"):
            continue
        if message := _unfit(member.info, path):
            contents.refuse(path, message)
            continue
        path = "/".join(part for part in path.split("/") if part not in ("", "."))
        if skipped(path.split("/")):
            continue
        same = unicodedata.normalize("NFC", path)
        if same in spelling:
            message = "the zip holds this name twice, so nobody can know which one counts"
            contents.refuse(spelling[same], message)
            continue
        spelling[same] = path
        contents.files[path] = lambda member=member: _unpack(member)
    return contents


def _judge_total(members):
    """Refuse a zip of very many files; a member that is too large for an answer is never unpacked at all."""
    sizes = [member.info.file_size for member in members if member.info is not None]
    total = sum(size for size in sizes if size <= FILE_BYTES)
    if total > TOTAL_BYTES:
        raise Refused(f"the zip would unpack to {total >> 20} MiB: it is not unpacked")


def _unfit(info, path):
    """Return why a member is not read, or an empty text."""
    if "\0" in getattr(info, "orig_filename", ""):
        return "its name holds a zero byte"
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
        return "it is no ordinary file"
    if info.flag_bits & 0x1:
        return "it is encrypted: hand in a zip without a password"
    if info.compress_type not in _METHODS:
        return "it is compressed in an unusual way: make the zip anew"
    if info.file_size > RATIO_FROM and info.file_size > RATIO * max(info.compress_size, 1):
        return "it would unpack to hundreds of times its size: it is not unpacked"
    return ""


def _unpack(member):
    if member.info.file_size > FILE_BYTES:
        raise Refused(f"it is larger than {FILE_BYTES >> 20} MiB: is it the right file?")
    return member.read(FILE_BYTES)
