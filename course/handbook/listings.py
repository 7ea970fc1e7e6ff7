"""Pages with the source of the files that pages link to: a reader of a unit goes on to its code.

In the repository `[softmax.py](softmax.py)` opens a file. In the handbook it opens a page with the same content.
"""

from html import escape
from pathlib import Path, PurePosixPath

from docutils import nodes
from sphinx import addnodes

_KINDS = {".py": "python", ".md": "markdown", ".toml": "toml", ".cfg": "ini", ".txt": "text", "": "make"}
_LISTED = "listing"  # the type of a reference to such a page


def add(app):
    """Connect the steps with Sphinx's events."""
    app.connect("doctree-read", _find)
    app.connect("env-purge-doc", _forget)
    app.connect("env-merge-info", _join)
    app.connect("missing-reference", _address)
    app.connect("html-collect-pages", _pages)


def _known(env):
    if not hasattr(env, "handbook_listings"):
        env.handbook_listings = {}  # page → the files that it links to
    return env.handbook_listings


def _forget(app, env, docname):
    _known(env).pop(docname, None)


def _join(app, env, docnames, other):
    _known(env).update({name: _known(other).get(name, set()) for name in docnames})


def _find(app, doctree):
    """Let links to files that are no page of the handbook lead to their listing."""
    env = app.env
    there = set()
    folder = Path(env.doc2path(env.docname)).parent
    for node in [*doctree.findall(addnodes.download_reference), *doctree.findall(addnodes.pending_xref)]:
        if (folder / node["reftarget"].lstrip("#")).is_dir():  # a folder has no page: its name is enough
            node.replace_self(node.children)
            continue
        if isinstance(node, addnodes.pending_xref):
            if node.get("refdomain") != "doc" or node["reftarget"] in env.found_docs:
                continue
            path = app.srcdir / f"{node['reftarget']}.md"
        else:
            target = node["reftarget"]
            path = app.srcdir / target.lstrip("/") if target.startswith("/") else folder / target
        path = Path(path).resolve()
        if not path.is_file() or path.suffix not in _KINDS:
            continue
        name = path.relative_to(Path(app.srcdir).resolve()).as_posix()
        there.add(name)
        link = addnodes.pending_xref("", *node.children, refdomain="", reftype=_LISTED, reftarget=name)
        link["refexplicit"], link["refwarn"], link["refdoc"] = True, True, env.docname
        node.replace_self(link)
    _known(env)[env.docname] = there


def _page(name):
    return f"files/{PurePosixPath(name)}"


def _address(app, env, node, contents):
    if node.get("reftype") != _LISTED:
        return None
    there = app.builder.get_relative_uri(node["refdoc"], _page(node["reftarget"]))
    return nodes.reference("", "", *node.children, internal=True, refuri=there)


def _pages(app):
    """Yield the listings: name, content, template."""
    from sphinx.highlighting import PygmentsBridge

    bridge = getattr(app.builder, "highlighter", None) or PygmentsBridge("html")
    for name in sorted(set().union(*_known(app.env).values())):
        text = (Path(app.srcdir) / name).read_text(encoding="utf-8")
        code = bridge.highlight_block(text, _KINDS[PurePosixPath(name).suffix], linenos=False)
        title = PurePosixPath(name).name
        body = (
            f'<h1>{escape(title)}</h1>\n<p><code>{escape(name)}</code></p>\n<div class="listing">{code}</div>'
        )
        yield _page(name), {"title": title, "body": body}, "page.html"
