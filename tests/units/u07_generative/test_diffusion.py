"""Diffusion and flow matching: schedules, samplers against Gaussians in closed form, training, guidance."""

import keras
import numpy as np
import pytest
from keras import layers, ops

from course.testing import one_program
from units.u06_tricks_of_the_trade import restart
from units.u07_generative.ddpm import DDPM
from units.u07_generative.flow_matching import FlowMatching
from units.u07_generative.noise_network import TimeFeatures, dense_denoiser, unet_denoiser
from units.u07_generative.noise_schedule import cosine_schedule, linear_schedule, signal_to_noise
from units.u07_generative.probability_flow import ddim_step, follow, mixture_score, velocity_from_score

MEAN, DEVIATION, T = 0.6, 0.5, 100


class ExactFlow(layers.Layer):
    """E(ε − x | x_t) for x ~ N(MEAN, DEVIATION²) and x_t = (1 − t) x + t ε."""

    def call(self, x, t):
        t = t[:, None]
        centred = (x - (1 - t) * MEAN) / ((1 - t) ** 2 * DEVIATION**2 + t**2)
        return t * centred - MEAN - (1 - t) * DEVIATION**2 * centred


class ExactNoise(layers.Layer):
    """E(ε | x_t), or E(v | x_t) if ``is_v`` is 1, for the same x and x_t = √ᾱ x + √(1 − ᾱ) ε."""

    def __init__(self):
        super().__init__()
        self.is_v = self.add_weight(shape=(), initializer="ones", trainable=False)
        self.table = np.concatenate([[1.0], cosine_schedule(T)]).astype("float32")

    def call(self, x, t):
        kept = ops.take(ops.convert_to_tensor(self.table), ops.cast(ops.round(t * T), "int32"))[:, None]
        centred = (x - ops.sqrt(kept) * MEAN) / (kept * DEVIATION**2 + 1 - kept)
        noise = ops.sqrt(1 - kept) * centred
        clean = MEAN + ops.sqrt(kept) * DEVIATION**2 * centred
        return ops.where(self.is_v > 0, ops.sqrt(kept) * noise - ops.sqrt(1 - kept) * clean, noise)


def exact(layer):
    inputs = [keras.Input((1,)), keras.Input(()), keras.Input((), dtype="int32")]
    return keras.Model(inputs, layer(inputs[0], inputs[1]))


def start(size, seed):
    return np.random.default_rng(seed).normal(size=(size, 1))


def test_flow_of_a_gaussian_and_the_order_of_both_methods():
    model = FlowMatching(exact(ExactFlow()), (1,))
    expected = MEAN + DEVIATION * start(50, 3)  # a linear flow carries quantiles to quantiles
    errors = {
        method: [
            np.abs(model.sample(50, seed=3, steps=n, method=method) - expected).max() for n in (10, 20, 40)
        ]
        for method in ("euler", "heun")
    }
    ratios = {method: np.divide(e[:-1], e[1:]) for method, e in errors.items()}
    np.testing.assert_allclose(ratios["euler"], 2, atol=0.3)  # h
    np.testing.assert_allclose(ratios["heun"], 4, atol=1)  # h²
    assert errors["heun"][-1] < 2e-3


@keras.saving.register_keras_serializable("tests")
class FlowToTwoPoints(keras.layers.Layer):
    """The velocity for the data −1 and 1: (x − x̂)/t with x̂ = tanh((1 − t) x / t²), and −x where no noise is left."""

    def call(self, x, t):
        t = ops.reshape(t, (-1, 1))
        some = ops.maximum(t, 1e-6)
        clean = ops.tanh((1 - t) * x / some**2)
        return ops.where(t > 1e-6, (x - clean) / some, -x)


def test_heuns_last_step_removes_all_noise():
    """Without a density of the data the velocity jumps at t = 0: a mean of both ends would leave half of the noise."""
    model = FlowMatching(exact(FlowToTwoPoints()), (1,))
    samples = model.sample(50, seed=3, steps=5, method="heun")
    np.testing.assert_allclose(np.abs(samples), 1, atol=0.02)
    assert {-1, 1} == set(np.sign(samples).ravel())


