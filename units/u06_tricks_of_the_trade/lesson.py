"""The lesson of unit 6: weights that are reused, settings that are searched for, depth, recipes, smaller networks."""

# %% [markdown]
# # Unit 6: Tricks of the Trade
#
# Run this file cell by cell in an editor that supports the percent format (`# %%`), as a notebook
# (`course notebooks build u06`), or as a whole with Python. It takes about 90 minutes. At the end of each part there is
# a question; think first, then unfold the answer.
#
# **What you will be able to do.** You will reuse a trained network for a task with few labels; search for settings with
# a fixed budget and derive the two formulas of Bayesian optimization; explain what a shortcut does to gradients, and
# what an autoencoder learns; put together a training recipe and compute what three of its parts do; and make a network
# smaller with a known error.
#
# **What you need.** Units 2 to 5: softmax and cross-entropy, optimizers, backpropagation, batch normalization and
# convolutions. From unit 1 the normal distribution and the ROC curve.

# %%
import keras
import numpy as np
from keras import ops
from scipy import stats
from sklearn.linear_model import LogisticRegression

import course
from course.validation import array
from units import u06_tricks_of_the_trade as u06
from units.u01_machine_learning import area_under, roc_curve
from units.u04_feedforward import Classifier

keras.utils.set_random_seed(0)
BLUE, ORANGE, GREEN, RED = (course.figures.COLOURS[name] for name in ("blue", "orange", "green", "red"))


# %% [markdown]
# ## Part 1: Weights from another task (20 minutes)
#
# A new camera is installed, and only ten of its images have labels: one of each digit. A network that is trained on ten
# images learns them by heart. But there are 700 labelled images of an older camera. They show the same digits with more
# contrast and without noise. Which part of the knowledge about the old images can be used again?
#
# Write the network as $\hat y = \text{softmax}(f(x) W + b)$: a *body* $f$ that computes features, and a last layer, the
# *head*. There are three ways to reuse it.
#
# 1. *Features.* Only a new head is trained. Since $f$ does not change, $f(x)$ is computed once for each image.
# 2. *Fine-tuning.* All parameters $\theta$ are trained, starting from the old ones, with a small learning rate.
# 3. *Gradual unfreezing.* The head trains first, then one block more after every few epochs.

# %%
rng = np.random.default_rng(0)
first, second = u06.two_cameras(course.data.load("digits"), rng)
trained = keras.Sequential(
    [keras.Input((8, 8, 1)), keras.layers.Flatten(), keras.layers.Dense(64, "relu"), keras.layers.Dense(10)]
)
model = Classifier(trained, 10)
model.compile(keras.optimizers.SGD(0.1, momentum=0.9))
model.fit(first.x[:700], first.y[:700], batch_size=100, epochs=6, verbose=0)

rows = u06.some_of_each(second.y, 1, rng)
labelled, labels = second.x[rows], second.y[rows]
z = u06.features(trained, np.concatenate([labelled, second.x_test]), batch_size=400)
z, z_test = z[:10], z[10:]
head = LogisticRegression(C=10.0, max_iter=500).fit(z, labels)
pixels = LogisticRegression(C=10.0, max_iter=500).fit(labelled.reshape(10, -1), labels)
print(f"{z.shape[1]} features of the old network, 10 labels: {head.score(z_test, second.y_test):.2f}")
flat = second.x_test.reshape(len(second.x_test), -1)
print(f"64 pixels, the same labels: {pixels.score(flat, second.y_test):.2f}")

# %% [markdown]
# Both heads are softmax regressions on the same ten images; only their inputs differ. The difference is one pair of
# numbers from one draw of labels, so it has an uncertainty of several points. `course run u06/transfer` repeats it with
# intervals, and `course run u06/vgg19_fruits` is the same idea with photographs and a large network. The gain belongs
# to the pair of tasks, and on other pairs it can be zero or negative: measure it.
#
# **Why the head trains first.** For one sample let $p = \text{softmax}(f(x) W + b)$ and let $y$ be its one-hot label.
#
# - From unit 2, the gradient of the cross-entropy by the logits is $p - y$.
# - The logits are $f(x) W + b$, so by the chain rule the gradient by the features is
#
# $$\frac{\partial C}{\partial f(x)} = (p - y)\, W^\top.$$
#
# - The body receives nothing else. If $W$ is random, this is a random direction, and its length does not say how good
#   the features are. If $W$ fits, $p - y$ is small for most samples, and good features stay what they are.


# %%
def into_the_body(z, labels, W, b):
    """The length of the gradient by the features, as a mean over the samples."""
    logits = z @ W + b
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    return np.linalg.norm((p - np.eye(10)[labels]) @ W.T, axis=1).mean()


random_head = np.random.default_rng(1).normal(size=head.coef_.T.shape) * np.linalg.norm(head.coef_) / 10
random_head /= np.sqrt(z.shape[1] / 10)  # the same Frobenius norm as the trained head
print(f"random head:  {into_the_body(z, labels, random_head, 0.0):.2f}")
print(f"trained head: {into_the_body(z, labels, head.coef_.T, head.intercept_):.2f}")

