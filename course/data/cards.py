"""Cards: the description of a data set, known before it is loaded (``datasets/NAME/card.toml``)."""

import difflib
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from course import paths
from course.data.errors import DataError
from course.data.texts import CONTENTS

KINDS = ("embedded", "generated", "table", "upstream")
TASKS = ("classification", "regression", "images", "pictures", "audio", "text", "graph")


@dataclass(frozen=True)
class Array:
    """What a card says about one array.

    ``shape`` holds integers, or names (``"n"``) where a generated set's size is an option. ``sha256`` is of
    the raw bytes in C order, so that it does not depend on the container. If it is not known, it is
    empty and ``verified_by`` names the checks that replace it: ``counts`` (of each label) and
    ``total`` (the sum of all elements) are such checks.
    """

    name: str
    axes: tuple
    dtype: str
    shape: tuple
    unit: str
    range: tuple = ()
    bytes: int = 0
    sha256: str = ""
    verified_by: str = "sha256"
    counts: tuple = ()
    total: int | None = None


@dataclass(frozen=True)
class Card:
    """The description of one data set: content, source, licence, arrays.

    ``raw`` names the plain files in a mirror that hold one array each, as text files do; ``content`` says what a text
    set consists of (``course.data.texts``).
    """

    name: str
    title: str
    what: str
    source: str
    url: str
    licence: str
    kind: str
    task: str
    arrays: dict
    folder: Path
    splits: dict = field(default_factory=dict)
    classes: int | None = None
    class_names: tuple = ()
    feature_names: tuple = ()
    sampling_rate: int | None = None
    content: str = ""
    file: str = ""
    raw: dict = field(default_factory=dict)
    stand_in: str = ""
    used_by: tuple = ()
    options: dict = field(default_factory=dict)
    upstream: dict = field(default_factory=dict)
    files: dict = field(default_factory=dict)

    @property
    def bytes(self):
        """Size of all arrays in memory; 0 where it depends on the options."""
        return sum(array.bytes for array in self.arrays.values())


def folder():
    """Return the folder of the cards: that of ``COURSE_HOME`` if it has one, otherwise the course's own."""
    return paths.content("datasets")


def names():
    """Return the names of all data sets, in alphabetical order.

    Raises:
        DataError: the cards are not installed.
    """
    found = sorted(path.parent.name for path in folder().glob("*/card.toml"))
    if not found:
        raise DataError(f"There are no cards in {folder()}: set COURSE_HOME to a clone of the course.")
    return found


def card(name):
    """Return the card of a data set.

    Raises:
        DataError: there is no such set; the message names similar ones.
    """
    known = names()
    if name not in known:
        near = difflib.get_close_matches(str(name), known, n=2)
        hint = f"Did you mean {' or '.join(near)}?" if near else f"There are: {', '.join(known)}."
        raise DataError(f"There is no data set named {name!r}. {hint}")
    return read(folder() / name / "card.toml")


def read(path):
    """Read one ``card.toml`` and check that it is complete."""
    try:
        entry = tomllib.loads(path.read_text(encoding="utf-8"))
        arrays = {name: _array(name, spec) for name, spec in entry.pop("arrays").items()}
        result = Card(arrays=arrays, folder=path.parent, **{key: _frozen(v) for key, v in entry.items()})
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise DataError(f"{path} is not a card: {error}.") from error
    complaint = _complaint(result)
    if complaint:
        raise DataError(f"{path} is not a card: {complaint}.")
    return result


def _array(name, spec):
    return Array(name=name, **{key: _frozen(value) for key, value in spec.items()})


def _frozen(value):
    return tuple(value) if isinstance(value, list) else value


def _complaint(card):
    if card.name != card.folder.name:
        return f"its name is {card.name!r}, its folder {card.folder.name!r}"
    if card.kind not in KINDS:
        return f"kind is {card.kind!r}, not one of {', '.join(KINDS)}"
    if card.task not in TASKS:
        return f"task is {card.task!r}, not one of {', '.join(TASKS)}"
    if (card.task == "text") != (card.content in CONTENTS):
        return f"a text set needs a content that is one of {', '.join(CONTENTS)}, other sets have none"
    for name in (card.file, *card.raw.values()):
        if name and Path(name).name != name:
            return f"file {name!r} is not a plain file name"
    if card.raw and sorted(card.raw) != sorted(card.arrays):
        return "raw needs one file for each array"
    if card.kind == "upstream" and not (card.file and card.stand_in):
        return "an upstream set needs file and stand_in"
    if card.upstream and not (card.files and sorted(card.upstream) == ["base", "form"]):
        return "upstream needs base and form, and a table of files"
    for array in card.arrays.values():
        if len(array.axes) != len(array.shape):
            return f"{array.name} has {len(array.axes)} axes but a shape of {len(array.shape)}"
    return ""
