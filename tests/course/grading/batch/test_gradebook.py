"""If the grader is killed and run again, the gradebook is the same, and nothing is graded twice."""

import json
import os
import random
import sqlite3
import subprocess
import sys
import threading
from datetime import UTC
from fractions import Fraction
from pathlib import Path

import pytest

from course import catalog as catalogs
from course.errors import CourseError
from course.grading.batch import address, grading_queue, seeds
from course.grading.batch.differential import compare
from course.grading.batch.exports import write_exports
from course.grading.batch.grade import Batch, Settings
from course.grading.batch.gradebook import Gradebook
from course.grading.batch.policy import Policy, read_policy
from course.grading.batch.roster import Enrolled
from course.grading.batch.times import read_time, shown_time
from course.grading.time_limits import Limits
from tests.course.grading.batch.killed_grader import grade, judge
from tests.course.grading.conftest import MINI, answer_of

pytestmark = pytest.mark.backend_independent

ROOT = Path(__file__).parents[4]


@pytest.fixture(autouse=True)
def _own_judge(monkeypatch):
    monkeypatch.setattr(
        grading_queue, "check", grading_queue.check
    )  # grade() replaces it, so it is restored after the test


@pytest.fixture
def handed_in(tmp_path):
    """Function of student=text, or student={exercise: text}, that writes submissions and returns their folder."""

    def make(**texts):
        for name, files in texts.items():
            folder = tmp_path / "handed_in" / name.replace("__", "@") / "u01"
            folder.mkdir(parents=True, exist_ok=True)
            for exercise, text in ({"ex01_centre": files} if isinstance(files, str) else files).items():
                (folder / f"{exercise}.py").write_text(text)
                os.utime(folder / f"{exercise}.py", (10**9, 10**9))
        return tmp_path / "handed_in"

    return make


def exports(out):
    return {
        str(path.relative_to(out)): path.read_bytes()
        for path in sorted(out.rglob("*"))
        if path.is_file() and not path.name.startswith("gradebook.sqlite")
    }


def test_killed_at_any_moment_it_ends_the_same(handed_in, tmp_path):
    folder = handed_in(
        **{f"s{i:02}": {"ex01_centre": f"# {i}", "ex02_scale": f"#{i % 9}"} for i in range(30)}
    )
    grade(MINI, folder, tmp_path / "whole")
    chance, killed = random.Random(3), 0
    command = [
        sys.executable,
        "-m",
        "tests.course.grading.batch.killed_grader",
        MINI,
        folder,
        tmp_path / "killed",
    ]
    (tmp_path / "temporary").mkdir()
    environment = dict(os.environ, PYTHONPATH=str(ROOT), TMPDIR=str(tmp_path / "temporary"))
    for attempt in range(20):
        child = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
        with child:
            assert child.stdout.readline() == "begins\n"
            try:
                child.wait(timeout=0.05 + 0.5 * chance.random() if attempt < 6 else 60)
            except subprocess.TimeoutExpired:
                child.kill()
                killed += 1
                continue
            assert child.returncode == 0
            break
    assert killed
    assert list((tmp_path / "temporary").iterdir()) == []
    assert exports(tmp_path / "killed") == exports(tmp_path / "whole")
    assert grade(MINI, folder, tmp_path / "killed")[1] == 0  # and nothing is graded again
    with sqlite3.connect(tmp_path / "killed" / "gradebook.sqlite") as base:
        assert base.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert base.execute("SELECT count(*) FROM results").fetchone() == (
            39,
        )  # the same file is graded once
    base.close()


def test_only_changed_files_are_graded_again(handed_in, tmp_path):
    folder, out = handed_in(ann="a", bob="b", eve="b"), tmp_path / "out"
    assert grade(MINI, folder, out)[1] == 2
    before = exports(out)
    assert grade(MINI, folder, out)[1] == 0
    assert exports(out) == before
    handed_in(bob="c")
    assert grade(MINI, folder, out)[1] == 1
    assert grade(MINI, folder, out, seed=7)[1] == 3
    assert grade(MINI, folder, out, jailed=True)[1] == 3
    assert grade(MINI, folder, out)[1] == 0


def test_the_seed_of_a_class_is_drawn_once_and_kept(tmp_path):
    with Gradebook(tmp_path / "a.sqlite") as one, Gradebook(tmp_path / "b.sqlite") as other:
        secret = one.secret()
        assert 2**64 < secret < 2**seeds.BITS  # a smaller secret occurs once in 10^19 classes
        assert other.secret() != secret
        assert other.secret(secret) == other.secret() == secret
    with Gradebook(tmp_path / "a.sqlite") as again:
        assert again.secret() == secret


