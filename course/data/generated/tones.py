"""Short sounds of three wave forms: the smallest audio set."""

import numpy as np

from course.data.generated.sampling import labels, not_negative, positive

SAMPLING_RATE = 8000  # samples per second


def tones(n=300, samples=512, noise=0.05, seed=0):
    """Draw sine, square and sawtooth tones of random pitch, phase and loudness.

        sine sin 2πu,   square sign sin 2πu,   sawtooth 2 (u mod 1) - 1,    u = f t + φ

    The loudness is uniform in [0.5, 1], the pitch f log-uniform in [100, 1000] Hz.

    Args:
        n: number of tones, equally many of each wave form.
        samples: length of a tone; 8,000 samples are one second.
        noise: standard deviation of the Gaussian noise.
        seed: of the random numbers.

    Returns:
        ``x`` float32 (batch, seq), ``y`` int64 (batch,): 0 sine, 1 square, 2 sawtooth, and ``pitch`` float64
        (batch,) in hertz.
    """
    positive(n=n, samples=samples)
    not_negative(noise=noise)
    rng = np.random.default_rng(seed)
    y = labels(n, 3, rng)
    pitch = 100 * 10 ** rng.uniform(0, 1, size=n)
    phase, loudness = rng.uniform(0, 1, size=n), rng.uniform(0.5, 1, size=n)
    u = pitch[:, np.newaxis] * np.arange(samples) / SAMPLING_RATE + phase[:, np.newaxis]
    waves = np.stack([np.sin(2 * np.pi * u), np.sign(np.sin(2 * np.pi * u)), 2 * (u % 1) - 1])
    x = loudness[:, np.newaxis] * waves[y, np.arange(n)] + noise * rng.normal(size=u.shape)
    return {"x": x.astype("float32"), "y": y, "pitch": pitch}
