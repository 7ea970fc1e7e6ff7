"""The adversarial models: their costs and updates against NumPy, what each step changes, and samples of classes."""

import keras
import numpy as np
import pytest
from keras import layers, ops

import course
from course.testing import one_program
from units.u07_generative import (
    DCGAN,
    GAN,
    LSGAN,
    WGAN,
    WGANGP,
    ConditionalGAN,
    SpectralConv2D,
    SpectralDense,
    SpectralGAN,
    dcgan_discriminator,
    dense_discriminator,
    power_iteration,
    ring_discriminator,
    ring_generator,
)

RNG = np.random.default_rng(0)
X = RNG.normal(size=(12, 1, 2)).astype("float32")
MAKE = {
    "minimax": lambda *parts: GAN(*parts, loss_name="minimax", **rates()),
    "non_saturating": lambda *parts: GAN(*parts, **rates()),
    "lsgan": lambda *parts: LSGAN(*parts, **rates()),
    "wgan": lambda *parts: WGAN(*parts, critic_steps=2, delta=0.1, **rates()),
    "wgan_gp": lambda *parts: WGANGP(*parts, critic_steps=2, **rates(0.003)),  # 0.1 would diverge
    "spectral": lambda *parts: SpectralGAN(*parts, **rates()),
}


def number(tensor):
    return ops.convert_to_numpy(tensor)


def rates(rate=0.1):
    return {f"{name}_optimizer": keras.optimizers.SGD(rate) for name in ("generator", "discriminator")}


def made(kind):
    keras.utils.set_random_seed(1)
    discriminator = ring_discriminator(1, width=4, spectral=kind == "spectral")
    return MAKE[kind](ring_generator(1, 3, width=4), discriminator, (1, 3))


def softplus(a):
    return np.logaddexp(0, a)


COSTS = {  # of D for the values of D on real and generated samples, and of G
    "minimax": (lambda r, f: softplus(-r).mean() + softplus(f).mean(), lambda f: -softplus(f).mean()),
    "non_saturating": (
        lambda r, f: softplus(-r).mean() + softplus(f).mean(),
        lambda f: softplus(-f).mean(),
    ),
    "lsgan": (lambda r, f: ((r - 1) ** 2 + f**2).mean() / 2, lambda f: ((f - 1) ** 2).mean() / 2),
    "spectral": (
        lambda r, f: np.maximum(0, 1 - r).mean() + np.maximum(0, 1 + f).mean(),
        lambda f: -f.mean(),
    ),
}


class Fixed(layers.Layer):
    """A generator or a discriminator that can be worked out by hand: x times one weight."""

    def __init__(self, value, units):
        super().__init__()
        self.value, self.units = value, units

    def build(self, input_shape):
        self.w = self.add_weight(shape=(), initializer=keras.initializers.Constant(self.value))

    def call(self, x, training=False):
        return self.w * x[..., : self.units]


@pytest.mark.parametrize("kind", list(COSTS))
def test_the_costs_are_the_formulas(kind):
    """G doubles z and D triples it, the noise is the batch itself: both costs of the step are those of NumPy."""
    z = RNG.normal(size=(6, 1)).astype("float32")
    model = MAKE[kind](Fixed(2.0, 1), Fixed(3.0, 1), 1)
    model.noise = lambda size: ops.convert_to_tensor(z)
    model.compile()
    x = RNG.normal(size=(6, 1)).astype("float32")
    report = model.train_on_batch(x, return_dict=True)
    of_discriminator, of_generator = COSTS[kind]
    assert report["discriminator_loss"] == pytest.approx(of_discriminator(3.0 * x, 6.0 * z), rel=1e-5)
    # D has learned first, with a step of 0.1 along the derivative of its cost
    step, x, z = 1e-5, x.astype("float64"), z.astype("float64")
    up, down = (of_discriminator(w * x, w * 2 * z) for w in (3 + step, 3 - step))
    slope = (up - down) / (2 * step)
    d = 3.0 - 0.1 * slope
    assert number(model.discriminator.w) == pytest.approx(d, rel=1e-3)
    assert report["generator_loss"] == pytest.approx(of_generator(d * 2 * z), rel=1e-3)


