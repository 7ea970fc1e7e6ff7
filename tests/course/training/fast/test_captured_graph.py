"""A step that runs often is replayed from a graph on torch, compiled on the others: the numbers are the step's."""

import keras
import numpy as np
import pytest
from keras import ops

import course
from course.testing import set_weights
from tests.models import Classifier, Noisy, PenaltyGAN, Targeted, TinyVAE

pytestmark = pytest.mark.fast_paths

TORCH = keras.backend.backend() == "torch"
RNG = np.random.default_rng(1)
X = RNG.normal(size=(40, 4)).astype("float32")
Y = (X[:, 0] > 0).astype("int32")
LOSS = keras.losses.SparseCategoricalCrossentropy(from_logits=True)


@pytest.fixture(autouse=True)
def soon(monkeypatch):
    """Record at the third step already."""
    if TORCH:
        monkeypatch.setattr("course.training.fast.torch_graph.WARM_UP", 2)


def recorded(model):
    """The captured step of a model on torch; elsewhere there is nothing to look at."""
    return model._captured if TORCH else None


def state(model):
    return [ops.convert_to_numpy(v) for v in course.training.rules.building.owned_variables(model)]


def compare(make, data, steps=5, rtol=2e-5, atol=2e-6, recordable=True):
    """The same steps on the same batches, as written and as replayed: the same logs, the same state."""
    logs, states = [], []
    for eagerly in (True, False):
        keras.utils.set_random_seed(3)
        model = make(run_eagerly=eagerly)
        model.prepare(data if len(data) > 1 else data[0])
        set_weights(model, seed=5, scale=0.3)
        logs.append([model.train_on_batch(*data, return_dict=True) for _ in range(steps)])
        states.append(state(model))
    for a, b in zip(*logs, strict=True):
        for key in a:
            np.testing.assert_allclose(float(a[key]), float(b[key]), rtol=rtol, atol=atol, err_msg=key)
    for a, b in zip(*states, strict=True):
        np.testing.assert_allclose(a, b, rtol=rtol, atol=atol)
    if TORCH:
        assert (recorded(model).reason is None) == recordable
        assert len(recorded(model).graphs) == recordable
    return model


def compiled(cls, *given, **fixed):
    def make(**options):
        model = cls(*given)
        model.compile(**fixed, **options)
        return model

    return make


MODELS = {
    "classifier": (compiled(Classifier, optimizer="adam", loss=LOSS, metrics=["accuracy"]), (X, Y)),
    "gan": (compiled(PenaltyGAN), (X[:, :2],)),
    "vae": (compiled(TinyVAE), (X,)),
    "noisy": (compiled(Noisy, optimizer="adam", loss=LOSS), (X, Y)),
    "targeted": (compiled(Targeted, optimizer="sgd"), (X, X[:, :1])),
}


@pytest.mark.parametrize("kind", MODELS if TORCH else ["classifier"])  # test_fit has the others' eager steps
def test_replayed_steps_are_the_steps(kind):
    compare(*MODELS[kind])


OPTIMIZERS = ("sgd", "rmsprop", "adagrad", "nadam", "lion", "adadelta", "ftrl", "adamw")


@pytest.mark.parametrize("optimizer", OPTIMIZERS if TORCH else ["adamw"])
def test_every_optimizer_of_keras(optimizer):
    def make(**options):
        model = Classifier()
        chosen = keras.optimizers.get({"class_name": optimizer, "config": {"global_clipnorm": 0.5}})
        model.compile(chosen, loss=LOSS, **options)
        return model

    compare(
        make, (X, Y), steps=4, recordable=optimizer != "nadam"
    )  # Keras's Nadam on torch goes through NumPy


