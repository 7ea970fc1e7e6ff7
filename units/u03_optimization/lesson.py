"""The lesson of unit 3: landscapes, first-order and second-order methods, automatic differentiation."""

# %% [markdown]
# # Unit 3: Optimization Algorithms
#
# Run this file cell by cell in an editor that supports the percent format (`# %%`), as a notebook
# (`course notebooks build u03`), or as a whole with Python. It takes about 90 minutes. At the end of each part there is
# a question; think first, then unfold the answer.
#
# **What you will be able to do.** You will read the speed of a method from the curvature of a loss; choose a learning
# rate and say why it is stable; explain what noise, momentum and Adam do, with the formulas behind them; know when a
# method of second order pays; and write down how a program computes derivatives of programs.
#
# **What you need.** Unit 0 (gradients, Taylor polynomials, eigenvalues of a symmetric matrix), and of units 1 and 2
# gradient descent and mini-batches.

# %%
import numpy as np
from keras import ops

import course
from course.validation import array
from units import u03_optimization as u03

# %% [markdown]
# ## Part 1: Landscapes (12 minutes)
#
# A training run does not improve any more. Is it finished, is it on a saddle, or is it in a valley that is so narrow
# that it hardly moves? The gradient alone cannot tell. The second derivatives can.
#
# Near a point where the gradient vanishes, Taylor's theorem leaves
# $C(\theta + d) \approx C(\theta) + \frac12 d^\top H d$, with the Hessian $H$. A symmetric $H$ has orthonormal
# eigenvectors. If $a_j$ are the coordinates of $d$ along them, then $d^\top H d = \sum_j \lambda_j a_j^2$. So the signs
# of the eigenvalues decide:
#
# - all $\lambda_j > 0$: the loss rises in every direction, a (local) minimum; all $\lambda_j < 0$: a maximum;
# - both signs: a saddle, from which some directions lead down;
# - some $\lambda_j = 0$ and the others of one sign: the quadratic part does not decide.
#
# Himmelblau's function has four minima, and between them other points where the gradient is zero. Newton's method,
# started from a grid, finds all nine.

# %%
grid = np.stack(np.meshgrid(*[np.linspace(-5, 5, 7)] * 2), axis=-1).reshape(-1, 2)
kinds = []
for point in u03.find_stationary_points(u03.HIMMELBLAU, grid):
    kinds.append(u03.classify(u03.hessian(u03.HIMMELBLAU, point.astype("float32"))))
    print(point.round(2), kinds[-1])
print({kind: kinds.count(kind) for kind in sorted(set(kinds))})

# %% [markdown]
# **The condition number.** At a minimum let $m$ be the smallest and $L$ the largest eigenvalue. The loss rises by
# $\frac12 m a^2$ in the flattest and by $\frac12 L a^2$ in the steepest direction, so its contour lines are ellipses
# whose axes have the ratio $\sqrt{L/m} = \sqrt\kappa$. The *condition number* $\kappa = L/m$ is the most important
# number of this unit: 1 is a round bowl, large means a narrow valley.

# %%
H = u03.hessian(u03.ROSENBROCK, u03.ROSENBROCK.minima[0].astype("float32"))
print(f"Rosenbrock's minimum: m, L = {u03.eigenvalues(H).round(2)}, κ = {u03.condition_number(H):,.0f}")

# %% [markdown]
# **Convexity.** A function is convex if no chord runs below its graph,
# $C(\eta\theta + (1 - \eta)\theta') \le \eta\, C(\theta) + (1 - \eta)\, C(\theta')$ for $0 \le \eta \le 1$. Then every
# local minimum is a global one. For suppose that $\theta'$ is lower than a local minimum $\theta$. On the chord from
# $\theta$ to $\theta'$ the graph lies below the chord, and the chord falls; so there are lower points arbitrarily near
# $\theta$, a contradiction. The next cell draws thousands of random chords and counts those that run below the graph.

# %%
for f in (u03.LOGISTIC, u03.HIMMELBLAU, u03.SADDLE):
    share = u03.share_below_graph(f, f.domain, np.random.default_rng(0))
    print(f"{f.name:14s} {share:.1%} of the chords run below the graph")

# %% [markdown]
# **Question.** The loss of a network does not change if two hidden units exchange their places, and with the activation
# tanh it does not change if all weights around a unit change their sign. Why can such a loss not be strictly convex? In
# how many equal minima does a minimum with 6 hidden units appear at least, if no unit is equal to another one up to its
# sign, and none is zero?
#
# <details><summary>Answer</summary>
#
# A strictly convex function has at most one minimum: halfway between two of them it would be lower than both. The 6
# units can be ordered in $6! = 720$ ways and have $2^6 = 64$ choices of signs, together $46{,}080$ minima with the same
# loss. They are the same function in different coordinates, so this is no disaster: any of them will do.
#
# </details>
#
# **Exercises.** `course start u03/ex01`: minimum, maximum or saddle. `course start u03/ex02`: the condition number.

