"""The lesson of unit 6: weights that are reused, settings that are searched for, depth, recipes, smaller networks."""

# %% [markdown]
# # Unit 6: Tricks of the Trade
#
# Run this file cell by cell in an editor that supports the percent format (`# %%`), or as a whole with Python.

# %%
import keras
import numpy as np
from keras import ops

import course
from units import u06_tricks_of_the_trade as u06
from units.u01_machine_learning import area_under, roc_curve
from units.u04_feedforward import Classifier
from units.u06_tricks_of_the_trade import (
    GaussianProcess,
    Kernel,
    Range,
    SearchSpace,
    bayesian_search,
    brackets,
    expected_improvement,
    random_search,
)

# %% [markdown]
# ## Part A: transfer learning
#
# A network that was trained on one task is a start for another. Here it learns the digits of one camera; another camera
# shows less contrast and more noise, and only three images of each class have labels.

# %%
keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
first, second = u06.two_cameras(course.data.load("digits"), rng)
trained = u06.block_network((8, 8, 1), 10, channels=(8,), normalize=False)
model = Classifier(trained, 10)
model.compile(keras.optimizers.SGD(0.1, momentum=0.9))
model.fit(first.x, first.y, batch_size=100, epochs=10, verbose=0)

# %% [markdown]
# Feature extraction: the body is frozen, so its outputs are computed once, and only a head is trained on them.

# %%
rows = u06.some_of_each(second.y, 3, rng)
head = Classifier(keras.layers.Dense(10), 10)
head.compile(keras.optimizers.SGD(0.1, momentum=0.9))
head.fit(u06.features(trained, second.x[rows]), second.y[rows], batch_size=30, epochs=40, verbose=0)
right = head.predict(u06.features(trained, second.x_test), verbose=0).argmax(axis=1) == second.y_test
print(f"features: {np.mean(right):.2f} of the other camera's test images with 30 labels")

# %% [markdown]
# LoRA leaves a kernel W as it is and learns a change of low rank: x W + (alpha / r) x A B.

# %%
network = keras.Sequential(
    [keras.Input((64,)), keras.layers.Dense(64, "relu", name="hidden"), keras.layers.Dense(10)]
)
print(
    "parameters:",
    network.count_params(),
    " with LoRA of rank 2:",
    u06.trainable_count(u06.with_lora(network, 2)),
)

# %% [markdown]
# SimCLR needs no labels at all: of all views in a batch, a view shall be most similar to the other view of its image.

# %%
views = rng.normal(size=(2, 4, 3))
print("NT-Xent of unrelated views:", np.round(keras.ops.convert_to_numpy(u06.nt_xent(*views)).mean(), 2))
print("of equal ones:", np.round(keras.ops.convert_to_numpy(u06.nt_xent(views[0], views[0])).mean(), 2))

# %% [markdown]
# ## Part B: tuning
#
# A search needs a space, an objective and a budget. Learning rates are spread in their logarithm.

# %%
space = SearchSpace({"learning_rate": Range(1e-4, 10.0, log=True), "width": Range(2, 64, whole=True)})


def cost(settings):
    """A cost with its minimum at a learning rate of 0.1 and a width of 40."""
    return np.log10(settings["learning_rate"] / 0.1) ** 2 + ((settings["width"] - 40) / 20) ** 2


# %% [markdown]
# With the same number of evaluations, a model of the cost is ahead of chance.

# %%
chance = random_search(cost, space, 20, np.random.default_rng(0))
modelled = bayesian_search(cost, space, 20, np.random.default_rng(0))
print(f"random {chance.best_cost:.4f} at {chance.best}")
print(f"Bayesian {modelled.best_cost:.4f} at {modelled.best}")

# %% [markdown]
# The model is a Gaussian process. At a point that was evaluated its deviation is small, far away it is that of the
# prior; the expected improvement weighs a low mean against a large deviation.

# %%
process = GaussianProcess(Kernel(2.5, length_scales=0.3), noise=1e-6).fit([[0.0], [0.5]], [1.0, -1.0])
mean, std = process.posterior([[0.5], [0.6], [3.0]])
print("mean", mean.round(3), "deviation", std.round(3))
print("expected improvement", expected_improvement(mean, std, best=-1.0).round(3))

# %% [markdown]
# Hyperband: rounds of (number of settings, epochs), from bold to careful.

# %%
for bracket in brackets(27):
    print(bracket)

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
#
# A small network learns from the probabilities of a large one. A temperature τ shows what the teacher thinks about the
# classes that are not the most likely one.

# %%
teacher_logits = np.array([[9.0, 5.0, -3.0]], "float32")
for temperature in (1.0, 4.0):
    print(
        f"τ = {temperature:g}:", np.round(ops.convert_to_numpy(ops.softmax(teacher_logits / temperature)), 3)
    )
print("cost of a student that knows nothing:", u06.soft_cross_entropy(np.zeros((1, 3)), teacher_logits, 4.0))

# %% [markdown]
# Pruning removes the weights with the smallest absolute values. What is left needs fewer bytes only in a format that
# says where the numbers are.

# %%
weights = np.random.default_rng(0).normal(size=(64, 32)).astype("float32")
for sparsity in (0.0, 0.5, 0.9, 0.97):
    (mask,) = u06.magnitude_masks([weights], sparsity)
    sizes = {layout: u06.stored_bytes([weights * mask], layout) for layout in ("dense", "bits", "indices")}
    print(f"{sparsity:.0%} removed:", sizes)

# %% [markdown]
# Eight bits need a quarter of the bytes of float32. The error is at most half a step Δ; with a Δ for each unit it is
# small for small units, too.

# %%
weights[:, 0] *= 20
for axis in (None, 0):
    restored = ops.convert_to_numpy(u06.dequantize(*u06.quantize(weights, axis)))
    print(f"axis {axis}: largest error of the small units {np.abs(restored - weights)[:, 1:].max():.4f}")

# %% [markdown]
# Muon replaces the singular values of a step by about 1. Five steps of Newton–Schulz do this with matrix products only.

# %%
for steps in (0, 1, 5):
    values = np.linalg.svd(ops.convert_to_numpy(u06.orthogonalize(weights, steps)), compute_uv=False)
    print(f"{steps} steps: singular values from {values.min():.3f} to {values.max():.3f}")

# %% [markdown]
# In the standard parametrization the best learning rate falls with the width. muP lets hidden and last layers move less
# in wider networks, so that one rate fits all widths.

# %%
for width in (32, 256):
    for name in ("standard", "muP"):
        rules = u06.width_rules(name, inputs=64, width=width, classes=10, base=32)
        print(f"N = {width}, {name}: standard deviation and factor", [(round(s, 3), d) for s, d in rules])
