"""The lesson of unit 10: past, large models, graphs, uncertainty, attacks and responsibility."""

# %% [markdown]
# # Unit 10: Past, Present and Future
#
# Run this file cell by cell in an editor that supports the percent format (`# %%`), as a notebook
# (`course notebooks build u10`), or as a whole with Python. It takes about 90 minutes. At the end of each part there is
# a question; think first, then unfold the answer.
#
# **What you will be able to do.** You will say what each era of neural networks added; fit a scaling law and divide a
# budget by it; explain double descent and preference tuning; write message passing on a graph and say why many layers
# make all nodes equal; measure calibration, repair it, and give a set of answers with a guarantee; and attack a
# network, audit a decision and estimate the cost of a run.
#
# **What you need.** Units 1 to 5. From unit 6 the contrastive loss, from unit 8 the transformer.

# %%
import keras
import numpy as np
from keras import ops

import course
from course.validation import array
from units import u10_past_present_future as u10

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
BLUE, ORANGE, GREEN, RED = (course.figures.COLOURS[name] for name in ("blue", "orange", "green", "red"))


# %% [markdown]
# ## Part 1: The past, and the law of the present (20 minutes)
#
# In 1958 a machine learned to tell cards apart. Its *perceptron* has a column of weights $w_k$ for each class and the
# scores $z = x W$. It changes only after a mistake: if the wrong class $k$ with the largest score reaches
# $z_k \ge z_y$, then $w_y \leftarrow w_y + x$ and $w_k \leftarrow w_k - x$. No derivative is needed. Each later era
# removed one obstacle:
#
# | year | model | the obstacle that it removed |
# | --- | --- | --- |
# | 1958 | perceptron | rules had to be written by hand |
# | 1986 | multilayer network, backpropagation | no hidden units |
# | 1998 | LeNet | too many weights: one kernel for all positions |
# | 2012 | AlexNet: ReLU, dropout, GPUs | saturation, little data, slow machines |
# | 2015 | ResNet: shortcuts past the layers | depth |
# | 2017 | transformer: attention | distance |
#
# `course run u10/eras` trains one model of each era on one task, and `course leaderboard` puts all models of the course
# into one table. The last era reaches images, too: a *vision transformer* (unit 5) reads an image as a sequence of
# patches.
#
# **Which size, how much data?** A training run of a large model cannot be repeated with other settings. Small runs show
# that the cost on new data follows a law with $N$ parameters and $D$ tokens,
#
# $$C(N, D) = C_\infty + \Big( \frac{N_c}{N} \Big)^{\alpha_N} + \Big( \frac{D_c}{D} \Big)^{\alpha_D},$$
#
# where $C_\infty$ is what no model avoids. Training costs $F = 6 N D$ operations: for each parameter and token 2
# forward and 4 backward (unit 8). How should a budget $F$ be divided?
#
# 1. Insert $D = F/(6N)$. The cost becomes a function of $N$ alone.
# 2. Take the derivative by $\log N$. The power $(N_c/N)^{\alpha_N}$ contributes $-\alpha_N (N_c/N)^{\alpha_N}$. Since
#    $\log D = \log(F/6) - \log N$, the other one contributes $+\alpha_D (D_c/D)^{\alpha_D}$.
# 3. At the minimum both are equal: $\alpha_N (N_c/N^*)^{\alpha_N} = \alpha_D (D_c/D^*)^{\alpha_D}$. The second
#    derivative is a sum of two positive terms, so it is the only minimum.
# 4. With $D^* = F/(6 N^*)$ solve for $N^*$: it grows like $F^{\alpha_D/(\alpha_N + \alpha_D)}$.

