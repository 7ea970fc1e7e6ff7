"""Grades a whole class: submissions → results by address → grades and audit.

with Gradebook(out / "gradebook.sqlite") as gradebook:
    batch = Batch(folder, catalog, ...)
    batch.use(gradebook.secret())
    for event in batch.run(gradebook): ...
    book = batch.book(gradebook)
"""

import functools
import time
from dataclasses import dataclass, field, replace

from course.errors import CourseError
from course.grading.batch import address, attempts, audit, seeds
from course.grading.batch.disclosure import HINTS
from course.grading.batch.grading_queue import AGAIN, SLOW, GradingQueue, Job, Task
from course.grading.batch.intake import Clock, read_submissions
from course.grading.batch.joining import About
from course.grading.batch.marks import NOT_APPLIED, apply, current, lost_notes, mark_notes
from course.grading.batch.policy import Policy
from course.grading.batch.scores import UNJUDGED, Student, grade_student
from course.grading.batch.steady import steady
from course.grading.batch.submission import Note
from course.grading.errors import GraderError
from course.grading.platforms.people import People
from course.grading.sandbox.launcher import can_fork, plain
from course.grading.time_limits import Limits

# if the checker fails for this number of students and there is no result, the run ends with an error
IN_A_ROW = 6


@dataclass(frozen=True)
class Settings:
    """The settings for the grading of a class.

    `seed` is the secret from which all seeds are derived (`seeds.py`); `course grade` reads it from the gradebook.
    `jailed` says whether the processes of `launcher` are jailed, and `why` gives the reason if they are not. `deadline`
    is a datetime or None, `roster` a dictionary student → `Enrolled` or None. `zone` is the time zone of times without
    one (None: that of this machine), and `received` maps names of submissions or students to times. `feedback` is a
    level of `disclosure.py`. `exports` are names in `platforms/exports.py`, `assignment` is the name on the platform.
    `shard` is the `Shard` of the class that this run grades, or None for all. `environments`
    are those of the machines that have graded (`joining.py`), or None for this machine. `slow` is the time in seconds
    for all files together that are too slow in their first try (`turns.py`).
    """

    backends: tuple
    seed: int = 0
    jobs: int = 1
    policy: Policy = field(default_factory=Policy)
    deadline: object = None
    roster: dict | None = None
    zone: object = None
    received: dict = field(default_factory=dict)
    launcher: object = plain
    jailed: bool = False
    why: str = ""
    limits: Limits = field(default_factory=Limits)
    feedback: str = HINTS
    exports: tuple = ()
    assignment: str | None = None
    shard: object = None
    environments: dict | None = None
    slow: float = SLOW

    @functools.cached_property
    def people(self):
        """The persons of the roster, by all of their names."""
        return People(self.roster or {})

    @property
    def clock(self):
        """The time zone and the known times: the roster's column `received`, and the list with any name of a person."""
        listed = {one.student: one.received for one in (self.roster or {}).values() if one.received}
        # of several names of a person the first counts
        meant = {self.people.find(name)[0] or name: when for name, when in reversed(self.received.items())}
        return Clock(self.zone, listed | meant | self.received)


@dataclass
class Book:
    """The grades of a class: everything that an export may show."""

    exercises: list
    students: list
    notes: list
    settings: Settings
    environments: dict  # backend → versions and settings on which the results depend

    @property
    def judged(self):
        """False if some exercise could not be graded because the grader itself failed."""
        return all(student.judged for student in self.students)