def test_every_file_has_its_own_inputs(handed_in, tmp_path, monkeypatch):
    folder = handed_in(ann="a", bob="b", eve="b", kim={"ex01_centre": "a", "ex02_scale": "a"})
    asked = {}

    def listening(exercise, file, workers, seed):
        asked.setdefault((exercise.name, file.read_bytes().decode()), []).append((workers.backend, seed))
        return judge(exercise, file, workers, seed)

    monkeypatch.setattr(grading_queue, "check", listening)
    batch = Batch(folder, catalogs.load(MINI), Settings(("jax", "torch")))
    with Gradebook(tmp_path / "g.sqlite") as gradebook:
        batch.use(gradebook.secret())
        events = batch.run(gradebook)
        next(events)
        events.close()  # the run is interrupted and continued by a new run
        again = Batch(folder, catalogs.load(MINI), Settings(("jax", "torch")))
        again.use(gradebook.secret())
        list(again.run(gradebook))
        assert again.tasks(gradebook) == []
        again.use(gradebook.secret(5))  # with another secret everything is graded again
        assert sum(len(task.jobs) for task in again.tasks(gradebook)) == 6
        write_exports(again.book(gradebook), tmp_path / "out")
    assert {key: {backend for backend, _ in found} for key, found in asked.items()} == {
        key: {"jax", "torch"}
        for key in (("u01/ex01_centre", "a"), ("u01/ex01_centre", "b"), ("u01/ex02_scale", "a"))
    }
    drawn = [{seed for _, seed in found} for found in asked.values()]
    assert [len(found) for found in drawn] == [
        1,
        1,
        1,
    ]  # the same on every backend and after the interruption
    assert len(set.union(*drawn)) == 3
    assert not set.union(*drawn) & set(range(1000))


def test_no_page_of_a_student_shows_a_seed(handed_in, tmp_path):
    secret = 0x123456789ABCDEF123456789
    grade(MINI, handed_in(ann="a", bob="b"), tmp_path / "out", seed=secret)
    files = exports(tmp_path / "out")
    small = [str(r["seed"]) for s in json.loads(files["grades.json"])["students"] for r in reports_of(s)]
    assert len(small) == 2
    assert str(secret) in files["grades.json"].decode()  # the file for the instructor
    for name in set(files) - {"grades.json"}:
        text = files[name].decode()
        assert not [seed for seed in (str(secret), f"{secret:x}", *small, "seed") if seed in text], name


def reports_of(student):
    return [r for e in student["exercises"].values() for r in e.get("reports", {}).values()]


def test_a_changed_list_of_forbidden_names_regrades_its_exercise(handed_in, tmp_path, mini_copy):
    folder = handed_in(ann={"ex01_centre": "a", "ex02_scale": "a"}, bob="b")

    def forbid(unit):
        path = unit / "exercises" / "ex01_centre" / "exercise.toml"
        text = path.read_text()
        path.write_text(text.replace("points = 4", 'points = 4\nforbidden = ["numpy.mean"]'))

    assert grade(MINI, folder, tmp_path / "out")[1] == 3
    root = mini_copy(forbid).check.parents[4]
    assert grade(root, folder, tmp_path / "out")[1] == 2  # the two files of the first exercise
    assert grade(root, folder, tmp_path / "out")[1] == 0


def test_a_changed_environment_grades_everything_again_and_a_changed_policy_nothing(
    handed_in, tmp_path, monkeypatch
):
    folder, out = handed_in(**{"ann__1": NONE, "ann__2": SOME}), tmp_path / "out"
    assert grade(MINI, folder, out)[1] == 2
    book, new = grade(MINI, folder, out, policy=read_policy(["attempts=1"]))
    assert (scores(book), new) == ({"ann": 0}, 0)
    book, new = grade(MINI, folder, out, policy=read_policy(["attempts=2"]))
    assert (scores(book), new) == ({"ann": 2}, 0)
    version = address.metadata.version
    monkeypatch.setattr(address.metadata, "version", lambda name: "99" if name == "keras" else version(name))
    assert grade(MINI, folder, out)[1] == 2


def test_the_address_of_a_result(mini_copy):
    def of(digest="f", seed=0, jailed=True, limit=1.0, exercise=None, helpers="h"):
        surroundings = address.environment("torch", jailed, Limits(part=limit))
        return address.key(digest, address.check(exercise or mini_copy()), helpers, surroundings, seed)

    def other_check(unit):
        path = unit / "exercises" / "ex01_centre" / "check.py"
        path.write_text(path.read_text() + "# more\n")

    keys = [of(), of("g"), of(seed=1), of(jailed=False), of(limit=2.0), of(exercise=mini_copy(other_check))]
    keys.append(of(helpers="i"))
    assert len(set(keys)) == len(keys)
    assert of() == keys[0]
    assert len(address.helpers()) == 64


