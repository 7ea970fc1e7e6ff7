"""Finds forbidden shortcuts: a student must not call a library function that the exercise asks to write.

An `exercise.toml` lists them: `forbidden = ["keras.ops.softmax", "*.logsumexp", "@autodiff"]`; `forbidden.py` explains
these names. The grader searches for them in two ways:

* This module reads the syntax tree of the file without running it: imports, aliases, chains of attributes, `getattr`
  with a constant. A finding is a flag for the instructor and a message for the student. It costs no points, because
  the line may never run.
* `traps.py` works in the candidate's process: a forbidden call from the candidate's file raises an exception, and the
  part earns nothing.

A library function is recognized by the library and its own name: `keras.src.ops.nn.softmax` and
`keras.activations.softmax` count as `keras.ops.softmax` too.
"""

import ast
import itertools
from dataclasses import dataclass

from course.catalog.forbidden import kind, last, matches, patterns

_BY_NAME = {"get", "deserialize", "get_function", "get_layer"}  # keras.activations.get("softmax")
# Python's parser takes quadratic time for some texts, such as an f-string of 200,000 parts.
_LENGTH = 100 << 10
_FINDINGS = 40  # more sentences help nobody
_STARS = 100  # so many modules are read of which a file imports everything
_PARTS = 16  # no library has a name of more parts, and reading longer ones takes quadratic time
_BY_KEYWORD = {"activation", "recurrent_activation", "loss", "class_name", "optimizer"}


@dataclass(frozen=True)
class Finding:
    """One use of a forbidden name: the declared name, the name in the file, and the line."""

    forbidden: str
    used: str
    line: int

    def __str__(self):
        used = self.used.replace("?.", "….")
        return (
            f"line {self.line}: {used} is a forbidden shortcut here{kind(self.forbidden)}, write it yourself"
        )


def find(source, forbidden):
    """Return the `Finding`s in a file in the order of its lines, the first 40; each name occurs once.

    Args:
        source: The bytes or the text of the file. A file with a syntax error, or one that is too long, has no findings.
        forbidden: The declared names.
    """
    pairs = patterns(forbidden)
    if not pairs or is_too_long(source):
        return []
    try:
        text = source.decode("utf-8-sig", "replace") if isinstance(source, bytes) else source
        tree = ast.parse(text)
        names = Names(tree)
        lines = {}  # what is used → its first line
        for used, line in _uses(tree, names, {last(pattern) for _, pattern in pairs}):
            lines[used] = min(line, lines.get(used, line))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    declared_by = _index(pairs)
    ordered = sorted(lines.items(), key=lambda use: use[1])
    found = ((declared_by(used), used, line) for used, line in ordered)
    named = (Finding(declared, used, line) for declared, used, line in found if declared is not None)
    return list(itertools.islice(named, _FINDINGS))


def is_too_long(source):
    """Tell whether a file is not read, because it is many times as long as an answer."""
    return len(source) > _LENGTH


def _index(pairs):
    """Return a function that finds the declared name of a dotted name; most files use thousands of names."""
    numbered = list(enumerate(pairs))
    whole = [each for each in numbered if last(each[1][1]) == "*"]
    named = {}
    for each in numbered:
        named.setdefault(last(each[1][1]), []).append(each)

    def declared_by(used):
        likely = sorted([*whole, *named.get(used.rpartition(".")[2], ())])
        return next((declared for _, (declared, pattern) in likely if matches(used, pattern)), None)

    return declared_by


