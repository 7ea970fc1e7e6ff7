"""The handbook as Sphinx builds it: no warning, no broken link, nothing from a network."""

import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import pytest

pytestmark = pytest.mark.backend_independent
ROOT = Path(__file__).resolve().parents[3]
LINK = re.compile(r'(?:href|src)="([^"]+)"')


def sphinx(builder, out, *pages):
    """Build the site as `make docs` does, with warnings as errors."""
    command = [sys.executable, "-m", "sphinx", "-b", builder, "-W", "--keep-going", "-q"]
    command += ["-d", str(out / "doctrees"), "-c", "docs", ".", str(out / "site"), *pages]
    env = dict(os.environ, COURSE_RUNS=str(out / "runs"))
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    return out / "site"


def test_every_page_can_be_read_and_every_link_between_pages_leads_somewhere(tmp_path):
    sphinx("dummy", tmp_path)


@pytest.mark.slow
def test_the_built_site(tmp_path):
    """Every address in every page is there, and no script, style or picture comes from a network."""
    site = sphinx("html", tmp_path)
    anchors, broken, pages = {}, set(), sorted(site.rglob("*.html"))
    texts = {page: page.read_text(encoding="utf-8") for page in pages}
    for page, text in texts.items():
        anchors[page.resolve()] = set(re.findall(r'\bid="([^"]+)"', text))
        assert not re.search(r'<(?:script|img|iframe)[^>]*src="(?:https?:)?//', text), page
        assert not re.search(r'<link[^>]*rel="stylesheet"[^>]*href="(?:https?:)?//', text), page
    for page, text in texts.items():
        for address in LINK.findall(text):
            if address.startswith(("http:", "https:", "data:", "mailto:")):
                continue
            path, _, anchor = address.partition("#")
            there = (page.parent / unquote(path.partition("?")[0])).resolve() if path else page.resolve()
            if not there.exists() or (anchor and there in anchors and unquote(anchor) not in anchors[there]):
                broken.add((page.relative_to(site).as_posix(), address))
    assert not broken
    assert len(pages) > 300
    assert "softmax" in (site / "searchindex.js").read_text(encoding="utf-8")
    assert (site / "index.html").is_file()
    assert "<math" in texts[site / "units/u02_logistic_softmax/exercises/ex01_softmax/task.html"]
    assert not [page for page in pages if "solution.py" in page.name or page.name.startswith("check.py")]