def test_the_address_depends_on_the_code_of_checks_and_on_importable_code(monkeypatch):
    hashed = []
    monkeypatch.setattr(address, "_of_files", lambda paths: hashed.extend(paths))
    address.helpers()
    names = {path.relative_to(ROOT / "course").as_posix() for path in hashed}
    assert names >= {
        "grading/runner.py",
        "grading/report.py",
        "context.py",
        "training/__init__.py",
        "errors.py",
    }
    assert not {
        name
        for name in names
        if name.startswith(
            ("grading/batch/", "grading/platforms/", "grading/similarity/", "bench/", "cli/", "gate")
        )
    }


@pytest.fixture
def mini_copy(tmp_path):
    import shutil

    def make(change=lambda unit: None):
        root = tmp_path / f"mini{len(list(tmp_path.iterdir()))}"
        shutil.copytree(MINI, root, ignore=shutil.ignore_patterns("__pycache__"))
        change(root / "units" / "u01_mini")
        return catalogs.load(root).exercises[0]

    return make


def test_trouble_gives_no_score_and_is_tried_again(handed_in, tmp_path):
    folder, out = handed_in(ann="trouble", bob="b"), tmp_path / "out"
    book, new = grade(MINI, folder, out)
    ann, bob = book.students
    assert new == 1
    assert not book.judged
    assert (ann.judged, ann.grades[0].state, ann.grades[0].score) == (False, "not judged", None)
    assert bob.judged
    assert "the machine has no room left" in ann.grades[0].text
    assert [n.kind for n in book.notes if n.student == "ann"] == ["trouble"]
    handed_in(ann="a")  # the trouble is over; it was not stored
    assert grade(MINI, folder, out)[0].judged


def test_a_job_in_trouble_gets_new_processes(handed_in, tmp_path, monkeypatch):
    folder, calls = handed_in(ann="a"), []
    batch = Batch(folder, catalogs.load(MINI), Settings(("torch",)))

    def flaky(exercise, file, workers, seed):
        calls.append(workers)
        if len(calls) < 3:
            raise OSError("no")
        return judge(exercise, file, workers, seed)

    monkeypatch.setattr(grading_queue, "check", flaky)
    with Gradebook(tmp_path / "g.sqlite") as gradebook:
        events = list(batch.run(gradebook))
    assert [event.trouble for event in events] == [""]
    assert len(set(map(id, calls))) == 3


def test_leaving_early_keeps_only_complete_results(handed_in, tmp_path):
    folder = handed_in(**{f"s{i}": f"{i}" for i in range(12)})
    before = threading.active_count()
    grading_queue.check = judge
    batch = Batch(folder, catalogs.load(MINI), Settings(("torch",), jobs=3))
    with Gradebook(tmp_path / "g.sqlite") as gradebook:
        events = batch.run(gradebook)
        next(events)
        events.close()  # as Ctrl-C does
        assert threading.active_count() == before
        assert gradebook.count() == 1
        assert len(list(batch.run(gradebook))) == 11


def test_a_checker_that_always_fails_ends_the_run(handed_in, tmp_path):
    folder = handed_in(**{f"s{i}": f"trouble {i}" for i in range(10)})
    with pytest.raises(CourseError, match="The checker itself fails"):
        grade(MINI, folder, tmp_path / "out")


def test_a_file_that_is_not_a_gradebook(tmp_path):
    (tmp_path / "g.sqlite").write_bytes(b"this is no gradebook, but long enough to look like a file" * 50)
    with pytest.raises(CourseError, match="move it away"):
        Gradebook(tmp_path / "g.sqlite")
    base = sqlite3.connect(tmp_path / "h.sqlite")
    base.execute("PRAGMA user_version=99")
    base.close()
    with pytest.raises(CourseError, match="another version"):
        Gradebook(tmp_path / "h.sqlite")


def scores(book):
    return {s.id: next(g.score for g in s.grades if g.exercise.id == "ex01_centre") for s in book.students}


# the check gives crc32 of the text modulo 5, of 4 points
BEST, SOME, NONE = "e", "a", "c"


