"""Checks for ex11: the schedule layer by layer, the work by walking backwards, statistics by their definition."""

import numpy as np

from course.grading import close, equal, part


def rates(layers, epoch, every, rate, decay):
    result = [0.0] * layers
    for thaws, i in enumerate(reversed(range(layers))):
        if epoch >= thaws * every:
            result[i] = rate * decay**thaws
    return result


@part("the learning rates", points=2, hint="at which epoch does layer i begin to train?")
def schedule(candidate, rng):
    for layers, every in ((3, 2), (4, 1), (2, 5), (1, 1)):
        for epoch in (0, 1, 2, 3, 5, 11):
            rate, decay = float(rng.uniform(0.01, 1)), float(rng.uniform(0.2, 0.9))
            given = {"layers": layers, "epoch": epoch, "every": every, "rate": rate, "decay": decay}
            close(
                candidate.learning_rates(layers, epoch, every, rate, decay),
                rates(layers, epoch, every, rate, decay),
                inputs=given,
                rtol=1e-5,
            )


@part("the work of a step", points=3, hint="how far back does the gradient have to go?")
def work(candidate, rng):
    of_four = ([1, 1, 1, 1], [0, 0, 0, 1], [0, 0, 1, 1], [0, 1, 0, 1], [0, 0, 0, 0], [1, 0, 0, 0])
    for trains in (*of_four, [1], [0, 1, 0, 0, 1, 0]):
        forward, by_weights, by_inputs = (rng.uniform(1, 9, size=len(trains)) for _ in range(3))
        total = 0.0
        for i in range(len(trains)):
            total += forward[i] + trains[i] * by_weights[i]
            total += by_inputs[i] if any(trains[:i]) else 0.0
        given = {"forward": forward, "by_weights": by_weights, "by_inputs": by_inputs, "trains": trains}
        close(
            candidate.cost_of_step(forward, by_weights, by_inputs, np.array(trains)),
            total,
            inputs=given,
            rtol=1e-5,
        )


@part(
    "batch normalization, frozen or not",
    points=3,
    hint="which statistics does a frozen layer use in training?",
)
def normalization(candidate, rng):
    for trainable in (True, False):
        for training in (True, False):
            n, features = (6, 3) if trainable else (4, 2)
            z = rng.normal(2, 3, size=(n, features))
            mean, variance = rng.normal(size=features), rng.uniform(0.5, 2, size=features)
            momentum, epsilon = float(rng.uniform(0.5, 0.99)), 1e-3
            of_batch = trainable and training
            m = z.mean(axis=0) if of_batch else mean
            v = ((z - z.mean(axis=0)) ** 2).mean(axis=0) if of_batch else variance
            moved = (
                mean + (1 - momentum) * (m - mean),
                variance + (1 - momentum) * (v - variance),
            )
            given = {"z": z, "mean": mean, "variance": variance, "momentum": momentum}
            given |= {"trainable": trainable, "training": training}
            got = candidate.normalize(z, mean, variance, momentum, epsilon, trainable, training)
            close(
                got[0],
                (z - m) / np.sqrt(v + epsilon),
                inputs=given,
                rtol=1e-4,
                atol=1e-5,
                message="the output",
            )
            close(got[1], moved[0], inputs=given, rtol=1e-4, atol=1e-5, message="the moving mean")
            close(got[2], moved[1], inputs=given, rtol=1e-4, atol=1e-5, message="the moving variance")


@part("how soon the old statistics are forgotten", points=1, hint="the weight of the old value after t steps")
def forgetting(candidate, rng):
    cases = [(0.9, 0.5), (0.99, 0.01), (0.5, 0.3), (0.9, 0.95), (0.5, 0.25)]  # 0.25 exactly after 2 steps
    for steps in rng.integers(2, 40, size=3).tolist():  # the share lies between two powers of the momentum
        momentum = round(float(rng.uniform(0.6, 0.97)), 3)
        cases.append((momentum, momentum ** (steps - 0.5)))
    for momentum, share in cases:
        expected = int(np.ceil(np.log(share) / np.log(momentum)))
        equal(
            candidate.steps_to_forget(momentum, share),
            expected,
            inputs={"momentum": momentum, "share": share},
        )
