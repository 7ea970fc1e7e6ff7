"""Writes the README of the student edition."""

from pathlib import Path

from course.words import several


def readme(content, edition):
    """Return the README as Markdown."""
    rows = "\n".join(_row(unit, edition) for unit in content.units)
    # the commands show unit 1: unit 0 is an appendix
    shown = next((unit for unit in content.units if unit.number > 0), None)
    first = shown.name if shown else "u01"
    folder = Path(shown.path).name if shown else "u01_…"
    experiment = next((e.name for e in content.experiments if e.unit is shown), f"{first}/…")
    elsewhere = edition.points - edition.public_points
    instructor = (
        f'Only your instructor can give {several(elsewhere, "point")}: for these a check says "not checked here", '
        "and if everything else is right, its exit status is 4, not 0."
        if elsewhere
        else ""
    )
    total = f"The exercises give {several(edition.points, 'point')}. {instructor}".strip()
    commands = "\n".join(
        f"{command:<34} # {message}"
        for command, message in (
            ("course list", "shows units, experiments and exercises"),
            (f"course run {experiment}", "numbers and figures"),
            (f"course start {first}", "copies the exercises of the unit to work/"),
            (f"course check {first}", "checks your answers"),
            (f"course watch {first}", "checks again after every save"),
            (f"course hint {first}/ex01", "shows a hint; --more shows the next one"),
            ("course progress", "shows your points"),
            (f"course submit {first} --student ID", "packs your answers into one zip file"),
        )
    )
    return f"""# Mathematical Engineering of Deep Learning: student edition

The whole course in Keras 3, on TensorFlow, JAX or PyTorch: code, experiments, lessons, slides, data and exercises.

You need Python 3.11 or newer and a terminal. Open the terminal in this folder and type

```sh
python3 -m venv .venv
.venv/bin/python -m pip install -c constraints.txt -e ".[jax,tune,rl]"   # or tensorflow, or torch, in place of jax
source .venv/bin/activate                                                # again in every new terminal
course doctor                                                            # is everything installed?
```

On Windows type

```text
py -3.11 -m venv .venv
.venv\\Scripts\\python -m pip install -c constraints.txt -e ".[jax,tune,rl]"
.venv\\Scripts\\activate
course doctor
```

## The first commands

```sh
{commands}
```

The page `README.md` in the folder of a unit, for example `units/{folder}/README.md`, lists its files in the order
in which to read them. The text of an exercise is in `work/`, beside the file that you complete.
{_pages(content)}
| unit | title | experiments | exercises | points |
| --- | --- | --- | --- | --- |
{rows}

{total}

## What a check is here

Your file runs in a separate process and is called with recorded inputs; its results are compared with recorded
numbers. These inputs are always the same: `--seed` has no effect here. Your instructor grades with
other inputs: a file that only contains the recorded results gets almost no points there. Solutions are not in this
folder.
"""


def _pages(content):
    """Return a paragraph with links to the pages of docs that an edition has; a small course may have none."""
    titles = {
        "quick_start": "a student's first hour",
        "exercises": "working on the exercises",
        "notebooks": "notebooks",
        "notation": "notation",
    }
    links = [
        f"[{title}](docs/{page}.md)"
        for page, title in titles.items()
        if (content.root / "docs" / f"{page}.md").is_file()
    ]
    return f"\nMore pages: {', '.join(links)}.\n" if links else ""


def _row(unit, edition):
    prefix = f"{unit.name}/"
    public = sum(made.points for made in edition.checks if made.exercise.startswith(prefix))
    points = sum(exercise.points for exercise in unit.exercises)
    shown = str(points) if public == points else f"{points}, {public} public"
    return f"| {unit.name} | {unit.title} | {len(unit.experiments)} | {len(unit.exercises)} | {shown} |"
