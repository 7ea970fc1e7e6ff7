"""Formulas of the handbook as MathML: browsers draw it without a script and without a network."""

from html import escape
from importlib.util import find_spec
from pathlib import Path

from docutils import nodes
from sphinx.util import logging

from course.slides import font
from course.slides.mathml import MathError, mathml


def add(app):
    """Tell Sphinx how a formula becomes HTML."""
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    app.connect("build-finished", _write_font)


def _write_font(app, error):
    """Put the font of mathematics beside the style, so that formulas look the same in every browser."""
    target = Path(app.outdir) / "_static" / "mathematics.woff"
    if error is None and target.parent.is_dir() and not target.exists():
        package = Path(find_spec("ziamath").submodule_search_locations[0])
        target.write_bytes(font.woff(package / "fonts" / "STIXTwoMath-Regular.ttf"))


def _inline(translator, node):
    translator.body.append(_mathml(node, display=False))
    raise nodes.SkipNode


def _block(translator, node):
    translator.body.append(f'<div class="math-block">{_mathml(node, display=True)}</div>\n')
    raise nodes.SkipNode


def _mathml(node, display):
    try:
        return mathml(node.astext(), display)
    except MathError as error:
        logging.getLogger(__name__).warning("the formula %s %s", node.astext(), error, location=node)
        return f"<code>{escape(node.astext())}</code>"
