import keras
import numpy as np
import pytest
from keras import ops
from sklearn.metrics import roc_curve as sklearn_roc_curve

import course
from course.testing import assert_close, one_program
from units.u01_machine_learning import roc_curve
from units.u05_convolution import (
    Siamese,
    TripletNetwork,
    contrastive_loss,
    distance_matrix,
    equal_error_rate,
    face_encoder,
    identity_batches,
    random_pairs,
    split_by_identity,
    squared_distances,
    triplet_loss,
)

Y = np.array([0, 0, 0, 1, 1, 2, 2, 2, 3])  # the last one has no positive


def number(tensor):
    return ops.convert_to_numpy(tensor)


def embeddings(seed=0, n=9, features=4):
    return np.random.default_rng(seed).normal(size=(n, features)).astype("float32")


def losses_by_loops(y, f, margin, mining):
    """The definition, anchor by anchor."""
    r2 = np.sum((f[:, None].astype("float64") - f[None]) ** 2, axis=-1)
    result = []
    for i in range(len(y)):
        positives = [j for j in range(len(y)) if y[j] == y[i] and j != i]
        negatives = [j for j in range(len(y)) if y[j] != y[i]]
        chosen = []
        for j in positives if negatives else []:
            if mining == "semi_hard":
                farther = [r2[i, k] for k in negatives if r2[i, k] > r2[i, j]]
                chosen.append((r2[i, j], min(farther) if farther else max(r2[i, k] for k in negatives)))
            else:
                chosen += [(r2[i, j], r2[i, k]) for k in negatives]
        if mining == "hard" and chosen:
            chosen = [(max(p for p, _ in chosen), min(n for _, n in chosen))]
        result.append(np.mean([max(0, p - n + margin) for p, n in chosen]) if chosen else 0)
    return result


def test_distances_are_those_of_numpy():
    f, g = embeddings(0), embeddings(1)
    np.testing.assert_allclose(number(squared_distances(f, g)), np.sum((f - g) ** 2, axis=1), rtol=1e-5)
    expected = np.sum((f[:, None] - f[None]) ** 2, axis=-1)
    np.testing.assert_allclose(number(distance_matrix(f)), expected, rtol=1e-4, atol=1e-5)
    far = number(distance_matrix(1000 + np.zeros((3, 2), "float32")))
    np.testing.assert_array_equal(far, np.zeros((3, 3)))
    with pytest.raises(ValueError, match="have the shapes"):
        squared_distances(f, g[:3])
    with pytest.raises(ValueError, match="shape"):
        distance_matrix(f[0])


def test_contrastive_loss_by_hand():
    squared = np.array([0.25, 0.25, 4.0, 4.0, 0.0], "float32")
    losses = number(contrastive_loss([1, 0, 1, 0, 0], squared, margin=1.0))
    np.testing.assert_allclose(losses, [0.25, 0.25, 4.0, 0.0, 1.0], atol=1e-5)
    slope = one_program(course.grad(lambda s: ops.sum(contrastive_loss([1.0, 0.0, 1.0, 0.0, 0.0], s))))(
        squared
    )
    # dC/d(Δ²) = 1 for y = 1, −(m − Δ)/r for y = 0 below the margin, and 0 at r = 0
    np.testing.assert_allclose(number(slope), [1, -1, 1, 0, 0], atol=1e-4)


@pytest.mark.parametrize("mining", ["all", "semi_hard", "hard"])
@pytest.mark.parametrize("margin", [0.2, 2.0])
def test_every_mining_is_its_definition(mining, margin):
    for seed in range(3):
        f = embeddings(seed)
        expected = losses_by_loops(Y, f, margin, mining)
        np.testing.assert_allclose(number(triplet_loss(Y, f, margin, mining)), expected, rtol=1e-4, atol=1e-5)
    assert expected[-1] == 0
    assert max(expected) > 0


@pytest.mark.parametrize("mining", ["all", "semi_hard", "hard"])
def test_gradients_are_finite_and_those_of_differences(mining):
    f, direction = embeddings(3), embeddings(4)

    def cost(f):
        return ops.sum(triplet_loss(Y, f, 1.0, mining))

    slope_at = one_program(course.grad(cost))
    slope = number(slope_at(f))
    step = 1e-6 * direction.astype("float64")  # in float64, and so small that no triplet changes
    up, down = (np.sum(losses_by_loops(Y, f + s, 1.0, mining)) for s in (step, -step))
    assert np.sum(slope * direction) == pytest.approx((up - down) / 2e-6, rel=1e-3)
    one_point = number(slope_at(np.zeros_like(f)))  # all distances are equal
    assert np.isfinite(one_point).all()


def test_a_batch_of_one_identity_costs_nothing():
    for mining in ("all", "semi_hard", "hard"):
        np.testing.assert_array_equal(number(triplet_loss([1, 1, 1], embeddings(n=3), 0.2, mining)), 0)


def test_bad_settings_are_named():
    with pytest.raises(ValueError, match="mining is one of"):
        triplet_loss(Y, embeddings(), mining="easy")
    for loss in (lambda: triplet_loss(Y, embeddings(), margin=0), lambda: contrastive_loss([1], [1.0], -1)):
        with pytest.raises(ValueError, match="margin must be positive"):
            loss()


def test_no_identity_is_in_both_parts():
    y = np.repeat(np.arange(9), 3)
    train, test = split_by_identity(y, 1 / 3, np.random.default_rng(0))
    assert len(train) + len(test) == len(y)
    assert len(set(y[test])) == 3
    assert not set(y[train]) & set(y[test])
    with pytest.raises(ValueError, match="fewer than two"):
        split_by_identity(y, 0.1, np.random.default_rng(0))