def test_the_critic_of_a_wgan_is_clipped_and_that_of_wgan_gp_is_penalized():
    z = RNG.normal(size=(4, 1)).astype("float32")
    x = RNG.normal(size=(4, 1)).astype("float32")
    clipped = WGAN(Fixed(2.0, 1), Fixed(3.0, 1), 1, critic_steps=1, delta=0.5, **rates())
    penalized = WGANGP(Fixed(2.0, 1), Fixed(3.0, 1), 1, critic_steps=1, kappa=10.0, **rates())
    for model in (clipped, penalized):
        model.noise = lambda size: ops.convert_to_tensor(z)
        model.compile()
    penalized.slopes = lambda x: ops.full((4,), 3.0)  # the slope of 3 x, as a constant: see the next test
    distance = 3.0 * (x.mean() - 2 * z.mean())
    assert clipped.train_on_batch(x, return_dict=True)["discriminator_loss"] == pytest.approx(
        -distance, rel=1e-4
    )
    assert number(clipped.discriminator.w) == 0.5
    # the slope of 3 x is 3 everywhere: the penalty is 10 (3 − 1)²
    assert penalized.train_on_batch(x, return_dict=True)["discriminator_loss"] == pytest.approx(
        -distance + 40, rel=1e-4
    )


def test_the_slope_of_a_critic_is_that_of_differences_for_points_and_for_images():
    for critic, shape in (
        (ring_discriminator(2, width=4), (3, 2, 2)),
        (dcgan_discriminator((4, 4, 1), 2, "none"), (3, 4, 4, 1)),
    ):
        model = WGANGP(critic, critic, 1)
        axes = (2,) if len(shape) == 3 else (1, 2, 3)

        @one_program
        def measured(x, model=model, critic=critic, axes=axes):
            x = ops.convert_to_tensor(x)
            gradient = course.grad(lambda x: ops.sum(critic(x)))(x)
            length = ops.sqrt(ops.sum(gradient**2, axis=axes, keepdims=True))
            # along its own gradient the value of a sample rises by the slope
            h = 1e-2 / ops.maximum(length, 1e-6)
            return model.slopes(x), length, critic(x + h * gradient) - critic(x - h * gradient)

        slopes, length, rise = map(number, measured(RNG.normal(size=shape).astype("float32")))
        assert slopes.shape == (shape[:2] if len(shape) == 3 else shape[:1])
        np.testing.assert_allclose(slopes, length.reshape(slopes.shape), rtol=1e-4, atol=1e-6)
        np.testing.assert_allclose(rise.reshape(slopes.shape) / 2e-2, slopes, rtol=0.15, atol=1e-3)


# the updates of the other kinds are those of the formulas above
@pytest.mark.parametrize("kind", ["wgan", "wgan_gp", "spectral"])
def test_a_step_trains_both_networks_and_samples_repeat(kind):
    model = made(kind)
    model.compile()
    before = {name: getattr(model, name).get_weights() for name in ("generator", "discriminator")}
    history = model.fit(X, batch_size=12, epochs=2, verbose=0).history
    assert np.isfinite([history["discriminator_loss"], history["generator_loss"]]).all()
    for name, old in before.items():
        assert any((new != o).any() for new, o in zip(getattr(model, name).get_weights(), old, strict=True))
    if kind == "wgan":
        assert max(np.abs(w).max() for w in model.discriminator.get_weights()) <= np.float32(0.1)
    if kind.startswith("wgan"):  # one sample for two updates of the critic, as in a last mini-batch
        assert np.isfinite(model.fit(X[:1], batch_size=1, verbose=0).history["discriminator_loss"]).all()
    samples = model.sample(4, seed=3)
    assert samples.shape == (4, 1, 2)
    np.testing.assert_array_equal(samples, model.sample(4, seed=3))
    assert (samples != model.sample(4, seed=4)).any()