@pytest.fixture(scope="module")
def of_a_gaussian():
    """A DDPM whose network knows the answer, and a function that exchanges the target; one program for both."""
    layer = ExactNoise()
    model = DDPM(exact(layer), (1,), T=T, limit=None, batch=2000)

    def choose(target):
        model.choose("cosine", target)
        layer.is_v.assign(target == "v")

    return model, choose


def test_ddim_and_ddpm_of_a_gaussian_with_both_targets(of_a_gaussian):
    model, choose = of_a_gaussian
    choose("v")
    straight = model.sample(2000, seed=3, rho=0.0)
    np.testing.assert_allclose(straight, MEAN + DEVIATION * start(2000, 3), atol=0.1)
    noisy = model.sample(2000, seed=1)
    assert abs(noisy.mean() - MEAN) < 0.04
    assert abs(noisy.std() - DEVIATION) < 0.03
    few = [model.sample(2000, seed=seed, steps=10) for seed in (1, 1, 2)]
    np.testing.assert_array_equal(few[0], few[1])
    assert np.abs(few[0] - few[2]).max() > 0.1
    choose("epsilon")
    # x_{T−1} has the variance of ᾱ_{T−1}: both targets give the same path
    np.testing.assert_allclose(model.sample(2000, seed=3, rho=0.0), straight, atol=5e-3)


def test_noise_estimate_is_epsilon_for_both_targets(of_a_gaussian):
    model, choose = of_a_gaussian
    x, t, found = start(5, 0).astype("float32"), np.array([0, 10, 50, 90, 98]), []
    for target in ("epsilon", "v"):
        choose(target)
        found.append(model.noise_estimate(x, t))
    np.testing.assert_allclose(found[0], found[1], atol=1e-4)
    kept = cosine_schedule(T)[t][:, None]
    exactly = np.sqrt(1 - kept) * (x - np.sqrt(kept) * MEAN) / (kept * DEVIATION**2 + 1 - kept)
    np.testing.assert_allclose(found[0], exactly, atol=1e-4)


def test_a_change_of_schedule_and_target_changes_the_training_data():
    """With the same noise, x_t and the target are those of a model that was made like that."""
    network = exact(ExactNoise())
    x, noise, u = start(6, 0), start(6, 1), np.linspace(0, 0.99, 6)
    changed = DDPM(network, (1,), T=T)
    for schedule, kept in (("linear", linear_schedule(T)), ("cosine", cosine_schedule(T))):
        kept = kept[(u * T).astype(int)][:, None]
        for target in ("epsilon", "v"):
            changed.choose(schedule, target)
            found = changed.noisy(*(ops.convert_to_tensor(a, "float32") for a in (x, noise, u)))
            v = np.sqrt(kept) * noise - np.sqrt(1 - kept) * x
            expected = (
                np.sqrt(kept) * x + np.sqrt(1 - kept) * noise,
                (np.floor(u * T) + 1) / T,
                v if target == "v" else noise,
            )
            for a, b in zip(found, expected, strict=True):
                np.testing.assert_allclose(ops.convert_to_numpy(a), b, atol=1e-4)


@pytest.mark.backend_independent
def test_schedules():
    for schedule in (linear_schedule, cosine_schedule):
        kept = schedule(1000)
        assert kept.shape == (1000,)
        assert np.all(np.diff(kept) < 0)
        assert kept[-1] < 1e-4 < 0.99 < kept[0]
    beta = np.linspace(1e-4, 0.02, 1000)
    np.testing.assert_allclose(linear_schedule(1000)[499], np.exp(np.log1p(-beta[:500]).sum()))
    half = np.cos((0.5 + 0.008) / 1.008 * np.pi / 2) ** 2 / np.cos(0.008 / 1.008 * np.pi / 2) ** 2
    np.testing.assert_allclose(cosine_schedule(1000)[499], half)
    np.testing.assert_allclose(signal_to_noise([0.5, 0.8]), [1, 4])
    with pytest.raises(ValueError, match="at least 20 steps"):
        linear_schedule(10)


