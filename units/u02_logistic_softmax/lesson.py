"""The lesson of unit 2: from the perceptron to a trained network with one layer."""

# %% [markdown]
# # Unit 2: Logistic Regression Type Neural Networks
#
# Run this file cell by cell in an editor that supports the percent format (`# %%`), as a notebook
# (`course notebooks build u02`), or as a whole with Python. It takes about 85 minutes. At the end of each part there is
# a question; think first, then unfold the answer.
#
# **What you will be able to do.** You will prove that the perceptron ends; turn scores into probabilities without
# overflow; derive the cross-entropy and its gradient, and check a gradient that you have written; go through forward
# pass, backward pass and update with a pencil; write a training step that runs on three backends; and say exactly what
# a shallow autoencoder can do that PCA cannot.
#
# **What you need.** The lesson of unit 0 (chain rule, cross-entropy) and, of unit 1, the parts about the linear model,
# confidence intervals and PCA.

# %%
import keras
import numpy as np
from keras import ops

import course
from course.validation import array
from units import u02_logistic_softmax as u02
from units.u01_machine_learning.binomial_interval import wilson_interval
from units.u02_logistic_softmax.worked_epoch import worked_epoch

rng = np.random.default_rng(2)


# %% [markdown]
# ## Part 1: A neuron that learns from its mistakes (12 minutes)
#
# Can a machine find a line between two classes if it is only told when it is wrong? The perceptron of 1958 does. It
# predicts $\hat y = \operatorname{sign}(w^\top x)$ with $y \in \{-1, +1\}$. Whenever $y\, w^\top x \le 0$, which means
# that the sample is not strictly on its side, it updates $w \leftarrow w + y\, x$. There is no cost, no derivative and
# no learning rate. A bias is the weight of a constant feature 1.
#
# Why does this help? After the update the same sample has $y\,(w + y x)^\top x = y\, w^\top x + \lVert x\rVert^2$,
# because $y^2 = 1$: its score has moved in the right direction. But the update may spoil other samples, so it is not
# clear that it ever ends.
#
# **Theorem (Novikoff, 1962).** Suppose that a unit vector $w^*$ separates the data with a margin:
# $y_i\, w^{*\top} x_i \ge \gamma > 0$ for all $i$, and $\lVert x_i \rVert \le R$. Then the perceptron, started at
# $w = 0$, makes at most $(R/\gamma)^2$ mistakes, in whatever order and however often the samples come.
#
# **Proof.** We follow two numbers from mistake to mistake, and let $w_k$ be the weights after $k$ mistakes.
#
# 1. *The weights turn towards $w^*$.* An update adds $y\, w^{*\top} x \ge \gamma$ to $w^{*\top} w$. Since $w_0 = 0$, we
#    have $w^{*\top} w_k \ge k\gamma$.
# 2. *They do not grow fast.*
#    $\lVert w + y x\rVert^2 = \lVert w\rVert^2 + 2 y\, w^\top x + \lVert x\rVert^2 \le \lVert w\rVert^2 + 0 + R^2$. The
#    middle term is not positive, because the sample was a mistake. Hence $\lVert w_k\rVert \le \sqrt k\, R$.
# 3. *Both cannot go on.* By the Cauchy–Schwarz inequality
#    $w^{*\top} w_k \le \lVert w^*\rVert \lVert w_k\rVert = \lVert w_k\rVert$. Together $k\gamma \le \sqrt k\, R$, so
#    $k \le (R/\gamma)^2$.
#
# A line outgrows a square root: this is the whole proof. Two data sets show how good the bound is.

# %%
cloud = rng.normal(size=(120, 2)).astype("float32")
teacher = np.array([1.0, -0.5], "float32")
x = cloud[np.abs(cloud @ teacher) > 0.2]
y = np.sign(x @ teacher).astype("int32")
perceptron = u02.Perceptron().fit(x, y)
print("mistakes:", perceptron.mistakes, f" bound: {u02.mistake_bound(x, y, teacher):.0f}")

corners, signs = np.eye(6, dtype="float32"), np.array([1, -1, 1, -1, 1, -1])
worst = u02.Perceptron().fit(corners, signs)
bound = u02.mistake_bound(corners, signs, signs.astype("float32"))
print("six orthogonal samples, mistakes:", worst.mistakes, f" bound: {bound:.3f}")

