"""Checks for ex05: the corrected means, Adam, and the decay outside of the quotient."""

import numpy as np

from course.grading import close, part


def moments(gradients, beta_1, beta_2):
    g = gradients.astype("float64")
    # The corrected means as weighted means, without a recursion
    ages = np.arange(len(g))[::-1, None]
    first, second = beta_1**ages, beta_2**ages
    return (first * g).sum(0) / first.sum(), (second * g**2).sum(0) / second.sum()


def adam(theta, gradients, learning_rate, beta_1, beta_2, epsilon, weight_decay):
    theta = theta.astype("float64")
    for t in range(1, len(gradients) + 1):
        v_hat, s_hat = moments(gradients[:t], beta_1, beta_2)
        theta = theta * (1 - learning_rate * weight_decay)
        theta = theta - learning_rate * v_hat / (np.sqrt(s_hat) + epsilon)
    return theta


def problem(rng, steps, **changes):
    given = {
        "theta": rng.normal(size=4).astype("float32"),
        "gradients": rng.normal(0.3, 1, (steps, 4)).astype("float32"),
        "learning_rate": 0.1,
        "beta_1": 0.9,
        "beta_2": 0.99,
        "epsilon": 1e-7,
        "weight_decay": 0.0,
    }
    return {**given, **changes}


def compare(candidate, given):
    close(candidate.adam(**given), adam(**given), inputs=given, rtol=1e-4, atol=1e-5)


@part("after one gradient the means are the gradient and its square", points=1)
def one(candidate, rng):
    g = rng.normal(size=(1, 3)).astype("float32")
    v, s = candidate.moments(g, 0.9, 0.999)
    close(v, g[0], inputs={"gradients": g}, rtol=1e-4, message="v̂")
    close(s, g[0] ** 2, inputs={"gradients": g}, rtol=1e-3, atol=1e-6, message="ŝ")


@part(
    "the means of several gradients", points=2, hint="each mean has its own β and its own correction 1 − β^T"
)
def several(candidate, rng):
    given = {"gradients": rng.normal(size=(6, 3)).astype("float32"), "beta_1": 0.8, "beta_2": 0.95}
    v, s = candidate.moments(**given)
    expected_v, expected_s = moments(**given)
    close(v, expected_v, inputs=given, rtol=1e-4, atol=1e-5, message="v̂")
    close(s, expected_s, inputs=given, rtol=1e-4, atol=1e-5, message="ŝ")


@part(
    "the first step has length α", points=1, hint="t = 1 in the first step: v̂/√ŝ is the sign of the gradient"
)
def first_step(candidate, rng):
    given = problem(rng, 1)
    expected = given["theta"] - 0.1 * np.sign(given["gradients"][0])
    close(candidate.adam(**given), expected, inputs=given, rtol=1e-4, atol=1e-5)


@part("Adam over several steps", points=2)
def steps(candidate, rng):
    compare(candidate, problem(rng, 7))


@part("where ε stands", points=1, hint="ε is added to the root")
def place_of_epsilon(candidate, rng):
    given = problem(rng, 3, epsilon=0.5)
    compare(candidate, {**given, "gradients": 0.1 * given["gradients"]})


@part(
    "weight decay, decoupled",
    points=2,
    hint="the decay does not enter the moving averages, and is multiplied by α",
)
def decay(candidate, rng):
    compare(candidate, problem(rng, 4, weight_decay=0.8))
