"""Tools of ``check_layer``: a model around a layer, an input with a mask, changed weights."""

import inspect
import warnings

import keras
import numpy as np
from keras import ops

import course
from course import validation


class Around(course.Model):
    """The layer times a weight of the model's own, so that a layer without weights can be trained too."""

    def __init__(self, layer, forward):
        super().__init__()
        self.layer, self._forward_layer = layer, forward
        self.scale = self.add_weight(shape=(), initializer="ones", name="scale")

    def call(self, x, training=False):
        """The layer's output as float32, times the scale."""
        return ops.cast(self._forward_layer(x, training), "float32") * self.scale


class Masked(keras.Layer):
    """Its input unchanged, with a mask."""

    def __init__(self, mask):
        super().__init__(dtype="float32", autocast=False)
        self.mask = mask
        self.supports_masking = True

    def call(self, x):
        """x."""
        return x

    def compute_mask(self, inputs, previous_mask=None):
        """The mask of ``__init__``."""
        return ops.convert_to_tensor(self.mask)


def dtype(tensor):
    """The name of a tensor's dtype."""
    return keras.backend.standardize_dtype(tensor.dtype)


def number(tensor):
    """A tensor as a NumPy array; bfloat16, which NumPy lacks, as float32."""
    tensor = validation.tensor(tensor)
    # a copy: torch would share the memory, and the stored values would change with the weight
    return np.array(
        ops.convert_to_numpy(ops.cast(tensor, "float32") if dtype(tensor) == "bfloat16" else tensor)
    )


def vary(layer):
    """Change every weight a little, so that zeros, ones and initial moving statistics hide no mistake."""
    rng = np.random.default_rng(2)
    for w in layer.weights:
        if keras.backend.is_float_dtype(w.dtype):
            w.assign(number(w) + rng.uniform(0, 0.2, size=w.shape).astype("float32"))


def copy(source, target):
    """Give a layer the weights and the random states of another."""
    for v, w in zip(source.variables, target.variables, strict=True):
        w.assign(number(v))


def forgotten(layer, config):
    """The arguments of the layer's class that its config lacks, unless the layer shows that it has their default."""
    if is_keras_own(layer):
        return []
    parameters = list(inspect.signature(type(layer).__init__).parameters.values())[1:]
    named = {p.name: p.default for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)}
    unseen = object()
    return [n for n, default in named.items() if n not in config and getattr(layer, n, unseen) != default]


def is_keras_own(layer):
    """Whether the class is one of Keras's."""
    return type(layer).__module__.startswith("keras.")


def has_float64():
    """Whether float64 stays float64; by default JAX has no float64."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return dtype(ops.zeros((), "float64")) == "float64"