# %% [markdown]
# ## Part 2: Gradient descent (13 minutes)
#
# Everybody has seen a training explode after the learning rate was doubled. Where exactly is the limit? On a quadratic,
# $C(\theta) = \frac12 (\theta - \theta^*)^\top H (\theta - \theta^*)$, with eigenvalues of $H$ from $m > 0$ to $L$, the
# answer is exact, and near such a minimum every smooth loss is nearly quadratic.
#
# **Step 1.** The gradient is $H(\theta - \theta^*)$, so a step $\theta \leftarrow \theta - \alpha\nabla C(\theta)$ maps
# the error $e = \theta - \theta^*$ to $(I - \alpha H)\, e$. Along an eigenvector it is multiplied by
# $1 - \alpha\lambda$. The directions do not influence one another.
#
# **Step 2.** All directions shrink exactly if $\lvert 1 - \alpha\lambda_j\rvert < 1$, that is
# $0 < \alpha < 2/\lambda_j$, for all $j$. The steepest direction is the strictest one: **stable for $\alpha < 2/L$**.
#
# **Step 3.** The slowest factor is $\rho(\alpha) = \max(\lvert 1 - \alpha m\rvert, \lvert 1 - \alpha L\rvert)$, because
# $\lvert 1 - \alpha\lambda\rvert$ is largest at an end of the interval $[m, L]$. The first expression falls with
# $\alpha$ (while $\alpha < 1/m$), the second rises (for $\alpha > 1/L$). The best $\alpha$ is where they meet,
# $1 - \alpha m = \alpha L - 1$:
#
# $$\alpha^* = \frac{2}{L + m}, \qquad \rho(\alpha^*) = \frac{L - m}{L + m} = \frac{\kappa - 1}{\kappa + 1}.$$
#
# **Step 4.** For large $\kappa$ we have $\log\rho \approx -2/\kappa$. To reduce the error by a factor of 1,000 one
# needs about $\frac{\kappa}{2}\log 1000 \approx 3.5\,\kappa$ steps. The number of steps is proportional to the
# condition number, and *no learning rate changes that*.

# %%
kappa = 10.0
bowl = u03.quadratic_bowl(kappa)  # m = 1, L = 10
rates = [
    0.02,
    u03.optimal_learning_rate(1, kappa),
    0.99 * u03.stability_limit(kappa),
    1.02 * u03.stability_limit(kappa),
]
starts = np.tile(np.asarray(bowl.start, "float32"), (4, 1))
all_bowls = course.grad(lambda theta: ops.sum(bowl(theta)))
paths = u03.gradient_descent(all_bowls, starts, np.array(rates, "float32")[:, None], steps=60)
lengths = np.linalg.norm(paths, axis=-1)
for rate, length in zip(rates, lengths.T, strict=True):
    predicted, measured = u03.descent_rate(rate, 1, kappa), (length[-1] / length[-21]) ** (1 / 20)
    print(f"α = {rate:.3f}: factor of a step in theory {predicted:.4f}, measured {measured:.4f}")

# %% [markdown]
# **Where does a bad $\kappa$ come from?** Often from units. For a linear model the Hessian is $\frac2n X^\top X$. If
# one feature is written in millimetres instead of metres, its column is multiplied by 1,000, and its diagonal entry by
# a million. Standardizing features (unit 1) and normalizing activations (unit 4) repair this cheaply.
#
# **Question.** For $m = 1$, $L = 100$ somebody uses $\alpha = 0.0199$, just below the limit $0.02$. By which factors
# are the errors in the steepest and in the flattest direction multiplied in each step? Compare with $\alpha^*$ and with
# $\alpha = 1/L$.
#
# <details><summary>Answer</summary>
#
# $1 - 0.0199\cdot 100 = -0.99$ and $1 - 0.0199 = 0.9801$: the steepest direction jumps from side to side and is the
# slower one. With $\alpha^* = 2/101 \approx 0.0198$ both factors are $\pm 0.9802$. With $\alpha = 1/L = 0.01$ the
# steepest direction is finished in one step, and the flattest has $0.99$: half the speed of $\alpha^*$, since
# $\log 0.99 \approx \frac12\log 0.9802$. Half of the best rate costs a factor of 2 in time. One per cent more than the
# best rate is the limit $2/L$, where nothing converges any more.
#
# </details>
#
# **Exercises.** `course start u03/ex03`: gradient descent on a quadratic.

