"""The lesson of unit 1: from data as arrays to an unbiased estimate of the performance of a model."""

# %% [markdown]
# # Unit 1: Machine Learning Introduction
#
# Run this file cell by cell in an editor that supports the percent format (`# %%`), as a notebook
# (`course notebooks build u01`), or as a whole with Python. It takes about 90 minutes. At the end of each part there is
# a question; think first, then unfold the answer.
#
# **What you will be able to do.** You will tell the kinds of learning apart and write data as arrays; derive the linear
# model in three ways and know which one to use; build classifiers and see where they fail; measure a classifier with a
# confidence interval; estimate an error without bias; explain an error by bias and variance; and find structure without
# labels.
#
# **What you need.** Unit 0: sums, matrices, the gradient, mean and variance. If `keras.ops` is new to you, read [its
# page](keras_ops.md) first: it takes five minutes.

# %%
import numpy as np
from scipy import stats
from sklearn.cluster import KMeans

import course
from course.validation import array
from units import u01_machine_learning as u01

rng = np.random.default_rng(1)


# %% [markdown]
# ## Part 1: Four kinds of learning (10 minutes)
#
# A program that recognizes flowers could be written by hand: measure the petals, compare them with a table of rules.
# Learning replaces the table by samples. What a learner can find depends on what it is *given*: samples with their
# answers, samples alone, or only rewards. The following four programs are the smallest ones that show the difference.
#
# *Supervised learning* is given pairs $(x, y)$ and looks for a map from $x$ to $\hat y$. Five nearest neighbours learn
# the species of an iris from two lengths of its petals, and they are judged on flowers that they have not seen.
# *Unsupervised learning* is given $x$ alone. K-means looks for three groups; we use the species only afterwards, to see
# what the groups are.

# %%
iris = course.data.load("iris")
petals, species = iris.features()[:, 2:], iris.labels()
train, _, test = u01.train_dev_test(len(petals), dev=0, test=0.4, rng=rng, y=species)
neighbours = u01.NearestNeighbours(classes=3, k=5).fit(petals[train], species[train])
guesses = array(neighbours.predict(petals[test]))
print(f"supervised: right on {np.mean(guesses == species[test]):.1%} of {len(test)} unseen flowers")

groups = array(u01.kmeans(petals, 3, rng, restarts=5).labels)
for group in range(3):
    print(f"unsupervised: group {group} holds", np.bincount(species[groups == group], minlength=3))

# %% [markdown]
# The three counts in a line belong to the three species. Each group consists almost entirely of one species, although
# K-means never saw a label. It could not say which group is which species: that information is not in the data that it
# was given.
#
# *Reinforcement learning* is given neither: it acts, and receives a reward. A bandit has several arms, and arm $a$
# gives rewards with the unknown mean $\mu_a$. The learner keeps the number $N_a$ of pulls and the mean $Q_a$ of the
# rewards of each arm. A mean does not need the old rewards. If $Q_a$ is the mean of $N_a - 1$ rewards and $r$ is the
# next one, the new mean is
#
# $$\frac{(N_a - 1)\, Q_a + r}{N_a} = Q_a + \frac{1}{N_a}\,(r - Q_a).$$
#
# The right-hand side is "old estimate plus step size times error". You will meet this form again in gradient descent,
# in batch normalization and in Q-learning. With the probability $\varepsilon$ the learner pulls any arm, otherwise the
# arm with the largest $Q_a$.

# %%
for epsilon in (0.0, 0.1):
    game = u01.play_bandit([0.2, 0.8, 1.5, 0.5], epsilon, steps=100, runs=200, rng=rng)
    print(f"reinforcement: ε = {epsilon}: {game.best[-20:].mean():.0%} of the last pulls are of the best arm")

# %% [markdown]
# Without exploration many learners stay with an arm that gave a good reward at the beginning: its mean stays above 0,
# the other means are still 0, so nothing else is tried.
#
# *Generative learning* looks for a way to draw new samples. The smallest generative model is a normal distribution. Fit
# $\mu$ and $\Sigma$, factor $\Sigma = L L^\top$, and draw $x = \mu + L z$ with $z \sim \mathcal N(0, I)$. This $x$ has
# the right covariance, because $\mathbb E[L z (L z)^\top] = L\, \mathbb E[z z^\top]\, L^\top = L L^\top = \Sigma$.

# %%
mean, covariance = u01.fit_gaussian(petals[species == 1])
drawn = array(u01.sample_gaussian(mean, covariance, rng.normal(size=(2000, 2))))
print("generative: covariance of the flowers\n", array(covariance).round(3))
print("covariance of 2,000 drawn ones\n", np.cov(drawn.T).round(3))

# %% [markdown]
# **Question.** Let all $Q_a$ start at 5 instead of 0, and let $\varepsilon = 0$. All means $\mu_a$ are below 2 and all
# rewards have the standard deviation 1. How often is each arm pulled at least? Is that enough?
#
# <details><summary>Answer</summary>
#
# Each arm is pulled at least once, nearly surely: an arm that was pulled has $Q_a = r$, its first reward (the step size
# is $1/N_a = 1$), and this is far below the 5 of an arm that was not pulled. It is not enough. After one pull each, the
# arm with $\mu = 1.5$, say, looks worse than one with $\mu = 0.8$ if the difference of two rewards, which is normal
# with mean $0.7$ and variance $2$, is negative. The probability of this is $\Phi(-0.7/\sqrt 2) \approx 0.31$, where
# $\Phi$ is the distribution function of $\mathcal N(0, 1)$. Then the better arm is not pulled again as long as another
# arm has the larger mean.
#
# </details>
#
# **Exercises.** `course start u01/ex01`: the smallest learner of each kind.