def test_each_update_of_a_critic_has_its_share_and_none_is_empty():
    model = made("wgan")
    for number in (1, 2, 5):
        shares = [model.share(X, i, number) for i in range(number)]
        np.testing.assert_array_equal(np.sort(np.concatenate(shares), axis=0), np.sort(X, axis=0))
        assert all(len(share) >= len(X) // number for share in shares)
    # a last mini-batch of two samples for five updates: each gets one of them
    np.testing.assert_array_equal([model.share(X[:2], i, 5) for i in range(5)], X[[0, 1, 0, 1, 0], None])


def test_power_iteration_finds_the_largest_singular_value_of_each_matrix():
    W = RNG.normal(size=(3, 5, 4)).astype("float32")
    u = RNG.normal(size=(3, 4)).astype("float32")
    for _ in range(100):
        sigma, u = power_iteration(ops.convert_to_tensor(W), ops.convert_to_tensor(u))
    left, values, right = np.linalg.svd(W)
    np.testing.assert_allclose(number(sigma), values[:, 0], rtol=1e-3)
    # the gradient of σ is the outer product of the singular vectors
    gradient = number(one_program(course.grad(lambda W: ops.sum(power_iteration(W, u)[0])))(W))
    np.testing.assert_allclose(gradient, left[:, :, :1] * right[:, :1], atol=2e-2)


@pytest.mark.parametrize("kind", ["dense", "convolution", "dilated convolution"])
def test_spectral_layers_divide_the_kernel_by_its_largest_singular_value(kind):
    options = {"dilation_rate": 2} if kind.startswith("dilated") else {"strides": 2, "padding": "same"}
    layer = SpectralDense(3) if kind == "dense" else SpectralConv2D(3, 2, **options)
    plain = layers.Dense(3) if kind == "dense" else layers.Conv2D(3, 2, **options)
    x = RNG.normal(size=(5, 4) if kind == "dense" else (2, 4, 4, 2)).astype("float32")
    layer.build(x.shape)
    kernel = number(layer.kernel)
    matrix = kernel.reshape(-1, 3)
    right = np.linalg.svd(matrix)[2][0]
    layer.u.assign(right)
    plain.build(x.shape)
    plain.set_weights([kernel / np.linalg.norm(matrix, 2), np.zeros(3)])
    np.testing.assert_allclose(number(layer(x, training=False)), number(plain(x)), rtol=1e-4, atol=1e-5)
    # only training moves u
    layer.u.assign([1.0, 0.0, 0.0])
    layer(x, training=False)
    np.testing.assert_array_equal(number(layer.u), [1, 0, 0])
    layer(x, training=True)
    assert np.abs(number(layer.u) @ right) > 1 / np.sqrt(3)
    # zeros stay zeros, and u is there for the kernel that follows
    layer.kernel.assign(np.zeros(kernel.shape))
    assert not number(layer(x, training=True)).any()
    layer.kernel.assign(kernel)
    layer.u.assign(right)
    np.testing.assert_allclose(number(layer(x, training=False)), number(plain(x)), rtol=1e-4, atol=1e-5)


def test_a_spectral_kernel_of_zeros_does_not_end_the_power_iteration():
    u = np.array([0.6, 0.8], "float32")
    sigma, after = power_iteration(np.zeros((3, 2), "float32"), u)
    assert number(sigma) == 0
    np.testing.assert_array_equal(number(after), u)


def test_a_spectral_convolution_wants_the_channels_last():
    with pytest.raises(ValueError, match="channels last"):
        SpectralConv2D(3, 2, data_format="channels_first").build((None, 2, 4, 4))


def conditional():
    keras.utils.set_random_seed(2)
    classes = 3
    return ConditionalGAN(
        ring_generator(1, 2 + classes, width=4),
        ring_discriminator(1, 2 + classes, width=4),
        (1, 2),
        classes,
        **rates(),
    )


def test_both_networks_of_a_conditional_gan_see_the_label():
    model = conditional()
    told = number(model.with_label(ops.ones((2, 4, 4, 1)), ops.convert_to_tensor([2, 0])))
    assert told.shape == (2, 4, 4, 4)
    np.testing.assert_array_equal(told[0, 1, 2], [1, 0, 0, 1])
    np.testing.assert_array_equal(told[1, 3, 3], [1, 1, 0, 0])
    model.compile()
    model.fit(X, np.arange(12) % 3, batch_size=12, epochs=1, verbose=0)
    np.testing.assert_array_equal(model.sample(3, seed=1), model.sample(3, seed=1, label=[0, 1, 2]))
    assert (model.sample(3, seed=1, label=0)[1:] != model.sample(3, seed=1, label=1)[1:]).any()
    with pytest.raises(ValueError, match="label"):
        model.sample(3, label=3)
    with pytest.raises(ValueError, match="one class number for each sample"):
        model.sample(3, label=[0, 1])


def test_a_dcgan_is_trained_and_saved(tmp_path):
    two = {
        f"{name}_optimizer": keras.optimizers.SGD(0.1, momentum=0.5)
        for name in ("generator", "discriminator")
    }
    model = DCGAN.for_images((4, 4, 1), latent_size=2, width=2, **two)
    model.compile()
    images = np.tanh(RNG.normal(size=(4, 4, 4, 1))).astype("float32")
    model.fit(images, batch_size=4, epochs=1, verbose=0)
    samples = model.sample(3, seed=1)
    assert samples.shape == (3, 4, 4, 1)
    assert np.abs(samples).max() <= 1
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    for name in ("generator", "discriminator", "generator_optimizer", "discriminator_optimizer"):
        pairs = zip(getattr(again, name).variables, getattr(model, name).variables, strict=True)
        for loaded, saved in pairs:
            np.testing.assert_array_equal(number(loaded), number(saved))
    assert int(number(again.generator_optimizer.iterations)) == 1


def test_the_bound_of_a_discriminator_is_a_bound_of_its_slope():
    """Two members of equal weights: D is linear in the bound, and between two points it rises by at most the bound."""
    keras.utils.set_random_seed(1)
    discriminator = ring_discriminator(2, width=4, spectral=True, bound=[1, 5])
    for layer in discriminator.layers:
        if getattr(layer, "spectral", False):
            W = number(layer.W)[:1]
            layer.W.assign(np.repeat(W, 2, axis=0))
            layer.u.assign(np.repeat(np.linalg.svd(W)[2][:, 0], 2, axis=0))
    x = np.repeat(RNG.normal(size=(6, 1, 2)).astype("float32"), 2, axis=1)
    value = discriminator.predict_on_batch(x)
    np.testing.assert_allclose(value[:, 1], 5 * value[:, 0], rtol=1e-5)
    rises = np.abs(value[1:, :, 0] - value[:-1, :, 0]) / np.linalg.norm(x[1:] - x[:-1], axis=-1)
    assert (rises <= [1.001, 5.005]).all()
    assert (rises > 0).all()
    assert dense_discriminator((2, 2, 1), units=3, hidden=1, spectral=True, bound=5).layers[-1].scale == 5


def test_mistakes_are_named():
    parts = (ring_generator(1, 3, width=4), ring_discriminator(1, width=4), (1, 3))
    with pytest.raises(ValueError, match='"non_saturating" or "minimax"'):
        GAN(*parts, loss_name="hinge")
    with pytest.raises(ValueError, match="at least one step of the critic"):
        WGAN(*parts, critic_steps=0)
    with pytest.raises(ValueError, match="kappa ≥ 0"):
        WGANGP(*parts, kappa=-1)
    with pytest.raises(ValueError, match="that 4 divides"):
        DCGAN.for_images((6, 8, 1))
    with pytest.raises(ValueError, match='"batch", "none" or "spectral"'):
        dcgan_discriminator((8, 8, 1), normalization="layer")
