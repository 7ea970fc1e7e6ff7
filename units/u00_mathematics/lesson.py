"""The lesson of unit 0: the mathematics behind one step of training, from sums to a gradient that is known by heart."""

# %% [markdown]
# # Unit 0: Mathematics of the Course
#
# Run this file cell by cell in an editor that supports the percent format (`# %%`), or as a whole with Python. It
# takes about 60 minutes. After each part there is a question; think first, then unfold the answer.
#
# **Why.** One step of training a classifier is four lines: scores $z = W x + b$, probabilities $s$ (softmax), a cost
# $C$ (cross-entropy), and a step against the gradient of $C$. To understand them one needs sums over indices, matrix
# products, the chain rule and a divergence. At the end of this lesson we take these four lines apart.

# %%
import numpy as np
from keras import ops

import course
from units import u00_mathematics as u00

rng = np.random.default_rng(0)


def show(name, x):
    """Print a name and numbers, rounded to three digits."""
    print(f"{name}: {np.round(ops.convert_to_numpy(x).astype('float64'), 3).tolist()}")


# %% [markdown]
# ## Part 1: sums and sets (10 minutes)
#
# A mean over pairs appears in the unbiased estimate of a variance, in ranking, and in attention. With two indices,
# first ask which pairs occur. All pairs: the sum of products is a product of sums.

# %%
u, v = [1.0, 2.0], [3.0, 4.0, 5.0]
show("sum over all pairs", u00.sum_of_products(u, v))
show("product of two sums", ops.sum(u) * ops.sum(v))

# %% [markdown]
# Pairs with $j \le i$ form a triangle. We may sum it row by row or column by column; the inner sum has another range,
# and the total is the same.

# %%
rows, columns = u00.sum_below_diagonal(rng.normal(size=(4, 4)))
show("sums of the rows", rows)
show("sums of the columns", columns)
show("both totals", [ops.sum(rows), ops.sum(columns)])

# %% [markdown]
# A set of samples is a vector of zeros and ones, its size is a sum, and a share is a mean.

# %%
y, guess = np.array([0, 1, 1, 2, 0]), np.array([0, 1, 2, 2, 1])
right = u00.indicator(np.flatnonzero(y == guess), len(y))
ones = u00.indicator(np.flatnonzero(y == 1), len(y))
show("accuracy", u00.size(right) / len(y))
show("recall of class 1", u00.size(u00.intersection(right, ones)) / u00.size(ones))

# %% [markdown]
# **Question.** How can $\sum_{i \ne j} a_i a_j$ be computed with two single sums?
#
# <details><summary>Answer</summary>
#
# All pairs less those with $i = j$: $(\sum_i a_i)^2 - \sum_i a_i^2$. This takes $n$ steps instead of $n^2$.
#
# </details>

# %% [markdown]
# ## Part 2: vectors and matrices (15 minutes)
#
# The inner product measures how much two vectors point in the same direction. Which multiple $c\,u$ of $u$ is nearest
# to $x$? We minimize $\lVert x - c\,u\rVert^2 = \lVert x\rVert^2 - 2 c \langle x, u\rangle + c^2 \lVert u\rVert^2$
# over $c$. The derivative is zero at $c = \langle x, u\rangle / \langle u, u\rangle$.

# %%
x, u = ops.convert_to_tensor([3.0, 1.0, 2.0]), ops.convert_to_tensor([1.0, 1.0, 0.0])
c = u00.inner_product(x, u) / u00.inner_product(u, u)
show("c", c)
show("inner product of the rest with u", u00.inner_product(x - c * u, u))
for other in (1.8, 2.2):
    show(f"distance with c = {other}, and with the best c", [u00.norm(x - other * u), u00.norm(x - c * u)])

# %% [markdown]
# A matrix product can be read as a table of inner products, as combinations of columns, or as a sum of matrices of
# rank 1. The last reading gives the gradient of a layer's weights: one outer product for each sample.

