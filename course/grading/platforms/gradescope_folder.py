"""Reads the list of submitters in Gradescope's export of submissions, `submission_metadata.yml`.

    submission_31:
      :submitters:
      - :name: Anna Müller
        :sid: '4711'
        :email: anna.mueller@uni.edu
      :created_at: 2026-11-20 18:05:00.000000000 -05:00

It has one entry for each folder. Several submitters are a group. The rest of an entry (scores, outputs, earlier
submissions) is not read.
"""

import json
import re
from dataclasses import dataclass, field

from course.errors import CourseError
from course.grading.batch.times import read_time

NAME = "submission_metadata.yml"
_FOLDER = re.compile(r"['\"]?([^'\":#\s][^'\":]*)['\"]?:\s*")
_SECTION = re.compile(r"  ?:?(\w+):\s*(.*)")
_PERSON = re.compile(r"\s*(- )?\s*:?(name|sid|email):\s*(.*)")
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.\d+)?\s*(Z|UTC|[+-]\d\d:?\d\d)?")


@dataclass
class Submitted:
    """One folder: a list of persons, dictionaries with `name`, `sid` and `email`; and the time, or None."""

    persons: list = field(default_factory=list)
    created: object = None


def find(folder, zone=None):
    """Return the folder with the submissions, and a dictionary folder name → `Submitted`.

    The export of Gradescope may be `folder` itself or the only folder in it. For other folders the dictionary is empty.
    """
    inside = [path for path in sorted(folder.iterdir()) if path.is_dir() and not path.name.startswith(".")]
    for place in (folder, *(inside if len(inside) == 1 else ())):
        if (place / NAME).is_file():
            text = (place / NAME).read_text(encoding="utf-8-sig", errors="replace")
            return place, read_metadata(text, zone)
    return folder, {}


def read_metadata(text, zone=None):
    """Return a dictionary folder name → `Submitted`."""
    found, one, section = {}, None, ""
    for line in text.splitlines():
        if not line[:1].isspace() and not line.startswith("-") and (named := _FOLDER.fullmatch(line)):
            one, section = found.setdefault(named[1], Submitted()), ""
        elif one is None:
            continue
        elif (head := _SECTION.fullmatch(line)) and not line.lstrip().startswith("-"):
            section = head[1]
            if section == "created_at":
                one.created = _time(head[2], zone)
        elif section == "submitters" and (person := _PERSON.fullmatch(line)):
            if person[1] or not one.persons:
                one.persons.append({})
            one.persons[-1].setdefault(person[2], _scalar(person[3]))
    return found


def _scalar(text):
    text = text.strip()
    if text[:1] == "'" and text[-1:] == "'" and len(text) > 1:
        return text[1:-1].replace("''", "'")
    if text[:1] == '"':
        try:
            return str(json.loads(text))
        except ValueError:
            return text.strip('"')
    return "" if text in ("~", "null") else text


def _time(text, zone):
    found = _TIME.search(text)
    if not found:
        return None
    offset = (found[3] or "").replace("UTC", "+00:00")
    try:
        return read_time(f"{found[1]}T{found[2]}{offset}", zone)
    except CourseError:
        return None
