"""The lesson of unit 5: one kernel at every position, well-known networks, and what they find in an image."""

# %% [markdown]
# # Unit 5: Convolutional Neural Networks
#
# Run this file cell by cell in an editor that supports the percent format (`# %%`), as a notebook
# (`course notebooks build u05`), or as a whole with Python. It takes about 90 minutes. At the end of each part there is
# a question; think first, then unfold the answer.
#
# **What you will be able to do.** You will derive why a convolution is the only linear map that treats all positions
# alike; compute it and its gradients in several ways; say what padding, stride and dilation do to sizes and to shifts;
# read the well-known networks as answers to one question, how to spend parameters; and explain how networks find boxes,
# label pixels and compare faces.
#
# **What you need.** Unit 4 (layers, backpropagation, normalization). The lesson uses images as arrays
# `(batch, height, width, channels)` and kernels `(height, width, channels of the input, channels of the output)`, as
# Keras does.

# %%
import keras
import numpy as np
from keras import ops

import course
from course.validation import array
from units import u05_convolution as u05
from units.u04_feedforward import Classifier

rng = np.random.default_rng(0)


# %% [markdown]
# ## Part 1: The same everywhere (12 minutes)
#
# A dense layer on a photograph of $224 \times 224$ pixels in colour, with 64 units, has 9.6 million weights, and if it
# has learned to find an eye at the left, it knows nothing about eyes at the right. What do we get if we *demand* that
# all positions are treated alike?
#
# Let a system turn a signal $x$ into a signal $z$. We demand two things: it is **linear**, and it is **time
# invariant**, which means that a shifted input gives the same output, shifted. Let $\delta$ be the unit impulse (1 at
# position 0, otherwise 0) and let $w$ be the output for $\delta$.
#
# 1. Every signal is a sum of shifted impulses, $x = \sum_t x_t\,\delta(\cdot - t)$.
# 2. By invariance the output for $\delta(\cdot - t)$ is $w(\cdot - t)$.
# 3. By linearity the output for $x$ is the same sum of these: $z_i = \sum_t x_t\, w_{i - t} = (x * w)_i$.
#
# So a linear, time-invariant system *is* a **convolution**, and the single signal $w$ describes it completely. (The
# sums are finite if the signals are.) The layers of neural networks compute the *cross-correlation*
# $z_i = \sum_u w_u\, x_{i + u}$, which is the convolution with the reversed kernel. As the kernel is learned, the
# difference is only one of names.
#
# As a linear map it has a matrix, $z = T x$, with $T_{ij} = w_{j - i}$: the entries depend only on $j - i$, so each
# diagonal is constant. Such a matrix is called a Toeplitz matrix. It is a dense layer in which most weights are 0 and
# the others are equal along diagonals.

# %%
x, w = np.array([1.0, 4.0, 2.0, 0.0, 3.0]), np.array([1.0, 2.0, -1.0])
T = u05.toeplitz_matrix(w, len(x))
print(T)
print("T x:", T @ x, " by loops:", u05.cross_correlate(x, w), " NumPy:", np.correlate(x, w, "valid"))

# %% [markdown]
# In two dimensions the kernel has rows and columns. We need not learn it to see what it does: differences of
# neighbouring pixels answer at edges.

# %%
digit = course.data.load("digits").images("train")[2:3]
edges = np.zeros((3, 3, 1, 2), "float32")
edges[:, :, 0, 0] = [[-1, 0, 1]] * 3  # right minus left
edges[:, :, 0, 1] = np.array([[-1, 0, 1]] * 3).T  # below minus above
answers = array(u05.conv(digit, edges, padding="same"))[0]
with course.figures.style():
    figure, axes = course.figures.subplots(1, 4, size=(11, 2.8))
    course.figures.image_grid(axes[:1], digit[:, :, :, 0], ["a digit"])
    course.figures.image_grid(
        axes[1:3], np.moveaxis(answers, 2, 0), ["right minus left", "below minus above"], diverging=True
    )
    pattern = u05.doubly_block_toeplitz(np.arange(1.0, 10).reshape(3, 3), 6, 6)
    course.figures.image_grid(axes[3:], pattern[None], ["matrix of a 3 × 3 kernel"], cmap="Blues")
    course.figures.show(
        figure,
        "u05/kernels",
        "A digit; its vertical edges, red on one side and blue on the other; its horizontal edges; a banded matrix.",
    )