def test_the_texts_earn_the_points_that_these_tests_assume(handed_in, tmp_path):
    book, _ = grade(MINI, handed_in(x=BEST, y=SOME, z=NONE), tmp_path / "out")
    assert list(scores(book).values()) == [4, 2, 0]


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ("attempts=best", 4),
        ("attempts=last", 2),
        ("late=refuse", 4),
        ("late=refuse,attempts=last", 4),
        ("late=penalize:50,attempts=last", 1),
        ("late=penalize:25,attempts=last", Fraction(3, 2)),
        ("late=penalize:50", 4),
        ("late=penalise:50", 4),  # the other spelling
    ],
)
def test_attempts_and_lateness(handed_in, tmp_path, rules, expected):
    folder = handed_in(**{"ann__2026-11-19": BEST, "ann__2026-11-21": SOME})
    policy = read_policy([rules])
    book, _ = grade(MINI, folder, tmp_path / "out", policy=policy, deadline=read_time("2026-11-20T12:00"))
    assert scores(book) == {"ann": expected}
    kinds = [(n.kind, n.text.partition(",")[0]) for n in book.notes if n.kind in ("late", "attempt")]
    assert kinds == [
        ("attempt", "attempt 1 of 2"),
        ("attempt", "attempt 2 of 2"),
        ("late", "came 12 h after the deadline"),
    ]


@pytest.mark.parametrize(
    ("rules", "score", "kind", "message"),
    [
        ("late=refuse", 4, "time", "so it does not count as late"),
        ("late=penalize:50", 4, "time", "so it does not count as late"),
        ("late=refuse,times=file", 0, "late", "it counts, since the policy is times=file"),
        ("late=penalize:50,times=file", 2, "late", "it counts, since the policy is times=file"),
    ],
)
def test_the_time_of_a_file_counts_only_if_the_policy_says_so(
    handed_in, tmp_path, rules, score, kind, message
):
    options = {
        "policy": read_policy([rules]),
        "deadline": read_time("2001-01-01"),
    }  # the files are of September 2001
    book, _ = grade(MINI, handed_in(ann=BEST), tmp_path / "out", **options)
    assert scores(book) == {"ann": score}
    (note,) = [n for n in book.notes if n.student and n.kind in ("late", "time")]
    assert note.kind == kind
    assert "by the time of its file, which may be that of the download" in note.text
    assert message in note.text
    assert book.students[0].grades[0].late == (kind == "late")
    (whole,) = [n.text for n in book.notes if not n.student and n.kind == "time"]
    assert whole.startswith("1 of 1 submission: their submission times are not known")
    assert "column received to the roster" in whole


def test_a_deadline_that_is_a_date_lasts_until_its_end(handed_in, tmp_path):
    texts = {
        f"{name}__2026-11-{time}": BEST
        for name, time in (("ann", "20T10"), ("bob", "20T235959"), ("eve", "21"))
    }
    options = {"policy": read_policy(["late=refuse"]), "deadline": read_time("2026-11-20", end=True)}
    book, _ = grade(MINI, handed_in(**texts), tmp_path / "out", **options)
    assert scores(book) == {"ann": 4, "bob": 4, "eve": 0}
    deadline = shown_time(options["deadline"])
    assert "23:59:59" in deadline
    assert all(
        deadline in text.decode() for name, text in exports(tmp_path / "out").items() if name.endswith("html")
    )


@pytest.mark.parametrize(("created", "score"), [("2026-11-19T10:00+00:00", 4), ("2026-11-22T10:00+00:00", 0)])
def test_the_time_of_a_manifest_counts_and_the_audit_names_its_source(handed_in, tmp_path, created, score):
    folder = handed_in(ann=BEST)
    (folder / "ann" / "manifest.json").write_text(json.dumps({"created": created, "files": {}}))
    options = {"policy": read_policy(["late=refuse"]), "deadline": read_time("2026-11-20", UTC, end=True)}
    book, _ = grade(MINI, folder, tmp_path / "out", **options)
    assert scores(book) == {"ann": score}
    texts = [n.text for n in book.notes if n.kind in ("late", "time")]
    assert [("made on the student's machine" in text) for text in texts] == [True] * (1 if score else 2)


def test_times_of_the_list_and_of_the_roster_count(handed_in, tmp_path):
    day = {name: read_time(f"2026-11-{name}", UTC) for name in ("19", "21")}
    roster = {"ann": Enrolled("ann", received=day["19"]), "bob": Enrolled("bob", received=day["21"])}
    options = {
        "policy": read_policy(["late=refuse"]),
        "deadline": read_time("2026-11-20", UTC),
        "roster": roster,
    }
    folder = handed_in(ann=BEST, bob=BEST, eve=BEST)
    book, _ = grade(MINI, folder, tmp_path / "out", received={"eve": day["21"]}, **options)
    assert scores(book) == {"ann": 4, "bob": 0, "eve": 0}
    assert not [n for n in book.notes if n.kind == "time"]