# %% [markdown]
# ## Part 2: Data are arrays (8 minutes)
#
# A model computes with numbers. How we write data as numbers decides what a model can learn, and a bad choice gives no
# error message. A table is an array `(batch, features)`, images are `(batch, height, width, channels)`, sentences and
# sounds `(batch, seq)`. The first axis always counts the samples.
#
# A linear model needs vectors. An image of height $H$, width $W$ and $C$ channels becomes one row by row: its entry
# $(i, j, c)$ goes to the position $(iW + j)\,C + c$. (In this formula $W$ and $C$ are the width and the number of
# channels.) Nothing is lost, and the way back is a reshape.

# %%
digits = course.data.load("digits")
images = digits.images("train")[:2]
x = u01.vectorize(images)
print(images.shape, "->", tuple(x.shape), "->", tuple(u01.devectorize(x, images.shape[1:]).shape))
print(
    "entry (2, 3) of the image is entry", 2 * 8 + 3, "of the vector:", images[0, 2, 3, 0] == array(x)[0, 19]
)

# %% [markdown]
# A category is harder. *Ordinal* categories have an order (small, medium, large), and the codes 0, 1, 2 keep it.
# *Nominal* categories (blue, green, red) have none. With the codes 0, 1, 2 a linear model $\hat y = w x + b$ has to say
# that green lies exactly in the middle between blue and red. Suppose that the prices are 0, 3 and 1.

# %%
colours, prices = ["blue", "green", "red"] * 4, np.array([0.0, 3.0, 1.0] * 4, "float32")
as_codes = u01.codes(colours, order=["blue", "green", "red"])
column = np.stack([np.ones(12), as_codes], axis=1)
for name, X in (("codes", column), ("one-hot", array(u01.one_hot(as_codes, 3)))):
    fitted = X @ np.linalg.lstsq(X, prices)[0]
    print(f"{name:8} predicts", fitted[:3].round(2), "instead of", prices[:3])

# %% [markdown]
# The line through the codes cannot rise and then fall. One-hot gives each colour a weight of its own, so the model
# predicts the mean price of each colour. Text is a sequence of categories; the simplest features of a sentence count
# its words and forget their order.

# %%
print(u01.bag_of_words(["not a good film", "a good good film"], ["film", "good", "not"]))

# %% [markdown]
# **Question.** Somebody permutes the 64 pixels of *all* digits in the same way, so that no person recognizes them.
# Which of these change: the predictions of least squares, those of nearest neighbours, those of a network that looks at
# neighbouring pixels?
#
# <details><summary>Answer</summary>
#
# Least squares: the columns of $X$ are permuted, the optimal weights are permuted in the same way, and $X\theta$ stays
# the same. Nearest neighbours: a distance is a sum over the pixels, and its order does not matter. Both learn exactly
# as well as before, apart from rounding: they do not know which pixels are neighbours. A convolution (unit 5) does
# know, and this is why it is better on images, and why it becomes worse by such a permutation.
#
# </details>
#
# **Exercises.** `course start u01/ex02`: patches of images, categories that were not seen, weights for words.

# %% [markdown]
# ## Part 3: The linear model (16 minutes)
#
# How does the progression of diabetes depend on ten measurements? The linear model says $\hat y = X\theta$, where the
# first column of $X$ is 1 and $\theta = (b, w)$. The cost is the mean of the squared errors,
# $C(\theta) = \frac1n \lVert X\theta - y\rVert^2$. We want its minimum, and we want to be sure that it is one.
#
# **Step 1: expand.** For any direction $d$, without any approximation,
#
# $$C(\theta + d) = \frac1n \lVert (X\theta - y) + X d\rVert^2
# = C(\theta) + \frac2n\, d^\top X^\top (X\theta - y) + \frac1n \lVert X d\rVert^2.$$
#
# The middle term is linear in $d$, so the gradient is $\nabla C(\theta) = \frac2n X^\top(X\theta - y)$.
#
# **Step 2: the minimum.** If $\nabla C(\theta) = 0$, then
# $C(\theta + d) = C(\theta) + \frac1n\lVert X d\rVert^2 \ge C(\theta)$ for *every* $d$: a zero of the gradient is a
# global minimum. If the gradient is not zero, a small step against it lowers the cost. Hence $\theta$ is a minimum
# exactly if it solves the **normal equations**
#
# $$X^\top X\, \theta = X^\top y, \qquad\text{that is, } X^\top (y - X\theta) = 0.$$
#
# The second form is geometry: the residual is orthogonal to every column of $X$, so $X\theta$ is the point nearest to
# $y$ in the space that the columns span.
#
# **Step 3: how many solutions?** The minimum is unique exactly if $X d = 0$ only for $d = 0$, that is, if the columns
# are independent. Otherwise use the singular value decomposition $X = U \operatorname{diag}(s) V^\top$ and its
# pseudo-inverse $X^+ = V \operatorname{diag}(s^+) U^\top$, with $s_j^+ = 1/s_j$ for $s_j > 0$ and $0$ otherwise. The
# vector $X^+ y$ solves the normal equations, and it is a combination of those columns $v_j$ with $s_j > 0$. Any other
# solution differs from it by a $d$ with $X d = 0$; such a $d$ is orthogonal to these $v_j$. By Pythagoras
# $\lVert X^+ y + d\rVert^2 = \lVert X^+ y\rVert^2 + \lVert d\rVert^2$: the pseudo-inverse gives the *shortest*
# solution.

# %%
diabetes = course.data.load("diabetes")
measured, progression = u01.standardize(diabetes.features(), diabetes.features()), diabetes.labels()
X = u01.with_constant(measured)
solved = u01.normal_equations(X, progression)
inverted = u01.predict(u01.pseudo_inverse(X), progression)
residual = progression - array(X) @ array(solved)
print("normal equations:", array(solved)[:6].round(1))
print("pseudo-inverse:  ", array(inverted)[:6].round(1))
print("mean of |x_j · residual| / n:", f"{np.abs(array(X).T @ residual).mean() / len(residual):.4f}")