def test_training_labels_and_guidance():
    rng = np.random.default_rng(0)
    y = np.arange(256) % 2
    x = (np.where(y == 1, 2.0, -2.0)[:, None] + 0.1 * rng.normal(size=(256, 2))).astype("float32")
    model = FlowMatching(
        dense_denoiser(2, classes=2, units=32, blocks=1), (2,), classes=2, gamma=0.9, batch=64
    )
    model.compile(keras.optimizers.Adam(1e-2))
    history = model.fit(x, y, batch_size=64, epochs=40, verbose=0).history["loss"]
    assert history[-1] < 0.8 * history[0]
    before = ops.convert_to_numpy(model.random.state).copy(), model.network.get_weights()
    ones = model.sample(64, label=1, steps=10)
    assert np.mean(ones > 0) > 0.9
    assert np.mean(model.sample(64, label=0, steps=10) < 0) > 0.9
    assert 0.1 < np.mean(model.sample(64, label=1, omega=0.0, steps=10) > 0) < 0.9  # the label is not heeded
    np.testing.assert_array_equal(ops.convert_to_numpy(model.random.state), before[0])
    for now, then in zip(model.network.get_weights(), before[1], strict=True):
        np.testing.assert_array_equal(now, then)
    with pytest.raises(ValueError, match="label must be from 0 to 1"):
        model.sample(4, label=3)
    with pytest.raises(ValueError, match="label must be from 0 to 1"):
        model.sample(4, label=0.5)
    with pytest.raises(ValueError, match="one for each of the 4 samples"):
        model.sample(4, label=[0, 1])
    with pytest.raises(ValueError, match="y holds 2"):  # the number of "no label"
        model.fit(x, y + 1, verbose=0)
    with pytest.raises(ValueError, match='"euler" or "heun"'):
        model.sample(4, method="midpoint")
    with pytest.raises(ValueError, match="steps must be at least 1"):
        model.sample(4, steps=0)

    def velocity(x_t):
        return model.estimate(x_t, 0.5, ops.ones((64,), "int32"))

    found, x_t = {}, ops.convert_to_tensor(x[:64])
    model.guided = True
    guided = one_program(velocity)
    for omega in (0.0, 3.0):
        model.omega.assign(omega)
        found[omega] = ops.convert_to_numpy(guided(x_t))
    model.guided = False
    told = ops.convert_to_numpy(one_program(velocity)(x_t))
    assert np.abs(told - found[0.0]).max() > 1e-2
    np.testing.assert_allclose(found[3.0], found[0.0] + 3 * (told - found[0.0]), atol=1e-4)
    # a restart forgets everything: the network, its average, and the optimizer
    fresh = dense_denoiser(2, classes=2, units=32, blocks=1)
    restart(model, model.network, fresh=fresh)
    for now, then in zip(model.network.get_weights(), fresh.get_weights(), strict=True):
        np.testing.assert_array_equal(now, then)
    assert model.untrained()
    assert all(not np.any(ops.convert_to_numpy(v)) for v in model.average.variables)
    assert int(model.optimizer.iterations) == 0
    assert float(model.optimizer.learning_rate) == pytest.approx(1e-2)
    again = model.fit(x, y, batch_size=64, epochs=1, verbose=0).history["loss"]
    assert again[0] > 0.8 * history[0]


