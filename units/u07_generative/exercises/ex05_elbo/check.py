"""Checks for ex05: integrals on a grid, log p(x) minus the divergence from the posterior, conditioning of Gaussians."""

import numpy as np

from course.grading import close, part


def problem(rng, batch, features, latent):
    return {
        "x": rng.normal(size=(batch, features)),
        "W": rng.normal(size=(features, latent)),
        "noise_deviation": float(rng.uniform(0.5, 1.5)),
    }


def encoder(rng, batch, latent):
    return {
        "mean": rng.normal(size=(batch, latent)),
        "deviation": rng.uniform(0.3, 1.5, size=(batch, latent)),
    }


SIZES = ((3, 4, 2), (2, 1, 1), (4, 3, 3))


def integral(mean, deviation):
    grid = np.linspace(mean - 10 * deviation, mean + 10 * deviation, 4001)
    log_q = -0.5 * ((grid - mean) / deviation) ** 2 - np.log(deviation)
    values = np.exp(log_q) / np.sqrt(2 * np.pi) * (log_q + 0.5 * grid**2)
    return np.sum(values) * (grid[1] - grid[0])


def divergences(mean, deviation):
    pairs = zip(mean, deviation, strict=True)
    return np.array([sum(integral(*entry) for entry in zip(*pair, strict=True)) for pair in pairs])


def evidence_and_posterior(x, W, noise_deviation):
    features, latent = W.shape
    covariance = W @ W.T + noise_deviation**2 * np.eye(features)
    gain = W.T @ np.linalg.inv(covariance)
    distance = np.einsum("bi,ij,bj->b", x, np.linalg.inv(covariance), x)
    log_p = -0.5 * (distance + np.log(np.linalg.det(2 * np.pi * covariance)))
    return log_p, x @ gain.T, np.eye(latent) - gain @ W


@part("the divergence", points=2, hint="a sum over the latent entries, one number for each sample")
def kl(candidate, rng):
    for batch, _, latent in SIZES:
        given = encoder(rng, batch, latent)
        close(candidate.divergence(**given), divergences(**given), inputs=given, rtol=1e-3, atol=1e-4)


@part("one draw", points=2, hint="z = μ + σ ⊙ ε, and a density has a constant")
def draw(candidate, rng):
    for batch, features, latent in SIZES:
        given = {**problem(rng, batch, features, latent), **encoder(rng, batch, latent)}
        given["noise"] = rng.normal(size=(batch, latent))
        sigma, expected = given["noise_deviation"], -divergences(given["mean"], given["deviation"])
        for i in range(batch):
            z = given["mean"][i] + np.diag(given["deviation"][i]) @ given["noise"][i]
            densities = np.exp(-0.5 * ((given["x"][i] - given["W"] @ z) / sigma) ** 2)
            expected[i] += np.sum(np.log(densities + 1e-300) - np.log(sigma * np.sqrt(2 * np.pi)))
        close(candidate.one_draw(**given), expected, inputs=given, rtol=1e-3, atol=1e-3)


@part(
    "the ELBO itself", points=3, hint="the mean of a squared error is the squared mean error plus a variance"
)
def bound(candidate, rng):
    for batch, features, latent in SIZES:
        model, q = problem(rng, batch, features, latent), encoder(rng, batch, latent)
        log_p, center, covariance = evidence_and_posterior(**model)
        precision, away = np.linalg.inv(covariance), q["mean"] - center
        # log p(x) − KL(q ‖ p(z given x)), for two Gaussians of which q has a diagonal covariance
        gap = q["deviation"] ** 2 @ np.diag(precision) + np.einsum("bi,ij,bj->b", away, precision, away)
        gap += np.log(np.linalg.det(covariance)) - 2 * np.sum(np.log(q["deviation"]), axis=1) - latent
        given = {**model, **q}
        close(candidate.elbo(**given), log_p - 0.5 * gap, inputs=given, rtol=1e-3, atol=1e-3)


@part("the best encoder", points=2, hint="set the derivatives in μ and in each σ to zero")
def best(candidate, rng):
    for batch, features, latent in SIZES:
        given = problem(rng, batch, features, latent)
        _, center, covariance = evidence_and_posterior(**given)
        got = candidate.best_encoder(**given)
        deviation = np.diag(np.linalg.inv(covariance)) ** -0.5
        close(got[0], center, inputs=given, rtol=1e-3, atol=1e-4, message="mean")
        expected = np.tile(deviation, (batch, 1))
        close(got[1], expected, inputs=given, rtol=1e-3, atol=1e-4, message="deviation")
