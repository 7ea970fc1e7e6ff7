"""TeX to MathML, which browsers draw without a script and without a network.

The converter's output is MathML of the older kind. Browsers draw MathML Core: letters have their own characters
instead of `mathvariant`, and spaces follow from what an operator is. `_tidy` converts the one to the other.
"""

import re
from unicodedata import category
from xml.etree import ElementTree as ET

_SPACE = "http://www.w3.org/1998/Math/MathML"
# Commands that latex2mathml does not know, written with commands that it knows.
_MACROS = ((re.compile(r"\\arg(?![a-zA-Z])"), r"\\operatorname{arg}"),)
_OTHERS = {  # characters of operators
    "~": "∼",
    r"\{": "{",
    r"\}": "}",
    r"\lbrace": "{",
    r"\rbrace": "}",
    r"\|": "‖",
    r"\lVert": "‖",
    r"\rVert": "‖",
    r"\lvert": "|",
    r"\rvert": "|",
    r"\lfloor": "⌊",
    r"\rfloor": "⌋",
    r"\lceil": "⌈",
    r"\rceil": "⌉",
}
_LETTERS = {  # variant → where its capitals, small letters and digits begin
    "bold": (0x1D400, 0x1D41A, 0x1D7CE),
    "script": (0x1D49C, 0x1D4B6, None),
    "double-struck": (0x1D538, 0x1D552, 0x1D7D8),
    "fraktur": (0x1D504, 0x1D51E, None),
    "sans-serif": (0x1D5A0, 0x1D5BA, 0x1D7E2),
    "monospace": (0x1D670, 0x1D68A, 0x1D7F6),
}
_OLDER = {  # letters that Unicode had before it had the alphabets
    "script": dict(zip("BEFHILMRego", "ℬℰℱℋℐℒℳℛℯℊℴ", strict=True)),
    "double-struck": dict(zip("CHNPQRZ", "ℂℍℕℙℚℝℤ", strict=True)),
    "fraktur": dict(zip("CHIRZ", "ℭℌℑℜℨ", strict=True)),
}
_ACCENTS = {"^": "\u02c6", "~": "\u02dc", "\u00af": "\u00af", "\u02d9": "\u02d9", "\u00a8": "\u00a8"}
_UNDER = {"min", "max", "argmin", "argmax", "lim", "sup", "inf"}
_SCRIPTS = {"msub", "msup", "msubsup", "munder", "mover", "munderover"}
_CLOSES, _THIN = (")", "]", "}", "⟩", "!"), "0.167em"


class MathError(ValueError):
    """A formula that cannot be converted."""


def mathml(tex, display=False):
    r"""Return the MathML of a formula.

    Args:
        tex: The formula, without its dollars.
        display: On a line of its own.

    Raises:
        MathError: A command that is not known, or braces that do not match; the result never contains TeX.

    Example:
        >>> mathml(r"\frac12")
        '<math display="inline"><mrow><mfrac><mn>1</mn><mn>2</mn></mfrac></mrow></math>'
    """
    from latex2mathml import converter

    given = tex.strip()
    if not given:
        raise MathError("is empty")
    bare = given.replace(r"\{", "").replace(r"\}", "")
    if bare.count("{") != bare.count("}"):
        raise MathError("has braces that do not match")
    for pattern, words in _MACROS:
        given = pattern.sub(words, given)
    try:
        tree = ET.fromstring(converter.convert(given, display="block" if display else "inline"))
    except Exception as error:  # the converter has a dozen of its own, and plain ones
        raise MathError(f"cannot be converted ({_words(error)})") from None
    for node in tree.iter():
        node.tag = node.tag.removeprefix(f"{{{_SPACE}}}")
    _tidy(tree, display)
    for node in tree.iter():
        if left := re.search(r"\\[a-zA-Z]*", node.text or ""):
            raise MathError(f"has {left[0]}, which the converter does not know")
    return ET.tostring(tree, encoding="unicode", short_empty_elements=False)


def _words(error):
    name = re.sub(r"(?<!^)(?=[A-Z])", " ", type(error).__name__.removesuffix("Error")).lower()
    return f"{name}: {error}" if str(error) else name


def _tidy(tree, display):
    bars = {}
    for node in tree.iter():
        text = (node.text or "").strip()
        if node.tag == "mo" and len(node):  # \mathrel{+}
            text = "".join(node.itertext())
            del node[:]
            node.text, node.tail = text, None
            node.set("class", "joined")
        if node.tag == "mtext" and text:
            node.text = re.sub(r"\\([_&%#$])", r"\1", node.text)  # what TeX wants to be escaped
        if variant := node.attrib.pop("mathvariant", None):
            _set_letters(node, variant)
        elif text and len(text) == 1 and text in "⊤∇∂∞#…⋯ΓΔΘΛΞΠΣΥΦΨΩ":
            node.tag = "mi"
            node.set("mathvariant", "normal")
        elif text == ":":
            node.tag = "mo"
            node.attrib.update(lspace="0.222em", rspace="0.222em")
        elif node.tag == "mi" and len(text) == 1 and category(text) == "Sm":  # ±, ∼, ⟶
            node.tag, node.text = "mo", _OTHERS.get(text, text)
        elif node.tag == "mo":
            _set_operator(node, text, bars)
        elif node.tag == "mspace" and not re.match(r"[\d.]", node.get("width", "")):
            node.set("width", "0em")  # MathML Core has no negative spaces
        if node.tag == "mover":
            _set_accent(node)
    _set_rows(tree, display, True)
    for node in tree.iter():
        if node.tag in _SCRIPTS and node.get("accent") != "true":
            _close_up(node)