# %% [markdown]
# **Step 4: gradient descent.** The formula needs the matrix $X^\top X$. With a million features this matrix does not
# fit into memory, but the gradient needs only products with $X$. One step is
# $\theta \leftarrow \theta - \alpha \nabla C(\theta)$. Let $\theta^*$ be a minimum. Since
# $X^\top y = X^\top X \theta^*$, the gradient is $\frac2n X^\top X (\theta - \theta^*)$, and the error obeys
#
# $$\theta_{\text{new}} - \theta^* = \Big(I - \frac{2\alpha}{n} X^\top X\Big)(\theta - \theta^*).$$
#
# Along the singular vector $v_j$ the matrix $X^\top X$ multiplies by $s_j^2$, so each step multiplies this part of the
# error by $1 - 2\alpha s_j^2/n$. All parts with $s_j > 0$ shrink exactly if $0 < \alpha < n / s_{\max}^2$. The choice
# $\alpha = n / (2 s_{\max}^2)$ removes the part of $v_1$ at once and multiplies the others by $1 - s_j^2 / s_{\max}^2$.
# The slowest part belongs to the smallest singular value.

# %%
s = np.linalg.svd(array(X), compute_uv=False)
walked = u01.gradient_descent(X, progression, steps=2500, rate=len(X) / (2 * s[0] ** 2), every=50)
print("singular values, largest and smallest:", s[[0, -1]].round(2))
print(
    f"predicted steps until the slowest part is 1/100: {np.log(0.01) / np.log(1 - (s[-1] / s[0]) ** 2):.0f}"
)
print("after 2,500 steps:", array(walked.theta)[:6].round(1))

# %% [markdown]
# The weights agree with the closed form only after thousands of steps: total and LDL cholesterol contain nearly the
# same information, so one direction has a small singular value.
#
# **Step 5: ridge.** For such directions the data hardly determine the weights, and noise decides. Ridge regression adds
# $\lambda \lVert w\rVert^2$ to the sum of the squared errors, where the features and targets are centred (the intercept
# is not penalized). Setting the gradient to zero gives $(X^\top X + \lambda I) w = X^\top y$, and in the singular
# vectors
#
# $$w_\lambda = \sum_j v_j\, \frac{s_j}{s_j^2 + \lambda}\, u_j^\top y.$$
#
# Compared with least squares, the part along $v_j$ is multiplied by $s_j^2 / (s_j^2 + \lambda)$: close to 1 where the
# data are informative, close to 0 where they are not. The sum of these factors is called the effective degrees of
# freedom. One decomposition gives the solutions for all $\lambda$.

# %%
penalties = np.concatenate([[0.0], np.logspace(-1, 4, 40)])
path = u01.ridge_path(measured, progression, penalties)
for i in (0, 20, 40):
    length = float(np.linalg.norm(array(path.w)[i]))
    print(f"λ = {penalties[i]:7.1f}: ‖w‖ = {length:5.1f}, degrees of freedom {float(path.freedom[i]):5.2f}")

with course.figures.style():
    figure, (left, right) = course.figures.subplots(1, 2, size=(9.5, 3.6))
    distance = np.linalg.norm(walked.path - array(solved), axis=1)
    left.semilogy(50 * np.arange(len(distance)), distance)
    left.set(title="Gradient descent", xlabel="step", ylabel="distance to the closed form")
    right.semilogx(penalties[1:], array(path.w)[1:])
    right.set(title="Ridge path", xlabel="penalty λ", ylabel="weight")
    course.figures.show(
        figure,
        "u01/linear_model",
        "Left: the distance falls fast, then along a straight line on a logarithmic axis. Right: ten weights go to 0.",
    )

# %% [markdown]
# In the left panel the curve is steep at first and then a straight line: the fast directions are finished, and the
# slowest one remains.
#
# **Question.** (a) What does gradient descent do with $\alpha = n / s_{\max}^2$, twice the rate above? (b) A column of
# $X$ stands there twice by accident. Which weights do the two copies get from the pseudo-inverse, and from ridge
# regression for $\lambda \to 0$?
#
# <details><summary>Answer</summary>
#
# (a) The factor along $v_1$ is $1 - 2 = -1$: this part of the error changes its sign in each step and never becomes
# smaller. For $X = \operatorname{diag}(1, 2)$ and $y = (3, 4)$ the second weight, started at 0, jumps between 0 and 4,
# and the solution is 2. A larger rate diverges.
#
# (b) Only the sum $c$ of the two weights matters for the predictions. The shortest solution minimizes $w_1^2 + w_2^2$
# under $w_1 + w_2 = c$, so both are $c/2$. Ridge tends to the same: $s/(s^2 + \lambda) \to 1/s$ for $s > 0$, and it is
# $0$ for $s = 0$.
#
# </details>
#
# **Exercises.** `course start u01/ex03`: the linear model with weighted samples.

# %% [markdown]
# ## Part 4: Classifiers (10 minutes)
#
# A line predicts numbers. How can it predict classes? *One-vs-rest* fits $K$ linear models: model $k$ has the target
# $+1$ for class $k$ and $-1$ for all others, and the largest score wins. *One-vs-one* fits a model for each of the
# $K(K-1)/2$ pairs of classes, on the samples of these two only, and the class with the most votes wins.

