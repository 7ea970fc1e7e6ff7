"""Derives the stub, the file with which a student begins, from the solution.

The body of each public function and method after its docstring becomes `raise NotImplementedError`. Private functions,
classes and constants are removed, and imports that only these use. An import that only the answers use stays, because
the student will need it. Comments, line breaks and everything else stay unchanged. The comments of `markers.py` define
exceptions.
"""

import ast
from dataclasses import dataclass, field

from course.grading.authoring.markers import read_marked
from course.grading.errors import AuthoringError

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_UNUSED = "  # noqa: F401"


def derive_stub(source, exercise):
    """Return the text of the stub for the text of a `solution.py`.

    Args:
        source: The text of the solution.
        exercise: Name of the exercise, for messages.

    Raises:
        AuthoringError: The solution is not Python, or a marker is at a wrong place.
    """
    work = _Work(read_marked(source, exercise), exercise)
    tree = ast.parse(work.marked.text)
    _divide(work, tree.body)
    for region in work.marked.regions:
        if region not in work.placed:
            work.drop(region.start, region.stop)
    for index in sorted(work.marked.given - work.used):
        work.fail(index, "# given belongs above a function, a class or a constant")
    _refuse_missing_names(work, tree)
    _divide_imports(work, tree)
    text = _assemble(work)
    try:
        ast.parse(text)
    except SyntaxError as error:
        message = f"the stub that is derived from it is not valid Python ({error.msg}): check the markers"
        raise AuthoringError(exercise, "solution.py", None, message) from None
    return text


@dataclass
class _Work:
    """The solution and the planned changes of its lines; `start` and `stop` count lines from 0."""

    marked: object
    exercise: str
    cuts: list = field(default_factory=list)  # (start, stop, replacing lines)
    dropped: list = field(default_factory=list)  # (start, stop) of lines that are removed without replacement
    names: dict = field(default_factory=dict)  # removed private name → its line
    placed: list = field(default_factory=list)  # regions inside a function
    used: set = field(default_factory=set)  # lines whose `# given` belongs to a statement

    def fail(self, index, message):
        numbers = self.marked.numbers
        raise AuthoringError(
            self.exercise, "solution.py", numbers[index] if index < len(numbers) else None, message
        )

    def drop(self, start, stop):
        self.dropped.append((start, stop))
        self.cuts.append((start, stop, []))

    def answer(self, start, stop, indent):
        self.cuts.append((start, stop, [f"{indent}raise NotImplementedError"]))


def _divide(work, nodes):
    """Decide for each statement of a module or class which of its lines stay."""
    for node in nodes:
        start, stop = _span(work, node)
        regions = _regions(work, start, stop)
        if regions is None:
            continue  # the whole statement is in a region
        given = _is_given(work, node, start)
        names = _private_names(node)
        if isinstance(node, ast.ClassDef) and not given and (not names or regions):
            _divide(work, node.body)
        elif isinstance(node, _FUNCTIONS) and regions:
            for region in regions:
                work.placed.append(region)
                work.answer(region.start, region.stop, region.indent)
        elif given:
            continue
        elif names:
            work.drop(_with_comments_above(work, start), stop)
            work.names |= dict.fromkeys(names, start)
        elif isinstance(node, _FUNCTIONS):
            _empty(work, node, stop)
        elif inner := next((n for n in ast.walk(node) if isinstance(n, (*_FUNCTIONS, ast.ClassDef))), None):
            work.fail(inner.lineno - 1, f"{inner.name} must be at the top level of the file or in a class")


def _empty(work, node, stop):
    """Replace the body of a function after its docstring."""
    first = node.body[0]
    begins = min([first.lineno, *(d.lineno for d in getattr(first, "decorator_list", ()))]) - 1
    if ast.get_docstring(node, clean=False) is not None:
        start = first.end_lineno
    else:
        start = begins
        while start > 0 and _is_comment_or_blank(work.marked.lines[start - 1]):
            start -= 1
    if begins == node.lineno - 1:
        work.fail(begins, f"the body of {node.name} must be on separate lines")
    indent = work.marked.lines[begins][: first.col_offset]
    work.answer(start, stop, indent)


