"""The source behind a reference `code:path.py#Name`, highlighted."""

import ast
from dataclasses import dataclass
from pathlib import PurePosixPath
from textwrap import dedent

from course import paths


@dataclass(frozen=True)
class Source:
    """A piece of a file: all of it, or one class or function with its decorators."""

    path: str
    name: str
    text: str
    first: int
    last: int

    @property
    def id(self):
        """An identifier for the page."""
        stem = self.path.removesuffix(".py").replace("/", "-")
        return f"code-{stem}-{self.name}" if self.name else f"code-{stem}"


class ReferenceProblem(ValueError):
    """A reference to something that does not exist."""


def find(reference, root=None):
    """Return the `Source` of a reference.

    Args:
        reference: `path.py` or `path.py#Name`; the path is relative to the course's root.
        root: The course's root, if not the usual one.

    Raises:
        ReferenceProblem: No such file, or nothing of this name in it.
    """
    path, _, name = reference.partition("#")
    pure = PurePosixPath(path)
    if pure.is_absolute() or ".." in pure.parts or pure.suffix != ".py":
        raise ReferenceProblem(f"code:{reference} is no path of a Python file of the course")
    file = (root or paths.root()) / path
    if not file.is_file():
        raise ReferenceProblem(f"code:{reference}: there is no file {path}")
    text = file.read_text(encoding="utf-8")
    if not name:
        return Source(path, "", text.rstrip() + "\n", 1, len(text.splitlines()))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    for node in ast.walk(ast.parse(text)):  # breadth first: the outermost definition wins
        if isinstance(node, kinds) and node.name == name:
            first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
            lines = text.splitlines()[first - 1 : node.end_lineno]
            return Source(path, name, dedent("\n".join(lines)) + "\n", first, node.end_lineno)
    raise ReferenceProblem(f"code:{reference}: {path} defines no {name}")


def highlight(text, language="python"):
    """Return text as highlighted HTML, `<pre>` included; an unknown language is not highlighted.

    Args:
        text: The source.
        language: As after the three backquotes of a Markdown fence.
    """
    from pygments import highlight as colour
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import TextLexer, get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        lexer = get_lexer_by_name(language or "text")
    except ClassNotFound:
        lexer = TextLexer()
    return colour(text, lexer, HtmlFormatter(cssclass="source", wrapcode=True))


def style():
    """Return the CSS of the colours."""
    from pygments.formatters import HtmlFormatter

    return HtmlFormatter(style="default", cssclass="source").get_style_defs(".source")
