"""`course.check` in a notebook: checks the functions that the cells have defined."""

from course import backend as backends
from course import catalog as catalogs
from course.errors import CourseError
from course.notebooks import cells as notebook_cells
from course.notebooks.result import Result

_HEAD = "# Written by course.check from the cells of a notebook.\n"


def check(what, *, save=False, seed=0, timeout=60.0):
    """Check the answer to an exercise that stands in the cells of this notebook, and show the result.

    The newest definitions of the functions that the exercise asks for are taken, with everything that they use. They
    run in a process of their own, as in `course check`. The result is advisory: your instructor grades the file that
    you hand in.

    Args:
        what: The exercise, as in `"3.5"` or `"u03/ex05"`.
        save: Also write the answer to the folder `work`, for `course submit`. A file that you have written
            yourself is never overwritten.
        seed: Seed of the inputs; recorded inputs, in the student edition, are always the same.
        timeout: Seconds for the exercise.

    Returns:
        A `Result`, which a notebook shows as HTML.

    Raises:
        CourseError: There is no such exercise, no cell defines its functions, or this is no notebook.
    """
    exercise, *others = catalogs.load().exercises_of(str(what))
    if others:
        raise CourseError(f'{what} is a unit: name one exercise, as in course.check("{_short(exercise)}").')
    names = notebook_cells.public_names(exercise.stub.read_text(encoding="utf-8"))
    text = notebook_cells.answer(_cells(), names)
    report = _report(exercise, text, seed, timeout)
    saved = _save(exercise, text) if save else None
    return Result(report, exercise, saved)


def _short(exercise):
    return f"{exercise.unit.number}.{exercise.number}"


def _cells():
    """Return the sources of the cells that were run, the current one last."""
    try:
        from IPython import get_ipython
    except ImportError:
        shell = None
    else:
        shell = get_ipython()
    if shell is None:
        raise CourseError("course.check works in a notebook. In a terminal, use the command `course check`.")
    return [shell.transform_cell(cell) for cell in shell.user_ns.get("In", ())]


def _report(exercise, text, seed, timeout):
    from course.grading.authoring.derived import Derived
    from course.grading.runner import check as check_file
    from course.grading.sandbox.jail import best_launcher
    from course.grading.sandbox.workers import Workers
    from course.grading.time_limits import Limits
    from course.grading.workspace.progress import Progress

    limits = Limits(part=timeout, exercise=timeout)
    launcher, _, _ = best_launcher()
    with Workers(backends.choose().name, launcher, limits) as workers:
        report = check_file(exercise, Derived("your cells", text), workers, seed)
    progress = Progress()
    progress.record(report)
    progress.save()
    return report


def _save(exercise, text):
    from course.grading import workspace

    path = workspace.answer(exercise)
    if path.exists() and not path.read_text(encoding="utf-8").startswith(_HEAD):
        untouched = path.read_text(encoding="utf-8") == exercise.stub.read_text(encoding="utf-8")
        if not untouched:
            raise CourseError(
                f"{workspace.shown(path)} is a file that you have written, and it is not overwritten. Rename it, "
                "then check again."
            )
    path.parent.mkdir(parents=True, exist_ok=True)
    workspace.write_whole(path, (_HEAD + text).encode())
    return workspace.shown(path)
