"""The decks of `slides/`: read, cut into slides, and built into one folder that opens without a network.

May import experiments, which draw missing figures, and figures. `course slides` and the tests of the decks call it.

| step | file |
| --- | --- |
| a deck is read and cut into slides | `deck.py` |
| Markdown to HTML | `html.py` |
| TeX to MathML | `mathml.py` |
| source of a reference | `code.py` |
| figures in `runs/`, and those that are missing | `figures.py` |
| pages and what they need | `page.py`, `font.py`, `slides.css`, `slides.js` |
| measurements in a browser, PDF | `browser.py` |
"""

from course.slides.deck import Deck, Slide, cut, load

__all__ = ["Deck", "Slide", "cut", "load"]
