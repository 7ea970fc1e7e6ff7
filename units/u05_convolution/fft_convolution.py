"""The convolution theorem: Fourier transforms turn a convolution into a product (§6.2).

DFT(x ∗ w) = DFT(x) · DFT(w) on a circle of N positions, because every wave is an eigenvector of every circulant matrix.
With N ≥ n + k − 1 nothing goes around the circle, and the result is the convolution of two signals.
"""

import math

import numpy as np
from keras import ops

import course
from course.validation import precise_floats
from units.u05_convolution.one_dtype import of_one_dtype
from units.u05_convolution.required_shape import require_shape


@course.fused
def fourier_convolve(x, w):
    """The full convolution of signals, by the convolution theorem: DFT⁻¹(DFT(x) · DFT(w)).

    Args:
        x: shape (…, size).
        w: shape (kernel,).

    Returns:
        Shape (…, size + kernel − 1).
    """
    x, w = _of_one_dtype(x, w)
    require_shape("w", w, "kernel")
    length = x.shape[-1] + w.shape[0] - 1
    N = power_of_two(length)
    z = ops.irfft(_times(ops.rfft(x, N), ops.rfft(w, N)), N)
    return z[..., :length]


@course.fused
def fourier_convolve_2d(x, w):
    """The same for images: x of shape (…, height, width), w of shape (height, width) of the kernel."""
    x, w = _of_one_dtype(x, w)
    require_shape("w", w, "height", "width")
    sizes = [a + b - 1 for a, b in zip(x.shape[-2:], w.shape, strict=True)]
    N = [power_of_two(size) for size in sizes]
    transforms = []
    for image in (x, w):
        before = [(0, 0)] * (len(image.shape) - 2)
        room = [(0, to - size) for to, size in zip(N, image.shape[-2:], strict=True)]
        image = ops.pad(image, [*before, *room])
        transforms.append(ops.fft2((image, ops.zeros_like(image))))
    real, _ = ops.ifft2(_times(*transforms))
    return real[..., : sizes[0], : sizes[1]]


def circulant_eigenvalues(w, size):
    """The eigenvalues of the circulant matrix of a kernel: its DFT. The eigenvectors are the waves e^{2π√−1 f t / N}.

    Args:
        w: shape (kernel,).
        size: N, at least the size of the kernel.
    """
    return np.fft.fft(w, size)


def operations(size, kernel, axes=1):
    """Multiplications and additions of three ways to the full convolution of a signal or a square image.

    direct, im2col: two for every entry of the kernel and every position; im2col also stores so many numbers
    Fourier: three transforms of 5 N log₂ N each, and a product of 6 N, N the padded number of positions

    Args:
        size, kernel: n and k along each axis.
        axes: 1 for a signal, 2 for an image.

    Returns:
        A dictionary with ``direct``, ``fourier``, and ``memory``, how many times larger the windows are than the input.
    """
    positions = (size + kernel - 1) ** axes
    N = power_of_two(size + kernel - 1) ** axes
    return {
        "direct": 2 * positions * kernel**axes,
        # 3 · 5 N log₂ N + 6 N
        "fourier": round(15 * N * math.log2(N) + 6 * N),
        "memory": kernel**axes,
    }


def crossing(size, axes=1):
    """The smallest kernel for which Fourier transforms need fewer operations; None if there is none up to ``size``."""
    for kernel in range(1, size + 1):
        counted = operations(size, kernel, axes)
        if counted["fourier"] < counted["direct"]:
            return kernel
    return None


def power_of_two(size):
    """The smallest power of two that is not less."""
    return 1 << (size - 1).bit_length()


def _of_one_dtype(x, w):
    """Both in the wider of their dtypes: Fourier transforms take neither float16 nor two of them."""
    return of_one_dtype(precise_floats(x), precise_floats(w))


def _times(first, second):
    """The product of complex numbers, as pairs of real and imaginary parts."""
    (a, b), (c, d) = first, second
    return a * c - b * d, a * d + b * c
