"""Writes into the page of the student edition what can be checked there; `course release` prints the same sentence.

python -m tests.course.release.edition           # prints it; makes an edition in a temporary folder
python -m tests.course.release.edition --write   # writes it into docs/student_edition.md, between its markers
"""

import sys
import tempfile
from pathlib import Path

from course import backend
from course.release.edition import release

PAGE = Path(__file__).parents[3] / "docs/student_edition.md"
BEGIN, END = "<!-- student edition: begin -->", "<!-- student edition: end -->"


def in_page():
    """Return the sentence that the page shows, on one line, or None."""
    _, begin, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    inside, end, _ = rest.partition(END)
    return " ".join(inside.split()) if begin and end else None


def write(sentence):
    """Put the sentence into the page."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n{sentence}\n{END}{after}", encoding="utf-8")


def main():
    """Make an edition and print or write what can be checked in it."""
    with tempfile.TemporaryDirectory() as folder:
        edition = release(Path(folder) / "edition", backend.choose().name)
    write(edition.sentence) if "--write" in sys.argv else print(edition.sentence)


if __name__ == "__main__":
    main()
