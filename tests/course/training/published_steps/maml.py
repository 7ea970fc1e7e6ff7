"""First-order MAML: adapt to each task by assigning weights, then go back (Finn et al., 2017)."""

import keras
from keras import layers, ops

import course
from tests.course.training.published_steps.data import BATCH, vectors


@keras.saving.register_keras_serializable("published_steps")
class MAML(course.Model):
    """A batch is one task's rows: the first half to adapt to, the second half to be judged on; two tasks a batch."""

    def __init__(self, tasks=2, rate=0.1, **kwargs):
        super().__init__(**kwargs)
        self.tasks, self.rate = tasks, rate
        self.network = keras.Sequential([layers.Dense(8, activation="tanh"), layers.Dense(1)])

    def call(self, x):
        return self.network(x)

    def loss_on(self, x, y):
        return ops.mean((self.network(x)[:, 0] - y) ** 2)

    def train_step(self, data):
        x, y = data
        variables = self.trainable_variables
        start = [ops.copy(v) for v in variables]
        total, sums = 0.0, None
        rows = BATCH // self.tasks
        for task in range(self.tasks):
            known = slice(task * rows, task * rows + rows // 2)
            asked = slice(task * rows + rows // 2, (task + 1) * rows)
            for _ in range(2):
                _, gradients = course.value_and_grad(lambda k=known: self.loss_on(x[k], y[k]), variables)
                for v, g in zip(variables, gradients, strict=True):
                    v.assign_sub(self.rate * g)
            value, gradients = course.value_and_grad(lambda a=asked: self.loss_on(x[a], y[a]), variables)
            total += value
            sums = gradients if sums is None else [s + g for s, g in zip(sums, gradients, strict=True)]
            for v, w in zip(variables, start, strict=True):
                v.assign(w)
        self.optimizer.apply([s / self.tasks for s in sums], variables)
        return {"loss": total / self.tasks}


def make():
    model = MAML()
    model.compile(keras.optimizers.Adam(1e-2))
    return model


def data():
    x = vectors()
    return x, x[:, 0] - x[:, 1] ** 2
