"""The modern block and its parts against Keras's layers and NumPy; the account against the true numbers."""

import keras
import numpy as np
import pytest
from keras import ops

import course
from course.testing import assert_close
from course.training.costs import product_flops, reported_flops
from tests.units.u08_sequence.compiling import compiled
from units import u08_sequence as u08

RNG = np.random.default_rng(0)
X = RNG.normal(size=(2, 4, 8)).astype("float32")
SIZES = {"vocabulary": 7, "context": 6, "layers": 2, "heads": 4, "d_model": 16, "d_inner": 24}
SWITCHES = [
    {},
    {"rms_norm": False, "feed_forward": "gelu", "qk_norm": False},
    {"feed_forward": "relu_squared", "groups": 2},
]


def randomize(layer):
    rng = np.random.default_rng(3)
    for v in layer.trainable_variables:
        v.assign(rng.normal(size=v.shape).astype("float32"))


def test_rms_norm_is_kerass():
    ours, theirs = u08.RMSNorm(1e-3), keras.layers.RMSNormalization(epsilon=1e-3)
    ours(X), theirs(X)
    randomize(ours)
    theirs.set_weights([ops.convert_to_numpy(ours.scale)])
    assert_close(ours(X), theirs(X), rtol=1e-5, atol=1e-6)
    scale = ops.convert_to_numpy(ours.scale)
    expected = X / np.sqrt((X**2).mean(-1, keepdims=True) + 1e-3) * scale
    assert_close(ours(X), expected, rtol=1e-5, atol=1e-6)
    # JAX has no float64 here, and Keras's mean on torch is in float32
    if keras.backend.backend() == "tensorflow":
        x = np.array([[1 / 3, 1 / 7]])
        exact = u08.RMSNorm(0.0, dtype="float64")(ops.convert_to_tensor(x, "float64"))
        assert_close(exact, x / np.sqrt((x**2).mean()), rtol=1e-14, atol=0)


def test_the_gate_multiplies():
    layer = u08.GatedFeedForward(5)
    layer(X)
    randomize(layer)
    w_1, w_2, w_3 = (ops.convert_to_numpy(d.kernel) for d in (layer.inner, layer.outer, layer.gated))
    a = X @ w_1
    assert_close(layer(X), (a / (1 + np.exp(-a)) * (X @ w_3)) @ w_2, rtol=1e-4, atol=1e-4)
    assert ops.convert_to_numpy(u08.relu_squared(np.array([-2.0, 0.5, 3.0]))).tolist() == [0, 0.25, 9]
    assert u08.same_cost(512) == 341


@pytest.mark.parametrize("groups", [1, 2, 4])
def test_grouped_queries_are_kerass(groups):
    ours = u08.GroupedQueryAttention(4, 3, groups)
    theirs = keras.layers.GroupQueryAttention(3, 4, groups)
    ours.build(X.shape)
    theirs.build(X.shape, X.shape, X.shape)
    randomize(ours)
    assert [v.shape for v in ours.weights] == [v.shape for v in theirs.weights]
    theirs.set_weights([ops.convert_to_numpy(v) for v in ours.weights])
    both = compiled(lambda x: (ours(x, use_causal_mask=True), theirs(x, x, use_causal_mask=True)))
    assert_close(*both(X), rtol=1e-4, atol=1e-4)


def test_normalized_queries_do_not_grow_with_their_kernels():
    layer = u08.GroupedQueryAttention(2, 4, 2, qk_norm=True, use_bias=False)
    layer.build(X.shape)
    run = compiled(lambda x: layer(x, return_weights=True))
    before, weights = run(X)
    for kernel in (layer.query[0], layer.key[0]):
        kernel.assign(ops.multiply(kernel, 100.0))
    after, again = run(X)
    assert_close(weights, again, rtol=1e-3, atol=1e-4)
    assert_close(before, after, rtol=1e-3, atol=1e-4)


def test_without_its_switches_the_modern_block_is_gpt_2s():
    plain = {"rms_norm": False, "feed_forward": "gelu", "rotary": False, "qk_norm": False, "use_bias": True}
    ours = u08.ModernBlock(2, 12, **plain)
    gpt_2 = u08.DecoderBlock(2, 12, activation="gelu", norm_first=True)
    ours.build(X.shape), gpt_2.build(X.shape)
    randomize(ours)
    gpt_2.set_weights([ops.convert_to_numpy(v) for v in ours.weights])
    assert_close(*compiled(lambda x: (ours(x), gpt_2(x)))(X), rtol=1e-5, atol=1e-5)


