"""Numbers and nouns in a sentence: "1 point", "2 points"; and the full stop at its end."""


def several(count, noun):
    """Return a number with its noun: `several(1, "point")` is "1 point", `several(2, "point")` "2 points"."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def sentence(text):
    """Return a text that ends like a sentence: a full stop is added where no mark ends it."""
    text = text.rstrip(" ,;:")
    return text if not text or text[-1] in ".!?…" else text + "."
