"""What is reported is a number of its moment, not a variable that goes on changing."""

import keras
import numpy as np
import pytest
from keras import ops

import course

VALUES = [1.0, 3.0, 8.0, 7.0]


class Last(keras.metrics.Metric):
    """The last number seen. Its result is its variable, or another name for the variable's memory."""

    def __init__(self, form):
        super().__init__(name="last")
        self.seen = self.add_variable((), "zeros", name="seen")
        self.form = form

    def update_state(self, x):
        self.seen.assign(x)

    def reset_state(self):
        pass

    def result(self):
        return {"variable": self.seen, "value": self.seen.value, "view": ops.reshape(self.seen, (1,))[0]}[
            self.form
        ]


class Reports(course.Model):
    def __init__(self, form):
        super().__init__()
        self.values = self.add_weight(shape=(4,), name="values")
        self.count = self.add_weight(shape=(), initializer="zeros", name="count")
        self.last = Last(form)

    def train_step(self, x):
        self.last.update_state(ops.sum(self.values * ops.one_hot(ops.cast(self.count, "int32"), 4)))
        self.count.assign_add(1.0)
        return {"last": self.last.result(), "count": self.count}


@pytest.mark.parametrize("options", [{}, {"run_eagerly": True}], ids=str)
@pytest.mark.parametrize("form", ["variable", "value", "view"])
def test_each_epoch_reports_its_own_number(form, options):
    model = Reports(form)
    model.compile(**options)
    x = np.zeros((1, 1), "float32")
    model.prepare(x)
    model.values.assign(VALUES)
    heard = []
    listener = keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: heard.append(logs))
    for callbacks in ([], [listener]):
        model.count.assign(0.0)
        history = model.fit(x, epochs=4, verbose=0, callbacks=callbacks).history
        assert history == {"last": VALUES, "count": [1.0, 2.0, 3.0, 4.0]}
    assert [logs["count"] for logs in heard] == [1.0, 2.0, 3.0, 4.0]