# %% [markdown]
# In the plane the bound is far too large. On orthogonal unit vectors nothing that is learned from one sample helps with
# another: there are $d$ mistakes in $d$ dimensions, with $R = 1$ and $\gamma = 1/\sqrt d$. So the theorem cannot be
# improved without further assumptions.
#
# **Question.** All samples are multiplied by 10. How do the number of mistakes, $R$, $\gamma$ and the bound change? And
# what happens if *one* feature is multiplied by 10?
#
# <details><summary>Answer</summary>
#
# All samples times 10: by induction all $w_k$ are multiplied by 10 as well, all signs stay, so the mistakes are the
# same. $R$ and $\gamma$ are multiplied by 10, and the bound, which is their quotient squared, stays. One feature times
# 10: the data are still separable (divide that entry of $w^*$ by 10), but $R$ and $\gamma$ change in different ways,
# and so do the mistakes. This is a first reason for standardizing features.
#
# </details>
#
# **Exercises.** `course start u02/ex02`: write the perceptron and its bound.

# %% [markdown]
# ## Part 2: From a sign to a probability (10 minutes)
#
# A doctor does not want to hear "ill", but "ill with probability 0.8". Which function of a score $z = w^\top x + b$ is
# a probability? Do not choose one; let an example decide. Suppose that a measurement $x$ is normal with variance 1,
# around $+1$ for ill people ($y = 1$) and around $-1$ for healthy ones ($y = 0$), and that both groups are equally
# large. By Bayes' rule the odds are the quotient of the two densities,
#
# $$\frac{P(y = 1 \mid x)}{P(y = 0 \mid x)} = \frac{e^{-(x - 1)^2/2}}{e^{-(x + 1)^2/2}} = e^{2x},
# \qquad\text{so}\qquad \log\text{odds} = 2 x .$$
#
# The squares cancel, and the **log-odds are linear in $x$**. For other shares of the groups a constant is added. This
# is the sigmoid model: $\log\frac{\hat y}{1 - \hat y} = z = w^\top x + b$. Solve for $\hat y$: from
# $\hat y = e^z (1 - \hat y)$ follows
#
# $$\hat y = \frac{e^z}{1 + e^z} = \frac{1}{1 + e^{-z}} = \sigma_{\text{Sig}}(z).$$
#
# The sigmoid is the inverse of the log-odds, nothing else. Two properties are used all the time:
# $1 - \sigma_{\text{Sig}}(z) = \sigma_{\text{Sig}}(-z)$, and, by the quotient rule,
# $\sigma_{\text{Sig}}'(z) = e^{-z} / (1 + e^{-z})^2 = \hat y\,(1 - \hat y)$. If $x_j$ grows by 1, the odds are
# multiplied by $e^{w_j}$, wherever $x$ is: the *odds ratio*.
#
# The cell draws 4,000 people from the two groups and fits the sigmoid model by Newton's method. It should find about
# $w = 2$ and $b = 0$, although it knows nothing about normal distributions.

# %%
ill = rng.integers(0, 2, 4000)
measured = (2.0 * ill - 1 + rng.normal(size=4000)).astype("float32")[:, None]
fit = u02.newton_logistic(measured, ill)
ratio, low, high = (float(value[0]) for value in fit.odds_ratios())
print(f"w = {float(fit.w[0]):.2f}, b = {float(fit.b):.2f}; the theory says 2 and 0")
print(f"odds ratio {ratio:.1f} (95%: {low:.1f} to {high:.1f}); the theory says e² = {np.e**2:.1f}")

# %% [markdown]
# **Question.** A model says $\hat y = 0.5$ for one person and $\hat y = 0.99$ for another one. For both, a feature with
# $w_j = 0.7$ grows by 1. What are the new probabilities?
#
# <details><summary>Answer</summary>
#
# The odds are multiplied by $e^{0.7} \approx 2.01$. For the first person they go from $1$ to $2.01$, so
# $\hat y = 2.01/3.01 \approx 0.67$. For the second one they go from $99$ to $199$, so $\hat y \approx 0.995$. The same
# factor changes the probability by 17 points in the middle and by half a point at the end. "The risk doubles" and "the
# odds double" are nearly the same only if the probability is small.
#
# </details>
#
# **Exercises.** `course start u02/ex04`: log-odds, and a check of their gradient.

