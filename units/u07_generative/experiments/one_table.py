"""All kinds of models in one table: quality against evaluations of the network and seconds; their samples; a film (§8).

Quick: small networks, most of them dense, on digits of 8 × 8 pixels; other experiments show the same models, and who
has trained one in this process has trained it for all. ``--full``: convolutional networks on 20,000
images of MNIST, minutes of training for each; ``dcgan``, ``image_flow`` and ``flow_matching`` train longer. Seconds are
those of the second draw, without compilation.
"""

import time

import keras
import numpy as np

from course.figures import COLOURS, image_rows, point_style
from units.u07_generative.frechet_judge import FrechetJudge
from units.u07_generative.gallery import SMALL, Frames, large_gallery
from units.u07_generative.shared_models import trained

SHOWN = 7  # samples of a model in the contact sheet


def run(r):
    d = r.data()
    judge = FrechetJudge(d, r.pick(quick=None, full=1000))
    rows, sheet = [], {}
    for entry, frames, training in trained_large(r, d) if r.full else trained_small(r, d):
        parameters = sum(np.prod(v.shape) for v in entry.model.trainable_variables)
        for way, (evaluations, options) in entry.ways.items():
            few = {"steps": 2} if "steps" in options else {}
            entry.model.sample(judge.size, **options | few)  # compiles
            start = time.perf_counter()
            images = entry.model.sample(judge.size, seed=r.seed, **options)
            seconds = time.perf_counter() - start
            over_floor = judge.over_floor(images)
            name = " ".join((entry.name, way)).strip()
            key = f"over_floor_{name.lower().replace(' ', '_').replace('-', '_')}"
            r.model(key, parameters).add(training)
            r.metric(key, over_floor)
            rows.append((entry.name, way, evaluations, seconds / judge.size, training, over_floor))
        sheet[entry.name] = images[:SHOWN]
        if frames:
            draw_film(r, entry.name, frames)
    r.table(
        ["model", "sampler", "evaluations", "ms a sample", "s of training", "Fréchet over floor"],
        [(*row[:3], f"{1000 * row[3]:.3f}", f"{row[4]:.0f}", f"{row[5]:.1f}") for row in rows],
        title=f"{judge.size} samples ({r.data_name}); floor (real against real) {judge.floor:.3f}",
    )
    draw_quality(r, rows)
    draw_sheet(r, sheet)


def trained_small(r, d):
    """For each model its entry, the frames of its film and the seconds of its training."""
    for name in SMALL:
        found = trained(name, d.name, r.seed)
        yield found.entry, found.frames, found.seconds


def trained_large(r, d):
    """The same for the convolutional networks."""
    x, batch = 2 * d.images("train") - 1, 64
    order = r.rng.permutation(len(x))[: min(len(x), 20_000) // batch * batch]
    x, y = x[order], d.labels("train")[order]
    keras.utils.set_random_seed(r.seed)
    for entry in large_gallery(x.shape[1:]):
        film = [Frames()] if entry.name == "DCGAN" else []
        start = time.perf_counter()
        entry.train(x, y, batch, film)
        yield entry, film[0].frames if film else [], time.perf_counter() - start


def draw_quality(r, rows):
    """Quality against evaluations and against seconds."""
    _, axes = r.figure("quality", 1, 2, size=(9.6, 4.4), sharey=True)
    names = list(dict.fromkeys(row[0] for row in rows))
    for ax, column, scale in zip(axes, (2, 3), (1, 1000), strict=True):
        for i, name in enumerate(names):
            price, over = np.transpose(
                sorted((scale * row[column], row[5]) for row in rows if row[0] == name)
            )
            ax.loglog(price, over, linestyle="-" if len(price) > 1 else "", label=name, **point_style(i))
        ax.axhline(1, color=COLOURS["black"], linestyle=":", label="real images")
    axes[0].set(title="Work", xlabel="evaluations of the network a sample")
    axes[0].set_ylabel("Fréchet distance over the floor")
    axes[1].set(title="Time", xlabel="milliseconds a sample")
    axes[1].legend(loc="center left", bbox_to_anchor=(1, 0.5))


def draw_sheet(r, sheet):
    """The contact sheet: samples of two models in each row."""
    lines = -(-len(sheet) // 2)
    fig, axes = r.figure("sheet", lines, 2, size=(9.6, 4.6))
    fig.set_size_inches(9.6, 0.6 + lines)  # more than the seven models of the quick run need more room
    fig.get_layout_engine().set(wspace=0.08)  # between two models more than between two samples
    for ax in axes.flat:
        ax.set_axis_off()
    for ax, (name, images) in zip(axes.T.flat, sheet.items(), strict=False):
        image_rows(ax, images, title=name, vmin=-1, vmax=1)
    fig.suptitle(f"Samples of all kinds of models ({r.data_name})")


def draw_film(r, name, frames):
    """Samples of a model in training, epoch by epoch, as a GIF."""
    fig, ax = r.figure("film", size=(3.8, 4.1))

    def frame(i):
        epoch, images = frames[i]
        ax.clear()
        image_rows(ax, images, rows=4, vmin=-1, vmax=1)
        ax.set_title(f"{name}, epoch {epoch} ({r.data_name})")

    r.animation("training", fig, frame, frames=len(frames), fps=3)
