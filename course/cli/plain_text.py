"""Characters that the encoding of a console does not have are written with plain characters.

    arrange(sys.stdout)

A terminal of Windows (cp1252), a pipe with `PYTHONIOENCODING=ascii` or `LANG=C` cannot show `✓` or `κ`. Python would
end a command there with UnicodeEncodeError; here the stream gets an error handler that replaces such a character.
"""

import codecs
import unicodedata

HANDLER = "course.plain"

_PLAIN = {
    "✓": "+", "✗": "x", "·": ".", "•": "*", "–": "-", "—": "-", "−": "-", "…": "...", "§": "sec.", "¶": "par.",
    "━": "=", "─": "-", "│": "|", "╸": "=", "╺": "=", "█": "#", "≤": "<=", "≥": ">=", "≠": "!=", "≈": "~", "±": "+-",
    "→": "->", "←": "<-", "↑": "^", "↓": "v", "↦": "->", "⇒": "=>", "×": "x", "÷": "/", "⋅": ".", "∘": "o",
    "√": "sqrt ", "∞": "inf", "∑": "sum", "∏": "prod", "∂": "d", "∇": "grad ", "∈": " in ", "∫": "int", "‖": "||",
    "∣": "|", "′": "'", "“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "«": '"', "»": '"', "ᵀ": "^T", "⁻": "^-",
    "₋": "_-", "⊙": "*", "⊤": "T", "ℓ": "l", "ß": "ss", "æ": "ae", "ø": "o", "°": " deg",
    "©": "(c)", "\u00a0": " ", "\u202f": " ",
}  # fmt: skip
_BRAILLE = range(0x2800, 0x2900)  # the dots of a spinner


def arrange(*streams):
    """Let text streams write every character; a stream that does not allow this is not changed."""
    for stream in streams:
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=HANDLER)


def plain(text):
    """Return a text in ASCII."""
    return text.encode("ascii", errors=HANDLER).decode("ascii")


def _character(character):
    """Return plain characters for a character that an encoding does not have."""
    if character in _PLAIN:
        return _PLAIN[character]
    if ord(character) in _BRAILLE:
        return "*"
    parts = unicodedata.normalize("NFKD", character)
    if parts != character:  # é, ², ﬁ
        kept = "".join(_PLAIN.get(part, part) for part in parts if not unicodedata.combining(part))
        return "".join(part if part.isascii() else _name(part) for part in kept) or "?"
    return _name(character)


def _name(character):
    """Return the name of a Greek letter, `?` for anything else."""
    words = unicodedata.name(character, "").split()
    if words[:1] == ["GREEK"] and "LETTER" in words:
        name = words[words.index("LETTER") + 1].lower().replace("lamda", "lambda")  # Unicode writes lamda
        return name.capitalize() if "CAPITAL" in words else name
    return "?"


def _replace(error):
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_character, error.object[error.start : error.end])), error.end


codecs.register_error(HANDLER, _replace)