# %% [markdown]
# ## Part 3: More than two classes (9 minutes)
#
# With $K$ classes there are $K$ scores, $z = W x + b$, and we want $K$ probabilities. Let us again ask for linear
# log-odds, now between any two classes: $\log(\hat y_k / \hat y_j) = z_k - z_j$. Then $\hat y_k e^{-z_k}$ is the same
# number for all $k$; call it $c$. The probabilities $\hat y_k = c\, e^{z_k}$ have the sum 1, so $c = 1/\sum_j e^{z_j}$,
# and the softmax is the only solution:
#
# $$\hat y_k = S_{\text{softmax}}(z)_k = \frac{e^{z_k}}{\sum_j e^{z_j}}.$$
#
# Only differences of scores matter, so adding a number $r$ to all scores changes nothing: $e^{z_k + r} = e^r e^{z_k}$,
# and $e^r$ cancels. This looks like a defect (one row of $W$ is redundant), but it saves the computation. In float32
# $e^{89}$ is infinite, and $\infty/\infty$ is not a number. With $M = \max_k z_k$ and $r = -M$ all exponents are at
# most 0, and one of them is 0, so the sum lies between 1 and $K$. The same shift gives the logarithm of the sum,
# $\mathrm{LSE}(z) = M + \log\sum_k e^{z_k - M}$, and $\log\hat y_k = z_k - \mathrm{LSE}(z)$ stays finite where
# $\hat y_k$ rounds to 0.

# %%
z = np.array([[1.0, 2.0, 3.0]], "float32")
print("softmax(z)       ", array(u02.softmax(z)))
print("softmax(z + 1000)", array(u02.softmax(z + 1000)))
print("without the shift", array(u02.naive_softmax(z + 1000)))
print(
    "log-probabilities of (0, 500, 1000):",
    array(u02.log_softmax(np.array([[0.0, 500.0, 1000.0]], "float32"))),
)

# %% [markdown]
# For $K = 2$ divide numerator and denominator by $e^{z_2}$: $\hat y_1 = \sigma_{\text{Sig}}(z_1 - z_2)$. The sigmoid
# model is the softmax model with two classes.
#
# **Question.** The scores are multiplied by a number $t > 0$ before the softmax. What happens to the probabilities for
# $t \to 0$ and for $t \to \infty$? Does the predicted class change?
#
# <details><summary>Answer</summary>
#
# $\hat y_k / \hat y_j = e^{t (z_k - z_j)}$. For $t \to 0$ all quotients tend to 1, so all probabilities tend to $1/K$.
# For $t \to \infty$ the quotient of the largest score to any other one tends to infinity: the largest one gets
# probability 1 (if it is unique). The order of the scores never changes, so the predicted class is always the same.
# Unit 8 uses $1/t$ as the "temperature" when it draws words.
#
# </details>
#
# **Exercises.** `course start u02/ex01`: a softmax over the allowed classes.

# %% [markdown]
# ## Part 4: Which cost? (12 minutes)
#
# The model gives probabilities. How bad is a model on given data? *Maximum likelihood* asks how probable the model
# finds what was observed. For independent samples this is $\prod_i \hat y_{i, y_i}$. A product of a thousand
# probabilities rounds to 0, so we take the logarithm, and since optimizers minimize, we take minus the mean:
#
# $$C(\theta) = \frac1n\sum_{i=1}^n C_i(\theta), \qquad
# C_i(\theta) = -\log \hat y_{i, y_i} = \mathrm{LSE}(z_i) - z_{i, y_i}.$$
#
# This is the *cross-entropy*. The second form comes from part 3, and it is the one to compute. A model that says $1/K$
# for everything costs $\log K$: at the start of a training expect about this number, and if you see another one, look
# for a mistake.

# %%
print("uniform over 10 classes:", float(u02.cross_entropy([3], np.zeros((1, 10), "float32"))[0]), "= log 10")
sure = np.array([[300.0, 0.0]], "float32")
print("sure and right:", float(u02.cross_entropy([0], sure)[0]))
print("sure and wrong:", float(u02.cross_entropy([1], sure)[0]))

