"""The lesson of unit 0: the mathematics behind one step of training, from sums to a gradient that is known by heart."""

# %% [markdown]
# # Unit 0: Mathematics of the Course
#
# Run this file cell by cell in an editor that supports the percent format (`# %%`), as a notebook
# (`course notebooks build u00`), or as a whole with Python. It takes about 90 minutes. At the end of each part there is
# a question; think first, then unfold the answer.
#
# **Why.** One step of training a classifier is four lines: scores $z = W x + b$, probabilities $s$ (softmax), a cost
# $C$ (cross-entropy), and a step against the gradient of $C$. To understand them one needs sums over indices, matrix
# products, the chain rule and a divergence. In part 9 we take these four lines apart.
#
# **What you will be able to do.** You will rearrange sums and write sets as arrays; use norms, angles and eigenvalues;
# read a matrix product in three ways; derive gradients and Jacobians and test them; apply the chain rule in the cheaper
# order; say how good a Taylor polynomial is and what convexity is for; compute with means and variances; and derive
# cross-entropy, divergences and the gradient of a classifier.
#
# **What you need.** No lesson comes before this one. School mathematics, with derivatives of one variable, and a little
# NumPy are enough. You can also solve the exercises first, and then read only the parts that you miss.

# %%
import numpy as np
from keras import ops
from scipy.special import softmax

import course
from course.validation import array
from units import u00_mathematics as u00

rng = np.random.default_rng(0)


def show(name, x):
    """Print a name and numbers, rounded to three digits."""
    print(f"{name}: {(np.round(array(x).astype('float64'), 3) + 0.0).tolist()}")


# %% [markdown]
# ## Part 1: Sums (8 minutes)
#
# A model gives each of 1,000 samples the probability 0.4. The probability of all of them together is a product of 1,000
# numbers. What does a computer say?

# %%
probabilities = np.full(1000, 0.4, "float32")
print("product in float32:", np.prod(probabilities))
print(f"sum of the logarithms: {np.log(probabilities).sum():.2f}")

# %% [markdown]
# The product is about $10^{-398}$, and the smallest positive number of float32 is about $10^{-45}$: the result is 0.
# The logarithm turns the product into a sum, $\log \prod_i x_i = \sum_i \log x_i$ for $x_i > 0$, and a sum of 1,000
# numbers is harmless. This is why costs are sums.
#
# **Two indices.** In $\sum_i \sum_j u_i v_j$ the factor $u_i$ does not depend on $j$, so it leaves the inner sum. What
# remains inside does not depend on $i$, so it leaves the outer sum:
#
# $$\sum_{i=1}^n \sum_{j=1}^m u_i v_j = \sum_{i=1}^n u_i \Big(\sum_{j=1}^m v_j\Big)
# = \Big(\sum_{i=1}^n u_i\Big) \Big(\sum_{j=1}^m v_j\Big).$$
#
# Two sums that are multiplied need two different letters for their indices. Whoever writes $\sum_i u_i v_i$ instead
# keeps only the pairs with $i = j$. In code an index is an axis: `u[:, None] * v[None, :]` is the table of all products
# $u_i v_j$, and a sum over an axis removes its index.

# %%
u, v = np.array([1.0, 2.0, 3.0]), np.array([3.0, 4.0, 5.0])
table = u[:, None] * v[None, :]
show("table of the products", table)
show("sum over j removes the second index", table.sum(axis=1))
show("sum over all pairs, and product of two sums", [table.sum(), u.sum() * v.sum()])
show("sum over the pairs with i = j", (u * v).sum())

# %% [markdown]
# **The order of two sums.** Finite sums may be exchanged, but their ranges belong to each other. Pairs with $j \le i$
# form a triangle. Row by row, $i$ is fixed and $j$ runs from 1 to $i$. Column by column, $j$ is fixed and $i$ runs from
# $j$ to $n$:
#
# $$\sum_{i=1}^{n} \sum_{j=1}^{i} A_{ij} = \sum_{j=1}^{n} \sum_{i=j}^{n} A_{ij}.$$
#
# An example: on day $i$ the total of all days so far is $\sum_{j \le i} u_j$. Add these totals up. After the exchange
# the inner sum has $n - j + 1$ equal terms $u_j$, so
#
# $$\sum_{i=1}^n \sum_{j=1}^i u_j = \sum_{j=1}^n (n - j + 1)\, u_j .$$
#
# The first day counts $n$ times, and the last one once. Unit 9 sums the rewards that follow a step in this way.

# %%
rows, columns = u00.sum_below_diagonal(np.tile(u, (3, 1)))  # A_ij = u_j
show("totals of the days", rows)
show("(n - j + 1) u_j", columns)
show("both sums", [ops.sum(rows), ops.sum(columns)])

# %% [markdown]
# **Question.** Let $\bar u = \frac1n \sum_i u_i$. Show that the mean of $\frac12 (u_i - u_j)^2$ over all $n^2$ pairs is
# the mean of $(u_i - \bar u)^2$.
#
# <details><summary>Answer</summary>
#
# Expand the square: $\frac{1}{n^2} \sum_i \sum_j \big(\frac12 u_i^2 - u_i u_j + \frac12 u_j^2\big)$. The first and the
# last term do not depend on one of the indices, so each of them gives $\frac{1}{2n} \sum_i u_i^2$. The middle term is a
# product of two sums and gives $\bar u^2$. Together $\frac1n \sum_i u_i^2 - \bar u^2$. On the other side $\frac1n
# \sum_i (u_i^2 - 2 u_i \bar u + \bar u^2) = \frac1n \sum_i u_i^2 - 2 \bar u^2 + \bar u^2$, which is the same. For
# $u = (1, 2, 3)$ both are $2/3$. Part 8 uses this.
#
# </details>
#
# **Exercises.** The sums of `course start u00/ex01`: `triangle`, `different` and `contract`.

# %% [markdown]
# ## Part 2: Sets, indicators and functions (7 minutes)
#
# A classifier is right on some samples, and some samples belong to class 1. "How many of class 1 are right?" is a
# question about sets. An array has no sets, so we write a set $A$ of indices as a vector of zeros and ones, its
# *indicator*: $1_A(i) = 1$ if $i \in A$, and otherwise 0. Then the operations on sets become arithmetic:
#
# - The complement is $1_{A^c} = 1 - 1_A$.
# - An element lies in both sets if both factors are 1: $1_{A \cap B} = 1_A\, 1_B$.
# - An element is outside of the union if it is outside of both sets, so $1 - 1_{A \cup B} = (1 - 1_A)(1 - 1_B)$.
#   Multiply out: $1_{A \cup B} = 1_A + 1_B - 1_A 1_B$. What lies in both sets was counted twice.
# - The size is a sum, $\lvert A \rvert = \sum_i 1_A(i)$, and a share is a mean of an indicator.

