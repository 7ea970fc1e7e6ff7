"""What a step must not do is the same sentence on every backend, at the first batch."""

from dataclasses import dataclass

import keras
import numpy as np
import pytest
from keras import ops

import course

X = np.ones((8, 2), "float32")


class Base(course.Model):
    """Something to train."""

    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(1)
        self.count = 0

    def square(self, x):
        return ops.mean(self.dense(x) ** 2)


def step(f):
    """A model whose training step reports ``f(model, x)``."""

    class Stepping(Base):
        def train_step(self, data):
            return {"loss": f(self, data)}

    model = Stepping()
    model.compile("sgd")
    return model


def chooses(self, x):
    loss = self.square(x)
    return loss if loss > 1 else 2 * loss


def repeats(self, x):
    for _ in range(ops.cast(ops.sum(x), "int32")):
        x = x + 1
    return self.square(x)


@pytest.mark.parametrize(
    "rule",
    [
        chooses,
        repeats,
        lambda self, x: float(self.square(x)),
        lambda self, x: float(self.dense.bias[0]) if self.dense.built else self.square(x),
        lambda self, x: int(self.square(x)) + self.square(x),
        lambda self, x: self.square(x) + np.asarray(self.square(x)),
        lambda self, x: self.square(x) + ops.convert_to_numpy(self.square(x)),
        lambda self, x: self.square(x) + len(f"{self.square(x):.2f}"),
    ],
    ids=["if", "range", "float", "float of a variable", "int", "asarray", "convert_to_numpy", "format"],
)
def test_numbers_of_a_tensor(rule):
    message = r"Stepping.train_step needs the numbers in a tensor \(test_step_rules.py, line \d+: .*ops.where"
    with pytest.raises(course.CourseError, match=message):
        step(rule).train_on_batch(X)


@pytest.mark.parametrize("setting", ["0", ""])
def test_who_stays_on_torch_may_look_at_numbers(setting, monkeypatch):
    monkeypatch.setenv("COURSE_STRICT", setting)
    if keras.backend.backend() == "torch":
        assert np.isfinite(step(chooses).train_on_batch(X))
    else:
        with pytest.raises(course.CourseError, match="needs the numbers"):
            step(chooses).train_on_batch(X)


def test_keras_may_look_at_numbers():
    """Keras's own Nadam on torch goes through NumPy."""

    class Calling(Base):
        def call(self, x):
            return self.dense(x)

    model = Calling()
    model.compile("nadam", "mse")
    model.train_on_batch(X, X[:, :1])


@pytest.mark.parametrize(
    "draw",
    [
        lambda: keras.random.normal((2,)),
        lambda: keras.random.dropout(ops.ones((4,)), 0.5),
        lambda: keras.random.randint((2,), 0, 5),
    ],
)
def test_random_numbers_without_a_seed(draw):
    model = step(lambda self, x: self.square(x) + ops.sum(ops.cast(draw(), "float32")))
    with pytest.raises(course.CourseError, match=r"draws random numbers without a seed.*SeedGenerator"):
        model.fit(X, verbose=0)


def test_numbers_with_a_seed_are_fine():
    class Noisy(Base):
        def __init__(self):
            super().__init__()
            self.seed = keras.random.SeedGenerator(1)
            self.drop = keras.layers.Dropout(0.5)

        def train_step(self, x):
            return {
                "loss": self.square(self.drop(x, training=True) + keras.random.normal((2,), seed=self.seed))
            }

    model = Noisy()
    model.compile("sgd")
    assert np.isfinite(model.train_on_batch(X))


def counts(self, x):
    self.count += 1
    return self.square(x)


def counts_privately(self, x):
    self._count = getattr(self, "_count", 0) + 1
    return self.square(x)


def collects(self, x):
    self.shapes = [*getattr(self, "shapes", []), x.shape]
    return self.square(x)


@pytest.mark.parametrize(
    ("rule", "name"), [(counts, "count"), (counts_privately, "_count"), (collects, "shapes")]
)
def test_a_counter_of_python(rule, name):
    with pytest.raises(course.CourseError, match=rf"train_step changes self.{name} from .* to .*add_weight"):
        step(rule).train_on_batch(X)


@dataclass
class Seen:
    """What a step writes into."""

    shapes: list


def collects_in_place(self, x):
    self.seen.shapes.append(3)
    return self.square(x)


