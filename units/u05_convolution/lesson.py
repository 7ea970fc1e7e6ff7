"""The lesson of unit 5: one kernel at every position, well-known networks, and what they find in an image."""

# %% [markdown]
# # Unit 5: Convolutional Neural Networks
#
# Run this file cell by cell in an editor that supports the percent format (`# %%`), or as a whole with Python.

# %%
import keras
import numpy as np
from keras import ops

import course
from units import u05_convolution as u05
from units.u04_feedforward import Classifier

# %% [markdown]
# ## Part A: convolution
#
# A layer computes z_i = ∑_u w_u x_{i+u}: the cross-correlation. It is a linear map, so there is a matrix for it, with
# the same few numbers in every row.

# %%
x, w = np.array([1.0, 4.0, 2.0, 0.0, 3.0]), np.array([1.0, 2.0, -1.0])
T = u05.toeplitz_matrix(w, len(x))
print(T)
print("T x:", T @ x, " by loops:", u05.cross_correlate(x, w))

# %% [markdown]
# The third way is im2col: the windows become the rows of a matrix, and the layer is one matrix product. All three give
# the same numbers for every padding, stride, dilation and number of groups.

# %%
rng = np.random.default_rng(0)
images, kernels = (
    rng.normal(size=(2, 6, 7, 4)).astype("float32"),
    rng.normal(size=(3, 3, 2, 6)).astype("float32"),
)
by_loops = u05.conv_by_loops(images, kernels, strides=2, padding="same")
by_columns = ops.convert_to_numpy(u05.conv(images, kernels, strides=2, padding="same"))
print("shape:", by_columns.shape, f" largest difference: {np.abs(by_columns - by_loops).max():.0e}")

# %% [markdown]
# The gradients are convolutions too: the windows, transposed, times D for the kernel, and D spread back by the
# transposed kernel for the input.

# %%
by_x, by_W, by_b = u05.conv_backward(np.ones_like(by_columns), images, kernels, strides=2, padding="same")
print("∂C/∂x, ∂C/∂W, ∂C/∂b:", [tuple(v.shape) for v in (by_x, by_W, by_b)])

# %% [markdown]
# With a kernel of 3 and a stride of 2, "same" adds a single zero, behind the input, if the size is even, and one zero
# on each side if it is odd. PyTorch's `padding=1` always adds one on each side, so for an even size its windows begin
# one position earlier.

# %%
for size in (32, 33):
    print(f"size {size}: zeros before and after", u05.zeros_added(size, 3, stride=2, padding="same"))
print(
    "two layers of 3, pooling by 2, one layer of 3 see",
    u05.receptive_field([(3,), (3,), (2, 2), (3,)]).size,
    "positions",
)

# %% [markdown]
# A stride also breaks the equivariance to shifts. A blur before it repairs most of that.

# %%
noise = rng.normal(size=(1, 16, 16, 1)).astype("float32")
for size in (1, 3, 7):
    blur = u05.BlurPooling2D(size, padding="circular")
    print(f"blur of {size}: relative error of a shift by one pixel {u05.shift_error(blur, noise, 1, 2):.2f}")

# %% [markdown]
# ## Part B: what shared weights are worth
#
# The same windows with separate weights at every position have as many kernels as positions. A convolution maps a
# shifted signal to a shifted output; separate weights do not.

# %%
signal = np.zeros((2, 40, 1), "float32")
signal[0, 10:15, 0] = signal[1, 20:25, 0] = [1, 3, 2, -1, 2]
for kind in (keras.layers.Conv1D, u05.LocallyConnected1D):
    windows = kind(6, 5)
    here, there = ops.convert_to_numpy(windows(signal))
    difference = np.abs(here[5:16] - there[15:26]).max()
    print(
        f"{kind.__name__:19s}{windows.count_params():5d} parameters, shifted output differs by {difference:.2f}"
    )

# %% [markdown]
# ## Part C: landmark networks
#
# The LeNet-5 of the paper has 60,000 parameters. Ours has a few more: each of its 16 maps sees all of the 6 maps below,
# and its last layer is learned. For networks that are too large to build, `u05.size_of` counts without memory for the
# weights.

# %%
print(f"LeNet-5: {u05.lenet5().count_params():,} parameters")
print(f"a convnet for digits: {u05.small_convnet().count_params():,} parameters")
print(f"ResNet-20: {u05.resnet20().count_params():,} parameters")

# %% [markdown]
# ## Part D: objects and boxes
#
# Two boxes are compared by the area that they share, divided by the area that they cover together. Of several boxes
# that overlap too much, only the one with the highest score is kept.

# %%
boxes = np.array([[0, 0, 10, 10], [1, 1, 11, 11], [20, 20, 30, 30]], "float32")
print(f"IoU of the first two: {float(u05.iou(boxes[0], boxes[1])):.2f}")
print("kept:", ops.convert_to_numpy(u05.survivors(boxes, np.array([0.8, 0.9, 0.7], "float32"))).tolist())

# %% [markdown]
# ## Part E: pixels, faces, and looking inside
#
# We train a small network to name coloured shapes, and ask Grad-CAM where it looks: what share of the map lies on the
# shape, compared with the share of the image that the shape covers?

# %%
d = course.data.load("shapes", n=600, n_test=100)
features = keras.Sequential(
    [
        keras.layers.Conv2D(c, 3, strides=s, padding="same", activation="relu")
        for c, s in ((16, 2), (32, 2), (32, 1))
    ]
)
head = keras.Sequential([keras.layers.GlobalMaxPooling2D(), keras.layers.Dense(d.classes)])
model = Classifier(keras.Sequential([features, head]), classes=d.classes)
model.compile(keras.optimizers.Adam(5e-3))
costs = model.fit(d.images("train"), d.labels("train"), batch_size=50, epochs=10, verbose=0).history["loss"]
print(f"training cost: {costs[0]:.2f} to {costs[-1]:.2f}")

# %%
images, classes = d.images("test"), d.labels("test")
maps = ops.convert_to_numpy(u05.grad_cam(features, head, ops.convert_to_tensor(images), classes))
on_shape = (d.masks_test > 0).reshape(-1, 8, 4, 8, 4).mean(axis=(2, 4))
print(
    f"on the shape: {np.sum(maps * on_shape) / np.sum(maps):.2f} of the map, {on_shape.mean():.2f} of the image"
)
