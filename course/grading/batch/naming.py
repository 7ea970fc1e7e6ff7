"""Finds the exercise to which a submitted path belongs: by its exact name, or by a similar name with a note.

| path | is taken for |
| --- | --- |
| `u02/ex01_softmax.py`, `anything/u02/ex01_softmax.py`, `ex01_softmax.py` | `u02/ex01_softmax`, without a note |
| `U02/Ex01-Softmax (1).py`, `u2/ex1.py`, `u02/softmax.py`, `u02/ex01_sofmax.py` | the same, with a note |
| `course/work/u02/ex01_softmax.py`, `tests/ex01_softmax.py` | the same: no folder is ignored because of its name |
| `units/u02_logistic_softmax/softmax.py` | none: in a folder named like the course's only numbered names count |
"""

import difflib
import re
import unicodedata
from dataclasses import dataclass

from course.grading.batch.submission import shown

NAME_LENGTH = 255  # limit for one folder or file, as in file systems; comparing longer names takes long
OURS = {
    "units",
    "course",
    "tests",
    "venv",
    "runs",
    "slides",
}  # folders of the course, which a zip may contain
_UNIT = re.compile(r"(?:u|unit)_?0*(\d{1,2})(?:_.*)?")
_NUMBERED = re.compile(r"(?:ex|exercise)_?0*(\d{1,2})(?:_(.+))?")
_PYTHON = (".py", ".py.txt")
_NOTEBOOK = (".ipynb", ".ipynb.json", ".ipynb.txt")


@dataclass(frozen=True)
class Match:
    """A path and its exercise.

    `corrected` is True if the name is not the exact one, `ours` if the path contains a folder named like the course's.
    """

    path: str
    exercise: object
    corrected: bool
    ours: bool = False


def match(path, catalog, endings=_PYTHON):
    """Return the `Match` of a path; None for other files; a sentence if the exercise is not clear."""
    *folders, file = below_work(path).split("/")
    stem = _stem(file, endings)
    if stem is None or max(map(len, (*folders, file))) > NAME_LENGTH:
        return None
    ours = any(folder in OURS for folder in folders)
    unit = _unit(folders, catalog)
    right = [e for e in catalog.exercises if e.id == stem]
    exact = file == stem + endings[0]
    if unit is None and len(right) == 1:
        return Match(path, right[0], not exact, ours)
    inside = [e for e in right if unit is not None and e.unit is unit]
    if inside:
        return Match(path, inside[0], not exact or folders[-1] not in (unit.name, unit.slug), ours)
    numbered = _NUMBERED.fullmatch(normal(stem))
    if ours and not numbered:
        return None
    found = _likely(normal(stem), unit.exercises if unit else catalog.exercises, unit)
    found = found or (right if len(right) == 1 else [])
    if len(found) == 1:
        return Match(path, found[0], True, ours)
    if found:
        return f"it could be {' or '.join(e.name for e in found)}: put it into the unit's folder, as u02/ex01_….py"
    if numbered:
        return "no exercise has this name: `course list` shows the names"
    return None


def notebook(path, catalog):
    """Return the `Match` of a notebook that has the name of an exercise, or None; a notebook cannot be graded."""
    found = match(path, catalog, _NOTEBOOK)
    return found if isinstance(found, Match) else None


def is_notebook(path):
    """Tell whether a path has the name of a notebook."""
    return path.casefold().strip().endswith(_NOTEBOOK)


def below_work(path):
    """Return the part of a path below the last folder `work`, in which students edit, or the whole path."""
    folders = path.split("/")
    last = max((i for i, folder in enumerate(folders[:-1], 1) if folder.casefold() == "work"), default=0)
    return "/".join(folders[last:])


def assign(paths, catalog, read):
    """Choose one path for every exercise.

    Args:
        paths: The paths of a submission.
        read: Function of a path that returns its bytes.

    Returns:
        Dictionary exercise name → `Match`; dictionary path → sentence for files that are not used;
        dictionary exercise name → sentence for exercises with several different files.
    """
    found, left, unclear = {}, {}, {}
    for path in sorted(paths):
        one = match(path, catalog)
        if isinstance(one, str):
            left[path] = one
        elif one is not None:
            found.setdefault(one.exercise.name, []).append(one)
    taken = {}
    for name, matches in found.items():
        first = min((m.ours, m.corrected) for m in matches)
        best = [m for m in matches if (m.ours, m.corrected) == first]
        if len(best) > 1 and len({read(m.path) for m in best}) > 1:
            unclear[name] = f"{' and '.join(m.path for m in best)} are both for it: hand in one of them"
            continue
        taken[name] = best[0]
        for other in matches:
            if other is not best[0]:
                left[other.path] = f"it was ignored, because {shown(best[0].path)} is there too"
    return taken, left, unclear


def normal(text):
    """Return a name in lower case without spaces, hyphens and suffixes of copies: `Ex01-A (1)` → `ex01_a`."""
    text = unicodedata.normalize("NFKC", text).casefold().strip()
    text = re.sub(r"^copy of ", "", text)
    text = re.sub(r"\(\d+\)$", "", text).rstrip(" _-")
    text = re.sub(r"(?<=[\s_-])(copy|kopie|copie)(\s*\d+)?$", "", text)
    return re.sub(r"[\s_.-]+", "_", text).strip("_")


def _stem(file, endings):
    """Return the name without its ending, or None if it has none of these endings."""
    lower = file.casefold().strip()
    ending = next((ending for ending in endings if lower.endswith(ending)), None)
    return None if ending is None else file.strip()[: -len(ending)]


def _unit(folders, catalog):
    for folder in reversed(folders):
        number = _UNIT.fullmatch(normal(folder))
        for unit in catalog.units:
            if number and int(number[1]) == unit.number:
                return unit
    return None


def _likely(name, exercises, unit):
    """Return the exercises to which a normalized name can belong; the first rule that finds one decides."""
    slugs = {e.name: e.id.partition("_")[2] for e in exercises}
    numbered = _NUMBERED.fullmatch(name)
    if exact := [e for e in exercises if e.id == name]:
        return exact
    if numbered and unit is not None:
        same_number = [e for e in exercises if e.number == int(numbered[1])]
        if same_number and (not numbered[2] or _close(numbered[2], slugs[same_number[0].name])):
            return same_number
    bare = numbered[2] if numbered and numbered[2] else name
    if same := [e for e in exercises if slugs[e.name] == bare]:
        return same
    if numbered and not numbered[2]:  # `ex1` without a unit
        return [e for e in exercises if e.number == int(numbered[1])]
    close = difflib.get_close_matches(name, [e.id for e in exercises], n=2, cutoff=0.85)
    return [e for e in exercises if e.id in close[:1]]


def _close(a, b):
    return difflib.SequenceMatcher(None, a, b).ratio() >= 0.6
