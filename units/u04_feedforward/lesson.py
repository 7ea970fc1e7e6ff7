"""The lesson of unit 4: fully connected networks, what they can express, and how deep ones are trained."""

# %% [markdown]
# # Unit 4: General Fully Connected Neural Networks
#
# Run this file cell by cell in an editor that supports the percent format (`# %%`), as a notebook
# (`course notebooks build u04`), or as a whole with Python. It takes about 85 minutes. At the end of each part there is
# a question; think first, then unfold the answer.
#
# **What you will be able to do.** You will write a network and all its gradients in matrix form; choose an activation
# by its slope; construct a network that approximates a given function, and say what depth adds; compute the variance of
# the first weights from a condition; explain batch and layer normalization and their gradients; and combine dropout,
# weight decay and early stopping without touching the test set.
#
# **What you need.** The lessons of unit 2 (softmax, cross-entropy, the gradient $\hat Y - Y$) and unit 3 (optimizers).
# From unit 0 the chain rule with matrices.

# %%
import keras
import numpy as np
from keras import ops

import course
from course.validation import array
from units import u04_feedforward as u04
from units.u01_machine_learning import train_dev_test
from units.u02_logistic_softmax import cross_entropy

rng = np.random.default_rng(0)


# %% [markdown]
# ## Part 1: Layers (10 minutes)
#
# Exclusive or is 1 if exactly one of two inputs is 1. It is the smallest task at which every model of unit 2 fails, if
# it gets no features besides $x_1$ and $x_2$. Suppose that a line separated the corners: with signs $s_i = \pm 1$ for
# the classes, $s_i\,(w^\top x_i + b) > 0$ for the four corners $(0,0), (1,1)$ (sign $-$) and $(0,1), (1,0)$ (sign $+$).
# Add the four inequalities: $w^\top \sum_i s_i x_i + b\sum_i s_i > 0$. But
# $\sum_i s_i x_i = (0,1) + (1,0) - (0,0) - (1,1) = 0$ and $\sum_i s_i = 0$, so this says $0 > 0$. No line exists, and
# no learning rate helps.
#
# A *layer* computes $z = W a + b$ and then applies an activation, $S(z)$, to each entry. Its matrix $W$ has one row for
# each unit. For a mini-batch with the samples as rows, transposing gives $Z = A W^\top + \mathbf 1 b^\top$; Keras
# stores $W^\top$ and calls it the kernel. A network is a chain,
#
# $$A^{[0]} = X, \qquad Z^{[l]} = A^{[l-1]} W^{[l]\top} + \mathbf 1 b^{[l]\top}, \qquad
# A^{[l]} = S^{[l]}(Z^{[l]}), \qquad l = 1, \dots, L.$$
#
# The activation is what makes it more than a matrix: without it, $W^{[2]}(W^{[1]} x + b^{[1]}) + b^{[2]}$ is again
# $W x + b$ with $W = W^{[2]} W^{[1]}$. With ReLU, $\max(0, z)$, two units are enough for exclusive or:
# $\max(0, x_1 + x_2) - 2\max(0, x_1 + x_2 - 1)$ is $0$ at $(0,0)$, $1$ at the two mixed corners, and $2 - 2 = 0$ at
# $(1, 1)$.

# %%
corners, labels = u04.xor.CORNERS, u04.xor.XOR
print(
    "there is a certificate against every line:", u04.certificate_against_lines(corners, labels) is not None
)
print("exclusive or:", array(u04.forward(corners, u04.xor_network()).a[-1])[:, 0], "for", corners.tolist())

ours, theirs = u04.Dense(5, "tanh"), keras.layers.Dense(5, "tanh")
theirs.build((None, 2))
ours.build((None, 2))
ours.set_kernel(theirs.kernel, theirs.bias)
print("W:", tuple(ours.W.shape), " Keras's kernel:", tuple(theirs.kernel.shape), end="; ")
print(f"largest difference of the outputs: {np.abs(array(ours(corners)) - array(theirs(corners))).max():.0e}")

