"""A file that runs too long is tried again at the end, if it was starved alone, and all such files share one budget."""

import threading
import time
from collections import Counter
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from course import cli
from course.grading import time_limits
from course.grading.batch import address, grading_queue
from course.grading.batch.grading_queue import Task
from course.grading.batch.turns import Turns
from course.grading.errors import CandidateEnded
from course.grading.report import PASSED, TIMEOUT, PartResult, Report
from course.grading.time_limits import Clock, Limits
from course.processes import processor_time
from course.processes.processor_time import Use
from tests.course.grading.conftest import MINI, workers  # noqa: F401

pytestmark = pytest.mark.backend_independent


@pytest.fixture
def course(tmp_path, monkeypatch):
    """Function that runs `course grade in --out out` with an invented check; `course.order` is what it has judged.

    A file `loop` never ends; a file `slow` ends if it has its whole limit, and `starved` if it has a processor too.
    """
    helpers = address.helpers()
    monkeypatch.setattr(address, "helpers", lambda: helpers)
    monkeypatch.setenv("COURSE_HOME", str(MINI))
    monkeypatch.chdir(tmp_path)
    order, together, lock, tries = [], [], threading.Lock(), Counter()

    def order_of(text):
        tries[text] += 1
        return tries[text]

    def judge(exercise, file, workers, seed):  # noqa: F811
        text, first = file.read_bytes().decode(), workers.first_limits is not None
        with lock:
            together.append(text)
            order.append(
                (
                    text.split()[0],
                    first,
                    len([t for t in together if t.startswith(("loop", "slow", "starved"))]),
                )
            )
        time.sleep(0.02 if first else 0.1)
        with lock:
            together.remove(text)
        beside = text.split()[0] == "starved" and order_of(text) < 3
        workers.starved = not first and beside
        late = text.startswith("loop") or beside or (text.startswith("slow") and first)
        part = PartResult("all", exercise.points, 0 if late else exercise.points, TIMEOUT if late else PASSED)
        return Report(exercise.name, exercise.title, str(file), workers.backend, seed, [part])

    monkeypatch.setattr(grading_queue, "check", judge)

    def command(*words, status=0):
        order.clear()
        result = CliRunner().invoke(cli.app, ["grade", "in", "--out", "out", "--seed", "1", *words])
        assert result.exit_code == status, result.output
        return " ".join(result.output.split())

    command.order = order
    return command


@pytest.fixture
def handed_in(tmp_path):
    """Twelve students; three of them hand in a loop, and one a slow file."""
    for i in range(12):
        text = {1: "loop", 2: "loop", 3: "slow", 5: "loop"}.get(i, "fast")
        path = tmp_path / "in" / f"s{i:02}" / "u01" / "ex01_centre.py"
        path.parent.mkdir(parents=True)
        path.write_text(f"{text} {i}")
        (path.parent / "ex02_scale.py").write_text(f"fast too {i}")


def test_files_that_are_too_slow_come_last_with_their_whole_limit(course, handed_in, tmp_path):
    output = course("--jobs", "3")
    assert "4 files still ran after 15 s and had a second try at the end" in output
    assert "of the 1200 s for all of them" in output
    assert "12 submissions with 24 files graded" in output
    texts = [(text, first) for text, first, _ in course.order]
    assert len(texts) == 24 + 4
    assert all(first for _, first in texts[:24])
    assert sorted(texts[24:]) == [("loop", False)] * 3 + [("slow", False)]
    grades = (tmp_path / "out" / "grades.csv").read_text().splitlines()
    assert [line.split(",")[2] for line in grades[1:]] == ["4", "0", "0", "4", "4", "0", *["4"] * 6]
    assert "Nothing new to grade" in course()


def test_slow_files_do_not_disturb_each_other(course, handed_in, monkeypatch):
    monkeypatch.setattr(grading_queue, "cores", lambda: 1)
    course("--jobs", "4")
    assert [together for text, first, together in course.order if not first] == [1] * 4


