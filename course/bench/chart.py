"""The chart: for each case and backend the ratios to the native loop, and the bars."""

from course.bench.bars import LIMITS

LABELS = {
    "ours": "course fit",
    "ours_plain": "course fit without fast paths",
    "ours_scan": "course fit, 10 steps a call",
    "ours_xla": "course fit, jit_compile",
    "keras": "Keras's own fit",
}
COLOURS = {"ours": "blue", "ours_scan": "sky", "ours_xla": "yellow", "ours_plain": "green", "keras": "orange"}
NATIVE, OTHERS = "fastest kind of native loop", "another library"
_MOST = 3.0  # longer bars are cut: what is compared lies around 1


def draw(results, folder):
    """Draw the results to ``bench.png`` and ``bench.svg`` in ``folder``; return the PNG's path, or None.

    Args:
        results: those of ``course.bench.run.measure``; what has no numbers is left out.
        folder: an existing folder.
    """
    results = [r for r in results if not r.get("error")]
    if not results:
        return None
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    from course import figures

    backends = sorted({r["backend"] for r in results})
    with figures.style():
        most = max(sum(r["backend"] == b for r in results) for b in backends)
        bars = max(len(_shown(r)) for r in results)
        figure = Figure(figsize=(9, 1.4 + len(backends) * (0.9 + 0.16 * bars * most)))
        FigureCanvasAgg(figure)
        heights = [sum(r["backend"] == b for r in results) for b in backends]
        axes = figure.subplots(len(backends), 1, squeeze=False, sharex=True, height_ratios=heights)[:, 0]
        for ax, backend in zip(axes, backends, strict=True):
            _panel(ax, [r for r in results if r["backend"] == backend], backend, bars, figures.COLOURS)
        contests = any(r["base"] != "native" for r in results)
        other = "plain native loop's or the fastest other library's" if contests else "plain native loop's"
        axes[-1].set_xlabel(f"time of a step, as a multiple of the {other} (less is faster)")
        handles, labels = _legend(axes)
        figure.legend(handles, labels, loc="outside upper center", ncols=min(3, len(labels)))
        for kind in ("png", "svg"):
            figure.savefig(folder / f"bench.{kind}", metadata={"Date": None} if kind == "svg" else None)
    return folder / "bench.png"


def _shown(result):
    """The variants that have a bar: ours and Keras's, then the others but the one that all are compared with."""
    names = result["variants"]
    return [
        *(name for name in LABELS if name in names),
        *(name for name in names if name not in LABELS and name != result["base"]),
    ]


def _panel(ax, results, backend, bars, palette):
    thick = 0.84 / bars
    for i, result in enumerate(results):
        shown = _shown(result)
        for j, name in enumerate(shown):
            row = result["variants"][name]
            low, high = row["ratio_quartiles"]
            at = i + (j - (len(shown) - 1) / 2) * thick
            label = LABELS.get(name, NATIVE if name.startswith("native") else OTHERS)
            colour = palette[COLOURS.get(name, "grey" if label == NATIVE else "purple")]
            cut = row["ratio"] > _MOST
            length, high = min(row["ratio"], _MOST), min(high, _MOST)
            ax.barh(at, length, thick * 0.9, color=colour, label=label)
            if not cut:
                ax.plot([low, high], [at, at], color=palette["black"], linewidth=1)
            text = f"{'→ ' if cut else ''}{row['ratio']:.2f}{'' if name in LABELS else f' {name}'}"
            ax.annotate(
                text, (max(length, high), at), (3, 0), textcoords="offset points", va="center",
                fontsize=8, bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 0.5},
            )  # fmt: skip
    ax.axvline(1, color=palette["black"], linewidth=1)
    ax.axvline(
        LIMITS[backend], color=palette["red"], linewidth=1.2, linestyle="--", label="bar for course fit"
    )
    ax.set_xlim(0, max(1.4, min(_MOST, ax.dataLim.x1)) + 0.35)
    ax.set_yticks(range(len(results)), [_name(r) for r in results])
    ax.set_ylim(len(results) - 0.4, -0.6)
    ax.grid(axis="y", visible=False)
    ax.set_title(f"{backend} (bar {LIMITS[backend]:.2f})", loc="left")


def _name(result):
    short = "" if result["precision"] == "float32" else " bf16"
    base = result["base"]
    by = "" if base == "native" else f" {base}"
    return f"{result['case']}{short}\n{result['variants'][base]['ms_per_step']:.2f} ms{by}"


def _legend(axes):
    found = {}
    for ax in axes:
        for handle, label in zip(*ax.get_legend_handles_labels(), strict=True):
            found.setdefault(label, handle)
    order = [label for label in (*LABELS.values(), NATIVE, OTHERS, "bar for course fit") if label in found]
    return [found[label] for label in order], order