# %%
x_train, y_train = digits.features("train"), digits.labels("train")
x_test, y_test = digits.features("test"), digits.labels("test")
rest = u01.OneVsRest(10).fit(x_train, y_train)
pairs = u01.OneVsOne(10).fit(x_train, y_train)
for name, model in (("one-vs-rest", rest), ("one-vs-one", pairs)):
    print(f"{name}: {np.mean(array(model.predict(x_test)) == y_test):.1%} of the test digits are right")

# %% [markdown]
# Why is one-vs-rest worse? A small example explains it. Three classes lie on a line at $x = -1, 0, 1$, with equally
# many samples each. For a model of $t$ by $\hat t = w x + b$ with centred $x$, the intercept is the mean of the targets
# and $w = \sum_i x_i t_i / \sum_i x_i^2$.
#
# - The class at $1$ has the targets $(-1, -1, 1)$, hence $b = -\frac13$, $w = \frac{1 + 0 + 1}{2} = 1$ and the score
#   $-\frac13 + x$.
# - The class at $-1$ has the score $-\frac13 - x$ by symmetry.
# - The class in the middle has $w = \frac{1 + 0 - 1}{2} = 0$ and the score $-\frac13$ everywhere.
#
# The largest of the outer scores is $-\frac13 + \lvert x\rvert$, which is larger than $-\frac13$ except at $x = 0$,
# where all three are equal. The class in the middle never wins: it is *masked*. The reason is the squared loss, not the
# line: it pulls the scores of samples that are far on the right side back to $+1$. The logistic classifier maximizes
# the likelihood instead (unit 2), and a decision tree asks one question about one feature at a time. (Nearest
# neighbours, from part 1, vote.) The cell also prints the rules of a tree for the irises: a person can read them, which
# is sometimes worth more than the last per cent.

# %%
clouds = course.data.load("four_classes", n=2500, noise=0.6, seed=0)
points, labels = clouds.features(), clouds.labels()
models = {
    "one-vs-rest": u01.OneVsRest(4),
    "logistic": u01.LogisticClassifier(4),
    "tree of depth 3": u01.DecisionTree(4, depth=3),
}
with course.figures.style():
    figure, axes = course.figures.subplots(1, 3, size=(10, 3.3))
    for ax, (name, model) in zip(axes, models.items(), strict=True):
        model.fit(points, labels)
        found = np.mean(array(model.predict(points))[labels == 0] == 0)
        print(f"{name}: finds {found:.0%} of the class in the middle")
        course.figures.decision_regions(
            ax, lambda p, model=model: array(model.predict(p)), points, labels, resolution=50, size=3
        )
        ax.set(title=name, xlabel="feature 1", ylabel="feature 2")
    print(*u01.DecisionTree(3, depth=2).fit(petals, species).rules(), sep="\n")
    course.figures.show(
        figure,
        "u01/regions",
        "Three classifiers on four clouds: one-vs-rest has no region for the cloud in the middle, the others have one.",
    )

# %% [markdown]
# **Question.** A data set has $n$ training samples, and no two of them are equal. What does a classifier by $k$ nearest
# neighbours predict for $k = n$? What is its error *on the training set* for $k = 1$? What do you conclude about
# choosing $k$ by the training error?
#
# <details><summary>Answer</summary>
#
# For $k = n$ all samples vote everywhere: it always predicts the most frequent class. For $k = 1$ each training sample
# is its own nearest neighbour, so the training error is 0, whatever the labels are, even if they are random. The
# training error would always choose $k = 1$. It does not measure how good a model is on new samples; parts 6 and 7 are
# about this.
#
# </details>
#
# **Exercises.** `course start u01/ex04`: the main computation of four classifiers.

# %% [markdown]
# ## Part 5: How good is a classifier? (12 minutes)
#
# A test for a disease that one person in a hundred has can be "99% right" by always saying "healthy". One number hides
# which mistakes are made. The confusion matrix $M$ shows them: $M_{kl}$ counts the samples of class $k$ that are
# predicted as class $l$. The recall of class $k$ looks along its row, $M_{kk} / \sum_l M_{kl}$: how much of the class
# was found. The precision looks down its column, $M_{kk} / \sum_l M_{lk}$: how much of what was called $k$ is $k$. The
# score $F_1$ is their harmonic mean, which is small if one of them is small.

# %%
M = u01.confusion_matrix(y_test, rest.predict(x_test), 10)
scores = u01.class_scores(M)
worst = int(np.argmin(array(scores.recall)))
print(f"hardest to find: the digit {worst}, recall {float(scores.recall[worst]):.2f}")
print("it was taken for:", {k: int(v) for k, v in enumerate(array(M)[worst]) if v and k != worst})
print(f"accuracy {float(u01.accuracy(M)):.3f}, mean F1 of the classes {float(u01.macro_scores(M).f1):.3f}")
print(
    f"micro F1 {float(u01.micro_scores(M).f1):.3f}: with one label and one prediction each it is the accuracy"
)
print(
    f"the truth is among the best three: {float(u01.top_k_accuracy(y_test, rest.decision_function(x_test), 3)):.3f}"
)

# %% [markdown]
# **All thresholds at once.** A score becomes a decision by a threshold $\tau$: "malignant if the radius is at least
# $\tau$". A low threshold finds all tumours and alarms many healthy people. The ROC curve shows the share of positive
# samples that are found (TPR) against the share of negative samples that are alarmed (FPR), for all $\tau$. Its area
# has a simple meaning, and the proof is a way of counting. Lower $\tau$ from $\infty$. Whenever $\tau$ passes the score
# of one of the $n_+$ positive samples, the curve goes up by $1/n_+$; for one of the $n_-$ negative ones it goes right
# by $1/n_-$. The area is therefore a sum of columns, one for each negative sample: width $1/n_-$, and as height the
# share of positive samples with a larger score. Together
#
# $$\text{AUC} = \frac{1}{n_-} \sum_{y_j = 0} \frac{\#\{i : y_i = 1,\ \text{score}_i > \text{score}_j\}}{n_+}
# = P(\text{score}^+ > \text{score}^-),$$
#
# the probability that a random positive sample has a larger score than a random negative one. If scores are equal, the
# curve goes up and right at once, along a diagonal, and such a pair counts one half.

