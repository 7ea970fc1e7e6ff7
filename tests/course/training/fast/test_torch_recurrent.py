"""Keras's LSTM and GRU by torch's functions: the numbers of Keras's loop, where one derivative is asked for."""

import keras
import numpy as np
import pytest
from keras import layers, ops

import course

if keras.backend.backend() != "torch":
    pytest.skip("only torch has a kernel that Keras does not use", allow_module_level=True)

from course.training.fast import torch_recurrent

pytestmark = pytest.mark.fast_paths

RNG = np.random.default_rng(4)
X = RNG.normal(size=(6, 5, 3)).astype("float32")
Y = (X.mean(axis=(1, 2)) > 0).astype("int32")
LOSS = keras.losses.SparseCategoricalCrossentropy(from_logits=True)


@pytest.fixture
def calls(monkeypatch):
    """The calls of torch's functions."""
    found = []
    for name in ("_whole", "_whole_gru"):
        whole = getattr(torch_recurrent, name)
        monkeypatch.setattr(torch_recurrent, name, lambda *args, f=whole: found.append(args) or f(*args))
    return found


@pytest.fixture
def taken(calls):
    """The calls of torch's functions, where they may be used as in a model's step."""
    with torch_recurrent.whole_sequences:
        yield calls


@pytest.fixture(params=[layers.LSTM, layers.GRU], ids=["lstm", "gru"])
def cls(request):
    """The class of the layer."""
    return request.param


def twins(cls, wrap=lambda layer: layer, units=4, **options):
    """Two layers with the same weights: Keras's choice (and so ours), and its loop whatever happens."""
    pair = [wrap(cls(units, seed=7, use_cudnn=use, **options)) for use in ("auto", False)]
    for layer in pair:
        layer.build(X.shape)
    pair[1].set_weights([RNG.normal(0, 0.5, w.shape).astype("float32") for w in pair[0].get_weights()])
    pair[0].set_weights(pair[1].get_weights())
    return pair


def weighted(outputs):
    """A scalar that depends on every number, on each in its own way."""
    outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
    each = [ops.cast(o, "float32") for o in outputs]
    return sum(
        ops.sum(ops.sin(o) * ops.reshape(ops.linspace(1.0, 2.0, int(np.prod(o.shape))), o.shape))
        for o in each
    )


def assert_twins(a, b, call=None, tolerance=1e-6):
    call = call or (lambda layer: layer(X, training=True))
    for _ in range(2):  # a second time: states, dropout masks
        (va, ga), (vb, gb) = (
            course.value_and_grad(lambda l=layer: weighted(call(l)), layer.trainable_variables)
            for layer in (a, b)
        )
        np.testing.assert_allclose(float(va), float(vb), rtol=tolerance, atol=tolerance)
        for x, y in zip(ga, gb, strict=True):
            x, y = ops.convert_to_numpy(x), ops.convert_to_numpy(y)
            np.testing.assert_allclose(x, y, rtol=10 * tolerance, atol=10 * tolerance * abs(y).max())
        for x, y in zip(a.non_trainable_variables, b.non_trainable_variables, strict=True):
            x, y = ops.convert_to_numpy(x), ops.convert_to_numpy(y)
            np.testing.assert_allclose(x, y, rtol=10 * tolerance, atol=10 * tolerance)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"return_sequences": True, "return_state": True},
        {"go_backwards": True, "return_sequences": True},
        {"use_bias": False},
        {"dropout": 0.4, "return_sequences": True},
    ],
    ids=str,
)
def test_values_and_gradients_are_those_of_the_loop(options, taken, cls):
    assert_twins(*twins(cls, **options))
    assert len(taken) == 2


def test_stateful(taken, cls):
    a, b = (
        keras.Sequential([keras.Input(batch_shape=X.shape), layer]) for layer in twins(cls, stateful=True)
    )
    for model in (a, b):
        model.layers[0].reset_state()
    assert_twins(a, b)
    assert taken
    assert np.abs(ops.convert_to_numpy(a.layers[0].states[-1])).max() > 0.1


def test_both_directions(taken, cls):
    assert_twins(*twins(cls, lambda layer: layers.Bidirectional(layer), return_sequences=True))
    assert len(taken) == 4


def test_states_and_inputs_have_gradients(taken, cls):
    a, b = twins(cls, return_state=True)
    number = len(a.state_size) if isinstance(a.state_size, (list, tuple)) else 1
    point = [X, *RNG.normal(size=(number, 6, 4)).astype("float32")]
    all_of_them = tuple(range(number + 1))
    got, wanted = (
        course.grad(lambda x, *h, l=layer: weighted(l(x, initial_state=list(h))), argnums=all_of_them)(*point)
        for layer in (a, b)
    )
    for x, y in zip(got, wanted, strict=True):
        np.testing.assert_allclose(ops.convert_to_numpy(x), ops.convert_to_numpy(y), rtol=1e-5, atol=1e-6)
    assert len(taken) == 1


