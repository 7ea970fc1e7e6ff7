"""Reads CSV files as spreadsheets and learning platforms write them, and writes CSV files that no spreadsheet executes.

Read: UTF-8 with or without a byte order mark, UTF-16 ("Unicode text" of Excel), Windows-1252; commas, semicolons or
tabs; a first line `sep=;`. Written: UTF-8 with a byte order mark, without which Excel shows `MÃ¼ller`.
"""

import codecs
import csv
import io
import re
from dataclasses import dataclass

from course.errors import CourseError

SEPARATORS = ",;\t"
_SEP_LINE = re.compile(r"\s*\"?sep=(.)\"?\s*", re.IGNORECASE)
# A formula begins a cell, also for a spreadsheet that divides lines at semicolons or tabs instead of commas.
_FORMULA = re.compile(r"(^|[;\t\r\n])([\s\"']*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])")


@dataclass(frozen=True)
class Table:
    """A table: the names of its columns, and its rows as pairs (line number, dictionary column → cell)."""

    columns: list
    rows: list


def read_table(path, what):
    """Return the `Table` of a CSV file. Rows without any text are left out.

    Raises:
        CourseError: The file cannot be read, or a row has more cells than the first line has names.
    """
    try:
        text = _decoded(path.read_bytes())
    except OSError as error:
        raise CourseError(f"The {what} {path} cannot be read ({error.strerror}).") from None
    except UnicodeError:
        raise CourseError(
            f"The {what} {path} cannot be read as text: save it as CSV in the encoding UTF-8."
        ) from None
    first, *rest = re.split(r"\r\n|\r|\n", text, maxsplit=1)
    named, skipped = _SEP_LINE.fullmatch(first), 0
    if named:
        text, skipped = "".join(rest), 1
    separator = named[1] if named else _separator(text)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        lines = [(reader.line_num + skipped, [cell.strip() for cell in row]) for row in reader]
    except csv.Error as error:
        raise CourseError(f"The {what} {path} cannot be read as CSV ({error}).") from None
    lines = [(number, row) for number, row in lines if any(row)]
    if not lines:
        raise CourseError(f"The {what} {path} is empty.")
    return Table(lines[0][1], _rows(lines, what, path))


def write_table(rows, mark=True):
    """Return the bytes of a CSV file; `mark` says whether it begins with a byte order mark."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([[safe(cell) for cell in row] for row in rows])
    return (codecs.BOM_UTF8 if mark else b"") + out.getvalue().encode("utf-8", "replace")


def safe(text):
    """Return the text of a cell with a `'` in front of what a spreadsheet could take for a formula.

    >>> safe("=1+1"), safe("a;=1+1"), safe("Anna-Lena")
    ("'=1+1", "a;'=1+1", 'Anna-Lena')
    """
    text = str(text)
    return text if text == "-" else _FORMULA.sub(r"\1\2'", text)  # a platform writes - for nothing


def _decoded(data):
    """Return the text of a file; bytes that are not UTF-8 are read as Windows-1252, the encoding of older Excel."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16")
    if b"\0" in data:
        raise UnicodeError("zero bytes")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252")


def _separator(text):
    """Return the separator that divides the first line with any text into the most cells."""
    first = next((line for line in text.splitlines() if line.strip()), "")

    def cells(separator):
        try:
            return len(next(csv.reader([first], delimiter=separator), ()))
        except csv.Error:
            return 0

    return max(SEPARATORS, key=cells)


def _rows(lines, what, path):
    columns = lines[0][1]
    rows = []
    for number, row in lines[1:]:
        if any(row[len(columns) :]):
            raise CourseError(
                f"The {what} {path} has more cells in line {number} than names in its first line: "
                "put quotation marks around a cell that contains the separator."
            )
        cells = {}
        for name, cell in zip(columns, row + [""] * len(columns), strict=False):
            cells.setdefault(name, cell)  # of columns with equal names the first one counts
        rows.append((number, cells))
    return rows
