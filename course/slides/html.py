"""A slide's Markdown as HTML: mathematics, figures, and references to code that open the source."""

import re
from html import escape
from urllib.parse import quote

from course.slides.code import ReferenceProblem, find, highlight
from course.slides.mathml import MathError, mathml

LEAST = 324  # pixels of 720 that a figure keeps, 45%, unless its width does not allow it
LEAST_OF_TWO = 230  # each of two rows of figures
_MISSING = 4.2  # width / height of the place of a missing figure
_LONG = 28  # the longest formula, in letters, for a column beside a figure
_ROOM, _HEIGHT = 1168, 560  # pixels between the margins of a slide, and below its heading
_REFERENCE = re.compile(r"code:(\S+)")
_FIGURE = re.compile(r"figure:(u\d\d/\w+)/(\w+)")
_EXERCISE = r"(?:exercises? )?ex\d\d"
_EXERCISES = re.compile(rf"[\s·,]*(?:{_EXERCISE}[\s·,]*)*")


class Renderer:
    """Turns slides into HTML and records their references.

    Args:
        figures: `(experiment, figure)` → `course.slides.figures.Figure`.
        root: The course's root, if not the usual one.
        experiments: The names of all experiments; None allows any name.

    Attributes:
        sources: Identifier → `Source`, of all references so far.
        used: `(experiment, figure)` → `Figure` for the figures that the slides show.
        missing: The `(experiment, figure)` that no run has drawn.
    """

    def __init__(self, figures, root=None, experiments=None):
        self.figures, self.root, self.experiments = figures, root, experiments
        self.sources, self.used, self.missing = {}, {}, []
        self._markdown = _markdown(self)

    def slide(self, slide):
        """Return the HTML of a slide's heading and that of its body, and that of its note.

        Raises:
            CourseError: A wrong reference or a formula that cannot be converted; the message names the line.
        """
        env = {"slide": slide}
        tokens = self._arrange(self._markdown.parse(slide.text, env), env)
        cut = next(i for i, token in enumerate(tokens) if token.type == "heading_close") + 1
        render = self._markdown.renderer.render
        head = render(tokens[:cut], self._markdown.options, env)
        body = self._body(tokens[cut:], env)
        note = self._markdown.render(slide.note, env) if slide.note else ""
        return head, body, note

    def _body(self, tokens, env):
        """Render the body; the text is beside a figure if the figure is larger then."""

        def render(some):
            return self._markdown.renderer.render(some, self._markdown.options, env)

        rows = [i for i, token in enumerate(tokens) if token.type == "figures"]
        place = rows[0] if len(rows) == 1 and len(tokens[rows[0]].children) == 1 else None
        if place is None:
            return render(tokens)
        last = len(tokens) - 3 if len(tokens) > 2 and tokens[-3].attrGet("class") == "chips" else len(tokens)
        wide = [
            i
            for i, token in enumerate(tokens[:last])
            if token.type == "math_block" and _is_long(token.content)
        ]
        above = max(wide) + 1 if wide and max(wide) < place else 0
        text = [token for i, token in enumerate(tokens[above:last], above) if i != place]
        aspect, room = self._aspect(tokens[place].children[0]), _HEIGHT - _height(tokens[:above])
        beside = min(0.6 * _ROOM, room * aspect)
        stacked = min(_ROOM, (room - _height(text)) * aspect)
        if not text or (wide and max(wide) > place) or beside < 1.08 * stacked:
            return render(tokens)
        return (
            f'{render(tokens[:above])}<div class="side"><div class="text">{render(text)}</div>'
            f"{render([tokens[place]])}</div>\n{render(tokens[last:])}"
        )

    def _aspect(self, image):
        match = _FIGURE.fullmatch(str(image.attrs["src"]))
        figure = self.figures.get((match[1], match[2])) if match else None
        return figure.aspect if figure else _MISSING

    def _arrange(self, tokens, env):
        """Make one row of neighbouring figures, and one of the references below a slide."""
        arranged, i = [], 0
        while i < len(tokens):
            inline = tokens[i + 1] if tokens[i].type == "paragraph_open" else None
            if inline is not None and _is_figures(inline):
                row = [child for child in inline.children if child.type == "image"]
                if arranged and arranged[-1].type == "figures":
                    arranged[-1].children += row
                else:
                    inline.type, inline.children = "figures", row
                    arranged.append(inline)
                i += 3
                continue
            if inline is not None and _is_references(inline):
                tokens[i].attrSet("class", "chips")
                for child in inline.children:
                    if child.type == "text":
                        child.type = "references"
            arranged.append(tokens[i])
            i += 1
        return arranged

    def row(self, images, env, rows):
        """Return the HTML of figures side by side; `rows` is how many such rows the slide has."""
        wide = int(_ROOM / sum(self._aspect(token) for token in images))  # the height at full width
        least = min(LEAST if rows == 1 else LEAST_OF_TWO, wide)
        inside = "".join(self.image(token, env) for token in images)
        return f'<div class="figures" style="min-height: {least}px">{inside}</div>\n'

    def image(self, token, env):
        """Return the HTML of one image."""
        slide, target = env["slide"], str(token.attrs["src"])
        match = _FIGURE.fullmatch(target)
        if not match:
            raise slide.error(
                f"{target} is no figure:uNN/EXPERIMENT/FIGURE; other images are not copied.", target
            )
        alt, key = escape(token.content, quote=True), (match[1], match[2])
        if not alt.strip():
            raise slide.error(f"{target} needs a text in its brackets for readers who cannot see it.", target)
        if self.experiments is not None and match[1] not in self.experiments:
            raise slide.error(f"{target}: there is no experiment {match[1]}.", target)
        figure = self.figures.get(key)
        if figure is None:
            if key not in self.missing:
                self.missing.append(key)
            return (
                f'<div class="missing" role="img" aria-label="{alt}">'
                f"<p><code>course run {match[1]}</code> draws this</p><p>{alt}</p></div>"
            )
        self.used[key] = figure
        if figure.description:
            alt = f"{alt.rstrip('.')}. {escape(figure.description, quote=True)}"
        still = f' data-still="{address(figure, figure.still)}"' if figure.path.suffix == ".gif" else ""
        letter = f' data-letter="{figure.text / 72 / figure.width:.6f}"' if figure.text else ""
        return (
            f'<img src="{address(figure, figure.path)}" alt="{alt}"{still}{letter} '
            f'style="flex-grow: {figure.aspect:.3f}">'
        )

    def code(self, text, env):
        """Return the HTML of inline code: a reference that opens, a command, or just code."""
        match = _REFERENCE.fullmatch(text)
        if not match:
            kind = ' class="command"' if text.startswith("course ") else ""
            return f"<code{kind}>{escape(text)}</code>"
        try:
            source = find(match[1], self.root)
        except ReferenceProblem as problem:
            raise env["slide"].error(f"{problem}.", text) from None
        self.sources[source.id] = source
        file = source.path.rsplit("/", 1)[-1]
        words = f"<small>{escape(file)}</small> {escape(source.name)}" if source.name else escape(file)
        return (
            f'<button type="button" class="chip" data-opens="{source.id}" '
            f'title="{escape(source.path)}, line {source.first}">{words}</button>'
        )

    def formula(self, tex, env, display):
        """Return the HTML of a formula."""
        try:
            return mathml(tex, display)
        except MathError as problem:
            dollars = "$$" if display else "$"
            words = f"the formula {dollars}{' '.join(tex.split())}{dollars} {problem}."
            raise env["slide"].error(words, tex.strip()) from None


