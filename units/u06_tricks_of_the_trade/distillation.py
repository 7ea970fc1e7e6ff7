"""Knowledge distillation: a small network learns from the probabilities of a large one (§2.5)."""

import keras
from keras import ops

import course
from course.training.weighting import weighted_mean
from course.validation import floats, targets
from units.u02_logistic_softmax import cross_entropy, log_softmax, softmax
from units.u04_feedforward import Classifier


def soft_cross_entropy(u, v, temperature):
    """The cross-entropy of a student's logits and a teacher's, both softened, of the size of an ordinary one.

    C_soft = −τ² ∑_k p_k log softmax(u/τ)_k,   p = softmax(v/τ)

    At τ = 1 the teacher's probabilities of the wrong classes are nearly 0 and say little. At a higher temperature
    they show which classes the teacher takes for similar. The gradient by the student's logits is

    ∂C_soft/∂u = τ (softmax(u/τ) − p)  →  (u − v)/classes  as τ → ∞, if u and v have the mean 0,

    since softmax(u/τ) ≈ (1 + u/τ)/classes. Without the factor τ² it would be smaller by τ², and the share of the soft
    targets in the sum of both costs would depend on the temperature. At a high temperature distillation is thus a
    regression on the teacher's logits.

    Args:
        u: logits of the student, shape (batch, classes).
        v: logits of the teacher, of the same shape.
        temperature: τ > 0, a number or a scalar tensor.

    Returns:
        One number for each sample, shape (batch,).

    Raises:
        ValueError: the temperature is a number that is not positive.

    References: Hinton, Vinyals and Dean, "Distilling the knowledge in a neural network" (2015).
    """
    if isinstance(temperature, (int, float)) and not temperature > 0:
        raise ValueError(f"The temperature must be positive, not {temperature!r}.")
    u = floats(u)
    v = targets(v, u, "v")
    # −τ² ∑_k p_k log softmax(u/τ)_k
    return -(temperature**2) * ops.sum(softmax(v / temperature) * log_softmax(u / temperature), axis=-1)


@keras.saving.register_keras_serializable("medl")
class Distiller(Classifier):
    """A student that is trained with labels and with the logits of a frozen teacher.

    C = (1 − χ) C_labels + χ C_soft + penalties

    Args:
        network: the student, which maps x to logits.
        teacher: a trained layer or model that maps the same x to logits. It is frozen: its ``trainable`` becomes False,
            and it is called as at inference.
        classes: number of logits.
        temperature: τ > 0.
        soft_share: χ in [0, 1]: 0 is training without a teacher, 1 training without labels.

    ``temperature`` and ``soft_share`` are variables, so that a callback can assign them without a new compilation.
    ``evaluate`` reports the cross-entropy with the labels alone.

    Shapes: x is what both networks take, y holds integers (batch,); the output is (batch, classes).

    Raises:
        ValueError: τ or χ is out of its range.

    References: Hinton, Vinyals and Dean, "Distilling the knowledge in a neural network" (2015).
    """

    def __init__(self, network, teacher, classes=10, temperature=4.0, soft_share=0.9, **kwargs):
        super().__init__(network, classes, **kwargs)
        if not 0 < temperature < float("inf"):
            raise ValueError(f"The temperature must be a number > 0, not {temperature!r}.")
        if not 0 <= soft_share <= 1:
            raise ValueError(f"soft_share must be between 0 and 1, not {soft_share!r}.")
        teacher.trainable = False
        self.teacher = teacher
        self.temperature = self._scalar("temperature", temperature)
        self.soft_share = self._scalar("soft_share", soft_share)

    def _scalar(self, name, value):
        return self.add_weight(
            shape=(), initializer=keras.initializers.Constant(value), trainable=False, name=name
        )

    def build(self, input_shape):
        """Build the student and the teacher."""
        for network in (self.network, self.teacher):
            if not network.built:
                network.build(input_shape)
        self.built = True

    def train_step(self, data):
        """Learn from one mini-batch and from what the teacher says about it."""
        x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
        v = ops.stop_gradient(self.teacher(x, training=False))

        def cost():
            u = self(x, training=True)
            soft = soft_cross_entropy(u, v, ops.convert_to_tensor(self.temperature))
            share = ops.convert_to_tensor(self.soft_share)
            # C = (1 − χ) C_labels + χ C_soft + penalties
            both = (1 - share) * cross_entropy(y, u) + share * soft
            return weighted_mean(both, sample_weight) + sum(self.losses), u

        (value, u), gradients = course.value_and_grad(cost, self.trainable_variables, has_aux=True)
        self.optimizer.apply(gradients, self.trainable_variables)
        return self.report(y, u, value)

    def get_config(self):
        """The arguments of ``__init__``."""
        return {
            **super().get_config(),
            "teacher": keras.saving.serialize_keras_object(self.teacher),
            "temperature": float(ops.convert_to_numpy(self.temperature)),
            "soft_share": float(ops.convert_to_numpy(self.soft_share)),
        }