# %%
true = u10.ScalingLaw(floor=0.5, N_c=100.0, alpha_N=0.4, D_c=300.0, alpha_D=0.3)
N, D = (grid.ravel() for grid in np.meshgrid(4.0 ** np.arange(4, 8), 4.0 ** np.arange(5, 9)))
law = u10.fit_scaling_law(N, true.cost(N, D) * np.exp(0.002 * rng.normal(size=len(N))), D)
print(
    f"fitted exponents {law.alpha_N:.2f} and {law.alpha_D:.2f}, floor {law.floor:.2f}; true 0.40, 0.30, 0.50"
)
best = {F: u10.compute_optimal(true, F) for F in (1e9, 1e12)}
for F, (best_N, best_D) in best.items():
    sides = 0.4 * (100 / best_N) ** 0.4, 0.3 * (300 / best_D) ** 0.3
    print(
        f"F = {F:.0e}: N* = {best_N:,.0f}, D* = {best_D:,.0f}; both sides of step 3: {sides[0]:.4f}, {sides[1]:.4f}"
    )
print(f"growth of N*: {best[1e12][0] / best[1e9][0]:.1f}, by step 4: {1000 ** (0.3 / 0.7):.1f}")
with course.figures.style():
    figure, axes = course.figures.subplots(size=(7, 3.6))
    for F, colour in ((1e9, ORANGE), (1e10, GREEN), (1e11, BLUE)):
        sizes = np.geomspace(300, 3e5, 100)
        axes.loglog(sizes, true.cost(sizes, F / (6 * sizes)) - 0.5, color=colour, label=f"F = {F:.0e}")
        top_N, top_D = u10.compute_optimal(true, F)
        axes.plot(top_N, true.cost(top_N, top_D) - 0.5, "o", color=colour)
    axes.set(
        xlabel="parameters N",
        ylabel="cost above the floor",
        title="Equal budgets: too small, best, too large",
    )
    axes.legend()
    course.figures.show(
        figure,
        "u10/budget",
        "For three budgets the cost above the floor by the number of parameters: each curve has one minimum, which "
        "moves to larger models with the budget.",
    )

# %% [markdown]
# To the left of the dots the model is too small for the budget, to the right it sees too little data.
#
# **Double descent.** Does more data always help? Fit $p$ weights to $n$ samples by least squares and take the shortest
# solution. Near $n = p$ exactly one fit goes through all samples, noise included, and its weights are huge. With more
# samples the noise averages out; with fewer, the shortest of many exact fits is small. For normal features of variance
# 1 and noise of variance $\sigma^2$ the error for $n \ge p + 2$ is $\sigma^2 + \sigma^2 p/(n - p - 1)$.

# %%
theta = np.full(40, 40**-0.5)
for n in (10, 36, 60, 160):
    X = rng.normal(size=(200, n, 40))
    fits = u10.minimum_norm(X, X @ theta + 0.5 * rng.normal(size=(200, n)))
    measured = np.mean(u10.new_sample_error(fits, theta, 1.0, 0.25))
    print(
        f"{n:3} samples, 40 weights: error {measured:.2f}, exact {u10.expected_error(n, 40, 1.0, 0.25):.2f}"
    )

# %% [markdown]
# With 36 samples the error is larger than with 10: a penalty on the weights removes the peak.
#
# **Question.** A law has $\alpha_N = \alpha_D$. Your budget grows by a factor of 100. By which factors should
# parameters and data grow? A colleague spends everything on a larger model and keeps the data. What is the best that
# this can give?
#
# <details><summary>Answer</summary>
#
# With equal exponents $N^* \propto F^{1/2}$, and $D^* = F/(6N^*)$ as well: ten times the parameters *and* ten times the
# data. If the data stay, the term $(D_c/D)^{\alpha_D}$ stays, and no model gets below $C_\infty + (D_c/D)^{\alpha_D}$,
# however large it is. At the old optimum both terms were equal (step 3 with equal exponents), so at most half of the
# cost above the floor can go away.
#
# </details>
#
# **Exercises.** `course start u10/ex01` (the perceptron for several classes), `course start u10/ex12` (spend a budget).

# %% [markdown]
# ## Part 2: Captions and preferences (15 minutes)
#
# **Captions in place of labels.** Two encoders make vectors $u_i$ of images and $v_i$ of their captions, and the loss
# of unit 6 pulls pairs together: with the scores $z_{ij} = s \cos(u_i, v_j)$ each image has to find its caption among
# those of the batch, and each caption its image. New classes need no training: write a sentence for each class, and
# take the nearest one.

