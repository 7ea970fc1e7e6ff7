"""Small tables that are a CSV file next to their card."""

import csv

import numpy as np

from course.data.verify import Place, refused


def arrays(card):
    """Return a table's columns: ``x`` is the first, ``y`` the second, and each is there under its own name.

    An empty cell is NaN. Lines that start with ``#`` are remarks.
    """
    path = card.folder / card.file
    place = Place(str(path), "Restore it from the course's repository.")
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(line for line in stream if not line.startswith("#")))
    header, body = rows[0], rows[1:]
    if any(len(row) != len(header) for row in body):
        raise refused(card, place, f"a line does not have {len(header)} cells")
    try:
        columns = np.array([[float(cell) if cell else np.nan for cell in row] for row in body]).T
    except ValueError as error:
        raise refused(card, place, str(error)) from error
    columns = dict(zip(header, columns, strict=True))
    return {"x": columns[header[0]][:, np.newaxis], "y": columns[header[1]].copy(), **columns}