# %% [markdown]
# ## Part 3: Noise (11 minutes)
#
# With mini-batches the loss falls quickly, and then it stops falling and only jitters. More steps do not help, a
# smaller learning rate does. Why?
#
# In one direction the gradient of a batch is $\lambda e + \xi$, where $e$ is the error and the noise $\xi$ has mean 0
# and variance $\sigma^2$, independent from step to step. A step gives
# $e \leftarrow (1 - \alpha\lambda)\, e - \alpha\xi$. The mean of $e$ shrinks as in part 2. For the second moment, the
# product of $e$ and the new $\xi$ has mean 0, so
#
# $$\mathbb E[e_{\text{new}}^2] = (1 - \alpha\lambda)^2\, \mathbb E[e^2] + \alpha^2\sigma^2 .$$
#
# This is a linear recursion. For $\alpha < 2/\lambda$ it tends to its fixed point, where both sides are equal:
#
# $$\mathbb E[e^2] \to \frac{\alpha^2\sigma^2}{1 - (1 - \alpha\lambda)^2}
# = \frac{\alpha\,\sigma^2}{\lambda\,(2 - \alpha\lambda)} \approx \frac{\alpha\,\sigma^2}{2\lambda}.$$
#
# The iterates stay in a *noise ball* around the minimum. Its mean square radius is proportional to the learning rate.
# The simplest stochastic problem shows it: minimize the mean of $C_i(\theta) = \frac12(\theta - a_i)^2$, where
# $\nabla C_i = \theta - a_i$, hence $\lambda = 1$ and $\sigma^2 = \operatorname{Var} a_i$. We run 2,000 descents at
# once.

# %%
samples = np.random.default_rng(0).normal(3.0, 1.0, (80, 2000)).astype("float32")
for alpha in (0.4, 0.2, 0.1):
    path = u03.stochastic_descent(ops.subtract, np.zeros(2000, "float32"), alpha, samples)
    print(
        f"α = {alpha}: mean square error {np.mean((path[-1] - 3) ** 2):.4f}, in theory {alpha / (2 - alpha):.4f}"
    )

# %% [markdown]
# **A falling rate.** Take $\alpha_t = 1/(1 + t)$ for $t = 0, 1, \dots$ Then
# $\theta^{(t+1)} = \theta^{(t)} - \frac{\theta^{(t)} - a_t}{1 + t} = \frac{t\,\theta^{(t)} + a_t}{1 + t}$. If
# $\theta^{(t)}$ is the mean of the first $t$ samples, this is the mean of the first $t + 1$; and $\theta^{(1)} = a_0$.
# So stochastic descent with this rate computes *exactly* the running mean, and its mean square error is $\sigma^2/t$.
# The general conditions are those of Robbins and Monro: $\sum_t \alpha_t = \infty$, so that the minimum can be reached
# from anywhere, and $\sum_t \alpha_t^2 < \infty$, so that the noise dies out.

# %%
one = samples[:, 0]
path = u03.stochastic_descent(ops.subtract, 0.0, u03.InverseTimeDecay(1.0, 1, 1.0), one)
print(f"α_t = 1/(1 + t): θ = {path[-1]:.4f}; mean of the samples {one.mean():.4f}")

# %% [markdown]
# In practice one starts with a constant rate, which gets far quickly, and lets it decay at the end (a cosine or a few
# drops). A *warm-up*, from small to large in the first steps, protects against the first gradients, which are large and
# not yet typical.
#
# **Question.** The batch is made ten times as large. What happens to the noise ball for the same $\alpha$? By how much
# may $\alpha$ grow such that the noise ball stays as it was? Is there a limit?
#
# <details><summary>Answer</summary>
#
# The variance $\sigma^2$ of the gradient is divided by ten, and so is the mean square radius. Since it is proportional
# to $\alpha\sigma^2$ for small $\alpha\lambda$, the rate may be ten times as large: this is the "linear scaling rule".
# The limit is stability: $\alpha < 2/L$ does not depend on the batch. Beyond a certain size larger batches do not allow
# larger steps, and only cost more.
#
# </details>
#
# **Exercises.** `course start u03/ex06`: schedules and clipping (its second half belongs to part 5).

