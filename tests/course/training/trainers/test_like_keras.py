"""A ``course.Model`` without a step of its own trains, evaluates and predicts as a ``keras.Model`` does."""

import keras
import numpy as np
import pytest
from keras import layers, ops

import course

BACKEND = keras.backend.backend()
RNG = np.random.default_rng(3)
X, Y = RNG.normal(size=(14, 4)).astype("float32"), RNG.normal(size=(14, 1)).astype("float32")


class Line:
    """A dense layer; mixed with ``course.Model`` or ``keras.Model``."""

    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(1, name="used")

    def call(self, x):
        return self.dense(x)


class OurLine(Line, course.Model):
    pass


class KerasLine(Line, keras.Model):
    pass


class Idle(OurLine):
    """One layer whose output does not reach the loss."""

    def __init__(self):
        super().__init__()
        self.idle = layers.Dense(1, name="idle")

    def build(self, shape):
        self.dense.build(shape)
        self.idle.build(shape)


class Wordless(OurLine):
    """``compute_loss`` as it was written before Keras 3.3: without ``training``."""

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None):
        return 2.0 * super().compute_loss(x, y, y_pred, sample_weight)


class Penalty(layers.Layer):
    """Adds the mean square of what passes."""

    def call(self, x):
        self.add_loss(ops.mean(x**2))
        return x


class Penalized:
    """The only losses are those that are added, in a layer and in the model."""

    def __init__(self):
        super().__init__()
        self.dense, self.penalty = layers.Dense(2), Penalty()

    def call(self, x):
        y = self.penalty(self.dense(x))
        self.add_loss(ops.mean(ops.abs(y)))
        return y


class OurPenalized(Penalized, course.Model):
    pass


class KerasPenalized(Penalized, keras.Model):
    pass


class Counting(course.Model):
    """How often Python ran each step."""

    def __init__(self, runs):
        super().__init__()
        self.dense = layers.Dense(1)
        self.runs = _Held(runs)

    def call(self, x):
        return self.dense(x)

    def train_step(self, data):
        self.runs.value["train"] += 1
        return super().train_step(data)

    def test_step(self, data):
        self.runs.value["test"] += 1
        return super().test_step(data)

    def predict_step(self, data):
        self.runs.value["predict"] += 1
        return super().predict_step(data)


class _Held:
    """A value that Keras does not wrap."""

    def __init__(self, value):
        self.value = value


class Starts(keras.callbacks.Callback):
    """The first step of each execution."""

    def __init__(self):
        super().__init__()
        self.seen = {"train": [], "test": [], "predict": []}

    def on_train_batch_begin(self, batch, logs=None):
        self.seen["train"].append(batch)

    def on_test_batch_begin(self, batch, logs=None):
        self.seen["test"].append(batch)

    def on_predict_batch_begin(self, batch, logs=None):
        self.seen["predict"].append(batch)


def pair(ours, theirs, **options):
    """One model of each class, with equal weights and compiled alike."""
    models = ours(), theirs()
    for model in models:
        model(X)
        model.compile(**options)
    models[1].set_weights(models[0].get_weights())
    return models


def agree(models, *args, **options):
    """Both have the same history, evaluation, outputs and weights."""
    histories = [model.fit(*args, shuffle=False, verbose=0, **options).history for model in models]
    assert histories[0].keys() == histories[1].keys()
    for name, values in histories[0].items():
        np.testing.assert_allclose(values, histories[1][name], rtol=1e-4, err_msg=name)
    evaluations = [model.evaluate(*args, verbose=0, return_dict=True) for model in models]
    assert evaluations[0] == pytest.approx(evaluations[1], rel=1e-4)
    np.testing.assert_allclose(*(model.predict(X, verbose=0) for model in models), rtol=1e-4, atol=1e-6)
    for a, b in zip(*(model.get_weights() for model in models), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("eagerly", [False, True])
def test_the_default_step_trains_as_keras_does(eagerly):
    models = pair(OurLine, KerasLine, optimizer="adam", loss="mse", metrics=["mae"], run_eagerly=eagerly)
    agree(models, X, Y, epochs=2, batch_size=5, sample_weight=np.linspace(0.5, 2.0, len(X)))


@pytest.mark.parametrize("eagerly", [False, True])
def test_added_losses_are_enough(eagerly):
    models = pair(OurPenalized, KerasPenalized, optimizer="sgd")
    # Keras's own eager step on JAX counts a loss twice now and then (3 of 40 runs): it recognizes the losses of an
    # earlier call by their ids, which new arrays get again. So both are compared with Keras's compiled step.
    models[0].run_eagerly = eagerly
    agree(models, X, epochs=2, batch_size=7)


def test_added_losses_are_enough_for_a_model_that_is_not_built():
    model = OurPenalized()
    model.compile("sgd")
    losses = model.fit(X, epochs=5, verbose=0).history["loss"]
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] > 0


@pytest.mark.parametrize("eagerly", [False, True])
@pytest.mark.parametrize("kind", ["frozen", "weightless"])
def test_a_model_with_nothing_to_train_is_evaluated_with_a_warning(kind, eagerly):
    class Doubled(course.Model):
        def call(self, x):
            return 2 * x[:, :1]

    model = OurLine() if kind == "frozen" else Doubled()
    model.trainable = False
    model.compile("sgd", loss="mse", run_eagerly=eagerly)
    with pytest.warns(UserWarning, match="no variable is trainable, nothing is trained"):
        history = model.fit(X, Y, epochs=2, batch_size=7, verbose=0).history
    assert history["loss"] == pytest.approx([model.evaluate(X, Y, verbose=0)] * 2, rel=1e-5)