# %%
u = np.eye(8, dtype="float32")
for name, v in (("its own captions", u), ("captions of other images", np.roll(u, 1, axis=0))):
    cost, _ = u10.symmetric_contrastive_loss(u, v, 10.0)
    print(f"{name}: cost {float(cost):.3f}")
print(
    f"by hand: {np.log(1 + 7 * np.exp(-10)):.3f} and {np.log(7 + np.exp(10)):.3f}; guessing costs {np.log(8):.3f}"
)

# %% [markdown]
# **Preferences.** A language model continues any text; people want some continuations more than others. Let $R(a)$ be
# the reward of a text $a$. A policy $p$ should gain reward and stay near the reference $p_{\text{ref}}$, which has
# learned the language: $\max_p E_{a \sim p}[R(a)] - \beta\, \text{KL}(p \,\Vert\, p_{\text{ref}})$. Derive the
# solution:
#
# 1. Write the objective as one expectation, with $\log e^{R(a)/\beta} = R(a)/\beta$. It is
#    $-\beta\, E_p \log \frac{p(a)}{p_{\text{ref}}(a)\, e^{R(a)/\beta}}$.
# 2. Let $Z = \sum_a p_{\text{ref}}(a)\, e^{R(a)/\beta}$ and $p^*(a) = p_{\text{ref}}(a)\, e^{R(a)/\beta}/Z$. The
#    objective is $-\beta\, \text{KL}(p \,\Vert\, p^*) + \beta \log Z$.
# 3. $Z$ does not depend on $p$, and the divergence is 0 only for $p = p^*$. So $p^*$ is the best policy.
#
# $Z$ is a sum over all texts and cannot be computed. But solve for the reward,
# $R(a) = \beta \log \frac{p^*(a)}{p_{\text{ref}}(a)} + \beta \log Z$: in a *difference* of two rewards $Z$ cancels. If
# readers prefer $a$ to $b$ with the probability $\sigma_{\text{Sig}}(R(a) - R(b))$ (Bradley and Terry), the policy can
# be trained on pairs directly, by a logistic regression on the differences of $\beta \log(p_\theta/p_{\text{ref}})$.

# %%
p_ref, reward = np.array([0.7, 0.2, 0.1]), np.array([0.0, 1.0, 2.0])
others = np.random.default_rng(0).dirichlet(np.ones(3), size=20_000)
for beta in (10.0, 1.0, 0.1):
    p = array(u10.optimal_policy(p_ref, reward, beta))
    value = np.log(p_ref @ np.exp(reward / beta)) * beta
    best = np.max(others @ reward - beta * np.sum(others * np.log(others / p_ref), axis=1))
    print(
        f"β = {beta}: {p.round(3)}; objective β log Z = {value:.3f}, best of 20,000 random policies {best:.3f}"
    )

# %% [markdown]
# A large $\beta$ holds the policy at its reference, a small one sends everything to the best text.
#
# **Question.** Tuning on preferences with a small $\beta$ makes a model that gives nearly the same answer to
# everything. Explain this with $p^*$, for two texts with $p_{\text{ref}} = (0.5, 0.5)$ and the rewards $1.0$ and $1.2$,
# for $\beta = 1$ and $\beta = 0.02$.
#
# <details><summary>Answer</summary>
#
# The ratio of the two probabilities is $e^{0.2/\beta}$. For $\beta = 1$ it is $1.22$: the better text has $0.55$. For
# $\beta = 0.02$ it is $e^{10} \approx 22{,}000$: the better one has $0.99995$. A tiny difference of rewards, which may
# be only noise of the judges, decides everything.
#
# </details>
#
# This part has no exercise: try `course run u10/small_clip` and `course run u10/preference_tuning`.

# %% [markdown]
# ## Part 3: Graphs (20 minutes)
#
# Molecules, citations, friendships: the data are nodes with features $x_i$ and edges. The numbers of the nodes mean
# nothing, so what a network computes must not depend on them. *Message passing* fulfils this: every node sums what its
# neighbours send, $h_i = \sum_{(j, i)} m_{ji}$, and a sum does not depend on the order. A list of edges is enough; a
# matrix of all pairs is never made.

