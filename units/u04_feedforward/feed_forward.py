"""The feedforward network of this unit's experiments: affine, normalization, activation, dropout, repeated (§5.1)."""

from numbers import Real

import keras

from units.u03_optimization.hyperparameters import check_sizes
from units.u04_feedforward.classifier import Classifier
from units.u04_feedforward.dense import Dense

NORMALIZATIONS = {"batch": keras.layers.BatchNormalization, "layer": keras.layers.LayerNormalization}


@keras.saving.register_keras_serializable("medl")
class FeedForward(Classifier):
    """A classifier of L fully connected layers that returns logits.

    a^[0] = x,   z^[l] = W^[l] a^[l−1] + b^[l],   a^[l] = S(z^[l]) for l < L,   logits z^[L]

    With ``normalization`` z^[l] is normalized before S, with ``dropout`` entries of a^[l] are set to 0 after it. If one
    of these arguments is a layer, every hidden layer gets its own copy of it.

    Args:
        widths: lengths of a^[1], …, a^[L−1]; an empty list gives softmax regression.
        activation: S: a name that Keras knows, a function (registered, if the model is to be saved), or a layer such
            as ``PReLU()``.
        classes: length of z^[L].
        dropout: a rate, or a layer.
        normalization: None, ``"batch"``, ``"layer"``, or a layer.
        initializer: of every W^[l]: a name, or a Keras initializer without a seed (with one, layers of the same shape
            would start equal).
        regularizer, constraint: of every W^[l], as in ``Dense``; the penalties are part of the cost.

    Shapes: x is (batch, features), y holds integers (batch,) or (batch, 1), the output is (batch, classes). ``fit``
    takes ``sample_weight`` and ``class_weight``; as in Keras they weight the loss and not the accuracy.

    Example:
    >>> model = FeedForward([64, 64], "relu", classes=10, dropout=0.2)
    >>> model.compile(optimizer="adam")
    >>> d = course.data.load("digits")
    >>> x, y = d.features("train")[:64], d.labels("train")[:64]
    >>> history = model.fit(x, y, batch_size=32, epochs=2, verbose=0)
    """

    def __init__(
        self,
        widths,
        activation="relu",
        classes=10,
        dropout=0.0,
        normalization=None,
        initializer="glorot_uniform",
        regularizer=None,
        constraint=None,
        **kwargs,
    ):
        super().__init__(classes=classes, **kwargs)
        classes = self.classes
        widths = check_sizes("widths", widths)
        # Stored as plain data: Keras would track a layer in an attribute as a layer of the model.
        self._settings = keras.saving.serialize_keras_object(
            {
                "widths": widths,
                "activation": activation,
                "classes": classes,
                "dropout": float(dropout) if isinstance(dropout, Real) else dropout,
                "normalization": normalization,
                "initializer": initializer,
                "regularizer": regularizer,
                "constraint": constraint,
            }
        )
        weights = {"regularizer": regularizer, "constraint": constraint}
        self.affines = [
            Dense(width, initializer=_copy(initializer), **weights) for width in (*widths, classes)
        ]
        self.normalizations = [_normalization(normalization) for _ in widths]
        self.activations = [_activation(activation) for _ in widths]
        self.dropouts = [_dropout(dropout) for _ in widths]

    def call(self, x, training=None):
        """The logits z^[L]."""
        return self.trace(x, training)[-1][0]

    def trace(self, x, training=False):
        """Every layer's ``(z, a)``: z^[l] as it enters S, and a^[l] as it leaves; the last a is z^[L] itself."""
        a, layers = x, []
        for affine, *rest in zip(
            self.affines, self.normalizations, self.activations, self.dropouts, strict=False
        ):
            normalize, activate, dropout = rest
            # z^[l] = W^[l] a^[l−1] + b^[l]
            z = affine(a)
            z = z if normalize is None else normalize(z, training=training)
            # a^[l] = S(z^[l])
            a = activate(z)
            a = a if dropout is None else dropout(a, training=training)
            layers.append((z, a))
        z = self.affines[-1](a)
        return [*layers, (z, z)]

    def get_config(self):
        """The arguments of ``__init__``."""
        return {**keras.Model.get_config(self), **self._settings}


def _copy(pattern):
    """A fresh layer or initializer with the settings of ``pattern``; names and functions as they are."""
    if not hasattr(pattern, "get_config"):
        return pattern
    return type(pattern).from_config({k: v for k, v in pattern.get_config().items() if k != "name"})


def _normalization(pattern):
    if pattern is None or isinstance(pattern, keras.layers.Layer):
        return _copy(pattern)
    if pattern not in NORMALIZATIONS:
        raise ValueError(
            f"normalization is None, one of {sorted(NORMALIZATIONS)} or a layer, not {pattern!r}."
        )
    return NORMALIZATIONS[pattern]()


def _activation(pattern):
    return _copy(pattern) if isinstance(pattern, keras.layers.Layer) else keras.layers.Activation(pattern)


def _dropout(pattern):
    if isinstance(pattern, keras.layers.Layer):
        return _copy(pattern)
    if isinstance(pattern, bool) or not isinstance(pattern, Real) or not 0 <= pattern < 1:
        raise ValueError(f"dropout is a rate in [0, 1) or a layer, not {pattern!r}.")
    return keras.layers.Dropout(float(pattern)) if pattern else None
