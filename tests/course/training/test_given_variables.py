"""A Keras variable that a function of ``keras.ops`` is given counts as its value, inside a step and a derivative."""

import keras
import numpy as np
import pytest
from keras import ops

import course

V = np.array([[1.0, 2.0], [3.0, 4.0]], "float32")
W = 10 * V


def ones():
    return ops.ones(2, "int32")


# For each way in which Keras hands its arguments on (functions, indices, containers, loops) a rule and its value.
RULES = {
    "where": (lambda s: ops.where(s.v > 2, s.v, s.w), [[10, 20], [3, 4]]),
    "slice_update": (lambda s: ops.slice_update(s.v, (s.i, 0), s.w[:1]), [[1, 2], [10, 20]]),
    "slice": (lambda s: ops.slice(s.v, (s.i, 0), (1, 2)), [[3, 4]]),
    "scatter_update": (lambda s: ops.scatter_update(s.v, [[1, 0]], ops.ones((1,))), [[1, 2], [1, 4]]),
    "take": (lambda s: ops.take(s.v, s.i, axis=0), [3, 4]),
    "unstack": (lambda s: ops.unstack(s.v)[1], [3, 4]),
    "concatenate": (lambda s: ops.concatenate([s.v, s.w]), np.concatenate([V, W])),
    "stack": (lambda s: ops.stack([s.v, s.w]), np.stack([V, W])),
    "array": (lambda s: ops.array([s.i, 2]), [1, 2]),
    "convert_to_tensor": (lambda s: ops.convert_to_tensor([s.i, 2]), [1, 2]),
    "roll": (lambda s: ops.roll(s.v, 1, axis=0), [[3, 4], [1, 2]]),
    "top_k": (lambda s: ops.top_k(s.v, 1)[0], [[2], [4]]),
    "segment_sum": (lambda s: ops.segment_sum(s.v, s.labels, num_segments=2), V),
    "one_hot": (lambda s: ops.one_hot(s.labels, 3), [[1, 0, 0], [0, 1, 0]]),
    "logsumexp": (lambda s: ops.logsumexp(s.v, axis=-1), np.log(np.exp(V).sum(-1))),
    "einsum": (lambda s: ops.einsum("ij,jk->ik", s.v, s.w), V @ W),
    "cond": (lambda s: ops.cond(s.i > 0, lambda: s.v, lambda: s.w), V),
    "while_loop": (lambda s: ops.while_loop(lambda x: ops.sum(x) < 25, lambda x: x + s.v, s.v), 3 * V),
    "fori_loop": (lambda s: ops.fori_loop(0, 3, lambda _, x: x + s.v, s.w), 13 * V),
    "scan": (lambda s: ops.scan(lambda c, x: (c + x, c * s.v[0]), s.w[0], s.v)[1], [[10, 40], [11, 44]]),
    "map": (lambda s: ops.map(lambda row: row * s.w[0], s.v), V * W[0]),
    "vectorized_map": (lambda s: ops.vectorized_map(lambda row: row * s.w[0], s.v), V * W[0]),
    "equal": (lambda s: ones() == s.labels, [0, 1]),
    "less": (lambda s: ones() < s.labels, [0, 0]),
    "at_least": (lambda s: ones() >= s.labels, [1, 1]),
    "difference": (lambda s: ones() - s.labels, [1, 0]),
}


class Step(course.Model):
    """A step of all rules."""

    def __init__(self):
        super().__init__()
        self.v = keras.Variable(V, name="v", trainable=False)
        self.w = keras.Variable(W, name="w", trainable=False)
        self.i = keras.Variable(np.array(1, "int32"), dtype="int32", trainable=False, name="i")
        wide = (
            "int32" if keras.backend.backend() == "jax" else "int64"
        )  # JAX has no int64 unless it is asked to
        self.labels = keras.Variable(np.array([0, 1]), dtype=wide, trainable=False, name="labels")

    def train_step(self, x):
        return {name: summary(rule(self)) for name, (rule, _) in RULES.items()}


def summary(x):
    """∑ (1 + i) xᵢ: one number that another order or another value changes."""
    x = ops.reshape(ops.cast(x, "float32"), (-1,))
    return ops.sum(x * (1 + ops.arange(x.shape[0], dtype="float32")))


@pytest.mark.parametrize("eagerly", [False, True])
def test_in_a_step(eagerly):
    model = Step()
    model.compile(run_eagerly=eagerly)
    logs = model.fit(np.zeros((2, 1), "float32"), batch_size=2, verbose=0).history
    for name, (_, value) in RULES.items():
        value = np.ravel(np.asarray(value, "float32"))
        np.testing.assert_allclose(logs[name], [value @ (1 + np.arange(len(value)))], rtol=1e-6, err_msg=name)


def test_in_a_derivative_outside_of_a_step():
    v = keras.Variable([1.0, -2.0])
    loss, (gradient,) = course.value_and_grad(lambda: ops.sum(ops.where(v > 0, v, 0.0) * v), [v])
    assert float(loss) == 1
    np.testing.assert_allclose(ops.convert_to_numpy(gradient), [2, 0])
