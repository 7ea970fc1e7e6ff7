"""The lesson of unit 5: one kernel at every position, well-known networks, and what they find in an image."""

# %% [markdown]
# # Unit 5: Convolutional Neural Networks
#
# Run this file cell by cell in an editor that supports the percent format (`# %%`), or as a whole with Python.