# %% [markdown]
# **Question.** A network has the widths 784, 512, 512, 10. How many parameters does it have, and where are most of
# them? How does the number change if both hidden layers become twice as wide?
#
# <details><summary>Answer</summary>
#
# A layer with $N_{l-1}$ inputs and $N_l$ units has $N_l (N_{l-1} + 1)$ parameters: $512\cdot 785 = 401{,}920$, then
# $512\cdot 513 = 262{,}656$, then $10\cdot 513 = 5{,}130$, together $669{,}706$. With 1,024 units:
# $1024\cdot 785 + 1024\cdot 1025 + 10\cdot 1025 = 1{,}863{,}690$. The first layer doubles, the middle one, whose both
# sides grow, becomes four times as large.
#
# </details>
#
# **Exercises.** `course start u04/ex01`: the dense layer.

# %% [markdown]
# ## Part 2: Backpropagation (13 minutes)
#
# A network of three layers has six arrays of parameters. How does one get all derivatives of the cost, exactly, at
# about the price of computing the cost itself? By unit 3 the answer is reverse mode. Here we write it in matrices.
#
# Let $D^{[l]} = \partial C/\partial Z^{[l]}$, an array of the shape of $Z^{[l]}$. For cross-entropy behind a softmax
# unit 2 gives the start, $D^{[L]} = \frac1n (\hat Y - Y)$.
#
# **Step 1, from $Z$ to $W$ and $b$.** In $z_{ik} = \sum_j a_{ij} W_{kj} + b_k$ (sample $i$, unit $k$) the weight
# $W_{kj}$ occurs for every sample, so all of them contribute:
#
# $$\frac{\partial C}{\partial W_{kj}} = \sum_i D_{ik}\, a_{ij}, \quad\text{that is}\quad
# \frac{\partial C}{\partial W^{[l]}} = D^{[l]\top} A^{[l-1]}, \qquad
# \frac{\partial C}{\partial b^{[l]}} = D^{[l]\top}\mathbf 1 .$$
#
# **Step 2, from $Z$ to the input of the layer.** The entry $a_{ij}$ occurs in all units of its own sample:
# $\partial C/\partial a_{ij} = \sum_k D_{ik} W_{kj}$, in matrices $\partial C/\partial A^{[l-1]} = D^{[l]} W^{[l]}$.
#
# **Step 3, through the activation.** It acts on each entry alone, so
# $D^{[l-1]} = (D^{[l]} W^{[l]}) \odot S'(Z^{[l-1]})$, entry by entry. Now step 1 again, one layer further down.
#
# The shapes leave no other choice: a derivative has the shape of what it is taken by. Each layer needs one matrix
# product forward and two backward, so the backward pass costs about twice as much as the forward pass, for any depth.

# %%
iris = course.data.load("iris")
flowers = (iris.features() - iris.features().mean(0)) / iris.features().std(0)
layers = u04.network([4, 8, 6, 3], "tanh", seed=1)
weights = [ops.convert_to_tensor(layer.W) for layer in layers]
biases = [ops.convert_to_tensor(layer.b) for layer in layers]


def cost_of_first(W):
    """Return the cost as a function of the first matrix alone, for the backend."""
    changed = [u04.Layer(W, layers[0].b, layers[0].activation), *layers[1:]]
    return ops.mean(cross_entropy(iris.labels(), u04.forward(flowers, changed).a[-1]))


@course.compiled
def step_by_hand(weights, biases):
    """Return the cost, its gradients by the matrices, and the parameters after one step of rate 0.5."""
    now = [u04.Layer(W, b, layer.activation) for W, b, layer in zip(weights, biases, layers, strict=True)]
    cost, gradients = u04.cost_and_gradients(flowers, iris.labels(), now)
    new_weights = [W - 0.5 * by_W for W, by_W in zip(weights, gradients.W, strict=True)]
    return (
        cost,
        gradients.W,
        new_weights,
        [b - 0.5 * by_b for b, by_b in zip(biases, gradients.b, strict=True)],
    )


by_W = step_by_hand(weights, biases)[1]
gap = array(by_W[0]) - array(course.compiled(course.grad(cost_of_first))(weights[0]))
print("shapes of ∂C/∂W:", [tuple(g.shape) for g in by_W])
print(f"by hand against the backend: {np.abs(gap).max():.0e}")
for step in range(31):
    cost, _, weights, biases = step_by_hand(weights, biases)
    if step % 15 == 0:
        print(f"step {step}: cost {float(cost):.3f}")