# %% [markdown]
# Compare the two lengths: both heads have nearly the same norm, and the gradient behind the trained head is clearly
# shorter.
#
# **Batch normalization** is the usual trap. A layer with frozen variables that is called in training still uses the
# statistics of the new batch and moves its running averages towards them. The body then computes another function,
# although no weight has changed. In Keras, `layer.trainable = False` on the layer itself also stops that.
#
# **LoRA** lies between the first two ways. The kernel $W$ of each dense layer stays, and a change of low rank is
# learned: $x W + b + \tfrac{\text{alpha}}{r}\, x A B$, where $A$ has the shape $n_{\text{in}} \times r$ and $B$ the
# shape $r \times n_{\text{out}}$. Each column of $AB$ is a combination of the $r$ columns of $A$, so the rank of the
# change is at most $r$. There are $r (n_{\text{in}} + n_{\text{out}})$ numbers to train in place of
# $n_{\text{in}} n_{\text{out}}$. Since $B$ starts at 0, the adapted network first computes what the old one did.

# %%
layer = u06.LoRADense(512, rank=8)
layer.build((None, 512))
A, B = array(layer.A), array(layer.B)
print("largest entry of A B at the start:", np.abs(A @ B).max())
print("numbers in A and B:", A.size + B.size, " in the kernel:", array(layer.kernel).size)
B = np.random.default_rng(3).normal(size=B.shape)
print("rank of A B for another B:", np.linalg.matrix_rank(A @ B, tol=1e-3))

# %% [markdown]
# **Without any labels.** SimCLR draws two random views of each of $n$ images. For view $i$ the other view $j$ of the
# same image is the right answer, and the $2n - 2$ views of other images are wrong ones. With the cosine as logit this
# is a cross-entropy with $2n - 1$ classes:
#
# $$C_i = -\log \frac{e^{\cos(z_i, z_j)/\tau}}{\sum_{k \ne i} e^{\cos(z_i, z_k)/\tau}}.$$
#
# Two cases can be computed by hand. If all embeddings are equal, all $2n - 1$ answers are equally likely, and
# $C_i = \log(2n - 1)$. If partners are equal and all other pairs orthogonal, the cosines are 1 and 0, and
# $C_i = \log\big(1 + (2n - 2)\, e^{-1/\tau}\big)$.

# %%
collapsed, apart = np.ones((4, 4)), np.eye(4)
print("all equal:", array(u06.nt_xent(collapsed, collapsed)).mean().round(3), " log 7:", np.log(7).round(3))
by_hand = np.log(1 + 6 * np.exp(-1 / 0.5))
print(
    "partners equal, others orthogonal:", array(u06.nt_xent(apart, apart)).mean().round(3), by_hand.round(3)
)

# %% [markdown]
# **Question 1.** A loss that only pulls partners together has a useless minimum: one vector for all images. Why is this
# collapse no minimum of $C$ above, and what is lost if the batch is small?
#
# <details><summary>Answer</summary>
#
# At the collapse the loss is $\log(2n - 1)$, which is $1.946$ for $n = 4$. Moving the images apart lowers the
# denominator without changing the numerator: orthogonal images have the loss $0.594$. The wrong answers in the
# denominator prevent the collapse. With a small batch there are few of them. For $n = 1$ there is none, and the loss is
# $-\log 1 = 0$ for every embedding: nothing is learned.
#
# </details>
#
# **Question 2.** Could LoRA start with $A = 0$ and $B = 0$, to be safe?
#
# <details><summary>Answer</summary>
#
# No. The output depends on the factors only through the product $AB$. If one factor is 0, changing the other one alone
# does not change the output, so the gradient by the other one is 0. With both at 0 both gradients are 0 in every step,
# and nothing is ever trained. One factor must be random.
#
# </details>
#
# **Exercises.** `course start u06/ex11` plans who is trained when and what it costs; `course start u06/ex07` continues
# LoRA, and `course start u06/ex13` the loss of SimCLR.

# %% [markdown]
# ## Part 2: A search with a budget (20 minutes)
#
# Every method above has settings: learning rate, width, weight decay. A training takes an hour, and you have 20 hours.
# How do you spend them? The search needs a *space*, an *objective* (the cost on validation data, never on test data)
# and a *budget*.
#
# **Random search.** Suppose that 5% of the space is good enough. A random setting misses it with the probability
# $0.95$. Independent settings all miss it with the probability $0.95^n$, so at least one hit has the probability
# $1 - 0.95^n$. It depends on the size of the good region only, not on the number of settings that are searched over. A
# grid of 16 points in two dimensions tries only 4 values of each setting; if one of them does not matter, 12 trainings
# are repetitions.

# %%
for n in (10, 20, 59):
    print(f"{n} random settings: a hit with the probability {1 - 0.95**n:.2f}")
space = u06.SearchSpace(
    {"learning_rate": u06.Range(1e-4, 1.0, log=True), "width": u06.Range(2, 64, whole=True)}
)
for search in (space.grid(4), space.sample(16, np.random.default_rng(0))):
    print(len(search), "settings with", len({s["learning_rate"] for s in search}), "learning rates")

