"""Dropout as an ensemble: the mean of thinned networks against the whole network; and the test error (§5.6)."""

import keras
import numpy as np
from keras import ops

import course
from course import figures
from units.u02_logistic_softmax import cross_entropy
from units.u04_feedforward import Dropout, FeedForward, all_masks, geometric_mean, mask_probabilities

UNITS, RATE, WRONG, MEMBERS = 10, 0.5, 0.2, (1, 3, 10, 30, 100)


def run(r):
    d = r.data()
    chosen = r.rng.permutation(len(d.labels("train")))[: r.pick(quick=300, full=1000)]
    x, y = d.features("train")[chosen], d.labels("train")[chosen].copy()
    wrong = r.rng.random(len(y)) < WRONG  # labels that can only be memorized
    y[wrong] = r.rng.integers(d.classes, size=wrong.sum())
    x_test, y_test = d.features("test"), d.labels("test")
    all_thinned(r, x[:50], d.classes)

    _, (ax, ax_members) = r.figure("dropout", 1, 2, size=(10, 4))
    models, epochs = {}, r.pick(quick=40, full=60)
    for (name, rate), colour in zip((("without", 0.0), ("with", RATE)), figures.CYCLE, strict=False):
        model = FeedForward(
            [200, 200], "relu", d.classes, dropout=Dropout(rate, seed=r.seed) if rate else 0.0
        )
        model.compile(keras.optimizers.Adam(2e-3))
        history = model.fit(
            x,
            y,
            batch_size=100,
            epochs=epochs,
            verbose=0,
            validation_data=(x_test, y_test),
            validation_batch_size=len(y_test),
        ).history
        models[name] = model
        ax.plot(range(1, epochs + 1), history["loss"], ":", color=colour, label=f"{name} dropout, training")
        ax.plot(range(1, epochs + 1), history["val_loss"], color=colour, label=f"{name} dropout, test")
        r.metric(f"test_cost_{name}", history["val_loss"][-1])
        r.metric(f"test_error_{name}", 1 - history["val_accuracy"][-1])

    r.metric("test_cost_with_over_without", r.metrics["test_cost_with"] / r.metrics["test_cost_without"])

    # the ensemble of the trained network: dropout at inference, and the mean of the probabilities
    whole = models["with"]
    thinned = course.compiled(lambda x: ops.softmax(whole(x, training=True)))
    total, members, costs = 0, 0, []
    for goal in MEMBERS:
        for _ in range(goal - members):
            total = total + ops.convert_to_numpy(thinned(x_test))
        members = goal
        costs.append(-np.mean(np.log(total[np.arange(len(y_test)), y_test] / goal)))
    one = ops.convert_to_numpy(ops.mean(cross_entropy(y_test, whole(x_test))))
    r.metric("cost_of_100_members_over_weight_scaling", costs[-1] / one)
    r.metric("cost_of_1_member_over_weight_scaling", costs[0] / one)
    ax_members.semilogx(
        MEMBERS, costs, "o-", color=figures.COLOURS["green"], label="mean of thinned networks"
    )
    ax_members.axhline(one, color=figures.COLOURS["orange"], label="one whole network (weight scaling)")
    ax.set(
        title=f"{len(x)} samples, {WRONG:.0%} of the labels random",
        xlabel="epoch",
        ylabel="cost",
        ylim=(0, 2.5),
    )
    ax_members.set(
        title="Weight scaling against an ensemble", xlabel="thinned networks averaged", ylabel="test cost"
    )
    ax.legend()
    ax_members.legend()


def all_thinned(r, x, classes):
    """A layer of 10 units has 1024 thinned versions: average them all."""
    draws = r.rng.normal(size=(x.shape[1], UNITS)), r.rng.normal(size=(UNITS, classes))
    W1, W2 = (w.astype("float32") for w in draws)
    a = np.maximum(x @ W1, 0)
    masks, rate = all_masks(UNITS), 0.3
    weights = mask_probabilities(masks, rate)
    logits = ops.matmul(ops.convert_to_tensor(masks[:, None, :] * a / (1 - rate)), W2)
    thinned = ops.softmax(logits)
    whole = ops.convert_to_numpy(ops.softmax(ops.matmul(a, W2)))
    geometric = ops.convert_to_numpy(geometric_mean(thinned, weights))
    arithmetic = np.tensordot(weights, ops.convert_to_numpy(thinned).astype("float64"), 1)
    r.metric("gap_geometric_mean", np.abs(geometric - whole).max())
    r.metric("gap_arithmetic_mean", np.abs(arithmetic - whole).mean())
    r.log(
        f"{len(masks)} thinned networks: the geometric mean is the whole network, the arithmetic one is not."
    )
