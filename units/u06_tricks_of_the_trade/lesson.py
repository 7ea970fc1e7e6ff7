"""The lesson of unit 6: weights that are reused, settings that are searched for, depth, recipes, smaller networks."""

# %% [markdown]
# # Unit 6: Tricks of the Trade
#
# Run this file cell by cell in an editor that supports the percent format (`# %%`), or as a whole with Python.

# %% [markdown]
# ## Part A: transfer learning

# %% [markdown]
# ## Part B: tuning

# %% [markdown]
# ## Part C: depth and autoencoders

# %% [markdown]
# ## Part D: a training recipe

# %% [markdown]
# ## Part E: smaller and faster
