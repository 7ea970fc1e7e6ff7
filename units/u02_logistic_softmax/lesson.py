"""The lesson of unit 2: from the perceptron to a trained network with one layer."""

# %% [markdown]
# # Unit 2: Logistic Regression Type Neural Networks
#
# Run this file cell by cell in an editor that supports the percent format (`# %%`), or as a whole with Python.

# %%
import keras
import numpy as np
from keras import ops

import course
from units import u02_logistic_softmax as u02
from units.u01_machine_learning.binomial_interval import wilson_interval
from units.u01_machine_learning.pca import PCA
from units.u02_logistic_softmax.worked_epoch import worked_epoch

# %% [markdown]
# ## The perceptron
#
# The perceptron updates w ← w + y x whenever y wᵀx ≤ 0. Here the two classes lie on different sides of a line:

# %%
rng = np.random.default_rng(2)
cloud = rng.normal(size=(200, 2)).astype("float32")
teacher = np.array([1.0, -0.5], "float32")
x = cloud[np.abs(cloud @ teacher) > 0.2]
y = np.sign(x @ teacher).astype("int32")

perceptron = u02.Perceptron().fit(x, y)
print("mistakes:", perceptron.mistakes, " all right:", perceptron.converged)

# %% [markdown]
# Novikoff's theorem says that there are at most (R/γ)² mistakes, in whatever order the samples are visited.

# %%
print(f"the bound: {u02.mistake_bound(x, y, teacher):.0f}")

# %% [markdown]
# On d orthogonal samples the bound is reached: there are d mistakes, and the bound is d.

# %%
corners, signs = np.eye(6, dtype="float32"), np.array([1, -1, 1, -1, 1, -1])
worst = u02.Perceptron().fit(corners, signs)
print(
    worst.mistakes,
    "mistakes; the bound is",
    round(u02.mistake_bound(corners, signs, signs.astype("float32")), 3),
)

# %% [markdown]
# ## From a sign to a probability
#
# The sigmoid model gives a probability: ŷ = σ_Sig(wᵀx + b). Its log-odds are linear, so the odds are multiplied by e^w
# if the feature grows by 1. The example shows the odds that a tumour is malignant, for two standardized features.

# %%
cancer = course.data.load("breast_cancer")
features = cancer.features()[:, [21, 24]]  # worst texture, worst smoothness
features = (features - features.mean(axis=0)) / features.std(axis=0)
malignant = 1 - cancer.labels()

fit = u02.newton_logistic(features, malignant)
for name, ratio, low, high in zip(("texture", "smoothness"), *fit.odds_ratios(), strict=True):
    print(f"one standard deviation more of {name}: odds times {ratio:.2f}   (95%: {low:.2f} to {high:.2f})")

# %%
p = u02.sigmoid_model(features, fit.w, fit.b)
right = ops.convert_to_numpy(u02.decide(p)) == malignant
print(f"right on {right.mean():.1%} of the data that it was fitted to")

# %% [markdown]
# ## More than two classes
#
# Softmax turns K logits into K probabilities. Adding the same number to all logits does not change the result. An
# implementation uses this to avoid overflow:

# %%
z = np.array([[1.0, 2.0, 3.0]], "float32")
print("softmax(z)       ", ops.convert_to_numpy(u02.softmax(z)))
print("softmax(z + 1000)", ops.convert_to_numpy(u02.softmax(z + 1000)))
print("without the shift", ops.convert_to_numpy(u02.naive_softmax(z + 1000)))

# %% [markdown]
# ## The loss that follows from maximum likelihood
#
# The cross-entropy is minus the logarithm of the probability that the model gives to the observed class. For a uniform
# prediction over K classes it is log K.

# %%
print("uniform over 10:    ", float(u02.cross_entropy([3], np.zeros((1, 10), "float32"))[0]), "= log 10")
print("confident and right:", float(u02.cross_entropy([0], np.array([[300.0, 0.0]], "float32"))[0]))
print("confident and wrong:", float(u02.cross_entropy([1], np.array([[300.0, 0.0]], "float32"))[0]))

# %% [markdown]
# Why not the squared error? Its derivative is almost 0 where the model is wrong with high confidence (z = −10, y = 1):

# %%
one, far = np.ones(1, "float32"), np.array([-10.0], "float32")
print("derivative of the cross-entropy:", float(u02.cross_entropy_slope(one, far)[0]))
print("derivative of the squared loss: ", float(u02.squared_slope(one, far)[0]))

# %% [markdown]
# ## The gradient, by hand and checked
#
# The gradient is the prediction minus the label, times the input. We compute it in three independent ways: by the
# formula, by the automatic differentiation of the backend, and by finite differences of the loss in float64.

# %%
iris = course.data.load("iris")
x, y = iris.features(), iris.labels()
W, b = rng.normal(size=(3, 4)), rng.normal(size=3)
W32, b32 = W.astype("float32"), b.astype("float32")