# %% [markdown]
# **Why not the squared error $(y - \hat y)^2$?** For two classes compare the slopes by the chain rule with
# $\sigma_{\text{Sig}}' = \hat y (1 - \hat y)$.
#
# - Cross-entropy, $C_i = -y\log\hat y - (1 - y)\log(1 - \hat y)$: the slope is
#   $\big(-\frac{y}{\hat y} + \frac{1-y}{1-\hat y}\big)\,\hat y(1-\hat y) = \hat y - y$. The factor cancels.
# - Squared error: $2(\hat y - y)\,\hat y (1 - \hat y)$. The factor stays.
#
# If the model is sure and wrong, say $z = -10$ and $y = 1$, then $\hat y \approx 4.5\cdot 10^{-5}$. The cross-entropy
# has the slope $-0.99995$: learn! The squared error has the slope $-0.00009$: everything is fine. A model that starts
# like this hardly learns. The second derivatives differ as well: for the cross-entropy it is $\hat y(1-\hat y) \ge 0$
# for every $z$, and $z$ is affine in $\theta$, so $C$ is a convex function of $\theta$, and every zero of its gradient
# is a global minimum. For the squared error it changes its sign.

# %%
scores = np.linspace(-10, 6, 161).astype("float32")
ones = np.ones(161, "float32")
slopes = {"cross-entropy": u02.cross_entropy_slope, "squared": u02.squared_slope}
with course.figures.style():
    figure, (left, right) = course.figures.subplots(1, 2, size=(9.5, 3.4))
    left.plot(scores, np.log1p(np.exp(-scores)), label="cross-entropy")
    left.plot(scores, (1 - 1 / (1 + np.exp(-scores))) ** 2, label="squared")
    for name, slope in slopes.items():
        values = array(slope(ones, scores))
        right.plot(scores, values, label=name)
        print(f"slope of the {name} loss at z = -10: {values[0]:.5f}")
    left.set(title="Loss of a sample with y = 1", xlabel="score z", ylabel="loss")
    right.set(title="Its slope", xlabel="score z", ylabel="derivative in z")
    left.legend()
    right.legend()
    course.figures.show(
        figure,
        "u02/losses",
        "The cross-entropy falls along a line of slope −1; the squared loss is flat for very negative scores.",
    )

# %% [markdown]
# **Question.** For one value of $x$ the label is 1 with probability 0.7 and 0 with probability 0.3. Which $\hat y$
# minimizes the mean cross-entropy, and which one the mean squared error? What is the smallest mean cross-entropy? Can a
# better model make it smaller?
#
# <details><summary>Answer</summary>
#
# Cross-entropy: the derivative of $-0.7\log\hat y - 0.3\log(1 - \hat y)$ is $-0.7/\hat y + 0.3/(1-\hat y)$, zero at
# $\hat y = 0.7$. Squared error: $-2\cdot 0.7\,(1 - \hat y) + 2\cdot 0.3\,\hat y = 0$ gives $\hat y = 0.7$ as well. Both
# costs ask for the true probability; they differ in how fast one gets there. The minimum is the entropy
# $-0.7\log 0.7 - 0.3\log 0.3 \approx 0.611$. No model of this $x$ can do better; only other features can.
#
# </details>
#
# **Exercises.** `course start u02/ex03`: cross-entropy from scores, and its gradient.

