"""`course grade --merge` of gradebooks that were damaged or changed: one sentence that names the gradebook."""

import json
import sqlite3

import pytest

from tests.course.grading.batch.test_shards import course, handed_in, three  # noqa: F401

pytestmark = pytest.mark.backend_independent


def report(change):
    """Return SQL-like work that changes the report of one result."""

    def do(base):
        key, text = base.execute("SELECT key, report FROM results ORDER BY key LIMIT 1").fetchone()
        changed = change(json.loads(text))
        base.execute(
            "UPDATE results SET report = ? WHERE key = ?",
            (changed if isinstance(changed, str) else json.dumps(changed), key),
        )

    return do


def sql(*statements):
    def do(base):
        for statement in statements:
            base.execute(statement)

    return do


DAMAGES = {
    "half of what it says about itself": sql(
        "UPDATE class SET value = substr(value, 1, 40) WHERE name = 'about'"
    ),
    "a list about itself": sql("UPDATE class SET value = '[]' WHERE name = 'about'"),
    "something else about itself": sql("UPDATE class SET value = '{\"a\": 1}' WHERE name = 'about'"),
    "texts for tables": sql(
        "UPDATE class SET value = json_set(value, '$.checks', 'x', '$.environments', 3) WHERE name = 'about'"
    ),
    "no such shard": sql("UPDATE class SET value = json_set(value, '$.shard', '9/3') WHERE name = 'about'"),
    "a seed that is no number": sql("UPDATE class SET value = 'seven' WHERE name = 'seed'"),
    "too many points in the table": sql("UPDATE results SET earned = 1000"),
    "points that are no number": sql("UPDATE results SET earned = 'many'"),
    "points below zero": sql("UPDATE results SET earned = -1"),
    "a report that is cut": report(lambda r: json.dumps(r)[:30]),
    "a report that is a list": report(lambda r: [r]),
    "a report of other points": report(lambda r: r | {"earned": r["points"] + 1, "points": r["points"] + 1}),
    "a report without parts": report(lambda r: {k: v for k, v in r.items() if k != "parts"}),
    "a report that is nested without end": report(lambda r: "[" * 100_000 + "]" * 100_000),
    "no table of results": sql(
        "DROP TABLE results", "CREATE TABLE results (key TEXT PRIMARY KEY, report TEXT)"
    ),
    "a view for a table": sql("DROP TABLE marks", "CREATE VIEW marks AS SELECT 1 AS student"),
    "a mark of no points": sql(
        "INSERT INTO marks (student, exercise, part, points, reason, who, time)"
        " VALUES ('s01', 'u01/ex01_centre', '', 'lots', 'because', 'me', 'never')"
    ),
}


@pytest.mark.parametrize("kind", DAMAGES)
def test_a_damaged_gradebook_is_refused_by_name(course, three, tmp_path, kind):  # noqa: F811
    path = tmp_path / "shards" / "3" / "gradebook.sqlite"
    base = sqlite3.connect(path, isolation_level=None)
    DAMAGES[kind](base)
    base.close()
    output = course("grade", "in", "--out", "all", "--merge", "shards", status=2)
    assert "shards/3/gradebook.sqlite" in output
    assert "Traceback" not in output
    assert not (tmp_path / "all" / "grades.csv").exists()


def test_two_gradebooks_that_contradict_each_other_are_refused(course, three, tmp_path):  # noqa: F811
    paths = [tmp_path / "shards" / str(n) / "gradebook.sqlite" for n in (1, 2, 3)]
    keys = [{row[0] for row in sqlite3.connect(path).execute("SELECT key FROM results")} for path in paths]
    (same, *_) = keys[0] & keys[1]  # equal files of students of two shards
    base = sqlite3.connect(paths[1], isolation_level=None)
    text, points = base.execute("SELECT report, points FROM results WHERE key = ?", (same,)).fetchone()
    changed = json.loads(text)
    earned = 0 if changed["earned"] else points
    changed["earned"] = earned
    for part in changed["parts"]:
        part["earned"] = part["points"] if earned else 0
    base.execute(
        "UPDATE results SET report = ?, earned = ? WHERE key = ?", (json.dumps(changed), earned, same)
    )
    base.close()
    output = course("grade", "in", "--out", "all", "--merge", "shards", status=2)
    assert "another result" in output


@pytest.mark.parametrize("cut", [100, 5000, 0.5, 0.9])
def test_a_gradebook_that_ends_early_is_refused(course, three, tmp_path, cut):  # noqa: F811
    path = tmp_path / "shards" / "2" / "gradebook.sqlite"
    base = sqlite3.connect(path)
    base.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    base.close()
    data = path.read_bytes()
    path.write_bytes(data[: cut if cut > 1 else int(len(data) * cut)])
    assert "shards/2/gradebook.sqlite" in course("grade", "in", "--out", "all", "--merge", "shards", status=2)