class Batch:
    """One run over one folder of submissions.

    Args:
        folder: The folder of submissions.
        catalog: The `Catalog` of the course.
        settings: A `Settings`.
        exercises: The exercises that count; None for the exercises of all units that occur in the submissions.

    Raises:
        CourseError: The folder does not exist, or it contains nothing that can be graded.
    """

    def __init__(self, folder, catalog, settings, exercises=None):
        self.settings = settings
        self.submissions, self._others = read_submissions(folder, catalog, settings.clock, settings.people)
        if not self.submissions and not self._others and settings.roster is None:
            raise CourseError(f"{folder} is empty: it should hold a folder or a zip for each student.")
        self.exercises = exercises or self._handed_in(catalog)
        if not self.exercises:
            raise CourseError(
                f"{folder} holds no file of an exercise: a student's folder is like alice/u02/ex01_….py."
            )
        for exercise in self.exercises:
            if not exercise.check.is_file():
                raise CourseError(f"{exercise.name} has no check.py: the student edition grades no class.")
        self._refused = self._not_on_roster()
        attempts.limit(self.submissions, settings.policy, self._counts_as_late)
        self._environments = settings.environments or {
            b: address.environment(b, settings.jailed, settings.limits) for b in settings.backends
        }
        self._helpers = address.helpers()
        self._checks = {e.name: address.check(e) for e in self.exercises}
        self.use(settings.seed)
        self._trouble = {}
        self.seconds = self.slow_seconds = 0.0

    def use(self, secret):
        """Derive the seeds of all files from this secret."""
        self.settings = replace(self.settings, seed=secret)
        files = {
            (s.files[e.name].digest, e.name)
            for s in self._counting()
            for e in self.exercises
            if e.name in s.files
        }
        self._seeds = {(digest, name): seeds.of_file(secret, name, digest) for digest, name in files}
        self._keys = {
            (digest, name, backend): address.key(digest, self._checks[name], self._helpers, environment, seed)
            for (digest, name), seed in self._seeds.items()
            for backend, environment in self._environments.items()
        }

    def about(self):
        """Return the `About` of this run, which a gradebook stores for a later `--merge`."""
        s = self.settings
        shard = str(s.shard) if s.shard else ""
        return About(self._helpers, self._checks, self._environments, s.jailed, s.why, shard)

    def tasks(self, gradebook):
        """Return the tasks of this shard that are left; equal files of several students are graded once."""
        tasks, planned = [], set()
        shard = self.settings.shard
        for backend in self.settings.backends:
            for s in self._counting():
                if shard is not None and not shard.holds(s.student):
                    continue
                jobs = []
                for exercise in self.exercises:
                    file = s.files.get(exercise.name)
                    key = file and self._keys[file.digest, exercise.name, backend]
                    if file and key not in planned and gradebook.get(key) is None:
                        planned.add(key)
                        seed = self._seeds[file.digest, exercise.name]
                        jobs.append(Job(key, exercise, file.data, file.digest, seed))
                if jobs:
                    tasks.append(Task(s.entry, backend, tuple(jobs)))
        return tasks

    def forget(self, gradebook, student=None, exercises=()):
        """Remove the results of a student's files, or of all files of some exercises, so that they are graded again.

        Students with equal files share one result. Return the number of removed results.
        """
        keys = {
            self._keys[s.files[e.name].digest, e.name, backend]
            for s in self._counting()
            for e in self.exercises
            for backend in self.settings.backends
            if e.name in s.files and (s.student == student or e.name in exercises)
        }
        return gradebook.forget(sorted(keys))

    def run(self, gradebook, tasks=None):
        """Grade the tasks that are left, store each result at once, and yield the `Event`s.

        Raises:
            GraderError: The checker fails for one student after another, and there is no result at all.
        """
        s, in_a_row, began = self.settings, set(), time.monotonic()
        tasks = self.tasks(gradebook) if tasks is None else tasks
        self._trouble = {}
        shared = s.jailed and can_fork()
        with GradingQueue(tasks, s.launcher, s.limits, s.jobs, shared, slow=s.slow) as events:
            for event in events:
                if event.slow in AGAIN:
                    yield event
                    continue
                if event.report is None:
                    self._trouble[event.job.key] = steady(event.trouble)
                    if not event.slow:
                        in_a_row.add(event.task.label)
                else:
                    in_a_row.clear()
                    report = steady(event.report)
                    backend = event.task.backend
                    gradebook.put(event.job, backend, event.job.seed, report, self._environments[backend])
                self.seconds, self.slow_seconds = time.monotonic() - began, events.slow_seconds
                yield event
                if len(in_a_row) >= IN_A_ROW and gradebook.count() == 0:
                    raise GraderError(
                        f"The checker itself fails, so nothing was graded: {event.trouble} `course doctor` shows more."
                    )

    def book(self, gradebook):
        """Return the `Book`, which depends only on the submissions, the settings and the results."""
        s, roster = self.settings, self.settings.roster
        counting = self._counting()
        notes = [*self._others, *(note for one in self.submissions for note in one.notes)]
        notes += audit.attempt_notes([s for s in self.submissions if s.student not in self._refused])
        notes += audit.late_notes(counting, self._late, s.policy)
        if s.deadline is not None or any(one.deadline for one in (roster or {}).values()):
            notes += audit.time_notes(counting)
        notes += audit.identical_notes(counting, self.exercises) + audit.alike_notes(self.submissions)
        notes += audit.list_notes(s.received, self.submissions, s.people)
        if roster is not None:
            notes += audit.roster_notes(self.submissions, roster, s.policy.unknown == "refuse")
        if not s.jailed:
            text = f"the submissions did not run in a jail: {s.why or 'none was asked for'}"
            notes.append(Note("", "", "", "advisory", text))
        given = gradebook.marks()
        marks, notes = current(given), notes + mark_notes(given)
        students = []
        for name in sorted({one.student for one in counting} | set(roster or ())):
            own = [one for one in counting if one.student == name]
            student = Student(name, roster[name].name if roster and name in roster else "")
            student.entries = [one.entry for one in own]
            student.received = {one.entry: (one.received, one.by) for one in own}
            find = lambda one, exercise: self._find(gradebook, one, exercise)  # noqa: E731
            grade_student(student, own, self.exercises, s.policy, self._counts_as_late, find)
            for i, grade in enumerate(student.grades):
                by_hand = marks.get((name, grade.exercise.name), {})
                student.grades[i], troubles = apply(grade, by_hand, s.policy)
                notes += [Note(name, "", grade.exercise.name, NOT_APPLIED, text) for text in troubles]
            notes += audit.flag_notes(student)
            for grade in student.grades:
                if grade.state == UNJUDGED:
                    notes.append(Note(name, grade.entry, grade.exercise.name, "trouble", grade.text))
            students.append(student)
        notes += lost_notes(marks, {one.id for one in students}, {e.name for e in self.exercises})
        notes = sorted(set(notes))
        students = [
            replace(one, notes=[note for note in notes if note.student == one.id]) for one in students
        ]
        return Book(self.exercises, students, notes, s, self._environments)

    def _find(self, gradebook, submission, exercise):
        reports, keys, trouble = {}, {}, ""
        for backend in self.settings.backends:
            key = self._keys[submission.files[exercise.name].digest, exercise.name, backend]
            report = gradebook.get(key)
            keys[backend] = key
            if report is None:
                trouble = (
                    trouble
                    or f"not judged on {backend}: {self._trouble.get(key, 'it has not been graded yet')}"
                )
            else:
                reports[backend] = report
        return reports, keys, trouble

    def _handed_in(self, catalog):
        names = {name for s in self.submissions for name in (*s.files, *s.refused)}
        return [
            e
            for unit in catalog.units
            if any(e.name in names for e in unit.exercises)
            for e in unit.exercises
        ]

    def _not_on_roster(self):
        if self.settings.roster is None or self.settings.policy.unknown != "refuse":
            return set()
        return {s.student for s in self.submissions if s.student not in self.settings.roster}

    def _counting(self):
        return [s for s in self.submissions if s.student not in self._refused and not s.uncounted]

    def _counts_as_late(self, submission):
        return audit.counts_as_late(submission, self._late(submission), self.settings.policy)

    def _late(self, submission):
        roster = self.settings.roster or {}
        return audit.lateness(submission, self.settings.deadline, roster.get(submission.student))
