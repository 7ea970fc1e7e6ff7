"""Grades one submission inside Gradescope's container: what `run_autograder` calls (`course/release/gradescope.py`).

    python -m course.cli.container          # the submission in /autograder/submission
    python -m course.cli.container --try    # when the image is built: can a file be graded here?

| path below /autograder | content |
| --- | --- |
| `source/` | the course, `class.seed`, and `settings.json` |
| `submission/`, `submission_metadata.json` | what the student has handed in, and when |
| `results/results.json` | the points; if the grader itself fails there is none, and the exit status is 1 |
"""

import json
import shutil
import sys
import tempfile
from datetime import datetime
from pathlib import Path

from course import catalog as catalogs
from course.errors import CourseError
from course.grading.batch.grade import Batch, Settings
from course.grading.batch.gradebook import Gradebook
from course.grading.batch.gradescope import results_json
from course.grading.batch.policy import read_policy
from course.grading.sandbox.jail import best_launcher
from course.grading.sandbox.other_user import other_user, possible
from course.grading.sandbox.workers import Workers
from course.grading.time_limits import Limits
from course.processes import threads

HOME = Path("/autograder")
STUDENT = "student"  # Gradescope knows who has handed in; the name appears nowhere
_ANSWER = b"def answer():\n    return 42\n"


def main(arguments, home=HOME):
    """Grade the submission, or try the machine; return the exit status."""
    try:
        settings = json.loads((home / "source" / "settings.json").read_text(encoding="utf-8"))
        if "--try" in arguments:
            try_machine(settings)
            return 0
        results = home / "results"
        results.mkdir(exist_ok=True)
        results.chmod(0o700)  # it holds what is printed here, for the instructor
        text = grade(home, settings)
        (results / "results.json").write_text(text, encoding="utf-8")
    except (CourseError, OSError, ValueError, KeyError) as error:
        print(f"Nothing was graded: {error}", file=sys.stderr)
        return 1
    return 0


def grade(home, settings):
    """Return the text of `results.json` for the submission.

    Raises:
        CourseError: The grader itself failed, so there are no points.
    """
    catalog = catalogs.load()
    by_name = {exercise.name: exercise for exercise in catalog.exercises}
    exercises = [by_name[name] for name in settings["exercises"]]
    policy = read_policy(settings["policy"])
    created, due = _times(home / "submission_metadata.json")
    launcher, jailed, why = launcher_here()
    print(f"Files run {'in a jail' if jailed else f'without a jail: {why}'}")
    with tempfile.TemporaryDirectory(prefix="medl-grade-") as place:  # only its owner can read it
        handed_in = Path(place) / "handed_in"
        shutil.copytree(home / "submission", handed_in / STUDENT, symlinks=True)
        asked = Settings(
            backends=(settings["backend"],),
            seed=int((home / "source" / "class.seed").read_text(encoding="ascii")),
            jobs=threads.cores(),
            policy=policy,
            deadline=due if policy.late != "keep" else None,
            received={STUDENT: created} if created else {},
            launcher=launcher,
            jailed=jailed,
            why=why,
            limits=Limits(part=settings["timeout"], exercise=settings["timeout"]),
            feedback=settings["feedback"],
        )
        batch = Batch(handed_in, catalog, asked, exercises)
        with Gradebook(Path(place) / "gradebook.sqlite") as gradebook:
            for _ in range(2):  # if the grader fails for a file, it tries once more
                for event in batch.run(gradebook):
                    print(f"{event.job.exercise.name} {event.trouble or event.slow}".rstrip())
            book = batch.book(gradebook)
    for note in book.notes:
        print(f"{note.kind} {note.exercise}: {note.text}")
    if not book.judged:
        raise CourseError("the grader failed for some file; run the autograder again for this submission.")
    (student,) = book.students
    return results_json(book, student)


def launcher_here():
    """Return the launcher of a candidate in this container, whether it is a jail, and why it is none.

    Raises:
        CourseError: A file would run as the user of the grader, who can read the checks.
    """
    launcher, jailed, why = best_launcher()
    if jailed:
        return launcher, True, why
    if not possible():
        raise CourseError(f"{why} A user of its own for each file needs root and `setpriv` (of util-linux).")
    return other_user, False, f"{why} Each file runs as a user of its own, who cannot read the checks."


def try_machine(settings):
    """Check one file of the course where a candidate's file will run.

    Raises:
        CourseError: It does not work here.
    """
    launcher, jailed, why = launcher_here()
    with Workers(settings["backend"], launcher) as workers:
        session = workers.session("trial", _ANSWER)
        session.begin(seed=0)
        right = session.candidate.answer() == 42
        session.close()
    if not right:
        raise CourseError("A file of the course does not give its answer here.")
    print(f"A file can be graded here, {'in a jail' if jailed else f'without a jail: {why}'}")


def _times(path):
    """Return when the submission came and when it was due; None for what the metadata do not say."""
    if not path.is_file():
        return None, None
    about = json.loads(path.read_text(encoding="utf-8"))
    users = [user.get("id") for user in about.get("users") or ()]
    own = [user["assignment"].get("due_date") for user in about.get("users") or () if user.get("assignment")]
    due = next((text for text in own if text), None) or (about.get("assignment") or {}).get("due_date")
    print(f"submission {about.get('id')} of {', '.join(map(str, users)) or 'an unknown user'}")
    return _time(about.get("created_at")), _time(due)


def _time(text):
    return datetime.fromisoformat(text) if text else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