# %% [markdown]
# Learning rates are drawn uniformly in their logarithm: between $10^{-4}$ and $1$ every power of ten gets a quarter of
# the samples. Drawn uniformly in themselves, 90% of them would lie above $0.1$.
#
# **A model of the cost.** Random search forgets everything. A *Gaussian process* describes what we know about an
# unknown function $F$ after a few evaluations. Before the data, $F(x)$ is normal with mean 0 and variance $k(x, x)$,
# and the kernel $k(x, x')$ is the covariance of two values: near points have similar values. We observe
# $y_i = F(x_i) + $ noise of variance $\sigma_y^2$. What do we know about $F(x)$ at another point? (The cell uses a
# Matérn kernel with the smoothness 5/2.) Four steps:
#
# 1. The vector $y$ has the covariance $K_y = K + \sigma_y^2 I$, and $\operatorname{Cov}(y, F(x)) = k(x)$, the vector of
#    the $k(x_i, x)$.
# 2. Let $E = F(x) - k(x)^\top K_y^{-1} y$. Then $\operatorname{Cov}(y, E) = k(x) - K_y K_y^{-1} k(x) = 0$.
# 3. $y$ and $E$ are jointly normal and uncorrelated, hence independent. Knowing $y$ says nothing about $E$.
# 4. So given $y$, $F(x)$ is the known number $k(x)^\top K_y^{-1} y$ plus $E$, which is normal with mean 0 and variance
#    $k(x, x) - 2\, k(x)^\top K_y^{-1} k(x) + k(x)^\top K_y^{-1} K_y K_y^{-1} k(x)$. Together:
#
# $$F(x) \mid y \sim N\big(k(x)^\top K_y^{-1} y,\; k(x, x) - k(x)^\top K_y^{-1} k(x)\big).$$
#
# Step 3 is the only one that needs the normal distribution.

# %%
kernel = u06.Kernel(2.5, length_scales=0.3)
seen, values = np.array([[0.0], [0.5]]), np.array([1.0, -1.0])
process = u06.GaussianProcess(kernel, noise=1e-6).fit(seen, values)
mean, std = process.posterior([[0.5], [0.6], [3.0]])
print("mean", mean.round(3), "deviation", std.round(3))
K_y, k = kernel(seen, seen) + 1e-6 * np.eye(2), kernel(seen, np.array([[0.6]]))[:, 0]
by_hand = k @ np.linalg.solve(K_y, values), np.sqrt(1 - k @ np.linalg.solve(K_y, k))
print("by hand at 0.6:", np.round(by_hand, 3))

# %% [markdown]
# At a point that was evaluated the deviation is almost 0; at $x = 3$, more than eight length scales from the nearest
# evaluation, it is that of the prior.
#
# **Where to evaluate next?** Let $c$ be the lowest cost so far. A new cost $F \sim N(\mu, \sigma^2)$ improves it by
# $\max(c - F, 0)$. Its mean is the *expected improvement*. Substitute $F = \mu + \sigma e$ with $e \sim N(0, 1)$, and
# let $\zeta = (c - \mu)/\sigma$. The improvement is positive for $e < \zeta$ and equals $\sigma (\zeta - e)$ there:
#
# $$E \max(c - F, 0) = \sigma \int_{-\infty}^{\zeta} (\zeta - e)\, \varphi(e)\, de
# = \sigma \Big( \zeta\, \Phi(\zeta) - \int_{-\infty}^{\zeta} e\, \varphi(e)\, de \Big)
# = \sigma \big( \zeta\, \Phi(\zeta) + \varphi(\zeta) \big).$$
#
# The last step uses $\varphi'(e) = -e\, \varphi(e)$, so that the integral is $-\varphi(\zeta)$.

# %%
draws = np.random.default_rng(0).normal(size=300_000)
for mu, sigma in ((-0.1, 0.05), (0.2, 0.6)):
    mean_of_draws = np.maximum(0.0 - (mu + sigma * draws), 0).mean()
    exact = u06.expected_improvement([mu], [sigma], best=0.0)[0]
    print(f"μ = {mu}, σ = {sigma}: formula {exact:.4f}, mean of many draws {mean_of_draws:.3f}")

# %% [markdown]
# Fit the process to all costs so far, evaluate where the expected improvement is largest, repeat: this is Bayesian
# optimization. Here the "training" is a formula. Its lowest valley lies to the right of the first two evaluations, and
# the search does not know that.


# %%
def cost(x):
    """A cost with a deep valley near 0.52."""
    return np.sin(9 * x) + 1.2 * (x - 0.35) ** 2 * np.cos(5 * x)


grid = np.linspace(0, 1, 201)[:, None]
tried = np.array([[0.05], [0.35]])
for _ in range(5):
    process = u06.GaussianProcess(u06.Kernel(2.5, length_scales=0.2), noise=1e-6).fit(
        tried, cost(tried)[:, 0]
    )
    mean, std = process.posterior(grid)
    improvement = u06.expected_improvement(mean, std, cost(tried).min())
    tried = np.append(tried, grid[[improvement.argmax()]], axis=0)
print("evaluated at", tried[:, 0].round(3).tolist())
print(f"best of {len(tried)}: {cost(tried).min():.4f}, lowest on the grid: {cost(grid).min():.4f}")

with course.figures.style():
    process = u06.GaussianProcess(u06.Kernel(2.5, length_scales=0.2), noise=1e-6).fit(
        tried[:4], cost(tried[:4])[:, 0]
    )
    mean, std = process.posterior(grid)
    figure, axes = course.figures.subplots(2, 1, size=(7, 4.8), sharex=True, height_ratios=(2, 1))
    axes[0].plot(grid, cost(grid), color="black", linestyle="--", label="cost, unknown to the search")
    axes[0].plot(grid, mean, color=BLUE, label="mean of the process")
    axes[0].fill_between(
        grid[:, 0], mean - 2 * std, mean + 2 * std, color=BLUE, alpha=0.2, label="± 2 deviations"
    )
    axes[0].plot(tried[:4], cost(tried[:4]), "o", color=RED, label="four evaluations")
    axes[0].set(ylabel="cost", title="What is known after four evaluations")
    axes[0].set_ylim(-3.2, 1.7)
    axes[0].legend(ncols=2, loc="lower left")
    axes[1].plot(grid, u06.expected_improvement(mean, std, cost(tried[:4]).min()), color=GREEN)
    axes[1].axvline(tried[4, 0], color=RED, linestyle=":")
    axes[1].set(
        xlabel="setting x", ylabel="improvement", title="Expected improvement, and the next evaluation"
    )
    course.figures.show(
        figure,
        "u06/bayesian",
        "A cost with a deep valley, the mean of a Gaussian process with a band that is narrow at four evaluations, "
        "and below it the expected improvement with its maximum at the next evaluation.",
    )