@pytest.mark.parametrize("eagerly", [False, True])
def test_weights_that_the_loss_does_not_reach_stay_with_a_warning(eagerly):
    model = Idle()
    model.compile("adam", loss="mse", run_eagerly=eagerly)
    model.prepare((X, Y))
    before = [ops.convert_to_numpy(layer.kernel) for layer in (model.dense, model.idle)]
    with pytest.warns(UserWarning, match=r"the loss does not depend on .*idle/kernel"):
        model.fit(X, Y, epochs=2, verbose=0)
    after = [ops.convert_to_numpy(layer.kernel) for layer in (model.dense, model.idle)]
    assert abs(after[0] - before[0]).min() > 0
    np.testing.assert_array_equal(after[1], before[1])
    with pytest.raises(ValueError, match=r"does not depend on .*idle/kernel"):
        course.value_and_grad(lambda: ops.mean(model(X)), model.trainable_variables)
    with pytest.raises(ValueError, match="there are no variables"):
        course.value_and_grad(lambda: ops.mean(model(X)), [])


def test_compute_loss_may_have_no_argument_training():
    model = Wordless()
    model.compile("sgd", loss="mse")
    before = model.evaluate(X, Y, verbose=0)
    assert before == pytest.approx(2 * float(np.mean((model.predict(X, verbose=0) - Y) ** 2)), rel=1e-4)
    assert model.fit(X, Y, batch_size=len(X), verbose=0).history["loss"] == pytest.approx([before], rel=1e-4)


def test_executions_of_several_steps_are_counted_without_training():
    model, starts = OurLine(), Starts()
    model.compile(loss="mse", steps_per_execution=3)
    outputs = model.predict(X, batch_size=2, callbacks=[starts], verbose=0)
    np.testing.assert_allclose(outputs, model.predict(X, batch_size=5, verbose=0), rtol=1e-5)
    model.evaluate(X, Y, batch_size=2, callbacks=[starts], verbose=0)
    assert starts.seen == {"train": [], "test": [0, 3, 6], "predict": [0, 3, 6]}


@pytest.mark.fast_paths
def test_executions_of_several_steps_run_python_for_compiling_alone():
    runs = dict.fromkeys(("train", "test", "predict"), 0)
    model = Counting(runs)
    model.compile("adam", loss="mse", steps_per_execution=7)
    model.prepare((X, Y))
    built = runs["train"]  # runs without numbers, which build what the step uses
    model.fit(X, Y, batch_size=1, epochs=2, verbose=0)
    model.evaluate(X, Y, batch_size=1, verbose=0)
    assert runs["train"] == built + 1
    assert runs["test"] <= 2
    if BACKEND != "tensorflow":  # where Keras's predict compiles a group step by step
        model.predict(X, batch_size=1, verbose=0)
        assert runs["predict"] <= 2


@pytest.mark.skipif(BACKEND == "torch", reason="Keras has no sparse tensors on torch")
@pytest.mark.parametrize("eagerly", [False, True])
def test_sparse_inputs_train_as_dense_ones_and_stay_sparse(eagerly, monkeypatch):
    sparse = pytest.importorskip("scipy.sparse")
    kinds, ours, dense = set(), OurLine(), OurLine()
    x = np.where(RNG.random(size=X.shape) < 0.4, X, 0)
    for model in (ours, dense):
        model.compile(keras.optimizers.Adagrad(), loss="mse", run_eagerly=eagerly)
        model.prepare((x, Y))
    dense.set_weights(ours.get_weights())
    apply = ours.optimizer.apply

    def noted(grads, trainable_variables=None):
        kinds.update(type(g).__name__ for g in grads)
        return apply(grads, trainable_variables)

    monkeypatch.setitem(vars(ours.optimizer), "apply", noted)
    losses = [
        model.fit(data, Y, epochs=3, shuffle=False, batch_size=14, verbose=0).history["loss"]
        for model, data in ((ours, sparse.csr_matrix(x)), (dense, x))
    ]
    np.testing.assert_allclose(*losses, rtol=1e-4)
    np.testing.assert_allclose(ours.get_weights()[0], dense.get_weights()[0], rtol=1e-4, atol=1e-6)
    assert ("IndexedSlices" in kinds) == (BACKEND == "tensorflow")


@pytest.mark.skipif(BACKEND != "tensorflow", reason="only TensorFlow has ragged tensors")
def test_ragged_inputs_stay_ragged():
    import tensorflow as tf

    class Means(course.Model):
        def __init__(self):
            super().__init__()
            self.slope = self.add_weight(shape=(), initializer="zeros", name="slope")

        def call(self, x):
            return x * 2.0

    x = tf.ragged.constant([[1.0], [2.0, 3.0], [4.0]])
    model = Means()
    model.compile("sgd", loss=lambda y, y_pred: 0.0)
    with pytest.warns(UserWarning, match="does not depend on"):
        model.fit(x, x, verbose=0)
    outputs = model.predict(x, verbose=0)
    assert isinstance(outputs, tf.RaggedTensor)
    assert outputs.to_list() == [[2.0], [4.0, 6.0], [8.0]]