# %%
cancer = course.data.load("breast_cancer")
malignant = (cancer.labels() == cancer.class_names.index("malignant")).astype("int32")
curves = {
    name: u01.roc_curve(malignant, cancer.features()[:, j]) for name, j in (("radius", 0), ("texture", 1))
}
for j, (name, curve) in enumerate(curves.items()):
    chance = u01.rank_probability(malignant, cancer.features()[:, j])
    print(f"{name}: area {u01.area_under(curve):.4f}, share of pairs in the right order {chance:.4f}")

# %% [markdown]
# **How sure is an accuracy?** If $m$ of $n$ test samples are right and the true probability is $p$, then $m$ is
# binomial, and $\hat p = m/n$ has the standard deviation $\sqrt{p(1-p)/n}$. The Wald interval puts the estimate
# $\hat p$ in the place of $p$. For 20 right of 20 its length is then 0, as if we were sure of 100%. The Wilson interval
# keeps $p$ unknown and collects all $p$ that fit:
#
# $$\lvert \hat p - p\rvert \le z \sqrt{p(1-p)/n} \iff (\hat p - p)^2 \le \tfrac{z^2}{n}\, p (1 - p).$$
#
# This is a quadratic inequality in $p$, and its two roots are the ends of the interval. We can check both methods
# without any simulation: add the binomial probabilities of all $m$ whose interval contains the true $p$. It should be
# 95%.

# %%
n, truths = 20, np.linspace(0.5, 0.99, 99)
counts = np.arange(n + 1)
coverage = {}
for name, interval in (("Wald", u01.wald_interval), ("Wilson", u01.wilson_interval)):
    ends = np.array([interval(int(m), n) for m in counts])
    inside = (ends[:, :1] <= truths) & (truths <= ends[:, 1:])
    coverage[name] = (stats.binom.pmf(counts[:, None], n, truths) * inside).sum(axis=0)
    low, high = coverage[name].min(), coverage[name].max()
    print(f"{name}: 20 of 20 gives {ends[-1].round(3)}; coverage between {low:.2f} and {high:.2f}")

with course.figures.style():
    figure, (left, right) = course.figures.subplots(1, 2, size=(9.5, 3.6))
    for name, curve in curves.items():
        left.plot(
            curve.false_positive, curve.true_positive, label=f"{name}, area {u01.area_under(curve):.2f}"
        )
    left.set(
        title="ROC curves of two single features", xlabel="false positive rate", ylabel="true positive rate"
    )
    left.legend()
    for name, values in coverage.items():
        right.plot(truths, values, label=name)
    right.axhline(0.95, color=course.figures.COLOURS["grey"], linestyle="--")
    right.set(
        title="Coverage with 20 test samples", xlabel="true accuracy p", ylabel="probability to contain p"
    )
    right.legend()
    course.figures.show(
        figure,
        "u01/roc_and_coverage",
        "Left: the curve of the radius is above that of the texture. Right: Wald's coverage falls to 0.2 near p = 1.",
    )

# %% [markdown]
# **Question.** Two models have the accuracies 92.0% and 92.5% on the same test set. How many test images would an
# interval of $\pm 0.25$ percentage points need? MNIST has 10,000. Does the difference mean anything?
#
# <details><summary>Answer</summary>
#
# From $z \sqrt{p(1-p)/n} = 0.0025$ with $p = 0.92$ and $z = 1.96$ we get
# $n = 1.96^2 \cdot 0.0736 / 0.0025^2 \approx 45{,}000$. With 10,000 images each interval is $\pm 0.53$ points, and the
# two overlap. Both models were tested on the *same* images, though, so one can look only at those images on which they
# differ: if one model is right on 90 of them and the other on 40, the difference of 0.5 points is no accident.
# Overlapping intervals alone do not decide it.
#
# </details>
#
# **Exercises.** `course start u01/ex05`: scores of a classifier, from their definitions.

# %% [markdown]
# ## Part 6: An estimate without bias (14 minutes)
#
# Random labels cannot be predicted. Nevertheless a careless analysis "predicts" them, as the next cell shows. There are
# 100 samples with 1,000 random features and random labels. We choose the 10 features that correlate most with the
# labels, and then test a classifier on samples that were held out. Once the choice uses all samples, once only the
# training samples.


# %%
def screened_accuracy(leak):
    """Mean accuracy of 1-NN on held-out samples, with features selected before (leak) or after the split."""
    draw, right = np.random.default_rng(3), []
    for _ in range(20):
        x, y = draw.normal(size=(100, 1000)), draw.integers(0, 2, 100)
        seen = 100 if leak else 70  # the first 70 samples are for training
        kept = np.argsort(-np.abs((y[:seen] - y[:seen].mean()) @ x[:seen]))[:10]
        train, test = x[:70, kept], x[70:, kept]
        nearest = np.argmin(((test[:, None] - train[None]) ** 2).sum(axis=-1), axis=1)
        right.append(np.mean(y[nearest] == y[70:]))
    return np.mean(right)


print(f"features chosen with all samples:          {screened_accuracy(True):.0%}")
print(f"features chosen with training samples only: {screened_accuracy(False):.0%}   (the truth is 50%)")