def _span(work, node):
    """Return (start, stop) of a statement, including its decorators and the comments at the end of its body."""
    start = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))]) - 1
    stop = end = node.end_lineno
    if isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
        lines = work.marked.lines
        while end < len(lines) and _is_comment_or_blank(lines[end]):
            end += 1
            line = lines[end - 1]
            if line.strip() and len(line) - len(line.lstrip()) > node.col_offset:
                stop = end
    return start, stop


def _regions(work, start, stop):
    """Return the regions inside a statement; None if the statement itself is inside a region."""
    inside = []
    for region in work.marked.regions:
        if region.start <= start and stop <= region.stop:
            return None
        if start < region.start and region.stop <= stop:
            inside.append(region)
        elif max(region.start, start) < min(region.stop, stop):
            work.fail(region.start, "# BEGIN SOLUTION and # END SOLUTION must be in the same function")
    return inside


def _is_given(work, node, start):
    body = getattr(node, "body", None)
    header = body[0].lineno - 1 if isinstance(body, list) else start + 1
    lines = work.marked.given & set(range(start, max(header, start + 1)))
    work.used |= lines
    return bool(lines)


def _private_names(node):
    """Return the names that a statement defines if all of them are private, else an empty list."""
    if isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
        names = [node.name]
    elif isinstance(node, (ast.Assign, ast.AnnAssign)):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        names = [n.id for target in targets for n in ast.walk(target) if isinstance(n, ast.Name)]
    else:
        names = []
    return names if all(name.startswith("_") and not name.endswith("__") for name in names) else []


def _with_comments_above(work, start):
    while start > 0 and work.marked.lines[start - 1].lstrip().startswith("#"):
        start -= 1
    return start


def _is_comment_or_blank(line):
    return not line.strip() or line.lstrip().startswith("#")


def _refuse_missing_names(work, tree):
    """Raise an error if the stub uses a private name that was removed."""
    for name in _names(work, tree, lambda index: not _within(index, work.cuts)):
        if name.id in work.names:
            message = f"the stub uses {name.id} here, which is not in it: write # given above {name.id}"
            work.fail(name.lineno - 1, message)


def _divide_imports(work, tree):
    """Remove the imports that only removed code uses; add `noqa` to those that only the answers use."""
    kept = {name.id for name in _names(work, tree, lambda index: not _within(index, work.cuts))}
    wanted = {name.id for name in _names(work, tree, lambda index: not _within(index, work.dropped))}
    for node in tree.body:
        if not isinstance(node, (ast.Import, ast.ImportFrom)) or _within(node.lineno - 1, work.cuts):
            continue
        if getattr(node, "module", None) == "__future__":
            continue
        bound = {alias: alias.asname or alias.name.partition(".")[0] for alias in node.names}
        staying = [alias for alias, name in bound.items() if name in wanted or name == "*"]
        start, stop = node.lineno - 1, node.end_lineno
        if not staying:
            work.drop(start, stop)
            continue
        lines = work.marked.lines[start:stop]
        if len(staying) < len(bound):
            node.names = staying
            lines = [ast.unparse(node)]
        if not all(bound[alias] in kept or bound[alias] == "*" for alias in staying) and "#" not in lines[0]:
            lines = [lines[0] + _UNUSED, *lines[1:]]
        work.cuts.append((start, stop, lines))


def _names(work, tree, chosen):
    return [n for n in ast.walk(tree) if isinstance(n, ast.Name) and chosen(n.lineno - 1)]


def _within(index, pieces):
    return any(piece[0] <= index < piece[1] for piece in pieces)


def _assemble(work):
    """Return the text after all cuts; where lines are removed, the larger of the two gaps around them stays."""
    lines = list(work.marked.lines)
    for start, stop, instead in sorted(work.cuts, key=lambda cut: cut[0], reverse=True):
        if not instead:
            above = below = 0
            while start - above > 0 and not lines[start - above - 1].strip():
                above += 1
            while stop + below < len(lines) and not lines[stop + below].strip():
                below += 1
            gap = max(above, below) if stop + below < len(lines) else 0
            start, stop, instead = start - above, stop + below, [""] * gap
        lines[start:stop] = instead
    return "".join(f"{line}\n" for line in lines)
