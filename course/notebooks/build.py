"""A lesson or an exercise as a notebook. The same content gives the same bytes: fixed names of cells, no outputs."""

import ast
import re

from course.errors import CourseError
from course.notebooks import hosted
from course.words import several

_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
_RUN = re.compile(r"Run this file cell by cell\b[^.]*? as a whole with Python\.")
_FILE = re.compile(r"\[[^\]]*\]\((\w[\w./]*)\)")  # a link to a file of the unit
_INSTALL = 'pip install -c constraints.txt -e ".[notebooks]"'


def lesson(unit, source=""):
    """Return the notebook of a unit's `lesson.py` as text.

    Args:
        unit: A `course.catalog.Unit`.
        source: See `course.notebooks.hosted.cell`.

    Raises:
        CourseError: The packages for notebooks are not installed.
    """
    require()
    import jupytext

    read = jupytext.reads((unit.path / "lesson.py").read_text(encoding="utf-8"), fmt="py:percent")
    cells = [
        (cell.cell_type, _elsewhere(cell.source, unit) if cell.cell_type == "markdown" else cell.source)
        for cell in read.cells
        if not _is_docstring(cell)
    ]
    title, *others = cells
    return _notebook([title, ("code", hosted.cell(source)), *others], f"{unit.name}-lesson")


def exercise(exercise, source=""):
    """Return the notebook of an exercise as text: the task, the stub, and a cell that checks the answer.

    Args:
        exercise: A `course.catalog.Exercise`.
        source: See `course.notebooks.hosted.cell`.

    Raises:
        CourseError: The packages for notebooks are not installed.
    """
    require()
    name = f"{exercise.unit.number}.{exercise.number}"
    task = exercise.task.read_text(encoding="utf-8")
    about = (
        f"Exercise {name}: {several(exercise.points, 'point')}, about {exercise.minutes} minutes. "
        "Complete the functions in the next cell, run it, then run the cell below it. "
        "You may add cells with functions of your own."
    )
    cells = [
        ("markdown", _formulas(task)),
        ("code", hosted.cell(source)),
        ("markdown", about),
        ("code", exercise.stub.read_text(encoding="utf-8").rstrip("\n")),
        ("markdown", _CHECK.format(name=name)),
        ("code", f'import course\n\ncourse.check("{name}")'),
    ]
    return _notebook(cells, exercise.name.replace("/", "-"))


_CHECK = """## Check your answer

The next cell checks the functions of the cells that you have run. The result is advisory: your instructor grades the
file that you hand in. `course.check("{name}", save=True)` also writes that file to your folder `work`; in a terminal
`course submit` packs it."""


def write(units, folder, source=""):
    """Write the notebooks of units to `folder/uNN/` and return their paths.

    Args:
        units: `course.catalog.Unit`s.
        folder: A `pathlib.Path`.
        source: See `course.notebooks.hosted.cell`.
    """
    written = []
    for unit in units:
        texts = {"lesson": lesson(unit, source)} | {
            each.id: exercise(each, source) for each in unit.exercises
        }
        (folder / unit.name).mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            path = folder / unit.name / f"{name}.ipynb"
            path.write_text(text, encoding="utf-8", newline="\n")
            written.append(path)
    return written


def require():
    """Raise a `CourseError` if the packages for notebooks are not installed."""
    try:
        import jupytext  # noqa: F401
        import nbformat  # noqa: F401
    except ImportError as error:
        raise CourseError(f"Notebooks need the package {error.name}: {_INSTALL}") from None


def _notebook(cells, name):
    import nbformat
    from nbformat import v4

    made = []
    for number, (kind, source) in enumerate(cells):
        new = {"markdown": v4.new_markdown_cell, "code": v4.new_code_cell}[kind]
        made.append(new(source, id=f"{name}-{number:02d}"))
    notebook = v4.new_notebook(cells=made, metadata=_METADATA)
    nbformat.validate(notebook)
    return nbformat.writes(notebook) + "\n"


def _is_docstring(cell):
    """Tell whether a cell is the docstring of the file, which has no use in a notebook."""
    if cell.cell_type != "code":
        return False
    body = ast.parse(cell.source).body
    return len(body) == 1 and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant)


def _elsewhere(text, unit):
    """Return a text of a lesson for a notebook, which is not run as a file and has no other file beside it."""
    text = _RUN.sub("Run the cells of this notebook from top to bottom.", text)
    return _FILE.sub(rf"`units/{unit.slug}/\1`", text)


def _formulas(text):
    """Write formulas as notebooks expect them: between dollars, not in a fence."""
    return re.sub(r"^```math\n(.*?)^```$", r"$$\n\1$$", text, flags=re.DOTALL | re.MULTILINE)
