"""Checks for ex13: everything by loops in float64, gradients by central differences."""

import numpy as np

from course.grading import close, part


def similarity(z):
    z = z.astype("float64")
    return z @ z.T / np.outer(np.linalg.norm(z, axis=1), np.linalg.norm(z, axis=1))


def parts(z, tau):
    s, n = similarity(z), len(z) // 2
    pull = [-s[i, (i + n) % (2 * n)] / tau for i in range(2 * n)]
    push = [np.log(sum(np.exp(s[i, k] / tau) for k in range(2 * n) if k != i)) for i in range(2 * n)]
    return np.mean(pull), np.mean(push)


def labelled(z, y, tau):
    s, losses = similarity(z), []
    y = np.concatenate([y, y])
    for i in range(len(z)):
        total = sum(np.exp(s[i, k] / tau) for k in range(len(z)) if k != i)
        answers = [k for k in range(len(z)) if k != i and y[k] == y[i]]
        losses.append(-np.mean([np.log(np.exp(s[i, k] / tau) / total) for k in answers]))
    return np.mean(losses)


def views(rng, n=4, features=3):
    z1 = rng.normal(size=(n, features)) * rng.uniform(0.5, 3, size=(n, 1))
    return z1.astype("float32"), (z1 + rng.normal(size=(n, features))).astype("float32")


@part("pull and push", points=3, hint="which of the 2n views are answers for view i, and which one is right?")
def values(candidate, rng):
    for n, tau in ((4, 0.5), (3, 0.1), (1, 1.0), (6, 2.0)):
        z1, z2 = views(rng, n)
        pull, push = parts(np.concatenate([z1, z2]), tau)
        got = candidate.two_parts(z1, z2, tau)
        given = {"z1": z1, "z2": z2, "tau": tau}
        close(got[0], pull, inputs=given, rtol=1e-4, atol=1e-4, message="pull")
        close(got[1], push, inputs=given, rtol=1e-4, atol=1e-4, message="push")


@part(
    "the gradients",
    points=5,
    hint="z_i enters through row i and column i of the similarities, and only its direction counts",
)
def slopes(candidate, rng):
    for n, tau in ((3, 0.5), (4, 0.2), (2, 1.0)):
        z1, z2 = views(rng, n)
        z = np.concatenate([z1, z2]).astype("float64")
        slope = np.zeros_like(z)
        for i in np.ndindex(z.shape):
            up, down = z.copy(), z.copy()
            up[i] += 1e-5
            down[i] -= 1e-5
            slope[i] = (sum(parts(up, tau)) - sum(parts(down, tau))) / 2e-5
        got = candidate.gradients(z1, z2, tau)
        given = {"z1": z1, "z2": z2, "tau": tau}
        close(got[0], slope[:n], inputs=given, rtol=1e-3, atol=1e-4, message="∂C/∂z1")
        close(got[1], slope[n:], inputs=given, rtol=1e-3, atol=1e-4, message="∂C/∂z2")


@part(
    "right answers by class",
    points=3,
    hint="a view has several right answers now; which mean is taken first?",
)
def classes(candidate, rng):
    for y, tau in (([0, 1, 0, 2], 0.5), ([0, 1, 2, 3], 0.3), ([1, 1, 1, 1], 1.0), ([2, 0, 2, 0, 1, 2], 0.4)):
        z1, z2 = views(rng, len(y), 2 if len(y) == 6 else 3)
        y = np.array(y)
        expected = labelled(np.concatenate([z1, z2]), y, tau)
        given = {"z1": z1, "z2": z2, "y": y, "tau": tau}
        close(candidate.with_labels(z1, z2, y, tau), expected, inputs=given, rtol=1e-4, atol=1e-4)
