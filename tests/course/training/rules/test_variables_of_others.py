"""A step may read variables that the model does not own: each batch uses the value that they have then."""

import keras
import numpy as np
import pytest
from keras import ops

import course

X = np.ones((6, 1), "float32")


class Reports(course.Model):
    """Every step gives the value of a variable that is no attribute of the model."""

    def __init__(self, others):
        super().__init__()
        self.others = lambda: others  # Keras would make a layer or a variable the model's own
        self.dense = keras.layers.Dense(1, kernel_initializer="ones")

    def value(self, x):
        beta, teacher = self.others()
        return beta * 1.0 + ops.mean(teacher(x))

    def train_step(self, data):
        loss, gradients = course.value_and_grad(
            lambda: ops.mean(self.dense(data)) * 0 + self.value(data), self.dense.trainable_variables
        )
        self.optimizer.apply(gradients, self.dense.trainable_variables)
        return {"loss": loss}

    def test_step(self, data):
        return {"loss": self.value(data)}

    def call(self, data):
        return self.value(data) + 0 * data


def teacher_and_beta():
    teacher = keras.layers.Dense(1, kernel_initializer="zeros")
    teacher.build((None, 1))
    return keras.Variable(1.0), teacher


@pytest.mark.parametrize("options", [{}, {"run_eagerly": True}, {"steps_per_execution": 2}], ids=str)
def test_each_loop_reads_the_value_of_now(options):
    others = beta, teacher = teacher_and_beta()
    model = Reports(others)
    model.compile(keras.optimizers.SGD(0.1), **options)

    def loops():
        return (
            model.fit(X, batch_size=2, verbose=0).history["loss"][0],
            model.evaluate(X, batch_size=2, verbose=0),
            float(model.predict(X, batch_size=2, verbose=0).mean()),
        )

    assert loops() == (1, 1, 1)
    beta.assign(5.0)
    assert loops() == (5, 5, 5)
    teacher.bias.assign([2.0])
    assert loops() == (7, 7, 7)
    assert float(ops.convert_to_numpy(beta)) == 5


@pytest.mark.parametrize("loop", ["evaluate", "predict"])
def test_the_first_loop_may_be_another(loop):
    beta, teacher = teacher_and_beta()
    model = Reports((beta, teacher))
    model.compile(keras.optimizers.SGD(0.1))
    run = getattr(model, loop)
    assert np.mean(run(X, batch_size=2, verbose=0)) == 1
    beta.assign(3.0)
    assert np.mean(run(X, batch_size=2, verbose=0)) == 3


@pytest.mark.parametrize("when", ["epoch", "train_batch"])
def test_a_callback_may_assign(when):
    beta, teacher = teacher_and_beta()
    model, seen = Reports((beta, teacher)), []
    model.compile(keras.optimizers.SGD(0.1))

    def begin(i, logs=None):
        beta.assign(10.0 + i)

    def end(i, logs):
        seen.append(float(logs["loss"]))

    callback = keras.callbacks.LambdaCallback(**{f"on_{when}_begin": begin, f"on_{when}_end": end})
    model.fit(X, batch_size=2 if when == "train_batch" else 6, epochs=1 if when == "train_batch" else 3,
              callbacks=[callback], verbose=0)  # fmt: skip
    assert seen == [10, 11, 12]
    assert float(ops.convert_to_numpy(beta)) == 12
