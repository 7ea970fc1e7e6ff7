"""Localization: one network says what the object is and where it is (§6.6)."""

import keras
import numpy as np
from keras import ops

import course
from course.training.rules.checked_data import CheckedData
from course.training.weighting import weighted_mean
from units.u02_logistic_softmax import cross_entropy
from units.u03_optimization.hyperparameters import check_size
from units.u05_convolution.boxes import convert, require_boxes
from units.u05_convolution.intersection_over_union import diou, giou, iou

LOSSES = {"giou": giou, "diou": diou, "iou": iou}


def objects(classes, boxes):
    """Targets of the models of this section: the class and the four edges of every object in one array.

    Args:
        classes: shape (batch,) or (batch, objects); −1 for no object.
        boxes: left, top, right, bottom in pixels, shape (batch, 4) or (batch, objects, 4).

    Returns:
        A float32 NumPy array, shape (batch, 5) or (batch, objects, 5).
    """
    return np.concatenate([np.asarray(classes)[..., None], np.asarray(boxes)], axis=-1).astype("float32")


@keras.saving.register_keras_serializable("medl")
class Localizer(CheckedData, course.Model):
    """A convolutional network with two heads: logits of the classes, and one box.

    C = (1/n) ∑_i [ cross-entropy of the class + λ · cost of the box ],    cost of the box: 1 − IoU of a kind, or
    the squared distance of the edges as shares of the image

    The head of the box has four outputs t; σ_Sig(t) is the box in the format ``rel_center_xywh``, so that it has a
    positive size and its centre lies in the image.

    Args:
        classes: number of classes.
        filters: of the convolutions; each of them halves height and width.
        units: of the dense layer in front of the heads.
        box_loss: ``"giou"``, ``"diou"``, ``"iou"`` or ``"squared"``.
        weight: λ.

    Shapes: images (batch, height, width, channels); targets (batch, 5) as ``objects`` makes them; the output is
    (batch, classes + 4): logits, and the box in pixels.

    Raises:
        ValueError: another loss, or targets of another shape.
    """

    def __init__(self, classes, filters=(16, 32, 64), units=64, box_loss="giou", weight=2.0, **kwargs):
        super().__init__(**kwargs)
        if box_loss not in (*LOSSES, "squared"):
            raise ValueError(f"box_loss is one of {', '.join(LOSSES)} and squared, not {box_loss!r}.")
        classes = check_size("classes", classes)
        self.settings = {"classes": classes, "filters": list(filters), "units": units}
        self.settings |= {"box_loss": box_loss, "weight": weight}
        self.classes, self.box_loss, self.weight = classes, box_loss, weight
        self.body = keras.Sequential(
            [layer for f in filters for layer in convolution(f)]
            + [keras.layers.Flatten(), keras.layers.Dense(units, activation="relu")]
        )
        self.class_head, self.box_head = keras.layers.Dense(classes), keras.layers.Dense(4)
        self.means = {name: keras.metrics.Mean(name=name) for name in ("loss", "accuracy", "iou")}

    def call(self, x, training=None):
        """Logits of the classes, then left, top, right and bottom in pixels."""
        a = self.body(x, training=training)
        t = ops.sigmoid(self.box_head(a))
        box = convert(t, "rel_center_xywh", "xyxy", *x.shape[1:3])
        return ops.concatenate([self.class_head(a), box], axis=-1)

    def check_targets(self, y):
        """Check the targets; ``fit`` and ``evaluate`` call this before the first step."""
        if y.ndim != 2 or y.shape[1] != 5:
            raise ValueError(f"Targets have shape (batch, 5), a class and a box, not {y.shape}.")
        if not np.isin(y[:, 0], range(self.classes)).all():
            raise ValueError(
                f"The classes are numbered 0, …, {self.classes - 1}: every image needs an object."
            )
        require_boxes(y[:, 1:])

    def cost(self, x, y, output, sample_weight=None):
        """Cross-entropy of the class and λ times the cost of the box, of a batch."""
        logits, box, true_box = output[:, : self.classes], output[:, self.classes :], y[:, 1:]
        if self.box_loss == "squared":
            height, width = x.shape[1:3]
            gap = convert(box - true_box, "xyxy", "rel_xyxy", height, width)
            of_box = ops.sum(gap**2, axis=-1)
        else:
            of_box = 1 - LOSSES[self.box_loss](box, true_box)
        # C = (1/n) ∑_i [ cross-entropy of the class + λ · cost of the box ]
        return weighted_mean(
            cross_entropy(ops.cast(y[:, 0], "int32"), logits) + self.weight * of_box, sample_weight
        )

    def train_step(self, data):
        """Learn from one mini-batch."""
        x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(data)

        def cost():
            output = self(x, training=True)
            return self.cost(x, y, output, sample_weight), output

        (value, output), gradients = course.value_and_grad(cost, self.trainable_variables, has_aux=True)
        self.optimizer.apply(gradients, self.trainable_variables)
        return self.report(y, output, value)

    def test_step(self, data):
        """Measure on one mini-batch."""
        x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
        output = self(x, training=False)
        return self.report(y, output, self.cost(x, y, output, sample_weight))

    def report(self, y, output, cost):
        """Add a batch to the means and return them."""
        right = ops.equal(ops.argmax(output[:, : self.classes], axis=-1), ops.cast(y[:, 0], "int32"))
        self.means["loss"].update_state(cost, sample_weight=ops.shape(y)[0])
        self.means["accuracy"].update_state(ops.cast(right, "float32"))
        self.means["iou"].update_state(iou(output[:, self.classes :], y[:, 1:]))
        return {name: mean.result() for name, mean in self.means.items()}

    def get_config(self):
        """The arguments of ``__init__``."""
        return {**super().get_config(), **self.settings}


def convolution(filters, strides=2):
    """A convolution of 3 × 3 with ``same`` padding, batch normalization and ReLU."""
    return [
        keras.layers.Conv2D(filters, 3, strides=strides, padding="same", use_bias=False),
        keras.layers.BatchNormalization(momentum=0.9),
        keras.layers.ReLU(),
    ]