# %% [markdown]
# ## Part 5: The gradient, by hand and checked (10 minutes)
#
# Everybody makes mistakes in gradients, and a wrong gradient often still learns a little, so nobody notices. Derive it
# once with care, and then check it.
#
# **Derivation.** For one sample $C_i = \mathrm{LSE}(z) - z_{y_i}$. The derivative of $\log\sum_j e^{z_j}$ in $z_k$ is
# $e^{z_k}/\sum_j e^{z_j} = \hat y_k$: the gradient of LSE is the softmax. With $y_k = 1$ for the class of the sample
# and 0 otherwise,
#
# $$\frac{\partial C_i}{\partial z_k} = \hat y_k - y_k .$$
#
# The scores are $z_k = \sum_j W_{kj} x_j + b_k$, so $\partial z_k/\partial W_{kj} = x_j$, and $W_{kj}$ has no influence
# on other scores. Hence $\partial C_i/\partial W_{kj} = (\hat y_k - y_k)\, x_j$, and for the mean over all samples
#
# $$\nabla_W C = \frac1n (\hat Y - Y)^\top X, \qquad \nabla_b C = \frac1n\sum_i (\hat y_i - y_i).$$
#
# *Prediction minus label, times the input.* Shapes are a free check: $(K, n)\,(n, p) = (K, p)$, which is the shape of
# $W$.
#
# **The check.** Central differences need only values of $C$: $\frac{C(\theta + h e_j) - C(\theta - h e_j)}{2h}$. By
# Taylor's theorem the even terms cancel, and the error of the formula is about $\frac{h^2}{6}\lvert C'''\rvert$. Each
# value of $C$ is rounded with a relative error $\varepsilon$, which the quotient turns into about
# $\varepsilon \lvert C\rvert/h$. The sum $h^2 + \varepsilon/h$ (leaving out factors near 1) is smallest where
# $2h = \varepsilon/h^2$, so near $h = \varepsilon^{1/3}$.

# %%
iris = course.data.load("iris")
x, y = iris.features(), iris.labels()
W, b = rng.normal(size=(3, 4)), rng.normal(size=3)
W32, b32 = W.astype("float32"), b.astype("float32")
by_hand = array(u02.softmax_gradient(x, y, W32, b32)[0])
slope = course.grad(lambda V: ops.mean(u02.cross_entropy(y, u02.logits(x, V, b32))))
by_backend = array(course.compiled(slope)(W32))


def cost(V):
    """Return the same cost in NumPy and float64, written as the definition says."""
    e = np.exp(x.astype("float64") @ V.T + b)
    return -np.mean(np.log(e[np.arange(len(y)), y] / e.sum(axis=1)))


print(f"backend against hand:     {u02.relative_error(by_backend, by_hand):.1e}")
reference = u02.numerical_gradient(cost, W)
print(f"differences against hand: {u02.relative_error(reference, by_hand):.1e}")
print(f"a forgotten factor 1/n:   {u02.relative_error(reference, by_hand * len(y)):.1e}")
for h in (1e-2, 1e-5, 1e-9):
    change = u02.relative_error(u02.numerical_gradient(cost, W, h), reference)
    print(f"step {h:.0e}: change against the best step {change:.0e}")

# %% [markdown]
# A right gradient agrees to about $10^{-7}$ here, the rounding of float32. A wrong one disagrees in the first digit.
# Too large and too small steps are both bad.
#
# **Question.** Which step is best in float64 ($\varepsilon \approx 2.2\cdot 10^{-16}$) and in float32
# ($\varepsilon \approx 1.2\cdot 10^{-7}$), and how accurate is the result? What follows for checking gradients?
#
# <details><summary>Answer</summary>
#
# $h = \varepsilon^{1/3}$ is about $6\cdot 10^{-6}$ in float64 and $5\cdot 10^{-3}$ in float32. The error is of the size
# $h^2 = \varepsilon^{2/3}$: about $4\cdot 10^{-11}$ in float64, but only $2\cdot 10^{-5}$ in float32, five digits at
# best. So compute the *cost* of the check in float64, even if the gradient that you check is in float32. A difference
# of 0.01 or more is a mistake in the formula, not rounding.
#
# </details>
#
# **Exercises.** `course start u02/ex04` has such a check; `course start u02/ex03` has the gradient.