# %% [markdown]
# **Question.** Somebody starts the training with *all* weights equal to 0 (tanh in the hidden layers, three layers).
# Which gradients are 0 in the first step, and what can this network ever learn?
#
# <details><summary>Answer</summary>
#
# All hidden activations are $\tanh(0) = 0$. By step 1, $\partial C/\partial W^{[3]} = D^{[3]\top} A^{[2]} = 0$. By step
# 2, $D^{[3]} W^{[3]} = 0$, so all gradients further down are 0, too. Only $b^{[3]}$ has a gradient. After an update the
# weights are still 0, and so on: the network learns the shares of the classes and nothing else. Equal weights that are
# not 0 are hardly better: all units of a layer receive the same gradient and stay equal forever, as if there were one.
# This is why weights start at random, and part 5 asks at which size.
#
# </details>
#
# **Exercises.** `course start u04/ex02`: forward and backward pass of a network.

# %% [markdown]
# ## Part 3: Activations (9 minutes)
#
# Before 2010 networks had sigmoids, and with more than three layers they hardly learned. What was wrong with them? Step
# 3 above multiplies by $S'$ in every layer. For the sigmoid
# $\sigma_{\text{Sig}}' = \sigma_{\text{Sig}}\,(1 - \sigma_{\text{Sig}})$, a product of two positive numbers with the
# sum 1, so it is at most $\frac12\cdot\frac12 = \frac14$. Ten layers multiply a gradient by at most
# $4^{-10} \approx 10^{-6}$, if the weights do not make up for it. For tanh, from $\tanh = \sinh/\cosh$, the quotient
# rule gives $\tanh' = 1 - \tanh^2 \le 1$. ReLU has the slope 1 for all positive $z$.
#
# The other rectifiers differ on the left. ReLU has the slope 0 there: a unit that is negative for *all* samples never
# learns again (it is "dead"). Leaky ReLU and PReLU keep a small slope $\eta$, ELU goes to $-\eta$ smoothly, and SELU
# has constants for which mean 0 and variance 1 reproduce themselves. Swish, GELU and mish are $z$ times a smooth gate.
# *Maxout* takes the largest of several linear functions and so learns its own convex activation.

# %%
z = np.linspace(-5, 5, 1001).astype("float32")
shown = ["sigmoid", "tanh", "relu", "elu", "gelu"]
with course.figures.style():
    figure, (left, right) = course.figures.subplots(1, 2, size=(9.5, 3.4))
    for name in shown:
        entry = u04.ACTIVATIONS[name]
        value, slope = array(entry.function(z)), array(entry.derivative(z))
        left.plot(z, value, label=name)
        right.plot(z, slope, label=name)
        print(f"{name:8s} largest slope {slope.max():.3f}, slope at -3: {slope[200]:.4f}")
    left.set(title="Activations", xlabel="z", ylabel="S(z)", ylim=(-1.5, 3))
    right.set(title="Their derivatives", xlabel="z", ylabel="S'(z)")
    left.legend()
    course.figures.show(
        figure,
        "u04/activations",
        "The slope of the sigmoid is at most 0.25, that of tanh 1 only at 0, of ReLU 0 or 1.",
    )
print("all of them:", ", ".join(u04.ACTIVATIONS))

# %% [markdown]
# **Formulas on paper and in code.** $1 - \sigma_{\text{Sig}}(z)$ is exactly 0 in float32 for $z > 17$, since
# $\sigma_{\text{Sig}}$ rounds to 1; write $\sigma_{\text{Sig}}(-z)$ instead. $\log(1 + e^z)$ overflows for $z = 89$;
# write $\max(0, z) + \log(1 + e^{-\lvert z\rvert})$.
#
# **Question.** A unit of ReLU has the bias $-5$, its weighted input has mean 0 and standard deviation 1, and it is
# normal. How often is the unit active? What is its gradient for a mini-batch of 100 samples in most cases? Does leaky
# ReLU with $\eta = 0.01$ repair this?
#
# <details><summary>Answer</summary>
#
# It is active if a standard normal number exceeds 5, with the probability $2.9\cdot 10^{-7}$. For nearly all batches
# $S' = 0$ for every sample, so the gradients of its weights and of its bias are exactly 0, and the bias stays at $-5$.
# With leaky ReLU the gradient is 0.01 times the one that an active unit would get: small but not zero, and the same
# sign for many steps, so the bias can move back, slowly. Adam, which divides by the size of the gradient, even moves at
# full speed.
#
# </details>
#
# **Exercises.** `course start u04/ex03`: derivatives of activations from their outputs.

