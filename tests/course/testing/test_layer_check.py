"""check_layer lets sound layers pass and names the step at which each broken one breaks its promise."""

import keras
import numpy as np
import pytest
from keras import layers, ops

from course.testing import check_layer

register = keras.saving.register_keras_serializable("medl-tests")


@register
class Affine(keras.Layer):
    """A sound layer: z = x W + b, with every promise kept. The broken ones differ in one method."""

    def __init__(self, units=3, noise=0.0, **kwargs):
        super().__init__(**kwargs)
        self.units, self.noise = units, noise
        self.supports_masking = True
        self.seeds = keras.random.SeedGenerator(1)

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units), name="kernel")
        self.bias = self.add_weight(shape=(self.units,), name="bias", initializer="zeros")

    def call(self, x, training=False):
        z = ops.matmul(x, self.kernel) + self.bias
        if training and self.noise:
            z = z + self.noise * keras.random.normal(ops.shape(z), dtype=z.dtype, seed=self.seeds)
        return z

    def get_config(self):
        return {**super().get_config(), "units": self.units, "noise": self.noise}


@register
class WeightInCall(Affine):
    def call(self, x, training=False):
        if not hasattr(self, "late"):
            self.late = self.add_weight(shape=(), name="late", initializer="ones")
        return super().call(x, training) * self.late


@register
class NoName(Affine):
    def build(self, input_shape):
        super().build(input_shape)
        self.shift = keras.Variable(ops.zeros((3,)))

    def call(self, x, training=False):
        return super().call(x, training) + ops.cast(self.shift, self.compute_dtype)


@register
class ForgetsAnArgument(Affine):
    def get_config(self):
        config = super().get_config()
        del config["noise"]
        return config


@register
class WritesTheWrongValue(Affine):
    def get_config(self):
        return {**super().get_config(), "units": 5}


@register
class PromisesAnotherShape(Affine):
    def compute_output_shape(self, input_shape):
        return input_shape


@register
class PromisesAnotherType(Affine):
    def compute_output_spec(self, x, training=False):
        return keras.KerasTensor((*x.shape[:-1], self.units), "int32")


@register
class AlwaysFloat32(Affine):
    def call(self, x, training=False):
        return ops.cast(super().call(x, training), "float32")


@register
class WeightsOfItsOwnType(Affine):
    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units), name="kernel", dtype="float32")
        self.bias = self.add_weight(shape=(self.units,), name="bias", dtype=self.compute_dtype)


@register
class LosesTheMask(Affine):
    def compute_mask(self, inputs, previous_mask=None):
        return None


@register
class IgnoresTheMask(Affine):
    def call(self, x, training=False, mask=None):
        return super().call(x - ops.mean(x, axis=1, keepdims=True), training)


@register
class BatchStatistics(Affine):
    def call(self, x, training=False):
        return super().call(x - ops.mean(x, axis=0, keepdims=True), training)


@register
class Frozen(Affine):
    def call(self, x, training=False):
        return ops.matmul(x, ops.stop_gradient(ops.convert_to_tensor(self.kernel))) + self.bias


@register
class NotFiniteSlope(Affine):
    def call(self, x, training=False):
        return super().call(x, training) + ops.sqrt(0 * x[..., :1])


@register
class FixedBatch(Affine):
    def call(self, x, training=False):
        return ops.reshape(super().call(x, training), (4, 5, self.units))


@register
class ValuesOnly(Affine):
    def call(self, x, training=False):
        return super().call(np.asarray(x), training)


@register
class RandomAtInference(Affine):
    def call(self, x, training=False):
        return super().call(x, training=True)


@register
class LeavesStateBehind(Affine):
    """Saved weights come back, and then are overwritten by what the build makes."""

    def load_own_variables(self, store):
        self.kernel.assign(ops.zeros_like(self.kernel))


class Unregistered(Affine):
    pass


BROKEN = [
    (WeightInCall, {}, "eager call: "),
    (NoName, {}, "build: weights without a name"),
    (ForgetsAnArgument, {"init_kwargs": {"noise": 0.5}, "random_in_training": True}, "config: .*noise"),
    (WritesTheWrongValue, {}, "config: "),
    (PromisesAnotherShape, {"init_kwargs": {"units": 2}}, "symbolic call: promises shape"),
    (PromisesAnotherType, {}, "symbolic call: promises int32"),
    (AlwaysFloat32, {}, "dtype policy float16: the output is float32"),
    (WeightsOfItsOwnType, {}, "dtype policy float16: "),
    (LosesTheMask, {"supports_mask": True}, "mask: the mask is lost"),
    (Affine, {"supports_mask": "consumes"}, "mask: the mask goes on"),
    (IgnoresTheMask, {"supports_mask": True}, "mask: (.|\n)*different masked values"),
    (BatchStatistics, {}, "other batch sizes: (.|\n)*samples alone"),
    (Frozen, {}, "compiled step: .*kernel"),
    (NotFiniteSlope, {}, "gradient: by the input it is not finite"),
    (FixedBatch, {}, "(build|other batch sizes|symbolic call): "),
    (ValuesOnly, {}, "(build|symbolic call|gradient): "),
    (Affine, {"random_in_training": True}, "eager call: .*are equal, not random"),
    (Affine, {"init_kwargs": {"noise": 0.5}}, "eager call: (.|\n)*two calls with training=True"),
    (RandomAtInference, {"init_kwargs": {"noise": 0.5}, "random_in_training": True}, "eager call: "),
    (Affine, {"expected_output_shape": (4, 5, 4)}, "eager call: shape"),
    (LeavesStateBehind, {}, "save and load: "),
    (Unregistered, {}, "save and load: is registered as Unregistered"),
]


@pytest.mark.parametrize(
    ("make", "options"),
    [
        (Affine, {"supports_mask": True, "expected_output_shape": (4, 5, 3)}),
        (Affine, {"init_kwargs": {"noise": 0.5}, "random_in_training": True}),
        (layers.BatchNormalization, {"supports_mask": "propagates"}),
        (layers.GlobalAveragePooling1D, {"supports_mask": "consumes", "expected_output_shape": (4, 3)}),
        (lambda: layers.Embedding(6, 4), {"input_dtype": "int32", "expected_output_shape": (4, 5, 3, 4)}),
    ],
)
def test_sound_layers_pass(make, options):
    check_layer(make, (4, 5, 3), **options)


@pytest.mark.parametrize(("make", "options", "message"), BROKEN, ids=lambda v: getattr(v, "__name__", None))
def test_broken_layers_are_caught_at_the_step_that_is_broken(make, options, message):
    with pytest.raises(AssertionError, match=rf"\A{make.__name__}, {message}"):
        check_layer(make, (4, 5, 3), **options)


def test_what_make_returns_is_looked_at():
    one = Affine()
    with pytest.raises(AssertionError, match="same layer twice"):
        check_layer(lambda: one, (4, 3))
    with pytest.raises(AssertionError, match="is no keras"):
        check_layer(dict, (4, 3))
    with pytest.raises(ValueError, match="supports_mask"):
        check_layer(Affine, (4, 3), supports_mask="perhaps")


def test_the_global_policy_is_put_back():
    with pytest.raises(AssertionError):
        check_layer(AlwaysFloat32, (4, 5, 3))
    assert keras.config.dtype_policy().name == "float32"
