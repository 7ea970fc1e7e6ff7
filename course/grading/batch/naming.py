"""Which exercise a handed-in path is meant for: exactly, or mended with a note, or nobody can know.

| path | is taken for |
| --- | --- |
| `u02/ex01_softmax.py`, `anything/u02/ex01_softmax.py`, `ex01_softmax.py` | `u02/ex01_softmax`, as it should be |
| `U02/Ex01-Softmax (1).py`, `u2/ex1.py`, `u02/softmax.py`, `u02/ex01_sofmax.py` | the same, with a note |
| `course/work/u02/ex01_softmax.py`, `tests/ex01_softmax.py` | the same: no folder is passed over for its name |
| `units/u02_logistic_softmax/softmax.py` | nothing: in a folder like those of the course the file's own name decides |
"""

import difflib
import re
import unicodedata
from dataclasses import dataclass

from course.grading.batch.submission import shown

NAME_LENGTH = 255  # of one folder or file, as on a disk: looking at a name takes time
OURS = {"units", "course", "tests", "venv", "runs", "slides"}  # folders of the course: may be zipped along
_UNIT = re.compile(r"(?:u|unit)_?0*(\d{1,2})(?:_.*)?")
_NUMBERED = re.compile(r"(?:ex|exercise)_?0*(\d{1,2})(?:_(.+))?")
_PYTHON = (".py", ".py.txt")
_NOTEBOOK = (".ipynb", ".ipynb.json", ".ipynb.txt")


@dataclass(frozen=True)
class Match:
    """A path and the exercise that it is for.

    `mended` says that its name was not the right one, `ours` that it lies in a folder named like one of the course's.
    """

    path: str
    exercise: object
    mended: bool
    ours: bool = False


def match(path, catalog, endings=_PYTHON):
    """Return the `Match` of a path; None if it is some other file; a sentence if it should be one but is not."""
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
        return "it is none of the course's exercises: `course list` shows their names"
    return None


def notebook(path, catalog):
    """Return the `Match` of a notebook that is named like an exercise, or None; a notebook cannot be graded."""
    found = match(path, catalog, _NOTEBOOK)
    return found if isinstance(found, Match) else None


def is_notebook(path):
    """Tell whether a path is named like a notebook."""
    return path.casefold().strip().endswith(_NOTEBOOK)


def below_work(path):
    """Return the part of a path below the last folder `work`, in which students edit; without one, the path."""
    folders = path.split("/")
    last = max((i for i, folder in enumerate(folders[:-1], 1) if folder.casefold() == "work"), default=0)
    return "/".join(folders[last:])


def assign(paths, catalog, read):
    """Choose one path for every exercise.

    Args:
        paths: The paths of a submission.
        read: Function of a path that returns its bytes.

    Returns:
        Dictionary exercise name → `Match`; dictionary path → sentence, of files that are not taken;
        dictionary exercise name → sentence, of exercises for which nobody can know the file.
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
        first = min((m.ours, m.mended) for m in matches)
        best = [m for m in matches if (m.ours, m.mended) == first]
        if len(best) > 1 and len({read(m.path) for m in best}) > 1:
            unclear[name] = f"{' and '.join(m.path for m in best)} are both for it: hand in one of them"
            continue
        taken[name] = best[0]
        for other in matches:
            if other is not best[0]:
                left[other.path] = f"it was passed over, because {shown(best[0].path)} is there too"
    return taken, left, unclear


def normal(text):
    """Return a name without case, copies' suffixes, spaces and hyphens: `Ex01-Softmax (1)` → `ex01_softmax`."""
    text = unicodedata.normalize("NFKC", text).casefold().strip()
    text = re.sub(r"^copy of ", "", text)
    text = re.sub(r"\(\d+\)$", "", text).rstrip(" _-")
    text = re.sub(r"(?<=[\s_-])(copy|kopie|copie)(\s*\d+)?$", "", text)
    return re.sub(r"[\s_.-]+", "_", text).strip("_")


def _stem(file, endings):
    """Return the name without its ending, or None if it has another one."""
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
    """Return the exercises that a normalised name can mean; the first rule that finds any decides."""
    slugs = {e.name: e.id.partition("_")[2] for e in exercises}
    numbered = _NUMBERED.fullmatch(name)
    if exact := [e for e in exercises if e.id == name]:
        return exact
    if numbered and unit is not None:
        there = [e for e in exercises if e.number == int(numbered[1])]
        if there and (not numbered[2] or _close(numbered[2], slugs[there[0].name])):
            return there
    bare = numbered[2] if numbered and numbered[2] else name
    if same := [e for e in exercises if slugs[e.name] == bare]:
        return same
    if numbered and not numbered[2]:  # `ex1` without a unit
        return [e for e in exercises if e.number == int(numbered[1])]
    close = difflib.get_close_matches(name, [e.id for e in exercises], n=2, cutoff=0.85)
    return [e for e in exercises if e.id in close[:1]]


def _close(a, b):
    return difflib.SequenceMatcher(None, a, b).ratio() >= 0.6