# %% [markdown]
# ## Part 4: What a network can express (14 minutes)
#
# Is there any function that a network with one hidden layer cannot approximate? On an interval, for continuous
# functions: no. The proof is a construction, without any training.
#
# **A stair.** The unit $\sigma_{\text{Sig}}(\omega(x - e))$ is nearly 0 to the left of $e$ and nearly 1 to the right of
# it, if the steepness $\omega$ is large. So $h_0 + \sum_i (h_i - h_{i-1})\,\sigma_{\text{Sig}}(\omega(x - e_i))$ is a
# staircase with the heights $h_0, h_1, \dots$: at each edge $e_i$ the sum changes from $h_{i-1}$ to $h_i$.
#
# **Its error.** Let $\lvert f(x) - f(x')\rvert \le K\lvert x - x'\rvert$ on $[0, 1]$ (here $K$ is a bound of the
# slope). Cut the interval into $N$ stairs of width $1/N$, and let each stair be as high as $f$ in its middle. No point
# is further than $\frac{1}{2N}$ from the middle of its stair, so the error of the sharp staircase is at most
# $\frac{K}{2N}$. Twice the units, half the error. A continuous function without such a $K$ is still uniformly
# continuous on $[0, 1]$, and the error tends to 0 as well.
#
# **Hats.** ReLUs can do better: a sum of $N$ of them can be any broken line with $N$ pieces that is constant to the
# left. If it goes through points of the graph with distance $1/N$, and $\lvert f''\rvert \le M$ (a bound of the
# curvature), the error of linear interpolation is at most $\frac{M}{8 N^2}$. Twice the units, a quarter of the error.

# %%
t = np.linspace(0, 1, 401).astype("float32")


def wave(x):
    """Return sin 2πx, with |f'| at most 2π and |f''| at most 4π²."""
    return np.sin(2 * np.pi * x)


with course.figures.style():
    figure, axes = course.figures.subplots(1, 2, size=(9.5, 3.4), sharey=True)
    for ax, (name, make, bound) in zip(
        axes,
        (
            ("stairs", lambda n: u04.staircase_of(wave, 0, 1, n, 200.0), lambda n: np.pi / n),
            ("hats", lambda n: u04.hats_of(wave, 0, 1, n), lambda n: np.pi**2 / 2 / n**2),
        ),
        strict=True,
    ):
        ax.plot(t, wave(t), color=course.figures.COLOURS["black"], linestyle="--")
        for n in (8, 16):
            layers = make(n)
            run = course.compiled(lambda x, layers=layers: u04.forward(x, layers).a[-1])
            values = array(run(t[:, None]))[:, 0]
            ax.plot(t, values, label=f"{n} {name}")
            print(f"{n:2} {name}: largest error {np.abs(values - wave(t)).max():.3f}, bound {bound(n):.3f}")
        ax.set(title=f"{name.capitalize()} against a sine", xlabel="x", ylabel="f(x)")
        ax.legend()
    course.figures.show(
        figure,
        "u04/approximation",
        "Eight stairs are rough, sixteen finer; eight hats are close to the sine.",
    )

# %% [markdown]
# **Depth.** Width is one way to more pieces, depth is another. $g(x) = 2\max(0, x) - 4\max(0, x - \frac12)$ rises from
# 0 to 1 on $[0, \frac12]$ and falls back to 0 on $[\frac12, 1]$: a tooth. Because $g$ maps *both* halves of $[0, 1]$
# onto the whole interval, $g(g(x))$ has two teeth, and $k$ layers have $2^{k-1}$ teeth, $2^k$ linear pieces, from $2k$
# units. In a *single* layer of $N$ ReLUs each unit has one kink, so the sum has at most $N + 1$ pieces.

# %%
for k in (2, 5, 10):
    teeth = len(u04.pieces(u04.sawtooth_network(k), 0, 1)[1])
    print(
        f"{k:2} layers, {2 * k:2} units: {teeth:5,} pieces; one layer needs {u04.smallest_width(teeth):,} units"
    )

