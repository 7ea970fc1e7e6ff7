"""Collects the answer to an exercise from the cells of a notebook: a file with what its functions need.

The newest definition of each public name of the exercise is taken, and the newest definition of everything that it
uses: functions, classes, constants, imports. What else the cells do (plots, experiments, printing) is left out.
"""

import ast

from course.errors import CourseError

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def public_names(stub):
    """Return the names of the functions, classes and constants that a stub gives."""
    return [name for node in ast.parse(stub).body for name in _defined(node) if not name.startswith("_")
            and not isinstance(node, ast.Import | ast.ImportFrom)]  # fmt: skip


def answer(cells, names):
    """Return the text of a file with the definitions of these names.

    Args:
        cells: The sources of the cells in the order in which they were run.
        names: The names that the exercise asks for.

    Raises:
        CourseError: No cell defines any of them.
    """
    statements = []  # (position, source, node): one for every statement that defines something
    for i, cell in enumerate(cells):
        try:
            body = ast.parse(cell).body
        except SyntaxError:
            continue  # a cell that did not run, or a command of the notebook
        for j, node in enumerate(body):
            statements += [((i, j), _source(cell, node), node)] if _defined(node) else []
    newest = {name: entry for entry in statements for name in _defined(entry[2])}
    if not set(names) & set(newest):
        raise CourseError(
            f"No cell defines {_several(names)}: run the cell with your answer, then check again."
        )
    taken, wanted = {}, [name for name in names if name in newest]
    while wanted:
        position, source, node = newest[wanted.pop()]
        if position not in taken:
            taken[position] = source
            wanted += [name for name in _used(node) if name in newest]
    imports = [p for p in sorted(taken) if taken[p].startswith(("import ", "from "))]
    others = [p for p in sorted(taken) if p not in imports]
    return "\n".join([*(taken[p] for p in imports), "", *(f"{taken[p]}\n" for p in others)])


def _several(names):
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


def _source(cell, node):
    """Return the text of a statement, with its decorators."""
    first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
    if node.col_offset or first == node.end_lineno:
        return ast.get_source_segment(cell, node)
    return "\n".join(cell.splitlines()[first - 1 : node.end_lineno])


def _defined(node):
    """Return the names that a statement defines at the top of a file."""
    if isinstance(node, _DEFINITIONS):
        return [node.name]
    if isinstance(node, ast.Import):
        return [alias.asname or alias.name.partition(".")[0] for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [alias.asname or alias.name for alias in node.names]
    if isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return [n.id for target in targets for n in ast.walk(target) if isinstance(n, ast.Name)
                and isinstance(n.ctx, ast.Store)]  # fmt: skip
    return []


def _used(node):
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
