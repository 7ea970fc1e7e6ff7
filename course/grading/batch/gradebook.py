"""The gradebook: an SQLite database with one transaction for every graded exercise, so that no result is lost.

The key of a result is its address (`address.py`). If the grader is killed, each result is complete or absent; the next
run grades the absent ones.

The tables `grades` and `audit` are rewritten at the end of each run. The table `marks` contains every mark by hand in
the order of time; nothing is ever removed from it. The table `class` contains the secret from which all seeds are
derived, and a description of the course and the installation (`joining.py`).
"""

import json
import sqlite3

from course.errors import CourseError
from course.grading.batch import seeds
from course.grading.batch.marks import Mark

VERSION = 1
RESULT = "key", "exercise", "earned", "points", "report"  # columns of a result

_SCHEMA = """
CREATE TABLE IF NOT EXISTS results (
  key TEXT PRIMARY KEY, exercise TEXT NOT NULL, backend TEXT NOT NULL, file TEXT NOT NULL, seed INTEGER NOT NULL,
  earned INTEGER NOT NULL, points INTEGER NOT NULL, report TEXT NOT NULL, environment TEXT NOT NULL,
  seconds REAL NOT NULL, graded TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS marks (
  number INTEGER PRIMARY KEY, student TEXT NOT NULL, exercise TEXT NOT NULL, part TEXT NOT NULL, points TEXT,
  reason TEXT NOT NULL, who TEXT NOT NULL, time TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS class (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS grades (
  student TEXT NOT NULL, exercise TEXT NOT NULL, state TEXT NOT NULL, score TEXT, points INTEGER NOT NULL,
  entry TEXT NOT NULL, keys TEXT NOT NULL, PRIMARY KEY (student, exercise)
);
CREATE TABLE IF NOT EXISTS audit (
  student TEXT NOT NULL, entry TEXT NOT NULL, exercise TEXT NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL
);
"""
_MARK = "student, exercise, part, points, reason, who, time"
_ADD_MARK = f"INSERT INTO marks ({_MARK}) VALUES (?, ?, ?, ?, ?, ?, ?)"


