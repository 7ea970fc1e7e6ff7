"""The lesson of unit 1: from data as arrays to an unbiased estimate of the performance of a model."""

# %% [markdown]
# # Unit 1: Machine Learning Introduction
#
# Run this file cell by cell in an editor that supports the percent format (`# %%`), or as a whole with Python.

# %%
import numpy as np
from keras import ops

import course
from units import u01_machine_learning as u01

rng = np.random.default_rng(1)

# %% [markdown]
# ## Four kinds of learning
#
# *Supervised*: pairs (x, y). Five nearest neighbours learn the species of an iris from its petals, and are tested
# on flowers that were not in the training set.

# %%
iris = course.data.load("iris")
petals, species = iris.features()[:, 2:], iris.labels()
train, _, test = u01.train_dev_test(len(petals), dev=0, test=0.4, rng=rng, y=species)
neighbours = u01.NearestNeighbours(classes=3, k=5).fit(petals[train], species[train])
guesses = ops.convert_to_numpy(neighbours.predict(petals[test]))
print("supervised: accuracy on unseen flowers", np.mean(guesses == species[test]).round(3))

# %% [markdown]
# *Unsupervised*: the same petals without labels. K-means finds three groups. Only afterwards we compare the groups
# with the labels.

# %%
groups = ops.convert_to_numpy(u01.kmeans(petals, 3, rng, restarts=5).labels)
for group in range(3):
    print("unsupervised: group", group, "holds", np.bincount(species[groups == group], minlength=3))

# %% [markdown]
# *Reinforcement*: no label says which arm is the best; the learner sees only the rewards. Without exploration (ε = 0)
# most learners stay with an arm that gave a good reward at the beginning.

# %%
for epsilon in (0.0, 0.1):
    game = u01.play_bandit([0.2, 0.8, 1.5, 0.5], epsilon, steps=100, runs=200, rng=rng)
    print(f"reinforcement: ε = {epsilon}: {game.best[-20:].mean():.0%} pull the best arm in the end")

# %% [markdown]
# *Generative*: fit a distribution and draw new data, x = μ + L z with Σ = L Lᵀ.

# %%
mean, covariance = u01.fit_gaussian(petals[species == 1])
print(
    "generative: new petals\n",
    ops.convert_to_numpy(u01.sample_gaussian(mean, covariance, rng.normal(size=(3, 2)))),
)

# %% [markdown]
# ## Data are arrays
#
# An image becomes a vector row by row. The vector can be turned back into the image without loss.

# %%
digits = course.data.load("digits")
images = digits.images("train")[:2]
x = u01.vectorize(images)
print(images.shape, "->", tuple(x.shape), "->", tuple(u01.devectorize(x, images.shape[1:]).shape))

# %% [markdown]
# A categorical feature without an order gets one column for each value. One with an order becomes a number.

# %%
print(ops.convert_to_numpy(u01.one_hot(u01.codes(["red", "blue"], order=["blue", "green", "red"]), 3)))
print(u01.codes(["large", "small"], order=["small", "medium", "large"]))
print(u01.bag_of_words(["not a good film", "a good good film"], ["film", "good", "not"]))

# %% [markdown]
# ## The linear model, solved in three ways
#
# The normal equations XᵀXθ = Xᵀy, the pseudo-inverse X⁺y and (after enough steps) gradient descent give the same θ.

# %%
diabetes = course.data.load("diabetes")
measured, progression = u01.standardize(diabetes.features(), diabetes.features()), diabetes.labels()
X = u01.with_constant(measured)
solved = u01.normal_equations(X, progression)
inverted = u01.predict(u01.pseudo_inverse(X), progression)
walked = u01.gradient_descent(X, progression, steps=2500, every=500)
for name, theta in (("solved", solved), ("inverted", inverted), ("walked", walked.theta)):
    print(f"{name:>9}:", ops.convert_to_numpy(theta)[:6].round(1))

# %% [markdown]
# Ridge regression adds the penalty λ‖w‖². One singular value decomposition gives the solution for every λ. A larger λ
# makes the weights smaller and reduces the effective degrees of freedom.

# %%
path = u01.ridge_path(measured, progression, [0.0, 10.0, 1000.0])
lengths = ops.convert_to_numpy(ops.sqrt(ops.sum(path.w**2, axis=1)))
for penalty, length, freedom in zip((0, 10, 1000), lengths, ops.convert_to_numpy(path.freedom), strict=True):
    print(f"λ = {penalty:>4}: ‖w‖ = {length:.1f}, degrees of freedom {freedom:.1f}")

# %% [markdown]
# ## Classifiers
#
# Least squares can classify: ten models that separate one digit from all others, or 45 models for all pairs of
# digits.

# %%
x_train, y_train = digits.features("train"), digits.labels("train")
x_test, y_test = digits.features("test"), digits.labels("test")
rest = u01.OneVsRest(10).fit(x_train, y_train)
pairs = u01.OneVsOne(10).fit(x_train, y_train)
for name, model in (("one-vs-rest", rest), ("one-vs-one", pairs)):
    right = int(np.sum(ops.convert_to_numpy(model.predict(x_test)) == y_test))
    low, high = u01.wilson_interval(right, len(y_test))
    print(f"{name}: {right / len(y_test):.3f}, with 95% confidence between {low:.3f} and {high:.3f}")

