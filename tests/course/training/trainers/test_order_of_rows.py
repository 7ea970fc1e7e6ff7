"""``fit`` shuffles the rows anew in each epoch, and in the same way after the same seed."""

import gc
import weakref

import keras
import numpy as np
import pytest
from keras import ops

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
    first, second = orders(x=ops.convert_to_tensor(X))
    assert len(set(first)) > 3
    assert first != second


@pytest.mark.parametrize("fast", [True, False])
def test_shuffle_may_be_another_true_value(fast):
    assert orders(fast, shuffle=1) == orders(fast)


@pytest.mark.parametrize("fast", [True, False])
def test_rows_of_a_batch_change_places_anew_in_each_epoch(fast):
    class Rows(course.Model):
        def train_step(self, data):
            # the number of the last row of the batch, and where it lies
            return {"largest": ops.max(data), "place": ops.argmax(data[:, 0])}

    keras.utils.set_random_seed(7)
    model = Rows()
    model.compile(fast=fast)
    history = model.fit(X, batch_size=N // 2, epochs=12, shuffle="batch", verbose=0).history
    assert history["largest"] == [N - 1] * 12  # of the last batch
    assert len(set(history["place"])) > 3


def test_the_order_does_not_depend_on_how_the_model_is_built():
    """Where a part is None, TensorFlow has to look at the first batch; no order is used up."""

    class FirstOfDict(FirstRow):
        def train_step(self, data):
            return super().train_step(data["x"])

    for fast in (True, False):
        keras.utils.set_random_seed(7)
        model = FirstOfDict()
        model.compile(fast=fast)
        x = {"x": X, "nothing": None}
        history = model.fit(x, batch_size=N, epochs=12, verbose=0).history
        assert history["first"] == orders(fast)[0]


# The batches of the fast path of JAX refer to themselves.
@pytest.mark.parametrize("fast", [False] if keras.backend.backend() == "jax" else [True, False])
@pytest.mark.parametrize("kind", [np.array, ops.convert_to_tensor])
def test_data_are_let_go_after_fit(fast, kind):
    """Without a collection of garbage, which may come when many copies of the data are there."""
    model = FirstRow()
    model.compile(fast=fast)
    model.fit(X, batch_size=N, verbose=0)
    gc.collect()
    gc.disable()
    try:
        x = kind(X)
        there = weakref.ref(x)
        model.fit(x, batch_size=N, verbose=0)
        del x
        assert there() is None
    finally:
        gc.enable()


@pytest.mark.parametrize("fast", [True, False])
def test_rows_stay_in_their_order_where_they_are_not_shuffled(fast):
    assert orders(fast, shuffle=False) == [[0.0] * 12] * 2


@pytest.mark.parametrize("fast", [True, False])
def test_an_epoch_has_every_row_once(fast):
    class All(course.Model):
        def train_step(self, data):
            return {"sum": ops.sum(data), "squares": ops.sum(data**2)}

    model = All()
    model.compile(fast=fast)
    history = model.fit(X, batch_size=N, epochs=5, verbose=0).history
    assert history == {"sum": [X.sum()] * 5, "squares": [(X**2).sum()] * 5}