def test_the_message_says_what_was_there_before_the_step():
    model = step(collects_in_place)
    model.seen = Seen([1, 2])
    # the step runs once to build the layer, and a second time, before which the text is made
    text = r"changes self\.seen from Seen\(shapes=\[1, 2, 3\]\) to Seen\(shapes=\[1, 2, 3, 3\]\)"
    with pytest.raises(course.CourseError, match=text):
        model.train_on_batch(X)


def test_no_text_of_a_variable_is_made_without_an_error(monkeypatch):
    """It shows all numbers, which takes longer than to build a small model."""
    model = step(lambda self, x: self.square(x))
    monkeypatch.setattr(
        keras.Variable, "__repr__", lambda self: pytest.fail("the text of a variable is made")
    )
    model.fit(X, verbose=0)


def keeps(self, x):
    self.last = self.dense(x)
    return ops.mean(self.last)


def keeps_privately(self, x):
    self._last = {"batch": (x, 1)}
    return self.square(x)


def gathers(self, x):
    self.seen.append(self.square(x))
    return self.seen[-1]


@pytest.mark.parametrize("call", ["train_on_batch", "predict_on_batch"])
@pytest.mark.parametrize(("rule", "name"), [(keeps, "last"), (keeps_privately, "_last"), (gathers, "seen")])
def test_a_tensor_in_an_attribute(rule, name, call):
    class Keeping(Base):
        def train_step(self, x):
            return {"loss": rule(self, x)}

        def predict_step(self, data):
            return rule(self, data[0])

    model = Keeping()
    model.last, model.seen = "nothing", []
    model.compile("sgd")
    with pytest.raises(course.CourseError, match=rf"_step keeps a tensor in self.{name}\..*self.add_weight"):
        getattr(model, call)(X)
    assert model.last == "nothing"
    assert not hasattr(model, "_last")


class Positions(keras.layers.Layer):
    """Makes a tensor while it is built."""

    def build(self, shape):
        self.positions = ops.arange(shape[-1], dtype="float32")

    def call(self, x):
        return x + self.positions


def test_a_tensor_that_a_layer_makes():
    class Positioned(Base):
        def __init__(self):
            super().__init__()
            self.layer = Positions(name="where")

        def train_step(self, x):
            return {"loss": self.square(self.layer(x))}

    model = Positioned()
    model.compile("sgd")
    with pytest.raises(course.CourseError, match=r"train_step keeps a tensor in where.positions"):
        model.train_on_batch(X)


def test_a_tensor_that_is_there_before():
    model = step(lambda self, x: self.square(x * self.scale))
    model.scale = ops.ones(2)
    assert np.isfinite(model.train_on_batch(X))


def test_a_generator_that_the_model_holds():
    model = step(lambda self, x: self.square(x) + float(self.rng.normal()))
    model.rng = np.random.default_rng(0)
    with pytest.raises(course.CourseError, match=r"train_step draws random numbers from self.rng"):
        model.train_on_batch(X)


def test_whoever_runs_eagerly_may_count(monkeypatch):
    monkeypatch.setenv("COURSE_STRICT", "0")
    model = step(counts)
    model.run_eagerly = True
    model.train_on_batch(X)
    before = model.count
    model.train_on_batch(X)
    assert model.count == before + 1


def fresh_attribute(self, x):
    self.state = keras.Variable(initializer="zeros", shape=(2,))
    return self.square(x + self.state)


def fresh_layer(self, x):
    self.layer = keras.layers.Dense(2)
    return self.square(self.layer(x))


@pytest.mark.parametrize(
    "rule",
    [
        fresh_attribute,
        fresh_layer,
        lambda self, x: self.square(x) + keras.Variable(1.0),
        lambda self, x: self.square(x) + keras.Variable(np.zeros(())),
        lambda self, x: self.square(keras.layers.Dense(2)(x)),
    ],
)
def test_variables_are_made_before(rule):
    with pytest.raises(ValueError, match=r"Stepping.train_step creates .*once, in __init__"):
        step(rule).train_on_batch(X)


class TrainsInTest(Base):
    """Updates weights while it is evaluated."""

    def test_step(self, x):
        loss, gradients = course.value_and_grad(lambda: self.square(x), self.dense.trainable_variables)
        self.optimizer.apply(gradients, self.dense.trainable_variables)
        return {"loss": loss}


def test_evaluation_does_not_train():
    model = TrainsInTest()
    model.compile("sgd")
    with pytest.raises(course.CourseError, match=r"TrainsInTest.test_step applies an optimizer.*train_step"):
        model.evaluate(X, verbose=0)
