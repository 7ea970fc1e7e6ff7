"""The steps of ``course.testing.check_layer``, one method each."""

import contextlib
import inspect
import json
import re
import tempfile
from pathlib import Path

import keras
import numpy as np
from keras import ops

import course
from course import validation
from course.testing.layer_check_tools import (
    Around,
    Masked,
    copy,
    dtype,
    forgotten,
    has_float64,
    is_keras_own,
    number,
    vary,
)
from course.testing.programs import one_program


class Case:
    """A layer under check: how it is made and called, and one method for each step."""

    def __init__(self, make, init_kwargs, shape, call_kwargs, dtype, rtol, atol):
        self.new = lambda: make(**init_kwargs)
        self.shape, self.call_kwargs, self.dtype = shape, call_kwargs, dtype
        self.tolerances = {"rtol": rtol, "atol": atol}
        self.x = self.inputs(shape[0], seed=0)
        layer = self.new()
        self.name = type(layer).__name__
        assert isinstance(layer, keras.Layer), f"make() returned {self.name}, which is no keras.Layer"
        assert self.new() is not layer, f"{self.name}: make() returned the same layer twice"

    @contextlib.contextmanager
    def step(self, name):
        """Name the step in the message of any error."""
        try:
            yield
        except Exception as problem:
            kind = "" if isinstance(problem, AssertionError) else f"{type(problem).__name__}: "
            raise AssertionError(f"{self.name}, {name}: {kind}{problem}") from problem

    def close(self, got, expected, message, **tolerances):
        """Assert that two tensors are close."""
        options = {**self.tolerances, **tolerances, "err_msg": message}
        np.testing.assert_allclose(number(got), number(expected), **options)

    def inputs(self, batch, seed):
        """Inputs for a batch of any size."""
        rng, shape = np.random.default_rng(seed), (batch, *self.shape[1:])
        floats = keras.backend.is_float_dtype(self.dtype)
        return (rng.normal(size=shape) if floats else rng.integers(5, size=shape)).astype(self.dtype)

    def tensor(self):
        """The inputs as a tensor."""
        return validation.tensor(self.x)

    def call(self, layer, x, training=False):
        """Call a layer, in a phase if its call has one."""
        takes = "training" in inspect.signature(layer.call).parameters
        return layer(x, **({"training": training} if takes else {}), **self.call_kwargs)

    def built(self):
        """A new layer with changed weights, built by a symbolic call."""
        layer = self.new()
        self.call(layer, keras.KerasTensor(self.shape, self.dtype))
        vary(layer)
        return layer

    def gradient_by_input(self, layer):
        """A function of the input: its gradient for the sum of squares, and the output in training."""

        def cost(x):
            y = self.call(layer, x, True)
            return ops.sum(ops.square(ops.cast(y, "float32"))), y

        def function(x):
            if not keras.backend.is_float_dtype(self.dtype):
                return None, self.call(layer, x, True)
            (_, y), (g,) = course.value_and_grad(cost, [x], has_aux=True)
            return g, y

        return function

    def eager(self, random_in_training, expected_shape):
        """Finite in every phase; random in training or not at all. Returns the output at inference."""
        layer = self.new()
        self.call(layer, self.x)
        vary(layer)
        outputs = {mode: self.call(layer, self.x, mode) for mode in (True, False, None)}
        for mode, y in outputs.items():
            assert np.isfinite(number(y)).all(), f"with training={mode} the output is not finite"
        self.close(outputs[None], number(self.call(layer, self.x, False)), "training=None against False")
        shape = tuple(outputs[False].shape)
        if expected_shape is not None:
            assert shape == tuple(expected_shape), f"shape {shape}, expected {tuple(expected_shape)}"
        first, second = (number(self.call(layer, self.x, True)) for _ in range(2))
        if random_in_training:
            assert not np.array_equal(first, second), "two calls with training=True are equal, not random"
        else:
            self.close(second, first, "two calls with training=True")
        return self.call(layer, self.x, False)

    def build(self):
        """Weights are created once, from values or from shapes, and have names."""
        layer = self.new()
        self.call(layer, self.x)
        before = [id(w) for w in layer.weights]
        self.call(layer, self.x, True)
        assert before == [id(w) for w in layer.weights], "the weights of the second call are not the first's"
        nameless = [w.path for w in layer.weights if re.fullmatch(r"variable(_\d+)?", w.name)]
        assert not nameless, f"weights without a name: {nameless}"
        again = self.new()
        self.call(again, keras.KerasTensor((None, *self.shape[1:]), self.dtype))
        made = [[(w.name, tuple(w.shape), w.dtype) for w in one.weights] for one in (layer, again)]
        assert made[0] == made[1], f"weights made by values: {made[0]}, by shapes: {made[1]}"
        paths = [w.path for w in layer.weights]
        assert len(set(paths)) == len(paths), f"two weights have one name: {paths}"

    def symbolic(self, expected):
        """A symbolic call gives the shape and dtype of a call on values."""
        for batch in (None, self.shape[0]):
            y = self.call(self.new(), keras.KerasTensor((batch, *self.shape[1:]), self.dtype))
            shape = tuple(expected.shape)
            shape = (batch, *shape[1:]) if shape[:1] == self.shape[:1] else shape
            assert tuple(y.shape) == shape, f"promises shape {tuple(y.shape)}, computes {shape}"
            assert y.dtype == dtype(expected), f"promises {y.dtype}, computes {dtype(expected)}"
        layer = self.built()
        if type(layer).compute_output_shape is not keras.Layer.compute_output_shape:
            shape = layer.compute_output_shape(self.shape)
            assert tuple(shape) == tuple(expected.shape), (
                f"compute_output_shape says {tuple(shape)}, the output has {tuple(expected.shape)}"
            )

    def batch_sizes(self, same):
        """Any number of samples; at inference each sample is independent."""
        layer, batch = self.built(), self.shape[0]
        called = one_program(lambda x: self.call(layer, x))
        full = number(called(self.tensor()))
        for size in (1, batch - 1, batch + 3):
            y = number(called(validation.tensor(self.inputs(size, seed=0))))
            per_sample = full.shape[:1] == (batch,)
            assert not per_sample or y.shape == (size, *full.shape[1:]), f"batch {size} gives shape {y.shape}"
            if same and per_sample and size < batch:
                alone = number(called(validation.tensor(self.x[:size])))
                self.close(alone, full[:size], f"{size} samples alone against the same within {batch}")

    def gradient(self):
        """The gradient with respect to the input has its shape and is finite."""
        layer = self.built()
        if not keras.backend.is_float_dtype(self.dtype):
            return
        self.is_gradient(one_program(self.gradient_by_input(layer))(self.tensor())[0])

    def is_gradient(self, g):
        """Assert that a gradient by the input has its shape and is finite."""
        assert tuple(g.shape) == self.shape, f"by the input it has shape {tuple(g.shape)}"
        assert np.isfinite(number(g)).all(), "by the input it is not finite"

    def compiled(self):
        """``predict`` gives the eager output; two steps of ``fit`` move every trainable weight."""
        layer = self.built()
        model = Around(layer, lambda x, training: self.call(layer, x, training))
        y = number(self.call(layer, self.x))
        model.compile(keras.optimizers.SGD(0.1), loss="mse")
        self.close(model.predict(self.x, batch_size=self.shape[0], verbose=0), y, "predict against eager")
        before = [number(w) for w in layer.trainable_weights]
        target = np.random.default_rng(1).normal(size=y.shape).astype("float32")
        history = model.fit(self.x, target, batch_size=self.shape[0], epochs=2, shuffle=False, verbose=0)
        assert np.isfinite(history.history["loss"]).all(), f"the loss is {history.history['loss']}"
        for w, old in zip(layer.trainable_weights, before, strict=True):
            assert np.isfinite(number(w)).all(), f"{w.path} is not finite after two steps"
            assert not np.array_equal(number(w), old), f"{w.path} does not move in training"

    def config(self):
        """A copy made from the config is equal in its arguments, outputs and random draws."""
        layer = self.built()
        config = layer.get_config()
        json.dumps(keras.saving.serialize_keras_object(layer))
        missing = forgotten(layer, config)
        assert not missing, f"get_config lacks the arguments {', '.join(missing)}"
        clone = type(layer).from_config(json.loads(json.dumps(config)))
        fresh = self.new().get_config()
        remade = type(layer).from_config(dict(fresh)).get_config()
        assert json.dumps(remade) == json.dumps(fresh), f"from_config made {remade} of {fresh}"
        self.call(clone, self.x)
        copy(layer, clone)
        self.close(self.call(clone, self.x), self.call(layer, self.x), "the copy's output")
        copy(layer, clone)
        both = [number(self.call(one, self.x, True)) for one in (clone, layer)]
        self.close(*both, "the copy's output in training")

    def saving(self):
        """A saved model is loaded with equal outputs; the class is registered under medl."""
        layer = self.built()
        registered = keras.saving.get_registered_name(type(layer))
        if not is_keras_own(layer):
            assert registered.startswith("medl"), f"is registered as {registered}, not under medl"
        inputs = keras.Input(self.shape[1:], dtype=self.dtype)
        model = keras.Model(inputs, layer(inputs, **self.call_kwargs))
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model.keras"
            model.save(path)
            loaded = keras.saving.load_model(path)
        self.close(loaded(self.x, training=False), number(model(self.x, training=False)), "the loaded model")
        assert len(loaded.weights) == len(model.weights), "the loaded model has other weights"

    def policy(self, name):
        """The layer computes, stores and returns in the dtypes of the policy, with values close to float32's."""
        policy, before = keras.dtype_policies.get(name), keras.config.dtype_policy()
        if name == "float64" and not has_float64():
            return
        reference = self.built()
        expected = self.call(reference, self.x)
        keras.config.set_dtype_policy(policy)
        try:
            layer = self.built()
            copy(reference, layer)
            in_training = self.gradient_by_input(layer)
            y, (g, trained) = one_program(lambda x: (self.call(layer, x), in_training(x)))(self.tensor())
        finally:
            keras.config.set_dtype_policy(before)
        assert layer.dtype_policy.name == name, f"the layer's own policy is {layer.dtype_policy.name}"
        for w in layer.weights:
            if keras.backend.is_float_dtype(w.dtype):
                assert w.dtype == policy.variable_dtype, f"{w.path} is {w.dtype}, not {policy.variable_dtype}"
        assert np.isfinite(number(trained)).all(), "the output in training is not finite"
        if g is not None:
            self.is_gradient(g)
        if keras.backend.is_float_dtype(dtype(expected)):
            for one in (trained, y):
                assert dtype(one) == policy.compute_dtype, (
                    f"the output is {dtype(one)}, not {policy.compute_dtype}"
                )
            rounded = policy.compute_dtype in ("float16", "bfloat16")
            error = {"rtol": 0.05, "atol": 0.05 * abs(number(expected)).max()} if rounded else {}
            self.close(y, expected, "against float32 with the same weights", **error)

    def mask(self, consumed):
        """Masked values do not matter; the mask is propagated or consumed."""
        assert len(self.shape) > 1, "a mask needs an input of shape (batch, seq, …)"
        mask = np.arange(self.shape[1]) < np.arange(1, self.shape[0] + 1)[:, None].clip(1, self.shape[1] - 1)
        other = np.where(
            mask.reshape(mask.shape + (1,) * (self.x.ndim - 2)), self.x, self.inputs(len(self.x), 7)
        )
        for training in (False, True):
            layers, outputs, promised = [self.built() for _ in range(2)], [], None
            copy(*layers)
            assert layers[0].supports_masking, "supports_masking is not set"
            for layer, x in zip(layers, (self.x, other), strict=True):
                y = self.call(layer, Masked(mask)(x), training)
                promised = getattr(y, "_keras_mask", None)
                outputs.append(number(y))
            if consumed:
                assert promised is None, "the mask goes on, and was to be consumed"
            else:
                assert promised is not None, "the mask is lost"
                assert np.array_equal(number(promised), mask), "the mask that goes on is another one"
                outputs = [y[mask] for y in outputs]
            self.close(*outputs, f"with training={training}, outputs for different masked values")
            for a, b in zip(layers[0].weights, layers[1].weights, strict=True):
                self.close(a, number(b), f"{a.path} after calls with different masked values")
