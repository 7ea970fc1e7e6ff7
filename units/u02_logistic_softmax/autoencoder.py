"""Autoencoders: encode the features in a few numbers and reconstruct them; the shallow one (§3.5)."""

import operator

import keras
from keras import ops

import course
from course.training.weighting import weighted_mean


class ReconstructionModel(course.Model):
    """The training step of an autoencoder, whatever networks encode and decode.

    a = f(x),   x̂ = h(a),   C(θ) = (1/n) ∑_i ‖x_i − x̂_i‖² / p

    A subclass sets ``encoder`` and ``decoder``. p is the number of entries of a sample: features, or pixels.
    """

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.loss_mean = keras.metrics.Mean(name="loss")

    def encode(self, x, training=False):
        """The code a = f(x)."""
        # a = f(x)
        return self.encoder(x, training=training)

    def decode(self, a, training=False):
        """The reconstruction x̂ = h(a)."""
        # x̂ = h(a)
        return self.decoder(a, training=training)

    def call(self, x, training=False):
        """The reconstruction of x."""
        return self.decode(self.encode(x, training), training)

    def cost(self, x, sample_weight=None, training=False):
        """C(θ) on a batch; in training a subclass may do something else than at inference."""
        return weighted_mean(squared_error(x, self(x, training=training)), sample_weight)

    def fit(self, x=None, y=None, *args, **kwargs):
        """Keras's ``fit``. With ``sample_weight`` the input is passed as target, since Keras weights targets only."""
        return super().fit(x, _own_target(x, y, kwargs), *args, **kwargs)

    def evaluate(self, x=None, y=None, *args, **kwargs):
        """Keras's ``evaluate``, with the same rule for ``sample_weight``."""
        return super().evaluate(x, _own_target(x, y, kwargs), *args, **kwargs)

    def train_step(self, data):
        """Learn from one mini-batch; the target is the input itself."""
        x, _, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
        value, gradients = course.value_and_grad(
            lambda: self.cost(x, sample_weight, training=True), self.trainable_variables
        )
        self.optimizer.apply(gradients, self.trainable_variables)
        return self.report(x, value)

    def test_step(self, data):
        """Measure on one mini-batch."""
        x, _, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
        return self.report(x, self.cost(x, sample_weight))

    def report(self, x, cost):
        """Add a batch to the mean cost, weighted by its size; return the mean."""
        self.loss_mean.update_state(cost, sample_weight=ops.shape(x)[0])
        return {"loss": self.loss_mean.result()}


@keras.saving.register_keras_serializable("medl")
class ShallowAutoencoder(ReconstructionModel):
    """One layer encodes, one layer decodes; the training minimizes the reconstruction error and needs no labels.

    a = S₁(W₁ x + b₁),   x̂ = S₂(W₂ a + b₂),   C(θ) = (1/n) ∑_i ‖x_i − x̂_i‖² / p

    The decoder limits how small the cost can become:

    - S₂ linear: every x̂ lies in the plane b₂ + span(W₂) of dimension q. No such plane is nearer to the data than that
      of PCA, so no choice of S₁ beats PCA, and with S₁ linear too the best W₂ spans PCA's subspace.
    - S₂ nonlinear (the sigmoid): the x̂ fill a curved surface of dimension q, which may lie nearer than any plane.

    Args:
        features: p.
        latent: q, the length of the code a.
        encoder: S₁, a Keras activation.
        decoder: S₂, a Keras activation; ``"sigmoid"`` suits features in [0, 1].

    Shapes: x and x̂ are (batch, features), a is (batch, latent).

    Example:
        >>> model = ShallowAutoencoder(features=64, latent=2, decoder="sigmoid")
        >>> model.compile(optimizer="adam")
        >>> x = course.data.load("digits").features("train")[:64]
        >>> history = model.fit(x, epochs=2, verbose=0)
        >>> tuple(model.encode(x).shape)
        (64, 2)

    References: §3.5; Bourlard and Kamp, "Auto-association by multilayer perceptrons and singular value
    decomposition", Biological Cybernetics 59 (1988).
    """

    def __init__(self, features, latent, encoder="linear", decoder="linear", **kwargs):
        super().__init__(**kwargs)
        self.features, self.latent = features, latent = operator.index(features), operator.index(latent)
        self.encoder = keras.layers.Dense(latent, activation=encoder)
        self.decoder = keras.layers.Dense(features, activation=decoder)
        self.encoder.build((None, features))
        self.decoder.build((None, latent))

    def get_config(self):
        """The arguments of ``__init__``, for saving."""
        activation = keras.activations.serialize
        return {
            **super().get_config(),
            "features": self.features,
            "latent": self.latent,
            "encoder": activation(self.encoder.activation),
            "decoder": activation(self.decoder.activation),
        }


def squared_error(x, x_hat):
    """‖x_i − x̂_i‖² / p for every sample, shape (batch,)."""
    squares = ops.square(ops.subtract(x, x_hat))
    # ‖x_i − x̂_i‖² / p
    return ops.mean(squares, axis=tuple(range(1, len(squares.shape))))


def _own_target(x, y, options):
    return x if y is None and options.get("sample_weight") is not None else y