# %%
graph = u10.Graph(5, [(0, 1), (1, 2), (2, 3), (3, 4)])
x = np.eye(5, dtype="float32")
received = array(u10.aggregate(u10.gather(x, graph.edges), graph.edges, graph.nodes))
print("who sends to node 2:", np.flatnonzero(received[2]).tolist())
A = received + np.eye(5)
d = A.sum(axis=1)
by_matrix = A / np.sqrt(np.outer(d, d))
print(
    "Â from messages equals the matrix:",
    np.abs(array(u10.propagate(ops.convert_to_tensor(x), graph.edges)) - by_matrix).max().round(6),
)

# %% [markdown]
# A *graph convolution* is $H = \hat A X W + b$ with $\hat A = \tilde D^{-1/2} (A + I) \tilde D^{-1/2}$, where
# $\tilde d_i = 1 + d_i$ counts the neighbours of $i$ and the node itself. With two layers a node sees everything that
# is at most two edges away. *Graph attention* replaces the fixed weights by a softmax over the edges into each node.
#
# In a karate club two members are labelled, the instructor and the president. The only feature of a member is its own
# number, so all knowledge about the others comes from the edges: nodes without a label do not count in the cost, but
# they send messages.

# %%
club = course.data.load("karate")
labelled = np.isin(np.arange(34), [0, 33]).astype("float32")
model = u10.GCN(u10.Graph(34, club.edges()), classes=2, units=8, dropout=0.0)
model.compile(keras.optimizers.Adam(0.02))
model.fit(club.features(), club.labels(), sample_weight=labelled, epochs=60, verbose=0)
right = model.predict(club.features()).argmax(axis=1) == club.labels()
print(f"right for {right[labelled == 0].mean():.2f} of the 32 other members")

# %% [markdown]
# `course run u10/cora` does the same with 2,708 papers that cite one another.
#
# **Why not twenty layers?** Measure how different neighbours are by the Dirichlet energy
#
# $$E(X) = \tfrac12 \sum_{(j, i)} \big\lVert x_i/\sqrt{\tilde d_i} - x_j/\sqrt{\tilde d_j} \big\rVert^2
# = \text{tr}\, X^\top (I - \hat A) X,$$
#
# where the sum counts both directions of an edge.
#
# 1. $\hat A$ is symmetric. Let $\lambda_k$ be its eigenvalues and $c_k$ the parts of $X$ along the eigenvectors. Then
#    $E(X) = \sum_k (1 - \lambda_k) \lVert c_k \rVert^2$. Since the first form is never negative, all $\lambda_k \le 1$.
# 2. $\lambda > -1$, because with self loops also $x^\top (I + \hat A) x > 0$: it is
#    $\tfrac12 \sum_{(j, i)} (x_i/\sqrt{ \tilde d_i} + x_j/\sqrt{\tilde d_j})^2 + \sum_i 2 x_i^2/\tilde d_i$.
# 3. A propagation multiplies $c_k$ by $\lambda_k$, so
#    $E(\hat A X) = \sum_k (1 - \lambda_k) \lambda_k^2 \lVert c_k \rVert^2 \le E(X)$. What belongs to $\lambda = 1$ has
#    no energy; everything else dies out like $\lambda_2^{2t}$ after $t$ steps, where $\lambda_2$ is the second largest
#    absolute value.
#
# After many propagations every node of a connected graph has the same vector, up to the factor $\sqrt{\tilde d_i}$. The
# cure is to mix in a share $\gamma$ of the first vector $h$ in every step,
# $z \leftarrow (1 - \gamma) \hat A z + \gamma h$.

# %%
values = np.sort(np.abs(np.linalg.eigvalsh(by_matrix)))
energies, mixed, z, m = [], [], x, x
for _ in range(40):
    energies.append(np.trace(z.T @ (np.eye(5) - by_matrix) @ z))
    mixed.append(np.trace(m.T @ (np.eye(5) - by_matrix) @ m))
    z, m = by_matrix @ z, 0.9 * by_matrix @ m + 0.1 * x