# %% [markdown]
# There are functions, then, that a deep network writes with 20 units and a flat one only with a thousand. This does not
# say that training *finds* them, nor that the functions we care about are of this kind. It says that the theorem about
# one hidden layer is not an argument for using one hidden layer.
#
# **Question.** For stairs in $d$ dimensions, cut the unit cube into small cubes. How many cubes are needed for an error
# of 0.1 if $f$ changes by at most $\lvert f(x) - f(x')\rvert \le \max_j\lvert x_j - x_j'\rvert$? Compute it for $d = 2$
# and $d = 10$. What do you conclude about images with 784 pixels?
#
# <details><summary>Answer</summary>
#
# A cube of side $1/N$ has no point further than $\frac{1}{2N}$ from its centre, in the largest coordinate. So
# $\frac{1}{2N} \le 0.1$, $N = 5$, and there are $5^d$ cubes: 25 for $d = 2$ and about ten million for $d = 10$. For
# $d = 784$ the number has 548 digits. Approximating *any* function of so many variables is hopeless; learning works
# because the functions that occur have structure, which a good architecture uses (unit 5: neighbouring pixels).
#
# </details>
#
# **Exercises.** `course start u04/ex04`: bumps and broken lines with given weights.

# %% [markdown]
# ## Part 5: The first weights (14 minutes)
#
# Take twenty layers of 80 units with ReLU, and random weights of standard deviation 0.05. The output is nearly 0 for
# every input. With 0.5 it is astronomically large. Neither network learns. How large must the weights be?
#
# **Forward.** Let the weights of a layer be independent, with mean 0 and variance $\operatorname{Var}(w)$, and
# independent of its input $a$; biases 0. Then $z_k = \sum_{j=1}^{n_{\text{in}}} w_{kj} a_j$ has mean 0, and since the
# mixed terms vanish,
#
# $$\mathbb E[z_k^2] = \sum_j \mathbb E[w_{kj}^2]\,\mathbb E[a_j^2]
# = n_{\text{in}}\operatorname{Var}(w)\,\mathbb E[a^2].$$
#
# If $z$ has a symmetric distribution, ReLU keeps half of its square: $\mathbb E[a^2] = \frac12\,\mathbb E[z^2]$. So
# from one layer to the next the mean square is multiplied by $\frac12 n_{\text{in}}\operatorname{Var}(w)$. It stays the
# same exactly for **He's rule**, $\operatorname{Var}(w) = 2/n_{\text{in}}$.
#
# **Backward.** $\partial C/\partial a_j = \sum_k w_{kj}\,\delta_k$ is a sum over the $n_{\text{out}}$ units. If we
# treat the $\delta_k$ as independent of the weights,
# $\mathbb E[(\partial C/\partial a)^2] = n_{\text{out}}\operatorname{Var}(w)\,\mathbb E[\delta^2]$, and $S'$ is 1 for
# half of the units. The factor is $\frac12 n_{\text{out}}\operatorname{Var}(w)$. Both conditions agree if all layers
# have the same width. For tanh, whose slope is about 1 near 0, *Xavier's rule*
# $\operatorname{Var}(w) = 2/(n_{\text{in}} + n_{\text{out}})$ is the compromise between the two directions, and
# $1/n_{\text{in}}$ is LeCun's rule. An *orthogonal* matrix keeps the length of every vector exactly, not only on
# average; before a ReLU, which keeps half of the square, it is scaled by $\sqrt 2$.
#
# Over $L$ layers the factor becomes a power. Half of He's variance gives $\frac12$ per layer, and
# $2^{-20} \approx 10^{-6}$ after twenty; twice his variance gives $2^{20}$. We measure it.

# %%
relu = u04.ACTIVATIONS["relu"]
noise = np.random.default_rng(0).normal(size=(100, 80)).astype("float32")
he = [array(u04.He(seed=seed)((80, 80))) for seed in range(20)]
with course.figures.style():
    figure, (left, right) = course.figures.subplots(1, 2, size=(9.5, 3.4), sharey=True)
    for share in (0.5, 1.0, 2.0):
        kernels = [np.sqrt(share) * kernel for kernel in he]
        signals = u04.variance_by_depth(noise, kernels, relu.function, relu.derivative, noise)
        left.semilogy(np.arange(1, 21), signals.z, label=f"{share} × He's variance")
        right.semilogy(np.arange(1, 21), signals.delta, label=f"{share} × He's variance")
        forward, backward = u04.factor_by_layer(signals.z), u04.factor_by_layer(signals.delta[::-1])
        print(f"{share} × He: mean square × {forward:.2f} per layer forward, × {backward:.2f} backward")
    left.set(title="Signals", xlabel="layer", ylabel="root mean square", xticks=(1, 5, 10, 15, 20))
    right.set(title="Gradients", xlabel="layer", xticks=(1, 5, 10, 15, 20))
    left.legend()
    course.figures.show(
        figure,
        "u04/variance",
        "On a logarithmic axis: level lines for He's variance, rising or falling ones for twice or half of it.",
    )