def _close_up(script):
    """Set the operators of indices, powers and limits without space, as TeX does: L−1, i=1."""
    for part in script[1:]:
        for node in part.iter("mo"):
            node.attrib.update(lspace="0", rspace="0")


def _set_letters(node, variant):
    if variant == "normal":
        node.set("mathvariant", "normal")
        return
    capital, small, digit = _LETTERS.get(variant, (None, None, None))
    mapped = ""
    for letter in node.text or "":
        start, first = next(
            ((s, f) for s, f in ((capital, "A"), (small, "a"), (digit, "0")) if _in(letter, f)), (None, "A")
        )
        older = _OLDER.get(variant, {}).get(letter)
        mapped += older or (chr(start + ord(letter) - ord(first)) if start else letter)
    node.text = mapped


def _in(letter, first):
    return first <= letter <= {"A": "Z", "a": "z", "0": "9"}[first]


def _set_operator(node, text, bars):
    if text in _OTHERS:
        node.text = text = _OTHERS[text]
    if "minsize" in node.attrib:
        node.set("stretchy", "true")
        node.set("symmetric", "true")
    if text == "/":
        node.attrib.update(lspace="0", rspace="0")
    elif text in ("‖", "|"):  # they are opening and closing in turn
        bars[text] = bars.get(text, 0) + 1
        node.set("form", "prefix" if bars[text] % 2 else "postfix")
        node.attrib.update(lspace="0", rspace="0")
        node.attrib.setdefault("stretchy", "false")


def _set_accent(node):
    mark = node[1]
    text = (mark.text or "").strip()
    if mark.tag != "mo":
        return
    if text in ("\u2015", "\u203e") or (text == "\u00af" and len("".join(node[0].itertext())) > 1):
        mark.text = "\u203e"
        mark.set("stretchy", "true")
    elif text in _ACCENTS:
        mark.text = _ACCENTS[text]
        mark.set("stretchy", "false")
    else:
        return
    node.set("accent", "true")


def _set_rows(node, display, at_display):
    """Set attributes that depend on neighbours: words, signs, limits below their operator."""
    below = at_display and node.tag in ("math", "mrow", "mstyle")
    for child in node:
        _set_rows(child, display, below)
    if node.tag in ("mrow", "math", "mtd", "mstyle", "msqrt"):
        _enclose_matrices(node)
        _join_words(node)
        _space_words(node)
        _set_signs(node)
    if node.tag == "msup" and (node[1].text or "").strip() in ("′", "″", "‴"):
        node.tag = "mrow"  # the sign is raised and small as it is
        node[1].tag = "mi"
        node[1].set("mathvariant", "normal")
    if node.tag in ("msub", "munder"):
        base = (node[0].text or "").strip()
        if base in _UNDER:
            node.tag = "munder" if display and at_display else "msub"


def _enclose_matrices(row):
    """Put a matrix and its brackets into their own row, so that the brackets have the height of the matrix."""
    for i in range(len(row) - 2, 0, -1):
        if len(row) > 3 and row[i].tag == "mtable" and row[i - 1].tag == row[i + 1].tag == "mo":
            own = ET.Element("mrow")
            own.extend(row[i - 1 : i + 2])
            row[i - 1 : i + 2] = [own]


def _join_words(row):
    """Make one word of upright letters: `diag`."""
    for i in range(len(row) - 1, 0, -1):
        first, second = row[i - 1], row[i]
        both = (first, second)
        upright = all(n.get("mathvariant") == "normal" and (n.text or "").isalpha() for n in both)
        joined = first.tag == second.tag == "mo" and "joined" in first.get("class", "")
        if upright or joined:
            first.text += second.text
            row.remove(second)
    for child in row:
        child.attrib.pop("class", None)
        if child.tag == "mi" and len(child.text or "") > 1:
            child.attrib.pop("mathvariant", None)


def _core(node):
    """Return the element that decides what an expression is: the base of its scripts."""
    while node.tag in _SCRIPTS and len(node):
        node = node[0]
    return node


def _space_words(row):
    """Put a thin space between a word such as `log` and a letter beside it, or a bracket that closes before it."""
    i = 0
    while i < len(row):
        core = _core(row[i])
        text = (core.text or "").strip()
        if core.tag in ("mo", "mi") and len(text) > 1 and text.isalpha():
            core.tag = "mi"
            if i + 1 < len(row) and _is_letter(row[i + 1]):
                row.insert(i + 1, ET.Element("mspace", width=_THIN))
            if i and (_is_letter(row[i - 1]) or (_core(row[i - 1]).text or "").strip() in _CLOSES):
                row.insert(i, ET.Element("mspace", width=_THIN))
                i += 1
        i += 1


def _is_letter(node):
    core = _core(node)
    text = (core.text or "").strip()
    bar = text in ("‖", "|") and core.get("form") == "prefix"
    return core.tag not in ("mo", "mspace") or text in ("∑", "∏") or bar


def _set_signs(row):
    """A sign behind a relation, a comma or an opening bracket belongs to what follows."""
    for before, node in zip([None, *row], row, strict=False):
        if node.tag == "mo" and (node.text or "").strip() in ("−", "+", "±") and not node.get("form"):
            core = None if before is None else _core(before)
            closes = core is not None and (
                core.get("form") == "postfix" or (core.text or "").strip() in _CLOSES
            )
            if core is None or (core.tag == "mo" and not closes):
                node.set("form", "prefix")
