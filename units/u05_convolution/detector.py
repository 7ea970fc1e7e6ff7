"""Detection in YOLO's manner: every cell of a grid says whether an object has its centre there (§6.6)."""

import keras
import numpy as np
from keras import ops

import course
from course.training.rules.checked_data import CheckedData
from course.training.weighting import weighted_mean
from units.u05_convolution.boxes import convert, require_boxes
from units.u05_convolution.intersection_over_union import giou, iou
from units.u05_convolution.localizer import convolution
from units.u05_convolution.non_maximum_suppression import suppress

STRIDE = 8  # pixels between the centres of neighbouring cells: three convolutions of stride 2


@keras.saving.register_keras_serializable("medl")
class Detector(CheckedData, course.Model):
    """A convolutional network whose last layer makes one prediction for each anchor in each cell of a grid.

    A prediction is (t_o, t_x, t_y, t_w, t_h, logits of the classes). For an anchor of width p_w and height p_h in the
    cell of column c_x and row c_y

        centre 8 (c_x + σ_Sig(t_x), c_y + σ_Sig(t_y)),  size (p_w exp(t_w), p_h exp(t_h)),  score σ_Sig(t_o) · P(class)

    An object belongs to the cell that contains its centre, and there to the anchor whose form is most like its own; if
    its centre lies outside of the image, to the nearest cell.

        C = C_object + λ C_box + C_class

    C_object is the sum of the binary cross-entropies of all predictions, divided by the number of objects; C_box is
    the mean of 1 − GIoU and C_class the mean cross-entropy, both over the predictions to which an object belongs.

    Args:
        classes: number of classes.
        anchors: (p_w, p_h) in pixels for each anchor.
        filters: of the three convolutions that halve height and width, and of those after them, which do not.
        weight: λ.

    Shapes: images (batch, height, width, channels), height and width multiples of 8; targets (batch, objects, 5) as
    ``objects`` makes them; the output is (batch, predictions, 5 + classes), row by row, cell by cell.

    Raises:
        ValueError: images of another size, targets of another shape.

    References: Redmon and Farhadi, "YOLO9000" (2017).
    """

    def __init__(
        self, classes, anchors=((12, 12), (20, 20)), filters=(16, 32, 64, 64, 64), weight=2.0, **kwargs
    ):
        super().__init__(**kwargs)
        if len(filters) < 3:
            raise ValueError(f"A detector has at least three convolutions, not {len(filters)}.")
        self.settings = {"classes": classes, "anchors": [list(a) for a in anchors], "filters": list(filters)}
        self.settings |= {"weight": weight}
        self.classes, self.weight = classes, weight
        self.anchors = np.array(anchors, "float32").reshape(-1, 2)
        strides = [2, 2, 2] + [1] * (len(filters) - 3)
        self.body = keras.Sequential(
            [layer for f, s in zip(filters, strides, strict=True) for layer in convolution(f, s)]
        )
        self.head = keras.layers.Conv2D(len(self.anchors) * (5 + classes), 1)
        self.means = {name: keras.metrics.Mean(name=name) for name in ("loss", "object", "box", "class")}

    def call(self, x, training=None):
        """The raw predictions (t_o, t_x, t_y, t_w, t_h, logits), shape (batch, predictions, 5 + classes)."""
        height, width = x.shape[1:3]
        if height % STRIDE or width % STRIDE:
            raise ValueError(f"Height and width must be multiples of {STRIDE}, not {height} and {width}.")
        z = self.head(self.body(x, training=training))
        return ops.reshape(
            z, (-1, height // STRIDE * (width // STRIDE) * len(self.anchors), 5 + self.classes)
        )

    def boxes(self, z, height, width):
        """The boxes of raw predictions in pixels, shape (batch, predictions, 4)."""
        rows, columns = np.mgrid[: height // STRIDE, : width // STRIDE].astype("float32")
        corner = np.repeat(np.stack([columns, rows], axis=-1).reshape(-1, 2), len(self.anchors), axis=0)
        return _boxes(z, corner, np.tile(self.anchors, (len(corner) // len(self.anchors), 1)))

    def places(self, y, height, width):
        """To which prediction each object belongs, int32 (batch, objects)."""
        centre_x, centre_y = (y[..., 1] + y[..., 3]) / 2, (y[..., 2] + y[..., 4]) / 2
        column = ops.clip(ops.floor(centre_x / STRIDE), 0, width // STRIDE - 1)
        row = ops.clip(ops.floor(centre_y / STRIDE), 0, height // STRIDE - 1)
        # the IoU of object and anchor, both with the centre at the origin
        half = ops.stack([y[..., 3] - y[..., 1], y[..., 4] - y[..., 2]], axis=-1)[..., None, :] / 2
        anchors = ops.convert_to_tensor(self.anchors) / 2
        overlap = iou(ops.concatenate([-half, half], axis=-1), ops.concatenate([-anchors, anchors], axis=-1))
        cell = ops.cast(row * (width // STRIDE) + column, "int32")
        return cell * len(self.anchors) + ops.cast(ops.argmax(overlap, axis=-1), "int32")

    def costs(self, x, y, z):
        """C_object, C_box and C_class of every image, each of shape (batch,)."""
        height, width = x.shape[1:3]
        there = ops.cast(y[..., 0] >= 0, z.dtype)
        place = ops.where(y[..., 0] >= 0, self.places(y, height, width), 0)
        number = ops.maximum(ops.sum(there, axis=-1), 1)
        # an object at its prediction: (batch, objects, predictions)
        at = ops.one_hot(place, z.shape[1], dtype=z.dtype) * there[..., None]
        target = ops.max(at, axis=1)
        t_o = z[..., 0]
        # binary cross-entropy: −y log σ_Sig(t_o) − (1 − y) log(1 − σ_Sig(t_o)) = log(1 + exp(t_o)) − y t_o
        of_object = ops.sum(ops.softplus(t_o) - target * t_o, axis=-1) / number
        own = ops.take_along_axis(z, place[..., None], axis=1)
        box = ops.take_along_axis(self.boxes(z, height, width), place[..., None], axis=1)
        of_box = ops.sum(there * (1 - giou(box, y[..., 1:])), axis=-1) / number
        k = ops.cast(ops.maximum(y[..., 0], 0), "int32")
        log_p = ops.log_softmax(own[..., 5:], axis=-1)
        of_class = (
            -ops.sum(there * ops.take_along_axis(log_p, k[..., None], axis=-1)[..., 0], axis=-1) / number
        )
        return of_object, of_box, of_class

    def check_targets(self, y):
        """Check the targets; ``fit`` and ``evaluate`` call this before the first step."""
        if y.ndim != 3 or y.shape[2] != 5:
            raise ValueError(
                f"Targets have shape (batch, objects, 5), a class and a box each, not {y.shape}."
            )
        if not np.isin(y[..., 0], range(-1, self.classes)).all():
            raise ValueError(f"The classes are numbered 0, …, {self.classes - 1}, and −1 is no object.")
        require_boxes(y[y[..., 0] >= 0][:, 1:])

    def train_step(self, data):
        """Learn from one mini-batch."""
        x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(data)

        def cost():
            parts = self.costs(x, y, self(x, training=True))
            return self.total(parts, sample_weight), parts

        (value, parts), gradients = course.value_and_grad(cost, self.trainable_variables, has_aux=True)
        self.optimizer.apply(gradients, self.trainable_variables)
        return self.report(parts, value)

    def test_step(self, data):
        """Measure on one mini-batch."""
        x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
        parts = self.costs(x, y, self(x, training=False))
        return self.report(parts, self.total(parts, sample_weight))

    def total(self, parts, sample_weight=None):
        """C, the cost of a batch."""
        of_object, of_box, of_class = parts
        # C = C_object + λ C_box + C_class
        return weighted_mean(of_object + self.weight * of_box + of_class, sample_weight)

    def report(self, parts, cost):
        """Add a batch to the means and return them."""
        self.means["loss"].update_state(cost, sample_weight=ops.shape(parts[0])[0])
        for name, part in zip(("object", "box", "class"), parts, strict=True):
            self.means[name].update_state(part)
        return {name: mean.result() for name, mean in self.means.items()}

    def candidates(self, x, batch_size=100):
        """Every prediction for some images, before the suppression, as NumPy arrays.

        Returns:
            Boxes (batch, predictions, 4), scores (batch, predictions) and classes (batch, predictions): of every
            prediction the most probable class.
        """
        z = ops.convert_to_tensor(self.predict(x, batch_size=batch_size, verbose=0))
        found = self.boxes(z, *x.shape[1:3]), *_scores_and_classes(z)
        return tuple(ops.convert_to_numpy(array) for array in found)

    def detect(self, x, threshold=0.5, least=0.05, most=100):
        """The objects of every image: a list of ``(boxes, scores, classes)``, the highest score first.

        Args:
            x: images (batch, height, width, channels).
            threshold, least, most: as in ``suppress``.
        """
        return suppress(*self.candidates(x), threshold, least, most)

    def get_config(self):
        """The arguments of ``__init__``."""
        return {**super().get_config(), **self.settings}


@course.fused
def _boxes(z, corner, anchors):
    """Boxes of raw predictions, each with the (c_x, c_y) of its cell and the (p_w, p_h) of its anchor."""
    corner, anchors = ops.convert_to_tensor(corner), ops.convert_to_tensor(anchors)
    # centre 8 (c_x + σ_Sig(t_x), c_y + σ_Sig(t_y))
    centre = STRIDE * (corner + ops.sigmoid(z[..., 1:3]))
    # size (p_w exp(t_w), p_h exp(t_h)); at the start of training exp must not overflow
    size = anchors * ops.exp(ops.clip(z[..., 3:5], -4, 4))
    return convert(ops.concatenate([centre, size], axis=-1), "center_xywh", "xyxy")


@course.fused
def _scores_and_classes(z):
    """Of each raw prediction the score of its most probable class, and that class."""
    p = ops.softmax(z[..., 5:], axis=-1)
    # score σ_Sig(t_o) · P(class)
    return ops.sigmoid(z[..., 0]) * ops.max(p, axis=-1), ops.argmax(p, axis=-1)
