"""Audio as numbers: the samples of a wave, and how much of each frequency is in it (§2.1)."""

import numpy as np
from keras import ops


def amplitude_spectrum(x, rate):
    """The amplitude of each frequency in a sound.

    A_k = (2/n) |∑_t x_t e^{−2πi kt/n}|,   f_k = k · rate / n,   k = 0, …, n/2

    With the factor 2/n a sine of amplitude A at f_k has A_k = A. The first and the last frequency have no mirror
    image, so their factor is 1/n.

    Args:
        x: sounds, shape (batch, seq) with an even length n.
        rate: samples per second, in hertz.

    Returns:
        ``(frequencies, amplitudes)``: NumPy, shape (n/2 + 1,), in hertz; and shape (batch, n/2 + 1).

    Raises:
        ValueError: if the length is odd.

    Example:
        >>> t = np.arange(8)
        >>> f, A = amplitude_spectrum(3 * np.sin(2 * np.pi * 2 * t / 8)[None], rate=8)
        >>> print(f, abs(ops.convert_to_numpy(A)[0].round(3)))
        [0. 1. 2. 3. 4.] [0. 0. 3. 0. 0.]
    """
    x = ops.convert_to_tensor(x, "float32")
    n = x.shape[-1]
    if n % 2:
        raise ValueError(f"amplitude_spectrum takes an even number of samples, got {n}.")
    # ∑_t x_t e^{−2πi kt/n}
    real, imaginary = ops.rfft(x)
    factor = np.full(n // 2 + 1, 2 / n, "float32")
    factor[[0, -1]] = 1 / n
    factor = ops.convert_to_tensor(factor)
    # f_k = k · rate / n,   A_k = (2/n) |∑_t x_t e^{−2πi kt/n}|
    return np.fft.rfftfreq(n, 1 / rate), factor * ops.sqrt(real**2 + imaginary**2)
