"""Uses Chromium, without a window, to measure whether every slide fits and to print a deck as PDF."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from course.errors import CourseError

_NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "msedge",
    "microsoft-edge",
    "brave-browser",
)
_MAC = ("Google Chrome", "Chromium", "Microsoft Edge")
_SECONDS = 120
LEAST_TEXT = 14  # pixels of 720: the smallest text of a figure that can be read from the last row of a room
_TOLERANCE = 1  # pixels: the rounding error of a letter's height
_MEASURE = """<script>
addEventListener("load", async () => {
  await Promise.all([...document.fonts].map((face) => face.load()));
  const found = [];
  for (const slide of document.querySelectorAll(".slide")) {
    const { h, v } = Reveal.getIndices(slide.parentElement);
    Reveal.slide(h, v);
    const body = slide.querySelector(".body"), inside = slide.getBoundingClientRect();
    const scale = inside.width / slide.offsetWidth || 1;
    let right = -Infinity, down = -Infinity;
    for (const part of slide.querySelectorAll(".body *, .chips *")) {
      const box = (part.closest(".text") ?? part.closest(".body, .chips")).getBoundingClientRect();
      right = Math.max(right, (part.getBoundingClientRect().right - box.right) / scale);
    }
    for (const part of slide.querySelectorAll(".body > *, .text > *")) {
      const box = part.getBoundingClientRect(), whole = body.getBoundingClientRect();
      down = Math.max(down, (box.bottom - whole.bottom) / scale, (whole.top - box.top) / scale);
    }
    const letters = [Infinity];
    for (const image of slide.querySelectorAll("img[data-letter]")) {
      await image.decode();
      const shown = Math.min(image.clientWidth, image.clientHeight * image.naturalWidth / image.naturalHeight);
      letters.push(shown * image.dataset.letter);
    }
    found.push({
      title: slide.querySelector("h1, h2").textContent,
      line: Number(slide.dataset.line),
      down: Math.round(Math.max(down, slide.scrollHeight - slide.clientHeight, 0)),
      right: Math.round(Math.max(right, 0)),
      letter: Math.min(...letters),
    });
  }
  const result = document.createElement("script");
  result.type = "application/json";
  result.id = "measured";
  result.textContent = JSON.stringify(found).replaceAll("<", "\\\\u003c");
  document.body.append(result);
});
</script>
"""
# On paper the slides follow one another, without a script.
_PAPER = """<style>
@page { size: 1280px 720px; margin: 0; }
.slide { break-after: page; overflow: hidden; }
aside.notes { display: none; }
</style>"""


@dataclass(frozen=True)
class Fit:
    """By how much a slide's content overflows its box, and the text of its figures, in pixels of 1280 × 720."""

    title: str
    line: int
    down: int
    right: int
    letter: float | None  # size of the smallest text of its figures; None without any

    @property
    def problems(self):
        """What is wrong with the slide, in words; empty if nothing is."""
        found = [f"{self.down} px too high"] if self.down > _TOLERANCE else []
        found += [f"{self.right} px too wide"] if self.right > _TOLERANCE else []
        if self.letter is not None and self.letter < LEAST_TEXT:
            found.append(f"text of {self.letter:.1f} px in a figure, where {LEAST_TEXT} px can be read")
        return found


def find():
    """Return the path of a browser.

    Raises:
        CourseError: There is none.
    """
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None and sys.platform == "darwin":
        inside = (Path(f"/Applications/{name}.app/Contents/MacOS/{name}") for name in _MAC)
        found = next((str(path) for path in inside if path.exists()), None)
    if found is None:
        raise CourseError("This needs Chromium, Chrome or Edge on the PATH, and there is none of them.")
    return found


def measure(page):
    """Return a `Fit` for every slide of a deck's page.

    Args:
        page: The page that `course.slides.page.build` wrote.

    Raises:
        CourseError: There is no browser, or it did not answer.
    """
    text = page.read_text(encoding="utf-8")
    beside = page.with_name(f".measure-{page.name}")  # next to the page, because its addresses are relative
    try:
        beside.write_text(text.replace("</body>", f"{_MEASURE}</body>"), encoding="utf-8")
        answer = _run(beside.as_uri(), "--dump-dom", "--window-size=1280,720")
    finally:
        beside.unlink(missing_ok=True)
    match = re.search(
        r'<script type="application/json" id="measured">(.*?)</script>', answer, flags=re.DOTALL
    )
    if match is None:
        raise CourseError(f"The browser did not measure {page.name}.")
    return [Fit(**entry) for entry in json.loads(match[1])]


def pdf(page, target):
    """Print a deck's page to a PDF, one slide a page, and return its path.

    Raises:
        CourseError: There is no browser, or it wrote nothing.
    """
    text = page.read_text(encoding="utf-8")
    text = re.sub(r"<script src=.*?</script>\n|<dialog.*?</dialog>\n", "", text, flags=re.DOTALL)
    text = re.sub(r'src="[^"]*"( alt="[^"]*") data-still=("[^"]*")', r"src=\2\1", text)  # the last frame
    text = text.replace('<link rel="stylesheet" href="assets/reveal.css">', _PAPER)
    target.unlink(missing_ok=True)
    beside = page.with_name(f".print-{page.name}")
    try:
        beside.write_text(text, encoding="utf-8")
        said = _run(beside.as_uri(), f"--print-to-pdf={target}", "--no-pdf-header-footer")
    finally:
        beside.unlink(missing_ok=True)
    if not target.exists():
        raise CourseError(f"The browser wrote no {target.name}: {said.strip()[-300:]}")
    return target


def _run(address, *options):
    command = [find(), "--headless", "--disable-gpu", "--no-first-run", "--hide-scrollbars", *options]
    command += ["--virtual-time-budget=20000", "--disable-dev-shm-usage"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--no-sandbox")  # Chromium has no sandbox for root, as in a container
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command += [f"--user-data-dir={profile}", address]
        try:
            done = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False)
        except subprocess.TimeoutExpired:
            raise CourseError(f"{Path(command[0]).name} did not answer within {_SECONDS} seconds.") from None
        except OSError as error:
            raise CourseError(f"{command[0]} cannot be started: {error.strerror}.") from None
    return done.stdout.decode("utf-8", errors="replace") or done.stderr.decode("utf-8", errors="replace")
