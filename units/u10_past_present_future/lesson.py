"""The lesson of unit 10: past, large models, graphs, uncertainty, attacks and responsibility."""

# %% [markdown]
# # Unit 10: Past, Present and Future
#
# Run this file cell by cell in an editor that supports the percent format (`# %%`), or as a whole with Python.

# %%
import numpy as np

from units import u10_past_present_future as u10

rng = np.random.default_rng(0)


# --- part A: the past ---

# --- part B: large models ---

# --- part C: graphs ---

# --- part D: uncertainty ---

# --- part E: attacks and responsibility ---
