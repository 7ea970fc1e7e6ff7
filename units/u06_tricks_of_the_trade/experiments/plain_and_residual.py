"""The deeper a plain network is, the worse it trains; residual networks do not mind (§5.5, §6.5)."""

import keras
import numpy as np

from course import figures
from units.u04_feedforward import Classifier
from units.u06_tricks_of_the_trade.deep_signals import kinds
from units.u06_tricks_of_the_trade.plain_and_residual import (
    cost_and_gradients,
    deep_network,
    draw_weights,
    train,
)
from units.u06_tricks_of_the_trade.shattered_gradients import autocorrelation, gradients_on_a_grid

LAGS = 16


def run(r):
    d = r.data()
    x, y = d.features("train"), d.labels("train")
    x = 2 * (x - x.mean(axis=0))
    depths = r.pick(quick=(2, 6, 12, 24), full=(2, 8, 24, 48))
    accuracy, norms, rows = {}, {}, []
    for depth in depths:
        weights = draw_weights(np.random.default_rng(r.seed), depth, x.shape[1])
        for name, kind in kinds(depth).items():
            _, _, gradients = cost_and_gradients(x[:256], y[:256], weights, kind)
            norms[name] = [np.linalg.norm(g) for g in gradients[1:-1]]  # of the deepest network in the end
            if r.full:
                accuracy[name, depth] = trained_by_keras(x, y, name, depth)
            else:
                rng = np.random.default_rng(r.seed)
                accuracy[name, depth] = train(x, y, weights, kind, 0.1, epochs=4, rng=rng)[1]
    names = list(kinds(1))
    for name in names:
        rows.append([name, *(f"{accuracy[name, depth]:.3f}" for depth in depths), f"{norms[name][0]:.1e}"])
    deepest = depths[-1]
    r.table(
        ["blocks", *map(str, depths), f"‖∂C/∂W_1‖, L = {deepest}"], rows, title="training accuracy by depth"
    )
    key = {"plain": "plain", "plain, batch norm": "plain_bn", "residual, 1/√L": "residual"}
    key["residual, batch norm"] = "residual_bn"
    for name in names:
        r.metric(f"accuracy_{key[name]}", accuracy[name, deepest])
    shallow = [accuracy[name, depths[0]] for name in names]
    r.metric("least_accuracy_of_2_blocks", min(shallow))
    r.metric("log10_first_over_last_gradient_plain_bn", np.log10(norms[names[1]][0] / norms[names[1]][-1]))
    r.metric("log10_first_over_last_gradient_residual_bn", np.log10(norms[names[3]][0] / norms[names[3]][-1]))

    fig, (left, middle, right) = r.figure("depth", 1, 3, size=(11.5, 3.9))
    grid = np.linspace(-2, 2, 256)
    for i, name in enumerate(names):
        look = {"color": figures.CYCLE[i], "linestyle": "-" if "residual" in name else "--"}
        left.plot(depths, [accuracy[name, depth] for depth in depths], "o", label=name, **look)
        middle.semilogy(range(1, deepest + 1), norms[name], **look)
        shapes = [
            autocorrelation(gradients_on_a_grid(grid, 24, kinds(24)[name], np.random.default_rng(seed)), LAGS)
            for seed in range(3)
        ]
        right.plot(np.mean(shapes, axis=0), **look)
    left.set(title="Training accuracy", xlabel="number of blocks $L$", ylabel="accuracy", ylim=(0, 1.02))
    middle.set(title="Gradient at the start", xlabel="block $l$", ylabel=r"$\|∂C/∂W_l\|$")
    right.set(title="Gradients on a grid", xlabel="distance in grid points", ylabel="autocorrelation")
    fig.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=4)


def trained_by_keras(x, y, name, depth):
    """Training accuracy of the last epoch of the network in Keras, trained by the classifier of unit 4."""
    model = Classifier(deep_network(depth, x.shape[1], name), classes=10)
    model.compile(keras.optimizers.SGD(0.1))
    return model.fit(x, y, batch_size=64, epochs=2, verbose=0).history["accuracy"][-1]
