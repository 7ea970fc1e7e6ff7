"""Writes the pages of the decks and their files: reveal.js, fonts, figures. All of them are local."""

import base64
import re
import shutil
from html import escape
from importlib.util import find_spec
from pathlib import Path

from course.backend import install
from course.errors import CourseError
from course.slides import code
from course.slides import font as slides_font
from course.slides.html import Renderer, address
from course.words import several

NEEDS = {  # module → its package
    "mdit_py_plugins": "mathematics in Markdown",
    "latex2mathml": "mathematics",
    "ziamath": "the font of mathematics",
    "sphinx_revealjs": "reveal.js",
}
_AIRY = 420  # characters up to which a slide without a figure is set larger
_MARK = '<meta name="generator" content="course slides">'
_HERE = Path(__file__).resolve().parent
_SCRIPTS = {  # path in the package sphinx_revealjs → name in assets
    "dist/reset.css": "reset.css",
    "dist/reveal.css": "reveal.css",
    "dist/reveal.js": "reveal.js",
    "plugin/notes/notes.js": "notes.js",
    "plugin/search/search.js": "search.js",
    "plugin/zoom/zoom.js": "zoom.js",
    "LICENSE": "reveal-LICENSE.txt",
}
_KEYS = """<p><kbd>space</kbd> next slide, <kbd>O</kbd> overview, <kbd>S</kbd> notes in a window of the speaker's,
<kbd>Ctrl Shift F</kbd> search, <kbd>Alt</kbd> and a click enlarge, <kbd>?</kbd> all keys. A reference to code opens
its source, and <kbd>Esc</kbd> closes it.</p>"""


def require():
    """Check that the packages of the extra are installed.

    Raises:
        CourseError: Some are not.
    """
    missing = [module for module in NEEDS if find_spec(module) is None]
    if missing:
        brings = ", ".join(NEEDS[module] for module in missing)
        raise CourseError(f"Slides need {', '.join(missing)} ({brings}): {install('slides')}")


def folder(out):
    """Make the folder of the decks and return it.

    Raises:
        CourseError: It holds a page that is not one of ours, or cannot be made.
    """
    index = out / "index.html"
    if out.exists() and not out.is_dir():
        raise CourseError(f"--out {out} is a file: name a folder.")
    if index.exists() and _MARK not in index.read_text(encoding="utf-8", errors="replace"):
        raise CourseError(f"{index} is not a page of `course slides`: name another folder with --out.")
    try:
        (out / "assets").mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CourseError(f"{out} cannot be made: {error.strerror}.") from None
    return out


def assets(out):
    """Copy reveal.js and write fonts and style to `out/assets`."""
    package = _package("sphinx_revealjs") / "_static" / "revealjs"
    target = out / "assets"
    for source, name in _SCRIPTS.items():
        shutil.copyfile(package / source, target / name)
    shutil.copyfile(_HERE / "slides.js", target / "slides.js")
    text = (_HERE / "slides.css").read_text(encoding="utf-8")
    (target / "slides.css").write_text(f"{_colours()}\n{text}\n{code.style()}\n", encoding="utf-8")
    (target / "fonts.css").write_text(_fonts(package), encoding="ascii")


def _package(module):
    return Path(find_spec(module).submodule_search_locations[0])


def _colours():
    from course.figures import COLOURS

    own = {"ink": "#1c2430", "quiet": "#5c6675", "line": "#d9dee5"}
    words = " ".join(f"--{name}: {value};" for name, value in {**COLOURS, **own}.items())
    return f":root {{ {words} }}"


def _fonts(package):
    """Return the font faces with embedded fonts, because some browsers load no font for a local page."""
    sans = package / "dist" / "theme" / "fonts" / "source-sans-pro"
    stix = _package("ziamath") / "fonts" / "STIXTwoMath-Regular.ttf"
    faces = [
        ("Source Sans Pro", 400, "normal", (sans / "source-sans-pro-regular.woff").read_bytes()),
        ("Source Sans Pro", 400, "italic", (sans / "source-sans-pro-italic.woff").read_bytes()),
        ("Source Sans Pro", 600, "normal", (sans / "source-sans-pro-semibold.woff").read_bytes()),
        ("Source Sans Pro", 600, "italic", (sans / "source-sans-pro-semibolditalic.woff").read_bytes()),
        ("Slides Math", 400, "normal", slides_font.woff(stix)),
    ]
    return "\n".join(
        f'@font-face {{ font-family: "{family}"; font-weight: {weight}; font-style: {style}; font-display: block; '
        f"src: url(data:font/woff;base64,{base64.b64encode(font).decode()}); }}"
        for family, weight, style, font in faces
    )


