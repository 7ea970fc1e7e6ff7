"""Recognizes archives that are not zips: they are never opened, and a sentence says what to submit instead."""

_ENDINGS = {
    ".tar": "a tar archive",
    ".tar.gz": "a tar archive",
    ".tgz": "a tar archive",
    ".tar.bz2": "a tar archive",
    ".tbz2": "a tar archive",
    ".tar.xz": "a tar archive",
    ".txz": "a tar archive",
    ".tar.zst": "a tar archive",
    ".gz": "a gzip file",
    ".bz2": "a bzip2 file",
    ".xz": "an xz file",
    ".zst": "a Zstandard file",
    ".rar": "a RAR archive",
    ".7z": "a 7-Zip archive",
    ".zipx": "an archive of WinZip's own kind",
}
_BEGINNINGS = {
    b"Rar!\x1a\x07": "a RAR archive",
    b"7z\xbc\xaf\x27\x1c": "a 7-Zip archive",
    b"\x1f\x8b": "a gzip or tar.gz archive",
    b"BZh": "a bzip2 file",
    b"\xfd7zXZ\x00": "an xz file",
    b"\x28\xb5\x2f\xfd": "a Zstandard file",
}


def ending(name):
    """Return the ending of an archive's name with its original case, or an empty text."""
    lower = name.casefold()
    found = max((e for e in _ENDINGS if lower.endswith(e)), key=len, default="")
    return name[len(name) - len(found) :]


def by_name(name):
    """Return a sentence if a name is that of an archive other than a zip, else an empty text."""
    return _sentence(_ENDINGS[ending(name).casefold()]) if ending(name) else ""


def by_beginning(data):
    """Return a sentence if bytes begin like such an archive, else an empty text."""
    return next((_sentence(kind) for start, kind in _BEGINNINGS.items() if data.startswith(start)), "")


def _sentence(kind):
    return f"it is {kind}, which is not opened: hand in a zip"
