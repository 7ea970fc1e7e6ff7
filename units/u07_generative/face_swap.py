"""The construction behind deep fakes: one encoder for two people, and a decoder for each of them (§8.1)."""

import keras
from keras import layers, ops

import course
from course.training.rules.saved_parts import SavedParts
from course.training.weighting import unweighted


@keras.saving.register_keras_serializable("medl")
class FaceSwap(SavedParts, course.Model):
    """Two autoencoders that share their encoder.

    C(θ) = mean |x_a − G_a(z_a)| + mean |x_b − G_b(z_b)|,   z_a = N_a(f(x_a)),   z_b = N_b(f(x_b))

    The encoder f sees both people, and each decoder only one. So the code has to hold what differs between the images
    of one person (pose, expression, light), and a decoder adds the person. An image of person a, decoded by the
    decoder of b, shows b in the pose of a. The images are not paired.

    Nothing forces f to describe the same pose of both people by the same code. N_a and N_b give the codes of each
    person the mean 0 and the variance 1, so that the mean and the variance of the codes no longer say who it is.

    Args:
        encoder: f, a model from images to codes.
        decoder_a, decoder_b: G_a and G_b, models from codes to images.
        normalize: whether there are N_a and N_b.

    Shapes: ``fit`` takes a pair of arrays of images, (batch, height, width, channels) each.

    Example:
        >>> model = FaceSwap(*face_coders((8, 8, 1), units=16, latent=4))
        >>> model.compile(optimizer="adam")
        >>> x = course.data.load("digits").images("train")[:64]
        >>> history = model.fit((x[:32], x[32:]), epochs=2, verbose=0)
        >>> model.swap(x[:32], to="b").shape
        (32, 8, 8, 1)
    """

    parts, settings = ("encoder", "decoder_a", "decoder_b"), ("normalize",)

    def __init__(self, encoder, decoder_a, decoder_b, normalize=True, **kwargs):
        super().__init__(**kwargs)
        self.encoder, self.decoder_a, self.decoder_b = encoder, decoder_a, decoder_b
        self.normalize = normalize
        self.code_a, self.code_b = (code_layer(normalize) for _ in range(2))
        self.loss_mean = keras.metrics.Mean(name="loss")

    def call(self, pair, training=False):
        """Both reconstructions, each by its own decoder."""
        a, b = pair
        f_a, f_b = ops.split(self.encoder(ops.concatenate([a, b]), training=training), 2)
        z_a, z_b = self.code_a(f_a, training=training), self.code_b(f_b, training=training)
        return self.decoder_a(z_a, training=training), self.decoder_b(z_b, training=training)

    def cost(self, pair, training):
        """C(θ) of one mini-batch; it does not matter which image of a stands beside which of b."""
        pair = [ops.convert_to_tensor(x) for x in pair]
        return sum(ops.mean(ops.abs(x - y)) for x, y in zip(pair, self(pair, training=training), strict=True))

    def train_step(self, data):
        """Learn from one mini-batch of images of both people."""
        pair, _ = unweighted(data)
        value, gradients = course.value_and_grad(lambda: self.cost(pair, True), self.trainable_variables)
        self.optimizer.apply(gradients, self.trainable_variables)
        return self._report(value, pair)

    def test_step(self, data):
        """Measure on one mini-batch."""
        pair, _ = unweighted(data)
        return self._report(self.cost(pair, False), pair)

    def _report(self, value, pair):
        self.loss_mean.update_state(value, sample_weight=ops.shape(pair[0])[0])
        return {"loss": self.loss_mean.result()}

    def swap(self, images, to):
        """Images of one person, decoded by the decoder of the other one.

        Args:
            images: shape (batch, height, width, channels); of person a if ``to`` is ``"b"``.
            to: ``"a"`` or ``"b"``, the person whom the result shows.

        Returns:
            A NumPy array of the shape of the images.
        """
        if to not in ("a", "b"):
            raise ValueError(f'to is "a" or "b", the person whom the result shows, not {to!r}.')
        code, decoder = (self.code_b, self.decoder_a) if to == "a" else (self.code_a, self.decoder_b)
        swapped = course.compiled(lambda x: decoder(code(self.encoder(x))))
        return ops.convert_to_numpy(swapped(ops.convert_to_tensor(images, "float32")))


def code_layer(normalize):
    """Codes of mean 0 and variance 1, or the codes as they are."""
    if not normalize:
        return layers.Identity()
    return layers.BatchNormalization(momentum=0.9, center=False, scale=False)


def face_coders(image_shape, units=128, latent=16):
    """A fully connected encoder and two decoders for images in [−1, 1].

    Args:
        image_shape: (height, width, channels).
        units: width of the hidden layers.
        latent: length of the code.

    Returns:
        Three ``keras.Sequential`` models: f, G_a, G_b.
    """
    height, width, channels = image_shape

    def decoder():
        image = [layers.Dense(height * width * channels, "tanh"), layers.Reshape(image_shape)]
        return keras.Sequential([keras.Input((latent,)), layers.Dense(units, "silu"), *image])

    code = [layers.Flatten(), layers.Dense(units, "silu"), layers.Dense(latent)]
    return keras.Sequential([keras.Input(image_shape), *code]), decoder(), decoder()