# %% [markdown]
# ## Part 6: One epoch by hand (12 minutes)
#
# A training loop repeats three lines: forward, backward, update. For once, do them with a pencil. There are four
# samples with two features and three classes, mini-batches of two, $\theta = 0$ and $\alpha = \frac32$. The first batch
# is $x_1 = (2, 0)$ of class 0 and $x_2 = (0, 2)$ of class 1.
#
# - *Forward.* $Z = X W^\top + \mathbf 1 b^\top = 0$, so all entries of $\hat Y$ are $\frac13$, and
#   $C = \log 3 \approx 1.0986$.
# - *Backward.* $D = \partial C/\partial Z = \frac12(\hat Y - Y)$ has the rows $(-\frac13, \frac16, \frac16)$ and
#   $(\frac16, -\frac13, \frac16)$. Then $\partial C/\partial W = D^\top X$: its first row is
#   $-\frac13 (2, 0) + \frac16 (0, 2) = (-\frac23, \frac13)$.
# - *Update.* $W \leftarrow W - \frac32\, \partial C/\partial W$, first row $(1, -\frac12)$.
#
# The program goes the long way through every factor of the chain rule, with the Jacobian of the softmax, and prints
# each intermediate value.

# %%
np.set_printoptions(precision=4, suppress=True)
first, second = worked_epoch()
for line in list(first.values())[3:]:
    print(f"{line.symbol} = {line.formula}\n{line.value}")
gradients = u02.backward(*(second[symbol].value for symbol in ("X", "Y", "W", "Ŷ")))
gap = np.abs(array(gradients.W) - second["∂C/∂W"].value).max()
print(f"second batch, short formula against long way: largest difference {gap:.0e}")

# %% [markdown]
# **Why mini-batches?** The mean over a batch of $B$ samples that are drawn at random is an unbiased estimate of the
# gradient of all samples: each $\nabla C_i$ is drawn with the same probability, so the expectation of their mean is
# $\nabla C$. For independent draws its variance is that of one sample divided by $B$. So the *error* of the gradient
# falls only with $1/\sqrt B$, while the work grows with $B$: a batch of 100 costs as much as 100 batches of 1, and is
# only ten times as exact. This is why small batches are ahead for the same number of samples, as long as the steps are
# not too large.

# %%
digits = course.data.load("digits")
x, y = digits.features("train")[:200], digits.labels("train")[:200]
errors = np.full((200, 10), 0.1) - np.eye(10)[y]  # ŷ − y at θ = 0
each = errors[:, :, None] * x[:, None, :]  # the gradient of each sample
for B in (1, 4, 16, 64):
    means = each[rng.integers(0, 200, size=(300, B))].mean(axis=1)
    deviation = np.sqrt(np.mean(np.sum((means - each.mean(axis=0)) ** 2, axis=(1, 2))))
    print(f"B = {B:2}: error of the batch's gradient {deviation:.3f}, times √B {deviation * np.sqrt(B):.3f}")

with course.figures.style():
    figure, axes = course.figures.subplots(size=(7, 3.4))
    for batch_size in (200, 20):
        costs = u02.train(x, y, digits.classes, 0.2, batch_size, 8, np.random.default_rng(0))[2]
        epochs = np.arange(len(costs)) * batch_size / 200
        axes.plot(epochs, array(costs), label=f"batches of {batch_size}: {len(costs)} updates")
        print(f"batches of {batch_size:3}: {len(costs):2} updates, last cost {float(costs[-1]):.2f}")
    axes.set(title="The same number of samples", xlabel="epoch", ylabel="cost of the batch")
    axes.legend()
    course.figures.show(
        figure,
        "u02/batches",
        "After eight epochs the cost with batches of 20 is much lower, on a rough curve, than with all 200 at once.",
    )

# %% [markdown]
# **Question.** In each epoch the samples are permuted and cut into batches, so they are drawn *without* replacement.
# Add up the $n/B$ batch gradients of one epoch, all computed at the same $\theta$. What is their mean? Why is an epoch
# nevertheless not the same as one step with the full gradient?
#
# <details><summary>Answer</summary>
#
# If $B$ divides $n$, each sample occurs exactly once, so the mean of the batch gradients *is* $\nabla C(\theta)$,
# without any error. But the steps are taken one after the other: the second batch computes its gradient at the
# parameters which the first one produced. For a small $\alpha$ the epoch is nearly one step of size $\alpha\, n/B$
# along $-\nabla C$, and this explains why the small batches above have come so much further with the same $\alpha$.
#
# </details>
#
# **Exercises.** `course start u02/ex05`: backpropagation, node by node. `course start u02/ex06`: one epoch of
# mini-batches.