# %% [markdown]
# ## Part 4: Momentum (12 minutes)
#
# In a narrow valley gradient descent jumps across and hardly moves along. The gradients across alternate their signs,
# those along agree. A mean of the last gradients would cancel the former and keep the latter: keep a velocity,
# $v \leftarrow \beta v - \alpha\nabla C(\theta)$, $\theta \leftarrow \theta + v$. How much does it gain, and which
# $\beta$ is right?
#
# **Step 1: a recursion.** Along an eigenvector with eigenvalue $\lambda$ let $e_t$ be the error. Since
# $v_t = e_t - e_{t-1}$,
#
# $$e_{t+1} = e_t + \beta\,(e_t - e_{t-1}) - \alpha\lambda e_t = (1 + \beta - \alpha\lambda)\, e_t - \beta\, e_{t-1}.$$
#
# **Step 2: its factors.** Solutions have the form $\rho^t$ with
# $\rho^2 - (1 + \beta - \alpha\lambda)\,\rho + \beta = 0$. The product of the two roots is $\beta$. If they are
# complex, they are conjugate, so both have the absolute value $\sqrt\beta$, **whatever $\lambda$ is**. They are complex
# exactly if $(1 + \beta - \alpha\lambda)^2 < 4\beta$, that is,
#
# $$(1 - \sqrt\beta)^2 < \alpha\lambda < (1 + \sqrt\beta)^2 .$$
#
# **Step 3: the best choice.** Outside the interval the roots are real, and one of them is larger than $\sqrt\beta$
# in absolute value, because their product is $\beta$. A small $\beta$ gives a small factor, but a short interval, and
# the interval has to contain $\alpha m$ and $\alpha L$. Let it just reach from one to the other. The quotient of its
# ends is $\kappa$, so $\frac{1 + \sqrt\beta}{1 - \sqrt\beta} = \sqrt\kappa$, which gives
#
# $$\sqrt\beta = \frac{\sqrt\kappa - 1}{\sqrt\kappa + 1}, \qquad
# \alpha = \frac{(1 + \sqrt\beta)^2}{L} = \frac{4}{(\sqrt L + \sqrt m)^2}.$$
#
# Compared with part 2 the square root of $\kappa$ has replaced $\kappa$: for $\kappa = 10{,}000$ this is a hundred
# times faster.

# %%
for kappa in (10, 100, 10_000):
    alpha, beta, factor = u03.tuned_heavy_ball(1, kappa)
    middle = np.roots([1, -(1 + beta - alpha * kappa / 2), beta])  # the factors for λ in the middle
    plain = u03.descent_rate(u03.optimal_learning_rate(1, kappa), 1, kappa)
    steps = [np.log(1e-3) / np.log(rho) for rho in (plain, factor)]
    print(
        f"κ = {kappa:6}: |ρ| = {np.abs(middle).round(4)}, √β = {np.sqrt(beta):.4f}; "
        f"steps to 1/1000: {steps[0]:.0f} without, {steps[1]:.0f} with momentum"
    )

# %%
kappa = 100.0
bowl = u03.quadratic_bowl(kappa)
alpha, beta, factor = u03.tuned_heavy_ball(1, kappa)
gradient = course.grad(bowl)
ball = np.linalg.norm(u03.momentum_descent(gradient, bowl.start, alpha, beta, steps=120), axis=1)
plain = np.linalg.norm(u03.gradient_descent(gradient, bowl.start, 2 / (1 + kappa), steps=120), axis=1)
with course.figures.style():
    figure, (left, right) = course.figures.subplots(1, 2, size=(9.5, 3.5), sharey=True)
    for rate, length in zip(rates, lengths.T, strict=True):
        left.semilogy(length, label=f"α = {rate:.3f}")
    left.set(
        title="Gradient descent, κ = 10", xlabel="step", ylabel="distance to the minimum", ylim=(1e-8, 300)
    )
    right.semilogy(plain, label="gradient descent, best α")
    right.semilogy(ball, label="momentum, best α and β")
    right.set(title="κ = 100", xlabel="step")
    left.legend()
    right.legend()
    course.figures.show(
        figure,
        "u03/rates",
        "Straight lines on a logarithmic axis: small α is slow, the best is steep, 2 per cent above the limit rises.",
    )
print(f"after 120 steps: gradient descent {plain[-1]:.1e}, momentum {ball[-1]:.1e}")

# %% [markdown]
# At first the distance under momentum *rises*: at the ends of the interval the two roots coincide, and then $t\rho^t$
# is a solution, too. *Nesterov's* method takes the gradient at the point to which the velocity leads,
# $\theta + \beta v$. This damps steep directions. Its acceleration is proven for all smooth convex functions; that of
# the method above, the *heavy ball*, only for quadratics.
#
# **Question.** In a direction with a constant gradient $g$ (a long slope), which velocity does momentum reach? Compare
# $\beta = 0.9$ and $\beta = 0.99$ with plain descent at the same $\alpha$. What does this mean for somebody who changes
# $\beta$ from 0.9 to 0.99 and leaves $\alpha$?
#
# <details><summary>Answer</summary>
#
# The velocity satisfies $v = \beta v - \alpha g$ in the end, so $v = -\alpha g/(1 - \beta)$: ten times the step of
# plain descent for $\beta = 0.9$, a hundred times for $0.99$. Whoever raises $\beta$ from 0.9 to 0.99 has also
# multiplied the effective learning rate by ten, and with noise the noise ball grows accordingly. Change $\alpha$ along
# with $\beta$, in proportion to $1 - \beta$.
#
# </details>
#
# **Exercises.** `course start u03/ex04`: momentum and Nesterov's momentum.