print("eigenvalues of Â:", np.linalg.eigvalsh(by_matrix).round(3))
print(
    f"one propagation multiplies the energy by {energies[-1] / energies[-2]:.4f}; λ₂² = {values[-2] ** 2:.4f}"
)
print(f"after 39 propagations {energies[-1]:.1e}, with a share of 0.1 of the first vector {mixed[-1]:.3f}")
with course.figures.style():
    figure, axes = course.figures.subplots(size=(6.4, 3.4))
    axes.semilogy(energies, color=RED, label="propagation")
    axes.semilogy(mixed, color=BLUE, label="with a share of the first vector")
    axes.set(xlabel="steps", ylabel="Dirichlet energy", title="A path of five nodes")
    axes.legend()
    course.figures.show(
        figure,
        "u10/energy",
        "The Dirichlet energy falls exponentially with the number of propagations; with a share of the first vector it "
        "stays at a constant.",
    )

# %% [markdown]
# **What a network can tell apart.** *Colour refinement* starts with one colour for all nodes; two nodes keep the same
# colour only if their neighbours have the same colours equally often. Message passing with equal features computes the
# new vector from the same information, so it can tell two graphs apart only if colour refinement does.
#
# **Question.** A hexagon and two separate triangles have six nodes each. Can a graph network with equal features tell
# them apart? What is the smallest change that helps?
#
# <details><summary>Answer</summary>
#
# No. In both graphs each node has two neighbours that look like itself. After one round all nodes still have one
# colour, and so after every round. One marked node is enough: in the triangle its two neighbours are neighbours of each
# other, so after two rounds the messages come back differently. Random features do the same, at the price of noise.
#
# </details>

# %%
hexagon = u10.Graph(6, [(i, (i + 1) % 6) for i in range(6)])
triangles, _ = u10.union([u10.Graph(3, [(0, 1), (1, 2), (2, 0)])] * 2)
print("hexagon and two triangles told apart:", u10.told_apart(hexagon, triangles))

# %% [markdown]
# **Exercises.** `course start u10/ex02` (messages along weighted edges), `course start u10/ex05` (graph convolution),
# `course start u10/ex06` (attention over edges), `course start u10/ex07` (colour refinement).

# %% [markdown]
# ## Part 4: How sure is a model? (20 minutes)
#
# A model says "class 7, with 99%". Is it right in 99 of 100 such cases? Sort the answers into bins by their confidence
# and compare with the accuracy in each bin; the *calibration error* is the mean gap,
# $\text{ECE} = \sum_b \frac{n_b}{n} \lvert \text{accuracy}_b - \text{confidence}_b \rvert$. A network that knows its
# training data by heart has learned that large logits are always right. On new data they are not.

# %%
digits = course.data.load("digits")
x, y = digits.features("train"), digits.labels("train").copy()
wrong = np.random.default_rng(0).random(len(y)) < 0.1
y[wrong] = np.random.default_rng(1).integers(10, size=wrong.sum())  # one label in ten is random
ensemble = u10.DeepEnsemble(3, [48], classes=10, dropout=0.0)
ensemble.compile(keras.optimizers.Adam(0.02))
ensemble.fit(x[:300], y[:300], batch_size=100, epochs=60, verbose=0)
z = array(ensemble.predict(x[300:], batch_size=len(x) - 300, verbose=0))
first, y_new = z[:, 0], y[300:]
tau = u10.fit_temperature(y_new[:500], first[:500])
for value in (1.0, tau):
    p = u10.with_temperature(first[500:], value)
    right = np.mean(p.argmax(axis=1) == y_new[500:])
    error = u10.expected_calibration_error(y_new[500:], p)
    print(
        f"τ = {value:.2f}: accuracy {right:.3f}, confidence {p.max(axis=1).mean():.3f}, calibration error {error:.3f}"
    )

