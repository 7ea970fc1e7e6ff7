"""The handbook: a Sphinx site of all pages of the repository, with the parts that are not written by hand.

May import catalog, experiments and slides. Sphinx calls it, by `docs/conf.py` and `make docs`.

| file | idea |
| --- | --- |
| `extension.py` | what Sphinx loads: the parts below, put where they belong |
| `unit_pages.py` | a unit: goals, exercises with minutes and difficulty, results of recorded runs |
| `indexes.py` | the navigation, the table of notation, the reference of `course` |
| `listings.py` | a page with the source of each file that a page links to |
| `commands.py` | listings of commands that wrap on a narrow page |
| `formulas.py` | formulas as MathML, which needs no script and no network |
"""