def test_mixed_precision(taken, cls):
    assert_twins(*twins(cls, dtype="mixed_bfloat16", return_sequences=True), tolerance=1e-2)
    assert len(taken) == 2


@pytest.mark.parametrize(
    "options",
    [{"activation": "relu"}, {"unroll": True}, {"dtype": "float64"}, {"recurrent_dropout": 0.3}],
    ids=str,
)
def test_what_the_kernel_has_no_form_for_is_left_to_keras(options, taken, cls):
    assert_twins(*twins(cls, **options), tolerance=1e-5)
    assert not taken


def test_a_mask_is_left_to_keras(taken, cls):
    mask = np.arange(5)[None] < np.array([1, 2, 3, 4, 5, 3])[:, None]
    assert_twins(*twins(cls), call=lambda layer: layer(X, mask=mask))
    assert not taken


def test_outside_of_a_step_keras_is_as_it_was(calls, cls):
    a, b = twins(cls)
    np.testing.assert_allclose(ops.convert_to_numpy(a(X)), ops.convert_to_numpy(b(X)), rtol=1e-6, atol=1e-6)
    assert not calls


def penalty(layer):
    """The squared size of a slope, as in WGAN-GP: a derivative inside a derivative."""
    slope = course.grad(lambda x: weighted(layer(x)))(X)
    return ops.sum(slope**2) + weighted(layer(0.5 * X))


def test_inside_a_nested_derivative_the_loop_remains(taken, cls):
    a, b = twins(cls)
    (va, ga), (vb, gb) = (
        course.value_and_grad(lambda l=layer: penalty(l), layer.trainable_variables) for layer in (a, b)
    )
    np.testing.assert_allclose(float(va), float(vb), rtol=1e-5)
    for x, y in zip(ga, gb, strict=True):
        np.testing.assert_allclose(ops.convert_to_numpy(x), ops.convert_to_numpy(y), rtol=1e-4, atol=1e-5)
    assert len(taken) == 1  # weighted(layer(0.5 X)), once differentiated


def test_forward_mode_and_its_mixtures(taken, cls):
    a, b = twins(cls)
    t = RNG.normal(size=X.shape).astype("float32")

    def everything(layer):
        def f(x):
            return weighted(layer(x))

        _, slope = course.jvp(f, [X], [t])
        _, curved = course.jvp(course.grad(f), [X], [t])  # forwards over reverse
        (hv,) = course.hvp(f, [X], [t])
        value, pullback = course.vjp(layer, [X])
        _, product = course.jvp(lambda u: pullback(u)[0], [value], [ops.ones_like(value)])
        u = ops.ones_like(value)
        twice = course.grad(lambda u: ops.sum(pullback(u)[0] ** 2))(u)
        return [ops.convert_to_numpy(x) for x in (slope, curved, hv, product, twice)]

    for x, y in zip(everything(a), everything(b), strict=True):
        np.testing.assert_allclose(x, y, rtol=1e-4, atol=1e-4)
    assert not taken


@pytest.mark.parametrize(
    "options", [{"reset_after": False}, {"reset_after": False, "use_bias": False}], ids=str
)
def test_a_gru_that_resets_before_is_left_to_keras(options, taken):
    assert_twins(*twins(layers.GRU, **options))
    assert not taken


class Reader(course.Model):
    """A recurrent layer and logits."""

    def __init__(self, cls, use="auto"):
        super().__init__()
        self.recurrent, self.logits = cls(4, use_cudnn=use), layers.Dense(2)

    def call(self, x):
        return self.logits(self.recurrent(x))


@pytest.mark.parametrize("eagerly", [False, True])
def test_training_evaluation_and_prediction(eagerly, taken, cls, monkeypatch):
    monkeypatch.setattr("course.training.fast.torch_graph.WARM_UP", 2)
    models = []
    for use in ("auto", False):
        model = Reader(cls, use)
        model.compile(keras.optimizers.Adam(0.01), LOSS, run_eagerly=eagerly)
        model.prepare((X, Y))
        models.append(model)
    models[1].set_weights(models[0].get_weights())
    for model in models:
        model.fit(X, Y, batch_size=3, epochs=5, shuffle=False, verbose=0)
    assert taken
    for x, y in zip(models[0].get_weights(), models[1].get_weights(), strict=True):
        np.testing.assert_allclose(x, y, rtol=1e-4, atol=1e-5)
    if not eagerly:
        for model in models:
            assert model._captured.reason is None
        (graph,) = models[0]._captured.graphs.values()
        if cls is layers.LSTM:
            assert torch_recurrent.layer in {node.target for node in graph.module.graph.nodes}
    loss, wanted = (model.evaluate(X, Y, verbose=0) for model in models)
    assert loss == pytest.approx(wanted, rel=1e-5)
    before = len(taken)
    np.testing.assert_allclose(*(model.predict(X, verbose=0) for model in models), rtol=1e-4, atol=1e-5)
    assert len(taken) == before + 1
