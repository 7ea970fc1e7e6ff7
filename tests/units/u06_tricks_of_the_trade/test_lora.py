"""LoRA against Keras's ``enable_lora``: outputs, gradients, a step of training, and the merged kernel."""

import keras
import numpy as np
import pytest
from keras import ops

import course
from course.testing import assert_close, check_layer, one_program
from units.u06_tricks_of_the_trade import LoRADense, merged, trainable_count, with_lora

RNG = np.random.default_rng(0)
X = RNG.normal(size=(4, 5)).astype("float32")


def number(tensor):
    return ops.convert_to_numpy(tensor)


def test_is_a_good_layer():
    check_layer(
        LoRADense, (2, 3), init_kwargs={"units": 2, "rank": 1}, expected_output_shape=(2, 2), policies=()
    )


@pytest.mark.parametrize("alpha", [None, 6])
def test_is_keras_dense_with_lora(alpha):
    theirs = keras.layers.Dense(3, activation="tanh")
    theirs.build((None, 5))
    theirs.bias.assign([0.1, -0.2, 0.3])
    start = theirs.get_weights()
    theirs.enable_lora(2, lora_alpha=alpha)
    ours = LoRADense(3, 2, alpha, activation="tanh")
    ours.build((None, 5))
    # the same variables are trained: b, A, B in both, and not the kernel
    assert trainable_count(ours) == trainable_count(theirs) == 3 + 2 * (5 + 3)
    assert [v.shape for v in ours.trainable_variables] == [(3,), (5, 2), (2, 3)]
    assert ours.scale == (1 if alpha is None else 3)
    # He's uniform distribution for A, zeros for B, as in Keras: the layer starts as the dense layer
    limit = np.sqrt(6 / 5)
    for A in (ours.A, theirs.lora_kernel_a):
        assert 0.1 < np.abs(number(A)).max() <= limit
    np.testing.assert_array_equal(number(ours.B), 0)
    ours.kernel.assign(start[0])
    ours.bias.assign(start[1])
    np.testing.assert_allclose(number(ours(X)), np.tanh(X @ start[0] + start[1]), rtol=1e-5, atol=1e-6)

    A, B = RNG.normal(size=(5, 2)).astype("float32"), RNG.normal(size=(2, 3)).astype("float32")
    for layer, names in ((ours, ("A", "B")), (theirs, ("lora_kernel_a", "lora_kernel_b"))):
        for name, value in zip(names, (A, B), strict=True):
            getattr(layer, name).assign(value)

    def both():
        found = []
        for layer in (ours, theirs):
            value, gradients = course.value_and_grad(
                lambda layer=layer: ops.sum(ops.square(layer(X))), layer.trainable_variables
            )
            found.append([layer(X), value, *gradients])
        return found

    ours_found, theirs_found = one_program(both)()
    for mine, keras_own in zip(ours_found, theirs_found, strict=True):
        assert_close(mine, keras_own, rtol=1e-4, atol=1e-5)
    # merging: Keras's ``kernel`` is the merged one
    assert_close(ours.merged_kernel(), theirs.kernel, rtol=1e-5, atol=1e-6)
    assert_close(ours.merged_kernel(), start[0] + ours.scale * A @ B, rtol=1e-5, atol=1e-6)


def small():
    keras.utils.set_random_seed(1)
    return keras.Sequential(
        [
            keras.Input((5,)),
            keras.layers.Dense(4, activation="relu", name="hidden"),
            keras.layers.Dense(3, name="head"),
        ]
    )


def test_a_network_changes_by_a_matrix_of_low_rank():
    network = small()
    before = network.get_weights()
    copy = with_lora(network, rank=1, alpha=2, train="head", train_bias=False)
    assert_close(copy(X), network(X), rtol=1e-5, atol=1e-6)
    assert trainable_count(copy) == 1 * (5 + 4) + (4 * 3 + 3)
    # thawing everything later does not thaw the kernel: it never was trainable
    copy.trainable = True
    assert trainable_count(copy) == 1 * (5 + 4) + (4 * 3 + 3)
    copy.compile(keras.optimizers.SGD(0.5), loss="mse")
    copy.fit(X, np.ones((4, 3), "float32"), epochs=3, batch_size=4, verbose=0)
    hidden = copy.get_layer("hidden")
    np.testing.assert_array_equal(number(hidden.kernel), before[0])
    np.testing.assert_array_equal(number(hidden.bias), before[1])
    change = number(hidden.merged_kernel()) - before[0]
    singular = np.linalg.svd(change, compute_uv=False)
    assert singular[0] > 1e-3
    assert singular[1] < 1e-5 * singular[0]
    assert all((new == old).all() for new, old in zip(network.get_weights(), before, strict=True))

    plain = merged(copy)
    assert [type(layer) for layer in plain.layers] == [keras.layers.Dense] * 2
    assert_close(plain(X), copy(X), rtol=1e-4, atol=1e-5)
    assert trainable_count(plain) == sum(w.size for w in before)


def test_mistakes_are_named():
    with pytest.raises(ValueError, match="whole number from 1 on, not 0"):
        LoRADense(3, 0)
    with pytest.raises(ValueError, match="whole number from 1 on, not None"):
        LoRADense(3, None)
    with pytest.raises(ValueError, match="alpha must be positive"):
        LoRADense(3, 1, alpha=0)
    with pytest.raises(ValueError, match="There is no layer 'top' to train; the layers are hidden, head"):
        with_lora(small(), 1, train="top")
    with pytest.raises(ValueError, match="nothing to change"):
        with_lora(small(), 1, train=("hidden", "head"))
    strict = keras.Sequential(
        [keras.Input((5,)), keras.layers.Dense(3, kernel_constraint="non_neg", name="strict")]
    )
    with pytest.raises(ValueError, match="strict has a regularizer or a constraint"):
        with_lora(strict, 1)