# %% [markdown]
# **Question.** A layer has 1,000 inputs and 10 units, ReLU before it. Which variances do He's rule (forward), He's rule
# (backward) and Xavier's rule give? By which factor does each of them change the mean square of the gradient on its way
# back through this layer (count the activation as a factor $\frac12$)?
#
# <details><summary>Answer</summary>
#
# Forward: $2/1000 = 0.002$. Backward: $2/10 = 0.2$. Xavier: $2/1010 \approx 0.00198$. The gradient's mean square is
# multiplied by $\frac12 n_{\text{out}}\operatorname{Var}(w) = 5\operatorname{Var}(w)$: $0.01$, $1$ and about $0.01$.
# One cannot have both directions here. Usually the forward condition is chosen: the factors of the backward pass
# multiply to $n_L/n_0$ over the whole network (for He's rule), so they do not accumulate with the depth.
#
# </details>
#
# **Exercises.** `course start u04/ex05`: random initial weights with the right variance.

# %% [markdown]
# ## Part 6: Normalization (12 minutes)
#
# A good start does not last: after some steps the weights are different, and the signals have other sizes. Why not
# *force* them to have mean 0 and variance 1? For a column $z$ of $n$ numbers,
#
# $$\hat z = \frac{z - \mu}{s}, \qquad s = \sqrt{\sigma^2 + \varepsilon}, \qquad \tilde z = \gamma\hat z + \beta .$$
#
# The learned $\gamma$ and $\beta$ give the layer back the freedom that $\hat z$ took away. In *batch normalization* the
# $n$ numbers are one feature over the batch; in *layer normalization* they are all features of one sample.
#
# **Its gradient.** $\mu$ and $s$ depend on every $z_i$, so the derivative is a full matrix. Use
# $\partial\mu/\partial z_j = \frac1n$. From $\sigma^2 = \frac1n\sum_i (z_i - \mu)^2$ we get
# $\partial\sigma^2/\partial z_j = \frac2n (z_j - \mu)$ (the part through $\mu$ vanishes, since
# $\sum_i (z_i - \mu) = 0$), hence $\partial s/\partial z_j = \frac{1}{2s}\cdot\frac2n (z_j - \mu) = \frac1n\hat z_j$.
# The quotient rule gives
#
# $$\frac{\partial\hat z_i}{\partial z_j} = \frac1s\Big(\mathbf 1[i = j] - \frac1n\Big)
# - \frac{z_i - \mu}{s^2}\cdot\frac{\hat z_j}{n}
# = \frac1s\Big(\mathbf 1[i = j] - \frac1n - \frac{\hat z_i\hat z_j}{n}\Big).$$
#
# With $g = \partial C/\partial\hat z$ and bars for means over the column,
# $\partial C/\partial z = \frac1s\big(g - \bar g - \hat z\;\overline{g\hat z}\big)$. The gradient loses its mean and,
# for $\varepsilon = 0$, its part along $\hat z$: adding a constant to $z$, or scaling it, cannot change the cost, so
# there is nothing to gain in these directions.

# %%
z, g = noise[:10, :4], noise[10:20, :4]
by_hand = array(course.compiled(u04.batch_norm_backward)(g, z, np.ones(4, "float32"))[0])
slope = course.compiled(course.grad(lambda v: ops.sum(ops.multiply(u04.normalize(v, 0)[0], g))))
backend = array(slope(z))
print(f"by hand against the backend: {np.abs(by_hand - backend).max():.0e}")
print("mean of the gradient of each column:", np.abs(by_hand.mean(axis=0)).max().round(6))

# %% [markdown]
# **Two functions in one layer.** In training batch normalization uses the statistics of the *batch*, so the output for
# a sample depends on the other samples. At inference there may be only one sample. Therefore training also keeps moving
# averages of $\mu$ and $\sigma^2$, and inference uses these. A model that is good in training and bad at inference
# often has averages that have not settled yet. Layer normalization has no such difference.

# %%
layer = u04.BatchNormalization(momentum=0.9)
shifted = 3 + 2 * noise[:, :4]
for step in range(41):
    first = array(layer(shifted, training=True))
    if step in (0, 10, 40):
        second = array(layer(shifted, training=False))
        print(
            f"after {step + 1:2} batches: mean in training {first.mean():5.2f}, at inference {second.mean():5.2f}"
        )

