"""``fit`` shuffles the rows anew in each epoch, and in the same way after the same seed."""

import keras
import numpy as np
import pytest

import course

N = 24
X = np.arange(N, dtype="float32")[:, None]


class FirstRow(course.Model):
    """Reports the first number of a batch."""

    def train_step(self, data):
        return {"first": data[0, 0]}


def orders(fast=True, x=X, **options):
    """The first row of each epoch in two calls of ``fit``, after the seed 7."""
    keras.utils.set_random_seed(7)
    model = FirstRow()
    model.compile(fast=fast)
    return [model.fit(x, batch_size=N, epochs=12, verbose=0, **options).history["first"] for _ in range(2)]


@pytest.mark.parametrize("fast", [True, False])
def test_each_epoch_has_an_order_of_its_own(fast):
    first, second = orders(fast)
    # one of 12 orders of 24 rows begins with a given row with probability 1/24: four different ones are sure
    assert len(set(first)) > 3
    assert len(set(second)) > 3
    assert first != second
    assert [first, second] == orders(fast)


def test_so_has_each_epoch_of_a_tensor():
    first, second = orders(x=keras.ops.convert_to_tensor(X))
    assert len(set(first)) > 3
    assert first != second


@pytest.mark.parametrize("fast", [True, False])
def test_rows_stay_in_their_order_where_they_are_not_shuffled(fast):
    assert orders(fast, shuffle=False) == [[0.0] * 12] * 2


@pytest.mark.parametrize("fast", [True, False])
def test_an_epoch_has_every_row_once(fast):
    class All(course.Model):
        def train_step(self, data):
            return {"sum": keras.ops.sum(data), "squares": keras.ops.sum(data**2)}

    model = All()
    model.compile(fast=fast)
    history = model.fit(X, batch_size=N, epochs=5, verbose=0).history
    assert history == {"sum": [X.sum()] * 5, "squares": [(X**2).sum()] * 5}
