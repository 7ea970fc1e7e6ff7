"""What a block does to variables is undone at its end."""

import keras
import numpy as np
import pytest
from keras import ops

from course.training.rules.kept_values import kept


def test_a_training_leaves_nothing_and_the_next_one_is_the_same():
    network = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    network.compile(keras.optimizers.Adam(0.1), "mse")
    network.optimizer.build(network.trainable_variables)
    x, y = np.ones((8, 3), "float32"), np.zeros((8, 1), "float32")
    variables = [*network.variables, *network.optimizer.variables]

    def numbers():
        return [ops.convert_to_numpy(v.value).copy() for v in variables]

    before, after = numbers(), []
    for _ in range(2):
        with kept(variables):
            network.fit(x, y, batch_size=4, epochs=2, verbose=0)
            after.append(numbers())
        for one, other in zip(before, numbers(), strict=True):
            np.testing.assert_array_equal(one, other)
    for one, other in zip(*after, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-6)
    assert not np.allclose(before[0], after[0][0])


def test_also_if_the_block_raises():
    v = keras.Variable([1.0, 2.0])

    def trial():
        with kept([v]):
            v.assign([3.0, 4.0])
            raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        trial()
    np.testing.assert_array_equal(ops.convert_to_numpy(v), [1.0, 2.0])