# %% [markdown]
# **Question.** (a) A dense layer is followed by batch normalization. What is its bias good for? (b) All weights of that
# dense layer are multiplied by 10. How do the outputs and the gradient of the weights change (with $\varepsilon = 0$)?
# What does a fixed learning rate then mean?
#
# <details><summary>Answer</summary>
#
# (a) For nothing: it is part of $\mu$ and is subtracted again. Leave it out; $\beta$ takes its place. (b) $z$ and $s$
# are multiplied by 10, so $\hat z$ stays the same. A function with $f(cW) = f(W)$ has
# $\nabla f(cW) = \frac1c\nabla f(W)$, by the chain rule; the gradient is divided by 10. The step is 10 times as small
# and the weights are 10 times as large: relative to the weights, the step is 100 times as small. Weight decay, which
# keeps the weights small, therefore works here as a control of the *effective learning rate*.
#
# </details>
#
# **Exercises.** `course start u04/ex07`: batch normalization. `course start u04/ex08`: layer and RMS normalization.

# %% [markdown]
# ## Part 7: Not only memorizing (13 minutes)
#
# A network with more parameters than samples can fit random labels. What keeps it from doing so?
#
# **Dropout** sets each unit to 0 with the probability $p$ during training and divides the others by $1 - p$, so that
# the mean stays. Each step trains a different *thinned* network; $n$ units have $2^n$ of them, and they share their
# weights. At inference nothing is dropped. What does this one network have to do with the others?
#
# **Statement.** For a softmax layer directly behind dropout, the whole network is exactly the normalized geometric mean
# of all thinned ones, weighted by how often they are drawn.
#
# **Proof.** For a mask $m$, $z(m) = W\frac{m\circ a}{1 - p} + b$ is affine in $m$, and
# $\log\hat y_k(m) = z_k(m) - \mathrm{LSE}(z(m))$. The mean over the masks is
# $\mathbb E[z_k(m)] - \mathbb E[\mathrm{LSE}(z(m))]$. Since $\mathbb E[m] = 1 - p$, the first term is $(W a + b)_k$,
# the score without dropout; the second term is the same for all classes $k$, and the normalization removes it.

# %%
a, W, b = np.abs(rng.normal(size=8)), rng.normal(size=(3, 8)), rng.normal(size=3)
masks = u04.all_masks(8)
weights = u04.mask_probabilities(masks, 0.4)
scores = (masks * a / 0.6) @ W.T + b
thinned = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
mean = array(u04.geometric_mean(thinned.astype("float32"), weights.astype("float32")))
whole = np.exp(W @ a + b) / np.exp(W @ a + b).sum()
print(f"{len(masks)} thinned networks: geometric mean {mean.round(4)}, the whole network {whole.round(4)}")
print("ordinary mean, which is something else:", (weights @ thinned).round(4))

# %% [markdown]
# **Weight decay** multiplies the weights by $1 - \alpha\lambda$ in each step. **Max-norm** limits the length of each
# unit's weight vector. **Early stopping** keeps the weights of the epoch that was best on the validation set. It acts
# like a penalty: on a quadratic with the curvature $h$, started at 0, gradient descent has covered the share
# $1 - (1 - \alpha h)^t$ of the way to the minimum after $t$ steps, while a penalty $\frac\lambda2\theta^2$ goes the
# share $h/(h + \lambda)$. Both are near 1 for large curvatures and near 0 for small ones.
#
# Now everything together, as a model with a training step of its own: dense layers with He's rule, batch normalization,
# ReLU, dropout, and decoupled weight decay for the matrices.


# %%
class Deep(course.Model):
    """Dense → batch normalization → ReLU → dropout, then the scores."""

    def __init__(self, width, classes):
        super().__init__()
        self.first = u04.Dense(width, initializer=u04.He(seed=1))
        self.last = u04.Dense(classes, initializer=u04.He(seed=2))
        self.normalize, self.thin = u04.BatchNormalization(momentum=0.9), u04.Dropout(0.2, seed=3)

    def call(self, x, training=False):
        """Return the scores."""
        a = ops.relu(self.normalize(self.first(x), training=training))
        return self.last(self.thin(a, training=training))

    def train_step(self, data):
        """θ ← (1 − αλ) θ − the optimizer's step, for the matrices."""
        x, y = data
        value, gradients = course.value_and_grad(
            lambda: ops.mean(cross_entropy(y, self(x, training=True))), self.trainable_variables
        )
        for dense in (self.first, self.last):
            dense.W.assign(dense.W * (1 - self.optimizer.learning_rate * 1e-2))
        self.optimizer.apply(gradients, self.trainable_variables)
        return {"loss": value}

    def test_step(self, data):
        """Return the cost at inference: nothing is dropped, and the moving averages are used."""
        x, y = data
        return {"loss": ops.mean(cross_entropy(y, self(x, training=False)))}