# %% [markdown]
# The first number is wrong although the classifier itself never saw a test label: the *choice of features* saw them.
# The rule is simple, and it has no exception: **every step that learns from data belongs inside the split**, also
# scaling, selecting features and choosing $\lambda$. The train, dev and test sets are disjoint. Parameters are fitted
# on the first, hyper-parameters are chosen on the second, and the third is used once.
#
# **Cross-validation.** A single dev set wastes samples and depends on chance. K-fold cross-validation divides the $n$
# samples into $K$ folds. Each fold is held out once while a model is fitted to the others, and the errors are averaged.
# What does it estimate? Every fold's error is an unbiased estimate of the error of a model trained on $n - n/K$
# samples, since the held-out samples are independent of that model. Hence the mean is unbiased, too, for models trained
# with slightly fewer samples than the final one. The $K$ errors are *not* independent: their training sets overlap. The
# cell prints their mean $\pm$ its standard error, the standard deviation of the $K$ errors divided by $\sqrt K$, which
# is only a rough guide for this reason. A usual rule takes the simplest model whose mean is at most one standard error
# above the smallest mean.

# %%
candidates = [1000.0, 100.0, 10.0, 0.0]  # from the simplest model to the most flexible one


def held_out_errors(train, dev):
    """Mean squared errors of ridge regression on the dev rows; everything is learned from the training rows."""
    features = diabetes.features()
    mean, spread = features[train].mean(axis=0), features[train].std(axis=0)
    fit = u01.ridge_path((features[train] - mean) / spread, progression[train], candidates)
    predicted = (features[dev] - mean) / spread @ array(fit.w).T + array(fit.b)
    return np.mean((predicted - progression[dev, None]) ** 2, axis=0)


folds = u01.kfold(len(progression), 13, rng=np.random.default_rng(0))  # 13 folds of 34 patients
losses = np.stack([held_out_errors(train, dev) for train, dev in folds], axis=1)
choice = u01.choose(candidates, losses)
for c, mean, error in zip(candidates, choice.means, choice.errors, strict=True):
    print(f"λ = {c:6.0f}: mean squared error {mean:.0f} ± {error:.0f}, its root {np.sqrt(mean):.1f}")
print(f"best λ = {choice.best:.0f}; the simplest within one standard error: {choice.simplest:.0f}")

# %% [markdown]
# **Statistics asks another question.** It assumes that $y = X\theta + \xi$ is *true*, for a fixed $X$ with independent
# columns, with independent normal errors $\xi$ of one variance $\sigma^2$. From
# $\hat\theta = (X^\top X)^{-1} X^\top y = \theta + (X^\top X)^{-1} X^\top \xi$ it follows that $\hat\theta$ has the
# mean $\theta$ and the covariance $\sigma^2 (X^\top X)^{-1}$. So each coefficient gets a standard error, and an
# interval.

# %%
fit = u01.linear_inference(array(X), progression)
for name, low, high in zip(diabetes.feature_names, fit.low[1:], fit.high[1:], strict=True):
    print(f"{name:<28} {low:6.1f} to {high:6.1f} {'' if low <= 0 <= high else '*'}")
print(f"estimated σ {fit.sigma:.1f}; held-out error {np.sqrt(choice.means[-1]):.1f}")

# %% [markdown]
# Four coefficients differ from 0 with 95% confidence (the stars). The coefficients of the two cholesterols have the
# widest intervals, because the data hardly tell them apart; the *prediction* does not suffer from that, because the sum
# of these two coefficients is well determined. Statistics asks which effects are there, if the model is true. Machine
# learning asks how large the errors on new patients are, whether the model is true or not.
#
# **Question.** Twenty models all have the true error 10%. Each is tested on the same kind of dev set of 200 samples,
# with independent errors. What error do you expect to read for the best of them? (The smallest of 20 independent
# standard normal numbers is $-1.87$ on average.)
#
# <details><summary>Answer</summary>
#
# One dev error has the standard deviation $\sqrt{0.1 \cdot 0.9 / 200} \approx 2.1\%$. The smallest of twenty is about
# $10\% - 1.87 \cdot 2.1\% \approx 6\%$. The chosen model looks much better than it is, although every single dev error
# was unbiased: we chose it *because* its error was small. This is why a test set, used once, is needed after choosing.
#
# </details>
#
# **Exercises.** `course start u01/ex06`: folds, stratified folds, and a cross-validation that does not leak.

# %% [markdown]
# ## Part 7: Bias and variance (10 minutes)
#
# A line is too stiff for a sine, and a polynomial of degree 9 follows the noise. How can both be bad, and can we
# *measure* by how much? Think of the training set $D$ as random: another sample of the same size would have given
# another fit $\hat f_D$. Let $\bar f(x) = \mathbb E_D \hat f_D(x)$ be the mean fit, and $y = f(x) + \xi$ a new
# observation with $\mathbb E\xi = 0$ and $\operatorname{Var} \xi = \sigma^2$, independent of $D$. Write the error as a
# sum of three parts:
#
# $$y - \hat f_D(x) = \xi + \big(f(x) - \bar f(x)\big) + \big(\bar f(x) - \hat f_D(x)\big).$$
#
# Square it and take the mean. The second part is a constant. $\mathbb E\,\xi = 0$ removes its product with the first
# part, and $\mathbb E_D[\bar f(x) - \hat f_D(x)] = 0$, by the definition of $\bar f$, its product with the third part.
# Since $\xi$ is independent of $D$, the mean of the product of the first and the third part is the product of their
# means, which is $0$. Three squares remain:
#
# $$\mathbb E\big[(y - \hat f_D(x))^2\big]
# = \underbrace{\sigma^2}_{\text{noise}} + \underbrace{\big(f(x) - \bar f(x)\big)^2}_{\text{bias}^2}
# + \underbrace{\mathbb E_D\big[(\hat f_D(x) - \bar f(x))^2\big]}_{\text{variance}}.$$
#
# We draw 200 training sets of 40 noisy points of a sine and compute both sides; the right-hand side knows $f$, the
# left-hand side only fresh observations.

