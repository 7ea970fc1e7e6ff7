"""The lesson of unit 6: weights that are reused, settings that are searched for, depth, recipes, smaller networks."""

# %% [markdown]
# # Unit 6: Tricks of the Trade
#
# Run this file cell by cell in an editor that supports the percent format (`# %%`), or as a whole with Python.

# %%
import keras

import course
from units import u06_tricks_of_the_trade as u06

# %% [markdown]
# ## Part A: transfer learning

# %% [markdown]
# ## Part B: tuning

# %% [markdown]
# ## Part C: depth and autoencoders

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
