"""Reads a zip in memory. Counts, sizes and names are judged before a single byte is unpacked; nothing is extracted."""

import io
import re
import stat
import struct
import unicodedata
import zipfile
import zlib

from course.grading.batch.contents import FILE_BYTES, MEMBERS, TOTAL_BYTES, Contents, Refused, skipped

ARCHIVE_BYTES = 32 << 20
DIRECTORY_BYTES = 1 << 20
RATIO = 200  # text shrinks to a tenth, rarely to a fiftieth
RATIO_FROM = 4 << 20  # a small file may shrink as it likes

_END = struct.Struct("<4s4H2LH")  # the zip's last record: how many members, how long their directory
_KINDS = (0, stat.S_IFREG, stat.S_IFDIR)
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def read_archive(path):
    """Return the `Contents` of a zip.

    Raises:
        Refused: It is no zip, or a bomb.
    """
    status = path.stat()
    if status.st_size > ARCHIVE_BYTES:
        raise Refused(f"the zip is larger than {ARCHIVE_BYTES >> 20} MiB: hand in the folder work/ only")
    data = path.read_bytes()
    _judge_directory(data)
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, struct.error):
        raise Refused("the file is no zip that can be read: make it anew") from None
    contents = Contents(modified=status.st_mtime)
    members = archive.infolist()
    _judge_sizes(members)
    seen = set()
    for info in members:
        path = info.filename.replace("\\", "/")
        if info.is_dir():
            continue
        if says := _unfit(info, path):
            contents.refuse(path, says)
            continue
        path = "/".join(part for part in path.split("/") if part not in ("", "."))
        if skipped(path.split("/")):
            continue
        same = unicodedata.normalize("NFC", path)
        if same in seen:
            contents.refuse(path, "the zip holds this name twice, so nobody can know which one counts")
            continue
        seen.add(same)
        contents.files[path] = lambda info=info: _unpack(archive, info)
    return contents


def _judge_directory(data):
    """Refuse too many members before the list of them is read."""
    at = data.rfind(b"PK\5\6", max(0, len(data) - 65_557))
    if at < 0 or len(data) - at < _END.size:
        raise Refused("the file is no zip that can be read: make it anew")
    _, _, _, _, count, size, _, _ = _END.unpack_from(data, at)
    if count > MEMBERS or size > DIRECTORY_BYTES:
        raise Refused(f"the zip holds more than {MEMBERS} files: hand in the folder work/ only")


def _judge_sizes(members):
    if len(members) > MEMBERS:
        raise Refused(f"the zip holds more than {MEMBERS} files: hand in the folder work/ only")
    total = sum(info.file_size for info in members)
    if total > TOTAL_BYTES:
        raise Refused(f"the zip would unpack to {total >> 20} MiB: it is not unpacked")
    for info in members:
        if info.file_size > RATIO_FROM and info.file_size > RATIO * max(info.compress_size, 1):
            raise Refused(
                "the zip holds a file that unpacks to hundreds of times its size: it is not unpacked"
            )


def _unfit(info, path):
    """Return why a member is not read, or an empty text."""
    if "\0" in getattr(info, "orig_filename", ""):
        return "its name holds a zero byte"
    if path.startswith("/") or re.match(r"[A-Za-z]:", path):
        return "its path is absolute: a submission's paths begin at its own folder"
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
    return ""


def _unpack(archive, info):
    if info.file_size > FILE_BYTES:
        raise Refused(f"it is larger than {FILE_BYTES >> 20} MiB: is it the right file?")
    try:
        with archive.open(info) as stream:
            data = stream.read(FILE_BYTES + 1)
            if len(data) > FILE_BYTES or stream.read(1):
                raise Refused("it is larger than it says")
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, NotImplementedError, ValueError):
        raise Refused("it is damaged inside the zip: make the zip anew") from None
    if len(data) != info.file_size:
        raise Refused("it is damaged inside the zip: make the zip anew")
    return data
