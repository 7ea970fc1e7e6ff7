"""The files that runs have recorded, for all that show results of earlier runs: slides, pages, leaderboard."""

from course import paths

LARGEST_SVG = 1_000_000  # bytes; a larger one is shown as PNG, because it would take seconds to draw
UNREADABLE = (OSError, ValueError, KeyError, TypeError, AttributeError)  # what reading a damaged file raises


def files(runs=None):
    """Return the path of every `result.json`, the newest first.

    Args:
        runs: The folder of runs; by default `course.paths.runs()`.
    """
    found = (runs or paths.runs()).glob("*/u[0-9][0-9]/*/result.json")
    return sorted(found, key=lambda path: (path.stat().st_mtime, path.parts), reverse=True)


def shown(entry, folder):
    """Return the path of the file to show for a figure of a result: a GIF that moves, SVG, or PNG.

    Args:
        entry: The figure's entry in `result.json`.
        folder: The folder of this file.
    """
    if entry.get("gif"):
        return folder / entry["gif"]
    svg = folder / entry["svg"] if entry.get("svg") else None
    if svg is not None and svg.is_file() and svg.stat().st_size <= LARGEST_SVG:
        return svg
    return folder / entry["png"]
