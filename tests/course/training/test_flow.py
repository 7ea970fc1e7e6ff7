"""What a step assigns inside ops.cond and its kin: the same on three backends, compiled, captured or eager."""

import keras
import numpy as np
import pytest
from keras import layers, ops

import course

X = np.array([[1.0, 2], [-5, 1], [3, 1], [2, -9]], "float32")  # batches of two: sums of -1 and -3


def branches(m, x):
    def yes():
        m.a.assign_add(1.0)
        return m.a + 0.0

    def no():
        m.b.assign_add(10.0)
        return m.a + m.b

    m.c.assign(m.c + ops.cond(ops.sum(x) > -2, yes, no))


def nested(m, x):
    def outer():
        m.a.assign_add(1.0)
        ops.cond(m.a > 1, lambda: m.b.assign_add(m.a), lambda: m.c.assign_add(m.a))

    ops.cond(ops.sum(x) > -9, outer, lambda: None)


def chosen(m, x):
    def add(variable):
        def branch(y):
            variable.assign_add(y)
            return y * 2

        return branch

    index = ops.cast(ops.sum(x) < -2, "int32")
    m.c.assign(m.c + ops.switch(index, [add(m.a), add(m.b)], ops.convert_to_tensor(3.0)))


def turns(m, x):
    def turn(i, y):
        m.a.assign(m.a * 2 + 1)
        return i + 1, y + m.a

    _, y = ops.while_loop(lambda i, y: m.a < 20, turn, (0, ops.convert_to_tensor(0.0)), maximum_iterations=4)
    m.b.assign(y)


def counted(m, x):
    def turn(i, y):
        m.a.assign_add(ops.cast(i, "float32"))
        return y + m.a

    m.b.assign(ops.fori_loop(0, 3, turn, ops.convert_to_tensor(0.0)))


def scanned(m, x):
    def turn(carry, row):
        m.a.assign(m.a + ops.sum(row))
        return carry + m.a, m.a * 1.0

    total, each = ops.scan(turn, ops.convert_to_tensor(0.0), x)
    m.b.assign(total)
    m.c.assign(m.c + each[0])


def mapped(m, x):
    def f(row):
        m.a.assign_add(1.0)
        return ops.sum(row) * m.a

    m.b.assign(ops.sum(ops.map(f, x)))


def in_a_loss(m, x):
    def loss():
        ops.cond(ops.sum(x) > -2, lambda: m.b.assign_add(1.0), lambda: m.c.assign_add(1.0))
        return ops.cond(m.b > 0, lambda: m.a * ops.sum(x), lambda: m.a)

    _, (gradient,) = course.value_and_grad(loss, [m.a])
    m.a.assign(m.a - gradient)


# After two batches, twice.
EXPECTED = {
    branches: [(1, 10, 12), (2, 20, 36)],
    nested: [(2, 2, 1), (4, 9, 1)],
    chosen: [(3, 3, 12), (6, 6, 24)],
    turns: [(31, 31, 0), (31, 0, 0)],
    counted: [(6, 13, 0), (12, 31, 0)],
    scanned: [(-4, -1, 6), (-8, -9, 4)],
    mapped: [(4, -16, 0), (8, -28, 0)],
    in_a_loss: [(4, 1, 1), (8, 2, 2)],
}


class Three(course.Model):
    def __init__(self, does):
        super().__init__()
        self.a, self.b, self.c = (self.add_weight(shape=(), initializer="zeros", name=n) for n in "abc")
        self.does = does
        self.used = keras.optimizers.SGD()  # its count says when torch captures the step

    def train_step(self, x):
        self.does(self, x)
        self.used.iterations.assign_add(1)
        return {"a": self.a}


@pytest.mark.parametrize("options", [{}, {"run_eagerly": True}, {"steps_per_execution": 2}], ids=str)
@pytest.mark.parametrize("does", EXPECTED, ids=lambda f: f.__name__)
def test_what_is_assigned_inside(does, options):
    model = Three(does)
    model.compile(**options)
    for captured in (False, True):
        for v in (model.a, model.b, model.c):
            v.assign(0.0)
        for expected in EXPECTED[does]:
            model.fit(X, batch_size=2, shuffle=False, verbose=0)
            assert tuple(float(v.numpy()) for v in (model.a, model.b, model.c)) == expected
        if not captured:
            model.used.iterations.assign(100)


def test_the_optimizer_that_scales_losses():
    """Adam in mixed precision: Keras's LossScaleOptimizer updates, or halves its scale, inside ops.cond."""
    keras.config.set_dtype_policy("mixed_float16")
    try:

        class Line(course.Model):
            def __init__(self):
                super().__init__()
                self.dense = layers.Dense(1, kernel_initializer="ones")

            def call(self, x):
                return self.dense(x)

        model = Line()
        model.compile(keras.optimizers.Adam(0.125), loss="mse")
        scaled = model.optimizer
        scaled.dynamic_growth_steps = 3
        model.fit(X / 64, X[:, :1] / 64, batch_size=4, epochs=4, verbose=0)
        assert (int(scaled.step_counter), float(scaled.dynamic_scale)) == (1, 2.0**16)
        np.testing.assert_allclose(model.dense.kernel.numpy()[1, 0], 0.53, atol=0.05)
        before = np.array(model.dense.kernel.numpy())
        model.fit(X * 1e4, X[:, :1], batch_size=4, verbose=0)
        assert (int(scaled.step_counter), float(scaled.dynamic_scale)) == (0, 2.0**15)
        np.testing.assert_array_equal(model.dense.kernel.numpy(), before)
    finally:
        keras.config.set_dtype_policy("float32")
