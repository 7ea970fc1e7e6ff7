"""The lesson of unit 6: weights that are reused, settings that are searched for, depth, recipes, smaller networks."""

# %% [markdown]
# # Unit 6: Tricks of the Trade
#
# Run this file cell by cell in an editor that supports the percent format (`# %%`), or as a whole with Python.

# %%
import keras
import numpy as np

import course
from units import u06_tricks_of_the_trade as u06
from units.u01_machine_learning import area_under, roc_curve

# %% [markdown]
# ## Part A: transfer learning

# %% [markdown]
# ## Part B: tuning

# %% [markdown]
# ## Part C: depth and autoencoders
#
# A plain block halves the correlation between the gradients at two inputs, a residual block keeps three quarters of it.
# With batch normalization, random networks follow this closely; residual ones forget even more slowly.

# %%
rng = np.random.default_rng(0)
print("blocks  plain, batch norm   residual, batch norm   (theory, then ten random networks)")
for depth in (1, 4, 8):
    pair = [u06.kinds(depth)[name] for name in ("plain, batch norm", "residual, batch norm")]
    theory = [u06.assumed_correlation(depth, kind) for kind in pair]
    measured = [u06.measured_correlation(depth, kind, rng, width=60) for kind in pair]
    print(f"{depth:4d}", *(f"{a:12.3f} {b:7.3f}" for a, b in zip(theory, measured, strict=True)))

# %% [markdown]
# An autoencoder that has seen only the digits 0 to 4 reconstructs them well, and the other digits badly: the error of
# the reconstruction detects what is unknown.

# %%
d = course.data.load("digits")
known = np.isin(d.labels("train"), (0, 1, 2, 3, 4))
autoencoder = u06.Autoencoder(*u06.dense_coder(64, (64,), latent=8, activation="elu"))
autoencoder.compile(keras.optimizers.Adam(0.01))
costs = autoencoder.fit(d.features("train")[known], batch_size=32, epochs=10, verbose=0).history["loss"]
print(f"training cost: {costs[0]:.3f} to {costs[-1]:.3f}")

# %%
x = d.features("test")
errors = np.mean((autoencoder.predict(x, batch_size=len(x), verbose=0) - x) ** 2, axis=1)
unknown = (d.labels("test") > 4).astype("int32")
print(
    f"error of known digits {errors[unknown == 0].mean():.3f}, of unknown ones {errors[unknown == 1].mean():.3f}"
)
print(f"area under the ROC curve of the error: {area_under(roc_curve(unknown, errors)):.2f}")

# %% [markdown]
# ## Part D: a training recipe

# %% [markdown]
# ## Part E: smaller and faster