# %%
y, guess = np.array([0, 1, 1, 2, 0]), np.array([0, 1, 2, 2, 1])
right = u00.indicator(np.flatnonzero(y == guess), len(y))
ones = u00.indicator(np.flatnonzero(y == 1), len(y))
both = u00.size(u00.intersection(right, ones))
show("accuracy, a mean of an indicator", u00.size(right) / len(y))
show("recall of class 1: of the ones, how many are found", both / u00.size(ones))
show("wrong or of class 1", u00.union(u00.complement(right), ones))

# %% [markdown]
# A *function* $F: \mathbb R^n \to \mathbb R^m$ gives for each vector of length $n$ one vector of length $m$. A
# composition applies the right function first, $(G \circ F)(x) = G(F(x))$, and the lengths have to fit. A network is a
# composition of layers. If the layers are affine, nothing is gained by a second one: $W_2 (W_1 x + b_1) + b_2 = (W_2
# W_1)\, x + (W_2 b_1 + b_2)$ is affine again. So a network needs activations, such as ReLU, $\max(z, 0)$.
#
# **Question.** Two sentences have 1 and 3 words. The costs of their words are 4, and 1, 1, 1. They are stored in an
# array of shape (2, 3), filled up with zeros. Compute the mean of the array, the mean of the two means over the real
# words, and the mean over all real words with an indicator. Which one is the cost of a word?
#
# <details><summary>Answer</summary>
#
# The mean of the array is $7/6 \approx 1.17$: it divides by two words that do not exist. The mean of the means is
# $(4 + 1)/2 = 2.5$: the word of the short sentence counts three times as much as another one. With the indicator $1_A$
# of the real words it is $\sum 1_A C / \sum 1_A = 7/4 = 1.75$, where $C$ is the array of the costs: this is the cost of
# a word. In units 5 to 8 such an indicator is called a *mask*.
#
# </details>
#
# **Exercises.** The sets and maps of `course start u00/ex01`: `jaccard` and `image`.

# %% [markdown]
# ## Part 3: Vectors, norms and angles (10 minutes)
#
# When are two vectors, such as two sentences that a network has turned into numbers, similar? We need a length and an
# angle in $n$ dimensions. Both come from the *inner product* $\langle u, v\rangle = u^\top v = \sum_i u_i v_i$. The
# length is $\lVert u\rVert = \sqrt{\langle u, u\rangle}$. The product is symmetric and linear in each vector, so one
# calculates as with numbers:
#
# $$\lVert u + v\rVert^2 = \lVert u\rVert^2 + 2 \langle u, v\rangle + \lVert v\rVert^2 .$$
#
# If $\langle u, v\rangle = 0$, the vectors are *orthogonal*, and this is the theorem of Pythagoras.
#
# **Cauchy–Schwarz:** $\lvert \langle u, v\rangle\rvert \le \lVert u\rVert\, \lVert v\rVert$. *Proof.* If one of the
# vectors is 0, both sides are 0. Otherwise divide each vector by its length; both sides are divided by the same number.
# So let $\lVert u\rVert = \lVert v\rVert = 1$. Then $0 \le \lVert u - v\rVert^2 = 2 - 2\langle u, v\rangle$, which says
# $\langle u, v\rangle \le 1$. With $u + v$ instead of $u - v$ we get $\langle u, v\rangle \ge -1$. Equality holds only
# if $u = v$ or $u = -v$ after the division, so only if the vectors are parallel.
#
# Two consequences. First, $\cos(u, v) = \langle u, v\rangle / (\lVert u\rVert\, \lVert v\rVert)$ lies between $-1$ and
# $1$, so that it is the cosine of an angle. Secondly, $\lVert u + v\rVert^2 \le \lVert u\rVert^2 + 2 \lVert u\rVert
# \lVert v\rVert + \lVert v\rVert^2 = (\lVert u\rVert + \lVert v\rVert)^2$: the triangle inequality.

# %%
u, v = np.array([3.0, 4.0]), np.array([2.0, 1.0])
show("inner product, product of the lengths", [u @ v, np.linalg.norm(u) * np.linalg.norm(v)])
show("length of the sum, sum of the lengths", [np.linalg.norm(u + v), np.linalg.norm(u) + np.linalg.norm(v)])
show("angle in degrees", np.degrees(np.arccos(u @ v / np.linalg.norm(u) / np.linalg.norm(v))))

# %% [markdown]
# **Other norms.** For $r \ge 1$ let $\lVert x\rVert_r = (\sum_i \lvert x_i\rvert^r)^{1/r}$, and $\lVert
# x\rVert_\infty = \max_i \lvert x_i\rvert$. They weigh a vector differently: $r = 1$ adds up all entries, a large $r$
# looks at the largest one. They are ordered,
#
# $$\lVert x\rVert_\infty \le \lVert x\rVert_2 \le \lVert x\rVert_1 \le \sqrt n\, \lVert x\rVert_2 .$$
#
# The first inequality leaves out squares. The second one holds since $(\sum_i \lvert x_i\rvert)^2$ contains all squares
# and further products that are not negative. The third one is Cauchy–Schwarz for the $\lvert x_i\rvert$ and a vector of
# ones. Unit 1 penalizes $r = 2$; the attacks of unit 10 may change each pixel a little, $r = \infty$.
#
# **In many dimensions nearly all directions are orthogonal.** Draw the entries of $u$ and $v$ independently from the
# normal distribution with mean 0 and variance 1. This distribution does not change under rotations, so for the cosine
# we may turn $v$ into the direction $e_1$: $\cos(u, v)$ has the distribution of $u_1 / \lVert u\rVert$, and so has its
# negative: the mean is 0. The $n$ numbers $u_i^2/\lVert u\rVert^2$ have the sum 1 and, by symmetry, the same mean.
# This mean is $1/n$, so the standard deviation of the cosine is $1/\sqrt n$.

# %%
norms = [np.linalg.norm(u, r) for r in (np.inf, 2, 1)]
show("norms of (3, 4) of order ∞, 2, 1, and √2 times order 2", [*norms, 2**0.5 * norms[1]])
for n in (4, 100, 2500):
    first, second = rng.normal(size=(2, 400, n))
    cosines = np.sum(first * second, axis=1) / np.linalg.norm(first, axis=1) / np.linalg.norm(second, axis=1)
    print(f"n = {n}: standard deviation of the cosine {cosines.std():.3f}, 1/√n = {n**-0.5:.3f}")

# %% [markdown]
# **Question.** In attention (unit 8) the score of a query $u$ and a key $v$ is $\langle u, v\rangle$. Let their $n$
# entries be independent with mean 0 and variance 1. How large is a typical score? What must one divide by so that $n$
# does not matter?
#
# <details><summary>Answer</summary>
#
# $\mathbb E[\langle u, v\rangle^2] = \sum_i \sum_j \mathbb E[u_i v_i u_j v_j]$. For $i \ne j$ the four factors are
# independent, and the term is a product of means, 0. For $i = j$ it is $\mathbb E[u_i^2]\, \mathbb E[v_i^2] = 1$. The
# sum is $n$, so a typical score has the size $\sqrt n$, and one divides by $\sqrt n$. In the cosine both lengths, which
# are about $\sqrt n$, do more: they divide by about $n$. (Part 8 explains the rules for means.)
#
# </details>
#
# **Exercises.** The vectors of `course start u00/ex02`: which multiple of $u$ is nearest to $x$, and rows of length 1.

