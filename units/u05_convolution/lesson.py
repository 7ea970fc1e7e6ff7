"""The lesson of unit 5: one kernel at every position, well-known networks, and what they find in an image."""

# %% [markdown]
# # Unit 5: Convolutional Neural Networks
#
# Run this file cell by cell in an editor that supports the percent format (`# %%`), or as a whole with Python.

# %%
import numpy as np
from keras import ops

from units import u05_convolution as u05

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
# "same" with a stride of 2 adds a zero on one side only if the size is even. PyTorch's `padding=1` adds one on each
# side, so its windows begin one position earlier.

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
