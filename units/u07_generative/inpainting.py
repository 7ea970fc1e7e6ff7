"""Fill a hole in an image with a trained diffusion model, without training it again (§8.2)."""

import numpy as np


def inpaint(x, known, noise_estimate, alpha_bars, rng, repeats=5):
    """Draw what is missing in x, given what is known, by the reverse process of a diffusion model.

    For t = T−1, …, 0, and ``repeats`` times for each t, with ᾱ_{−1} = 1 and new ε, ε', ε'' ~ N(0, I):

    x_known = √ᾱ_{t−1} x + √(1 − ᾱ_{t−1}) ε                      what is known, with the noise of time t − 1
    x_drawn = (x_t − β_t ε_θ(x_t, t)/√(1 − ᾱ_t)) / √α_t + σ_t ε'   a step of the reverse process
    x_{t−1} = x_known where known, otherwise x_drawn
    x_t     = √α_t x_{t−1} + √β_t ε''                            back again, if the step is to be repeated

    One step cannot make the two parts agree: x_known is drawn without looking at x_drawn. Going back and forth lets
    information flow between the parts.

    Args:
        x: images, of which the unknown pixels are not read, shape (batch, ...).
        known: 1 for known pixels and 0 for others, broadcast against x.
        noise_estimate: ε_θ, a function of x_t, shape (batch, ...), and of t, an integer array (batch,), to the
            estimate of the noise.
        alpha_bars: ᾱ_0, …, ᾱ_{T−1}, falling, shape (T,).
        rng: a ``numpy.random.Generator``.
        repeats: steps at each time, at least 1.

    Returns:
        An array of the shape of x, which is x where known.

    References: Lugmayr et al., "RePaint: Inpainting using denoising diffusion probabilistic models" (2022).
    """
    if repeats < 1:
        raise ValueError(f"repeats must be at least 1, not {repeats}.")
    known = np.broadcast_to(np.asarray(known, bool), np.shape(x))
    x = np.where(known, x, 0).astype("float32")
    alpha_bars = np.asarray(alpha_bars, "float64")
    before = np.concatenate([[1.0], alpha_bars[:-1]])
    x_t = rng.normal(size=x.shape).astype("float32")
    for t in reversed(range(len(alpha_bars))):
        alpha, beta = alpha_bars[t] / before[t], 1 - alpha_bars[t] / before[t]
        deviation = np.sqrt(beta * (1 - before[t]) / (1 - alpha_bars[t]))
        for repeat in range(repeats):
            estimate = np.asarray(noise_estimate(x_t, np.full(len(x), t)))
            x_known = np.sqrt(before[t]) * x + np.sqrt(1 - before[t]) * rng.normal(size=x.shape)
            x_drawn = (x_t - beta / np.sqrt(1 - alpha_bars[t]) * estimate) / np.sqrt(alpha)
            x_drawn += deviation * rng.normal(size=x.shape)
            x_t = np.where(known, x_known, x_drawn)
            if repeat + 1 < repeats:
                x_t = np.sqrt(alpha) * x_t + np.sqrt(beta) * rng.normal(size=x.shape)
            x_t = x_t.astype("float32")
    return x_t


def holes(shape, rng, share=0.5):
    """Random rectangles that hide pixels: 1 for known pixels, 0 inside of the rectangle.

    Args:
        shape: (batch, height, width, channels).
        rng: a ``numpy.random.Generator``.
        share: of the height and of the width that is hidden.

    Returns:
        An array of the shape (batch, height, width, 1).

    Raises:
        ValueError: share is not between 0 and 1.
    """
    if not 0 <= share <= 1:
        raise ValueError(f"share is a part of the height and of the width, from 0 to 1, not {share}.")
    batch, height, width, _ = shape
    tall, wide = round(share * height), round(share * width)
    top = rng.integers(0, height - tall + 1, size=(batch, 1, 1, 1))
    left = rng.integers(0, width - wide + 1, size=(batch, 1, 1, 1))
    rows, columns = np.arange(height)[:, None, None], np.arange(width)[None, :, None]
    hidden = (rows >= top) & (rows < top + tall) & (columns >= left) & (columns < left + wide)
    return 1 - hidden.astype("float32")
