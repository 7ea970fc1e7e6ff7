"""Adversarial training: learn from the worst inputs nearby (epilogue of the book)."""

import keras
from keras import ops

import course
from course.validation import array
from units.u04_feedforward import Classifier
from units.u10_past_present_future.adversarial_attack import check_range, pgd


@keras.saving.register_keras_serializable("medl")
class AdversarialClassifier(Classifier):
    """A classifier that is trained on attacked inputs.

    min_θ (1/n) ∑_i  max_{‖x̃_i − x_i‖_∞ ≤ ε}  C_i(θ; x̃_i)

    The inner maximum is replaced by a few steps of PGD on the network as it is now. By Danskin's theorem its gradient
    by θ is that of C at the maximizer, so x̃ is held fixed in the outer step.

    Args:
        network: maps x to logits.
        classes: number of logits.
        radius: ε ≥ 0.
        steps: steps of PGD for each mini-batch.
        low, high: the range of an input.
        seed: of the random starts.

    Shapes: as ``Classifier``.

    Raises:
        ValueError: a negative radius, fewer than one step, low ≥ high, or training inputs outside [low, high].

    References: Madry et al. (2018).
    """

    def __init__(self, network=None, classes=10, radius=0.1, steps=5, low=0.0, high=1.0, seed=0, **kwargs):
        super().__init__(network, classes, **kwargs)
        if not radius >= 0 or steps < 1:
            raise ValueError(f"radius must be at least 0 and steps at least 1, not {radius} and {steps}.")
        if not low < high:
            raise ValueError(f"low must be below high, but low is {low} and high is {high}.")
        self.radius, self.steps, self.low, self.high, self.seed = radius, steps, low, high, seed
        self.random = keras.random.SeedGenerator(seed)

    def fit(self, x=None, *args, **kwargs):
        """As Keras's ``fit``, after a look at the range of x: the attack clips its inputs to [low, high]."""
        self._look_at_range(x)
        return super().fit(x, *args, **kwargs)

    def train_on_batch(self, x, *args, **kwargs):
        """As Keras's ``train_on_batch``, after a look at the range of x."""
        self._look_at_range(x)
        return super().train_on_batch(x, *args, **kwargs)

    def _look_at_range(self, x):
        if hasattr(x, "shape"):
            check_range(array(x), self.low, self.high)

    def train_step(self, data):
        """Attack the mini-batch, then learn from it."""
        x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
        # x̃ ≈ argmax C(θ; x̃) in the region
        attacked = pgd(self, x, y, self.radius, self.steps, None, self.low, self.high, self.random)
        attacked = ops.stop_gradient(attacked)

        def cost():
            z = self(attacked, training=True)
            return self.cost(y, z, sample_weight), z

        (value, z), gradients = course.value_and_grad(cost, self.trainable_variables, has_aux=True)
        self.optimizer.apply(gradients, self.trainable_variables)
        return self.report(y, z, value)

    def get_config(self):
        """The arguments of ``__init__``."""
        names = ("radius", "steps", "low", "high", "seed")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}