# %% [markdown]
# ## Part 5: A rate for each coordinate (12 minutes)
#
# The embedding of a rare word gets a gradient once in a thousand batches, that of "the" in all of them. One learning
# rate cannot fit both. Adaptive methods divide each coordinate of the step by the size of its own gradients. *Adagrad*
# adds up all $g^2$, so its steps only become smaller; *RMSprop* takes an exponential mean instead,
# $s \leftarrow \beta_2 s + (1 - \beta_2)\, g^2$, which forgets. *Adadelta* also replaces the learning rate by the size
# of the last steps. *Adam* combines RMSprop with momentum, and corrects both means.
#
# **Why a correction?** Start with $v_0 = 0$. By induction $v_t = (1 - \beta_1)\sum_{i=1}^t \beta_1^{t-i} g_i$. If all
# gradients have the same mean $\bar g$, the geometric sum gives
#
# $$\mathbb E[v_t] = (1 - \beta_1)\, \frac{1 - \beta_1^t}{1 - \beta_1}\, \bar g = (1 - \beta_1^t)\, \bar g .$$
#
# The mean is too small by the factor $1 - \beta_1^t$, since it starts at 0. Dividing by it removes the bias:
# $\hat v = v/(1 - \beta_1^t)$ and $\hat s = s/(1 - \beta_2^t)$. The step is
# $\theta \leftarrow \theta - \alpha\, \hat v/(\sqrt{\hat s} + \varepsilon)$. In the first step $\hat v = g$ and
# $\hat s = g^2$, so each coordinate moves by $\alpha$ against the sign of its gradient, however large or small that is.
#
# **Weight decay.** Adding $\delta\theta$ to $g$ would send the decay through the division: weights with large gradients
# would hardly decay. *AdamW* subtracts $\alpha\delta\theta$ outside the quotient. *Nadam* puts Nesterov's idea into
# Adam.
#
# All of them are Keras optimizers in this unit, written from their equations and equal to Keras's own. Here they walk
# through Rosenbrock's valley.