# %% [markdown]
# **Question.** Which of these systems are linear, which are time invariant? (a) $z_i = x_i + 1$, (b) $z_i = x_{-i}$,
# (c) $z_i = i\, x_i$, (d) $z_i = \max(x_i, x_{i+1})$, (e) $z_i = x_i - x_{i-1}$. What is the kernel of those which are
# both?
#
# <details><summary>Answer</summary>
#
# (a) Invariant, not linear (the zero signal gives 1). (b) Linear; not invariant: shifting the input to the right shifts
# the output to the left. (c) Linear, not invariant. (d) Invariant, not linear: max pooling is no convolution. (e) Both:
# the output for the impulse is $1$ at position 0 and $-1$ at position 1, so $w_0 = 1$ and $w_1 = -1$. An activation is
# like (d): invariant without being linear, and that is why layers of convolutions and activations stay invariant.
#
# </details>
#
# **Exercises.** `course start u05/ex02`: three matrices of convolutions.

# %% [markdown]
# ## Part 2: Computing it, forward and backward (13 minutes)
#
# Six nested loops compute a convolution (batch, rows, columns, filters, rows and columns of the kernel, with a sum over
# channels), and they take minutes. How do libraries do it? One way: copy each window into a row of a matrix. If a
# window has $k\cdot k\cdot c$ numbers, the layer is *one matrix product*,
#
# $$Z = \text{columns}(x)\, W + \mathbf 1 b^\top,$$
#
# with one row for each position and $W$ reshaped to $(k k c, f)$. This is called im2col. It spends memory, since every
# pixel is copied up to $k^2$ times, and gains the speed of matrix products.
#
# **Gradients.** In this form they are those of a dense layer (unit 4):
# $\partial C/\partial W = \text{columns}(x)^\top D$ and $\partial C/\partial\,\text{columns} = D W^\top$; the latter is
# put back to where the windows came from, and where windows overlap, the contributions add up. Let us see what that
# means in one dimension, with $z_i = \sum_u w_u x_{i + u}$ and $D_i = \partial C/\partial z_i$:
#
# $$\frac{\partial C}{\partial w_u} = \sum_i D_i\, x_{i + u} = (D \star x)_u, \qquad
# \frac{\partial C}{\partial x_j} = \sum_u w_u\, D_{j - u} = (w * D)_j .$$
#
# The first one is the cross-correlation of the input with $D$; every position contributes to the *same* weight. In the
# second one $x_j$ occurs in $z_i$ with the weight $w_{j - i}$, and the sum over $i = j - u$ is a true convolution. So
# the backward pass of a convolution consists of convolutions. We check this with the matrix and with im2col; the cost
# is $C = \frac12\lVert z\rVert^2$, for which $D = z$.

# %%
z = T @ x
print("∂C/∂x:", T.T @ z, "=", np.convolve(w, z))
print("∂C/∂w:", np.correlate(x, z, "valid"))
h = 1e-6
costs = [[np.sum(np.correlate(x, w + sign * h * e, "valid") ** 2) / 2 for e in np.eye(3)] for sign in (1, -1)]
print("by differences:", ((np.array(costs[0]) - costs[1]) / (2 * h)).round(4))

images = rng.normal(size=(2, 6, 7, 4)).astype("float32")
kernels = rng.normal(size=(3, 3, 2, 6)).astype("float32")  # two groups of two channels each
by_loops = u05.conv_by_loops(images, kernels, strides=2, padding="same")
by_columns = array(u05.conv(images, kernels, strides=2, padding="same"))
print("shape", by_columns.shape, f"im2col against loops: {np.abs(by_columns - by_loops).max():.0e}")
by_x, by_W, by_b = u05.conv_backward(by_columns, images, kernels, strides=2, padding="same")
print("∂C/∂x, ∂C/∂W, ∂C/∂b:", [tuple(v.shape) for v in (by_x, by_W, by_b)])

