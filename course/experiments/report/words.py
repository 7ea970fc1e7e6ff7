"""Numbers, bands and data sets in the words of a report, on the screen and on the page."""

import math


def number(value):
    """Return a number as a reader wants it: four digits that matter, whole numbers whole."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if isinstance(value, int):
        return f"{value:,}" if abs(value) < 10**9 else f"{value:.4g}"
    if not math.isfinite(value):
        return str(value)
    return f"{value:,.1f}" if 1000 <= abs(value) < 10**6 else f"{value:.4g}"


def band(result, metric):
    """Return the expected band of a metric as text, empty where there is none."""
    if metric not in result.expected:
        return ""
    low, high = result.expected[metric]
    return f"{number(low)} … {number(high)}"


def data(result):
    """Return the sets that a result used and where each came from, as text."""
    return ", ".join(f"{name} ({source})" for name, source in sources(result)) or "own numbers"


def sources(result):
    """Return the pairs (set, source) that a result used, each once."""
    return dict.fromkeys((entry["name"], entry["source"]) for entry in result.data)
