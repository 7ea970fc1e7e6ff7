"""The lesson of unit 7: games, adversarial networks, judging samples, likelihoods, diffusion."""

# %% [markdown]
# # Unit 7: Generative Models
#
# Run this file cell by cell in an editor that supports the percent format (`# %%`), or as a whole with Python.

# %%
import numpy as np

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

# %% [markdown]
# ## Part C: judging samples, and uses

# %% [markdown]
# ## Part D: latent variables and likelihoods

# %% [markdown]
# ## Part E: diffusion and flows in continuous time

# %% [markdown]
# ## Part F: the whole unit
