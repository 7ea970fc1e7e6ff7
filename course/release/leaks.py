"""Searches a student edition for answers: file names, and lines that only solutions, mistakes or checks contain.

Two kinds of lines are not leaks: names, hints and messages of the parts of a check, which are meant for students, and
the code of the units, which may explain what an exercise asks for.
"""

import ast
import json
from pathlib import Path

import course

SHORTEST = 24  # a shorter line gives nothing away
ANSWERS = ("check.py", "solution.py", "mistakes.diff", "wrong_*.py")


def answers(catalog):
    """Return the paths of all files that students must not get."""
    return [
        path
        for exercise in catalog.exercises
        for pattern in ANSWERS
        for path in sorted(exercise.path.glob(pattern))
    ]


def distinctive(catalog):
    """Return line → the answer that contains it, for the lines that are in no file meant for students."""
    hidden = set(answers(catalog))
    engine = Path(course.__file__).resolve().parent
    meant_for_students = {
        line
        for folder in (engine, *(unit.path for unit in catalog.units))
        for path in _texts(folder)
        if path not in hidden
        for line in _lines(path)
    }
    for exercise in catalog.exercises:
        meant_for_students |= set(_lines(exercise.stub))
    return {
        line: f"{exercise.id}/{file.name}"
        for exercise in catalog.exercises
        for file in (*exercise.wrong.values(), exercise.solution, exercise.check)
        for line in _lines(file)
        if len(line) >= SHORTEST and line not in meant_for_students and not _only_text(line)
    }


def find_leaks(catalog, folder):
    """Return one sentence for every answer of the catalogue that a student edition contains."""
    secret = distinctive(catalog)
    # Before a long text is searched for a line, as it is and as JSON writes it: are the words inside the line there?
    forms = [
        (line, form, set(form.split()[1:-1]))
        for line in secret
        for form in {line, json.dumps(line, ensure_ascii=False)[1:-1]}
    ]
    found = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        name = path.relative_to(folder).as_posix()
        if "/exercises/" in f"/{name}" and any(path.match(pattern) for pattern in ANSWERS):
            found.append(f"{name} is an answer's file")
        if path.suffix in (".pyc", ".pyo", ".pkl", ".pickle"):
            found.append(f"{name} is a binary file, which cannot be searched")
    for path in _texts(folder):
        name = path.relative_to(folder).as_posix()
        lines = set(_lines(path))
        found += [_says(name, secret[line], line) for line in sorted(secret.keys() & lines)]
        if path.suffix == ".json":
            words = path.read_text(encoding="utf-8").split()
            text, known = " ".join(words), set(words)
            inside = {line for line, form, inner in forms if inner <= known and form in text}
            found += [_says(name, secret[line], line) for line in sorted(inside)]
    return found


def _only_text(line):
    """Tell whether a line is only a string: the name of a part, a hint or a message."""
    try:
        return isinstance(ast.literal_eval(line.removesuffix(",").removeprefix("hint=")), str)
    except (ValueError, SyntaxError):
        return False


def _says(name, source, line):
    return f"{name} holds a line of {source}: {line[:60]}"


def _texts(folder: Path):
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix in (".py", ".md", ".toml", ".json", ".txt", ".cfg", ""):
            yield path


def _lines(path):
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        yield " ".join(line.split())
