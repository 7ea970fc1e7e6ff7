"""Masks, the schedule, storage, and a classifier whose removed weights stay removed."""

import keras
import numpy as np
import pytest
from keras import ops

from units.u06_tricks_of_the_trade.lottery_ticket import lottery_tickets
from units.u06_tricks_of_the_trade.pruned_classifier import GradualPruning, PrunedClassifier
from units.u06_tricks_of_the_trade.pruning import (
    LAYOUTS,
    gradual_sparsity,
    magnitude_masks,
    pack,
    stored_bytes,
    unpack,
)

RNG = np.random.default_rng(0)
WEIGHTS = [RNG.normal(0, scale, shape) for scale, shape in ((1, (6, 5)), (0.1, (3, 3, 2, 4)))]
X = RNG.normal(size=(16, 3)).astype("float32")
Y = RNG.integers(4, size=16).astype("int32")


@pytest.mark.backend_independent
@pytest.mark.parametrize("scope", ["global", "layer"])
def test_masks_keep_the_largest(scope):
    before = [np.ones(w.shape) for w in WEIGHTS]
    for sparsity in (0.0, 0.3, 0.6, 0.9):
        masks = magnitude_masks(WEIGHTS, sparsity, scope)
        groups = [[0, 1]] if scope == "global" else [[0], [1]]
        for group in groups:
            sizes = np.concatenate([np.abs(WEIGHTS[i]).ravel() for i in group])
            kept = np.concatenate([masks[i].ravel() for i in group]).astype(bool)
            assert (~kept).sum() == round(sparsity * kept.size)
            assert sizes[kept].min() > sizes[~kept].max(initial=0)
        for m, b in zip(masks, before, strict=True):
            assert np.all(m <= b)  # what was removed stays removed
        before = masks
    if scope == "global":
        assert masks[0].mean() > 3 * masks[1].mean()  # the layer with small weights loses more


@pytest.mark.backend_independent
def test_equal_weights_and_weights_that_are_zero():
    (mask,) = magnitude_masks([np.ones((2, 3))], 0.5)
    assert mask.sum() == 3
    (mask,) = magnitude_masks([np.array([0.0, 2.0, 0.0, 1.0])], 0.5)
    np.testing.assert_array_equal(mask, [0, 1, 0, 1])


@pytest.mark.backend_independent
def test_what_cannot_be_pruned():
    for sparsity in (-0.1, 1.0, float("nan")):
        with pytest.raises(ValueError, match="sparsity must be"):
            magnitude_masks(WEIGHTS, sparsity)
    with pytest.raises(ValueError, match="scope must be"):
        magnitude_masks(WEIGHTS, 0.5, "network")


@pytest.mark.backend_independent
def test_gradual_sparsity():
    values = [gradual_sparsity(t, 8, 0.9, 0.1) for t in range(11)]
    assert values[0] == pytest.approx(0.1)
    assert values[4] == pytest.approx(0.9 - 0.8 / 8)
    assert values[8:] == [0.9] * 3
    rises = np.diff(values[:9])
    assert np.all(rises > 0)
    assert np.all(np.diff(rises) < 0)  # slower and slower
    with pytest.raises(ValueError, match="number of steps positive, not 1 and 0"):
        gradual_sparsity(1, 0, 0.9)


@pytest.mark.backend_independent
def test_storage():
    rng = np.random.default_rng(1)
    for shape in ((7, 5), (300, 250)):
        w = rng.normal(size=shape).astype("float32") * (rng.uniform(size=shape) < 0.1)
        n, k = w.size, np.count_nonzero(w)
        sizes = [4 * n, -(-n // 8) + 4 * k, (6 if n < 2**16 else 8) * k]
        for layout, size in zip(LAYOUTS, sizes, strict=True):
            stored = pack(w, layout)
            assert sum(a.nbytes for a in stored.values()) == size
            assert stored_bytes([w, w], layout) == 2 * size
            np.testing.assert_array_equal(unpack(stored, shape), w)
        assert stored_bytes([w]) == min(sizes)
    with pytest.raises(ValueError, match="layout must be"):
        pack(w, "sparse")


def test_what_is_removed_stays_removed_while_training():
    network = keras.Sequential([keras.Input((3,)), keras.layers.Dense(8, "relu"), keras.layers.Dense(4)])
    model = PrunedClassifier(network, 4)
    model.compile(keras.optimizers.Adam(0.05))
    start = network.get_weights()

    def train(epochs=2, **options):
        model.fit(X, Y, batch_size=16, epochs=epochs, verbose=0, **options)

    train()
    assert model.sparsity == 0
    model.prune(0.5)  # now the optimizer has momentum for what is removed
    assert model.sparsity == 0.5
    gone = [ops.convert_to_numpy(m) == 0 for m in model.masks]
    before = [ops.convert_to_numpy(W) for W in model.kernels]
    train()
    after = [ops.convert_to_numpy(W) for W in model.kernels]
    for b, a, g in zip(before, after, gone, strict=True):
        assert not np.any(a[g])
        assert np.all(a[~g] != b[~g])

    # gradual pruning: a step of the schedule in every epoch, from the masks of before
    model.use_masks([np.ones(g.shape) for g in gone])
    seen = []
    note = keras.callbacks.LambdaCallback(on_epoch_end=lambda *_: seen.append(model.sparsity))
    train(4, callbacks=[GradualPruning(0.75, 3), note])
    expected = [gradual_sparsity(t, 3, 0.75) for t in (1, 2, 3, 3)]
    np.testing.assert_allclose(seen, expected, atol=0.5 / sum(g.size for g in gone))

    # lottery tickets: every round begins with the first weights, and the masks shrink
    begun, masks = [], []

    def from_start():
        begun.append([ops.convert_to_numpy(W) for W in model.kernels])
        train(1)

    for sparsity, mask in lottery_tickets(model, start, [0.5, 0.75], from_start):
        assert model.sparsity == pytest.approx(sparsity, abs=0.01)
        masks.append(mask)
    assert len(begun) == len(masks) == 3
    for weights, mask, before in zip(begun, masks, [masks[0], *masks], strict=False):
        for W, m, b, first in zip(weights, mask, before, (start[0], start[2]), strict=True):
            np.testing.assert_array_equal(W, first * m)
            assert np.all(m <= b)