class Images(course.Model):
    """Convolution, padding, pooling of both kinds, BatchNorm."""

    def __init__(self):
        super().__init__()
        self.net = keras.Sequential(
            [
                keras.layers.Conv2D(3, 3, padding="same", activation="relu"),
                keras.layers.MaxPooling2D(),
                keras.layers.Conv2D(4, 3, strides=2, use_bias=False),
                keras.layers.BatchNormalization(),
                keras.layers.AveragePooling2D(2),
                keras.layers.Flatten(),
                keras.layers.Dense(2),
            ]
        )

    def call(self, x, training=None):
        return self.net(x, training=training)


@pytest.mark.skipif(not TORCH, reason="only on torch a pass changes the layout of images")
def test_images_whatever_the_layout():
    images = np.random.default_rng(2).normal(size=(6, 14, 14, 2)).astype("float32")
    compare(compiled(Images, optimizer="adam", loss=LOSS), (images, Y[:6]), steps=4, rtol=2e-4, atol=2e-5)


class Layouts(course.Model):
    """Keras copies images between layouts before each of these: strides with and without padding, no channels mixed."""

    def __init__(self):
        super().__init__()
        self.net = keras.Sequential(
            [
                keras.layers.Conv2D(3, 3, strides=2, padding="same", activation="relu"),
                keras.layers.DepthwiseConv2D(3, padding="same"),
                keras.layers.SeparableConv2D(4, 3, strides=2, padding="same"),
                keras.layers.Conv2DTranspose(3, 3, strides=2, padding="same"),
                keras.layers.MaxPooling2D(3, strides=2, padding="same"),
                keras.layers.Conv2D(3, 2, dilation_rate=2),
                keras.layers.Flatten(),
                keras.layers.Dense(2),
            ]
        )

    def call(self, x, training=None):
        return self.net(x, training=training)


@pytest.mark.skipif(not TORCH, reason="only on torch a pass changes the layout of images")
def test_images_are_not_copied_between_layouts():
    images = np.random.default_rng(2).normal(size=(6, 16, 16, 2)).astype("float32")
    model = compare(
        compiled(Layouts, optimizer="sgd", loss=LOSS), (images, Y[:6]), steps=4, rtol=2e-4, atol=2e-5
    )
    (graph,) = recorded(model).graphs.values()
    copied = [tuple(n.meta["val"].shape) for n in graph.module.graph.nodes if "clone" in str(n.target)]
    # what is left is a copy of each kernel: the step changes the variable that it is read from
    assert len(copied) == 5
    assert not [shape for shape in copied if shape[0] == len(images)]


class Swap(course.Model):
    """Two states change places, a third keeps yesterday's value of the first."""

    def __init__(self):
        super().__init__()
        self.a = self.add_weight(shape=(2,), initializer="zeros", trainable=False, name="a")
        self.b = self.add_weight(shape=(2,), initializer="ones", trainable=False, name="b")
        self.old = self.add_weight(shape=(2,), initializer="zeros", trainable=False, name="old")
        self.w = self.add_weight(shape=(2,), initializer="ones", name="w")

    def train_step(self, data):
        loss, gradients = course.value_and_grad(lambda: ops.sum((self.w - self.a) ** 2), [self.w])
        self.optimizer.apply(gradients, [self.w])
        a, b = ops.copy(self.a.value), ops.copy(self.b.value)
        self.old.assign(a)
        self.a.assign(b + 1.0)
        self.b.assign(a)
        return {"loss": loss}


def test_states_that_change_places():
    compare(compiled(Swap, optimizer="sgd"), (X,), steps=6)


class TwoLosses(course.Model):
    """Both gradients at the same point, then both updates: the second must not see what the first changed."""

    def __init__(self):
        super().__init__()
        self.conv = keras.layers.Conv2D(2, 3)
        self.first, self.second = keras.optimizers.SGD(0.5), keras.optimizers.SGD(0.25)

    def train_step(self, data):
        weights = self.conv.trainable_variables if self.conv.built else []
        both = []
        for power in (1, 2):
            both.append(
                course.value_and_grad(lambda p=power: ops.mean(ops.relu(self.conv(data)) ** p), weights)
            )
        self.first.apply(both[0][1], weights)
        self.second.apply(both[1][1], weights)
        return {"a": both[0][0], "b": both[1][0]}