# %% [markdown]
# ## Part 7: A training step of your own (10 minutes)
#
# `fit` of Keras shuffles, makes batches and counts epochs. What happens to a batch is one method, `train_step`, and in
# this course you write it: predict, measure, differentiate, update. Open [softmax_regression.py](softmax_regression.py)
# and find these four lines. `course.value_and_grad` differentiates on TensorFlow, JAX and PyTorch, so the text of the
# step is the same for all.

# %%
keras.utils.set_random_seed(0)
model = u02.SoftmaxRegression(classes=digits.classes)
model.compile(optimizer=keras.optimizers.Adam(0.02))
model.fit(digits.features("train"), digits.labels("train"), batch_size=64, epochs=10, verbose=0)
guesses = array(model(digits.features("test"))).argmax(axis=1)
right, n = int(np.sum(guesses == digits.labels("test"))), len(guesses)
low, high = wilson_interval(right, n)
print(
    f"{model.count_params()} parameters, {right} of {n} right; 95% interval of the accuracy {low:.3f} to {high:.3f}"
)

# %% [markdown]
# With 360 test images the accuracy is known to about two percentage points; on MNIST
# (`course run u02/softmax_regression --full`) this model reaches 92.5%.
#
# **What can it not do?** The boundary between two classes is $z_k = z_j$, a hyperplane. Two rings, one inside the
# other, have no straight boundary. But the boundary is straight in the *features*: if $x_1^2$ and $x_2^2$ are among
# them, then a circle around 0, $x_1^2 + x_2^2 = 2$, is a linear equation in the features. With all monomials up to
# degree $d$ there are $\binom{p + d}{d} - 1$ features.

# %%
rings = course.data.load("rings", n=300, noise=0.15, seed=1)
points, labels = rings.features(), rings.labels()


def features(points, degree):
    """Return x₁, x₂, x₁², x₁x₂, x₂²; for degree 1 the squares and the product are replaced by 0."""
    x1, x2 = points.T
    return np.stack([x1, x2, *((degree == 2) * np.array([x1**2, x1 * x2, x2**2]))], axis=1)


with course.figures.style():
    figure, axes = course.figures.subplots(1, 2, size=(8.5, 3.6), sharey=True)
    for ax, degree in zip(axes, (1, 2), strict=True):
        bent = u02.newton_logistic(features(points, degree).astype("float32"), labels, penalty=0.1)
        w, b = array(bent.w), float(bent.b)
        share = np.mean((features(points, degree) @ w + b > 0) == labels)
        print(f"degree {degree}: {share:.1%} of the points on the right side")
        course.figures.decision_regions(
            ax, lambda p, w=w, b=b, d=degree: features(p, d) @ w + b > 0, points, labels, resolution=120
        )
        ax.set(title=f"features of degree {degree}", xlabel="feature 1", ylabel="feature 2")
    course.figures.show(
        figure,
        "u02/rings",
        "Two rings: a straight boundary cuts both of them; with squares among the features it is a circle in between.",
    )

# %% [markdown]
# **Question.** How many features has degree 3 for the 784 pixels of MNIST? How many weights are that for ten classes,
# and how many bytes in float32? What is the way out?
#
# <details><summary>Answer</summary>
#
# $\binom{787}{3} - 1 = 80{,}931{,}144$ features, about $8.1\cdot 10^8$ weights, 3.2 GB, and far more weights than
# training images, so the model would fit noise. The way out is not to list all features, but to let the model find a
# few good ones: a hidden layer computes features with parameters of its own, which are trained together with the rest
# (unit 4).
#
# </details>
#
# **Exercises.** `course start u02/ex07`: a training step with a penalty.

