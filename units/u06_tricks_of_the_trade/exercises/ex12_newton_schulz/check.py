"""Checks for ex12: the singular value decomposition in float64."""

import numpy as np

from course.grading import close, part, true

QUINTIC = [3.4445, -4.7750, 2.0315]


def apply(G, coefficients, steps):
    U, s, Vt = np.linalg.svd(G.astype("float64"), full_matrices=False)
    s = s / np.sqrt(np.sum(s**2, axis=-1, keepdims=True))
    for _ in range(steps):
        s = sum(a * s ** (2 * i + 1) for i, a in enumerate(coefficients))
    return (U * s[..., None, :]) @ Vt


@part(
    "the flat polynomials",
    points=2,
    hint="m + 1 linear equations for m + 1 coefficients: the value and m derivatives at s = 1",
)
def flat(candidate, rng):
    close(candidate.flat_coefficients(1), [3 / 2, -1 / 2], inputs={"order": 1})
    close(candidate.flat_coefficients(2), [15 / 8, -10 / 8, 3 / 8], inputs={"order": 2})
    close(candidate.flat_coefficients(3), [35 / 16, -35 / 16, 21 / 16, -5 / 16], inputs={"order": 3})
    order = int(rng.integers(4, 7))
    # P(s) = s ∑_k (2k)! / (4^k k!²) (1 − s²)^k: the series of 1/√(1 − t) up to t^m, at t = 1 − s²
    in_s2, power, term = np.zeros(order + 1), np.ones(1), 1.0
    for k in range(order + 1):
        in_s2[: k + 1] += term * power
        power, term = np.convolve(power, [1, -1]), term * (2 * k + 1) / (2 * k + 2)
    close(candidate.flat_coefficients(order), in_s2, inputs={"order": order}, rtol=1e-3)


@part("one step is the polynomial of the singular values", points=1)
def one(candidate, rng):
    G = rng.normal(size=(5, 3)).astype("float32")
    given = {"G": G, "coefficients": [1.5, -0.5], "steps": 1}
    close(candidate.newton_schulz(**given), apply(**given), inputs=given, rtol=1e-4, atol=1e-5)
    given = {"G": 100 * G.T, "coefficients": QUINTIC, "steps": 1}
    close(candidate.newton_schulz(**given), apply(**given), inputs=given, rtol=1e-4, atol=1e-5)


@part("several steps, more coefficients, a batch of matrices", points=2)
def several(candidate, rng):
    G = rng.normal(size=(2, 3, 4)).astype("float32")
    for coefficients, steps in ((QUINTIC, 5), ([35 / 16, -35 / 16, 21 / 16, -5 / 16], 3), ([2.0], 2)):
        given = {"G": G, "coefficients": coefficients, "steps": steps}
        close(candidate.newton_schulz(**given), apply(**given), inputs=given, rtol=1e-3, atol=1e-4)


@part(
    "the polar decomposition", points=2, hint="Oᵀ O = I, so Oᵀ G = H; after few steps both are approximations"
)
def decomposition(candidate, rng):
    G = rng.normal(size=(6, 3)).astype("float32")
    U, s, Vt = np.linalg.svd(G.astype("float64"), full_matrices=False)
    early = apply(G, [1.5, -0.5], 3)  # the derivative of a nuclear norm, U Vᵀ, is no answer here
    for steps, expected, symmetric in (
        (3, early, (early.T @ G + G.T @ early) / 2),
        (30, U @ Vt, Vt.T * s @ Vt),
    ):
        O, H = candidate.polar(G, steps)
        inputs = {"G": G, "steps": steps}
        close(O, expected, inputs=inputs, rtol=1e-4, atol=1e-4, message="O")
        close(H, symmetric, inputs=inputs, rtol=1e-4, atol=1e-4, message="H")
        true(
            np.equal(H, np.transpose(H)), "H is equal to its transpose, in every digit", inputs=inputs, got=H
        )


@part("a step of Muon", points=2, hint="the momentum first; Nesterov's step uses G + β M with the new M")
def muon(candidate, rng):
    for shape in ((2, 3, 2, 4), (1, 1, 2, 5)):
        W, M, G = (rng.normal(size=shape).astype("float32") for _ in range(3))
        given = {"learning_rate": 0.1, "beta": 0.8, "kappa": 0.3, "coefficients": QUINTIC}
        new = 0.8 * M + G
        O = apply((G + 0.8 * new).reshape(-1, shape[-1]), QUINTIC, 5)
        expected = W - 0.1 * 0.3 * np.sqrt(max(O.shape)) * O.reshape(shape)
        got, momentum = candidate.muon_step(kernel=W, momentum=M, gradient=G, **given)
        inputs = {"kernel": W, "momentum": M, "gradient": G, **given}
        close(got, expected, inputs=inputs, rtol=1e-3, atol=1e-4, message="W")
        close(momentum, new, inputs=inputs, rtol=1e-4, atol=1e-5, message="M")