# %% [markdown]
# **Question.** A batch of 32 activation maps of $56\times 56$ pixels with 64 channels goes through a $3\times 3$
# convolution with padding "same". How much memory do the input and its im2col matrix need in float32? Why do libraries
# often avoid building it?
#
# <details><summary>Answer</summary>
#
# Input: $32\cdot 56\cdot 56\cdot 64 = 6{,}422{,}528$ numbers, 25.7 MB. The matrix has the same number of positions and
# $9\cdot 64$ columns: 231 MB, nine times as much, and in training it is needed again for $\partial C/\partial W$.
# Libraries therefore build it in small pieces inside the fast memory of the processor, or use other ways (Winograd's
# for $3\times 3$ kernels, Fourier transforms for large ones: by the convolution theorem a convolution becomes a product
# of each frequency).
#
# </details>
#
# **Exercises.** `course start u05/ex04`: the gradients on a torus. `course start u05/ex05`: max pooling that remembers
# where.

# %% [markdown]
# ## Part 3: Sizes and fields (14 minutes)
#
# A shape error is the most frequent error in convolutional networks. One formula prevents it. Let the input have $n$
# positions, with $p$ zeros added on each side. A kernel of $k$ entries with *dilation* $d$ covers $d(k - 1) + 1$
# positions. With the *stride* $s$ window $i$ begins at $s i - p$ and ends at $s i - p + d(k-1)$. The last position is
# $n - 1 + p$, so window $i$ fits exactly if $s i \le n - 1 + 2p - d(k - 1)$. Counting from $i = 0$ gives
#
# $$o = \Big\lfloor \frac{n + 2p - d(k-1) - 1}{s}\Big\rfloor + 1 .$$
#
# "valid" means $p = 0$. "same" adds as many zeros as needed for $o = \lceil n/s\rceil$, and if this number is odd,
# Keras puts the additional zero *behind* the input; PyTorch's `padding=1` adds one on each side. For a kernel of 3, a
# stride of 2 and an even $n$ the sizes agree, and the windows do not.

# %%
for n in (32, 33):
    print(
        f"size {n}, kernel 3, stride 2, same: output {u05.output_size(n, 3, 2, 'same')}, zeros before and after",
        u05.zeros_added(n, 3, stride=2, padding="same"),
    )

# %% [markdown]
# **The receptive field** of an output is the part of the input that it can see. Let neighbouring outputs of the layers
# so far be `step` positions apart in the input, and let each see `size` positions. One more layer with $k$, $s$, $d$
# combines outputs that are up to $d(k-1)$ places apart, so
#
# $$\text{size} \leftarrow \text{size} + d(k-1)\cdot\text{step}, \qquad \text{step} \leftarrow \text{step}\cdot s .$$
#
# Two $3\times 3$ layers see $5\times 5$, three see $7\times 7$. A stride multiplies what all later layers add.

# %%
for name, layers in (
    ("three layers of 3", [(3,), (3,), (3,)]),
    ("the same, the first with stride 2", [(3, 2), (3,), (3,)]),
    ("dilations 1, 2, 4, 8", [(3, 1, 1), (3, 1, 2), (3, 1, 4), (3, 1, 8)]),
):
    print(f"{name}: {u05.receptive_field(layers).size} positions")

