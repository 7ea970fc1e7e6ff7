"""Bits per dimension of images of digits: RealNVP on two scales with learned dequantization (§8.1)."""

import time

import keras
import numpy as np

from course import figures
from units.u03_optimization import CosineDecay
from units.u06_tricks_of_the_trade import restart
from units.u07_generative.image_flow import ImageFlow
from units.u07_generative.shared_models import trained

BAR = 1.10  # bits per dimension of MNIST, set before the full run


def run(r):
    d = r.data()
    x, x_test = 2 * d.images("train") - 1, 2 * d.images("test") - 1
    seeds = range(r.seed, r.seed + r.pick(quick=1, full=3))
    curves, rows = [], []
    for seed, flow, curve, seconds in trained_large(seeds, x) if r.full else trained_small(seeds, d):
        curves.append(curve)
        test = flow.evaluate(x_test, batch_size=len(x_test) // 20, verbose=0, return_dict=True)["loss"]
        rows.append((seed, curves[-1][-1], test, seconds))
        r.log(f"seed {seed}: {test:.4f} bits per dimension of the test images after {seconds:.0f} s")
    _, _, bits, seconds = np.transpose(rows)
    r.table(
        ["seed", "training images", "test images", "seconds, with compilation"],
        [(seed, f"{train:.4f}", f"{test:.4f}", f"{time:.0f}") for seed, train, test, time in rows],
        title=f"bits per dimension ({d.name}), last epoch; an image of which nothing is known: "
        f"{np.log2(flow.levels):.2f}",
    )
    r.metric("bits_per_dimension", bits.mean())
    r.metric("largest_bits_per_dimension", bits.max())
    r.metric("parameters", flow.count_params())

    _, ax = r.figure("training", size=(5.5, 3.8))
    for seed, curve in zip(seeds, curves, strict=True):
        ax.plot(range(1, len(curve) + 1), curve, "o-", label=f"training, seed {seed}")
    ax.axhline(bits.mean(), color=figures.COLOURS["grey"], linestyle="--", label="test, at the end")
    if r.full:
        ax.axhline(BAR, color=figures.COLOURS["black"], linestyle=":", label="bar")
        ax.set_ylim(top=min(2.0, max(curve[1] for curve in curves)))
    ax.set(title=f"A flow learns images ({d.name})", xlabel="epoch", ylabel="bits per dimension")
    ax.legend()
    fig, ax = r.figure("samples", size=(6.4, 3.5))
    figures.image_rows(ax, flow.sample(32, seed=r.seed), rows=4, vmin=-1, vmax=1)
    fig.suptitle(f"Samples of the flow ({d.name})")


def trained_small(seeds, d):
    """For each seed the flow, its bits per dimension in each epoch, and the seconds of its training."""
    for seed in seeds:
        found = trained("RealNVP", d.name, seed)
        yield seed, found.entry.model, found.history["loss"], found.seconds


def trained_large(seeds, x, batch=256, epochs=36):
    """The same for the flow of ``--full``."""
    steps = len(x) // batch  # a smaller last batch would be compiled once more
    flow = None
    for seed in seeds:
        start = time.perf_counter()
        keras.utils.set_random_seed(seed)
        fresh = ImageFlow(
            x.shape[1:], couplings=(6, 8), width=96, blocks=3, network_dtype="mixed_bfloat16", seed=seed
        )
        fresh.adapt(x[:10000])
        if flow is None:
            flow = fresh
            schedule = CosineDecay(0.0, steps * (epochs - 1), warmup_target=1e-3, warmup_steps=steps)
            flow.compile(keras.optimizers.Adam(schedule, global_clipnorm=1.0), steps_per_execution=steps)
        else:  # new weights for the step that is compiled already
            restart(flow, flow, fresh=fresh)
        curve = flow.fit(x[: steps * batch], batch_size=batch, epochs=epochs, verbose=0).history["loss"]
        yield seed, flow, curve, time.perf_counter() - start