# %% [markdown]
# Why is one-vs-rest worse? A linear score cannot be largest for a class that lies between the others. Here class 0
# lies in the middle.

# %%
clouds = course.data.load("four_classes", n=400, noise=0.6, seed=0)
middle = clouds.features()[clouds.labels() == 0]
for kind in (u01.OneVsRest, u01.OneVsOne, u01.LogisticClassifier):
    model = kind(4).fit(clouds.features(), clouds.labels())
    found = np.mean(ops.convert_to_numpy(model.predict(middle)) == 0)
    print(f"{kind.__name__}: {found:.0%} of the class in the middle")

# %% [markdown]
# A decision tree compares one feature with a threshold at a time, and a person can read its rules.

# %%
print(*u01.DecisionTree(3, depth=2).fit(petals, species).rules(), sep="\n")

# %% [markdown]
# ## How good is it?
#
# All scores follow from the confusion matrix. Its rows are the true classes, its columns the predicted classes.

# %%
M = u01.confusion_matrix(y_test, rest.predict(x_test), 10)
scores = u01.class_scores(M)
worst = int(ops.convert_to_numpy(ops.argmin(scores.recall)))
print(f"accuracy {float(u01.accuracy(M)):.3f}, macro F1 {float(u01.macro_scores(M).f1):.3f}")
print(f"hardest to find: {worst}, recall {float(scores.recall[worst]):.2f}")
print(f"among the best three: {float(u01.top_k_accuracy(y_test, rest.decision_function(x_test), 3)):.3f}")

# %% [markdown]
# A ROC curve shows all thresholds at once. The area below it is the probability that a positive sample gets a higher
# score than a negative one.

# %%
cancer = course.data.load("breast_cancer")
malignant = (cancer.labels() == cancer.class_names.index("malignant")).astype("int32")
radius = cancer.features()[:, 0]
curve = u01.roc_curve(malignant, radius)
print(
    f"AUC of the radius alone: area {u01.area_under(curve):.4f}, chance {u01.rank_probability(malignant, radius):.4f}"
)

# %% [markdown]
# ## Machine learning and statistics
#
# Statistics asks which coefficients differ from 0 with high confidence, if the assumptions of the model hold.

# %%
fit = u01.linear_inference(ops.convert_to_numpy(X), progression)
for name, low, high in zip(diabetes.feature_names, fit.low[1:], fit.high[1:], strict=True):
    print(f"{name:<28} {low:6.1f} to {high:6.1f} {'' if low <= 0 <= high else '*'}")

# %% [markdown]
# Machine learning asks how large the errors are for patients that were not used to fit the model. Everything that is
# estimated from data, also the scaling, uses the training rows only.


# %%
def held_out_error(train, dev):
    """Root mean squared error on the dev rows."""
    features = diabetes.features()
    a, b = (u01.with_constant(u01.standardize(features[rows], features[train])) for rows in (train, dev))
    predicted = ops.convert_to_numpy(u01.predict(b, u01.normal_equations(a, progression[train])))
    return np.sqrt(np.mean((predicted - progression[dev]) ** 2))


errors = u01.cross_validate(held_out_error, u01.kfold(len(progression), 10, rng=rng))
print(f"held-out error {errors.mean():.1f}; the fit itself claims σ = {fit.sigma:.1f}")

# %% [markdown]
# ## Bias and variance
#
# Polynomials of increasing degree, each fitted to 200 data sets of 40 noisy points of a sine. The expected error is
# bias² + variance + noise: the first decreases with the degree, the second increases.

# %%
points, grid, sigma = rng.uniform(-1, 1, (200, 40)), np.linspace(-0.9, 0.9, 50), 0.3
targets = np.sin(np.pi * points) + sigma * rng.normal(size=points.shape)
for degree in (1, 3, 9):
    predictions = u01.polynomial_predictions(points, targets, grid, degree)
    parts = u01.decompose(predictions, np.sin(np.pi * grid), sigma)
    bias2, variance = (float(ops.convert_to_numpy(ops.mean(part))) for part in (parts.bias2, parts.variance))
    print(f"degree {degree}: bias² {bias2:.3f} + variance {variance:.3f} + noise {sigma**2:.3f}")

# %% [markdown]
# ## Structure without labels
#
# The thirty measurements of a tumour are strongly correlated: PCA finds the few directions that explain most of the
# variance. And a matrix of low rank approximates a photograph well.

# %%
pca = u01.PCA(5).fit(u01.standardize(cancer.features(), cancer.features()))
print("explained:", ops.convert_to_numpy(pca.explained_variance_ratio).round(3))
photograph = course.data.load("sample_images").images()[0, ::2, ::2]
for rank in (5, 40):
    error = ops.convert_to_numpy(u01.compress_image(photograph, rank)) - photograph
    print(f"rank {rank}: mean squared error {np.mean(error**2):.4f}")

# %% [markdown]
# Finally a question of the book's first chapter: the amount of data in the world grows exponentially. The estimate of
# its doubling time has a confidence interval.

# %%
world = course.data.load("world_data")
estimated = world.projected == 0
doubling = u01.doubling_time(u01.fit_exponential(world.year[estimated], world.zettabytes[estimated]))
print(f"doubling every {doubling.value:.1f} years (95%: {doubling.low:.1f} to {doubling.high:.1f})")
