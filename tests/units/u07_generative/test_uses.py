"""Two uses: images for a classifier with few labels, and swapped faces, on networks whose values are known."""

import keras
import numpy as np
import pytest
from keras import layers, ops

from units.u07_generative import VAE, FaceSwap, face_coders, images_between, two_people
from units.u07_generative.experiments.deep_fakes import smaller

RNG = np.random.default_rng(0)


def linear(inputs, outputs, kernel, bias=0.0, shape=None):
    """A network that multiplies by a matrix, adds a bias, and may change the shape."""
    model = keras.Sequential([keras.Input((*inputs,)), layers.Flatten(), layers.Dense(outputs)])
    model.layers[1].set_weights([np.asarray(kernel, "float32"), np.zeros(outputs, "float32") + bias])
    return keras.Sequential([model, layers.Reshape(shape)]) if shape else model


def test_new_images_lie_between_two_images_of_their_class():
    x = RNG.normal(size=(5, 1, 2, 1)).astype("float32")
    y = np.array([7, 3, 7, 3, 4])
    # codes are the images, and hardly any noise is added
    encoder = linear((1, 2, 1), 4, np.eye(2, 4), [0, 0, -30, -30])
    model = VAE(encoder, linear((2,), 2, np.eye(2), shape=(1, 2, 1)))
    images, labels = images_between(model, x, y, 60, np.random.default_rng(1))
    assert images.shape == (60, 1, 2, 1)
    assert set(labels) == {3, 4, 7}
    np.testing.assert_allclose(
        images[labels == 4], np.broadcast_to(x[4], images[labels == 4].shape), atol=1e-5
    )
    for k in (3, 7):
        p, q = x[y == k].reshape(2, 2)
        points = images[labels == k].reshape(-1, 2) - p
        share = points @ (q - p) / np.sum((q - p) ** 2)
        np.testing.assert_allclose(points, share[:, None] * (q - p), atol=1e-5)
        assert share.max() - share.min() > 0.5
        np.testing.assert_allclose(share, np.clip(share, 0, 1), atol=1e-4)
    again, _ = images_between(model, x, y, 60, np.random.default_rng(1))
    np.testing.assert_array_equal(images, again)
    with pytest.raises(ValueError, match="y"):
        images_between(model, x, y[:3], 2, RNG)


@pytest.mark.backend_independent
def test_two_people_share_poses_and_nothing_else():
    a, b = two_people(3, pixels=16, noise=0)
    assert a.shape == b.shape == (3, 16, 16, 1)
    assert a.dtype == "float32"
    assert np.abs([a, b]).max() <= 1
    corners = (slice(None), [0, 0, -1, -1], [0, -1, 0, -1])
    np.testing.assert_array_equal(a[corners], b[corners])  # the background, with the light of the pose
    assert np.abs(a - b).mean() > 0.05
    other_a, _ = two_people(3, pixels=16, noise=0, pose_seed=1)
    assert np.abs(a - other_a).mean() > 0.1
    np.testing.assert_array_equal(a, two_people(3, pixels=16, noise=0)[0])
    with pytest.raises(ValueError, match="at least 1, not 0"):
        two_people(0)
    image = np.arange(16.0).reshape(1, 4, 4, 1)
    np.testing.assert_array_equal(smaller(image)[0, ::2, ::2, 0], [[2.5, 4.5], [10.5, 12.5]])


def test_a_swap_uses_the_decoder_of_the_other_person():
    a, b = RNG.normal(size=(2, 4, 1, 2, 1)).astype("float32")
    half, double = (
        linear((2,), 2, np.eye(2) / 2, shape=(1, 2, 1)),
        linear((2,), 2, 2 * np.eye(2), shape=(1, 2, 1)),
    )
    model = FaceSwap(linear((1, 2, 1), 2, np.eye(2)), half, double, normalize=False)
    np.testing.assert_allclose(model.swap(a, to="b"), 2 * a, rtol=1e-5)
    np.testing.assert_allclose(model.swap(b, to="a"), b / 2, rtol=1e-5)
    cost = ops.convert_to_numpy(model.cost((a, b), False))
    np.testing.assert_allclose(cost, np.abs(a / 2).mean() + np.abs(b).mean(), rtol=1e-5)
    # a last batch of one image counts as one image
    model.compile()
    a[2] += 5
    expected = float(ops.convert_to_numpy(model.cost((a[:3], b[:3]), False)))
    found = model.evaluate((a[:3], b[:3]), batch_size=2, verbose=0, return_dict=True)["loss"]
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    with pytest.raises(ValueError, match="to is"):
        model.swap(a, to="c")


def test_each_decoder_learns_from_its_own_person_and_codes_are_normalized():
    model = FaceSwap(*face_coders((4, 4, 1), units=8, latent=3))
    model.compile(keras.optimizers.SGD(0.1))
    a, b = (RNG.uniform(-1, 1, size=(16, 4, 4, 1)).astype("float32") + m for m in (-0.5, 0.5))
    first = model.evaluate((a, b), batch_size=16, verbose=0, return_dict=True)["loss"]
    before = [v.copy() for v in model.get_weights()]
    model.fit((a, b), batch_size=16, epochs=40, verbose=0)
    assert model.evaluate((a, b), batch_size=16, verbose=0, return_dict=True)["loss"] < 0.95 * first
    assert all((old != new).any() for old, new in zip(before, model.get_weights(), strict=True))
    # the mean and variance of each person's codes are those of the moving statistics
    for layer, images in ((model.code_a, a), (model.code_b, b)):
        codes = ops.convert_to_numpy(layer(model.encoder(ops.convert_to_tensor(images))))
        np.testing.assert_allclose(codes.mean(axis=0), 0, atol=0.2)
        np.testing.assert_allclose(codes.std(axis=0), 1, atol=0.2)
    again = FaceSwap.from_config(model.get_config())
    again((a, b))
    again.set_weights(model.get_weights())
    np.testing.assert_allclose(again.swap(a, to="b"), model.swap(a, to="b"), rtol=1e-5, atol=1e-6)