def test_without_time_for_slow_files_they_are_not_judged_and_cost_no_points(course, handed_in, tmp_path):
    output = course("--slow", "0", status=3)
    assert "it did not end in 15 s, and the 0 min for all such files together are over" in output
    assert len(course.order) == 24
    grades = (tmp_path / "out" / "grades.csv").read_text().splitlines()
    assert grades[2].split(",")[2] == ""
    assert "4 submissions with 4 files graded" in course()  # the next run continues with them
    assert {text for text, _, _ in course.order} == {"loop", "slow"}


def test_a_budget_that_is_used_up_in_between_leaves_the_rest():
    turns = Turns([], 0.05, 1)
    for name in ("a", "b"):
        turns.postpone(Task(name, "torch", ()), name)
    first = turns.take()
    assert first.slow
    assert not turns.used_up
    time.sleep(0.06)
    turns.end(first)
    second = turns.take()
    assert second.slow
    assert turns.used_up
    turns.end(second)
    assert turns.take() is None


def test_no_slow_file_begins_while_another_file_is_graded():
    turns = Turns([Task("a", "torch", ()), Task("b", "torch", ())], 60, 2)
    one, two = turns.take(), turns.take()
    turns.postpone(two.task, "job")
    turns.end(two)
    waiting = threading.Thread(target=lambda: found.append(turns.take()))
    found = []
    waiting.start()
    waiting.join(0.05)
    assert found == []
    turns.end(one)
    waiting.join(5)
    assert (one.task.label, found[0].jobs, found[0].slow) == ("a", ("job",), True)


def test_a_file_that_had_no_processor_has_its_last_try_alone(course, handed_in, tmp_path, monkeypatch):
    monkeypatch.setattr(grading_queue, "cores", lambda: 2)
    (tmp_path / "in" / "s07" / "u01" / "ex01_centre.py").write_text("starved 7")
    output = course("--jobs", "3")
    assert (
        "5 files still ran after 15 s and had a second try at the end, 1 of them a third one alone" in output
    )
    assert [text for text, _, _ in course.order].count("loop") == 2 * 3  # no loop has a third try
    assert course.order[-1] == ("starved", False, 1)
    grades = (tmp_path / "out" / "grades.csv").read_text().splitlines()
    assert [line.split(",")[2] for line in grades[1:]] == ["4", "0", "0", "4", "4", "0", *["4"] * 6]


def test_a_file_that_was_alone_already_has_no_other_try(course, handed_in, tmp_path, monkeypatch):
    monkeypatch.setattr(grading_queue, "cores", lambda: 1)
    (tmp_path / "in" / "s07" / "u01" / "ex01_centre.py").write_text("starved 7")
    assert "a third one" not in course("--jobs", "3")
    assert [text for text, _, _ in course.order].count("starved") == 2


def test_the_last_turns_are_given_one_by_one():
    turns = Turns([], 60, 2)
    for name in ("a", "b"):
        turns.postpone(Task(name, "torch", ()), name)
    one, two = turns.take(), turns.take()
    assert one.beside
    assert two.beside
    for turn in (one, two):
        turns.leave_alone(turn.task, *turn.jobs)
    found = []
    turns.end(one)
    waiting = threading.Thread(target=lambda: found.append(turns.take()))
    waiting.start()
    waiting.join(0.05)
    assert found == []
    turns.end(two)
    waiting.join(5)
    assert (found[0].alone, found[0].beside) == (True, False)
    turns.end(found[0])
    assert turns.take().alone


class Scripted:
    """A process that uses a share of a processor, by a clock of the test."""

    def __init__(self, monkeypatch, share=1.0, runnable=True):
        self.now, self.share, self.runnable = 0.0, share, runnable
        monkeypatch.setattr(time_limits.time, "monotonic", lambda: self.now)

    def use(self, look=True):
        return Use(self.share * self.now, look and self.runnable)


def until_the_end(clock, process):
    """Run until the clock gives no more time; return the time then."""
    left = clock.left()
    while left > 0:
        process.now += left
        left = clock.more(process)
    return process.now


