"""The lesson of unit 7: games, adversarial networks, judging samples, likelihoods, diffusion."""

# %% [markdown]
# # Unit 7: Generative Models
#
# Run this file cell by cell in an editor that supports the percent format (`# %%`), or as a whole with Python.

# %% [markdown]
# ## Part A: games

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