# %% [markdown]
# ## Part 4: Matrices (12 minutes)
#
# A layer with 784 inputs and 10 outputs has 7,840 weights. Why are they written as a matrix, and what does `X @ W.T`
# compute? A function $F$ is *linear* if $F(\eta u + v) = \eta F(u) + F(v)$. Write $x = \sum_j x_j e_j$ with the unit
# vectors $e_j$. By linearity $F(x) = \sum_j x_j F(e_j)$, so $F$ is known if the $n$ vectors $F(e_j)$ are known. Put
# them into the columns of a matrix $W$: then $F(x) = W x$ with $(W x)_i = \sum_j W_{ij} x_j$. Every linear function is
# a matrix, with a row for each output and a column for each input.
#
# The samples of a batch are the *rows* of $X$. Row $i$ of the result should be $(W x_i)^\top = x_i^\top W^\top$, so the
# whole batch is $X W^\top$. (Keras stores $W^\top$ and calls it the kernel.) The rule behind it is $(AB)^\top = B^\top
# A^\top$: entry $(i, j)$ of both sides is $\sum_k A_{jk} B_{ki}$.
#
# **A matrix product can be read in three ways.**
#
# $$(AB)_{ij} = \sum_k A_{ik} B_{kj}, \quad (AB)_{:,j} = \sum_k B_{kj}\, A_{:,k}, \quad AB = \sum_k A_{:,k}\, B_{k,:}$$
#
# It is a table of inner products; each of its columns is a combination of the columns of $A$; and it is a sum of *outer
# products*, matrices with the entries $A_{ik} B_{kj}$ for one fixed $k$. The three are the same sum: only the index
# that one writes last is different. The last one gives the gradient of weights, with an outer product for each sample.

# %%
A, B = np.array([[1.0, 2.0], [0.0, 1.0]]), np.array([[3.0, 0.0], [1.0, 4.0]])
show("entries", A @ B)
show("columns", np.stack([B[0, j] * A[:, 0] + B[1, j] * A[:, 1] for j in range(2)], axis=1))
show("outer products", np.outer(A[:, 0], B[0]) + np.outer(A[:, 1], B[1]))
show("the other order", B @ A)
errors, inputs = rng.normal(size=(3, 2)), rng.normal(size=(3, 4))  # three samples in rows
show("one product less the sum over the samples", errors.T @ inputs - sum(map(np.outer, errors, inputs)))

# %% [markdown]
# The order of the factors matters, $AB \ne BA$ in general, but the brackets do not: $(AB)x = A(Bx)$.
#
# **Linear systems.** For a square $A$, $A x = y$ has exactly one solution for every $y$ if the columns of $A$ are
# independent, that is, if $A x = 0$ only for $x = 0$, or, equivalently, if $\det A \ne 0$. `solve` eliminates one
# unknown after the other. It costs less than the inverse, and it loses fewer digits.
#
# **Symmetric matrices** appear as Hessians and as covariances. For each symmetric matrix $M$ there are real numbers
# $\lambda_i$ and orthonormal vectors $v_i$ (they have the length 1 and are orthogonal) with $M v_i = \lambda_i v_i$;
# this is the spectral theorem, which we do not prove. With the $v_i$ as the columns of $V$ it says
# $M = V \Lambda V^\top$ and $V^\top V = I$, where $I$ is the unit matrix. Since $V V^\top = I$, too, each vector is
# $x = \sum_i (v_i^\top x)\, v_i$, and $M x = \sum_i \lambda_i (v_i^\top x)\, v_i$: in the directions $v_i$ the matrix
# only stretches. The *quadratic form* is
#
# $$x^\top M x = \sum_i \lambda_i\, (v_i^\top x)^2, \qquad \lVert x\rVert^2 = \sum_i (v_i^\top x)^2 .$$
#
# So $x^\top M x$ lies between $\lambda_{\min} \lVert x\rVert^2$ and $\lambda_{\max} \lVert x\rVert^2$, and both bounds
# are reached, at eigenvectors. $M$ is *positive definite*, which means $x^\top M x > 0$ for all $x \ne 0$, exactly if
# all $\lambda_i > 0$. With $\ge$ in both places it is *positive semidefinite*.

# %%
M = np.array([[2.0, 1.0], [1.0, 1.0]])
eigenvalues, V = np.linalg.eigh(M)
show("eigenvalues", eigenvalues)
show("V Λ Vᵀ", V @ np.diag(eigenvalues) @ V.T)
show("solution of M x = (3, 2)", np.linalg.solve(M, [3.0, 2.0]))
angles = np.linspace(0, 2 * np.pi, 181)
circle = np.stack([np.cos(angles), np.sin(angles)])
form = 2 * circle[0] ** 2 + 2 * circle[0] * circle[1] + circle[1] ** 2  # xᵀ M x, written out
show("smallest and largest xᵀMx on the circle", [form.min(), form.max()])

colours = course.figures.COLOURS
with course.figures.style():
    figure, (left, right) = course.figures.subplots(1, 2, size=(9.5, 3.8))
    left.plot(*circle, color=colours["grey"], label="x with ‖x‖ = 1")
    left.plot(*(M @ circle), color=colours["blue"], label="M x")
    for i, colour in enumerate((colours["orange"], colours["red"])):
        left.plot(*np.stack([np.zeros(2), eigenvalues[i] * V[:, i]], axis=1), color=colour, linewidth=2.5)
        right.axhline(eigenvalues[i], color=colour, linestyle="--", label=f"eigenvalue {eigenvalues[i]:.2f}")
    left.set(title="A symmetric matrix stretches a circle", xlabel="x₁", ylabel="x₂", aspect="equal")
    left.legend(loc="upper left")
    right.plot(np.degrees(angles), form, color=colours["blue"])
    right.set(title="The form on the circle", xlabel="angle in degrees", ylabel="xᵀ M x", ylim=(0, 3.3))
    right.legend(loc="upper center", ncols=2)
    text = "Left: a circle becomes an ellipse, with the eigenvectors as axes. Right: a wave between the eigenvalues."
    course.figures.show(figure, "u00/symmetric", text)

# %% [markdown]
# **Questions.** (a) `A` has the shape (1000, 2), `B` (2, 1000), and `x` (1000,). How many multiplications of numbers do
# `(A @ B) @ x` and `A @ (B @ x)` need? (b) A method replaces $x$ by $x - \alpha M x$ in each step. $M$ is symmetric
# with the eigenvalues 1 and 9. For which $\alpha$ does $x$ tend to 0 from every start?
#
# <details><summary>Answer</summary>
#
# (a) The first way makes a matrix of a million entries with $2 \cdot 10^6$ multiplications, and then needs $10^6$ more.
# The second way needs $2000 + 2000$. The values are equal. Part 6 finds the same in the chain rule.
# (b) The part of $x$ along $v_i$ is multiplied by $1 - \alpha \lambda_i$ in each step. It tends to 0 exactly if $\lvert
# 1 - \alpha\lambda_i\rvert < 1$, that is $0 < \alpha < 2/\lambda_i$. Both conditions together: $0 < \alpha < 2/9$. The
# largest eigenvalue limits the rate, and the smallest one decides how long it takes. Units 1 and 3 build on this.
#
# </details>
#
# **Exercises.** The matrices of `course start u00/ex02`: sums of rank-1 matrices, quadratic forms, a linear system.