def build(deck, out, figures, root=None, experiments=None):
    """Write the page of a deck and copy its figures; return the path and the `Renderer`, which lists missing figures.

    Args:
        deck: A `course.slides.Deck`.
        out: The folder, with `assets` in it.
        figures: `(experiment, figure)` → `course.slides.figures.Figure`.
        root: The course's root, if not the usual one.
        experiments: The names of all experiments; None allows any name.

    Raises:
        CourseError: A wrong reference or a formula that cannot be converted.
    """
    renderer, topics, number, start = Renderer(figures, root, experiments), [], 0, 0
    for topic in deck.topics:
        column = []
        for slide in topic:
            number += 1
            column.append(_section(deck, slide, number, start, renderer))
            start += slide.minutes or 0
        topics.append(column[0] if len(column) == 1 else f"<section>\n{''.join(column)}</section>\n")
    for figure in renderer.used.values():
        for path in {figure.path, figure.still}:
            target = out / address(figure, path)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
    dialogs = "".join(_dialog(source) for source in renderer.sources.values())
    page = out / f"{deck.unit.name}.html"
    page.write_text(_page(deck, "".join(topics), dialogs), encoding="utf-8")
    return page, renderer


def _section(deck, slide, number, start, renderer):
    head, body, note = renderer.slide(slide)
    body, row = _foot(body)
    title = "<h1" in head
    words = re.sub(r"<[^>]*>|\s", "", body)
    full = 'class="figures"' in body or "<pre" in body or len(words) > _AIRY
    kind = "slide title" if title else "slide" if full else "slide airy"
    unit = deck.unit
    foot = (
        f"<footer><b>{number}</b> <span>Unit {unit.number} · {escape(unit.title)}</span></footer>"
        if not title
        else ""
    )
    # The window of the speaker shows from the seconds whether one is ahead of time.
    timing = f' data-timing="{60 * slide.minutes}"' if slide.minutes else ""
    if slide.minutes:
        total = sum(each.minutes or 0 for each in deck.slides)
        note = f"<p><b>Minutes {start} to {start + slide.minutes} of {total}</b></p>\n{note}"
    aside = f'<aside class="notes">{note}</aside>\n' if note else ""
    return (
        f'<section{timing}><div class="{kind}" data-line="{slide.line}">\n{head}<div class="body">\n{body}</div>\n'
        f"{row}{foot}</div>\n{aside}</section>\n"
    )


def _foot(body):
    """Return a body without the row of references that ends it, and that row."""
    match = re.search(r'<p class="chips">(?:(?!<p).)*</p>\s*$', body, flags=re.DOTALL)
    return (body[: match.start()], match[0]) if match else (body, "")


def _dialog(source):
    lines = f", lines {source.first} to {source.last}" if source.name else ""
    return (
        f'<dialog id="{source.id}"><header><span>{escape(source.path)}{lines}</span>'
        f'<button type="button" class="close">Close</button></header>{code.highlight(source.text)}</dialog>\n'
    )


def _page(deck, topics, dialogs):
    styles = "".join(
        f'<link rel="stylesheet" href="assets/{name}.css">\n'
        for name in ("reset", "reveal", "fonts", "slides")
    )
    scripts = "".join(
        f'<script src="assets/{name}.js"></script>\n'
        for name in ("reveal", "notes", "search", "zoom", "slides")
    )
    title = f"Unit {deck.unit.number} · {escape(deck.unit.title)}"
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n{_MARK}\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{title}</title>\n{styles}'
        f'</head>\n<body>\n<div class="reveal"><div class="slides">\n{topics}</div></div>\n{dialogs}{scripts}</body>\n'
        "</html>\n"
    )


def index(units, out):
    """Write the list of the decks that are in the folder, and return its path.

    Args:
        units: All units, in order.
        out: The folder.
    """
    items = ""
    for unit in units:
        page = out / f"{unit.name}.html"
        if page.exists():
            count = page.read_text(encoding="utf-8").count(' data-line="')
            items += (
                f'<li><a href="{page.name}">{unit.number} · {escape(unit.title)}</a>\n<p>{escape(unit.idea)}</p>\n'
                f"<p><small>book {escape(unit.book)}, {several(count, 'slide')}</small></p></li>\n"
            )
    path = out / "index.html"
    path.write_text(
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n{_MARK}\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>Slides</title>\n'
        '<link rel="stylesheet" href="assets/fonts.css">\n<link rel="stylesheet" href="assets/slides.css">\n</head>\n'
        '<body class="decks">\n<h1>Mathematical Engineering of Deep Learning</h1>\n'
        f"<ol>\n{items}</ol>\n{_KEYS}\n</body>\n</html>\n",
        encoding="utf-8",
    )
    return path
