"""CycleGAN: four networks, their optimizers in nested dictionaries (Zhu et al., 2017)."""

import keras
from keras import layers, ops

import course
from tests.course.training.published_steps.data import vectors


@keras.saving.register_keras_serializable("published_steps")
class CycleGAN(course.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.to_b = keras.Sequential([layers.Dense(8, activation="tanh"), layers.Dense(4)])
        self.to_a = keras.Sequential([layers.Dense(8, activation="tanh"), layers.Dense(4)])
        self.judge_a = keras.Sequential([layers.Dense(8, activation="tanh"), layers.Dense(1)])
        self.judge_b = keras.Sequential([layers.Dense(8, activation="tanh"), layers.Dense(1)])
        self.optimizers_of = {
            "translate": keras.optimizers.Adam(1e-2),
            "judge": {"a": keras.optimizers.Adam(1e-2), "b": keras.optimizers.SGD(1e-2)},
        }

    def call(self, a):
        return self.to_b(a)

    def train_step(self, data):
        a, b = data

        def translation_loss():
            fake_a, fake_b = self.to_a(b), self.to_b(a)
            deceive = ops.mean((self.judge_a(fake_a) - 1) ** 2) + ops.mean((self.judge_b(fake_b) - 1) ** 2)
            cycle = ops.mean(ops.abs(self.to_a(fake_b) - a)) + ops.mean(ops.abs(self.to_b(fake_a) - b))
            same = ops.mean(ops.abs(self.to_a(a) - a)) + ops.mean(ops.abs(self.to_b(b) - b))
            return deceive + 10 * cycle + 5 * same, (fake_a, fake_b)

        variables = self.to_a.trainable_variables + self.to_b.trainable_variables
        (loss, fakes), gradients = course.value_and_grad(translation_loss, variables, has_aux=True)
        self.optimizers_of["translate"].apply(gradients, variables)

        logs = {"translation_loss": loss}
        judged = (("a", self.judge_a, a, fakes[0]), ("b", self.judge_b, b, fakes[1]))
        for name, judge, real, fake in judged:
            value, gradients = course.value_and_grad(
                lambda judge=judge, real=real, fake=fake: (
                    ops.mean((judge(real) - 1) ** 2) + ops.mean(judge(fake) ** 2)
                ),
                judge.trainable_variables,
            )
            self.optimizers_of["judge"][name].apply(gradients, judge.trainable_variables)
            logs[f"judge_{name}_loss"] = value
        return logs


def make():
    model = CycleGAN()
    model.compile()
    return model


def data():
    return vectors(0), vectors(1)