# %%
optimizers = [u03.SGD(5e-4), u03.Momentum(5e-4, 0.9), u03.RMSprop(0.01), u03.Adam(0.1)]
paths = u03.optimizer_descent(u03.ROSENBROCK, u03.ROSENBROCK.start, optimizers, steps=200)
with course.figures.style():
    figure, axes = course.figures.subplots(1, 2, size=(10, 3.8))
    for ax, chosen in zip(axes, ((0, 1), (2, 3)), strict=True):
        u03.draw_contours(ax, u03.ROSENBROCK, resolution=81)
        for i, colour in zip(chosen, ("blue", "red"), strict=True):
            name = type(optimizers[i]).__name__
            u03.draw_path(ax, paths[i], course.figures.COLOURS[colour], label=name)
            end = paths[i, -1]
            print(f"{name:9s} is at {np.round(end, 2)}, loss {float(u03.ROSENBROCK(end)):.4f}")
        ax.set(title=["One rate for both coordinates", "A rate for each coordinate"][chosen[0] // 2])
        ax.legend()
    course.figures.show(
        figure,
        "u03/rosenbrock",
        "A bent valley and four paths: SGD hardly moves, momentum and Adam zig-zag and then follow the valley's floor.",
    )

# %% [markdown]
# The order of the methods depends on the learning rates that we chose here, so this does not rank them. It shows their
# *style*: those on the left follow the gradient and jump across the valley, those on the right take steps of similar
# length in both coordinates.
#
# **Clipping.** Where the loss has a cliff, one gradient can be a thousand times as long as the others, and a single
# step throws the parameters far away. Clipping by the global norm keeps the direction and limits the length:
# $g \leftarrow g\,\min(1, c/\lVert g\rVert)$, with one norm for *all* variables together.

# %%
clipped, norm = u03.clip_by_global_norm([np.float32([30.0, 0.0]), np.float32([40.0])], limit=1.0)
print("norm before:", float(norm), " clipped:", *[array(g).round(2) for g in clipped])

# %% [markdown]
# **Question.** How long is Adam's first step without the two corrections, for $\beta_1 = 0.9$, $\beta_2 = 0.999$? Too
# short or too long? And what does Adam do if the whole loss is multiplied by 1,000?
#
# <details><summary>Answer</summary>
#
# $v = 0.1\,g$ and $s = 0.001\,g^2$, so the step is $\alpha\cdot 0.1/\sqrt{0.001} \approx 3.2\,\alpha$: too *long*,
# because $s$ starts even slower than $v$. It is a common mistake to think that the correction is there to speed Adam
# up. If the loss is multiplied by 1,000, then $\hat v$ and $\sqrt{\hat s}$ are multiplied by 1,000 and nothing changes,
# as long as $\varepsilon$ is negligible. Gradient descent would need a rate that is 1,000 times as small.
#
# </details>
#
# **Exercises.** `course start u03/ex05`: Adam with both corrections and with decay. `course start u03/ex06`: schedules
# and clipping.

# %% [markdown]
# ## Part 6: Using the curvature (15 minutes)
#
# A gradient says where to go and not how far. Can we find out instead of tuning a learning rate? Along a direction $d$
# the loss is a function of one number, $\varphi(\alpha) = C(\theta + \alpha d)$, with
# $\varphi'(0) = \nabla C(\theta)^\top d < 0$.
#
# **Line search.** The *Armijo* condition asks for a decrease that is a share of what the slope promises:
# $\varphi(\alpha) \le \varphi(0) + c_1\alpha\,\varphi'(0)$ with $0 < c_1 < 1$. Backtracking, which shortens $\alpha$
# again and again, ends: by the definition of the derivative
# $\varphi(\alpha) = \varphi(0) + \alpha\,\varphi'(0) + o(\alpha)$, and since $\varphi'(0) < 0$, this lies below
# $\varphi(0) + c_1 \alpha\,\varphi'(0)$ for all small $\alpha$. The *strong Wolfe* conditions ask, in addition, that
# the slope has become small, $\lvert\varphi'(\alpha)\rvert \le c_2\lvert\varphi'(0)\rvert$ with $c_1 < c_2 < 1$: do not
# stop too early. The cell prints $\varphi'(\alpha)/\varphi'(0)$ as "slope left"; it is negative where the step has
# passed the minimum.

# %%
here = u03.Descent(u03.HIMMELBLAU, [4.9, 4.6])
d = -here.gradient / ops.norm(here.gradient)
phi = here.along(d)
for name, step in (
    ("Armijo", u03.armijo(phi, here.value, here.slope(d), step=10.0)),
    ("strong Wolfe", u03.strong_wolfe(phi, here.value, here.slope(d), c2=0.1)),
):
    value, slope = phi(step)
    print(
        f"{name:12s} step {step:.3f}: loss {here.value:.1f} -> {value:.2f}, "
        f"slope left {float(slope / here.slope(d)):.3f}"
    )

# %% [markdown]
# **Newton's method** goes to the point where the parabola with the same value, slope and curvature is stationary:
# $\theta \leftarrow \theta - H^{-1}\nabla C(\theta)$. On a quadratic it arrives in one step, whatever $\kappa$ is. How
# fast is it elsewhere? In one dimension, with $e = \theta - \theta^*$, Taylor's theorem around $\theta$ says
# $0 = C'(\theta^*) = C'(\theta) - e\, C''(\theta) + \frac12 e^2\, C'''(\tilde\theta)$ for some $\tilde\theta$ between
# them. Divide by $C''(\theta) > 0$ and rearrange:
#
# $$e_{\text{new}} = e - \frac{C'(\theta)}{C''(\theta)} = \frac{C'''(\tilde\theta)}{2\,C''(\theta)}\, e^2 .$$
#
# The error is *squared*: the number of right digits doubles in each step, once $e$ is small. For
# $C(\theta) = \theta - \log\theta$, with its minimum at 1, the step is $\theta \leftarrow 2\theta - \theta^2$, and
# $1 - \theta_{\text{new}} = (1 - \theta)^2$ exactly. From $\theta = 0.5$ the errors are

# %%
theta = 0.5
for _ in range(6):
    print(f"{1 - theta:.1e}", end="  ")
    theta = 2 * theta - theta**2
print("\nfrom 2.5 the first step leads to", 2 * 2.5 - 2.5**2, "where the loss does not exist")

# %% [markdown]
# So Newton needs a line search far from the minimum. And it solves $\nabla C = 0$, nothing more: it is attracted by
# saddles. Levenberg's method adds $\tau$ to all eigenvalues so that they are positive, $(H + \tau I)\, d = -g$; then
# $d$ is a direction of descent, $g^\top d = -g^\top (H + \tau I)^{-1} g < 0$.

# %%
start = [1.0, 0.3]
print("Newton ends at   ", np.round(u03.newton(u03.SADDLE, start, damped=False).path[-1], 3))
print("Levenberg ends at", np.round(u03.levenberg(u03.SADDLE, start).path[-1], 3))

# %% [markdown]
# **BFGS: curvature from gradients.** A Hessian of $n$ parameters has $n^2$ entries. But every step $s$ shows the change
# $y$ of the gradient, and on a quadratic $y = H s$. Keep a matrix $B \approx H^{-1}$, and after each step correct it so
# that $B y = s$:
#
# $$B \leftarrow \Big(I - \frac{s y^\top}{y^\top s}\Big)
# B \Big(I - \frac{y s^\top}{y^\top s}\Big) + \frac{s s^\top}{y^\top s}.$$
#
# Check: the right bracket maps $y$ to $y - y = 0$, and the last term maps it to $s$. If $B$ is positive definite and
# $y^\top s > 0$, the new $B$ is positive definite, too. A Wolfe line search guarantees the latter:
# $y^\top s = \alpha\,(\varphi'(\alpha) - \varphi'(0)) \ge \alpha\,(1 - c_2)\lvert\varphi'(0)\rvert > 0$. *L-BFGS* keeps
# only the last pairs $(s, y)$ and never builds $B$. *Conjugate gradients* keep one direction, chosen such that a
# minimum along one direction is not lost along the next.

# %%
for method in (u03.newton, u03.bfgs, u03.lbfgs):
    end = method(u03.ROSENBROCK, u03.ROSENBROCK.start)
    print(f"{method.__name__:8s} {end.steps:3d} steps, {end.evaluations:3d} gradients, loss {end.value:.0e}")

# %% [markdown]
# Compare this with the 200 steps of part 5, after which no method had arrived. The price: these methods need the
# *exact* gradient of the full batch. With noise, $y$ is mostly noise. On a problem with few data they are the best
# choice, also for networks: `course run u03/lbfgs_beats_adam` trains one through `fit`.
#
# **Without the Hessian.** A product $H v$ costs only a few times as much as a gradient, whatever $n$ is, because
# $H v = \nabla(\nabla C(\theta)^\top v)$ for a constant $v$. Repeating $v \leftarrow H v/\lVert H v\rVert$ finds the
# eigenvalue with the largest absolute value, which is $L$ at a minimum, and with it the limit of the learning rate.

# %%
top, _, products = u03.top_eigenvalue(u03.ROSENBROCK, [np.array([1.0, 1.0], "float32")])
print(f"Rosenbrock's minimum: λ_max = {top:.1f} from {products} products, so α must stay below {2 / top:.5f}")

# %% [markdown]
# **Question.** A network has $n = 10^6$ parameters in float32. How much memory do the Hessian, the matrix $B$ of BFGS,
# and the pairs of L-BFGS with ten of them need?
#
# <details><summary>Answer</summary>
#
# The Hessian and $B$ have $10^{12}$ entries each, 4 TB. (Symmetry saves a factor of 2, which does not help.) L-BFGS
# keeps $2\cdot 10$ vectors of $10^6$ numbers, 80 MB, twenty times the parameters themselves. Adam keeps two such
# vectors, 8 MB. This is the reason why nobody uses Newton's method for large networks, and why Hessian-vector products
# matter.
#
# </details>
#
# **Exercises.** `course start u03/ex07`: conditions on a step. `course start u03/ex08`: conjugate gradients.
# `course start u03/ex09`: damped Newton. `course start u03/ex10`: the two loops of L-BFGS.

# %% [markdown]
# ## Part 7: How derivatives are computed (15 minutes)
#
# Everything so far asked for $\nabla C(\theta)$. A network has millions of parameters and no formula that fits on a
# page. There are three ways for a program.
#
# **Difference quotients.** By Taylor's theorem $\frac{f(x+h) - f(x)}{h} = f'(x) + \frac h2 f''(\tilde x)$ with some
# $\tilde x$ between $x$ and $x + h$: smaller $h$, smaller error. But the values are rounded, each by about
# $\varepsilon_{\text{mach}}\lvert f\rvert$, and the quotient turns this into
# $\varepsilon_{\text{mach}}\lvert f\rvert/h$ (up to a factor near 1). The sum is smallest near
# $h = \sqrt{\varepsilon_{\text{mach}}} \approx 10^{-8}$, and there half of the 16 digits are lost. And for $n$
# parameters one needs $n + 1$ evaluations.

# %%
points = np.linspace(0.5, 1.5, 1001)
slopes = np.exp(points) * (np.sin(points) + np.cos(points))
steps, errors = np.logspace(-1, -14, 27), []
for h in steps:
    quotients = u03.forward_difference(lambda x: np.exp(x) * np.sin(x), points, h)
    errors.append(np.median(np.abs(quotients / slopes - 1)))
print(f"smallest median error {min(errors):.0e}, at h = {steps[np.argmin(errors)]:.0e}")
with course.figures.style():
    figure, axes = course.figures.subplots(size=(6.5, 3.4))
    axes.loglog(steps, errors, marker="o")
    axes.set(title="Forward quotients in float64", xlabel="step h", ylabel="median relative error")
    course.figures.show(
        figure,
        "u03/quotients",
        "The error falls in proportion to h until h is near 1e-8, and then it rises again.",
    )

# %% [markdown]
# **Forward mode.** Calculate with numbers $v + \omega\dot v$ for which $\omega^2 = 0$. Then
# $(u + \omega\dot u)(v + \omega\dot v) = u v + \omega\,(\dot u v + u\dot v)$: the coefficient of $\omega$ follows the
# product rule by itself. For an elementary function, $\psi(v + \omega\dot v) = \psi(v) + \omega\,\psi'(v)\,\dot v$ is
# the chain rule. If the input has $\dot x = 1$, the output carries the derivative, exact up to rounding. The program
# stays as it is; only its numbers change.

# %%
x = u03.Dual(1.0, 1.0)
y = u03.dual.exp(x) * u03.dual.sin(x)
print(f"forward mode: {float(y.tangent):.7f}, by hand: {np.exp(1.0) * (np.sin(1.0) + np.cos(1.0)):.7f}")

# %% [markdown]
# **Reverse mode.** One sweep of forward mode gives the derivative in *one* direction; a gradient needs $n$ of them. Go
# the other way: let $\bar v = \partial y/\partial v$ be the adjoint of an intermediate value. While the program runs,
# write down each line $v_k = \psi_k(v_i, v_j)$. Then start with $\bar y = 1$ and go through the list backwards. The
# value $v_i$ influences $y$ only through the lines that use it, so by the chain rule each of them *adds* its share,
#
# $$\bar v_i \mathrel{+}= \bar v_k\, \frac{\partial\psi_k}{\partial v_i}.$$
#
# When all lines that use $v_i$ have been visited, $\bar v_i$ is complete. All inputs get their derivatives in one
# sweep.

# %%
recorder = u03.Tape()
x1, x2 = recorder.watch(1.5), recorder.watch(0.5)
y = u03.worked(u03.tape, x1, x2)
for node, adjoint in zip(recorder.nodes, recorder.sweep(y), strict=True):
    print(f"{node!r:42s} adjoint {float(adjoint):.4f}")
print("by hand:", u03.gradient_by_hand(1.5, 0.5).round(4))

# %% [markdown]
# **What does it cost?** Each line of the list has one or two operands, and its backward step takes a few operations. So
# the gradient costs a small multiple of the function (four is a usual bound for such lists), *for any number of
# parameters*. This is why networks with billions of parameters can be trained at all. The price is memory: the values
# of all lines have to be kept until the sweep comes back to them. Splitting a batch into parts
# (gradient accumulation, unit 6) needs less memory at once.
#
# **Question.** $F: \mathbb R^{1000} \to \mathbb R^{1000}$ has the Jacobian $J$, and we need the vector $J^\top J v$ for
# one given $v$. How many sweeps does it take to build $J$? How many does the product need if $J$ is never built? And
# for a gradient of $f: \mathbb R^{1000}\to\mathbb R$: which mode, and how many sweeps?
#
# <details><summary>Answer</summary>
#
# Building $J$ takes 1,000 sweeps in either mode: one for each column (forward) or one for each row (reverse). The
# product $u = J v$ is one forward sweep with the tangent $v$, and $J^\top u$ is one reverse sweep with the adjoint $u$:
# two sweeps. The gradient is the single row of $J$: one reverse sweep, against 1,000 forward ones. In the course these
# are `course.jvp`, `course.vjp` and `course.grad`.
#
# </details>
#
# **Exercises.** `course start u03/ex11`: forward mode. `course start u03/ex12`: the backward pass.

# %% [markdown]
# ## Summary
#
# | method | steps for a given accuracy | needs | use it for |
# | --- | --- | --- | --- |
# | gradient descent | about $\kappa$ | gradient | a first try; $\alpha < 2/L$ |
# | momentum, Nesterov | about $\sqrt\kappa$ | one vector | most networks |
# | Adam, AdamW | no such formula | two vectors | coordinates of different scale |
# | conjugate gradients, L-BFGS | about $\sqrt\kappa$ or better | full batch, line search | no noise |
# | Newton | digits double near the minimum | Hessian | few parameters |
#
# **Pitfalls.** Reading a loss that has stopped falling as convergence, when it is the noise ball. Raising $\beta$
# without lowering $\alpha$. A penalty inside Adam instead of decoupled decay. Clipping each variable by itself,
# which changes the direction. Checking gradients with $h = 10^{-12}$.
#
# **Where to go on.** `course run u03/optimizer_paths` shows nine optimizers on four landscapes,
# `course run u03/second_order_paths` those that use the curvature, and `course run u03/tape_trains_a_network` trains a
# network with the tape of part 7. The book has all of this in §4. Unit 4 builds the networks that need it.