# %% [markdown]
# ## Part 8: The shallow autoencoder (10 minutes)
#
# The same kind of layer, twice, learns without labels: encode 64 pixels into $q = 4$ numbers, $a = S_1(W_1 x + b_1)$,
# decode them, $\hat x = S_2(W_2 a + b_2)$, and ask that $\hat x$ is near $x$. Does this find something that PCA does
# not?
#
# **Statement.** If the *decoder* is linear, no encoder, linear or not, makes the mean of
# $\lVert x_i - \hat x_i\rVert^2$ smaller than PCA with $q$ directions does.
#
# **Proof.** With a linear decoder each $\hat x = W_2 a + b_2$ lies in the affine subspace
# $b_2 + \operatorname{span}(W_2)$, whose dimension is at most $q$. So the error of a sample is at least its squared
# distance to this subspace. The sum of the squared distances to a subspace of dimension $q$ is smallest for PCA: it
# contains the mean, and by the theorem of Eckart and Young the first $q$ singular vectors are optimal (unit 1). Nothing
# was assumed about the encoder.
#
# A linear autoencoder reaches this bound: for centred data let $V_q$ have the first $q$ principal directions as
# columns, encode with $V_q^\top$ and decode with $V_q$. Gradients lead there without ever computing a singular value.
# Two subspaces are compared by their *principal angles*: with orthonormal bases $Q_1$ and $Q_2$, the cosines are the
# singular values of $Q_1^\top Q_2$. All angles are 0 exactly if the subspaces are equal.

# %%
x = digits.features("train") - digits.features("train").mean(axis=0)
s, Vt = np.linalg.svd(x, full_matrices=False)[1:]
keras.utils.set_random_seed(0)
linear = u02.ShallowAutoencoder(features=64, latent=4)
linear.compile(optimizer=keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.01, 25 * 45)))
history = linear.fit(x, batch_size=32, epochs=25, verbose=0).history["loss"]
kernel = array(linear.decoder.kernel)
angles = u02.principal_angles(kernel.T, Vt[:4].T)
print(f"cost of the autoencoder {history[-1]:.4f}, of PCA {(s[4:] ** 2).sum() / x.size:.4f}")
print("angles to PCA's subspace, in degrees:", np.degrees(angles).round(1))
directions = kernel / np.linalg.norm(kernel, axis=1, keepdims=True)
print(
    "largest cosine between two of its own columns:",
    np.abs(directions @ directions.T - np.eye(4)).max().round(2),
)

# %% [markdown]
# The costs agree in three digits and all angles are small. The columns of $W_2$, however, are not orthogonal. To be
# better than PCA, the *decoder* must be nonlinear, so that it reaches a curved surface:
# `course run u02/autoencoder_beats_pca`.
#
# **Question.** Why are the columns of $W_2$ not the principal directions, although the subspace is the same? Which
# additional demand would make them so?
#
# <details><summary>Answer</summary>
#
# For any invertible matrix $A$ of shape $(q, q)$ replace $W_2$ by $W_2 A$, $W_1$ by $A^{-1} W_1$ and $b_1$ by
# $A^{-1} b_1$: the products $W_2 W_1$ and $W_2 b_1$, every $\hat x$ and the cost stay the same. So the cost cannot
# prefer one basis of the subspace, and the result depends on the start. If one demands orthonormal columns and a code
# whose entries are uncorrelated, only signs and the order are left (if the variances are different), and these are the
# principal directions.
#
# </details>
#
# **Exercises.** `course start u02/ex08`: a tied autoencoder, and principal angles.

# %% [markdown]
# ## Summary
#
# | step | result |
# | --- | --- |
# | perceptron | at most $(R/\gamma)^2$ mistakes; no probabilities, and no end if the data are not separable |
# | sigmoid, softmax | the functions with linear log-odds; shift by the maximum before `exp` |
# | cost | cross-entropy = minus the mean log-likelihood; convex in $\theta$; $\log K$ at the start |
# | gradient | prediction minus label, times the input; check it with central differences in float64 |
# | mini-batches | unbiased gradients whose error falls with $1/\sqrt B$ |
# | autoencoder | a linear decoder cannot beat PCA, whatever the encoder is |
#
# **Pitfalls.** Computing the logarithm of a softmax that has rounded to 0. Applying a softmax in the model *and* in the
# loss. A gradient check in float32. Quoting an accuracy without its interval. Reading the columns of a decoder as
# principal directions.
#
# **Where to go on.** `course run u02/cross_entropy_or_squared` draws the two cost landscapes,
# `course run u02/train_step_parity` compares our step with that of Keras, and `course run u02/latent_interpolation`
# walks from one digit to another. In the book read §3.2 on the loss and §3.5 on autoencoders. The cross-entropy of this
# unit is convex, and the cost of the autoencoder is not; unit 3 explains how to minimize both kinds.