# %%
errors, inputs = rng.normal(size=(3, 2)), rng.normal(size=(3, 4))  # three samples
by_samples = sum(np.outer(errors[i], inputs[i]) for i in range(3))
show("errorsᵀ inputs, first row", u00.by_outer_products(errors.T, inputs)[0])
show("sum over the samples, first row", by_samples[0])

# %% [markdown]
# **Question.** `A` has the shape (1000, 2), `B` (2, 1000), and `x` (1000,). Why does it matter whether one computes
# `(A @ B) @ x` or `A @ (B @ x)`?
#
# <details><summary>Answer</summary>
#
# The values are equal. The first way makes a matrix of a million entries with $2 \cdot 10^6$ multiplications, and then
# needs $10^6$ more. The second way needs $2000 + 2000$. Part 4 shows the same for the chain rule.
#
# </details>

# %% [markdown]
# ## Part 3: derivatives (15 minutes)
#
# A derivative is a limit of difference quotients. Taylor's theorem along a line says how large the error of a
# quotient is:
#
# $$f(x + h d) = f(x) + h\, f_1 + \tfrac{h^2}{2} f_2 + O(h^3), \qquad
# f(x - h d) = f(x) - h\, f_1 + \tfrac{h^2}{2} f_2 + O(h^3)$$
#
# where $f_1$ and $f_2$ are the first two derivatives along $d$. Forward: $(f(x + hd) - f(x))/h = f_1 + O(h)$. In the
# difference of the two lines $f_2$ cancels: the central quotient has the error $O(h^2)$.

# %%
point, direction = np.array([0.3, 0.8]), np.array([0.6, 0.8])
exact = np.exp(0.3) * (0.6 * np.sin(0.8) + 0.8 * np.cos(0.8))
for h in (0.1, 0.01):
    forward, central = (
        quotient(lambda x: np.exp(x[0]) * np.sin(x[1]), point, direction, h)
        for quotient in (u00.forward_difference, u00.central_difference)
    )
    print(f"h = {h}: error of forward {abs(forward - exact):.1e}, of central {abs(central - exact):.1e}")

# %% [markdown]
# The Jacobian of a layer $F(x) = S(W x + b)$, step by step: $z_i = \sum_j W_{ij} x_j + b_i$ has
# $\partial z_i / \partial x_j = W_{ij}$, and $a_i = S(z_i)$ depends on $z_i$ alone. So $J_{ij} = S'(z_i)\, W_{ij}$:
# each row of $W$ times a number.

# %%
W, b = ops.convert_to_tensor([[1.0, 2.0], [0.0, 1.0], [1.0, -1.0]]), ops.convert_to_tensor([0.1, -0.2, 0.0])
x = ops.convert_to_tensor([0.5, -0.3])


def layer(x):
    """Return S(W x + b) with the activation tanh."""
    return ops.tanh(ops.matmul(W, x) + b)


show("Jacobian by the program", u00.jacobian(layer, x))
show("Jacobian by hand", (1 - layer(x) ** 2)[:, None] * W)

# %% [markdown]
# **Question.** Why is the forward quotient with $h = 10^{-12}$ worse than the one with $h = 10^{-8}$?
#
# <details><summary>Answer</summary>
#
# Rounding: each value of $f$ has an error of about $10^{-16}$ (float64), and the quotient divides it by $h$. With
# $h = 10^{-12}$ that is $10^{-4}$. `course run u00/difference_orders` draws both errors.
#
# </details>

# %% [markdown]
# ## Part 4: chain rule and Taylor (10 minutes)
#
# A network is a composition, so its Jacobian is a product of Jacobians. The order of the products decides the cost.
# With one output, reverse order only ever multiplies a row by a matrix: this is backpropagation.

# %%
shapes = [(500, 500), (500, 500), (500, 500), (1, 500)]
for order in ("forward", "reverse"):
    print(f"{order}: {u00.multiplications(shapes, order):,} multiplications")

# %% [markdown]
# The Taylor polynomial of degree 1 explains a step of gradient descent: for $d = -\alpha g$ with $g = \nabla f(x)$,
# $f(x - \alpha g) \approx f(x) - \alpha \lVert g\rVert^2$. Degree 2 says when this is too optimistic.


