"""What can be checked in the student edition, as README.md says it; a release of the whole course prints it.

python -m tests.grading.edition           # print it: this makes an edition in a temporary folder
python -m tests.grading.edition --write   # put it into README.md, between its markers
"""

import sys
import tempfile
from pathlib import Path

from course import backend
from course.release import release

README = Path(__file__).parents[2] / "README.md"
BEGIN, END = "<!-- student edition: begin -->", "<!-- student edition: end -->"


def in_readme():
    """Return the sentence that README.md shows, on one line, or None."""
    _, begin, rest = README.read_text(encoding="utf-8").partition(BEGIN)
    inside, end, _ = rest.partition(END)
    return " ".join(inside.split()) if begin and end else None


def write(sentence):
    """Put the sentence into README.md."""
    before, _, rest = README.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    README.write_text(f"{before}{BEGIN}\n{sentence}\n{END}{after}", encoding="utf-8")


def main():
    """Make an edition and say what can be checked in it."""
    with tempfile.TemporaryDirectory() as folder:
        edition = release(Path(folder) / "edition", backend.choose().name)
    write(edition.sentence) if "--write" in sys.argv else print(edition.sentence)


if __name__ == "__main__":
    main()