# %% [markdown]
# **One number helps.** Divide the logits by a temperature $\tau$, and choose it by the smallest cross-entropy on data
# that were not used for training. The largest logit stays the largest, so no decision changes. In $s = 1/\tau$ the cost
# of a sample is $\log \sum_k e^{s z_k} - s z_y$; the logarithm of a sum of exponentials of linear functions is convex,
# so there is one minimum. On the *training* data everything is right, and the best $\tau$ would be near 0.
#
# **Several opinions.** The entropy of a prediction does not say *why* it is unsure. Let $M$ members of an ensemble
# predict $p_m$, with the mean $\bar p$. Then $H[\bar p] = \frac1M \sum_m H[p_m] + I$, where the rest
# $I = \frac1M \sum_m \text{KL}( p_m \,\Vert\, \bar p) \ge 0$ is the disagreement: insert
# $\log \frac{p_m}{\bar p} = \log p_m - \log \bar p$ and sum. A coin has noise and no disagreement. On an input unlike
# all training data the members often disagree, although each of them is sure of itself.


# %%
def probabilities(z):
    """Softmax of the logits (batch, members, classes), with the members first."""
    p = np.exp(z - z.max(axis=-1, keepdims=True))
    return np.swapaxes(p / p.sum(axis=-1, keepdims=True), 0, 1)


members = probabilities(z)
noise = rng.random((200, 64)).astype("float32")
unlike = probabilities(array(ensemble(noise)))
for name, p in (("digits", members), ("noise", unlike)):
    total, own, disagreement = u10.uncertainty_parts(p)
    print(
        f"{name}: entropy {total.mean():.2f} = of the members {own.mean():.2f} + disagreement {disagreement.mean():.2f}"
    )
log_right = np.log(np.clip(members[:, np.arange(len(y_new)), y_new], 1e-12, 1))
single, together = -log_right.mean(), -np.log(np.exp(log_right).mean(axis=0)).mean()
print(f"cross-entropy: members on average {single:.2f}, mean of the probabilities {together:.2f}")

# %% [markdown]
# The last line is never the other way round: $-\log$ is convex, so the mean of the values is at least the value of the
# mean (Jensen). *MC dropout* gets opinions from one network with different masks, *Laplace* from a normal distribution
# around the weights of the last layer.
#
# **A guarantee.** *Conformal prediction* returns a set of classes that holds the true one with a probability of at
# least $1 - \alpha$, for every model and every distribution. Compute the score $s_i = 1 - \hat p_{y_i}$ of $n$ samples
# that were not used for training, and let $q$ be the $k$-th smallest of them with
# $k = \lceil (n + 1)(1 - \alpha) \rceil$.
#
# 1. Let the new sample be one like the others, so that all orders of the $n + 1$ scores are equally likely
#    (*exchangeable*). Without ties, the rank of the new score is uniform on $1, \dots, n + 1$.
# 2. $s_{n+1} \le q$ happens exactly if its rank is at most $k$: then at least $n + 1 - k$ of the others are larger.
# 3. So $P(s_{n+1} \le q) = k/(n + 1) \ge 1 - \alpha$. With ties it is at least as likely.
#
# The set of all classes $j$ with $1 - \hat p_j \le q$ holds the truth exactly if $s_{n+1} \le q$.

# %%
p = members[0]
sets = u10.prediction_sets(p[500:], y_new[:500], p[:500], alpha=0.1)
hit = sets[np.arange(len(sets)), y_new[500:]]
print(
    f"{100 * hit.mean():.0f}% of the sets hold the label; they have {sets.sum(axis=1).mean():.2f} classes on average"
)
n, alpha, trials = 20, 0.1, 20_000
s = np.random.default_rng(0).exponential(size=(trials, n + 1))
k = int(np.ceil((n + 1) * (1 - alpha)))
q = np.sort(s[:, :n], axis=1)[:, k - 1]
print(f"n = 20: covered {np.mean(s[:, n] <= q):.3f}, by step 3: {k}/{n + 1} = {k / (n + 1):.3f}")

