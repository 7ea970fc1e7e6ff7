"""The feed-forward part of a transformer block: the same small network at every place (§7.5)."""

import keras


@keras.saving.register_keras_serializable("medl", name="TransformerFeedForward")  # unit 4 has the other
class FeedForward(keras.layers.Layer):
    """Two dense layers, applied to each place of the sequence alone.

    output_t = S(x_t W_1 + b_1) W_2 + b_2

    Attention moves information between places; this layer computes at each place, with most of a block's weights.

    Args:
        d_inner: width between the two layers, often 4 · d_model.
        activation: S, a name or a Keras activation; "relu" in the first transformer, "gelu" in GPT and BERT.
        use_bias: whether b_1 and b_2 are added.

    Shapes: x (batch, seq, d_model), output (batch, seq, d_model).

    Raises:
        ValueError: d_inner is not positive.
    """

    def __init__(self, d_inner, activation="relu", use_bias=True, **kwargs):
        super().__init__(**kwargs)
        if d_inner < 1:
            raise ValueError(f"d_inner must be positive, not {d_inner}.")
        self.d_inner, self.use_bias = d_inner, use_bias
        self.activation = keras.activations.get(activation)

    def build(self, input_shape):
        """Create the two dense layers."""
        d_model, options = input_shape[-1], {"use_bias": self.use_bias, "dtype": self.dtype_policy}
        self.inner = keras.layers.Dense(self.d_inner, self.activation, name="inner", **options)
        self.outer = keras.layers.Dense(d_model, name="outer", **options)
        self.inner.build(input_shape)
        self.outer.build((*input_shape[:-1], self.d_inner))

    def call(self, x):
        """S(x_t W_1 + b_1) W_2 + b_2 at each place t."""
        return self.outer(self.inner(x))

    def get_config(self):
        """The arguments of ``__init__``."""
        options = {"d_inner": self.d_inner, "use_bias": self.use_bias}
        return {
            **super().get_config(),
            **options,
            "activation": keras.activations.serialize(self.activation),
        }