# %% [markdown]
# ## Part 5: Derivatives and gradients (11 minutes)
#
# You have written a gradient by hand. How do you find out whether it is right? You compare it with difference
# quotients, and for this you have to know how wrong *they* are. Fix a point $x$ and a direction $d$, and look at the
# function of one variable $\varphi(t) = f(x + t d)$. Its derivative at 0 is the *directional derivative*
#
# $$\partial_d f(x) = \lim_{h \to 0} \frac{f(x + h d) - f(x)}{h} .$$
#
# If $\varphi$ has three continuous derivatives, Taylor's theorem of one variable says
#
# $$\varphi(h) = \varphi(0) + h\, \varphi'(0) + \tfrac{h^2}{2} \varphi''(0) + O(h^3), \qquad
# \varphi(-h) = \varphi(0) - h\, \varphi'(0) + \tfrac{h^2}{2} \varphi''(0) + O(h^3),$$
#
# where $O(h^3)$ is bounded by a constant times $h^3$ as $h \to 0$. From the first one: $(\varphi(h) - \varphi(0))/h =
# \varphi'(0) + O(h)$. In the difference of both the terms with $\varphi''$ cancel: $(\varphi(h) - \varphi(-h))/(2h) =
# \varphi'(0) + O(h^2)$. With a tenth of the step the first error is a tenth, and the second one a hundredth.

# %%
point, direction = np.array([0.3, 0.8]), np.array([0.6, 0.8])
exact = np.exp(0.3) * (0.6 * np.sin(0.8) + 0.8 * np.cos(0.8))
for h in (0.1, 0.01, 1e-5, 1e-8, 1e-12):
    forward, central = (
        abs(quotient(lambda x: np.exp(x[0]) * np.sin(x[1]), point, direction, h) - exact)
        for quotient in (u00.forward_difference, u00.central_difference)
    )
    print(f"h = {h:g}: error of the forward quotient {forward:.0e}, of the central one {central:.0e}")

# %% [markdown]
# The first two lines show the orders. For tiny steps the errors grow again: that is rounding, see the question below.
#
# **The gradient** collects all directions in one vector. $f$ is *differentiable* at $x$ if there is a vector $g$ with
#
# $$f(x + d) = f(x) + g^\top d + o(\lVert d\rVert),$$
#
# where $o(\lVert d\rVert)$ divided by $\lVert d\rVert$ goes to 0. Then $g = \nabla f(x)$ is the gradient. Put $h d$ for
# $d$ and divide by $h$: $\partial_d f(x) = g^\top d$. With $d = e_i$ one sees that entry $i$ is the partial derivative
# $\partial f/\partial x_i$. The definition is also a recipe: *expand $f(x + d)$ and read off what is linear in $d$.*
# For $f(x) = \tfrac12 x^\top M x + b^\top x$ with a symmetric $M$,
#
# $$f(x + d) = f(x) + \tfrac12 (d^\top M x + x^\top M d) + b^\top d + \tfrac12\, d^\top M d
# = f(x) + (M x + b)^\top d + \tfrac12\, d^\top M d .$$
#
# Here $d^\top M x = x^\top M^\top d = x^\top M d$ was used. So $\nabla f(x) = M x + b$; the last term is
# $o(\lVert d\rVert)$. A gradient always has the shape of its variable.
#
# **What it tells.** For directions of length 1, Cauchy–Schwarz gives $\lvert \partial_d f(x)\rvert = \lvert g^\top
# d\rvert \le \lVert g\rVert$, with equality for $d = \pm g/\lVert g\rVert$ if $g \ne 0$: the gradient is the direction
# of the steepest ascent, and its length is the slope there. Along a curve on which $f$ is constant the derivative is 0,
# so the gradient is orthogonal to the curve's direction: it is orthogonal to the *level sets*.


# %%
def bowl(x):
    """Return ½ xᵀ M x + bᵀ x with b = (−1, 0.5), written out in the entries of x."""
    return x[0] ** 2 + x[0] * x[1] + x[1] ** 2 / 2 - x[0] + x[1] / 2


x = np.array([1.0, -0.5])
differences = [u00.central_difference(bowl, x, e, 0.001) for e in np.eye(2)]
g = M @ x + [-1.0, 0.5]
show("gradient by central differences, and by hand", [differences, g])
slopes = circle.T @ g
show("largest slope, length of the gradient", [slopes.max(), np.linalg.norm(g)])
show("steepest direction, direction of the gradient", [circle[:, slopes.argmax()], g / np.linalg.norm(g)])

with course.figures.style():
    figure, axes = course.figures.subplots(size=(5.5, 4.2))
    grid = np.stack(np.meshgrid(np.linspace(-1, 4, 81), np.linspace(-4, 1.5, 81)))
    axes.contour(*grid, bowl(grid), levels=np.arange(-1.5, 8, 0.75), cmap="viridis")
    coarse = grid[:, 8::16, 8::16].reshape(2, -1)
    arrows = M @ coarse + [[-1.0], [0.5]]
    axes.quiver(*coarse, *arrows, color=colours["red"], angles="xy", scale_units="xy", scale=6, width=0.008)
    axes.set(title="Gradients and level sets", xlabel="x₁", ylabel="x₂", aspect="equal")
    text = "Arrows stand at right angles on ellipses. They are longer where the ellipses are closer together."
    course.figures.show(figure, "u00/gradient", text)

# %% [markdown]
# The arrows are longer where the level sets are closer together. A program differentiates without limits: it knows the
# derivative of each operation and applies the chain rule. Where there is no derivative, as for ReLU at 0, it returns a
# number nevertheless; there it is 0.
#
# **Question.** Each value of $f$ has a rounding error of about $\mathrm{eps}$ ($10^{-16}$ in float64, $6 \cdot 10^{-8}$
# in float32, if $f$ is about 1). Which step is best for the forward and which for the central quotient?
#
# <details><summary>Answer</summary>
#
# The quotient divides the rounding error by $h$. Forward, the error is about $h + \mathrm{eps}/h$ up to constants. The
# derivative $1 - \mathrm{eps}/h^2$ is zero at $h = \sqrt{\mathrm{eps}}$: $10^{-8}$ in float64, with an error of about
# $10^{-8}$. Central, it is $h^2 + \mathrm{eps}/h$, which is smallest near $h = \mathrm{eps}^{1/3}$: about
# $5 \cdot 10^{-6}$ in float64, with an error of the order of $10^{-11}$. In float32 the best central step is about
# $0.004$, and the error of the order of $10^{-5}$. So check in float64 (`course run u00/difference_orders`).
#
# </details>
#
# **Exercises.** `course start u00/ex03`: `gradient`, for a matrix that is not symmetric and with a sine.

