"""Reads the names that Moodle and Canvas give to downloaded submissions.

| name | is |
| --- | --- |
| `Anna Müller_815_assignsubmission_file_/` or without the last `_` | a folder of Moodle; 815 is the participant |
| `Participant_815_assignsubmission_file_/` | the same with hidden names |
| `Anna Müller_815_assignsubmission_file_ex01.py` | a file of Moodle without folders |
| `mülleranna_501_90210_ex01.py`, `mülleranna_LATE_501_90210_ex01.py` | a file of Canvas; 501 is the user |
| `anon_x7Ba_90210_ex01.py` | the same with hidden names |
"""

import re
import unicodedata
from dataclasses import dataclass

_MOODLE = re.compile(
    r"(?P<label>(?P<name>[^_]+)_(?P<number>\d+))_assignsubmission_(?P<kind>[a-z]+)(?:_(?P<file>.*))?"
)
_CANVAS = re.compile(
    r"(?P<label>(?:(?P<name>[^\W_]\w*?)_)?(?P<late>LATE_)?(?P<number>\d+|anon_[A-Za-z0-9]+))"
    r"_(?:(?P<attachment>\d+)_(?P<file>.+\.\w+)|(?:text|link)\.html)"
)
_HIDDEN = ("Participant", "Teilnehmerin", "Participante")  # without signs that no name of a file may have
_AGAIN = re.compile(r"-\d{1,3}(?=(\.[A-Za-z]\w*)+$)")  # Canvas appends -1 to a name that was uploaded before


@dataclass(frozen=True)
class Download:
    """What the name of a downloaded file or folder says.

    Attributes:
        platform: "Moodle" or "Canvas".
        label: The beginning of the name, which all files of one submission share.
        number: The number of the participant (Moodle) or of the user (Canvas); empty if Canvas hides the names.
        name: The person's name as the platform writes it; empty if the platform hides the names.
        file: The name of the file or folder as the student uploaded it; empty for the folder of a submission.
        late: True if Canvas marks the submission as late.
        text: True if it is a text or an address that was typed on the platform, and no file.
    """

    platform: str
    label: str
    number: str
    name: str
    file: str
    late: bool = False
    text: bool = False

    @property
    def names(self):
        """The texts that may be the person's name; Moodle can write the group and a hyphen in front."""
        pieces = self.name.split("-")
        return ["-".join(pieces[i:]) for i in range(len(pieces))] if self.name else []


def inside(folder):
    """Return the only folder in `folder` if it holds downloads of a platform, as after unpacking, else `folder`."""
    entries = [
        path for path in sorted(folder.iterdir()) if not path.name.startswith(".") and path.name != "__MACOSX"
    ]
    if len(entries) == 1 and entries[0].is_dir() and not entries[0].is_symlink():
        for path in entries[0].iterdir():
            if parse(unicodedata.normalize("NFC", path.name), path.is_dir()):
                return entries[0]
    return folder


def parse(name, folder):
    """Return the `Download` of a name, or None; `folder` says whether it is a folder."""
    if found := _MOODLE.fullmatch(name):
        file = found["file"] or ""
        if not folder and not file:
            return None
        hidden = found["name"].replace(" ", "") in _HIDDEN
        person = "" if hidden else found["name"]
        return Download("Moodle", found["label"], found["number"], person, file, text=found["kind"] != "file")
    found = None if folder else _CANVAS.fullmatch(name)
    if not found or not (found["name"] or found["number"].startswith("anon_")):
        return None
    label = found["label"].replace("_LATE_", "_").removeprefix("LATE_")
    number = "" if found["number"].startswith("anon_") else found["number"]
    file = _AGAIN.sub("", found["file"] or "")
    return Download(
        "Canvas", label, number, found["name"] or "", file, bool(found["late"]), not found["file"]
    )
