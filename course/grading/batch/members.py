"""Reads each member of a zip as a separate zip, so that an error in one member affects only this member.

`zipfile` refuses a whole archive if it cannot read one entry (a name that is not UTF-8, an incomplete ZIP64 field, a
later version of the format). This module divides the directory of the archive into its entries, and `zipfile` reads a
small archive that consists of one entry and its data.
"""

import io
import struct
import zipfile

from course.grading.batch.contents import MEMBERS, Refused

DIRECTORY_BYTES = 1 << 20

_ENTRY, _END, _LOCATOR, _END64 = b"PK\1\2", b"PK\5\6", b"PK\6\7", b"PK\6\6"
# disks, members (on this disk, in total), size and start of the directory, length of the comment
_END_FORMAT = struct.Struct("<4s4H2LH")
_END64_FORMAT = struct.Struct("<4sQ2H2L4Q")  # the same in 64 bits
_LOCATOR_SIZE = 20
_RECORDS = 100  # so many texts in a comment may look like the last record
_ENTRY_SIZE, _LOCAL_SIZE = 46, 30  # without names and extra fields
_NO_ZIP = "the file is not a zip that can be read: make it again"


class Member:
    """One entry of the directory.

    Args:
        data: The whole zip.
        entry: The bytes of the entry in the directory.
        shift: The number of bytes before the beginning of the zip.

    Attributes:
        name: The path, as far as it can be read.
        info: The `zipfile.ZipInfo`, or None if the entry is damaged.
    """

    def __init__(self, data, entry, shift):
        self._data, self._entry, self._shift = data, entry, shift
        try:
            with zipfile.ZipFile(io.BytesIO(entry + _end(entry, 0))) as alone:
                (self.info,) = alone.infolist()
            self.name = self.info.filename
        except Exception:  # zipfile may raise any exception for damaged bytes
            length = int.from_bytes(entry[28:30], "little")
            self.info, self.name = None, entry[_ENTRY_SIZE : _ENTRY_SIZE + length].decode("utf-8", "replace")

    def read(self, limit):
        """Unpack at most `limit` bytes.

        Raises:
            Refused: The member is damaged, or is larger than its entry says.
        """
        begin = self.info.header_offset + self._shift
        try:
            if begin < 0:
                raise ValueError("the member begins before the file")
            names = sum(struct.unpack_from("<2H", self._data, begin + 26))
            size = _LOCAL_SIZE + names + self.info.compress_size
            packed = self._data[begin : begin + size]
            if len(packed) < size:
                raise ValueError("the member ends after the file")
            entry = self._entry[:42] + bytes(4) + self._entry[_ENTRY_SIZE:]  # it begins at 0 now
            alone = zipfile.ZipFile(io.BytesIO(packed + entry + _end(entry, len(packed))))
            with alone, alone.open(alone.infolist()[0]) as stream:
                data = stream.read(limit + 1)
                more = len(data) > limit or stream.read(1)
        except Exception:
            raise Refused("it is damaged inside the zip: make the zip again") from None
        if more:
            raise Refused("it is larger than its entry in the zip says: make the zip again")
        if len(data) != self.info.file_size:
            raise Refused("it is damaged inside the zip: make the zip again")
        return data


def read_members(data):
    """Return the list of `Member` of a zip.

    Raises:
        Refused: The data is not a zip, or it has too many members; this is checked before the directory is read.
    """
    end, count, size, start = _last_record(data)
    if count > MEMBERS or size > DIRECTORY_BYTES:
        raise Refused(f"the zip holds more than {MEMBERS} files: hand in the folder work/ only")
    directory = data[max(0, end - size) : end]
    if len(directory) < size or (count and not directory.startswith(_ENTRY)):
        raise Refused(_NO_ZIP)
    entries = _divide(directory)
    if len(entries) > MEMBERS:
        raise Refused(f"the zip holds more than {MEMBERS} files: hand in the folder work/ only")
    return [Member(data, entry, end - size - start) for entry in entries]


def _last_record(data):
    """Return position, number of members, size of the directory, and start of it from the last record of a zip.

    A comment stands behind this record and may look like one. So the record counts that has a directory before it.
    """
    found, end = [], len(data)
    for _ in range(_RECORDS):
        end = data.rfind(_END, max(0, len(data) - 65_557), end)
        if end < 0:
            break
        if len(data) - end >= _END_FORMAT.size:
            found.append(_record(data, end))
            at, count, size, _ = found[-1]
            if count and size <= at and data.startswith(_ENTRY, at - size):
                return found[-1]
    if not found:
        raise Refused(_NO_ZIP)
    return found[0]


def _record(data, end):
    _, _, _, _, count, size, start, _ = _END_FORMAT.unpack_from(data, end)
    wide = end - _LOCATOR_SIZE - _END64_FORMAT.size
    if wide >= 0 and data.startswith(_LOCATOR, end - _LOCATOR_SIZE) and data.startswith(_END64, wide):
        *_, count, size, start = _END64_FORMAT.unpack_from(data, wide)
        end = wide
    return end, count, size, start


def _divide(directory):
    """Return the entries of a directory; after an entry with wrong lengths, continue at the next entry."""
    entries, begin = [], 0
    while directory.startswith(_ENTRY, begin):
        lengths = directory[begin + 28 : begin + 34]
        end = begin + _ENTRY_SIZE + (sum(struct.unpack("<3H", lengths)) if len(lengths) == 6 else 0)
        if end != len(directory) and not directory.startswith((_ENTRY, b"PK\5\5"), end):
            following = directory.find(_ENTRY, begin + 4)
            end = following if following >= 0 else len(directory)
        entries.append(directory[begin:end])
        begin = end
    return entries


def _end(entry, start):
    """Return the last record of a zip with one member."""
    return _END_FORMAT.pack(_END, 0, 0, 1, 1, len(entry), start, 0)