def address(figure, path):
    """Return the path of a figure's file relative to the deck."""
    return quote(f"figures/{figure.experiment}/{path.name}")


def _after(tokens, i):
    """Return the punctuation behind a formula, which must not begin a line."""
    follows = tokens[i + 1] if i + 1 < len(tokens) and tokens[i + 1].type == "text" else None
    return re.match(r"[.,:;!?)’”]*", follows.content)[0] if follows else ""


def _is_figures(inline):
    kinds = {c.type for c in inline.children if not (c.type == "text" and not c.content.strip())}
    return "image" in kinds and kinds <= {"image", "softbreak", "hardbreak"}


def _height(tokens):
    """Return about how many pixels text takes at full width."""
    pixels, table = 0, False
    for token in tokens:
        table = (table or token.type == "table_open") and token.type != "table_close"
        if token.type == "math_block":
            pixels += 100 if re.search(r"frac|sum", token.content) else 55
        elif token.type == "tr_open":
            pixels += 46
        elif token.type == "inline" and not table:
            pixels += 12 + 37 * -(-len(token.content) // 88)
    return pixels


def _is_long(tex):
    """Is a formula too long for a column beside a figure?"""
    try:
        return len(re.sub(r"<[^>]*>", "", mathml(tex))) > _LONG or r"\quad" in tex or r"\qquad" in tex
    except MathError:
        return False  # reported when it is rendered


def _is_references(inline):
    """Is a paragraph nothing but code, commands and exercises, divided by dots?"""
    children = [c for c in inline.children if c.type != "softbreak"]
    said = [c for c in children if c.type == "code_inline" or (c.type == "text" and "ex" in c.content)]
    known = all(
        (c.type == "code_inline" and c.content.startswith(("code:", "course ")))
        or (c.type == "text" and _EXERCISES.fullmatch(c.content))
        for c in children
    )
    return bool(said) and known


def _markdown(renderer):
    from markdown_it import MarkdownIt
    from mdit_py_plugins.dollarmath import dollarmath_plugin

    md = MarkdownIt("commonmark", {"html": False}).enable("table")
    dollarmath_plugin(md, allow_labels=False, allow_blank_lines=False, double_inline=True)

    def figures(self, tokens, i, options, env):
        return renderer.row(tokens[i].children, env, sum(t.type == "figures" for t in tokens))

    def references(self, tokens, i, options, env):
        chips = re.findall(_EXERCISE, tokens[i].content)
        return "\n".join(f'<span class="chip exercise">{escape(chip)}</span>' for chip in chips) or " "

    def block(self, tokens, i, options, env):
        return f'<div class="formula">{renderer.formula(tokens[i].content, env, True)}</div>\n'

    def inline(self, tokens, i, options, env):
        formula, after = renderer.formula(tokens[i].content, env, False), _after(tokens, i)
        return f'<span class="joined">{formula}{escape(after)}</span>' if after else formula

    def text(self, tokens, i, options, env):
        joined = _after(tokens, i - 1) if i and tokens[i - 1].type == "math_inline" else ""
        return escape(tokens[i].content.removeprefix(joined), quote=False)

    rules = {
        "figures": figures,
        "references": references,
        "image": lambda self, tokens, i, options, env: renderer.image(tokens[i], env),
        "code_inline": lambda self, tokens, i, options, env: renderer.code(tokens[i].content, env),
        "fence": lambda self, tokens, i, options, env: highlight(tokens[i].content, tokens[i].info.strip()),
        "math_inline": inline,
        "text": text,
        "math_inline_double": block,
        "math_block": block,
    }
    for name, rule in rules.items():
        md.add_render_rule(name, rule)
    return md
