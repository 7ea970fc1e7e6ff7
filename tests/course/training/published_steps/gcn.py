"""Graph convolution: one graph, the labels of a few nodes, a sparse sum over edges (Kipf and Welling, 2017)."""

import keras
import numpy as np
from keras import layers, ops

import course
from tests.course.training.published_steps.data import BATCH, labels, vectors


@keras.saving.register_keras_serializable("published_steps")
class GraphConvolution(layers.Layer):
    """Each node receives the mean of its neighbours, by a sum over edges."""

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.dense = layers.Dense(units)

    def build(self, shapes):
        self.dense.build(shapes[0])

    def call(self, inputs):
        x, edges = inputs
        n = ops.shape(x)[0]
        messages = ops.take(self.dense(x), edges[:, 0], axis=0)
        degree = ops.segment_sum(ops.ones_like(messages[:, :1]), edges[:, 1], num_segments=n)
        return ops.segment_sum(messages, edges[:, 1], num_segments=n) / ops.maximum(degree, 1.0)


@keras.saving.register_keras_serializable("published_steps")
class GCN(course.Model):
    def __init__(self, nodes=BATCH, **kwargs):
        super().__init__(**kwargs)
        around = np.arange(nodes)
        self.edges = np.concatenate(
            [np.stack([around, (around + step) % nodes], axis=1) for step in (0, 1, 3)]
        ).astype("int32")
        self.first, self.second = GraphConvolution(8), GraphConvolution(3)

    def call(self, x):
        edges = ops.convert_to_tensor(self.edges)
        return self.second([ops.relu(self.first([x, edges])), edges])

    def train_step(self, data):
        x, y, known = keras.utils.unpack_x_y_sample_weight(data)

        def loss():
            logits = self(x)
            errors = keras.losses.sparse_categorical_crossentropy(y, logits, from_logits=True)
            return ops.sum(errors * known) / ops.sum(known), logits

        (value, logits), gradients = course.value_and_grad(loss, self.trainable_variables, has_aux=True)
        self.optimizer.apply(gradients, self.trainable_variables)
        right = ops.cast(ops.equal(ops.argmax(logits, axis=-1), y), "float32")
        return {"loss": value, "accuracy": ops.mean(right)}


def make():
    model = GCN()
    model.compile(keras.optimizers.Adam(1e-2, weight_decay=5e-4))
    return model


def data():
    y = labels()
    return vectors(), y, (np.arange(len(y)) % 2 == 0).astype("float32")