# %% [markdown]
# **Cheap trainings first.** A bad learning rate is often recognized after one epoch. *Successive halving* trains $n_0$
# settings with a small budget, keeps the share $1/\eta$, gives them $\eta$ times the budget, and so on up to $R$. Round
# $i$ has $n_i \approx n_0 \eta^{-i}$ settings with the budget $R_i = R\, \eta^{i - q}$, so if trainings begin again,
# each round costs $n_i R_i \approx n_0 R\, \eta^{-q}$: all rounds cost the same. The method fails if good settings
# begin slowly. *Hyperband* therefore runs several brackets, from many settings with a tiny first budget to a few that
# are all trained to the end.

# %%
for bracket in u06.brackets(27):
    print(bracket, "begins again:", sum(n * budget for n, budget in bracket), "epochs")

# %% [markdown]
# For real work use Optuna or KerasTuner: they share one study between processes and survive a killed one
# (`course run u06/optuna_workers`).
#
# **Question.** The best cost is $c = 0$. Setting A has $\mu = -0.1$ and $\sigma = 0.05$, setting B has $\mu = 0.2$ and
# $\sigma = 0.6$. Which one is preferred by the probability of improvement $\Phi(\zeta)$, which one by the expected
# improvement, and why do they differ?
#
# <details><summary>Answer</summary>
#
# A has $\zeta = 2$ and improves with the probability $0.977$; B has $\zeta = -1/3$ and the probability $0.369$. The
# expected improvements are $0.1004$ and $0.1525$, as printed above. The probability ignores by how much the cost falls:
# A is nearly sure to gain about $0.1$. B usually gains nothing, but it may gain $0.5$ or more. With a budget for
# further evaluations the risk costs only one of them.
#
# </details>
#
# **Exercises.** `course start u06/ex03` replays successive halving on recorded curves, `course start u06/ex05` extends
# the Gaussian process, and `course start u06/ex06` the expected improvement.

# %% [markdown]
# ## Part 3: Depth, and codes without labels (20 minutes)
#
# More layers can represent more functions. Yet a plain network of 40 layers has a lower *training* accuracy than one of
# ten layers (`course run u06/plain_and_residual`). So this is no overfitting, and no lack of functions: gradient
# descent fails. A shortcut around every block repairs it:
#
# $$\text{plain: } a_l = S(\text{norm}(a_{l-1}))\, W_l, \qquad
# \text{residual: } a_l = a_{l-1} + \psi\, S(\text{norm}(a_{l-1}))\, W_l.$$
#
# **Sizes.** Take ReLU, no normalization, and weights that are independent with mean 0 and variance $2/N$ for $N$ units
# (He's rule). Let $q_l = E[a_{l,j}^2]$.
#
# - Given $a_{l-1}$, a unit of the branch is a sum of $N$ independent terms with mean 0, so its second moment is
#   $N \cdot E[\max(0, a)^2] \cdot 2/N$.
# - The sign of $W$ is random, so $a$ is symmetric around 0 if the inputs are (with a shortcut up to terms of order
#   $1/N$), and then $E[\max(0, a)^2] = \tfrac12 E[a^2]$. The two factors cancel: in a plain network $q_l = q_{l-1}$.
# - With a shortcut the new weights are independent of $a_{l-1}$ and have mean 0, so the two terms are uncorrelated, and
#   $q_l = (1 + \psi^2)\, q_{l-1}$. For $\psi = 1$ this is $2^L$; for $\psi = 1/\sqrt L$ it is $(1 + 1/L)^L < e$.

# %%
rng, depth, width, networks = np.random.default_rng(0), 10, 100, 40
doubled = u06.Kind(shortcut=True, normalized=False, branch=1.0)
choices = {name: u06.kinds(depth)[name] for name in ("plain", "residual, 1/√L")} | {
    "residual, ψ = 1": doubled
}
squares = dict.fromkeys(choices, 0.0)
for _ in range(networks):
    blocks = rng.normal(size=(depth, width, width)) * np.sqrt(2 / width)
    a = rng.normal(size=(20, width))
    for name, kind in choices.items():
        squares[name] += np.mean(u06.forward(a, blocks, kind)[-1] ** 2) / networks
for (name, square), theory in zip(squares.items(), (1.0, 1.1**10, 2.0**10), strict=True):
    print(f"{name}: mean square after {depth} blocks {square:.3g}, theory {theory:.3g}")

# %% [markdown]
# A single network may be far from these means; they are over 40 random networks.
#
# So the sizes of a plain network are fine, and its gradients do not vanish with He's rule. What is wrong is how the
# gradient *changes* from one input to another. Let $g$ and $g'$ be the gradients by the input at two unrelated inputs.
# If every ReLU is active at half of the inputs, independently at the two, the correlation of $g$ and $g'$ after $L$
# blocks is $(1/2)^L$ for a plain network. With a shortcut and $\psi = 1$ it is $(3/4)^L$. (Exercise ex10 asks why.) For
# a normalized residual network the normalization makes each further branch count less, and the product falls like a
# power of $L$ only. A step against the gradient at one sample is then more likely to help other samples, too.

