"""One step through Keras's own loops: fit, evaluate, predict, callbacks, every kind of input."""

import importlib.util

import keras
import numpy as np
import pytest
from keras import ops

import course
from tests.models import Classifier, Noisy, PenaltyGAN, Targeted, TinyVAE

RNG = np.random.default_rng(0)
X = RNG.normal(size=(64, 4)).astype("float32")
Y = (X[:, 0] > 0).astype("int32") + (X[:, 1] > 0).astype("int32")
LOSS = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
needs_tensorflow = pytest.mark.skipif(
    importlib.util.find_spec("tensorflow") is None, reason="TensorFlow: not installed"
)
needs_torch = pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="torch: not installed")


def classifier(**options):
    model = Classifier()
    model.compile("adam", loss=LOSS, metrics=["accuracy"], **options)
    return model


def weights(model):
    return [ops.convert_to_numpy(v) for v in model.variables]


def copy_weights(source, target):
    for a, b in zip(source.variables, target.variables, strict=True):
        b.assign(ops.convert_to_numpy(a))


def test_the_default_step_is_keras_own_step():
    """The step written once gives what ``keras.Model.fit`` gives: losses, metrics, weights."""

    class Plain(keras.Model):
        def __init__(self):
            super().__init__()
            inner = Classifier()
            self.hidden, self.logits = inner.hidden, inner.logits

        def call(self, x):
            return self.logits(self.hidden(x))

    ours, keras_own = Classifier(), Plain()
    for model in (ours, keras_own):
        model(X[:2])
        model.compile(keras.optimizers.Adam(1e-2), loss=LOSS, metrics=["accuracy"])
    copy_weights(ours, keras_own)
    options = dict(epochs=3, batch_size=16, shuffle=False, verbose=0, validation_data=(X[:20], Y[:20]))
    options["class_weight"] = {0: 1.0, 1: 2.0, 2: 0.5}
    a, b = ours.fit(X, Y, **options).history, keras_own.fit(X, Y, **options).history
    assert a.keys() == b.keys()
    for key in a:
        np.testing.assert_allclose(a[key], b[key], rtol=1e-5, err_msg=key)
    for v, w in zip(weights(ours), weights(keras_own), strict=True):
        np.testing.assert_allclose(v, w, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(
        ours.predict(X, verbose=0), keras_own.predict(X, verbose=0), rtol=1e-4, atol=1e-5
    )
    np.testing.assert_allclose(ours.evaluate(X, Y, verbose=0), keras_own.evaluate(X, Y, verbose=0), rtol=1e-4)


@pytest.mark.parametrize("eagerly", [False, True])
@pytest.mark.parametrize("how", ["predict", "predict_on_batch"])
def test_the_first_prediction_gives_the_weights_their_numbers(how, eagerly):
    """A variable whose number is not made yet draws it anew at every read."""
    model = classifier(run_eagerly=eagerly)
    outputs = model.predict(X, verbose=0) if how == "predict" else model.predict_on_batch(X)
    assert model.weights
    assert all(v._value is not None for v in model.weights)
    np.testing.assert_allclose(
        model.predict(X, verbose=0), ops.convert_to_numpy(outputs), rtol=1e-4, atol=1e-6
    )
    np.testing.assert_allclose(
        ops.convert_to_numpy(model(X)), ops.convert_to_numpy(outputs), rtol=1e-4, atol=1e-6
    )


def test_steps_per_execution_changes_nothing_but_speed():
    """Some steps, and more than there are."""
    results = []
    for steps in (1, 3, 50):
        keras.utils.set_random_seed(1)
        model = classifier(steps_per_execution=steps)
        model.fit(X, Y, batch_size=10, epochs=2, shuffle=False, verbose=0)  # 7 batches, the last one short
        assert model.predict(X, batch_size=10, verbose=0).shape == (64, 3)
        results.append([model.evaluate(X, Y, batch_size=10, verbose=0)[0], *weights(model)])
    for result in results[1:]:
        for a, b in zip(result, results[0], strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


def test_eager_and_compiled_agree():
    results = []
    for options in ({}, {"run_eagerly": True}, {"jit_compile": False}):
        keras.utils.set_random_seed(1)
        model = TinyVAE()
        model.compile(**options)
        history = model.fit(X[:32], batch_size=16, shuffle=False, verbose=0).history
        results.append((history["loss"], *weights(model)))
    for result in results[1:]:
        for a, b in zip(result, results[0], strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # what torch.compile says of itself while it traces
def test_compiling_by_choice_changes_no_number():
    """``jit_compile=True``: XLA on TensorFlow, Inductor on torch (a minute, and it needs a C++ compiler)."""
    results = []
    for compiled in (True, False):
        keras.utils.set_random_seed(1)
        model = classifier(jit_compile=compiled)
        model.fit(X, Y, batch_size=32, epochs=3, shuffle=False, verbose=0)
        results.append(weights(model))
    for a, b in zip(*results, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


def test_a_gan_needs_no_build_and_no_arguments_and_repeats_its_numbers():
    runs = []
    for _ in range(2):
        keras.utils.set_random_seed(3)
        model = PenaltyGAN()
        model.compile()
        history = model.fit(X[:, :2], batch_size=16, epochs=2, verbose=0).history
        runs.append((history, weights(model)))
    assert runs[0][0] == runs[1][0]
    for a, b in zip(runs[0][1], runs[1][1], strict=True):
        np.testing.assert_array_equal(a, b)
    assert set(history) == {"critic_loss", "generator_loss"}
    assert [int(o.iterations) for o in model.optimizers] == [8, 8]
    assert len(model.optimizer.variables) == sum(len(o.variables) for o in model.optimizers)
    assert model.generator.layers[1].moving_mean.numpy().any()  # BatchNorm moved, inside the loss


def test_targets_follow_and_counters_count():
    model = Targeted()
    model.compile("sgd")
    model.fit(X, X[:, 0], batch_size=16, epochs=1, verbose=0)
    assert float(model.steps) == 4
    assert len(model.trainable_variables) == 4
    for slow, fast in zip(model.target.variables, model.online.variables, strict=True):
        assert not np.allclose(slow.numpy(), fast.numpy())


def test_a_custom_metric_and_test_step():
    model = Noisy()
    model.compile(keras.optimizers.Adam(2e-2))
    history = model.fit(X, Y, validation_data=(X, Y), epochs=20, verbose=0).history
    assert set(history) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    assert history["val_accuracy"][-1] > 0.75
    again = model.evaluate(X, Y, verbose=0, return_dict=True)
    assert again["loss"] == pytest.approx(history["val_loss"][-1], rel=1e-4)


def test_a_plain_loss_is_reported_as_it_is():
    """Keras would print the untouched metric of compile(), 0.0, for a key named "loss"."""
    model = TinyVAE()
    model.compile()
    assert model.fit(X, epochs=1, verbose=0).history["loss"][0] > 0.1


def inputs(kind):
    if kind == "generator":

        def batches():
            while True:
                for i in range(0, 64, 16):
                    yield X[i : i + 16], Y[i : i + 16]

        return (batches(),)
    if kind == "tf.data":
        tf = importlib.import_module("tensorflow")
        return (tf.data.Dataset.from_tensor_slices((X, Y)).batch(16),)
    if kind == "DataLoader":
        torch = importlib.import_module("torch")
        pairs = torch.utils.data.TensorDataset(torch.from_numpy(X), torch.from_numpy(Y))
        return (torch.utils.data.DataLoader(pairs, batch_size=16),)

    class Batches(keras.utils.PyDataset):
        def __len__(self):
            return 4

        def __getitem__(self, i):
            return X[16 * i : 16 * i + 16], Y[16 * i : 16 * i + 16]

    return (Batches(),)


@pytest.fixture(scope="module")
def trained_on():
    """Function of data: the weights after two epochs of BatchNorm and dropout, from the same ones each time."""
    keras.utils.set_random_seed(1)
    model = Noisy()
    model.compile("sgd")
    model.prepare((X[:16], Y[:16]))
    new = weights(model)

    def run(*data, **options):
        for variable, value in zip(model.variables, new, strict=True):
            variable.assign(value)
        model.fit(*data, epochs=2, shuffle=False, verbose=0, **options)
        return weights(model)

    return run


@pytest.fixture(scope="module")
def on_arrays(trained_on):
    return trained_on(X, Y, batch_size=16)


@pytest.mark.parametrize(
    "kind",
    [
        "generator",
        "PyDataset",
        pytest.param("tf.data", marks=needs_tensorflow),
        pytest.param("DataLoader", marks=needs_torch),
    ],
)
def test_every_kind_of_input_gives_the_same_weights(kind, trained_on, on_arrays):
    found = trained_on(*inputs(kind), steps_per_epoch=4 if kind == "generator" else None)
    for a, b in zip(found, on_arrays, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


def test_sample_weights_and_validation_split():
    model = classifier()
    history = model.fit(
        X, Y, sample_weight=np.linspace(0, 1, 64), validation_split=0.25, epochs=1, verbose=0
    ).history
    assert {"loss", "val_loss", "accuracy", "val_accuracy"} <= set(history)


def test_callbacks(tmp_path):
    model = PenaltyGAN()
    model.compile()
    seen = []
    callbacks = [
        keras.callbacks.EarlyStopping("critic_loss", mode="min", patience=50),
        keras.callbacks.ReduceLROnPlateau(
            "critic_loss", mode="max", min_delta=1e9, factor=0.5, patience=1, min_lr=0
        ),
        keras.callbacks.ModelCheckpoint(tmp_path / "gan.keras", monitor="critic_loss", mode="min"),
        keras.callbacks.LambdaCallback(
            on_epoch_end=lambda epoch, logs: seen.append([float(o.learning_rate) for o in model.optimizers])
        ),
    ]
    if (
        importlib.util.find_spec("tensorboard") is not None
        and importlib.util.find_spec("tensorflow") is not None
    ):
        callbacks.append(keras.callbacks.TensorBoard(tmp_path / "logs"))
    model.fit(X[:, :2], epochs=4, batch_size=16, verbose=0, callbacks=callbacks)
    assert (tmp_path / "gan.keras").exists()
    first, last = np.array(seen[0]), np.array(seen[-1])
    assert (last < first).all()
    np.testing.assert_allclose(last / first, (last / first)[0])  # every optimizer by the same factor


def test_early_stopping_stops():
    model = classifier()
    stop = keras.callbacks.EarlyStopping("loss", min_delta=1e9, patience=1)
    assert len(model.fit(X, Y, epochs=10, verbose=0, callbacks=[stop]).epoch) == 2


def test_train_and_test_on_batch():
    model = Noisy()
    model.compile("sgd")
    a = model.train_on_batch(X, Y, return_dict=True)
    assert set(a) == {"loss", "accuracy"}
    assert model.test_on_batch(X, Y, return_dict=True)["loss"] > 0


def test_a_step_sees_the_same_data_from_every_loop():
    seen = []

    class Look(course.Model):
        def __init__(self):
            super().__init__()
            self.w = self.add_weight(shape=(4,), name="w")

        def train_step(self, data):
            seen.append(len(data) if isinstance(data, tuple) else "x")
            x = data[0] if isinstance(data, tuple) else data
            value, gradients = course.value_and_grad(
                lambda: ops.mean(ops.matmul(x, self.w[:, None])), [self.w]
            )
            self.optimizer.apply(gradients, [self.w])
            return {"loss": value}

    for arguments, expected in (((X,), "x"), ((X, Y), 2)):
        for loop in ("fit", "train_on_batch"):
            model = Look()
            model.compile("sgd")
            seen.clear()
            getattr(model, loop)(*arguments, **({"verbose": 0, "batch_size": 64} if loop == "fit" else {}))
            assert set(seen) == {expected}, loop


def test_hessian_products_inside_a_compiled_step():
    """Newton's step on a quadratic, by its Hessian-vector product, in one fit step: lands on the minimum."""

    class Newton(course.Model):
        def __init__(self):
            super().__init__()
            self.w = self.add_weight(shape=(2,), initializer="ones", name="w")

        def train_step(self, data):
            def loss():
                return ops.sum(
                    ops.convert_to_tensor([2.0, 5.0]) * (self.w - ops.convert_to_tensor([1.0, -3.0])) ** 2
                )

            value, (gradient,) = course.value_and_grad(loss, [self.w])
            columns = [course.hvp(loss, [self.w], [row])[0] for row in np.eye(2, dtype="float32")]
            self.w.assign(self.w - ops.matmul(ops.inv(ops.stack(columns)), gradient[:, None])[:, 0])
            return {"loss": value}

    model = Newton()
    model.compile()
    model.fit(X, batch_size=64, epochs=1, verbose=0)
    np.testing.assert_allclose(model.w.numpy(), [1, -3], atol=1e-5)


def test_the_history_of_an_interrupted_run_holds_the_epochs_that_ended():
    class Stops(course.Model):
        calls = 0

        def train_step(self, data):
            self.calls += 1
            if self.calls == 7:  # after two epochs of three steps
                raise KeyboardInterrupt
            return {"loss": ops.sum(data)}

    data = np.arange(6, dtype="float32")[:, None]
    model = Stops()
    model.compile(run_eagerly=True)
    model.prepare(data[:2])
    model.calls = 0
    with pytest.raises(KeyboardInterrupt):
        model.fit(data, batch_size=2, epochs=3, shuffle=False, verbose=0)
    assert model.history.history == {"loss": [9.0, 9.0]}
    assert all(type(x) is float for x in model.history.history["loss"])


def test_a_callback_may_evaluate_and_predict_between_batches():
    data = np.random.default_rng(0).normal(size=(12, 2)).astype("float32")

    class Line(course.Model):
        def __init__(self):
            super().__init__()
            self.dense = keras.layers.Dense(1, kernel_initializer="ones")

        def call(self, x):
            return self.dense(x)

    model = Line()
    model.compile(keras.optimizers.SGD(0.1), loss="mse")
    seen = []

    def look(batch, logs):
        # By its own name, not as `callback.model`, which Keras would prepare for that.
        residual = data.sum(1, keepdims=True) + 1 - model.predict(data, verbose=0)
        error = model.evaluate(data, data.sum(1, keepdims=True) + 1, batch_size=12, verbose=0)
        seen.append((error, float((residual**2).mean())))

    model.fit(
        data, data.sum(1, keepdims=True) + 1, batch_size=4, verbose=0,
        callbacks=[keras.callbacks.LambdaCallback(on_train_batch_end=look)],
    )  # fmt: skip
    errors, recomputed = np.transpose(seen)
    assert len(errors) == 3
    np.testing.assert_allclose(errors, recomputed, rtol=1e-5)
    assert errors[0] > errors[1] > errors[2]
