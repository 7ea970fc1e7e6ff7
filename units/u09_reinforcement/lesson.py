"""The lesson of unit 9: bandits, planning, learning from experience, deep Q-learning, policy gradients."""

# %% [markdown]
# # Unit 9: Deep Reinforcement Learning
#
# Run this file cell by cell in an editor that supports the percent format (`# %%`), or as a whole with Python.

# %%
import numpy as np

from units import u09_reinforcement as u09

rng = np.random.default_rng(0)

# --- part A: bandits ---

# --- part B: planning ---

# --- part C: learning from experience ---

# --- part D: deep Q-learning ---

# --- part E: policy gradients ---
