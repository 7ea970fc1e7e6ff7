"""Forward and backward through three layers in matrix form, equal to the backend's gradients (§5.2)."""

import keras
import numpy as np
from keras import ops

import course
from units.u02_logistic_softmax import cross_entropy
from units.u04_feedforward.backprop import cost_and_gradients
from units.u04_feedforward.network import Layer, forward, network

WIDTHS, STEPS, LEARNING_RATE = (4, 8, 8, 3), 120, 0.3


def run(r):
    d = r.data()
    x, y = d.features(), d.labels()
    x = (x - x.mean(0)) / x.std(0)
    layers = network(WIDTHS, "tanh", seed=r.seed)

    passed = forward(x, layers)
    _, g = cost_and_gradients(x, y, layers)
    automatic, by_x = _automatic(x, y, layers)
    L, rows, gaps = len(layers), [("A⁰ = X", "", passed.a[0].shape, "")], []
    for l in range(1, L + 1):
        rows.append((f"Z^{l}", f"A^{l - 1} W^{l}ᵀ + 1 b^{l}ᵀ", passed.z[l - 1].shape, ""))
        rows.append((f"A^{l}", f"S(Z^{l})" if l < L else f"Z^{l}", passed.a[l].shape, ""))
    for l in range(L, 0, -1):
        formula = "(Ŷ − Y)/n" if l == L else f"∂C/∂A^{l} ⊙ S'(Z^{l})"
        rows.append((f"D^{l} = ∂C/∂Z^{l}", formula, g.z[l - 1].shape, ""))
        for name, formula, got, expected in (
            (f"∂C/∂W^{l}", f"D^{l}ᵀ A^{l - 1}", g.W[l - 1], automatic[2 * l - 2]),
            (f"∂C/∂b^{l}", f"D^{l}ᵀ 1", g.b[l - 1], automatic[2 * l - 1]),
        ):
            gaps.append(_gap(got, expected))
            rows.append((name, formula, got.shape, f"{gaps[-1]:.1e}"))
    rows.append(("∂C/∂X", "D^1 W^1", g.x.shape, f"{_gap(g.x, by_x):.1e}"))
    rows = [(a, b, str(tuple(shape)), gap) for a, b, shape, gap in rows]
    r.table(
        ["symbol", "formula", "shape", "gap to the backend's gradient"],
        rows,
        title="forward and backward pass",
    )
    r.metric("gap_of_parameters", max(gaps))
    r.metric("gap_of_inputs", _gap(g.x, by_x))

    def with_values(parameters):
        """The layers with these W and b."""
        return [Layer(W, b, layer.activation) for (W, b), layer in zip(parameters, layers, strict=True)]

    @course.compiled
    def descend(parameters):
        cost, slopes = cost_and_gradients(x, y, with_values(parameters))
        pairs = zip(parameters, slopes.W, slopes.b, strict=True)
        return cost, [(W - LEARNING_RATE * dW, b - LEARNING_RATE * db) for (W, b), dW, db in pairs]

    costs = []
    parameters = [(ops.convert_to_tensor(layer.W), ops.convert_to_tensor(layer.b)) for layer in layers]
    for _ in range(STEPS):
        cost, parameters = descend(parameters)
        costs.append(float(cost))
    trained = with_values(parameters)
    predicted = np.argmax(ops.convert_to_numpy(forward(x, trained).a[-1]), axis=1)
    r.metric("first_cost", costs[0])
    r.metric("last_cost", costs[-1])
    r.metric("accuracy", np.mean(predicted == y))

    fig, axes = r.figure("there_and_back", 2, 4, size=(10, 3.75), gridspec_kw={"width_ratios": WIDTHS})
    for l in range(L + 1):
        _heat(axes[0, l], passed.a[l], "$A^{[%d]}$%s" % (l, " = X" if l == 0 else ""))  # noqa: UP031 (braces)
        slope = g.x if l == 0 else g.z[l - 1]
        _heat(axes[1, l], slope, r"$\partial C/\partial X$" if l == 0 else "$D^{[%d]}$" % l)  # noqa: UP031
    axes[0, 0].set_ylabel("forward")
    axes[1, 0].set_ylabel("backward")
    fig.suptitle("Rows: 150 flowers by class. Columns: units. Above: activations. Below: ∂C/∂Z")


def _automatic(x, y, layers):
    variables = [keras.Variable(v) for layer in layers for v in (layer.W, layer.b)]
    live = [
        Layer(W, b, layer.activation)
        for W, b, layer in zip(variables[::2], variables[1::2], layers, strict=True)
    ]

    def cost(inputs=x):
        return ops.mean(cross_entropy(y, forward(inputs, live).a[-1]))

    return course.value_and_grad(cost, variables)[1], course.grad(cost)(x)


def _gap(a, b):
    return float(np.abs(ops.convert_to_numpy(a) - ops.convert_to_numpy(b)).max())


def _heat(ax, matrix, title):
    matrix = ops.convert_to_numpy(matrix)
    limit = np.abs(matrix).max()
    ax.imshow(matrix, cmap="RdBu_r", vmin=-limit, vmax=limit, aspect="auto", interpolation="nearest")
    ax.set(title=title, xticks=[], yticks=[], xlabel=f"up to ±{limit:.2g}")
    ax.grid(False)
