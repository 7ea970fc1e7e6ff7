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
#
# A range test: the learning rate grows in every step of one short run, and the model is put back afterwards.

# %%
digits = course.data.load("digits")
x, y = digits.images("train")[:1280], digits.labels("train")[:1280]
network = keras.Sequential(
    [keras.Input((8, 8, 1)), keras.layers.Flatten(), keras.layers.Dense(32, "relu"), keras.layers.Dense(10)]
)
recipe = u06.RecipeClassifier(
    network,
    10,
    smoothing=0.1,
    mix=u06.RandomMix("mix_up", 0.2, seed=1),
    parts=2,
    average=u06.WeightAverage(0.9),
)
recipe.compile(keras.optimizers.Adam(1e-3))
found = u06.find_learning_rate(recipe, x, y, batch_size=128, steps=60)
print(f"the cost falls fastest at a learning rate of {found.suggestion:.2g}")

# %% [markdown]
# The same model smooths the labels, mixes images in its step, accumulates the gradient of two halves of a batch, and
# averages its weights. We train it and evaluate with the averages.

# %%
recipe.optimizer.learning_rate = found.suggestion / 3
recipe.fit(x, y, batch_size=128, epochs=12, verbose=0)
test = digits.images("test"), digits.labels("test")
with recipe.average.swapped(recipe.trainable_variables):
    print(
        f"test accuracy: {recipe.evaluate(*test, batch_size=120, verbose=0, return_dict=True)['accuracy']:.2f}"
    )
u = recipe.predict(x, batch_size=128, verbose=0)
print(
    f"logit gap: {u06.logit_gap(y, u):.1f}; the best for smoothed labels is {u06.best_logit_gap(0.1, 10):.1f}"
)

# %% [markdown]
# ## Part E: smaller and faster
