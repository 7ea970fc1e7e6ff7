"""The README of the student edition."""

from course.words import several


def readme(content, edition):
    """Return it as Markdown."""
    rows = "\n".join(_row(unit, edition) for unit in content.units)
    first = content.units[0].name if content.units else "u01"
    experiment = next((e.name for e in content.experiments), f"{first}/…")
    elsewhere = edition.points - edition.public_points
    instructor = (
        f'{several(elsewhere, "point")} can be given by your instructor only: a check says "not checked here" there, '
        "and ends with the exit status 4, not 0, when all the rest is right.\n"
        if elsewhere
        else ""
    )
    return f"""# Mathematical Engineering of Deep Learning: student edition

The whole course in Keras 3, on TensorFlow, JAX or PyTorch: code, experiments, lessons, slides, data and exercises.

```sh
python3 -m venv .venv                                            # Windows: py -3.11 -m venv .venv
.venv/bin/python -m pip install -c constraints.txt -e ".[jax]"   # or tensorflow, or torch
.venv/bin/course doctor                                          # is everything in place?
```

## A first quarter of an hour

```sh
course list                    # what is there?
course run {experiment}        # numbers and pictures
course start {first}              # put the exercises of the unit into work/
course check {first}              # check your answers
course watch {first}              # … after every save
course hint {first}/ex01          # when you are stuck; --more goes one step further
course progress                # how far are you?
course submit {first} --student ID   # one zip to hand in
```

| unit | title | experiments | exercises | points |
| --- | --- | --- | --- | --- |
{rows}

The exercises give {several(edition.points, "point")}. {instructor}
## What a check is here

Your file runs in a process of its own and is asked for the answers to recorded inputs; what comes back is compared
with recorded numbers. These inputs are always the same: `--seed` has no effect here. Your instructor grades with
other inputs: an answer that knows the recorded numbers by heart earns nothing there. Solutions are not in this folder.
"""


def _row(unit, edition):
    prefix = f"{unit.name}/"
    public = sum(made.points for made in edition.checks if made.exercise.startswith(prefix))
    points = sum(exercise.points for exercise in unit.exercises)
    shown = str(points) if public == points else f"{points}, {public} public"
    return f"| {unit.name} | {unit.title} | {len(unit.experiments)} | {len(unit.exercises)} | {shown} |"