# %% [markdown]
# What an output *can* see is not what it *does* see: a pixel in the middle of the field reaches it on many paths, one
# in the corner on a single path. The influence is nearly a Gaussian, and its width grows only like $\sqrt L$.
#
# **Three relatives.** *Pooling* takes the mean or the largest value of a window, without weights. The gradient of the
# maximum goes to where the maximum was; that of the mean goes to all in equal parts. A *transposed* convolution applies
# $T^\top$: each input puts a copy of the kernel, multiplied by its value, into the output, and with stride 2 the output
# is about twice as large. It is not the inverse, it only has the inverse's shape. A *separable* convolution first looks
# at neighbours, in each channel alone ($k^2 c$ weights), and then mixes the channels at each position ($c f$ weights of
# a $1\times 1$ kernel). Compared with the full one,
#
# $$\frac{k^2 c + c f}{k^2 c f} = \frac1f + \frac1{k^2}.$$
#
# For $k = 3$ and $f = 256$ this is $0.115$: about nine times fewer weights and multiplications.
#
# **Question.** How many $3\times 3$ layers without stride and dilation are needed to see $31\times 31$ positions? How
# many weights has this stack with 64 channels everywhere, how many has a single layer with a $31\times 31$ kernel, and
# how many layers does it take with the dilations $1, 2, 4, 8$?
#
# <details><summary>Answer</summary>
#
# Each layer adds 2 to the size, which begins at 1: $(31 - 1)/2 = 15$ layers, with $15\cdot 9\cdot 64^2 = 552{,}960$
# weights (without biases). The single layer has $961\cdot 64^2 = 3{,}936{,}256$. With dilations the size is
# $1 + 2(1 + 2 + 4 + 8) = 31$: four layers and $147{,}456$ weights. They see the same square, but the sparse kernels
# leave out fine detail unless the first layers have seen it.
#
# </details>
#
# **Exercises.** `course start u05/ex01`: the size of the output and what it sees.

# %% [markdown]
# ## Part 4: What shared weights are worth (10 minutes)
#
# Let $S_t$ shift a signal by $t$ places, $(S_t x)_i = x_{i - t}$. Then
# $(w \star S_t x)_i = \sum_u w_u x_{i + u - t} = (w\star x)_{i - t}$: shifting first or convolving first is the same.
# This is called *equivariance*. It is exact without a stride and away from the borders. With stride $s$ only every
# $s$-th output is kept, so only shifts by multiples of $s$ come out as shifts. All others change the values, sometimes
# a lot: a network with several strides of 2 can predict another class when the image moves by one pixel.

# %%
signal = np.zeros((2, 40, 1), "float32")
signal[0, 10:15, 0] = signal[1, 20:25, 0] = [1, 3, 2, -1, 2]
for kind in (keras.layers.Conv1D, u05.LocallyConnected1D):
    windows = kind(6, 5)
    here, there = array(windows(signal))
    change = np.abs(here[5:16] - there[15:26]).max()
    print(
        f"{kind.__name__:19s}{windows.count_params():5d} parameters, shifted output differs by {change:.2f}"
    )

noise = rng.normal(size=(1, 16, 16, 1)).astype("float32")
for size in (1, 7):
    blur = u05.BlurPooling2D(size, padding="circular")
    print(
        f"stride 2 behind a blur of {size}: error of a shift by one pixel {u05.shift_error(blur, noise, 1, 2):.2f}"
    )

# %% [markdown]
# The locally connected layer has the same windows with separate weights at each position: 36 times the parameters here,
# and no equivariance. A blur before the stride removes the fast oscillations that a stride cannot represent, and most
# of the error.
#
# Sharing is an *assumption* about the data: that a pattern means the same at every position. For photographs this is
# nearly true. Where it is false (the pixels of a passport photo: the mouth is always below), separate weights can be
# better, if there are data enough. And equivariance is not limited to shifts: with kernels rotated by $90°$, $180°$ and
# $270°$, rotations of the image become rotations of the output.
#
# **Question.** A network consists of convolutions without stride, ReLU, and at the end *global max pooling*, which
# keeps the largest value of each map. An object moves, without reaching the border, on an empty background. How does
# the output change? What if the end is a dense layer on all positions instead?
#
# <details><summary>Answer</summary>
#
# The maps shift along with the object, and the largest value of each map stays the same number at another place: the
# output does not change at all. Equivariant layers, followed by a symmetric function of the positions (maximum or
# mean), are *invariant*. The mean over all positions stays, too. A dense layer has a separate weight for each position,
# so its output changes, and it has to learn from data that the position does not matter.
#
# </details>
#
# **Exercises.** `course start u05/ex07`: what shared weights save. `course start u05/ex08`: a blur before the stride.

