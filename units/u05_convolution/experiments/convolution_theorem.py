"""The convolution theorem: direct, im2col and Fourier agree to rounding, and their costs cross (☆)."""

import time

import numpy as np
from keras import ops

from course.figures import COLOURS
from units.u05_convolution.convolution import convolve, convolve_2d
from units.u05_convolution.fft_convolution import (
    circulant_eigenvalues,
    crossing,
    fourier_convolve,
    fourier_convolve_2d,
    operations,
)
from units.u05_convolution.im2col import conv


def run(r):
    x, w = r.rng.normal(size=30), r.rng.normal(size=7)
    exact = convolve(x, w)
    fourier = ops.convert_to_numpy(fourier_convolve(x.astype("float32"), w.astype("float32")))
    reversed_kernel = w[::-1].reshape(-1, 1, 1).astype("float32")
    columns = ops.convert_to_numpy(
        conv(x.reshape(1, -1, 1).astype("float32"), reversed_kernel, padding=[(6, 6)])
    )
    image, kernel = r.rng.normal(size=(9, 11)), r.rng.normal(size=(3, 4))
    by_fourier = ops.convert_to_numpy(fourier_convolve_2d(image.astype("float32"), kernel.astype("float32")))
    r.metric("gap_of_fourier", np.abs(fourier - exact).max())
    r.metric("gap_of_im2col", np.abs(columns.ravel() - exact).max())
    r.metric("gap_of_fourier_2d", np.abs(by_fourier - convolve_2d(image, kernel)).max())
    C = np.stack([np.roll(np.pad(w, (0, 9)), j) for j in range(16)], axis=1)
    waves = np.exp(2j * np.pi * np.outer(np.arange(16), np.arange(16)) / 16)
    r.metric("gap_of_eigenvectors", np.abs(C @ waves - waves * circulant_eigenvalues(w, 16)).max())

    size, kernels = r.pick(quick=2**12, full=2**15), 2 ** np.arange(2, 12)
    signal = r.rng.normal(size=size)
    seconds = {name: [] for name in ("direct", "im2col", "Fourier")}
    for k in kernels:
        w = r.rng.normal(size=k)
        for name, way in (("direct", np.convolve), ("im2col", _im2col), ("Fourier", _fourier)):
            seconds[name].append(_fastest(way, signal, w, r.pick(quick=5, full=20)))
    counted = [operations(size, int(k)) for k in kernels]
    r.table(
        ["kernel", "counted: direct", "counted: Fourier", "direct / Fourier counted", "measured"],
        [
            (k, f"{c['direct']:,}", f"{c['fourier']:,}", f"{c['direct'] / c['fourier']:.2f}", f"{a / b:.2f}")
            for k, c, a, b in zip(kernels, counted, seconds["direct"], seconds["Fourier"], strict=True)
        ],
        title=f"signal of {size} numbers, in NumPy",
    )
    r.metric("crossing_counted", crossing(size))
    r.metric("crossing_counted_image_256", crossing(256, axes=2))
    ratios = np.divide(seconds["direct"], seconds["Fourier"])
    r.metric("direct_over_fourier_smallest_kernel", ratios[0])
    r.metric("direct_over_fourier_largest_kernel", ratios[-1])

    _, (left, right) = r.figure("costs", 1, 2, size=(10, 4.2))
    left.loglog(kernels, [c["direct"] for c in counted], "o-", color=COLOURS["blue"], label="direct, im2col")
    left.loglog(kernels, [c["fourier"] for c in counted], "s-", color=COLOURS["red"], label="Fourier")
    left.axvline(crossing(size), color=COLOURS["grey"], linestyle=":", label=f"k = {crossing(size)}")
    left.set(title=f"Counted, signal of {size}", xlabel="size of the kernel", ylabel="operations")
    for (name, values), colour, marker in zip(seconds.items(), ("blue", "green", "red"), "o^s", strict=True):
        right.loglog(kernels, 1e3 * np.array(values), f"{marker}-", color=COLOURS[colour], label=name)
    right.set(title="Measured in NumPy on this machine", xlabel="size of the kernel", ylabel="milliseconds")
    for ax in (left, right):
        ax.legend()


def _im2col(x, w):
    padded = np.pad(x, len(w) - 1)
    return np.ascontiguousarray(np.lib.stride_tricks.sliding_window_view(padded, len(w))) @ w[::-1]


def _fourier(x, w):
    length = len(x) + len(w) - 1
    N = 1 << (length - 1).bit_length()
    return np.fft.irfft(np.fft.rfft(x, N) * np.fft.rfft(w, N), N)[:length]


def _fastest(way, x, w, times):
    """Seconds of the fastest of several calls."""
    found = []
    for _ in range(times):
        begun = time.perf_counter()
        way(x, w)
        found.append(time.perf_counter() - begun)
    return min(found)