# %% [markdown]
# ## Part 6: Jacobians and the chain rule (11 minutes)
#
# A network is a composition of layers, $F_L \circ \cdots \circ F_1$, with a million weights. How can its derivative
# cost only a few times as much as its value? A function $F: \mathbb R^n \to \mathbb R^m$ has $m$ outputs with $n$
# derivatives each. They are the entries of its *Jacobian* $J_F(x)$, of shape $(m, n)$:
#
# $$J_{ij} = \frac{\partial F_i}{\partial x_j}, \qquad F(x + d) = F(x) + J_F(x)\, d + o(\lVert d\rVert).$$
#
# Row $i$ is the gradient of $F_i$, and column $j$ is the derivative in the direction $e_j$. For one output the Jacobian
# is a row, the transposed gradient. There are two ways to compute it: a forward sweep gives $J d$ for one $d$, so $n$
# of them give the columns; a reverse sweep gives $v^\top J$ for one $v$, so $m$ of them give the rows.
#
# **The Jacobian of a layer** $F(x) = S(W x + b)$, step by step: $z_i = \sum_j W_{ij} x_j + b_i$ has $\partial
# z_i/\partial x_j = W_{ij}$, and $a_i = S(z_i)$ depends on $z_i$ alone. So $J_{ij} = S'(z_i)\, W_{ij}$: row $i$ of $W$
# times a number. We take softplus, $S(z) = \log(1 + e^z)$. Its derivative is $e^z/(1 + e^z)$, the sigmoid.

# %%
W, b = ops.convert_to_tensor([[1.0, 2.0], [0.0, 1.0], [1.0, -1.0]]), ops.convert_to_tensor([0.1, -0.2, 0.0])
x = ops.convert_to_tensor([0.5, -0.3])


def layer(x):
    """Return S(W x + b) with the activation softplus."""
    return ops.log(1.0 + ops.exp(ops.matmul(W, x) + b))


J_F = u00.jacobian(layer, x)
show("Jacobian by the program", J_F)
z = array(W) @ array(x) + array(b)
show("by hand", np.exp(z)[:, None] / (1 + np.exp(z))[:, None] * array(W))

# %% [markdown]
# **The chain rule.** Let $F$ be differentiable at $x$ and $G$ at $F(x)$. Insert one expansion into the other. With $v =
# F(x + d) - F(x) = J_F(x)\, d + o(\lVert d\rVert)$ we have
#
# $$G(F(x + d)) = G(F(x) + v) = G(F(x)) + J_G(F(x))\, v + o(\lVert v\rVert)
# = G(F(x)) + J_G(F(x))\, J_F(x)\, d + o(\lVert d\rVert),$$
#
# since $\lVert v\rVert$ is at most a constant times $\lVert d\rVert$. Read off what is linear in $d$:
#
# $$J_{G \circ F}(x) = J_G\big(F(x)\big)\, J_F(x) .$$
#
# The outer function stands on the left, and its Jacobian is taken at $F(x)$, not at $x$. In entries, $\partial
# G_i/\partial x_j = \sum_k (\partial G_i/\partial F_k)(\partial F_k/\partial x_j)$: *a sum over all paths from $x_j$ to
# $G_i$.* A weight that is used twice, as in a recurrent network (unit 8), has two paths, and both count.
#
# **In which order?** The Jacobian of a network is $J_L \cdots J_1$, and the brackets may be set as one likes. A product
# of shapes $(m, l)$ and $(l, n)$ takes $m\, l\, n$ multiplications. *Forward* order, from the input on, always carries
# a matrix with $n_0$ columns, one for each input. *Reverse* order carries a matrix with $n_L$ rows, one for each
# output. A cost has one output, so reverse order only ever multiplies a row by a matrix. This is backpropagation (unit
# 4). It does not even build the Jacobians: a row times $\operatorname{diag}(S'(z))\, W$ is a product of two vectors
# entry by entry, and then a row times $W$. The cell takes $G_i(a) = e^{a_i}$, whose Jacobian has
# $e^{a_i} = 1 + e^{z_i}$ on its diagonal.

# %%
J_G = np.diag(1 + np.exp(z))
show("Jacobian of the composition", u00.jacobian(lambda x: ops.exp(layer(x)), x))
show("product of the Jacobians", u00.chain([J_F, J_G]))
shapes = [(500, 500), (500, 500), (500, 500), (1, 500)]
for order in ("forward", "reverse"):
    print(f"{order}: {u00.multiplications(shapes, order):,} multiplications for three layers and a cost")

# %% [markdown]
# **Question.** A network has 1,000 inputs, two hidden layers of 1,000 units and one output. How many multiplications do
# the two orders need for the product of the three Jacobians? What does reverse order pay for being cheap?
#
# <details><summary>Answer</summary>
#
# The shapes are $(1000, 1000)$, $(1000, 1000)$ and $(1, 1000)$. Forward: $1000^3$ for $J_2 J_1$, and $1000^2$ for $J_3$
# times the result, together $1.001 \cdot 10^9$. Reverse: twice a row times a matrix, $2 \cdot 10^6$, which is 500 times
# less. It pays with memory: the Jacobians are needed from the last one to the first one, so the $z$ of all layers must
# be kept until the end of the forward pass. Forward order can forget each layer at once.
#
# </details>
#
# **Exercises.** `course start u00/ex03`: `jacobian` and `slope`, by hand.

# %% [markdown]
# ## Part 7: Taylor, Hessian, convexity (10 minutes)
#
# The gradient says in which direction $f$ falls. It does not say how far one may go. Take $\varphi(t) = f(x + t d)$
# again. By the chain rule $\varphi'(t) = \nabla f(x + t d)^\top d$, and once more
#
# $$\varphi''(t) = d^\top H(x + t d)\, d, \qquad H_{ij} = \frac{\partial^2 f}{\partial x_i\, \partial x_j} .$$
#
# $H$ is the *Hessian*, the Jacobian of the gradient. Where the second derivatives are continuous it is symmetric, so
# part 4 applies to it. The Taylor polynomial of $\varphi$ gives, if $f$ has three continuous derivatives,
#
# $$f(x + d) = f(x) + g^\top d + \tfrac12\, d^\top H d + O(\lVert d\rVert^3), \qquad g = \nabla f(x),\; H = H(x).$$
#
# A step of gradient descent has $d = -\alpha g$. Degree 1 predicts $f(x) - \alpha \lVert g\rVert^2$: every small step
# lowers $f$ if $g \ne 0$. Degree 2 adds $\tfrac12 \alpha^2\, g^\top H g$. If $g^\top H g > 0$, the sum is smallest
# where its derivative in $\alpha$ is zero, at $\alpha = \lVert g\rVert^2 / (g^\top H g)$. By part 4 this is at least
# $1/\lambda_{\max}$: the curvature decides how long a step may be.


