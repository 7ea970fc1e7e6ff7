"""The two parametrizations of the width: their rules, and a step of Adam."""

import numpy as np
import pytest
from keras import ops

from course.testing import assert_close
from units.u03_optimization import Adam
from units.u06_tricks_of_the_trade.width_scaling import Rates, WidthSweep, width_rules

RNG = np.random.default_rng(0)
X = RNG.normal(size=(16, 5)).astype("float32")
Y = RNG.integers(3, size=16).astype("int32")


@pytest.mark.backend_independent
def test_the_rules():
    for name in ("standard", "muP"):
        assert width_rules(name, 5, 8, 3, 8) == [(5**-0.5, 1.0), (8**-0.5, 1.0), (8**-0.5, 1.0)]
    assert width_rules("standard", 5, 32, 3, 8) == [(5**-0.5, 1.0), (32**-0.5, 1.0), (32**-0.5, 1.0)]
    # four times as wide: hidden weights half as large, the last ones a quarter; both move a quarter as far
    (_, c1), (hidden, c2), (last, c3) = width_rules("muP", 5, 32, 3, 8)
    assert (hidden, last) == (pytest.approx(8**-0.5 / 2), pytest.approx(8**-0.5 / 4))
    assert (c1, c2, c3) == (1.0, 0.25, 0.25)
    with pytest.raises(ValueError, match="parametrization is"):
        width_rules("mup", 5, 8, 3, 8)


def test_three_networks_at_once_equal_three_networks_with_rates_by_layer():
    """A factor c before a weight is a learning rate c α of that layer: Adam by hand on each network, layer by layer."""
    names, rates, width = ["standard", "muP", "muP"], [0.01, 0.01, 0.03], 8
    model = WidthSweep(5, width, 3, names, base=4, seeds=[1, 1, 2])
    model.compile(Adam(Rates(rates), epsilon=1e-12))
    kernels = [
        [c[i] * ops.convert_to_numpy(w)[i] for c, w in zip(model.factors, model.kernels, strict=True)]
        for i in range(3)
    ]
    factors = [[c[i].item() for c in model.factors] for i in range(3)]
    model.fit(X, Y, batch_size=8, epochs=2, shuffle=False, verbose=0)
    for i in range(3):
        W = [w.astype("float64") for w in kernels[i]]
        moments = [(0.0, 0.0)] * 3
        for t in range(1, 5):
            rows = slice(0, 8) if t % 2 else slice(8, 16)
            for layer, g in enumerate(gradients(W, X[rows], Y[rows])):
                v, s = moments[layer]
                moments[layer] = v, s = 0.9 * v + 0.1 * g, 0.999 * s + 0.001 * g * g
                step = v / (1 - 0.9**t) / (np.sqrt(s / (1 - 0.999**t)) + 1e-12)
                W[layer] = W[layer] - rates[i] * factors[i][layer] * step
        for layer in range(3):
            got = factors[i][layer] * ops.convert_to_numpy(model.kernels[layer])[i]
            assert_close(got, W[layer], rtol=1e-3, atol=1e-4)
    # the costs of each network
    got = ops.convert_to_numpy(model.costs(X, ops.convert_to_tensor(Y)))
    u = ops.convert_to_numpy(model(X)).astype("float64")
    log_p = u - np.log(np.exp(u).sum(-1, keepdims=True))
    assert_close(got, -log_p[:, np.arange(16), Y].mean(1), rtol=1e-4)


def gradients(W, x, y):
    """Backpropagation through two ReLU layers, in float64."""
    a = [x.astype("float64")]
    for w in W:
        a.append(np.maximum(a[-1] @ w, 0))
    a[-1] = a[-2] @ W[-1]
    p = np.exp(a[-1]) / np.exp(a[-1]).sum(-1, keepdims=True)
    D = (p - np.eye(3)[y]) / len(x)
    found = []
    for layer in (2, 1, 0):
        found.insert(0, a[layer].T @ D)
        D = (D @ W[layer].T) * (a[layer] > 0)
    return found