# %%
depths = (1, 2, 4, 8, 16)
names = {"plain, batch norm": BLUE, "residual, batch norm": ORANGE}
theory = {n: [u06.assumed_correlation(depth, u06.kinds(depth)[n]) for depth in depths] for n in names}
measured = {
    n: [u06.measured_correlation(depth, u06.kinds(depth)[n], rng, width=60, networks=5) for depth in depths]
    for n in names
}
for n in names:
    print(f"{n}: theory {np.round(theory[n], 3).tolist()}, measured {np.round(measured[n], 3).tolist()}")
with course.figures.style():
    figure, axes = course.figures.subplots(size=(7, 3.4))
    for n, colour in names.items():
        axes.plot(depths, theory[n], color=colour, label=f"{n}: theory")
        axes.plot(
            depths, np.maximum(measured[n], 1e-4), "o", color=colour, label=f"{n}: five random networks"
        )
    axes.set(xlabel="number of blocks L", ylabel="correlation", title="Gradients at two unrelated inputs")
    axes.set(xscale="log", yscale="log", xticks=depths, xticklabels=depths, ylim=(1e-3, 1.5))
    axes.legend()
    course.figures.show(
        figure,
        "u06/shattered",
        "The correlation of gradients at two inputs by depth: a plain network falls below one percent after eight "
        "blocks, a residual one is still near twenty percent after sixteen.",
    )

# %% [markdown]
# The largest depths of the plain network are so near to 0 that five random networks measure mostly noise.
#
# **Codes without labels.** An autoencoder maps $x$ to a short code $z = f(x)$ and back, $\hat x = h(z)$, and minimizes
# $\tfrac1n \sum_i \lVert x_i - \hat x_i \rVert^2$. With a linear decoder and a code of $m$ numbers, all reconstructions
# lie in a plane of dimension $m$ (after subtracting an offset), and PCA is the best such plane, as in unit 2: no
# encoder beats it. A deep decoder reconstructs on a bent surface; `course run u06/autoencoders` compares dense and
# convolutional ones and walks through their codes. What an autoencoder cannot reconstruct well is what it has never
# seen:

# %%
d = course.data.load("digits")
known = np.flatnonzero(d.labels("train") < 5)[:704]
autoencoder = u06.Autoencoder(*u06.dense_coder(64, (64,), latent=8, activation="elu"))
autoencoder.compile(keras.optimizers.Adam(0.01))
autoencoder.fit(d.features("train")[known], batch_size=64, epochs=10, verbose=0)
x = d.features("test")
errors = np.mean((autoencoder.predict(x, batch_size=len(x), verbose=0) - x) ** 2, axis=1)
unknown = (d.labels("test") > 4).astype("int32")
print(
    f"error of digits 0 to 4: {errors[unknown == 0].mean():.3f}, of 5 to 9: {errors[unknown == 1].mean():.3f}"
)
print(f"area under the ROC curve of the error: {area_under(roc_curve(unknown, errors)):.2f}")

# %% [markdown]
# The error detects the unknown digits without a single example of them: the area is that of a good detector, and a coin
# would have $0.5$.
#
# A *sparse* autoencoder may have a long code, but the mean activity $\hat\rho_j$ of each unit should be a small $\rho$;
# a Kullback-Leibler divergence of $\rho$ and $\hat\rho_j$ is added to the cost, which is 0 exactly for
# $\hat\rho_j = \rho$.
#
# A *denoising* autoencoder gets $\tilde x = x + $ noise and has to return $x$. What is its best answer? For any
# function $h$ write $x - h(\tilde x) = (x - E[x \mid \tilde x]) + (E[x \mid \tilde x] - h(\tilde x))$. Given
# $\tilde x$, the second bracket is a constant and the first has mean 0, so the mixed term vanishes, and
#
# $$E \lVert x - h(\tilde x) \rVert^2 = E \lVert x - E[x \mid \tilde x] \rVert^2 +
# E \lVert E[x \mid \tilde x] - h(\tilde x) \rVert^2.$$
#
# The best answer is the conditional mean. It is a compromise between the images that fit, which is why it is blurred.
# If $x$ is 0 or 1 with equal probability and the noise is normal with deviation $\sigma$, Bayes' rule gives a sigmoid:

# %%
rng, sigma = np.random.default_rng(0), 0.5
x01 = rng.integers(0, 2, size=400_000)
noisy = x01 + sigma * rng.normal(size=x01.shape)
for low in (0.0, 0.5, 0.8):
    near = np.abs(noisy - low) < 0.02
    formula = 1 / (1 + np.exp((1 - 2 * low) / (2 * sigma**2)))
    print(f"noisy value {low}: mean of the clean values {x01[near].mean():.2f}, formula {formula:.2f}")

# %% [markdown]
# **Question.** You want to detect broken machine parts by the error of an autoencoder. A colleague makes the code as
# long as the input, because then "the normal parts are reconstructed perfectly". What happens to the detector?
#
# <details><summary>Answer</summary>
#
# With a code as long as the input, $h(f(x)) = x$ for *all* $x$ is possible, for example with two linear maps that are
# inverse to each other. Then broken parts are reconstructed perfectly too, all errors are near 0, and the area under
# the ROC curve goes towards $0.5$. The detector works because the code is too short for anything but the known inputs.
# The length of the code is a setting to be chosen on validation data with a few broken parts.
#
# </details>
#
# **Exercises.** `course start u06/ex10`: gradients through shortcuts, and why the correlations are $(1/2)^L$ and
# $(3/4)^L$. `course start u06/ex08`: a sparse code and its gradient.

