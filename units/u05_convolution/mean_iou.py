"""Mean intersection over union of the pixels of each class: how good is a segmentation? (§6.6)."""

import keras
from keras import ops

from course.validation import class_labels


@keras.saving.register_keras_serializable("medl")
class MeanIoU(keras.metrics.Metric):
    """The mean over classes of intersection over union.

    IoU_k = N_kk / (∑_l N_kl + ∑_l N_lk − N_kk),   N_kl = number of pixels of class k that are predicted as l

    The pixels of all images are counted in one matrix N, and divided at the end: a mean of the IoU of each image would
    give small objects another weight. A class that is neither there nor predicted does not count. Unlike the share of
    right pixels, IoU is not high for a prediction that is background everywhere.

    Args:
        classes: number of classes K.

    Shapes: y is (batch, height, width), integers; the logits are (batch, height, width, classes).

    References: §6.6; Everingham et al., "The PASCAL visual object classes challenge" (2015).
    """

    def __init__(self, classes, name="mean_iou", **kwargs):
        super().__init__(name=name, **kwargs)
        self.classes = classes
        self.counts = self.add_weight(name="counts", shape=(classes, classes), initializer="zeros")

    def update_state(self, y, logits, sample_weight=None):
        """Count the pixels of a batch. A weight for each image is not defined for this metric.

        Raises:
            ValueError: weights were given, there is not one logit for each class, or y does not have the shape of the
                images.
        """
        if sample_weight is not None:
            raise ValueError(
                "MeanIoU counts pixels and takes no weights: put it in metrics, not weighted_metrics."
            )
        if logits.shape[-1] != self.classes:
            raise ValueError(f"MeanIoU({self.classes}) needs {self.classes} logits, not {logits.shape[-1]}.")
        y = class_labels(y, self.classes, shape=logits.shape[:-1])
        predicted = ops.cast(ops.argmax(logits, axis=-1), "int32")
        # N_kl as one number k K + l for each pixel
        pairs = ops.reshape(y * self.classes + predicted, (-1,))
        counts = ops.sum(ops.one_hot(pairs, self.classes**2, dtype=self.dtype), axis=0)
        self.counts.assign_add(ops.reshape(counts, (self.classes, self.classes)))

    def ious(self):
        """IoU_k of each class, shape (classes,); NaN for a class that is neither there nor predicted."""
        counts = ops.convert_to_tensor(self.counts)
        right = ops.diagonal(counts)
        # IoU_k = N_kk / (∑_l N_kl + ∑_l N_lk − N_kk)
        return right / (ops.sum(counts, axis=1) + ops.sum(counts, axis=0) - right)

    def result(self):
        """The mean of IoU_k over the classes that are there or predicted."""
        iou = self.ious()
        counted = ops.logical_not(ops.isnan(iou))
        total = ops.sum(ops.where(counted, iou, ops.zeros_like(iou)))
        return total / ops.maximum(ops.sum(ops.cast(counted, iou.dtype)), 1)

    def get_config(self):
        """The arguments of ``__init__``."""
        return {**super().get_config(), "classes": self.classes}