# %% [markdown]
# ## Part 5: Landmark networks (14 minutes)
#
# Read the history of convolutional networks as one question: *where do the parameters and the multiplications go, and
# can they be spent better?* The function `size_of` counts both, without memory for the weights.

# %%
for name, build in (
    ("LeNet-5, 1998", u05.lenet5),
    ("AlexNet, 2012", u05.alexnet),
    ("VGG16, 2014", u05.vgg16),
    ("ResNet-20, 2015", u05.resnet20),
    ("MobileNet, 2017", u05.mobilenet),
):
    parameters, products, depth = u05.size_of(build)
    print(
        f"{name:15s} {parameters:11,} parameters, {products / 1e6:8.1f} million multiplications, {depth:2d} layers"
    )

# %% [markdown]
# - **LeNet-5** has the pattern of all later ones: convolutions and pooling, more and more channels on smaller and
#   smaller maps, dense layers at the end.
# - **AlexNet** is large, trained on graphics processors, with ReLU and dropout. 94% of its parameters are in the dense
#   layers, 95% of the multiplications in the convolutions.
# - **VGG** uses only $3\times 3$ kernels. Two of them see $5\times 5$ pixels with $2\cdot 9 c^2 = 18 c^2$ weights in
#   place of $25 c^2$, and have one nonlinearity more.
# - **Inception (GoogLeNet)** puts kernels of different sizes side by side, and reduces the channels by $1\times 1$
#   kernels first.
# - **MobileNet** uses separable convolutions (part 3).
#
# **Residual networks.** More layers should not hurt: the additional ones could compute the identity. In practice deep
# plain networks had a *larger* training error. The remedy is to make the identity the easiest choice: $y = x + F(x)$,
# where $F$ is two or three convolutions with normalizations. By the sum rule $\partial y/\partial x = I + J_F$. For a
# chain of $L$ blocks the Jacobian is a product of such factors. Suppose that each $J_F$ multiplies lengths by at most
# $r < 1$. By the triangle inequality, $(1 - r)\lVert v\rVert \le \lVert (I + J_F)\, v\rVert \le (1 + r)\lVert v\rVert$.
# For $r = 0.1$ and $L = 20$ the gradient's length lies between $0.9^{20} \approx 0.12$ and $1.1^{20} \approx 6.7$ times
# what it was. Without the shortcut it would be at most $0.1^{20}$.

# %%
L, n = 20, 50
v = rng.normal(size=n)
plain, residual = v.copy(), v.copy()
for _ in range(L):
    J = rng.normal(size=(n, n))
    J *= 0.1 / np.linalg.norm(J, 2)  # the largest singular value is 0.1
    plain, residual = J.T @ plain, residual + J.T @ residual
length = np.linalg.norm(v)
print(
    f"gradient through 20 blocks: plain {np.linalg.norm(plain) / length:.0e}, "
    f"residual {np.linalg.norm(residual) / length:.2f} times as long"
)

# %% [markdown]
# In the original block a ReLU follows the sum; the *pre-activation* block has nothing after the sum, so that the
# identity reaches through the whole network. **DenseNet** stacks instead of adding: each layer sees the outputs of all
# earlier ones. A **vision transformer** (ViT), for contrast, cuts the image into patches and lets all of them look at
# all others (unit 8). Attention takes them as a set: only a learned vector for each position says where a patch was
# (`course run u05/vit_patches`). It assumes less and needs more data. **ConvNeXt** takes what was learned from
# transformers back to convolutions.
#
# **Question.** A *bottleneck* block works on 256 channels: $1\times 1$ to 64 channels, $3\times 3$ with 64, $1\times 1$
# back to 256. How many weights does it have (without biases and normalizations), and how many has a single $3\times 3$
# convolution from 256 to 256 channels? What is the price?
#
# <details><summary>Answer</summary>
#
# $256\cdot 64 + 9\cdot 64\cdot 64 + 64\cdot 256 = 16{,}384 + 36{,}864 + 16{,}384 = 69{,}632$, against
# $9\cdot 256^2 = 589{,}824$: 8.5 times fewer. The price: what $F$ adds passes through 64 numbers at each position. The
# shortcut carries all 256 channels past it, so nothing is lost; only the *change* is limited. Without the shortcut such
# a narrow place would destroy information in each block.
#
# </details>
#
# **Exercises.** `course start u05/ex06`: the bottleneck block of ResNet.