# %% [markdown]
# The epoch at which training stops is a choice, so it must not be made on the test set. A fifth of the training data
# becomes the validation set, and the test set is used once, at the end. The training ends when three epochs in a row
# have brought nothing better, and the weights of the best epoch are put back.

# %%
keras.utils.set_random_seed(0)
digits = course.data.load("digits")
x, y = digits.features("train"), digits.labels("train")
fit, validation, _ = train_dev_test(len(y), dev=0.2, test=0, rng=np.random.default_rng(0), y=y)
fit = fit[: len(fit) // 64 * 64]  # full batches only: one shape, so the step is compiled once
deep = Deep(64, digits.classes)
deep.compile(keras.optimizers.Adam(1e-2))
stop = u04.EarlyStopping("val_loss", patience=3)
history = deep.fit(
    x[fit],
    y[fit],
    batch_size=64,
    epochs=40,
    verbose=0,
    callbacks=[stop],
    validation_data=(x[validation], y[validation]),
    validation_batch_size=len(validation),
).history
guesses = deep.predict(digits.features("test"), batch_size=len(digits.labels("test")), verbose=0).argmax(
    axis=1
)
accuracy = np.mean(guesses == digits.labels("test"))
print("cost on the validation set:", [round(float(value), 3) for value in history["val_loss"]])
print(f"best epoch {stop.best_epoch + 1} of {len(history['loss'])}; accuracy on the test set {accuracy:.3f}")
assert accuracy > 0.9

# %% [markdown]
# **Question.** A linear model $\hat y = w^\top x$ is trained with squared error and dropout of rate $p$ on its
# *inputs*. Compute the mean over the masks of $(y - w^\top\tilde x)^2$ with $\tilde x_j = m_j x_j/(1 - p)$. Which known
# method is it?
#
# <details><summary>Answer</summary>
#
# $\mathbb E[w^\top\tilde x] = w^\top x$, and since the masks are independent,
# $\operatorname{Var}(w^\top\tilde x) = \sum_j w_j^2 x_j^2\,\operatorname{Var}(m_j)/(1 - p)^2$, which is
# $\frac{p}{1 - p}\sum_j w_j^2 x_j^2$. The mean of a square is the squared mean plus the variance:
# $(y - w^\top x)^2 + \frac{p}{1-p}\sum_j w_j^2 x_j^2$. Summed over the samples this is ridge regression, in which each
# weight has a penalty in proportion to the mean square of its feature: on standardized features, ordinary ridge.
#
# </details>
#
# **Exercises.** `course start u04/ex06`: dropout as an ensemble. `course start u04/ex09`: max-norm and early stopping.

# %% [markdown]
# ## Summary
#
# | question | answer |
# | --- | --- |
# | forward | $Z = A W^\top + \mathbf 1 b^\top$, $A = S(Z)$ |
# | backward | $\partial C/\partial W = D^\top A$, then $D W$, then times $S'$: twice the work of forward |
# | activation | slope near 1 where the signals are; not the sigmoid in hidden layers |
# | expressive power | one layer: anything, with error $1/N$ or $1/N^2$; depth: $2^k$ pieces from $2k$ units |
# | first weights | $\operatorname{Var}(w) = 2/n_{\text{in}}$ for ReLU, so that no power of a wrong factor builds up |
# | normalization | mean 0, variance 1; the gradient is projected; training and inference differ for batches |
# | regularization | dropout, decay, early stopping: all chosen on the validation set |
#
# **Pitfalls.** Starting with equal weights. A sigmoid in every layer. Evaluating with `training=True`. A bias before
# batch normalization. Choosing the best epoch on the test set.
#
# **Where to go on.** `course run u04/expressivity` compares what six networks learn, `course run u04/batch_norm_effect`
# and `course run u04/weight_decay_path` measure parts 6 and 7, and `course run u04/mlp_mnist --full` reaches 98.4% on
# MNIST. In the book read §5.3 to §5.5. Unit 5 uses what a dense layer ignores: which pixels are neighbours.
