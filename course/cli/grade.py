"""The instructor's command `course grade`: a folder of submissions in, a gradebook and its exports out."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from course import backend as backends
from course import catalog as catalogs
from course.cli import grade_screen, output, shards
from course.cli.screen import error_console, screen
from course.errors import CourseError
from course.processes import threads
from course.words import several

UNJUDGED = 3  # exit status: the grader failed for some file


def register(app):
    """Add the command to the application."""
    app.command(rich_help_panel="For instructors")(grade)


def grade(
    submissions: Annotated[Path, typer.Argument(help="Folder with a folder or zip for each student.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Gradebook and exports go here.")],
    backend: Annotated[
        str | None, typer.Option(metavar="NAME", help="jax, tensorflow, torch or all.")
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option(min=1, help="Number of submissions at the same time; default: one for each processor."),
    ] = None,
    seed: Annotated[
        str | None,
        typer.Option(metavar="N", help="Seed of the inputs; default: the gradebook's, drawn for it."),
    ] = None,
    seed_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The seed in a file, made by `course seed`.")
    ] = None,
    shard: Annotated[
        str | None, typer.Option(metavar="I/N", help="Only this share of the students, for several machines.")
    ] = None,
    merge: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="DIR", help="Join the results of shards: a shard's --out, or the folder of all."
        ),
    ] = None,
    unit: Annotated[
        list[str] | None, typer.Option(metavar="UNIT", help="Only this unit; may be repeated.")
    ] = None,
    exercise: Annotated[
        list[str] | None, typer.Option(metavar="EXERCISE", help="Only this exercise; may be repeated.")
    ] = None,
    roster: Annotated[
        Path | None,
        typer.Option(metavar="CSV", help="The class, as Moodle, Canvas or Gradescope export it."),
    ] = None,
    student_column: Annotated[
        str | None,
        typer.Option(metavar="COLUMN", help="The roster's column that names the students in all results."),
    ] = None,
    received: Annotated[
        Path | None,
        typer.Option(metavar="CSV", help="When they came. Columns: submission or student, and received."),
    ] = None,
    deadline: Annotated[
        str | None, typer.Option(metavar="TIME", help="Like 2026-11-20 (until its end) or 2026-11-20T18:00.")
    ] = None,
    zone: Annotated[
        str | None, typer.Option(metavar="ZONE", help="Of times that name none; default: this machine's.")
    ] = None,
    policy: Annotated[
        list[str] | None, typer.Option(metavar="RULE=VALUE", help="What counts; see below.")
    ] = None,
    feedback: Annotated[
        str, typer.Option(metavar="LEVEL", help="What students read: none, points, hints or full.")
    ] = "hints",
    export: Annotated[
        list[str] | None,
        typer.Option(metavar="PLATFORM", help="Also a table for moodle, canvas, gradescope or csv."),
    ] = None,
    assignment: Annotated[
        str | None, typer.Option(metavar="NAME", help="The assignment's name there; default: Unit N.")
    ] = None,
    regrade: Annotated[
        list[str] | None,
        typer.Option(metavar="STUDENT|EXERCISE", help="Grade these files again; may be repeated."),
    ] = None,
    timeout: Annotated[
        float | None, typer.Option(min=1.0, help="Seconds for one exercise; default: 60.")
    ] = None,
    slow: Annotated[
        float | None,
        typer.Option(min=0.0, metavar="MINUTES", help="For all very slow files together; default: 20."),
    ] = None,
):
    """Grade a class.

    [cyan]course grade handed_in --out grades --unit u02[/]       a unit, on one backend
    [cyan]course grade handed_in --out grades --backend all[/]    on three, and what differs between them

    SUBMISSIONS holds alice.zip or alice/ for each student; in it u02/ex01_softmax.py or ex01_softmax.py. A number or
    time behind @ is an attempt: alice@2.zip, alice@2026-11-20T18.zip. The time of a submission is taken from its name,
    from --received, from the roster or from its manifest; the modification time of a file counts only with times=file.

    The downloads of Moodle, Canvas and Gradescope need no other names, and --roster reads their tables. With --export
    canvas the folder export gets a table that Canvas imports.

    With --feedback hints, which is the default, pages of students show no expected value; full shows them.

    You can stop the command and run it again: results are kept, and only new files are graded.

    Several machines: draw a seed, and give each machine another shard with the same options. At the end join the
    shards, with the roster, the deadline and the policy:

    [cyan]course seed class.seed[/]
    [cyan]course grade handed_in --out shards/1 --shard 1/8 --seed-file class.seed[/]
    [cyan]course grade handed_in --out grades --merge shards[/]

    The inputs are drawn from a random seed of the class. The gradebook and grades.json contain it, no page of a student
    does; --seed repeats it elsewhere.

    Rules of --policy, the first value is the default: attempts=best|last|N|last:N, late=keep|penalize:P|refuse,
    times=said|file, unknown=keep|refuse, backends=minimum|mean|best.

    Exit status: 0 everything was judged, 2 it could not begin, 3 the grader failed for some file (run it again).
    """
    from course.grading.batch.disclosure import LEVELS
    from course.grading.batch.exports import write_exports
    from course.grading.batch.grade import Batch, Settings
    from course.grading.batch.gradebook import Gradebook
    from course.grading.batch.joining import FILE
    from course.grading.batch.options import dropped
    from course.grading.batch.policy import read_policy
    from course.grading.batch.roster import read_received, read_roster
    from course.grading.batch.times import read_time, read_zone
    from course.grading.errors import GraderError
    from course.grading.platforms import exports
    from course.grading.time_limits import Limits

    catalog = catalogs.load()
    output.check_outside(out, submissions)
    if feedback not in LEVELS:
        raise CourseError(f"--feedback {feedback}: it is one of {', '.join(LEVELS)}.")
    secret = shards.read_seed(seed, seed_file)
    part = shards.read_shard(shard, secret, out)
    joined = shards.read_merge(
        merge,
        shard=shard,
        seed=seed,
        seed_file=seed_file,
        backend=backend,
        unit=unit,
        exercise=exercise,
        regrade=regrade,
        jobs=jobs,
        timeout=timeout,
        slow=slow is not None,
    )
    timeout = timeout or Limits.exercise
    where = joined.settings() if joined else _where(backend)
    place = read_zone(zone) if zone else None
    given = {
        "--unit": unit,
        "--exercise": exercise,
        "--roster": roster,
        "--student-column": student_column,
        "--received": received,
        "--deadline": deadline,
        "--zone": zone,
        "--policy": policy,
        "--feedback": feedback if feedback != "hints" else None,
        "--export": export,
        "--assignment": assignment,
    }
    settings = Settings(
        jobs=jobs or threads.cores(),
        policy=read_policy(policy or []),
        deadline=read_time(deadline, place, end=True) if deadline else None,
        roster=read_roster(roster, place, student_column) if roster else None,
        zone=place,
        received=read_received(received, place) if received else {},
        limits=Limits(part=timeout, exercise=timeout),
        feedback=feedback,
        exports=tuple(dict.fromkeys(export or ())),
        assignment=assignment,
        shard=part,
        slow=Settings.slow if slow is None else 60 * slow,
        **where,
    )
    exports.check(settings.exports, settings.roster)
    named = joined.exercises(catalog) if joined else _exercises(catalog, unit or [], exercise or [])
    batch = Batch(submissions, catalog, settings, named)
    if joined:
        joined.check(batch)
    again = [_again(catalog, batch, text) for text in regrade or []]
    output.make(out)
    console, status = screen(), error_console()
    if not settings.jailed and not joined:
        status.print(
            f"[yellow]Advisory: the submissions do not run in a jail.[/] {escape(settings.why)}",
            soft_wrap=True,
        )
    with Gradebook(out / FILE) as gradebook:
        if joined:
            replaced = joined.copy_to(gradebook)
        else:
            gradebook.store("about", batch.about().text())
        batch.use(gradebook.secret(secret))
        for student, exercises in again:
            batch.forget(gradebook, student, exercises)
        tasks = [] if joined else batch.tasks(gradebook)
        try:
            graded = grade_screen.follow(batch, gradebook, tasks, status)
        except GraderError as error:
            status.print(f"[red]{escape(str(error))}[/]", soft_wrap=True)
            raise typer.Exit(UNJUDGED) from None
        if part:
            left = sum(len(task.jobs) for task in batch.tasks(gradebook))
            for line in shards.shard_text(batch, tasks, graded, left, out, given):
                console.print(escape(line), soft_wrap=True)
            raise typer.Exit(UNJUDGED if left else 0)
        book = batch.book(gradebook)
        gradebook.write_grades(*rows(book))
        forgotten = dropped(gradebook, given)
        index = write_exports(book, out)
    grade_screen.show(console, book, batch, tasks, graded, index, joined)
    if joined and replaced:
        console.print(f"[yellow]{several(replaced, 'earlier result')} replaced by those of the shards.[/]")
    if forgotten:
        console.print(f"[yellow]{escape(forgotten)}[/]", soft_wrap=True)
    if not book.judged:
        raise typer.Exit(UNJUDGED)


def rows(book):
    """Return the rows of the gradebook's tables `grades` and `audit`."""
    from course.grading.batch.tables import number

    grades = [
        (
            *(student.id, grade.exercise.name, grade.state),
            *(None if grade.score is None else number(grade.score), grade.points, grade.entry),
            " ".join(grade.keys.values()),
        )
        for student in book.students
        for grade in student.grades
    ]
    return grades, [(n.student, n.entry, n.exercise, n.kind, n.text) for n in book.notes]