# %% [markdown]
# ## Part 6: Finding objects (13 minutes)
#
# "There is a cat in the image" is a class. *Where* is it? A box has four numbers. Squared errors of the corners are a
# poor measure: 5 pixels are much for a small box and little for a large one. *Intersection over union* does not depend
# on the scale, $\mathrm{IoU}(A, B) = \lvert A\cap B\rvert / \lvert A\cup B\rvert$ with
# $\lvert A\cup B\rvert = \lvert A\rvert + \lvert B\rvert - \lvert A\cap B\rvert$. For disjoint boxes it is 0, however
# far apart they are, so its gradient says nothing. *GIoU* subtracts the share of the smallest common box $H$ that
# neither of them covers, and keeps a slope.

# %%
boxes = np.array([[0, 0, 10, 10], [1, 1, 11, 11], [20, 20, 30, 30]], "float32")
pairs = ((boxes[0], boxes[1]), (boxes[0], boxes[2]))
for first, second in pairs:
    print(f"IoU {float(u05.iou(first, second)):.3f}, GIoU {float(u05.giou(first, second)):.3f}")

# %% [markdown]
# **From localization to detection.** One object: the network predicts a class and four numbers. Any number of objects:
# lay a grid over the image, and let every cell predict for each of some *anchors* (typical boxes of size
# $p_w\times p_h$) whether there is an object, its class, and how the box differs from the anchor. With cells of 8
# pixels, column $c_x$ and row $c_y$,
#
# $$\text{centre} = 8\,\big(c_x + \sigma_{\text{Sig}}(t_x),\ c_y + \sigma_{\text{Sig}}(t_y)\big), \qquad
# \text{size} = (p_w e^{t_w},\ p_h e^{t_h}).$$
#
# The sigmoid keeps the centre inside its cell; the exponential keeps sizes positive. If all $t$ are 0, the box is
# the anchor in the middle of the cell: a good start. An object belongs to the cell of its centre and to the anchor that
# is most like it.
#
# **Suppression.** Neighbouring cells find the same object. Greedy *non-maximum suppression* goes through the boxes by
# falling scores and keeps a box unless a kept one overlaps it by more than $\tau$.

# %%
kept = array(u05.survivors(boxes, np.array([0.8, 0.9, 0.7], "float32"))).tolist()
print("of the three boxes above, with scores 0.8, 0.9, 0.7, these are kept:", kept)

# %% [markdown]
# **How good is a detector?** Sort its boxes by score. A box is a *true positive* if its IoU is at least $\tau$ with an
# object that no box of a higher score has taken; a second box on the same object is a false alarm. After $n$ boxes, the
# precision $P_n$ is the share of true positives among them and the recall $R_n$ the share of objects found. *Average
# precision* is the area under the curve of precision against recall, where each precision is replaced by the best one
# at this recall or a higher one: $\mathrm{AP} = \sum_n (R_n - R_{n-1}) \max_{n'\ge n} P_{n'}$.

# %%
found, scores, objects = np.array([True, False, True, False]), np.array([0.9, 0.8, 0.7, 0.6]), 3
precision, recall = u05.precision_recall(found, scores, objects)
print("precision", precision.round(3), " recall", recall.round(3))
best = np.maximum.accumulate(precision[::-1])[::-1]
print(f"AP = {np.sum(np.diff(np.append(0, recall)) * best):.4f}; by hand 1/3 · 1 + 1/3 · 2/3 = {5 / 9:.4f}")

