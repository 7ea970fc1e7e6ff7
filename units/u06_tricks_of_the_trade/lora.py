"""LoRA: a trained kernel stays as it is, and only a change of low rank is learned (§6.5)."""

import math

import keras
import numpy as np
from keras import ops

PENALTIES = (
    "kernel_regularizer",
    "bias_regularizer",
    "activity_regularizer",
    "kernel_constraint",
    "bias_constraint",
)


@keras.saving.register_keras_serializable("medl")
class LoRADense(keras.layers.Layer):
    """A dense layer whose kernel is frozen, with two small trainable factors beside it.

    output = S(x W + b + (alpha / r) (x A) B),   S the activation

    W is the trained kernel. A B has the rank r or less, so r (inputs + units) numbers are trained in place of inputs ·
    units. B starts at 0: the layer begins as the dense layer that it came from. W stays frozen even if
    ``trainable = True`` is set later. As in Keras's ``enable_lora``, the bias is trained; the paper freezes it.

    Args:
        units: length of the output.
        rank: r, at least 1.
        alpha: as in Keras, the rank if it is not given, so that the factor is 1.
        activation: of the output.
        use_bias: whether there is b.
        train_bias: whether b is trained.

    Shapes: input (batch, …, features), output (batch, …, units); W (features, units), A (features, rank),
    B (rank, units), b (units,).

    Raises:
        ValueError: the rank or alpha is not positive.

    References: Hu et al., "LoRA: low-rank adaptation of large language models" (2021).
    """

    def __init__(self, units, rank, alpha=None, activation=None, use_bias=True, train_bias=True, **kwargs):
        super().__init__(**kwargs)
        if isinstance(rank, bool) or not isinstance(rank, (int, np.integer)) or rank < 1:
            raise ValueError(f"The rank of a change is a whole number from 1 on, not {rank!r}.")
        if alpha is not None and not alpha > 0:
            raise ValueError(
                f"alpha must be positive, not {alpha!r}: it multiplies the change of the kernel."
            )
        self.units, self.rank = units, int(rank)
        self.alpha = self.rank if alpha is None else alpha
        self.activation = keras.activations.get(activation)
        self.use_bias, self.train_bias = use_bias, train_bias
        self.supports_masking = True

    @property
    def scale(self):
        """alpha / r: with it a learning rate that suits one rank roughly suits the others."""
        return self.alpha / self.rank

    def build(self, input_shape):
        """W is frozen; A starts from He's uniform distribution as in Keras, B at 0."""
        features = input_shape[-1]
        self.kernel = self.add_weight(name="kernel", shape=(features, self.units), trainable=False)
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                name="bias", shape=(self.units,), initializer="zeros", trainable=self.train_bias
            )
        self.A = self.add_weight(name="A", shape=(features, self.rank), initializer="he_uniform")
        self.B = self.add_weight(name="B", shape=(self.rank, self.units), initializer="zeros")

    def call(self, x):
        """The output; the product A B is never formed."""
        # x W + b + (alpha / r) (x A) B
        output = ops.matmul(x, self.kernel) + self.scale * ops.matmul(ops.matmul(x, self.A), self.B)
        if self.bias is not None:
            output = output + self.bias
        return self.activation(output)

    def merged_kernel(self):
        """W + (alpha / r) A B: a dense layer with this kernel computes the same."""
        return self.kernel + self.scale * ops.matmul(self.A, self.B)

    def compute_output_shape(self, input_shape):
        """(batch, …, units)."""
        return (*input_shape[:-1], self.units)

    def get_config(self):
        """The arguments of ``__init__``."""
        return {
            **super().get_config(),
            "units": self.units,
            "rank": self.rank,
            "alpha": self.alpha,
            "activation": keras.activations.serialize(self.activation),
            "use_bias": self.use_bias,
            "train_bias": self.train_bias,
        }


def with_lora(network, rank, alpha=None, train=(), train_bias=True):
    """A copy of a trained network in which every dense layer became a ``LoRADense``, and all other layers are frozen.

    Args:
        network: a built functional or sequential model.
        rank, alpha: r and alpha of each change.
        train: names of layers that are trained as usual, such as a new last layer.
        train_bias: whether the biases of the changed layers are trained.

    Returns:
        A model with the same outputs. The network itself is not changed.

    Raises:
        ValueError: ``train`` names no layer, no dense layer is left to change, or one has a regularizer or constraint.
    """
    train = (train,) if isinstance(train, str) else tuple(train)
    names = [layer.name for layer in network.layers]
    unknown = [name for name in train if name not in names]
    if unknown:
        raise ValueError(f"There is no layer {unknown[0]!r} to train; the layers are {', '.join(names)}.")

    def changed(layer):
        if type(layer) is not keras.layers.Dense or layer.name in train:
            return type(layer).from_config(layer.get_config())
        if any(getattr(layer, name) is not None for name in PENALTIES):
            raise ValueError(
                f"{layer.name} has a regularizer or a constraint, which a LoRADense does not have: remove it first."
            )
        options = {"activation": layer.activation, "use_bias": layer.use_bias, "train_bias": train_bias}
        return LoRADense(layer.units, rank, alpha, **options, name=layer.name, dtype=layer.dtype_policy)

    copy = keras.models.clone_model(network, clone_function=changed)
    if not any(isinstance(layer, LoRADense) for layer in copy.layers):
        raise ValueError("The network has no dense layer besides those in train: there is nothing to change.")
    for old, new in zip(network.layers, copy.layers, strict=True):
        if isinstance(new, LoRADense):
            new.kernel.assign(
                ops.convert_to_numpy(old.kernel)
            )  # not the array itself, which JAX's fit gives away
            if new.use_bias:
                new.bias.assign(ops.convert_to_numpy(old.bias))
        else:
            new.set_weights(old.get_weights())
            new.trainable = new.name in train
    return copy


def merged(network):
    """A copy of a network of ``with_lora`` with ordinary dense layers, for use: it costs no more than before.

    W ← W + (alpha / r) A B

    Returns:
        A model with the same outputs, all of its layers trainable.
    """

    def plain(layer):
        if not isinstance(layer, LoRADense):
            return type(layer).from_config({**layer.get_config(), "trainable": True})
        return keras.layers.Dense(
            layer.units, layer.activation, layer.use_bias, name=layer.name, dtype=layer.dtype_policy
        )

    copy = keras.models.clone_model(network, clone_function=plain)
    for old, new in zip(network.layers, copy.layers, strict=True):
        if isinstance(old, LoRADense):
            new.kernel.assign(ops.convert_to_numpy(old.merged_kernel()))
            if old.use_bias:
                new.bias.assign(ops.convert_to_numpy(old.bias))
        else:
            new.set_weights(old.get_weights())
    return copy


def trainable_count(model):
    """The number of trainable parameters of a model or a layer."""
    return sum(math.prod(variable.shape) for variable in model.trainable_variables)