# %% [markdown]
# ## Part 4: A training recipe (15 minutes)
#
# Two people train the same network on the same data and get 96% and 98.5%. The difference is the recipe: learning rate,
# schedule, augmentation, labels, averages. Each part is a small gain; here we compute what some of them do.
#
# **The learning rate.** In a *range test* it grows geometrically in every step of one short run,
# $\alpha_t = \alpha_{\text{low}} (\alpha_{\text{high}}/\alpha_{\text{low}})^{t/(T-1)}$. The costs say where it is
# useful: too small, and nothing happens; too large, and the cost explodes. The suggestion is the rate at which the
# smoothed cost falls fastest on a logarithmic axis. Afterwards the weights are put back. We take the network of part 1
# with new random weights.

# %%
u06.restart(model, trained, seed=1)
found = u06.find_learning_rate(
    model, first.x[:700], first.y[:700], batch_size=100, low=1e-3, high=50.0, steps=50
)
print(
    f"the cost falls fastest at {found.suggestion:.2g}; steps before the end of the test: {len(found.rates)}"
)
with course.figures.style():
    figure, axes = course.figures.subplots(size=(7, 3.2))
    axes.semilogx(found.rates, found.losses, color=BLUE, alpha=0.4, label="mini-batch")
    axes.semilogx(found.rates, found.smoothed, color=BLUE, label="smoothed")
    axes.axvline(found.suggestion, color=RED, linestyle=":", label="suggestion")
    axes.set(xlabel="learning rate", ylabel="cost", ylim=(0, 8), title="A range test: one short run")
    axes.legend()
    course.figures.show(
        figure,
        "u06/range_test",
        "The cost by learning rate in one run: flat for small rates, then falling, then rising steeply.",
    )

# %% [markdown]
# **Smoothed labels.** Replace the one-hot $y$ by $\tilde y = (1 - \varepsilon)\, y + \varepsilon/\text{classes}$. The
# cross-entropy $-\sum_j \tilde y_j \log \text{softmax}(u)_j$ is convex in the logits $u$, with the gradient
# $\text{softmax}(u) - \tilde y$. So it is smallest exactly where $\text{softmax}(u) = \tilde y$. There
#
# $$u_{\text{right}} - u_{\text{other}} = \log \frac{\tilde y_{\text{right}}}{\tilde y_{\text{other}}}
# = \log \frac{1 - \varepsilon + \varepsilon/\text{classes}}{\varepsilon/\text{classes}}
# = \log\Big(1 + \text{classes}\, \frac{1 - \varepsilon}{\varepsilon}\Big).$$
#
# Without smoothing there is no minimum: the logits grow as long as one trains.

# %%
for epsilon in (0.0, 0.1):
    target, u, gaps = (1 - epsilon) * np.eye(10)[0] + epsilon / 10, np.zeros(10), []
    for _ in range(4000):
        u = u - 1.0 * (np.exp(u) / np.exp(u).sum() - target)
        gaps.append(float(u[0] - u[1]))
    steps = [round(gaps[t - 1], 2) for t in (40, 400, 4000)]
    print(
        f"ε = {epsilon}: gap after 40, 400, 4000 steps {steps}, formula {u06.best_logit_gap(epsilon, 10):.2f}"
    )

# %% [markdown]
# **Averaged weights.** Near a minimum at 0, and in one direction with the curvature $H$, noisy descent is
# $\theta_{t+1} = (1 - \alpha H)\, \theta_t + \text{noise}$, with a new independent noise in every step. After many
# steps two iterates $t$ steps apart have the correlation $f^t$ with $f = 1 - \alpha H$. The average
# $\bar\theta = (1 - \gamma) \sum_{i \ge 0} \gamma^i\, \theta_{t-i}$ has the variance
#
# $$\frac{\operatorname{Var} \bar\theta}{\operatorname{Var} \theta}
# = (1 - \gamma)^2 \sum_{i, j \ge 0} \gamma^{i+j} f^{\lvert i - j \rvert}
# = (1 - \gamma)^2\, \frac{1}{1 - \gamma^2} \Big( 1 + 2 \sum_{k \ge 1} (\gamma f)^k \Big)
# = \frac{1 - \gamma}{1 + \gamma} \cdot \frac{1 + \gamma f}{1 - \gamma f}.$$
#
# In the second step the pairs are sorted by their distance $k = \lvert i - j \rvert$: for each $k \ge 1$ there are two
# families of pairs, and $\sum_i \gamma^{2i + k} = \gamma^k/(1 - \gamma^2)$. The third step is a geometric series.

# %%
rng, f = np.random.default_rng(0), 0.8
theta = mean = np.zeros(20_000)
for _ in range(300):
    theta = f * theta + rng.normal(size=theta.shape)
    mean = 0.95 * mean + 0.05 * theta
print(
    f"variance that is left: measured {mean.var() / theta.var():.3f}, formula {u06.variance_left(0.95, f):.3f}"
)