class Gradebook:
    """An open gradebook; a context manager.

    Raises:
        CourseError: The file is not a gradebook, or it is damaged or comes from another version.
    """

    def __init__(self, path):
        self.path = path
        self._base = None
        try:
            self._base = sqlite3.connect(path, isolation_level=None, timeout=60.0)
            self._base.execute("PRAGMA journal_mode=WAL")
            self._base.execute("PRAGMA synchronous=FULL")
            version = self._base.execute("PRAGMA user_version").fetchone()[0]
            if version not in (0, VERSION):
                raise CourseError(f"{path} comes from another version of the course: choose another --out.")
            self._base.executescript(f"BEGIN IMMEDIATE; {_SCHEMA} PRAGMA user_version={VERSION}; COMMIT;")
        except sqlite3.Error as error:
            self.close()
            raise CourseError(
                f"{path} cannot be used ({error}): move it away, or choose another --out."
            ) from None
        except CourseError:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    def close(self):
        """Close the gradebook; it may be closed twice."""
        if self._base is not None:
            self._base.close()
            self._base = None

    def secret(self, wanted=None):
        """Return the secret of the class: `wanted`, which is stored, else the stored secret, else a new one."""
        with _Transaction(self._base):
            if wanted is None:
                self._base.execute("INSERT OR IGNORE INTO class VALUES ('seed', ?)", (str(seeds.draw()),))
            else:
                self._base.execute("INSERT OR REPLACE INTO class VALUES ('seed', ?)", (str(wanted),))
            return int(self._base.execute("SELECT value FROM class WHERE name = 'seed'").fetchone()[0])

    def store(self, name, text):
        """Store a text about the class under a name."""
        with _Transaction(self._base):
            self._base.execute("INSERT OR REPLACE INTO class VALUES (?, ?)", (name, text))

    def stored(self, name):
        """Return the text about the class that is stored under a name, or None."""
        row = self._base.execute("SELECT value FROM class WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None

    def copy_from(self, other):
        """Copy the results and the marks of another `Gradebook`; its results replace those of the same files here."""
        results = other._base.execute("SELECT * FROM results ORDER BY key")
        marks = sorted(dict.fromkeys([*self.marks(), *other.marks()]), key=lambda mark: mark.when)
        with _Transaction(self._base):
            self._base.executemany(
                f"INSERT OR REPLACE INTO results VALUES ({', '.join('?' * len(results.description))})",
                results,
            )
            self._base.execute("DELETE FROM marks")
            self._base.executemany(_ADD_MARK, map(_columns, marks))

    def rows(self, query):
        """Return an iterator of the rows of a query that changes nothing."""
        return self._base.execute(query)

    def get(self, key):
        """Return the report under an address, or None."""
        row = self._base.execute("SELECT report FROM results WHERE key = ?", (key,)).fetchone()
        return json.loads(row[0]) if row else None

    def put(self, job, backend, seed, report, environment):
        """Store a result; if there is one with this address, it stays unchanged."""
        content = {name: value for name, value in report.items() if name not in ("seconds", "file")}
        content["parts"] = [{k: v for k, v in part.items() if k != "seconds"} for part in report["parts"]]
        row = (
            *(job.key, job.exercise.name, backend, job.digest, seed, report["earned"], report["points"]),
            *(_json(content), _json(environment), report["seconds"]),
        )
        with _Transaction(self._base):
            self._base.execute(
                "INSERT OR IGNORE INTO results (key, exercise, backend, file, seed, earned, points, report,"
                " environment, seconds) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                row,
            )

    def forget(self, keys):
        """Remove the results under these addresses; return how many there were."""
        with _Transaction(self._base):
            return sum(
                self._base.execute("DELETE FROM results WHERE key = ?", (key,)).rowcount for key in keys
            )

    def marks(self):
        """Return every `Mark` in the order of time, also those that were replaced or removed."""
        return [Mark(*row) for row in self._base.execute(f"SELECT {_MARK} FROM marks ORDER BY number")]

    def add_mark(self, mark):
        """Store a `Mark`."""
        with _Transaction(self._base):
            self._base.execute(_ADD_MARK, _columns(mark))

    def graded(self, student):
        """Return exercise → (points, part → points) of a student from the last run; empty for an unknown student."""
        rows = self._base.execute("SELECT exercise, points, keys FROM grades WHERE student = ?", (student,))
        found = {}
        for exercise, points, keys in rows.fetchall():
            reports = [report for key in keys.split() if (report := self.get(key)) is not None]
            found[exercise] = points, {p["name"]: p["points"] for r in reports for p in r["parts"]}
        return found

    def students(self):
        """Return the names of the students of the last run."""
        return [row[0] for row in self._base.execute("SELECT DISTINCT student FROM grades ORDER BY student")]

    def count(self):
        """Return the number of results."""
        return self._base.execute("SELECT count(*) FROM results").fetchone()[0]

    def write_grades(self, grades, audit):
        """Replace the table `grades`, rows of (student, exercise, state, score, points, entry, keys), and `audit`."""
        with _Transaction(self._base):
            self._base.execute("DELETE FROM grades")
            self._base.execute("DELETE FROM audit")
            self._base.executemany("INSERT INTO grades VALUES (?, ?, ?, ?, ?, ?, ?)", grades)
            self._base.executemany("INSERT INTO audit VALUES (?, ?, ?, ?, ?)", audit)


class _Transaction:
    """A transaction: commits at the end of the block, or rolls back if the block raises."""

    def __init__(self, base):
        self._base = base

    def __enter__(self):
        self._base.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind, *rest):
        self._base.execute("COMMIT" if kind is None else "ROLLBACK")


def _columns(mark):
    return mark.student, mark.exercise, mark.part, mark.points, mark.reason, mark.who, mark.when


def _json(value):
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