# %%
def f(x):
    """Return exp(x_1) + x_1 x_2 + 2 x_2²."""
    return ops.exp(x[0]) + x[0] * x[1] + 2 * x[1] ** 2


x = ops.convert_to_tensor([0.5, 1.0])
g = course.grad(f)(x)
for rate in (0.01, 0.1, 0.4):
    step = [u00.taylor(f, x, -rate * g, degree) for degree in (1, 2)]
    show(f"rate {rate}: degree 1, degree 2, true value", [*step, f(x - rate * g)])

# %% [markdown]
# **Question.** Half the distance: by which factor does the error of the polynomial of degree 2 fall?
#
# <details><summary>Answer</summary>
#
# By about 8: the error is $O(\lVert d\rVert^3)$. `course run u00/taylor_polynomials` measures the orders 1 to 4.
#
# </details>

# %% [markdown]
# ## Part 5: cross-entropy, and the four lines (10 minutes)
#
# The mean of $-\log q_k$, where the classes come from $p$, is the cross-entropy. It is smallest for $q = p$, because
#
# $$H(p, q) - H(p) = D(p\,\Vert\,q) = -\sum_k p_k \log\frac{q_k}{p_k}
# \ge -\sum_k p_k \Big(\frac{q_k}{p_k} - 1\Big) = 0,$$
#
# where we used $\log t \le t - 1$, with equality only for $t = 1$. Here all $p_k > 0$. A class with $p_k = 0$ is left
# out of all three sums; then the last expression is at least 0, and the inequality holds, too.

# %%
p = [0.3, 0.7]
for q in (0.1, 0.3, 0.5):
    values = [u00.cross_entropy(p, [q, 1 - q]), u00.kullback_leibler(p, [q, 1 - q])]
    show(f"q = {q}: cross-entropy, divergence", values)

# %% [markdown]
# Now the four lines. By the chain rule, with $s$ the softmax of $z$ and
# $C = -\sum_k y_k \log s_k = \log \sum_k e^{z_k} - \sum_k y_k z_k$ (since the $y_k$ have the sum 1),
#
# $$\frac{\partial C}{\partial z_k} = s_k - y_k, \qquad \frac{\partial C}{\partial W} = (s - y)\, x^\top,
# \qquad \frac{\partial C}{\partial b} = s - y.$$

# %%
x, y = ops.convert_to_tensor([1.0, 2.0]), ops.convert_to_tensor([0.0, 1.0, 0.0])


def cost(W, b):
    """Return the cross-entropy of the sample (x, y)."""
    z = ops.matmul(W, x) + b
    return ops.log(ops.sum(ops.exp(z))) - ops.sum(y * z)


z = ops.matmul(W, x) + b
s = ops.exp(z) / ops.sum(ops.exp(z))
show("gradient of C in W, by the program", course.grad(lambda W: cost(W, b))(W))
show("gradient of C in W, by hand", (s - y)[:, None] * x[None, :])

# %% [markdown]
# A step against it lowers the cost, and the probability of the right class rises.

# %%
for step in range(4):
    z = ops.matmul(W, x) + b
    s = ops.exp(z) / ops.sum(ops.exp(z))
    print(f"step {step}: cost {float(cost(W, b)):.3f}, probability of the right class {float(s[1]):.3f}")
    W, b = W - 0.2 * (s - y)[:, None] * x[None, :], b - 0.2 * (s - y)

# %% [markdown]
# **Question.** When is the gradient $s - y$ zero, and can that happen if one entry of $y$ is 1 and all others are 0?
#
# <details><summary>Answer</summary>
#
# Only if $s = y$. The softmax of finite scores is never exactly 0 or 1, so the gradient only tends to zero while the
# scores grow without bound. This is one reason for a penalty on the weights, or for smoothed labels (units 2 and 6).
#
# </details>
#
# The four exercises of this unit (`course start 0`) have five questions each, one point a question.