# %%
def f(x1, x2):
    """Return exp(x_1) + x_1 x_2 + 2 x_2²."""
    return np.exp(x1) + x1 * x2 + 2 * x2**2


g, H = np.array([np.exp(0.5) + 1, 0.5 + 4]), np.array([[np.exp(0.5), 1], [1, 4]])  # at x = (0.5, 1)
slope, curvature = float(g @ g), float(g @ H @ g)
best = slope / curvature
show("best rate of degree 2, and 1 / the largest eigenvalue", [best, 1 / np.linalg.eigvalsh(H)[-1]])


def on_line(rate):
    """Return f(x − α g), for one rate α or an array of rates."""
    return f(0.5 - rate * g[0], 1 - rate * g[1])


def polynomials(rate):
    """Return the Taylor polynomials of degree 1 and 2 of f(x − α g)."""
    return np.stack([on_line(0) - rate * slope, on_line(0) - rate * slope + rate**2 * curvature / 2])


for rate in (0.01, 0.1, 0.4):
    show(f"rate {rate}: degree 1, degree 2, true value", [*polynomials(rate), on_line(rate)])
errors = [np.abs(on_line(rate) - polynomials(rate)) for rate in (0.01, 0.005)]
show("at half the rate the errors of degree 1 and 2 are divided by", errors[0] / errors[1])

with course.figures.style():
    figure, axes = course.figures.subplots(size=(6.5, 3.8))
    rates = np.linspace(0, 0.5, 101)
    axes.plot(rates, on_line(rates), color=colours["black"], linewidth=2.5, label="f(x − α g)")
    for degree, curve in enumerate(polynomials(rates), start=1):
        axes.plot(rates, curve, color=colours[["blue", "orange"][degree - 1]], label=f"degree {degree}")
    axes.axvline(best, color=colours["grey"], linestyle="--", label="best rate of degree 2")
    axes.set(title="How long a step?", xlabel="rate α", ylabel="value", ylim=(-6, 9))
    axes.legend(loc="upper center", ncols=2)
    text = "f falls and rises again, degree 1 only falls, and degree 2 follows f near the rate 0."
    course.figures.show(figure, "u00/step", text)

# %% [markdown]
# With the rate 0.4 degree 1 promises a large negative value, and in truth $f$ is higher than at the best rate.
#
# **Convex functions.** When does $\nabla f(x) = 0$ mean that $x$ is the best point of all? Call a differentiable $f$
# *convex* if it lies above all of its tangents: $f(x + d) \ge f(x) + \nabla f(x)^\top d$ for all $x$ and $d$. Then
# $\nabla f(x) = 0$ gives $f(x + d) \ge f(x)$ for every $d$: a global minimum. How does one see that a function is
# convex? Taylor's theorem with the remainder of Lagrange says $\varphi(1) = \varphi(0) + \varphi'(0) + \frac12
# \varphi''(t)$ for some $t$ between 0 and 1, that is
#
# $$f(x + d) = f(x) + \nabla f(x)^\top d + \tfrac12\, d^\top H(x + t d)\, d .$$
#
# So $f$ is convex if $H$ is positive semidefinite everywhere. The most important example of the course is the logarithm
# of a sum, $f(z) = \log \sum_k e^{z_k}$. Its gradient is $\partial f/\partial z_k = e^{z_k} / \sum_l e^{z_l} = s_k$,
# the *softmax*. The quotient rule gives $\partial s_k/\partial z_l = s_k (1\{k = l\} - s_l)$, so
#
# $$H = \operatorname{diag}(s) - s\, s^\top, \qquad
# d^\top H d = \sum_k s_k d_k^2 - \Big(\sum_k s_k d_k\Big)^2 \ge 0 .$$
#
# The right-hand side is the variance of a number that is $d_k$ with probability $s_k$ (part 8), and a variance is not
# negative. Hence $f$ is convex.

# %%
z = np.array([1.0, 2.0, 0.5])
by_hand = np.diag(softmax(z)) - np.outer(softmax(z), softmax(z))
columns = [u00.central_difference(softmax, z, e, 1e-5) for e in np.eye(3)]  # the derivatives of the gradient
show("Hessian by differences", np.stack(columns, axis=1))
show("diag(s) − s sᵀ", by_hand)
show("eigenvalues", np.linalg.eigvalsh(by_hand))

# %% [markdown]
# One eigenvalue is 0: along $d = (1, 1, 1)$ the graph is a line, as a number added to all $z_k$ is added to $f$.
#
# **Questions.** (a) Half the distance: by which factor does the error of the polynomial of degree 3 fall? (b) For which
# points is the Hessian of $f(x) = e^{x_1} + x_1 x_2 + 2 x_2^2$ positive definite? Is $f$ convex? (c) Why is
# $f(A x + b)$ convex in $x$ if $f$ is?
#
# <details><summary>Answer</summary>
#
# (a) By about 16, since the error is $O(\lVert d\rVert^4)$. `course run u00/taylor_polynomials` measures four degrees.
#
# (b) The Hessian has the rows $(e^{x_1}, 1)$ and $(1, 4)$. Its trace is positive, so both eigenvalues are positive
# exactly if the determinant $4 e^{x_1} - 1$ is: for $x_1 > -\log 4 \approx -1.386$. Further to the left one eigenvalue
# is negative, and $f$ is not convex: near such a point it lies below its tangent in the direction of that eigenvector.
# (c) The gradient is $A^\top \nabla f(Ax + b)$ by the chain rule. The tangent inequality of $f$ at $Ax + b$ with the
# displacement $A d$ is $f(Ax + b + Ad) \ge f(Ax + b) + \nabla f(Ax + b)^\top A d$, and this is the one that we need. So
# the cross-entropy of a linear model is convex in its weights (unit 2). With a hidden layer it is not.
#
# </details>
#
# **Exercises.** `course start u00/ex03`: `hessian` and `taylor`.