def test_u_net_sees_time_and_label():
    network = unet_denoiser((8, 8, 1), classes=3, widths=(4, 8), blocks=1, groups=2, squares=True)
    x = np.random.default_rng(0).normal(size=(2, 8, 8, 1)).astype("float32")
    assert np.all(
        network.predict_on_batch([x, np.zeros(2, "float32"), np.zeros(2, "int32")]) == 0
    )  # starts at 0
    rng = np.random.default_rng(1)
    network.set_weights([rng.normal(size=w.shape) / 3 for w in network.get_weights()])

    def out(t, label):
        return ops.convert_to_numpy(
            network.predict_on_batch([x, np.full(2, t, "float32"), np.full(2, label, "int32")])
        )

    assert out(0.5, 0).shape == x.shape
    assert np.abs(out(0.5, 0) - out(0.51, 0)).max() > 1e-3
    assert np.abs(out(0.5, 0) - out(0.5, 1)).max() > 1e-3
    for squares, widths in ((False, (8, 8, 8)), (True, (8, 8))):
        with pytest.raises(ValueError, match="multiples of 4"):
            unet_denoiser((6, 6, 1), widths=widths, squares=squares)


def test_mistakes_get_a_sentence():
    network = exact(ExactNoise())
    with pytest.raises(ValueError, match='"linear" or "cosine"'):
        DDPM(network, (1,), schedule="quadratic")
    with pytest.raises(ValueError, match='"epsilon" or "v"'):
        DDPM(network, (1,), target="x")
    model = DDPM(network, (1,), T=T)
    with pytest.raises(ValueError, match="steps cannot be 101"):
        model.sample(2, steps=101)
    with pytest.raises(ValueError, match="takes no label"):
        model.sample(2, label=1)
    with pytest.raises(ValueError, match="rho must be"):
        model.sample(2, rho=2.0)
    with pytest.raises(ValueError, match="an even number of features"):
        TimeFeatures(5)


@pytest.mark.backend_independent
def test_score_is_the_slope_of_the_log_density_and_gives_the_velocity():
    centers, deviation, t = np.array([[1.0, 0], [-2, 1], [0.5, 2]]), 0.4, 0.3
    x = np.random.default_rng(0).normal(size=(5, 2))
    variance = (1 - t) ** 2 * deviation**2 + t**2

    def log_density(x):
        squares = ((x[:, None] - (1 - t) * centers) ** 2).sum(axis=-1)
        return np.log(np.exp(-squares / (2 * variance)).mean(axis=1))

    steps = 1e-5 * np.eye(2)
    slope = np.stack([(log_density(x + s) - log_density(x - s)) / 2e-5 for s in steps], axis=1)
    score = mixture_score(x, t, centers, deviation)
    np.testing.assert_allclose(score, slope, rtol=1e-6, atol=1e-8)
    # E(ε − x | x_t) from E(ε | x_t) = −t score and x_t = (1 − t) E(x | x_t) + t E(ε | x_t)
    noise = -t * score
    np.testing.assert_allclose(velocity_from_score(x, t, score), noise - (x - t * noise) / (1 - t))


@pytest.mark.backend_independent
def test_one_gaussian_is_carried_by_its_quantiles():
    def velocity(x, t):
        return velocity_from_score(x, t, mixture_score(x, t, [[MEAN]], DEVIATION))

    x = start(20, 0)
    z = (x - 0.001 * MEAN) / np.hypot(0.001 * DEVIATION, 0.999)  # at t = 0.999
    errors = [
        np.abs(follow(velocity, x, n, "heun", 0.999)[-1] - MEAN - DEVIATION * z).max() for n in (20, 40)
    ]
    assert errors[1] < 2e-3
    assert 3 < errors[0] / errors[1] < 5.5
    with pytest.raises(ValueError, match='"euler" or "heun"'):
        follow(velocity, x, 3, "midpoint")


@pytest.mark.backend_independent
def test_ddim_is_eulers_method_in_two_ways():
    x, noise = np.random.default_rng(0).normal(size=(2, 6))
    t, s = 0.8, 0.5
    velocity = noise - (x - t * noise) / (1 - t)
    np.testing.assert_allclose(ddim_step(x, noise, 1 - t, t, 1 - s, s), x - (t - s) * velocity)
    signal, later = np.sqrt(0.3), np.sqrt(0.7)
    spread, later_spread = np.sqrt(0.7), np.sqrt(0.3)
    y = x / signal + (later_spread / later - spread / signal) * noise
    np.testing.assert_allclose(ddim_step(x, noise, signal, spread, later, later_spread), later * y)