# %% [markdown]
# **Question.** You have 8 calibration samples and want $\alpha = 0.1$. What is $k$, and which sets does the method
# give? How many samples are needed at least for a finite threshold?
#
# <details><summary>Answer</summary>
#
# $k = \lceil 9 \cdot 0.9 \rceil = \lceil 8.1 \rceil = 9 > 8$: there is no ninth smallest of eight scores, the threshold
# is infinite, and every set holds all classes. That is honest: with probability $1/9 \approx 0.11$ the new score is the
# largest of nine, so even the largest of the eight would cover too rarely. One needs
# $\lceil (n + 1) \cdot 0.9 \rceil \le n$, that is $n \ge 9$.
#
# </details>
#
# **Exercises.** `course start u10/ex03` (three calibration errors), `course start u10/ex08` (temperature),
# `course start u10/ex09` (conformal sets by class), `course start u10/ex10` (MC dropout and ensembles by hand).

# %% [markdown]
# ## Part 5: Attacks and responsibility (15 minutes)
#
# **A small change, the worst one.** How much can 784 pixels change the output if each of them changes by only
# $\varepsilon$? For a linear score $w^\top x$ the change $w^\top r$ with $\lvert r_j \rvert \le \varepsilon$ is a sum
# of separate terms, and each is largest for $r_j = \varepsilon\, \text{sign}(w_j)$. The total is
# $\varepsilon \lVert w \rVert_1$, a sum that grows with the number of inputs. The *fast gradient sign method* uses this
# for the cost of a network, which is linear for small steps: $\tilde x = x + \varepsilon\, \text{sign}(\nabla_x C)$,
# clipped to the allowed range.


# %%
class FirstMember:
    """The first network of the ensemble, as the attack needs it: a function from inputs to logits."""

    def __call__(self, x, training=False):
        """The logits, shape (batch, classes)."""
        return ensemble(x, training=training)[:, 0]


x_test, y_test = digits.features("test")[:200], digits.labels("test")[:200]
attack = course.compiled(lambda x, y: u10.fgsm(FirstMember(), x, y, 1e-3, low=-1.0, high=2.0))
tiny = array(attack(x_test, y_test))
direction = np.sign(np.round(tiny - x_test, 4))  # the sign of the gradient in each pixel
for radius in (0.0, 0.1, 0.2):
    attacked = np.clip(x_test + radius * direction, 0, 1)
    right = array(FirstMember()(attacked)).argmax(axis=1) == y_test
    print(
        f"radius {radius}: accuracy {right.mean():.2f}, largest change {np.abs(attacked - x_test).max():.2f}"
    )
w = rng.normal(size=784) / 28
print(
    f"length of w {np.linalg.norm(w):.2f}; 784 changes of 0.1 move wᵀx by up to {0.1 * np.abs(w).sum():.2f}"
)

# %% [markdown]
# *Adversarial training* minimizes the cost at the attacked inputs. An accuracy under attack is an upper bound: a better
# attack may exist (`course run u10/adversarial_examples`).
#
# **Fair to whom?** A bank grants loans, $\hat y = 1$, and later sees who repaid, $y = 1$. Three criteria compare
# groups: *independence* (equal $P(\hat y = 1)$), *separation* (equal $P(\hat y = 1 \mid y)$), *sufficiency* (equal
# $P(y = 1 \mid \hat y = 1)$). Each sounds fair. By Bayes' rule, in each group
# $P(y = 1 \mid \hat y = 1)\, P(\hat y = 1) = P(\hat y = 1 \mid y = 1)\, P(y = 1)$, and likewise for $y = 0$. Divide the
# two equations:
#
# $$P(\hat y = 1 \mid y = 0) = \frac{P(y = 1)}{P(y = 0)} \cdot \frac{P(y = 0 \mid \hat y = 1)}{P(y = 1 \mid \hat y = 1)}
# \cdot P(\hat y = 1 \mid y = 1).$$
#
# If the base rates $P(y = 1)$ differ, then equal sufficiency and equal true positive rates force *different* false
# positive rates, unless no loan is granted wrongly or none is granted rightly. This is no fault of the model. The data
# below are generated, and the decision knows the true probabilities.