# %% [markdown]
# **Mixed precision.** float16 rounds what is below about $3 \cdot 10^{-8}$ to 0, and many gradients are. The derivative
# is linear: the gradient of $1024\, C$ is $1024$ times the gradient of $C$. Multiply the loss, compute in float16, and
# divide in float32; with a power of two nothing is lost by that.

# %%
gradients = [10.0 ** np.random.default_rng(0).uniform(-10, -3, size=100_000)]
for scale in (1.0, 1024.0):
    print(f"loss × {scale:g}: {u06.underflow_share(gradients, scale):.1%} of the gradients become 0")

# %% [markdown]
# The other parts: *MixUp* and *CutMix* train on mixtures of two images with the same mixture of their labels;
# *RandAugment* draws random operations of one common strength; warm-up and cosine are schedules of unit 3; *gradient
# accumulation* computes the gradient of a large batch in parts.
#
# **Is a gain real?** With $n$ seeds the 95% interval of a mean is $\pm t_{n-1}\, s/\sqrt n$, with the quantile of
# Student's distribution. With three seeds the factor $t_2/\sqrt 3$ is $2.48$: differences of two standard deviations
# prove nothing. Change one thing at a time (`course run u06/recipe_ablation`).

# %%
for n in (3, 5, 10):
    print(f"{n} seeds: mean ± {stats.t.ppf(0.975, n - 1) / np.sqrt(n):.2f} standard deviations")

# %% [markdown]
# **Question.** A batch of 50 samples is computed in parts of 16, 16, 16 and 2, and the optimizer gets the *mean of the
# four gradients*, each of which belongs to the mean cost of its part. By which factor does a sample of the last part
# count more than one of the first part? How large are both weights in the gradient of the mean cost of all 50?
#
# <details><summary>Answer</summary>
#
# In the mean of four gradients each part has the weight $1/4$, and a sample has its share of the part:
# $1/(4 \cdot 16) = 0.0156$ in the first, $1/(4 \cdot 2) = 0.125$ in the last part. This is a factor of 8. In the
# gradient of the mean cost all 50 samples have the weight $1/50 = 0.02$. The error is there in every step in which the
# parts differ in size, and it is never reported: both gradients look plausible.
#
# </details>
#
# **Exercises.** `course start u06/ex01` builds the range test, `course start u06/ex02` mixes images and labels, and
# `course start u06/ex04` accumulates gradients.

# %% [markdown]
# ## Part 5: Smaller and faster (15 minutes)
#
# The trained network has to run on a telephone. Three ideas make it smaller; one makes the next training faster.
#
# **Distillation.** A small student learns from the probabilities $p = \text{softmax}(v/\tau)$ of a large teacher with
# the logits $v$. At $\tau = 1$ a good teacher says hardly more than the label. A larger temperature $\tau$ shows which
# wrong classes it finds similar. Gradients of the soft cost shrink as $1/\tau^2$, so the cost is multiplied by
# $\tau^2$.

# %%
teacher = np.array([[9.0, 5.0, -3.0]], "float32")
for temperature in (1.0, 4.0):
    print(f"τ = {temperature:g}:", array(ops.softmax(teacher / temperature)).round(3))

# %% [markdown]
# **Pruning** sets the weights with the smallest absolute values to 0. Zeros save nothing by themselves: a format has to
# say where the other numbers are. For $n$ weights of 4 bytes with $k$ left, a bit for each weight costs $n/8 + 4k$
# bytes, and an index of 2 bytes for each number costs $6k$. Dense storage costs $4n$. So bits win as soon as
# $k < \tfrac{31}{32} n$, and indices win over bits for $2k < n/8$, that is, if less than $1/16$ of the weights is left.

# %%
weights = np.random.default_rng(0).normal(size=(64, 32)).astype("float32")
for sparsity in (0.0, 0.5, 0.9, 0.97):
    (mask,) = u06.magnitude_masks([weights], sparsity)
    sizes = {layout: u06.stored_bytes([weights * mask], layout) for layout in ("dense", "bits", "indices")}
    print(f"{sparsity:.0%} removed:", sizes)

# %% [markdown]
# **Eight bits.** Write $W \approx \Delta\, Q$ with integers $Q = \text{round}(W/\Delta)$ and
# $\Delta = \max \lvert W \rvert/127$, so that $Q$ fits into 8 bits. Rounding moves $W/\Delta$ by at most $\tfrac12$,
# hence $\lvert W - \Delta Q \rvert \le \Delta/2$. If the errors are spread evenly over $[-\Delta/2, \Delta/2]$, their
# mean square is $\tfrac1\Delta \int_{-\Delta/2}^{\Delta/2} t^2\, dt = \Delta^2/12$.

# %%
q, delta = (array(a) for a in u06.quantize(weights))
error = weights - delta * q
print(f"largest error {np.abs(error).max():.4f}, half a step {delta.item() / 2:.4f}")
print(f"root mean square {np.sqrt(np.mean(error**2)):.5f}, step/√12 {delta.item() / np.sqrt(12):.5f}")
large = weights.copy()
large[:, 0] *= 20
for axis, name in ((None, "one step for all"), (0, "one step for each unit")):
    q, delta = (array(a) for a in u06.quantize(large, axis))
    print(
        f"{name}, with one large unit: largest error of the others {np.abs(delta * q - large)[:, 1:].max():.4f}"
    )

