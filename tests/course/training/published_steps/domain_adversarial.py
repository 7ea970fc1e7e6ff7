"""Domain adversarial training: a turned gradient, optimizers in nested tuples (Ganin et al., 2016)."""

import keras
from keras import layers, ops

import course
from tests.course.training.published_steps.data import labels, vectors


@ops.custom_gradient
def reverse(x):
    """The identity, whose gradient is turned round."""

    def grad(*args, upstream=None):
        if upstream is None:
            (upstream,) = args
        return -0.5 * upstream

    return x, grad


@keras.saving.register_keras_serializable("published_steps")
class DomainAdversarial(course.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.features = keras.Sequential(
            [layers.Dense(8, activation="tanh"), layers.Dense(4, activation="tanh")]
        )
        self.classifier = layers.Dense(3)
        self.domain = keras.Sequential([layers.Dense(4, activation="tanh"), layers.Dense(1)])
        self.schemes = [
            ("features", (keras.optimizers.SGD(0.05, momentum=0.9), self.features)),
            ("heads", (keras.optimizers.Adam(1e-2), self.classifier, self.domain)),
        ]

    def call(self, x):
        return self.classifier(self.features(x))

    def train_step(self, data):
        (source, target), y = data

        def loss():
            h = self.features(ops.concatenate([source, target]), training=True)
            n = ops.shape(source)[0]
            from_target = ops.concatenate([ops.zeros((n, 1)), ops.ones((n, 1))])
            guess = self.domain(reverse(h))
            domain = ops.mean(ops.binary_crossentropy(from_target, guess, from_logits=True))
            label = keras.losses.sparse_categorical_crossentropy(y, self.classifier(h[:n]), from_logits=True)
            return ops.mean(label) + domain, domain

        groups = [
            (o, [v for part in parts for v in part.trainable_variables]) for _, (o, *parts) in self.schemes
        ]
        variables = [v for _, group in groups for v in group]
        (value, domain), gradients = course.value_and_grad(loss, variables, has_aux=True)
        for optimizer, group in groups:
            optimizer.apply(gradients[: len(group)], group)
            gradients = gradients[len(group) :]
        return {"loss": value, "domain_loss": domain}


def make():
    model = DomainAdversarial()
    model.compile()
    return model


def data():
    return (vectors(0), 1 + vectors(1)), labels()
