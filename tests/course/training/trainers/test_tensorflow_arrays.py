"""Data with rows that are no arrays, which TensorFlow alone takes: ``fit`` shuffles and cuts them as it does arrays."""

import keras
import numpy as np
import pytest

import course

if keras.backend.backend() != "tensorflow":
    pytest.skip("only TensorFlow takes these", allow_module_level=True)

import scipy.sparse
import tensorflow as tf

N = 24
KINDS = {
    "ragged": lambda: tf.ragged.constant([[float(i)] * (1 + i % 2) for i in range(N)]),
    "sparse": lambda: tf.sparse.from_dense(np.arange(1.0, N + 1, dtype="float32")[:, None]),
    "scipy": lambda: scipy.sparse.csr_matrix(np.arange(1.0, N + 1)[:, None]),
}


class FirstRow(course.Model):
    """Reports the first number of a batch, and how many rows it has."""

    def train_step(self, data):
        if isinstance(data, tf.SparseTensor):
            data = tf.sparse.to_dense(data)
        return {"first": data[0, 0], "rows": tf.shape(data)[0]}

    test_step = train_step


@pytest.mark.parametrize("fast", [True, False])
@pytest.mark.parametrize("kind", KINDS)
def test_each_epoch_has_an_order_of_its_own(kind, fast):
    found = []
    for _ in range(2):
        keras.utils.set_random_seed(7)
        model = FirstRow()
        model.compile(fast=fast)
        found.append(model.fit(KINDS[kind](), batch_size=N, epochs=12, verbose=0).history["first"])
    assert len(set(found[0])) > 3
    assert found[0] == found[1]


@pytest.mark.parametrize("fast", [True, False])
def test_the_batches_of_other_validation_data_have_the_size_of_those_of_fit(fast):
    sizes = []
    noted = keras.callbacks.LambdaCallback()
    noted.on_test_batch_end = lambda batch, logs=None: sizes.append(int(logs["rows"]))
    model = FirstRow()
    model.compile(fast=fast)
    validation = (KINDS["ragged"](),)
    model.fit(
        np.ones((9, 1), "float32"), validation_data=validation, batch_size=9, verbose=0, callbacks=[noted]
    )
    assert sizes == [9, 9, 6]