# %% [markdown]
# **Question.** (a) A predicted square has the right size and is shifted sideways by a third of its side. What is its
# IoU? Does it count for $\tau = 0.5$? (b) A detector reports every object twice, with perfect boxes and the score of
# the second one just below the first. What are its recall and its precision at the end, and what is its AP with three
# objects?
#
# <details><summary>Answer</summary>
#
# (a) Let the side be 1. Intersection $2/3$, union $2 - 2/3 = 4/3$, IoU $= 1/2$: just enough. An error that looks large
# to us is accepted. (b) Recall 1, precision $1/2$. Sorted: true, false, true, false, true, false. At the three true
# positives the precision is $1, 2/3, 3/5$, so
# $\mathrm{AP} = \frac13(1 + \frac23 + \frac35) = \frac{34}{45} \approx 0.76$ instead of 1. This is what non-maximum
# suppression repairs.
#
# </details>
#
# **Exercises.** `course start u05/ex03`: intersection over union. `course start u05/ex09`: suppression, hard and soft.
# `course start u05/ex12`: average precision as COCO counts it.

# %% [markdown]
# ## Part 7: Pixels, faces, and looking inside (14 minutes)
#
# **A label for every pixel.** To know *what* is in an image, a network shrinks it; to know *where*, it needs the full
# resolution. A *U-Net* goes down with convolutions and pooling, up again with transposed convolutions, and at each
# level puts the activations from the way down beside those from the way up. The cost is the cross-entropy of each
# pixel. The score is the *mean IoU* over the classes, because most pixels are background.
#
# **Faces.** A company cannot train a new network for each new employee. Do not learn classes, learn *distances*: a
# network $f$ maps images to vectors such that images of one person are near and of two persons far. Two images belong
# together if $\Delta = \lVert f(x) - f(x')\rVert$ is small. The contrastive loss pulls pairs of one person together and
# pushes others apart up to a margin, $y\Delta^2 + (1 - y)\max(0, m - \Delta)^2$. The triplet loss asks only for the
# order: $\max(0, \Delta^2(\text{anchor}, \text{positive}) - \Delta^2(\text{anchor}, \text{negative}) + m)$. Most
# triplets are soon satisfied and have the gradient 0, so one has to choose difficult ones.
#
# **Looking inside.** Why did the network say "7"? *Saliency* is the gradient of the logit by the pixels: which pixels
# would change it most? It is noisy. *Grad-CAM* asks the last maps $a$, which still have positions: the weight
# $\omega_c$ of a map is the mean of $\partial\ell_y/\partial a_{ijc}$ over the positions, and
# $M_{ij} = \max(0, \sum_c\omega_c a_{ijc})$. We put each digit at a random place of a canvas that is six times as
# large, train a small network (with He's rule, unit 4) to name it, and see where the network looks.

# %%
keras.utils.set_random_seed(1)
d = course.data.load("digits")


def canvas(digits):
    """Each digit at a random place of a canvas with noise, and which pixels of the canvas belong to it."""
    x = 0.1 * rng.uniform(size=(len(digits), 20, 20, 1)).astype("float32")
    inside = np.zeros((len(digits), 20, 20))
    for k, (i, j) in enumerate(rng.integers(13, size=(len(digits), 2))):
        x[k, i : i + 8, j : j + 8] = np.maximum(x[k, i : i + 8, j : j + 8], digits[k])
        inside[k, i : i + 8, j : j + 8] = 1
    return x, inside


def conv(filters):
    """Return a layer of 3 × 3 kernels with ReLU."""
    return keras.layers.Conv2D(filters, 3, padding="same", activation="relu", kernel_initializer="he_normal")