# %% [markdown]
# One large weight makes $\Delta$ large for all weights that share it: give each unit a step of its own.
#
# **Muon.** The gradient of a matrix has a few large singular values and many small ones, so a step moves a few
# directions only. Muon replaces $G = U \operatorname{diag}(s)\, V^\top$ by about $U V^\top$. A singular value
# decomposition is slow on an accelerator, but matrix products are fast:
#
# - $V^\top V = I$, hence $X X^\top = U \operatorname{diag}(s)\, V^\top V \operatorname{diag}(s)\, U^\top$ is
#   $U \operatorname{diag}(s^2)\, U^\top$.
# - So $(X X^\top) X = U \operatorname{diag}(s^3)\, V^\top$, and likewise $(X X^\top)^2 X$ has $s^5$.
# - The step $X \leftarrow a_1 X + a_3 (X X^\top) X + a_5 (X X^\top)^2 X$ keeps $U$ and $V$ and replaces every $s$ by
#   $P(s) = a_1 s + a_3 s^3 + a_5 s^5$.
#
# Starting from $X = G/\lVert G \rVert_F$, all $s$ are in $[0, 1]$. Muon's coefficients have the slope $3.4445$ at 0, so
# small values grow quickly; at the end they wander between about $0.68$ and $1.13$, which is enough for an optimizer.

# %%
with course.figures.style():
    figure, axes = course.figures.subplots(size=(7, 3.2))
    for steps in (0, 1, 3, 5):
        s = np.linalg.svd(array(u06.orthogonalize(weights, steps)), compute_uv=False)
        print(f"{steps} steps: singular values from {s.min():.3f} to {s.max():.3f}")
        axes.plot(np.arange(1, len(s) + 1), s, "o-", label=f"{steps} steps")
    axes.set(xlabel="number", ylabel="singular value", title="Newton–Schulz steps on a random matrix")
    axes.legend(ncols=2)
    course.figures.show(
        figure,
        "u06/newton_schulz",
        "The singular values of a matrix after 0, 1, 3 and 5 steps: at first they lie below 0.3, in the end near 1.",
    )

# %% [markdown]
# **One learning rate for all widths.** Adam moves every weight by about $\alpha$. For one sample $x$, the gradient of a
# layer is an outer product, so the step of the weights into one unit has the signs of $x$, or all opposite ones. The
# change of that unit's input is then $\alpha \sum_k \lvert x_k \rvert$: $N$ terms with the same sign. It grows like
# $N$, while the input itself is a sum of $N$ independent terms of variance $1/N$ and keeps its size. *muP* divides the
# steps of hidden and last layers by $N/N_0$.

# %%
for width in (64, 256, 1024):
    x = np.random.default_rng(0).normal(size=width)
    w = np.random.default_rng(1).normal(size=(width, 100)) / np.sqrt(width)
    step = 0.001 * np.sign(x)
    print(f"N = {width}: input of a unit {(x @ w).std():.2f}, change by one step {x @ step:.3f}", end="")
    print(f", with muP {x @ step * 64 / width:.3f}")

# %% [markdown]
# **Question.** A singular value of the gradient is $s = 0.001$ after the division by the norm. About how many steps of
# Muon's polynomial bring it near 1? What does the cubic polynomial $P(s) = \tfrac32 s - \tfrac12 s^3$ of Newton and
# Schulz need?
#
# <details><summary>Answer</summary>
#
# While $s$ is small, the terms $s^3$ and $s^5$ do not count, and every step multiplies $s$ by the slope. From $0.001$
# to $0.5$ it is a factor of 500: $\log 500/\log 3.4445 \approx 5.0$ steps for Muon, and
# $\log 500/\log 1.5 \approx 15.3$ for the cubic polynomial. Applying the polynomials shows it: after 5 steps Muon has
# $0.47$ and after 6 steps $1.17$; the cubic one has $0.42$ after 15 steps. With its usual five steps Muon does not
# bring very small values to 1, which may be an advantage, since they are mostly noise.
#
# </details>
#
# **Exercises.** `course start u06/ex09` on distillation, `course start u06/ex14` on a layer in integers, and
# `course start u06/ex12` on Newton–Schulz and Muon.

# %% [markdown]
# ## Summary
#
# | idea | formula | what to remember |
# | --- | --- | --- |
# | transfer | $\partial C/\partial f(x) = (p - y) W^\top$ | a random head sends random gradients: train it first |
# | LoRA | $x W + b + \tfrac{\text{alpha}}{r} x A B$ | few numbers; starts as the old network |
# | Gaussian process | $k(x)^\top K_y^{-1} y$ | the rest is independent of $y$ |
# | expected improvement | $\sigma (\zeta \Phi(\zeta) + \varphi(\zeta))$ | doubt is worth something |
# | shortcut | $(1/2)^L$ becomes $(3/4)^L$ | gradients at two inputs stay related |
# | smoothed labels | $\log(1 + \text{classes} (1 - \varepsilon)/\varepsilon)$ | the logits stay bounded |
# | averages | $\tfrac{1 - \gamma}{1 + \gamma} \cdot \tfrac{1 + \gamma f}{1 - \gamma f}$ | average for long |
# | eight bits | $\lvert W - \Delta Q \rvert \le \Delta/2$ | one step for each unit |
#
# **Pitfalls.** Searching on the test set. A frozen network whose batch normalization still moves. Parts of unequal size
# with equal weights. A gain from one seed. Counting zeros as saved bytes.
#
# **Where to go on.** `course run u06/transfer`, `course run u06/gaussian_process`,
# `course run u06/shattered_gradients`, `course run u06/recipe_ablation` and `course run u06/muon_on_digits`; §2.5,
# §4.5, §5.5–5.7 and §6.5 of the book.