def _launcher():
    """Return the launcher of a candidate, whether it uses a jail, and what is missing if it does not."""
    try:
        from course.grading.sandbox.jail import best_launcher
    except ImportError:
        from course.grading.sandbox.launcher import plain

        return plain, False, "this course has no jail yet"
    launcher, jailed, why = best_launcher()
    return launcher, bool(jailed), str(why or "")


def _where(backend):
    """Return the values for `Settings` that say where files are graded."""
    launcher, jailed, why = _launcher()
    return {"backends": _backends(backend), "launcher": launcher, "jailed": jailed, "why": why}


def _backends(name):
    if name != "all":
        return (backends.choose(name).name,)
    missing = [b for b in backends.BACKENDS if not backends.installed(b)]
    if missing:
        raise CourseError(f"--backend all needs {', '.join(missing)}: {backends.install(*missing)}")
    return backends.BACKENDS


def _exercises(catalog, units, exercises):
    """Return the exercises that the options name, in the order of the course; None without options."""
    names = {thing.name for text in (*units, *exercises) for thing in catalog.exercises_of(text)}
    return [exercise for exercise in catalog.exercises if exercise.name in names] or None


def _again(catalog, batch, text):
    """Return the student or the names of the exercises that a --regrade means."""
    if text in {submission.student for submission in batch.submissions}:
        return text, ()
    try:
        named = {exercise.name for exercise in catalog.exercises_of(text)}
    except CourseError:
        named = set()
    if found := named & {exercise.name for exercise in batch.exercises}:
        return None, found
    raise CourseError(
        f"--regrade {text}: no student of these submissions and no graded exercise has this name."
    )
