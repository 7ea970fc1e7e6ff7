"""Learning without labels: NT-Xent against a double loop, patches and masks, and both training steps."""

import keras
import numpy as np
import pytest
from keras import layers, ops

import course
from course.testing import one_program
from units.u06_tricks_of_the_trade import (
    Contrastive,
    MaskedAutoencoder,
    from_patches,
    image_encoder,
    nt_xent,
    patches,
    random_mask,
)

RNG = np.random.default_rng(0)
IMAGES = RNG.random((6, 4, 4, 1)).astype("float32")


def number(tensor):
    return ops.convert_to_numpy(tensor)


def by_loops(first, second, temperature):
    """Equation 1 of the paper, view by view."""
    z = np.concatenate([first, second]).astype("float64")
    n, losses = len(first), []
    for i in range(2 * n):
        s = [z[i] @ z[k] / (np.linalg.norm(z[i]) * np.linalg.norm(z[k])) for k in range(2 * n)]
        others = sum(np.exp(s[k] / temperature) for k in range(2 * n) if k != i)
        losses.append(-np.log(np.exp(s[(i + n) % (2 * n)] / temperature) / others))
    return np.array(losses)


@pytest.mark.parametrize(("n", "temperature"), [(4, 0.5), (3, 0.1), (1, 1.0)])
def test_nt_xent_is_its_double_loop(n, temperature):
    first, second = RNG.normal(size=(2, n, 3)).astype("float32")
    expected = by_loops(first, second, temperature)
    np.testing.assert_allclose(number(nt_xent(first, second, temperature)), expected, rtol=1e-4, atol=1e-5)
    # the length of an embedding does not matter
    longer = number(nt_xent(3 * first, second, temperature))
    np.testing.assert_allclose(longer, expected, rtol=1e-4, atol=1e-5)


def test_the_gradient_of_nt_xent_is_that_of_differences():
    first, second, direction = RNG.normal(size=(3, 3, 2)).astype("float32")
    slope = number(one_program(course.grad(lambda z: ops.mean(nt_xent(z, second, 0.3))))(first))
    step = 1e-6 * direction.astype("float64")
    up, down = (by_loops(first.astype("float64") + s, second, 0.3).mean() for s in (step, -step))
    assert np.sum(slope * direction) == pytest.approx((up - down) / 2e-6, rel=1e-3)
    assert np.isfinite(number(nt_xent(np.zeros((2, 3)), np.zeros((2, 3))))).all()


def test_wrong_views_are_named():
    with pytest.raises(ValueError, match="Two views have the shape"):
        nt_xent(np.zeros((2, 3)), np.zeros((3, 3)))
    with pytest.raises(ValueError, match="temperature must be positive"):
        nt_xent(np.zeros((2, 3)), np.zeros((2, 3)), 0)


def test_patches_are_squares_row_by_row():
    images = np.arange(2 * 4 * 6 * 2, dtype="float32").reshape(2, 4, 6, 2)
    squares = number(patches(images, 2))
    assert squares.shape == (2, 6, 8)
    np.testing.assert_array_equal(squares[1, 4], images[1, 2:4, 2:4].ravel())
    np.testing.assert_array_equal(number(from_patches(squares, 2, (4, 6, 2))), images)
    with pytest.raises(ValueError, match="not made of patches of 3 × 3"):
        patches(images, 3)


def test_masks_have_the_same_number_in_every_image():
    mask = number(random_mask(200, 8, 3, seed=1))
    np.testing.assert_array_equal(mask.sum(axis=1), 3)
    assert set(np.unique(mask)) == {0, 1}
    # every patch is masked about equally often
    assert np.abs(mask.mean(axis=0) - 3 / 8).max() < 0.15


def autoencoder():
    decoder = keras.Sequential([keras.Input((3,)), layers.Dense(16), layers.Reshape((4, 4, 1))])
    return MaskedAutoencoder(image_encoder((4, 4, 1), (2,), 3), decoder, size=2, share=0.5, seed=3)


def test_only_masked_patches_count():
    model = autoencoder()
    seen, completed, mask = (number(v) for v in one_program(model.complete)(IMAGES))
    squares = number(patches(IMAGES, 2))
    np.testing.assert_array_equal(mask.sum(axis=1), 2)
    np.testing.assert_allclose(number(patches(seen, 2)), squares * (1 - mask[:, :, None]))
    errors = np.mean((squares - number(patches(completed, 2))) ** 2, axis=-1)
    fresh = autoencoder()  # with the same seed, and so the same mask
    fresh.set_weights(model.get_weights())
    fresh.generator.state.assign(keras.random.SeedGenerator(3).state)
    cost = number(one_program(lambda x: fresh.cost(x, training=False))(IMAGES))
    assert cost == pytest.approx(errors[mask == 1].mean(), rel=1e-4)
    for share in (0, 1):
        with pytest.raises(ValueError, match="between 0 and 1"):
            MaskedAutoencoder(model.encoder, model.decoder, share=share)
    with pytest.raises(ValueError, match="two or more patches of 4 × 4"):
        MaskedAutoencoder(model.encoder, model.decoder, size=4).complete(IMAGES)


@pytest.mark.parametrize("kind", ["contrastive", "masked"])
def test_training_lowers_the_cost_and_the_model_is_saved(kind, tmp_path):
    keras.utils.set_random_seed(0)
    if kind == "masked":
        model = autoencoder()
    else:
        projection = keras.Sequential([keras.Input((8,)), layers.Dense(2)])
        model = Contrastive(image_encoder((4, 4, 1), (4,), 8), layers.GaussianNoise(0.01), projection, 0.2)
    model.compile(keras.optimizers.Adam(0.03))
    losses = model.fit(IMAGES, batch_size=6, epochs=18, verbose=0).history["loss"]
    assert np.mean(losses[-5:]) < 0.9 * np.mean(losses[:5])
    outputs = model.predict(IMAGES, verbose=0)
    assert outputs.shape == (6, 3 if kind == "masked" else 8)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(number(one_program(again)(IMAGES)), outputs, rtol=1e-5, atol=1e-6)