def test_a_late_file_alone_and_an_extension(handed_in, tmp_path):
    folder = handed_in(**{"ann__2026-11-21": BEST, "bob__2026-11-21": BEST})
    roster = {"ann": Enrolled("ann", "Ann"), "bob": Enrolled("bob", "", read_time("2026-11-22"))}
    deadline = read_time("2026-11-20", end=True)
    options = {"policy": read_policy(["late=refuse"]), "deadline": deadline, "roster": roster}
    book, _ = grade(MINI, folder, tmp_path / "out", **options)
    assert scores(book) == {"ann": 0, "bob": 4}
    assert book.students[0].grades[0].state == "too late"
    assert book.students[0].name == "Ann"


@pytest.mark.parametrize(("rule", "students"), [("keep", ["ann", "bob", "eve"]), ("refuse", ["ann", "eve"])])
def test_unknown_and_absent_students(handed_in, tmp_path, rule, students):
    roster = {"ann": Enrolled("ann"), "eve": Enrolled("eve")}
    folder = handed_in(ann="a", bob="b")
    book, new = grade(MINI, folder, tmp_path / "out", roster=roster, policy=Policy(unknown=rule))
    assert [s.id for s in book.students] == students
    assert new == len(students) - 1
    assert {(n.student, n.kind) for n in book.notes} >= {("bob", "unknown"), ("eve", "absent")}
    assert book.students[-1].grades[0].state == "missing"


def test_identical_files_are_flagged_and_not_punished(handed_in, tmp_path):
    stub = answer_of("ex01_centre", "stub").text
    folder = handed_in(ann=BEST, bob=f"{BEST}  \n\n", eve=SOME, kim=stub, leo=stub)
    book, _ = grade(MINI, folder, tmp_path / "out")
    flagged = {n.student: n.text for n in book.notes if n.kind == "identical"}
    assert flagged == {"ann": "is the same file as that of bob", "bob": "is the same file as that of ann"}
    assert scores(book)["ann"] == 4


def test_flags_reach_the_audit(handed_in, tmp_path):
    book, _ = grade(MINI, handed_in(ann="Dense"), tmp_path / "out")
    assert [(n.kind, n.text) for n in book.notes if n.student == "ann"] == [
        ("flagged", "calls keras.layers.Dense")
    ]


@pytest.mark.parametrize(
    "text",
    ["late=penalize", "late=penalize:0", "late=penalize:x", "late=keep:3", "grace=3", "attempts=first", ""],
)
def test_policies_that_do_not_exist(text):
    with pytest.raises(CourseError, match="--policy"):
        read_policy([text])


def report(**parts):
    return {"parts": [{"name": name, "status": status} for name, status in parts.items()]}


@pytest.mark.parametrize(
    ("jax", "tensorflow", "torch", "kind", "text"),
    [
        ("passed", "passed", "passed", "right", "right on every backend"),
        ("failed", "failed", "error", "wrong mathematics", "wrong mathematics"),
        ("not done", "not done", "not done", "not done", "not done"),
        ("passed", "failed", "failed", "differs between backends", "works on jax only"),
        ("passed", "timeout", "passed", "differs between backends", "works on jax and torch only"),
    ],
)
def test_backends_together(jax, tensorflow, torch, kind, text):
    reports = {"jax": report(a="passed", b=jax), "torch": report(a="passed", b=torch)}
    verdict = compare(reports | {"tensorflow": report(a="passed", b=tensorflow)})
    assert (verdict.kind, text in verdict.text) == (kind, True)


def test_parts_that_fail_everywhere_and_parts_that_differ():
    reports = {
        "jax": report(a="failed", b="passed", c="error"),
        "torch": report(a="failed", b="error", c="passed"),
    }
    verdict = compare(reports)
    assert verdict.wrong == ("a",)
    assert verdict.differs == (("b", ("jax",)), ("c", ("torch",)))
    assert verdict.text == "some parts work on one backend, others on another"


@pytest.mark.parametrize(("rule", "score"), [("minimum", 1), ("mean", 2), ("best", 3)])
def test_one_score_from_several_backends(rule, score):
    assert Policy(backends=rule).combine([1, 2, 3]) == score


def test_what_a_killed_run_has_written_in_part_is_removed(handed_in, tmp_path):
    folder, out = handed_in(ann="a"), tmp_path / "out"
    grade(MINI, folder, out)
    before = exports(out)
    for part in (out / ".grades.csv.x1y2z3.part", out / "gradescope" / "ann" / ".results.json.abc.part"):
        part.write_bytes(b"half of")
    grade(MINI, folder, out)
    assert exports(out) == before
