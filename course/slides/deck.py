"""The decks of `slides/`: read, cut into slides, and built into one folder that opens without a network.

A deck is Markdown. A line `---` begins the next topic, `--` the next slide below it, and `Note:` the text that only the
speaker sees; `Note: Minutes: 3.` says how long the slide takes. A slide may contain mathematics (`$…$`, `$$…$$`),
tables, figures of experiments (`![alt](figure:u03/EXPERIMENT/FIGURE)`) and references to code
(`` `code:path.py#Name` ``).

| step | module |
| --- | --- |
| Markdown to HTML | `course.slides.html` |
| TeX to MathML | `course.slides.mathml` |
| source of a reference | `course.slides.code` |
| figures in `runs/`, and those that are missing | `course.slides.figures` |
| pages and their files | `course.slides.page` |
| measurements in a browser, PDF | `course.slides.browser` |
"""

import re
from dataclasses import dataclass
from pathlib import Path

from course import paths
from course.errors import CourseError

_FENCE = re.compile(r" {0,3}(```|~~~)")
_MINUTES = re.compile(r"Minutes: (\d+)\.\s*")


@dataclass(frozen=True)
class Slide:
    """One slide: its Markdown without the note, the note, how long it takes, and its position."""

    deck: Path
    line: int  # of its first line in the deck, from 1
    text: str
    note: str
    minutes: int | None = None  # as the note says it at its beginning

    @property
    def title(self):
        """The heading, as it is written."""
        match = re.search(r"^#{1,2} +(.+?)\s*$", self.text, flags=re.MULTILINE)
        return match[1] if match else ""

    def error(self, problem, at=None):
        """Return the error that names deck, line and slide; `at` is the piece of text that is wrong."""
        line = self.line
        for part in (self.text, self.note):
            if at and at in part:
                whole = self.deck.read_text(encoding="utf-8").splitlines()
                ahead = at.splitlines()[0]
                line = next((i for i, text in enumerate(whole, 1) if i >= self.line and ahead in text), line)
                break
        where = f"slides/{self.deck.name}, line {line}"
        return CourseError(f"{where} (“{self.title}”): {problem}" if self.title else f"{where}: {problem}")


@dataclass(frozen=True)
class Deck:
    """The deck of a unit: topics side by side, each a column of slides."""

    unit: object
    path: Path
    topics: list

    @property
    def slides(self):
        """All slides, in the order in which they are shown."""
        return [slide for topic in self.topics for slide in topic]


def load(unit, folder=None):
    """Read the deck of a unit and return the `Deck`.

    Args:
        unit: A `course.catalog.Unit`.
        folder: Where the decks are; by default the course's own `slides/`.

    Raises:
        CourseError: There is no deck, or a slide without a heading.
    """
    path = Path(folder or paths.content("slides")) / f"{unit.slug}.md"
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise CourseError(f"{unit.name} has no deck: write slides/{path.name}.") from None
    except UnicodeDecodeError as error:
        raise CourseError(f"slides/{path.name} is not UTF-8: {error}.") from None
    return Deck(unit, path, cut(text, path))


def cut(text, path):
    """Cut the text of a deck into topics, each a list of `Slide`s.

    Raises:
        CourseError: A slide without a heading, naming its line.
    """
    topics, lines, note, start, fence = [[]], [], None, 1, None

    def end(line):
        nonlocal lines, note, start
        said = "\n".join(note or []).strip()
        minutes = _MINUTES.match(said)
        said = said[minutes.end() :] if minutes else said
        slide = Slide(path, start, "\n".join(lines).strip("\n"), said, int(minutes[1]) if minutes else None)
        if not slide.title:
            raise slide.error("a slide begins with a heading, `## …`, and this one has none.")
        topics[-1].append(slide)
        lines, note, start = [], None, line + 1

    for i, line in enumerate(text.splitlines(), 1):
        match = _FENCE.match(line)
        if match and fence in (None, match[1]):
            fence = None if fence else match[1]
        bare = None if fence or match else line.rstrip()
        if bare in ("--", "---"):
            end(i)
            if bare == "---":
                topics.append([])
        elif bare is not None and note is None and bare.startswith("Note:"):
            note = [bare.removeprefix("Note:").lstrip()]
        elif note is not None:
            note.append(line)
        else:
            if not lines and not line.strip():
                start = i + 1
                continue
            lines.append(line)
    end(i if text.strip() else 0)
    return topics
