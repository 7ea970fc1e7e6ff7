"""The lesson of unit 7: games, adversarial networks, judging samples, likelihoods, diffusion."""

# %% [markdown]
# # Unit 7: Generative Models
#
# Run this file cell by cell in an editor that supports the percent format (`# %%`), or as a whole with Python.

# %%
import numpy as np
from keras import ops

from units import u07_generative as u07

# %% [markdown]
# ## Part A: games
#
# Rock, paper, scissors, but rock against scissors wins 2. The linear program finds the value and both strategies.

# %%
A = [[0, -1, 2], [1, 0, -1], [-2, 1, 0]]
game = u07.nash_equilibrium(A)
print(f"value {abs(game.value):.2f}; rock, paper, scissors with the probabilities {np.round(game.row, 2)}")

# %% [markdown]
# Players who only answer what the other one has played so far find it too, slowly.

# %%
rows, columns = u07.fictitious_play(A, 500)
for rounds in (5, 50, 500):
    left = u07.exploitability(A, rows[rounds - 1], columns[rounds - 1])
    print(
        f"fictitious play, {rounds} rounds: {np.round(rows[rounds - 1], 2)}, a better answer gains {left:.3f}"
    )

# %% [markdown]
# Two networks do not choose rows, they take gradient steps. On V = θ φ simultaneous steps lead away from the solution;
# extragradient looks ahead first.

# %%
for method in ("simultaneous", "extragradient"):
    path = u07.play(lambda theta, phi: (phi, theta), [1.0], [0.0], eta=0.2, steps=100, method=method)
    distance = np.linalg.norm(path[-1])
    print(
        f"{method}: distance {distance:.2f} after 100 steps, {u07.growth_factor(1.0, 0.2, method):.3f} a step"
    )

# %% [markdown]
# The best discriminator between two densities is their ratio, and the value of the game against it measures their
# Jensen–Shannon divergence.

# %%
x = np.linspace(-8, 8, 2001)
data, drawn = (np.exp(-((x - mean) ** 2) / 2) / np.sqrt(2 * np.pi) for mean in (0.0, 2.0))
D = u07.optimal_discriminator(data, drawn)
print(f"D* is {D[1000]:.2f} at 0 and {D[1250]:.2f} at 2; JS = {u07.jensen_shannon(data, drawn, x):.3f}")

# %% [markdown]
# ## Part B: generative adversarial networks
#
# A critic must not be steep. Spectral normalization divides each kernel by its largest singular value, which a power
# iteration finds: one product with the matrix and one with its transpose a step.

# %%
rng = np.random.default_rng(0)
W, u = rng.normal(size=(20, 10)), rng.normal(size=10)
exact = np.linalg.svd(W)[1][0]
for step in range(1, 31):
    sigma, u = u07.power_iteration(W, u)
    if step in (1, 5, 30):
        print(f"power iteration, {step} steps: {float(sigma):.3f}; exact {exact:.3f}")

# %% [markdown]
# ## Part C: judging samples
#
# Two sets of draws from one distribution are not at distance 0: the Fréchet distance is too large for few samples.

# %%
for size in (20, 200, 2000):
    a, b = rng.normal(size=(2, size, 8))
    distances = u07.frechet_distance(a, b), u07.kernel_distance(a, b)
    print(f"{size} samples: Fréchet distance {distances[0]:.3f}, KID {distances[1]:+.3f}")

# %% [markdown]
# ## Part D: latent variables and likelihoods
#
# A codebook replaces each vector by its nearest one. Two clusters, two vectors: after some steps each has one cluster.

# %%
quantizer = u07.VectorQuantizer(2, gamma=0.5, seed=0)
z = np.concatenate([rng.normal(size=(50, 2)) * 0.1, rng.normal(size=(50, 2)) * 0.1 + 3]).astype("float32")
quantizer(z)
for _ in range(20):
    quantizer.update(z)
error = np.mean((ops.convert_to_numpy(quantizer(z)) - z) ** 2)
print(
    f"codebook with 2 vectors: mean squared error {error:.3f}; variance of the data {z.var(axis=0).mean():.3f}"
)

# %% [markdown]
# ## Part E: diffusion and flows in continuous time
#
# How much of the data's variance is left, and how much is noise?

# %%
for name, schedule in (("linear", u07.linear_schedule), ("cosine", u07.cosine_schedule)):
    left = np.asarray(schedule(1000))
    print(f"{name} schedule: of the data's variance {left[500]:.3f} is left after half of the 1000 steps")
