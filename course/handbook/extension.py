"""What Sphinx loads: it adds to the pages of the repository what is not written by hand.

A page stays as it is in the repository; the additions are made when it is read, and no file is written for them.
"""

from pathlib import Path

from course import catalog
from course.handbook import commands, formulas, indexes, listings, unit_pages


def setup(app):
    """Connect the parts of the handbook with Sphinx; Sphinx calls it."""
    formulas.add(app)
    listings.add(app)
    app.connect("builder-inited", _begin)
    app.connect("source-read", _complete)
    app.connect("env-get-outdated", _always)
    app.connect("html-page-context", _finish)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}


def _begin(app):
    root = Path(app.srcdir)
    content = catalog.load()
    recorded = unit_pages.Recorded()
    app.handbook_pages = {
        "docs/results": lambda text: indexes.all_results(text, content, recorded),
        "docs/README": lambda text: indexes.navigation(text, content, root),
        "docs/notation": lambda text: indexes.notation(text, content),
        "docs/timetable": lambda text: indexes.timetable(text, content),
        "docs/api": indexes.reference,
        "datasets/README": lambda text: indexes.data_sets(text, root),
    }
    for unit in content.units:
        name = f"units/{unit.slug}/README"
        app.handbook_pages[name] = lambda text, unit=unit: unit_pages.complete(text, unit, recorded)


def _complete(app, docname, source):
    add = app.handbook_pages.get(docname)
    if add is not None:
        source[0] = add(source[0])


def _finish(app, pagename, templatename, context, doctree):
    if "body" in context:
        context["body"] = commands.keep_options(context["body"])


def _always(app, env, added, changed, removed):
    """The additions come from other files, so Sphinx cannot know whether these pages are new."""
    return [name for name in app.handbook_pages if name in env.found_docs]
