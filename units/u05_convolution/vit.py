"""ViT: a transformer whose words are patches of an image, for contrast (§6)."""

import keras
from keras import layers, ops

from units.u03_optimization.hyperparameters import check_size


@keras.saving.register_keras_serializable("medl")
class ClassAndPositions(keras.layers.Layer):
    """Put a learned class token before the patches and add a learned vector to every position.

    Shapes: input (batch, seq, d_model), output (batch, seq + 1, d_model).
    """

    def build(self, input_shape):
        """The token starts at 0, the vectors of the positions from N(0, 0.02²)."""
        _, seq, d_model = input_shape
        self.token = self.add_weight(name="token", shape=(1, 1, d_model), initializer="zeros")
        normal = keras.initializers.RandomNormal(stddev=0.02)
        self.positions = self.add_weight(name="positions", shape=(1, seq + 1, d_model), initializer=normal)

    def call(self, x):
        """[token, x] + positions."""
        token = ops.broadcast_to(self.token, (ops.shape(x)[0], 1, x.shape[-1]))
        return ops.concatenate([token, x], axis=1) + self.positions

    def compute_output_shape(self, input_shape):
        """One position more."""
        batch, seq, d_model = input_shape
        return batch, seq + 1, d_model


def vit(
    input_shape=(224, 224, 3),
    classes=1000,
    width=1.0,
    patch=16,
    d_model=768,
    heads=12,
    repeats=12,
    dropout=0.0,
):
    """Patches, blocks of attention and two dense layers, the logits from the class token.

    x ← x + attention(norm(x)),   x ← x + W₂ GELU(W₁ norm(x)),   W₁ to four times the length

    Nothing but the patches knows that two pixels are neighbours: the positions are learned. With the default arguments
    this is ViT-B/16, 86,567,656 parameters.

    Args:
        input_shape: (height, width, channels); height and width are multiples of the patch.
        classes: number of logits.
        width: multiplies d_model; the result is a multiple of the heads.
        patch: height and width of a patch.
        d_model: length of the vector of a patch.
        heads: of the attention.
        repeats: number of blocks.
        dropout: rate before each sum.

    Returns:
        A functional ``keras.Model``.

    Raises:
        ValueError: the image is not made of whole patches.

    References: Dosovitskiy et al., "An image is worth 16 × 16 words" (2021), table 1.
    """
    if width <= 0:
        raise ValueError(f"width multiplies d_model and must be positive, not {width!r}.")
    if input_shape[0] % patch or input_shape[1] % patch:
        raise ValueError(f"An image of {input_shape[:2]} is not made of patches of {patch} × {patch}.")
    d_model = heads * max(1, round(width * d_model / heads))
    x = image = keras.Input(input_shape)
    x = layers.Conv2D(d_model, patch, strides=patch)(x)
    x = layers.Reshape((-1, d_model))(x)
    x = ClassAndPositions()(x)
    for _ in range(repeats):
        # x ← x + attention(norm(x))
        h = layers.LayerNormalization(epsilon=1e-6)(x)
        h = layers.MultiHeadAttention(heads, d_model // heads)(h, h)
        x = layers.Add()([x, layers.Dropout(dropout)(h)])
        # x ← x + W₂ GELU(W₁ norm(x))
        h = layers.LayerNormalization(epsilon=1e-6)(x)
        h = layers.Dense(4 * d_model, activation="gelu")(h)
        x = layers.Add()([x, layers.Dropout(dropout)(layers.Dense(d_model)(h))])
    x = layers.LayerNormalization(epsilon=1e-6)(x)
    return keras.Model(image, layers.Dense(check_size("classes", classes))(x[:, 0]), name="vit")
