"""Checks for ex12: a loop over samples, heads and queries in NumPy."""

import numpy as np

from course.grading import close, part


def arrays(rng, batch=2, seq=5, d_model=4, width=6):
    shapes = (batch, seq, d_model), *[(d_model, width)] * 3, (width, d_model)
    return [rng.normal(size=shape).astype("float32") for shape in shapes]


def expected(x, W_q, W_k, W_v, W_o, heads, window, lengths, slopes):
    d = W_q.shape[1] // heads
    output = np.zeros(x.shape)
    for n, sample in enumerate(x.astype("float64")):
        for j in range(heads):
            own = slice(j * d, (j + 1) * d)
            for t in range(len(sample)):
                seen = [i for i in range(max(t - window + 1, 0), t + 1) if i < lengths[n]]
                if not seen:
                    continue
                keys, values = sample[seen] @ W_k[:, own], sample[seen] @ W_v[:, own]
                e = keys @ (sample[t] @ W_q[:, own]) / np.sqrt(d) - slopes[j] * (t - np.array(seen))
                p = np.exp(e - e.max())
                output[n, t] += p / p.sum() @ values @ W_o[own]
    return output


def compare(candidate, given, heads, window, lengths, slopes):
    lengths, slopes = np.array(lengths, "int32"), np.array(slopes, "float32")
    got = candidate.windowed_heads(*given, heads, window, lengths, slopes)
    names = ("x", "W_q", "W_k", "W_v", "W_o")
    inputs = dict(zip(names, given, strict=True))
    inputs |= {"heads": heads, "window": window, "lengths": lengths, "slopes": slopes}
    right = expected(*given, heads, window, lengths, slopes)
    close(got, right, inputs=inputs, rtol=1e-3, atol=1e-4)


@part("the slopes", points=1, hint="the first head has 2^(−8 / heads), the last one 2^(−8)")
def values(candidate, rng):
    for heads in (1, 2, int(rng.integers(3, 9))):
        right = 2.0 ** (-8 * np.arange(1, heads + 1) / heads)
        close(candidate.slopes(heads), right, inputs={"heads": heads}, rtol=1e-4)


@part("causal attention, one head and several", points=3, hint="which channels belong to head j?")
def several(candidate, rng):
    for heads in (1, 2, 3):
        compare(candidate, arrays(rng), heads, 5, [5, 5], [0.0] * heads)


@part("the bias by distance", points=2, hint="a key that is far away gets a smaller score")
def bias(candidate, rng):
    compare(candidate, arrays(rng), 2, 5, [5, 5], [2.0, 0.5])


@part("the window and the padding", points=3, hint="what does a query see that stands behind the end?")
def window(candidate, rng):
    given = arrays(rng)
    compare(candidate, given, 2, 1, [5, 5], [0.0, 0.0])
    compare(candidate, given, 2, 2, [2, 4], [0.25, 0.0])
    compare(candidate, given, 3, 3, [1, 5], [0.0, 0.5, 1.0])
