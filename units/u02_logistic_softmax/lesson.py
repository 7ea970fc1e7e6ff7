"""Unit 2, walked through: from a neuron that learns from its mistakes to a network that is trained."""

# %% [markdown]
# # Unit 2: Logistic Regression Type Neural Networks
#
# Run it cell by cell in an editor that knows the percent format, or from top to bottom.

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
# ## A neuron that learns from its mistakes
#
# The perceptron corrects w ← w + y x whenever y wᵀx ≤ 0. Two clouds on either side of a line:

# %%
rng = np.random.default_rng(2)
cloud = rng.normal(size=(200, 2)).astype("float32")
teacher = np.array([1.0, -0.5], "float32")
x = cloud[np.abs(cloud @ teacher) > 0.2]
y = np.sign(x @ teacher).astype("int32")

perceptron = u02.Perceptron().fit(x, y)
print("mistakes:", perceptron.mistakes, " all right:", perceptron.converged)

# %% [markdown]
# Novikoff promised that there would be at most (R/γ)² of them, whatever the order of the samples.

# %%
print(f"the bound: {u02.mistake_bound(x, y, teacher):.0f}")

# %% [markdown]
# On orthogonal samples the promise is kept to the last mistake: d of them, and the bound is d.

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
# The sigmoid model says how sure it is: ŷ = σ(wᵀx + b). Its log-odds are linear, so that e^w is the factor on the
# odds. Here are tumours, and the odds of malignant as a function of two features (standardised).

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
# Softmax turns K logits into K probabilities. It does not see a shift of all logits, and that is what saves it from
# overflowing:

# %%
z = np.array([[1.0, 2.0, 3.0]], "float32")
print("softmax(z)       ", ops.convert_to_numpy(u02.softmax(z)))
print("softmax(z + 1000)", ops.convert_to_numpy(u02.softmax(z + 1000)))
print("as typed         ", ops.convert_to_numpy(u02.naive_softmax(z + 1000)))

# %% [markdown]
# ## The loss that maximum likelihood asks for
#
# The cross-entropy is minus the logarithm of the probability that the model gave to what happened. A uniform guess
# among K classes costs log K.

# %%
print("uniform guess of 10:", float(u02.cross_entropy([3], np.zeros((1, 10), "float32"))[0]), "= log 10")
print("sure and right:     ", float(u02.cross_entropy([0], np.array([[300.0, 0.0]], "float32"))[0]))
print("sure and wrong:     ", float(u02.cross_entropy([1], np.array([[300.0, 0.0]], "float32"))[0]))

# %% [markdown]
# Why not the squared error? Because of its slope where the model is wrong and sure of it (z = −10, y = 1):

# %%
one, far = np.ones(1, "float32"), np.array([-10.0], "float32")
print("slope of the cross-entropy:", float(u02.cross_entropy_slope(one, far)[0]))
print("slope of the squared loss: ", float(u02.squared_slope(one, far)[0]))

# %% [markdown]
# ## The gradient, by hand and checked
#
# Prediction minus label, times the input. We check it in three ways that know nothing of each other: the formula, the
# backend's automatic differentiation, and differences of the loss in float64.

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
# ## Beyond lines
#
# The boundary is linear in the features that we give it. With squares and products among them it is a curve in x:

# %%
rings = course.data.load("rings", n=300, noise=0.15, seed=1)
for degree in (1, 2):
    phi = ops.convert_to_numpy(u02.polynomial_features(rings.features(), degree))
    phi = (phi - phi.mean(axis=0)) / phi.std(axis=0)
    bent = u02.newton_logistic(phi, rings.labels(), penalty=0.1)
    guess = ops.convert_to_numpy(u02.decide(u02.sigmoid_model(phi, bent.w, bent.b)))
    print(f"degree {degree}: {np.mean(guess == rings.labels()):.1%} of the rings' points on the right side")

# %% [markdown]
# ## One epoch with a pencil
#
# Four samples, three classes, mini-batches of two. From θ = 0 every probability is 1/3, so that the first update can be
# done on paper. Here is everything in it, in the order of the computation:

# %%
np.set_printoptions(precision=4, suppress=True)
first, second = worked_epoch()
for line in first.values():
    print(f"{line.symbol} = {line.formula}\n{line.value}")

# %% [markdown]
# The chain through the softmax's Jacobian ends in Δ = (Ŷ − Y)/n, which `backward` uses directly:

# %%
gradients = u02.backward(*(second[symbol].value for symbol in ("X", "Y", "W", "Ŷ")))
gap = np.abs(ops.convert_to_numpy(gradients.W) - second["∂C/∂W"].value).max()
print(f"largest difference: {gap:.1e}")

# %% [markdown]
# ## How many samples for one step?
#
# The same three epochs over 200 digits, the same learning rate, three batch sizes. Small batches make more updates:

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
# `SoftmaxRegression` is a Keras model whose `train_step` we wrote: predict, measure, differentiate, update. Read it
# now, it is short. `fit` does the rest, with any optimizer and on any of the three backends.

# %%
model = u02.SoftmaxRegression(classes=digits.classes)
model.compile(optimizer=keras.optimizers.Adam(0.02))
model.fit(digits.features("train"), digits.labels("train"), batch_size=64, epochs=10, verbose=0)
scores = model.evaluate(digits.features("test"), digits.labels("test"), verbose=0, return_dict=True)
print(f"{model.count_params()} parameters, test accuracy {scores['accuracy']:.3f}")

# %% [markdown]
# 360 test images leave room for chance. The interval says how much:

# %%
n = len(digits.labels("test"))
low, high = wilson_interval(round(scores["accuracy"] * n), n)
print(f"95% interval: {low:.3f} to {high:.3f}")

# %% [markdown]
# ## The shallow autoencoder
#
# The same kind of layer twice, without labels: encode 64 pixels into 4 numbers, decode them, compare with the input.
# With nothing but linear maps it can do no better than PCA, and gradient descent finds PCA's subspace:

# %%
x = digits.features("train") - digits.features("train").mean(axis=0)
linear = u02.ShallowAutoencoder(features=64, latent=4)
linear.compile(optimizer=keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.01, 20 * 45)))
linear.fit(x, batch_size=32, epochs=20, verbose=0)
V = ops.convert_to_numpy(PCA(4).fit(x).components).T
angles = u02.principal_angles(ops.convert_to_numpy(linear.decoder.kernel).T, V)
print("angles to PCA's subspace, in degrees:", np.degrees(angles))

# %% [markdown]
# To beat PCA the decoder must bend: see `course run u02/autoencoder_beats_pca`. And to draw boundaries that are not
# straight without choosing the features ourselves we need hidden layers: unit 4. First, unit 3 looks at the descent.