# %% [markdown]
# ## Part 8: Means and variances (8 minutes)
#
# A classifier is right on 900 of 1,000 test samples. How far may the true accuracy be from 90%? A *distribution* on $K$
# values gives the value $u_k$ the probability $p_k \ge 0$, with $\sum_k p_k = 1$. The mean is $\mathbb E[u] = \sum_k
# p_k u_k$. It is a sum, so it is linear: $\mathbb E[\eta u + v] = \eta\, \mathbb E[u] + \mathbb E[v]$, whether $u$ and
# $v$ depend on each other or not. The mean of an indicator is a probability. The variance measures how far $u$ is from
# its mean. With the number $\mathbb E[u]$ taken out of the means,
#
# $$\operatorname{Var}[u] = \mathbb E\big[(u - \mathbb E[u])^2\big]
# = \mathbb E[u^2] - 2\, \mathbb E[u]\, \mathbb E[u] + \mathbb E[u]^2 = \mathbb E[u^2] - \mathbb E[u]^2 .$$
#
# A constant that is added changes nothing, and a factor comes out squared: $\operatorname{Var}[\eta u] = \eta^2
# \operatorname{Var}[u]$. For a sum, square $u + v$ after subtracting the means:
#
# $$\operatorname{Var}[u + v] = \operatorname{Var}[u] + \operatorname{Var}[v]
# + 2\, \mathbb E\big[(u - \mathbb E[u])(v - \mathbb E[v])\big].$$
#
# The last mean is the *covariance*. If $u$ and $v$ are independent, then $P(u = u_k, v = v_l)$ is a product of two
# probabilities, the double sum is a product of two sums (part 1), and both of them are 0. So for $n$ independent draws
# $u_1, \dots, u_n$ of the same distribution the mean $\bar u$ has the variance
#
# $$\operatorname{Var}[\bar u] = \frac{1}{n^2} \sum_i \operatorname{Var}[u_i] = \frac{\operatorname{Var}[u]}{n} .$$
#
# Its standard deviation, the root, falls with $1/\sqrt n$: four times as many draws for half the error. An indicator
# with the mean $p$ has $u^2 = u$, so its variance is $p - p^2$. For the classifier, $\sqrt{0.9 \cdot 0.1/1000} \approx
# 0.0095$: the accuracy is known to about two percentage points.

# %%
faces = np.arange(1, 7)
show("a die: mean, variance, 35/12", [faces.mean(), faces.var(), 35 / 12])
throws = rng.choice(faces, size=(20_000, 25))
show("variance of the mean of 25 throws, 35/12/25", [throws.mean(axis=1).var(), 35 / 12 / 25])
tests = rng.random((4000, 1000)) < 0.9
show("standard deviation of the accuracy in %", [100 * tests.mean(axis=1).std(), np.sqrt(900 / 1000)])

# %% [markdown]
# For a random vector $x$ the covariances of its entries form the matrix $\Sigma = \mathbb E\big[(x - \mathbb E[x])(x -
# \mathbb E[x])^\top\big]$, a mean of outer products. For a fixed $d$ the number $d^\top x$ has the variance $\mathbb
# E\big[(d^\top (x - \mathbb E[x]))^2\big] = d^\top \Sigma\, d \ge 0$. So a covariance matrix is positive semidefinite,
# and by part 4 the direction of length 1 with the largest variance is the eigenvector of the largest eigenvalue: the
# first principal component (unit 1).
#
# **Question.** Three throws $u_1, u_2, u_3$ of a die have the mean $\bar u$. Is $\frac13 \sum_i (u_i - \bar u)^2$ equal
# to $35/12$ on average? Use the identity from the question of part 1.
#
# <details><summary>Answer</summary>
#
# No. For $n$ draws the expression is the mean of $\frac12 (u_i - u_j)^2$ over all $n^2$ pairs. For $i = j$ it is 0. For
# $i \ne j$ the difference has the mean 0 and the variance $2 \operatorname{Var}[u]$, so half its square has the mean
# $\operatorname{Var}[u]$. There are $n(n-1)$ such pairs, so the average is $\frac{n-1}{n} \operatorname{Var}[u]$, for
# three throws $\frac23 \cdot \frac{35}{12} \approx 1.94$. Divide by $n - 1$ instead of $n$, and the estimate has no
# bias (`ddof=1` in NumPy).
#
# </details>
#
# **Exercises.** `course start u00/ex04`: `moments`.

# %% [markdown]
# ## Part 9: Cross-entropy, and the four lines (13 minutes)
#
# A forecast says "rain with probability 0.8". How do we score it? Let the classes $y_1, \dots, y_n$ be observed, and
# let a model give class $k$ the probability $q_k$. The probability of the data is $\prod_i q_{y_i}$. Take minus the
# logarithm, divide by $n$, and sort by classes with an indicator. We exchange the sums, and $\hat p_k$ is the share of
# class $k$:
#
# $$-\frac1n \sum_{i=1}^n \log q_{y_i} = -\frac1n \sum_{i=1}^n \sum_{k=1}^K 1\{y_i = k\} \log q_k
# = -\sum_{k=1}^K \hat p_k \log q_k = H(\hat p, q).$$
#
# This is the *cross-entropy*: the most likely model has the smallest cross-entropy. For $q = p$ it is the *entropy*
# $H(p) = -\sum_k p_k \log p_k$, with $0 \log 0 = 0$, and the difference is the *Kullback–Leibler divergence*
#
# $$D(p\,\Vert\,q) = H(p, q) - H(p) = \sum_k p_k \log\frac{p_k}{q_k} \ge 0,
# \qquad\text{with equality only for } q = p .$$
#
# **Proof.** The function $t - 1 - \log t$ has the derivative $1 - 1/t$: it falls until $t = 1$, where it is 0, and then
# rises. So $\log t \le t - 1$ for $t > 0$, with equality only for $t = 1$. If some $p_k > 0$ has $q_k = 0$, the
# divergence is infinite. Otherwise all sums run over the classes with $p_k > 0$:
#
# $$-D(p\,\Vert\,q) = \sum_k p_k \log \frac{q_k}{p_k} \le \sum_k p_k \Big(\frac{q_k}{p_k} - 1\Big)
# = \sum_k q_k - 1 \le 0 .$$
#
# Equality in the first step needs $q_k = p_k$ for these classes; then nothing is left for the other ones.
#
# **Consequences.** For the uniform $q_k = 1/K$ the divergence is $\log K - H(p)$, so $H(p) \le \log K$. The divergence
# is not symmetric. The *Jensen–Shannon divergence* $\frac12 D(p\,\Vert\,m) + \frac12 D(q\,\Vert\,m)$ with
# $m = \frac12(p + q)$ is, and it is at most $\log 2$, as $m_k \ge p_k/2$ and $m_k \ge q_k/2$ bound all logarithms.

# %%
labels, q = np.array([0, 1, 1, 1]), np.array([0.4, 0.6])
shares = np.bincount(labels) / len(labels)
scores = [-np.log(q[labels]).mean(), u00.cross_entropy(shares, q)]
show("minus the mean log-probability, cross-entropy", scores)
p = [0.3, 0.7]
for q1 in (0.1, 0.3, 0.5):
    q = [q1, 1 - q1]
    sums = [u00.cross_entropy(p, q), u00.entropy(p) + u00.kullback_leibler(p, q)]
    show(f"q = {q1}: H(p, q), H(p) + D(p‖q), D(q‖p)", [*sums, u00.kullback_leibler(q, p)])
show("JS of p and q, of two certain classes", [u00.jensen_shannon(p, q), u00.jensen_shannon([1, 0], [0, 1])])