def test_two_updates_of_the_same_kernel():
    def make(**options):
        model = TwoLosses()
        model.conv.build((None, 8, 8, 2))
        model.compile(**options)
        return model

    images = np.random.default_rng(2).normal(size=(5, 8, 8, 2)).astype("float32")
    compare(make, (images,), steps=4)


@pytest.mark.skipif(not TORCH, reason="only torch can run Python on the values of a step")
@pytest.mark.parametrize("look", [float, ops.convert_to_numpy, np.asarray, bool])
def test_a_step_that_looks_at_numbers_runs_as_written(look, monkeypatch):
    monkeypatch.setenv("COURSE_STRICT", "0")

    class Looking(Classifier):
        seen = []

        def train_step(self, data):
            logs = super().train_step(data)
            self.seen.append(look(logs["loss"]))
            return logs

    model = Looking()
    model.compile("adam", loss=LOSS)
    for _ in range(6):
        model.train_on_batch(X, Y)
    assert len(model.seen) >= 6
    assert not recorded(model).graphs
    assert recorded(model).reason


def test_a_remainder_batch_has_a_graph_of_its_own():
    model = Classifier()
    model.compile("adam", loss=LOSS)
    history = model.fit(X, Y, batch_size=16, epochs=4, verbose=0)
    assert history.history["loss"][-1] < history.history["loss"][0]
    if TORCH:
        assert len(recorded(model).graphs) == 2


@pytest.mark.skipif(not TORCH, reason="JAX and TensorFlow compile the step before its first batch")
@pytest.mark.parametrize("steps_per_execution", [1, 2])
def test_evaluate_is_captured_where_it_has_many_batches(steps_per_execution):
    """To capture a step takes longer than to evaluate a few batches as written."""
    model = Classifier()
    model.compile("adam", loss=LOSS, steps_per_execution=steps_per_execution)
    model.fit(X, Y, batch_size=8, verbose=0)
    few = model.evaluate(X[:16], Y[:16], batch_size=8, verbose=0)
    assert len(recorded(model).graphs) == (steps_per_execution > 1)
    many = model.evaluate(np.tile(X[:16], (2, 1)), np.tile(Y[:16], 2), batch_size=8, verbose=0)
    assert len(recorded(model).graphs) == 1
    np.testing.assert_allclose(many, few, rtol=1e-5)


@pytest.mark.skipif(not TORCH, reason="JAX and TensorFlow compile what the model does not own as a constant")
def test_a_tensor_of_somebody_else_is_read_anew():
    outside = keras.Variable([1.0, 2.0], trainable=False)

    class Reading(Swap):
        def train_step(self, data):
            return {**super().train_step(data), "outside": ops.sum(outside * 2.0)}

    model = Reading()
    model.compile("sgd")
    for _ in range(5):
        model.train_on_batch(X)
    outside.assign([10.0, 20.0])
    assert len(recorded(model).graphs) == 1
    assert float(model.train_on_batch(X, return_dict=True)["outside"]) == 60.0


def test_a_learning_rate_that_is_set_between_steps_is_obeyed():
    model = Classifier()
    model.compile(keras.optimizers.SGD(0.1), loss=LOSS)
    for _ in range(4):
        model.train_on_batch(X, Y)
    before = state(model)
    model.optimizer.learning_rate = 0.0
    model.train_on_batch(X, Y)
    weights = len(model.trainable_variables)
    for a, b in zip(before[:weights], state(model)[:weights], strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_faulty_step_says_what_is_wrong():
    class Faulty(Classifier):
        def train_step(self, data):
            x, y = data
            return super().train_step((ops.reshape(x, (-1, 3)), y))

    model = Faulty()
    model.compile("adam", loss=LOSS)
    with pytest.raises(Exception, match=r"shape|incompatible|dimension"):
        model.train_on_batch(X, Y)