# %%
loans = course.data.load("lending", n=20_000)
granted = (loans.probability >= 0.5).astype(int)  # the most accurate decision that there can be
for name, r in u10.group_rates(loans.y, granted, loans.group).items():
    by_bayes = r.base / (1 - r.base) * (1 - r.ppv) / r.ppv * r.tpr
    print(f"group {name}: repay {r.base:.2f}, granted {r.selected:.2f}, right grants {r.ppv:.2f}", end="; ")
    print(f"false positive rate {r.fpr:.3f}, by the formula {by_bayes:.3f}")
for criterion, gap in u10.fairness_gaps(loans.y, granted, loans.group).items():
    print(f"gap of {criterion}: {gap:.2f}")

# %% [markdown]
# **What a run costs.** With $F = 6 N D$ operations, a machine of $10^{15}$ operations a second that is used at 40%
# needs $F/(0.4 \cdot 10^{15})$ seconds. Energy is power times time; a *model card* states it with the data, the
# intended use, and the numbers of each group (`course run u10/model_card`).

# %%
seconds = u10.estimated_seconds(175e9, 300e9, flops_per_second=1e15)
print(f"175 billion parameters, 300 billion tokens: {seconds / 86_400:,.0f} days on one such GPU")
print(f"by hand: {6 * 175e9 * 300e9 / (0.4 * 1e15) / 86_400:,.0f} days")

# %% [markdown]
# **Question.** Two groups have the base rates $0.6$ and $0.4$. A decision has in both the true positive rate $0.8$, and
# in both $P(y = 1 \mid \hat y = 1) = 0.75$. Compute the false positive rates. Who is harmed, and could the bank change
# it without giving up one of the other two?
#
# <details><summary>Answer</summary>
#
# $\frac{0.6}{0.4} \cdot \frac{0.25}{0.75} \cdot 0.8 = 0.40$ and
# $\frac{0.4}{0.6} \cdot \frac{0.25}{0.75} \cdot 0.8 \approx 0.18$. Of those who would not repay, 40% of the first group
# get a loan and 18% of the second one. Here the error is in favour of the applicant; if $\hat y = 1$ meant an arrest,
# it would be the harm. With these two rates fixed the formula leaves no choice. One has to decide which criterion
# matters, and say so.
#
# </details>
#
# **Exercises.** `course start u10/ex04` (rates of groups), `course start u10/ex11` (an attack with a bounded Euclidean
# norm).

# %% [markdown]
# ## Summary
#
# | idea | formula | what to remember |
# | --- | --- | --- |
# | scaling law | $\alpha_N (N_c/N^*)^{\alpha_N} = \alpha_D (D_c/D^*)^{\alpha_D}$ | size and data grow together |
# | double descent | $\sigma^2 + \sigma^2 p/(n - p - 1)$ | the peak is at $n = p$ |
# | preferences | $p^* \propto p_{\text{ref}}\, e^{R/\beta}$ | in differences $Z$ cancels |
# | graph convolution | $\hat A X W + b$ | many layers make nodes equal |
# | temperature | $\text{softmax}(z/\tau)$ | on new data only; the accuracy stays |
# | ensemble | $H[\bar p]$ = mean $H[p_m]$ + disagreement | why it is unsure |
# | conformal sets | $k = \lceil (n + 1)(1 - \alpha) \rceil$ | a guarantee for every model |
# | attack | $\varepsilon \lVert w \rVert_1$ | grows with the number of inputs |
# | fairness | Bayes' rule | three criteria exclude one another |
#
# **Pitfalls.** A temperature fitted on training data. A guarantee for data that are not exchangeable. An accuracy under
# a weak attack. An average that hides a group. A law with the wrong form, whose error bars look small.
#
# **Where to go on.** `course run u10/scaling_law`, `course run u10/gpt_scaling`, `course run u10/over_smoothing`,
# `course run u10/conformal`, `course run u10/fairness_audit`, `course run u10/small_clip`; §8.5 and the epilogue of the
# book.
