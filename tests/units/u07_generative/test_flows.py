"""Flows: inverse, determinant, densities that integrate to 1, probabilities of images that add up to 1."""

import itertools

import keras
import numpy as np
import pytest
from keras import ops

from course.testing import one_program
from units.u07_generative import AffineCoupling, ImageFlow, RealNVP


def numpy(tensor):
    return ops.convert_to_numpy(tensor)


def scrambled(couplings, scale):
    """The last layers start at 0, so that a coupling does nothing: give them other weights."""
    rng = np.random.default_rng(0)
    for coupling in couplings:
        last = coupling.network.layers[-1]
        last.set_weights([scale * rng.normal(size=v.shape) for v in last.get_weights()])


def test_a_density_of_the_plane():
    model = RealNVP(2, couplings=4, width=8)
    scrambled(model.couplings, 0.3)
    x = np.random.default_rng(1).normal(size=(6, 2)).astype("float32")
    # x, and beside it places in both directions for the Jacobian by differences
    h = 1e-2
    there = [x + h * np.array(step) for step in ([0, 0], [1, 0], [-1, 0], [0, 1], [0, -1])]
    there = np.concatenate(there).astype("float32")

    @one_program
    def there_and_back(x):
        z, log_determinant = model(x)
        return z, log_determinant, model.inverse(z)

    z, log_determinant, back = map(numpy, there_and_back(ops.convert_to_tensor(there)))
    np.testing.assert_allclose(back, there, atol=2e-6)
    _, right, left, up, down = z.reshape(5, 6, 2)
    jacobian = np.stack([right - left, up - down], axis=-1) / (2 * h)
    np.testing.assert_allclose(log_determinant[:6], np.linalg.slogdet(jacobian)[1], atol=5e-3)
    # quadrature: the density integrates to 1
    side = np.linspace(-15, 15, 601)
    grid = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2).astype("float32")
    density = np.exp(numpy(one_program(model.log_density)(ops.convert_to_tensor(grid))).astype("float64"))
    assert density.sum() * (side[1] - side[0]) ** 2 == pytest.approx(1, abs=2e-3)
    np.testing.assert_array_equal(model.sample(3, seed=4), model.sample(3, seed=4))


def test_a_mask_has_to_keep_something():
    with pytest.raises(ValueError, match="zeros and ones"):
        AffineCoupling([1, 1], keras.layers.Dense(4))
    with pytest.raises(ValueError, match="two features or more"):
        RealNVP(1)
    with pytest.raises(ValueError, match="multiples of 4, not 6 and 6"):
        ImageFlow((6, 6, 1))
    with pytest.raises(ValueError, match="at least two levels, not 1"):
        ImageFlow((4, 4, 1), levels=1)


def test_probabilities_of_all_images_add_up_to_one():
    """exp of the bound is an unbiased estimate of P(k); 2 × 2 pixels, two values: 16 images."""
    model = ImageFlow((2, 2, 1), levels=2, couplings=(2,), width=4, blocks=1, seed=0)
    scrambled(model.scales[0], 0.05)
    # a wide distribution of the noise (σ = 2), so that the estimates have a finite variance
    model.dequantizer.network.layers[-1].bias.assign(np.repeat([0.0, np.log(2.0)], 4))
    pixels = np.array(list(itertools.product([-1.0, 1.0], repeat=4)), "float32").reshape(16, 2, 2, 1)
    images = ops.convert_to_tensor(np.tile(pixels, (4000, 1, 1, 1)))
    bounds = numpy(one_program(model.log_density)(images)).reshape(4000, 16)
    weights = np.exp(bounds.astype("float64")).sum(axis=1)
    assert abs(weights.mean() - 1) < 4 * weights.std() / np.sqrt(4000)
    assert weights.std() / np.sqrt(4000) < 0.04


def test_an_image_flow_is_inverted_learns_and_draws():
    keras.utils.set_random_seed(0)
    images = np.random.default_rng(2).choice([-1.0, 0.0, 1.0], size=(16, 4, 4, 1), p=[0.7, 0.2, 0.1])
    images = images.astype("float32")
    model = ImageFlow((4, 4, 1), levels=3, couplings=(2, 2), width=4, blocks=1, seed=0)
    scrambled([coupling for scale in model.scales for coupling in scale], 0.1)
    model.adapt(images)
    a = np.random.default_rng(3).normal(size=(5, 4, 4, 1)).astype("float32")
    back = one_program(lambda a: model.inverse(model(a)[0]))(ops.convert_to_tensor(a))
    np.testing.assert_allclose(numpy(back), a, atol=2e-5)
    model.compile(keras.optimizers.Adam(0.01))
    losses = model.fit(np.tile(images, (2, 1, 1, 1)), batch_size=32, epochs=15, verbose=0).history["loss"]
    assert np.mean(losses[-3:]) < np.mean(losses[:3]) - 0.1
    drawn = model.sample(4, seed=1)
    assert drawn.shape == (4, 4, 4, 1)
    assert set(np.unique(drawn)) <= {-1.0, 0.0, 1.0}