def test_pairs_are_half_of_one_identity_and_never_of_one_image():
    y = np.array([5, 5, 5, 7, 8, 8, 9, 9, 9, 9])
    first, second, same = random_pairs(y, 4000, np.random.default_rng(0))
    assert same.sum() == 2000
    np.testing.assert_array_equal(y[first] == y[second], same == 1)
    assert (first != second).all()
    wrong = np.bincount(first[same == 0], minlength=10) / 2000
    np.testing.assert_allclose(
        wrong, np.array([1 / 3, 1 / 3, 1 / 3, 1, 0.5, 0.5, 0.25, 0.25, 0.25, 0.25]) / 4, atol=0.03
    )
    pairs = {(a, b) for a, b in zip(first[same == 1], second[same == 1], strict=True)}
    assert len(pairs) == 3 * 2 + 2 * 1 + 4 * 3
    for alone in ([1, 1], [1, 2]):
        with pytest.raises(ValueError, match="two identities"):
            random_pairs(alone, 4, np.random.default_rng(0))


def test_batches_hold_every_identity_several_times():
    y = np.repeat([3, 4, 5, 6], [4, 5, 1, 6])
    rows = identity_batches(y, 3, 2, 20, np.random.default_rng(0)).reshape(20, 6)
    for batch in rows:
        names, counts = np.unique(y[batch], return_counts=True)
        assert counts.tolist() == [2, 2, 2]
        assert 5 not in names
        assert len(set(batch)) == 6
    with pytest.raises(ValueError, match="3 identities have that many images"):
        identity_batches(y, 4, 2, 1, np.random.default_rng(0))


def test_equal_error_rate_is_where_the_errors_cross():
    assert equal_error_rate(roc_curve([0, 0, 1, 1], [0.1, 0.2, 0.8, 0.9])) == 0
    assert equal_error_rate(roc_curve([1, 1, 0, 0], [0.1, 0.2, 0.8, 0.9])) == 1
    assert equal_error_rate(roc_curve([0, 1], [0.5, 0.5])) == pytest.approx(0.5)
    rng = np.random.default_rng(0)
    y = rng.integers(2, size=400)
    s = rng.normal(size=400) + y
    false_positive, true_positive, _ = sklearn_roc_curve(y, s, drop_intermediate=False)
    grid = np.linspace(0, 1, 100001)
    gap = grid - 1 + np.interp(grid, false_positive, true_positive)
    assert equal_error_rate(roc_curve(y, s)) == pytest.approx(grid[np.argmax(gap >= 0)], abs=2e-3)


def tiny_encoder():
    return face_encoder((8, 8, 1), widths=(4,), features=3)


def test_embeddings_lie_on_the_sphere_and_distances_are_symmetric():
    x = np.random.default_rng(0).uniform(size=(5, 8, 8, 1)).astype("float32")
    model = Siamese(tiny_encoder())
    np.testing.assert_allclose(np.linalg.norm(number(model.encoder(x)), axis=1), 1, atol=1e-5)
    there, back = number(model((x, x[::-1].copy()))), number(model((x[::-1].copy(), x)))
    np.testing.assert_allclose(there, back, atol=1e-6)
    assert there[2] == 0
    assert (there[:2] > 0).all()


def test_both_networks_learn_two_kinds_of_images():
    """Left half bright or right half bright: after training the nearest image is of the same kind."""
    rng = np.random.default_rng(0)
    y = np.arange(32) % 2
    x = rng.uniform(0, 0.6, size=(32, 8, 8, 1)).astype("float32")
    x[y == 0, :, :4] += 0.3
    x[y == 1, :, 4:] += 0.3
    first, second, same = random_pairs(y, 64, rng)
    siamese = Siamese(tiny_encoder())
    siamese.compile(keras.optimizers.Adam(0.02))
    pairs = siamese.fit((x[first], x[second]), same, batch_size=32, epochs=6, verbose=0).history["loss"]
    triplets = TripletNetwork(tiny_encoder(), margin=1.0, mining="hard")
    triplets.compile(keras.optimizers.Adam(0.02))
    mined = triplets.fit(x, y, batch_size=16, epochs=6, verbose=0).history["loss"]
    for losses, model in ((pairs, siamese), (mined, triplets)):
        assert losses[-1] < losses[0]
        r2 = number(distance_matrix(model.encoder(x)))
        np.fill_diagonal(r2, np.inf)
        assert (y[r2.argmin(axis=1)] == y).mean() > 0.9
    held_out = triplets.evaluate(x[:16], y[:16], verbose=0, return_dict=True)["loss"]
    expected = number(triplet_loss(y[:16], triplets(x[:16]), 1.0, "hard")).mean()
    assert held_out == pytest.approx(expected, rel=1e-4)


def test_a_saved_network_is_the_same_network(tmp_path):
    x = np.random.default_rng(0).uniform(size=(4, 8, 8, 1)).astype("float32")
    for model, inputs in (
        (Siamese(tiny_encoder(), 0.7), (x, x)),
        (TripletNetwork(tiny_encoder(), 0.3, "all"), x),
    ):
        expected = model(inputs)
        model.save(tmp_path / "model.keras")
        loaded = keras.saving.load_model(tmp_path / "model.keras")
        assert_close(loaded(inputs), expected)
        assert loaded.margin == model.margin