# %%
places, grid, sigma = rng.uniform(-1, 1, (200, 40)), np.linspace(-0.9, 0.9, 50), 0.3
targets = np.sin(np.pi * places) + sigma * rng.normal(size=places.shape)
truth = np.sin(np.pi * grid)
fits = array(u01.nested_predictions(places, targets, np.tile(grid, (200, 1)), 9))  # of all degrees
for degree in (1, 3, 5, 9):
    parts = u01.decompose(fits[degree], truth, sigma)
    fresh = truth + sigma * rng.normal(size=(200, 50))
    terms = f"bias² {parts.bias2:.3f} + variance {parts.variance:.3f} + noise {parts.noise:.3f}"
    measured_error = np.mean((fresh - fits[degree]) ** 2)
    print(f"degree {degree}: {terms} = {parts.expected_error:.3f}; measured {measured_error:.3f}")

with course.figures.style():
    figure, axes = course.figures.subplots(1, 2, size=(9.5, 3.6), sharey=True)
    for ax, degree in zip(axes, (1, 9), strict=True):
        ax.plot(grid, fits[degree][:25].T, color=course.figures.COLOURS["sky"], linewidth=0.6)
        ax.plot(grid, fits[degree].mean(axis=0), label="mean fit")
        ax.plot(grid, truth, color=course.figures.COLOURS["black"], linestyle="--", label="sin πx")
        ax.set(title=f"25 fits of degree {degree}", xlabel="x", ylim=(-2, 2))
        ax.legend()
    course.figures.show(
        figure,
        "u01/bias_variance",
        "Lines are alike and miss the sine; fits of degree 9 differ most near the ends, their mean follows the sine.",
    )

# %% [markdown]
# The line has little variance and a large bias, degree 9 has nearly no bias and a large variance. The sum is smallest
# in between: the U-curve. More samples reduce the variance and hardly change the bias, so the best degree grows with
# $n$.
#
# **Extra: what happens beyond?** The U-curve ends where the number of parameters reaches $n$, because then the fit is
# exact. Let us go on, with random features $\varphi_j(x) = \max(0, w_j^\top x + b_j)$ and, among all exact fits, the
# shortest one, $\theta = \Phi^+ y$.


# %%
def median_error(features):
    """Median test error of the shortest least-squares fit to 30 samples with that many random features."""
    draw, errors = np.random.default_rng(0), []
    for _ in range(15):
        w, b, x = draw.normal(size=(3, features)), draw.normal(size=features), draw.normal(size=(230, 3))
        y = np.sin(x.sum(axis=1)) + 0.2 * draw.normal(size=230)
        Phi = np.maximum(0, x @ w + b)
        theta = np.linalg.pinv(Phi[:30]) @ y[:30]
        errors.append(np.mean((Phi[30:] @ theta - y[30:]) ** 2))
    return float(np.median(errors))


print("features and error:", {m: round(median_error(m), 2) for m in (5, 15, 30, 60, 300)})

# %% [markdown]
# The error has a peak where the number of features equals the number of samples, and then it falls again: *double
# descent*. At the peak there is, as a rule, exactly one exact fit, and it needs huge weights. Beyond it there are many,
# and the pseudo-inverse takes the shortest. The number of parameters does not measure the complexity of a shortest fit.
# `course run u01/double_descent` shows the curve, and that a small ridge penalty removes the peak.
#
# **Question.** The measured error of a model is high on the training set *and* on the test set, and the two are nearly
# equal. Which of the three parts is to blame, and what helps: more data, a larger penalty, or a richer model?
#
# <details><summary>Answer</summary>
#
# The variance shows itself as a gap between the two errors: for a linear model with $p$ parameters and fresh noise at
# the same inputs, the mean gap is exactly $2\sigma^2 p/n$. Here the gap is small, so it is bias (or the noise itself,
# which nothing removes). More data and a larger penalty reduce the variance only; the penalty even adds bias. A richer
# model, or better features, helps, unless the error is already that of the noise.
#
# </details>
#
# **Exercises.** `course start u01/ex07`: the decomposition, measured.

# %% [markdown]
# ## Part 8: Structure without labels (10 minutes)
#
# What can be found in data without any answer? Groups, directions, and a short description.
#
# **K-means** looks for $K$ centroids $c_k$ and a cluster $r_i$ for each sample such that
# $\sum_i \lVert x_i - c_{r_i}\rVert^2$ is small. It alternates two steps. With fixed centroids, each sample takes the
# nearest one: no other choice makes its term smaller. With fixed clusters, each centroid moves to the mean of its
# samples: for one cluster,
# $\sum_i \lVert x_i - c\rVert^2 = \sum_i \lVert x_i - \bar x\rVert^2 + n_k \lVert \bar x - c\rVert^2$, which is
# smallest for $c = \bar x$. So the sum never increases. There are finitely many ways to divide $n$ samples, so the
# iteration ends, with clusters that neither step can improve. Which ones these are depends on the start, and they need
# not be the best ones. K-means++ draws a start with centroids far from one another; `u01.kmeans` and scikit-learn use
# it, and keep the best of several starts. The *elbow* is the last $K$ that makes the sum much smaller; here it is 3.

# %%
blobs = course.data.load("blobs").features()
run = u01.lloyd(blobs, u01.random_start(blobs, 5, np.random.default_rng(2)))
print("five centroids, the sum in each round:", [round(inertia) for _, _, inertia in run.history])
elbow = {K: KMeans(K, n_init=5, random_state=0).fit(blobs).inertia_ for K in range(1, 9)}
print("the smallest sum found for K = 1 to 8:", [round(value) for value in elbow.values()])