class Names:
    """The meaning of the names in a file, as far as its imports and plain assignments define it."""

    def __init__(self, tree):
        self.known = {}
        self.stars = []
        self.own = set()  # methods and functions that the file defines itself
        self.methods = set()  # the methods of the classes that the file defines
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    top = alias.name if alias.asname else alias.name.partition(".")[0]
                    self.known[alias.asname or top] = top
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                for alias in node.names:
                    if alias.name == "*":
                        self.stars.append(node.module)
                    else:
                        self.known[alias.asname or alias.name] = f"{node.module}.{alias.name}"
            elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                self.own.add(node.name)
            if isinstance(node, ast.ClassDef):
                self.methods |= {inner.name for inner in node.body if isinstance(inner, ast.FunctionDef)}
        for _ in range(4):  # f = ops; g = f.softmax; h = g
            before = len(self.known)
            for node in ast.walk(tree):
                self._assign(node)
            if len(self.known) == before:
                break

    def _assign(self, node):
        if isinstance(node, ast.NamedExpr):
            targets, value = [node.target], node.value
        elif isinstance(node, ast.Assign):
            targets, value = node.targets, node.value
        else:
            return
        for target in targets:
            if isinstance(target, ast.Name) and (dotted := self.dotted(value)):
                self.known.setdefault(target.id, dotted)

    def dotted(self, node, parts=_PARTS):
        """Return the dotted name of the object to which an expression refers, or None; at most `parts` parts."""
        if isinstance(node, ast.Name):
            return self.known.get(node.id)
        if parts == 0:
            return None
        if isinstance(node, ast.Attribute):
            return _joined(self.dotted(node.value, parts - 1), node.attr)
        if isinstance(node, ast.Subscript):  # vars(ops)["softmax"], ops.__dict__["softmax"]
            name = _constant(node.slice)
            return _joined(self._namespace(node.value, parts - 1), name) if name else None
        if isinstance(node, ast.Call) and node.args:
            function = node.func.id if isinstance(node.func, ast.Name) else None
            if function == "getattr" and len(node.args) > 1:
                name = _constant(node.args[1])
                return _joined(self.dotted(node.args[0], parts - 1), name) if name else None
            if function == "__import__" or self.dotted(node.func, parts - 1) == "importlib.import_module":
                return _constant(node.args[0])
        return None

    def _namespace(self, node, parts):
        if isinstance(node, ast.Attribute) and node.attr == "__dict__":
            return self.dotted(node.value, parts)
        named = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "vars"
        return self.dotted(node.args[0], parts) if named and node.args else None


def _uses(tree, names, last):
    """Yield (dotted name, line) for every use of another module that may be forbidden."""
    stars, others = list(dict.fromkeys(names.stars))[:_STARS], last - names.own
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)
        elif isinstance(node, (ast.Attribute, ast.Call, ast.Subscript)) and (dotted := names.dotted(node)):
            yield dotted, node.lineno
        elif isinstance(node, ast.Attribute) and node.attr in last and not own_method(node, names):
            yield f"?.{node.attr}", node.lineno  # z.softmax(-1): a method of some tensor
        elif isinstance(node, ast.Name) and node.id in others and isinstance(node.ctx, ast.Load):
            yield from ((f"{module}.{node.id}", node.lineno) for module in stars)
        if isinstance(node, ast.Call):
            yield from _by_text(node, names)


def _by_text(node, names):
    """Yield the functions that a call names by a string, as in `Dense(3, activation="softmax")`."""
    library = (names.dotted(node.func) or "?").partition(".")[0]
    if getattr(node.func, "attr", None) in _BY_NAME and node.args and (name := _constant(node.args[0])):
        yield f"{library}.{name}", node.lineno
    for keyword in node.keywords:
        if keyword.arg in _BY_KEYWORD and (name := _constant(keyword.value)):
            yield f"{library}.{name}", node.lineno


def own_method(node, names):
    """Tell whether an attribute belongs to an object that the file defines: `self.softmax`, `Layer.softmax`."""
    own = isinstance(node.value, ast.Name) and (
        node.value.id in ("self", "cls") or node.value.id in names.own
    )
    return own or node.attr in names.methods


def _joined(of, name):
    """Return a longer dotted name, or None if it has too many parts: `b = a.x; c = b.x; …` makes names without end."""
    return f"{of}.{name}" if of and of.count(".") < _PARTS else None


def _constant(node):
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