by_hand, _ = u02.softmax_gradient(x, y, W32, b32)
by_backend = course.grad(lambda V: ops.mean(u02.cross_entropy(y, u02.logits(x, V, b32))))(W32)


def loss(V):
    """The same loss in NumPy and float64, written as the definition says."""
    e = np.exp(x.astype("float64") @ V.T + b)
    return -np.mean(np.log(e[np.arange(len(y)), y] / e.sum(axis=1)))


by_differences = u02.numerical_gradient(loss, W)
print(
    f"backend against hand:     {u02.relative_error(*map(ops.convert_to_numpy, (by_backend, by_hand))):.1e}"
)
print(f"differences against hand: {u02.relative_error(by_differences, ops.convert_to_numpy(by_hand)):.1e}")

# %% [markdown]
# ## Nonlinear decision boundaries
#
# The decision boundary is linear in the features. If squares and products of x are among the features, it is a curve
# in x:

# %%
rings = course.data.load("rings", n=300, noise=0.15, seed=1)
for degree in (1, 2):
    phi = ops.convert_to_numpy(u02.polynomial_features(rings.features(), degree))
    phi = (phi - phi.mean(axis=0)) / phi.std(axis=0)
    bent = u02.newton_logistic(phi, rings.labels(), penalty=0.1)
    guess = ops.convert_to_numpy(u02.decide(u02.sigmoid_model(phi, bent.w, bent.b)))
    print(f"degree {degree}: {np.mean(guess == rings.labels()):.1%} of the rings' points on the right side")

# %% [markdown]
# ## One epoch by hand
#
# Four samples, three classes, mini-batches of two. With θ = 0 every probability is 1/3, so the first update can be
# computed by hand. The program prints all intermediate results in the order of the computation:

# %%
np.set_printoptions(precision=4, suppress=True)
first, second = worked_epoch()
for line in first.values():
    print(f"{line.symbol} = {line.formula}\n{line.value}")

# %% [markdown]
# The chain rule with the Jacobian of the softmax gives D = (Ŷ − Y)/n, which `backward` uses directly:

# %%
gradients = u02.backward(*(second[symbol].value for symbol in ("X", "Y", "W", "Ŷ")))
gap = np.abs(ops.convert_to_numpy(gradients.W) - second["∂C/∂W"].value).max()
print(f"largest difference: {gap:.1e}")

# %% [markdown]
# ## The batch size
#
# We train for three epochs on 200 digits with the same learning rate and three batch sizes. Small batches make more
# updates:

# %%
digits = course.data.load("digits")
x, y = digits.features("train")[:200], digits.labels("train")[:200]
for batch_size in (200, 20, 2):
    W, b, costs = u02.train(x, y, digits.classes, 0.1, batch_size, 3, np.random.default_rng(0))
    cost = float(ops.mean(u02.cross_entropy(y, u02.logits(x, W, b))))
    print(f"batches of {batch_size:3d}: {len(costs):3d} updates, cost {cost:.3f}")

# %% [markdown]
# ## A training step of your own
#
# `SoftmaxRegression` is a Keras model whose `train_step` we wrote: predict, compute the loss, differentiate,
# update. Read it now, it is short. `fit` does the rest, with any optimizer and on any of the three backends.

# %%
model = u02.SoftmaxRegression(classes=digits.classes)
model.compile(optimizer=keras.optimizers.Adam(0.02))
model.fit(digits.features("train"), digits.labels("train"), batch_size=64, epochs=10, verbose=0)
scores = model.evaluate(digits.features("test"), digits.labels("test"), verbose=0, return_dict=True)
print(f"{model.count_params()} parameters, test accuracy {scores['accuracy']:.3f}")

# %% [markdown]
# With only 360 test images the accuracy is uncertain. The confidence interval says by how much:

# %%
n = len(digits.labels("test"))
low, high = wilson_interval(round(scores["accuracy"] * n), n)
print(f"95% interval: {low:.3f} to {high:.3f}")

# %% [markdown]
# ## The shallow autoencoder
#
# The same kind of layer twice, without labels: encode 64 pixels into 4 numbers, decode them, compare with the input.
# An autoencoder with linear layers cannot be better than PCA, and gradient descent finds the subspace of PCA:

# %%
x = digits.features("train") - digits.features("train").mean(axis=0)
linear = u02.ShallowAutoencoder(features=64, latent=4)
linear.compile(optimizer=keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.01, 20 * 45)))
linear.fit(x, batch_size=32, epochs=20, verbose=0)
V = ops.convert_to_numpy(PCA(4).fit(x).components).T
angles = u02.principal_angles(ops.convert_to_numpy(linear.decoder.kernel).T, V)
print("angles to PCA's subspace, in degrees:", np.degrees(angles))

# %% [markdown]
# To be better than PCA the decoder has to be nonlinear: see `course run u02/autoencoder_beats_pca`. To get nonlinear
# decision boundaries without choosing the features ourselves, we need hidden layers: unit 4. First, unit 3 explains
# optimization.