# %% [markdown]
# **Principal components** are directions. Let the features be centred, $\Sigma = \frac1n X^\top X$, and let $u$ be a
# unit vector. The variance of the data along $u$ is $\frac1n \lVert X u\rVert^2 = u^\top \Sigma u$. In the singular
# value decomposition $X = U \operatorname{diag}(s) V^\top$ we write $u = \sum_j a_j v_j$ with $\sum_j a_j^2 = 1$. Then
# $u^\top \Sigma u = \frac1n \sum_j s_j^2 a_j^2 \le \frac1n s_1^2$, with equality for $u = v_1$. The first principal
# direction is $v_1$; among the directions orthogonal to it the best is $v_2$, and so on. The share of the variance that
# direction $j$ explains is $s_j^2 / \sum_i s_i^2$.

# %%
raw = cancer.features()
for name, x in (("in their units", raw), ("standardized", (raw - raw.mean(axis=0)) / raw.std(axis=0))):
    pca = u01.PCA(3).fit(x)
    print(f"{name}: explained by the first three directions", array(pca.explained_variance_ratio).round(3))

# %% [markdown]
# Without standardizing, the first direction is little else than the features with areas, because areas are written in
# large numbers. Always ask for the units first.
#
# **A matrix of low rank.** The same decomposition compresses any matrix. Keep the $r$ largest singular values:
# $A_r = \sum_{j \le r} s_j u_j v_j^\top$. By the theorem of Eckart and Young no matrix of rank $r$ is nearer to $A$ in
# the Frobenius norm. A photograph with $h$ rows and $w$ columns needs $r(h + w + 1)$ numbers instead of $h w$, in each
# channel.

# %%
photograph = course.data.load("sample_images").images()[0, ::2, ::2]
height, width = photograph.shape[:2]
U, s, Vt = np.linalg.svd(np.moveaxis(photograph, 2, 0), full_matrices=False)  # of each channel
with course.figures.style():
    figure, axes = course.figures.subplots(1, 4, size=(12, 2.4), width_ratios=[1, 1, 1, 1.1])
    for ax, rank in zip(axes, (5, 20, 60), strict=False):
        small = np.moveaxis((U[:, :, :rank] * s[:, None, :rank]) @ Vt[:, :rank], 0, 2)
        share = u01.stored_numbers(height, width, rank) / (height * width)
        error = np.linalg.norm(small - photograph) / np.linalg.norm(photograph)
        print(f"rank {rank:2}: {share:.0%} of the numbers, relative error {error:.1%}")
        ax.imshow(np.clip(small, 0, 1))
        ax.set(title=f"rank {rank}")
        ax.set_axis_off()
    axes[3].plot(list(elbow), list(elbow.values()), marker="o")
    axes[3].set(title="K-means: the elbow", xlabel="K", ylabel="sum of squares")
    course.figures.show(
        figure,
        "u01/without_labels",
        "A temple with rank 5, blurred, with 20, and with 60, nearly sharp; a sum that falls steeply until K = 3.",
    )

# %% [markdown]
# **Growth.** The first chapter of the book asks how fast the amount of data in the world grows. If it grows
# exponentially, the logarithm is a line, $\log y_i = a + b\,(t_i - \bar t) + \xi_i$, and part 3 applies. The amount
# doubles in the time $T = \log 2 / b$. Statistics from part 6 gives the interval of $b$, and since $T$ falls as $b$
# grows, the two ends change places.

# %%
world = course.data.load("world_data")
estimated = world.projected == 0
growth = u01.fit_exponential(world.year[estimated], world.zettabytes[estimated])
doubling = u01.doubling_time(growth)
print(f"doubling every {doubling.value:.1f} years (95%: {doubling.low:.1f} to {doubling.high:.1f})")

# %% [markdown]
# **Question.** Two features are independent with the standard deviations 2 and 1. Which share of the variance does the
# first principal direction explain? Now the first feature is written in other units, so that its numbers are ten times
# as large. What changes, and what does this tell about the data?
#
# <details><summary>Answer</summary>
#
# The variances are 4 and 1, and the covariance matrix is diagonal, so the first direction is the first axis with the
# share $4/5 = 80\%$. In the other units the variances are 400 and 1, and the share is $400/401 \approx 99.8\%$. Nothing
# about the data has changed, only the way to write them. PCA depends on units; standardizing removes that, by making
# all variances 1 (then both shares are one half here, and no direction is special).
#
# </details>
#
# **Exercises.** `course start u01/ex08`: one iteration of K-means and its start. `course start u01/ex09`: PCA and the
# truncated SVD.

# %% [markdown]
# ## Summary
#
# | question | answer of this unit |
# | --- | --- |
# | What is learning? | choosing a function by data, and judging it on data that it has not seen |
# | How is a linear model fitted? | normal equations; pseudo-inverse; descent if $X$ is large; ridge against noise |
# | How good is it? | recall and precision for each class, the area under the ROC curve, and always an interval |
# | Can I trust the estimate? | only if every step that learns is inside the split, and the test set was used once |
# | Why is it wrong? | noise + bias² + variance |
# | And without labels? | K-means for groups, PCA for directions, the SVD for a short description |
#
# **Pitfalls.** Codes for nominal categories. Standardizing, or selecting features, before the split. Reporting the
# smallest of many dev errors. Comparing accuracies without intervals. PCA on features in different units.
#
# **Where to go on.** `course run u01/ridge_path`, `course run u01/leakage` and `course run u01/bias_variance` show
# parts 3, 6 and 7 at full length, and `course run u01/classifiers_side_by_side` compares five classifiers. In the book
# read §2.2 for classifiers and §2.5 for cross-validation. Unit 2 replaces the squared loss by the likelihood, and makes
# the first neural network of it.
