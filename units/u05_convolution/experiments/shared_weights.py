"""A convolution is a fully connected layer with zeros and shared weights: outputs, gradients, shifts (§6.2)."""

import keras
import numpy as np
from keras import ops

import course
from units.u05_convolution import LocallyConnected1D

LENGTH, K = 40, 5


def matrix(layer):
    """The weights from all inputs to all outputs: what the layer makes of the unit vectors."""
    outputs = ops.convert_to_numpy(layer(np.eye(LENGTH, dtype="float32")[:, :, None]))
    return outputs.reshape(LENGTH, -1).T


def run(r):
    x = r.data("mnist1d", n=64).x[:, :, None]
    shared = keras.layers.Conv1D(3, K, padding="same")
    separate = LocallyConnected1D(3, K, padding="same")
    shared.build((None, LENGTH, 1))
    separate.build((None, LENGTH, 1))
    kernel, bias = ops.convert_to_numpy(shared.kernel), r.rng.normal(size=3).astype("float32")
    shared.bias.assign(bias)
    separate.set_weights([np.repeat(kernel[None], LENGTH, axis=0), np.repeat(bias[None], LENGTH, axis=0)])
    gap = ops.convert_to_numpy(shared(x)) - ops.convert_to_numpy(separate(x))
    r.metric("gap_of_outputs", np.abs(gap).max())

    # the same cost of the same outputs: ∂C/∂w = ∑_i ∂C/∂W_i
    target = r.rng.normal(size=(64, LENGTH, 3)).astype("float32")
    gradients = []
    for layer in (shared, separate):
        _, found = course.value_and_grad(
            lambda layer=layer: ops.mean(ops.square(ops.subtract(layer(x), target))),
            layer.trainable_variables,
        )
        gradients.append([ops.convert_to_numpy(g) for g in found])
    for name, of_shared, of_each in zip(("kernel", "bias"), *gradients, strict=True):
        r.metric(f"gap_of_{name}_gradient", np.abs(of_shared - of_each.sum(axis=0)).max())

    # a signal that is shifted by three positions, far from its ends
    impulse = np.zeros((2, LENGTH, 1), "float32")
    impulse[0, 12:20, 0] = impulse[1, 15:23, 0] = r.rng.normal(size=8)
    separate.kernel.assign(r.rng.normal(size=separate.kernel.shape))
    for name, layer in (("shared", shared), ("separate", separate)):
        first, second = ops.convert_to_numpy(layer(impulse))
        r.metric(f"shift_error_{name}", np.abs(second[8:30] - first[5:27]).max())

    layers = {
        "fully connected": keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(20)]),
        "locally connected": LocallyConnected1D(1, K, strides=2, padding="same"),
        "convolution": keras.layers.Conv1D(1, K, strides=2, padding="same"),
    }
    fig, axes = r.figure("matrices", 1, 3, size=(11, 3.3), sharey=True)
    for ax, (name, layer) in zip(axes, layers.items(), strict=True):
        weights = matrix(layer)
        limit = np.abs(weights).max()
        ax.imshow(weights, cmap="RdBu", vmin=-limit, vmax=limit, aspect="auto")
        ax.set(title=f"{name}: {layer.count_params()} parameters", xlabel="position of the input")
        r.metric(f"parameters_{name.replace(' ', '_')}", layer.count_params())
    axes[0].set_ylabel("position of the output")
    fig.suptitle("The weights from 40 inputs to 20 outputs, stride 2 (white: 0)")