features = keras.Sequential([conv(8), keras.layers.MaxPooling2D(), conv(16), conv(32)])
head = keras.Sequential([keras.layers.GlobalMaxPooling2D(), keras.layers.Dense(10)])
model = Classifier(keras.Sequential([features, head]), classes=10)
model.compile(keras.optimizers.Adam(1e-2))
x = canvas(d.images("train")[:1400])[0]
costs = model.fit(x, d.labels("train")[:1400], batch_size=28, epochs=4, verbose=0).history["loss"]
images, inside = canvas(d.images("test")[:60])
said = array(model(images)).argmax(axis=1)
print(f"training cost: {costs[0]:.2f} to {costs[-1]:.2f}")
print(f"accuracy on new digits at new places: {np.mean(said == d.labels('test')[:60]):.2f}")

# %%
maps = array(u05.grad_cam(features, head, ops.convert_to_tensor(images), said))
on_digit = inside.reshape(-1, 10, 2, 10, 2).mean(axis=(2, 4))
share = np.sum(maps * on_digit) / np.sum(maps)
print(f"on the digit: {share:.2f} of the map, but only {on_digit.mean():.2f} of the image")
with course.figures.style():
    figure, axes = course.figures.subplots(2, 5, size=(10, 4.2))
    course.figures.image_grid(axes[0], images[:5, :, :, 0], [f'"{k}"' for k in said[:5]])
    course.figures.image_grid(axes[1], maps[:5], cmap="magma")
    course.figures.show(
        figure,
        "u05/grad_cam",
        "Five canvases with a digit each, and below them coarse maps, bright where the network found its class.",
    )

# %% [markdown]
# More than three times as much of the map lies on the digit as chance would give, although nobody told the network
# where the digits are. First look at the accuracy: the map of a network that is often wrong explains little. Such
# pictures persuade easily, so test them: an explanation of what a network has *learned* has to change when its weights
# are replaced by random ones. Some methods fail this test, for they are edge detectors.
#
# **Question.** (a) 90% of the pixels are background, 10% belong to one class of objects. A network says "background"
# everywhere. What are its share of right pixels and its mean IoU? (b) What is the contrastive loss of a network that
# maps all images to the same point, if it only sees pairs of one person? What is its triplet loss?
#
# <details><summary>Answer</summary>
#
# (a) 90% of the pixels are right. The IoU of the background is $0.9/1 = 0.9$, that of the objects $0/0.1 = 0$, so the
# mean is $0.45$: the mean IoU is not impressed. (b) With pairs of one person only, the loss is $\Delta^2 = 0$: a
# perfect and useless network. The negative pairs are what prevents this *collapse*. In the triplet loss both distances
# are 0, so it is $m$ for every triplet; this is not a minimum, but its gradient is 0 there, and a training with
# triplets that are too hard can end in this point.
#
# </details>
#
# **Exercises.** `course start u05/ex10`: triplets, and which ones to choose. `course start u05/ex11`: Grad-CAM by hand.

# %% [markdown]
# ## Summary
#
# | idea | what to remember |
# | --- | --- |
# | convolution | the only linear map that treats all positions alike; a matrix with constant diagonals |
# | gradients | convolutions again; every position contributes to the same weight |
# | size, field | $o = \lfloor (n + 2p - d(k-1) - 1)/s\rfloor + 1$; a stride multiplies what later layers see |
# | equivariance | exact without stride; a blur repairs much of what a stride breaks |
# | landmark networks | small kernels, $1\times 1$ bottlenecks, shortcuts, separable kernels |
# | detection | IoU measures, suppression removes doubles, average precision scores |
# | embeddings | learn distances, not classes; without negatives they collapse |
#
# **Pitfalls.** Loading weights from PyTorch with "same" and stride 2. Taking a transposed convolution for an inverse.
# Reporting the share of right pixels when nearly all are background. Believing a heat map without a sanity check.
#
# **Where to go on.** `course run u05/landmark_table` counts all landmark networks, `course run u05/shift_equivariance`
# measures part 4, and `course run u05/detection` and `course run u05/segmentation` train what parts 6 and 7 describe.
# The book has this in §6. Unit 6 collects the tricks that make such networks train well.
