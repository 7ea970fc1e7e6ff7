"""What `course grade` shows: its progress, and at the end the class in a few lines."""

from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from course.words import several

_SHOWN = 12  # lines of the audit on the screen


def follow(batch, gradebook, tasks, console):
    """Grade with a progress bar; return the number of finished tasks."""
    from course.grading.batch.grading_queue import ALONE, POSTPONED

    done = postponed = alone = 0
    settings = batch.settings
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        line = bar.add_task("submissions", total=len(tasks))
        for event in batch.run(gradebook, tasks):
            if event.slow == POSTPONED:
                postponed += 1
                seconds, minutes = settings.limits.exercise, settings.slow / 60
                bar.update(
                    line,
                    description=f"submissions ({several(postponed, 'slow file')} at the end: "
                    f"{seconds:g} s each, {minutes:g} min together)",
                )
            elif event.slow == ALONE:
                alone += 1
            elif event.report is None:
                console.print(
                    f"[magenta]Trouble[/] {escape(event.task.label)} {event.job.exercise.name} on "
                    f"{event.task.backend}: {escape(event.trouble)}",
                    soft_wrap=True,
                )
            if event.last:
                done += 1
                bar.advance(line)
    if postponed:
        console.print(
            f"{several(postponed, 'file')} still ran after {settings.limits.short().exercise:g} s and had a second "
            f"try at the end{f', {alone} of them a third one alone' if alone else ''}: "
            f"{batch.slow_seconds:.0f} s of the {settings.slow:.0f} s for all of them.",
            soft_wrap=True,
        )
    return done


def show(console, book, batch, tasks, graded, index, joined=None):
    """Print the speed, the mean, the deadline, the notes that matter, and where the page is."""
    from course.grading.batch.joining import missing_text
    from course.grading.batch.tables import number
    from course.grading.batch.times import shown_time

    jobs = sum(len(task.jobs) for task in tasks)
    one = len(book.settings.backends) == 1
    if tasks:
        speed = f", {60 * graded / batch.seconds:.1f} submissions a minute" if batch.seconds else ""
        of = "" if one else " (each on each backend counted)"
        what = f"{several(graded, 'submission')}{of} with {several(jobs, 'file')}"
        console.print(f"{what} graded in {batch.seconds:.0f} s{speed}.{_rest(batch, graded) if one else ''}")
    elif joined:
        console.print(f"{several(len(joined.paths), 'gradebook')} joined. {missing_text(joined)}".rstrip())
    else:
        console.print("Nothing new to grade: every result was there already.")
    totals = [
        student.total / student.points for student in book.students if student.judged and student.points
    ]
    if totals:
        mean = sum(totals) / len(totals) * 100
        absent = sum(not student.entries for student in book.students)
        of = f", {absent} of them without a submission" if absent else ""
        console.print(
            f"{several(len(book.students), 'student')}{of}, mean {number(mean)} percent of the points."
        )
    if book.settings.deadline:
        named = "" if book.settings.zone else "; --zone names another time zone than this machine's"
        console.print(f"Deadline: {escape(shown_time(book.settings.deadline))}{named}.", soft_wrap=True)
    quiet = ("corrected", "ignored", "attempt", "advisory", "marked")
    told = [
        note for note in book.notes if note.kind not in quiet or (note.kind == "ignored" and not note.student)
    ]
    told.sort(key=lambda note: note.kind == "identical")  # one for each file: they would hide all others
    for note in told[:_SHOWN]:
        place = " ".join(text for text in (note.entry or note.student, note.exercise) if text)
        text = escape(f"{place}: {note.text}" if place else note.text)
        console.print(f"  [yellow]{note.kind}[/]  {text}", soft_wrap=True)
    if len(told) > _SHOWN:
        console.print(f"  … and {len(told) - _SHOWN} more in audit.csv")
    if not book.judged:
        again = "grade the shards that are missing, then merge" if joined else "run the same command"
        console.print(f"[magenta]Not everything was judged: {again} again.[/]")
    console.print(f"Open [cyan]{escape(str(index))}[/]", soft_wrap=True)


def _rest(batch, graded):
    """Return a sentence about the submissions that were not graded in this run, or ""."""
    rest = len(batch.submissions) - graded
    if rest <= 0:
        return ""
    return (
        f" {several(rest, 'other submission')} needed no grading: the results are there, the files are equal to "
        "those of others, or the policy does not count them."
    )