def test_a_saved_modern_model_is_the_same(tmp_path):
    model = u08.ModernGPT(**SIZES | {"layers": 1}, switches={"groups": 2, "feed_forward": "relu_squared"})
    tokens = np.array([[1, 2, 3]])
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    both = compiled(lambda tokens: (again(tokens), model(tokens)))
    assert_close(*both(tokens), rtol=1e-6, atol=1e-6)


@pytest.fixture(scope="module", params=range(len(SWITCHES) + 2))
def model(request):
    """Each kind of block, and two layers of GPT's."""
    if request.param < len(SWITCHES):
        return u08.ModernGPT(**SIZES | {"layers": 1}, switches=SWITCHES[request.param])
    last = request.param == len(SWITCHES)
    return u08.GPT(**SIZES) if last else u08.GPT(**SIZES, positions="rotary", tied=False, use_bias=False)


def test_the_account_counts_weights_and_products(model):
    """Forward, a step with a cache, and a training step: equal to what the backend counts."""
    account = u08.Account.of(model)
    assert account.parameters() == model.count_params()
    tokens = np.zeros((3, 5), "int32")
    assert account.forward_flops(3, 5) == product_flops(lambda t: model(t), tokens)
    caches = model.empty_caches(3)
    got = product_flops(lambda t: model.step(t, caches, 2)[0], tokens[:, :1])
    assert account.forward_flops(3, 1, keys=SIZES["context"]) == got
    assert account.cache_bytes(3) == 4 * sum(int(np.prod(x.shape)) for x in keras.tree.flatten(caches))


def test_a_training_step_is_three_forward_passes(model):
    def step(tokens):
        def cost():
            return model.cost((tokens, tokens), training=True)[0]

        return course.value_and_grad(cost, model.trainable_variables)

    tokens = np.zeros((3, 5), "int32")
    assert u08.Account.of(model).step_flops(3, 5) == product_flops(step, tokens)


@pytest.mark.needs_backend("jax")
def test_the_report_of_a_compiled_model_is_near_the_account():
    """The other operations are few if the model is wide: norms, softmax and activations."""
    model = u08.GPT(7, context=16, layers=1, heads=2, d_model=512)
    products = u08.Account.of(model).forward_flops(2, 16)
    assert 1 <= reported_flops(lambda t: model(t), np.zeros((2, 16), "int32")) / products < 1.05


def test_memory_of_the_weights():
    model = u08.GPT(**SIZES)
    model.compile(keras.optimizers.Adam())
    model.optimizer.build(model.trainable_variables)
    numbers = sum(int(np.prod(v.shape)) for v in model.optimizer.variables if len(v.shape))
    account = u08.Account.of(model)
    assert account.state_bytes() == 4 * (numbers + 2 * model.count_params())
    assert account.activation_bytes(4, 6) == 2 * account.activation_bytes(2, 6)


def test_the_modern_cache_is_exact():
    model = u08.ModernGPT(**SIZES | {"layers": 1}, switches={"groups": 2})
    randomize(model)
    tokens = RNG.integers(7, size=(2, 3)).astype("int32")
    assert np.array_equal(model.generate(tokens, 5), model.generate(tokens, 5, cache=False))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: u08.GroupedQueryAttention(4, 2, 3), "groups must divide heads = 4"),
        (lambda: u08.ModernBlock(2, 4, feed_forward="tanh"), "one of gelu"),
        (lambda: u08.pretraining_optimizer(10, warmup=10), "shorter than the run"),
        (lambda: u08.pretraining_optimizer(0), "at least one step"),
        (lambda: u08.random_windows([1, 2], 2, 1, RNG), "too short"),
    ],
)
def test_what_makes_no_sense_is_refused(wrong, message):
    with pytest.raises(ValueError, match=message):
        wrong()


def test_the_rate_warms_up_and_falls():
    for options in ({}, {"muon": 1e-3}):
        optimizer = u08.pretraining_optimizer(100, 1e-3, warmup=10, **options)
        rates = []
        for t in (0, 10, 55, 100):
            optimizer.iterations.assign(t)
            rates.append(float(ops.convert_to_numpy(optimizer.learning_rate)))
        assert_close(rates, [1e-4, 1e-3, 5.5e-4, 1e-4], rtol=1e-3)


def test_a_run_of_one_step_has_no_warm_up():
    rate = u08.pretraining_optimizer(1, 1e-3).learning_rate
    assert_close(float(ops.convert_to_numpy(rate)), 1e-3)


def test_random_windows_are_parts_of_the_text():
    x, y = u08.random_windows(np.arange(20), 4, 50, RNG)
    assert x.shape == y.shape == (50, 4)
    assert np.array_equal(y, x + 1)
    assert x.min() == 0
    assert y.max() == 19