@pytest.mark.parametrize(
    ("share", "runnable", "seconds", "starved"),
    [
        (1.0, True, 10, False),  # a loop with a processor of its own
        (0.5, True, 20, False),  # with half of one it has its whole limit later
        (0.1, True, 40, True),  # with a tenth of one the patience ends
        (0.0, False, 10, False),  # it sleeps
    ],
)
def test_a_file_is_starved_if_it_wanted_to_compute_and_lost_much(
    monkeypatch, share, runnable, seconds, starved
):
    process = Scripted(monkeypatch, share, runnable)
    clock = Clock(Limits(part=10, exercise=10))
    clock.begin_part(None)
    clock.begin_process(process, 0.0)
    assert until_the_end(clock, process) == pytest.approx(seconds, abs=1.1)
    assert clock.starved is starved


def test_what_earlier_parts_have_lost_counts_for_the_limit_of_the_exercise(monkeypatch):
    """Six parts of 8 s each, with half a processor: 48 s of the 60 s, although 96 s pass."""
    process = Scripted(monkeypatch, 0.5)
    clock = Clock(Limits(part=30, exercise=60))
    clock.begin_part(None)
    clock.begin_process(process, 0.0)
    for part in range(6):
        if part:
            clock.begin_part(process)
        end = process.now + 16
        while (left := clock.left()) < end - process.now:
            process.now += max(left, 0.0)
            assert clock.more(process) > 0, f"stopped in part {part}"
        process.now = end


def test_a_starved_file_of_a_student_is_reported_by_its_workers(workers, monkeypatch):  # noqa: F811
    monkeypatch.setattr(workers, "limits", Limits(part=0.5, exercise=0.5, patience=0.2))
    monkeypatch.setattr(processor_time, "use", lambda pid, look=True: Use(0.0, True))
    for trusted in (True, False):
        session = workers.session("answer", b"def f():\n    while True:\n        pass\n", trusted=trusted)
        session.begin(seed=1)
        with pytest.raises(CandidateEnded, match="was still running"):
            session.candidate.f()
        assert workers.starved is not trusted
    workers.starved = False


def test_the_first_try_is_short_and_does_not_wait_for_a_busy_machine():
    assert Limits(part=60, exercise=60).short() == Limits(part=15, exercise=15, patience=0)
    assert Limits(part=2, exercise=8).short() == Limits(part=2, exercise=5, patience=0)


def test_a_file_has_its_own_limit_in_a_first_try(workers, monkeypatch):  # noqa: F811
    monkeypatch.setattr(workers, "first_limits", Limits(part=0.4, exercise=0.4, patience=0))
    session = workers.session("answer", b"import time\ndef f():\n    time.sleep(60)\n")
    session.begin(seed=1)
    began = time.monotonic()
    with pytest.raises(
        CandidateEnded, match=r"when the exercise's 0\.4 s were over|still running after 0\.4 s"
    ):
        session.candidate.f()
    assert time.monotonic() - began < 10
    own = workers.session("answer", b"", trusted=True)  # a wrong variant is not stopped earlier
    assert own._limits == workers.limits


def test_all_tasks_with_the_same_forbidden_names_come_one_after_the_other():
    def task(label, backend, *lists):
        return Task(
            label, backend, tuple(SimpleNamespace(exercise=SimpleNamespace(forbidden=n)) for n in lists)
        )

    def order(lists):
        tasks = [
            task("a", "jax", "xyz", "u", "v"),
            task("b", "jax", "v", "u", "xyz"),
            task("c", "torch", "u"),
        ]
        turns = Turns(tasks, 60, 1, lists)
        taken = [turns.take() for _ in range(5 if lists else 3)]
        return [(turn.task.label, ["".join(job.exercise.forbidden) for job in turn.jobs]) for turn in taken]

    assert order(None) == [("a", ["xyz", "u", "v"]), ("b", ["v", "u", "xyz"]), ("c", ["u"])]
    assert order(2) == [("a", ["xyz", "u"]), ("b", ["u", "xyz"]), ("a", ["v"]), ("b", ["v"]), ("c", ["u"])]