# %% [markdown]
# **Normal distributions.** For a vector $x$ of $n$ numbers the sums become integrals over the density $p(x)$. The
# normal distribution with the mean $\mu$ and a positive definite covariance $\Sigma$ has
#
# $$-\log p(x) = \tfrac12 (x - \mu)^\top \Sigma^{-1} (x - \mu) + \tfrac12 \log\det\Sigma + \tfrac n2 \log 2\pi .$$
#
# With $\Sigma = I$ this is the squared loss and a constant. For two such distributions $p$ and $q$ take the mean of
# $-\log q(x)$, where $x$ comes from $p$. Write $x - \mu_q = u + d$ with $u = x - \mu_p$ and $d = \mu_p - \mu_q$. The
# mixed term $u^\top \Sigma_q^{-1} d$ has the mean 0, like $u$. The sum $u^\top M u = \sum_i \sum_j M_{ij} u_i u_j$ has
# the mean $\sum_i \sum_j M_{ij} (\Sigma_p)_{ij}$, the *trace* (the sum of the diagonal) of $M \Sigma_p$; here $M =
# \Sigma_q^{-1}$. For $q = p$ it is $\operatorname{tr} I = n$, and $d = 0$. The difference of both means is
#
# $$D(p\,\Vert\,q) = \tfrac12 \Big(\operatorname{tr}\big(\Sigma_q^{-1} \Sigma_p\big) - n
# + d^\top \Sigma_q^{-1} d + \log\frac{\det\Sigma_q}{\det\Sigma_p}\Big) .$$
#
# In unit 7 $q$ is $N(0, I)$ and $\Sigma_p$ is diagonal with the entries $\sigma_j^2$: then
# $D = \frac12 \sum_j (\sigma_j^2 - 1 - \log \sigma_j^2 + \mu_j^2)$, where $\mu_j$ is entry $j$ of $\mu_p$.

# %%
first, second = ([0.5, -1.0], [[2.0, 0.6], [0.6, 1.0]]), ([0.0, 0.0], [[1.0, 0.0], [0.0, 1.0]])
draws = rng.multivariate_normal(*first, size=20_000)
ratios = array(u00.normal_log_density(draws, *first) - u00.normal_log_density(draws, *second))
print(f"mean of log p − log q over draws of p: {ratios.mean():.2f} ± {2 * ratios.std() / 20_000**0.5:.2f}")
both = [u00.normal_divergence(*first, *second), u00.normal_divergence(*second, *first)]
show("D(p‖q) by the formula, D(q‖p)", both)

# %% [markdown]
# **Now the four lines.** The target $y$ is a vector with $\sum_k y_k = 1$, for a label one 1 and otherwise zeros. The
# scores are $z = W x + b$, the prediction is the softmax $s_k = e^{z_k} / \sum_l e^{z_l}$, and the cost is the
# cross-entropy
#
# $$C = -\sum_k y_k \log s_k = -\sum_k y_k \Big(z_k - \log \sum_l e^{z_l}\Big)
# = \log \sum_l e^{z_l} - \sum_k y_k z_k .$$
#
# *Step 1.* By part 7 the gradient of the first term is $s$, and the second term is linear in $z$. So $\partial
# C/\partial z_k = s_k - y_k$: prediction minus target. *Step 2.* The score $z_i = \sum_j W_{ij} x_j + b_i$ is the only
# one that contains $W_{ij}$ and $b_i$. There is one path, and the chain rule gives
#
# $$\frac{\partial C}{\partial W_{ij}} = (s_i - y_i)\, x_j, \qquad \frac{\partial C}{\partial W} = (s - y)\, x^\top,
# \qquad \frac{\partial C}{\partial b} = s - y .$$
#
# *Step 3.* For a batch the costs are added, so the gradient is a sum of outer products: one matrix product (part 4).
# *Step 4.* The step $-\alpha$ times the gradient lowers $C$ if $\alpha$ is small enough (part 7).

# %%
x, y = ops.convert_to_tensor([1.0, 2.0]), ops.convert_to_tensor([0.0, 1.0, 0.0])


def cost(W, b):
    """Return the cross-entropy of the sample (x, y)."""
    z = ops.matmul(W, x) + b
    return ops.log(ops.sum(ops.exp(z))) - ops.sum(y * z)


s = ops.softmax(ops.matmul(W, x) + b)
show("gradient of C in W, by the program", course.grad(lambda W: cost(W, b))(W))
show("gradient of C in W, by hand", (s - y)[:, None] * x[None, :])
for step in range(4):
    s = ops.softmax(ops.matmul(W, x) + b)
    print(f"step {step}: cost {float(cost(W, b)):.3f}, probability of the right class {float(s[1]):.3f}")
    W, b = W - 0.2 * (s - y)[:, None] * x[None, :], b - 0.2 * (s - y)

# %% [markdown]
# The cost falls in each step. All of unit 2 is built on these lines.
#
# **Questions.** (a) Which cost has a classifier of ten classes at the start of its training, when it gives all classes
# the same probability? (b) When is the gradient $s - y$ zero, and can that happen if one entry of $y$ is 1 and all
# others are 0?
#
# <details><summary>Answer</summary>
#
# (a) $-\log \frac1{10} = \log 10 \approx 2.303$, for every label. If the first cost that a program prints is much
# larger, something is wrong with the start or with the data.
# (b) Only if $s = y$. In exact arithmetic the softmax of finite scores is never 0 or 1, so the gradient only tends to
# zero while the scores grow without bound. This is one reason for a penalty on the weights, or for smoothed labels.
#
# </details>
#
# **Exercises.** `course start u00/ex04`: entropies in bits, divergences, a mixture, and a weighted gradient.

# %% [markdown]
# ## Summary
#
# | topic | result |
# | --- | --- |
# | sums | two sums may be exchanged, with their ranges; a product of sums needs two indices |
# | sets | indicators: intersections are products, sizes are sums, shares are means |
# | vectors | $\lvert\langle u, v\rangle\rvert \le \lVert u\rVert \lVert v\rVert$; random vectors: nearly orthogonal |
# | matrices | entries, columns, outer products; eigenvalues bound $x^\top M x / \lVert x\rVert^2$ |
# | derivatives | expand, and read off what is linear in $d$; central differences have an error of order 2 |
# | chain rule | a product of Jacobians, a sum over paths; for one output in reverse order |
# | Taylor | gradient and Hessian say where to go and how far; convex: a zero gradient is a global minimum |
# | means | $\operatorname{Var}[\bar u] = \operatorname{Var}[u]/n$; covariances are positive semidefinite |
# | divergences | $H(p, q) = H(p) + D(p\,\Vert\,q)$, $D \ge 0$; the gradient in $z$ is $s - y$ |
#
# **Pitfalls.** One letter for two indices. A mean over padded entries. The Jacobian of the outer function at $x$
# instead of $F(x)$. A gradient check in float32, or with a step of $10^{-12}$. A product of probabilities without the
# logarithm. $D(q\,\Vert\,p)$ for $D(p\,\Vert\,q)$. Half a minute on the shapes finds most mistakes.
#
# **Where to go on.** `course run u00/norms_and_angles`, `course run u00/gradient_field`,
# `course run u00/forward_or_reverse` and `course run u00/entropies` measure what the lesson states. In the book read
# appendices A and B. Each of the four exercises has five questions of one point: 15 points of 20 are enough for unit 1.
