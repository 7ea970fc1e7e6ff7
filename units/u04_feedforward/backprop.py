"""Backpropagation through L layers, in matrix form and by hand (§5.2).

Unit 2 had one layer. With more, the same chain rule is applied once for each layer, from the last to the first. With
D^[l] = ∂C/∂Z^[l], one row for each sample:

    Z^[l]   = A^[l−1] W^[l]ᵀ + 1 b^[l]ᵀ      ⇒   ∂C/∂W^[l] = D^[l]ᵀ A^[l−1],   ∂C/∂b^[l] = D^[l]ᵀ 1,
                                                 ∂C/∂A^[l−1] = D^[l] W^[l]
    A^[l−1] = S^[l−1](Z^[l−1]), element by element   ⇒   D^[l−1] = ∂C/∂A^[l−1] ⊙ S'^[l−1](Z^[l−1])

The backward pass takes two matrix products for each layer, the forward pass one. So a gradient of a million entries
costs about three times as much as the function.
"""

from collections import namedtuple

from keras import ops

from course.validation import class_labels
from units.u02_logistic_softmax import cross_entropy, softmax
from units.u04_feedforward.activations import ACTIVATIONS
from units.u04_feedforward.network import forward

Gradients = namedtuple("Gradients", "W b z x")
Gradients.__doc__ = "Lists over the layers: ∂C/∂W^[l], ∂C/∂b^[l] and D^[l] = ∂C/∂Z^[l]; and ∂C/∂X."


def backward(output_slope, layers, run):
    """Compute all gradients from the output to the input.

    Args:
        output_slope: ∂C/∂A^[L], shape (batch, N_L). For the mean cross-entropy of softmax(Z)
            with S^[L](z) = z it is (Ŷ − Y)/n, for the mean of squares ½‖ŷ − y‖² it is (Ŷ − Y)/n too.
        layers: the list of ``Layer``s of the forward pass.
        run: the ``Pass`` that ``forward`` returned.

    Returns:
        ``Gradients(W, b, z, x)``.

    Raises:
        ValueError: ``output_slope`` does not have the shape of the output.
    """
    slope = ops.convert_to_tensor(output_slope, "float32")
    if tuple(slope.shape) != tuple(run.a[-1].shape):
        raise ValueError(
            f"the slope of the cost has shape {tuple(slope.shape)}, the output {tuple(run.a[-1].shape)}."
        )
    by_W, by_b, by_z = [], [], []
    for l in range(len(layers), 0, -1):
        W, _, activation = layers[l - 1]
        # D^[l] = ∂C/∂A^[l] ⊙ S'(Z^[l])
        d = slope if activation is None else slope * ACTIVATIONS[activation].derivative(run.z[l - 1])
        # ∂C/∂W^[l] = D^[l]ᵀ A^[l−1],   ∂C/∂b^[l] = D^[l]ᵀ 1
        by_W.insert(0, ops.matmul(ops.transpose(d), run.a[l - 1]))
        by_b.insert(0, ops.sum(d, axis=0))
        by_z.insert(0, d)
        # ∂C/∂A^[l−1] = D^[l] W^[l]
        slope = ops.matmul(d, ops.convert_to_tensor(W, "float32"))
    return Gradients(by_W, by_b, by_z, slope)


def cost_and_gradients(x, y, layers):
    """The mean cross-entropy of a classifier and all its gradients: one forward and one backward pass.

    C(θ) = −(1/n) ∑_i log softmax(z_i^[L])_{y_i},   ∂C/∂Z^[L] = (Ŷ − Y)/n

    Args:
        x: X, shape (batch, N_0).
        y: classes 0, …, N_L − 1, shape (batch,) or (batch, 1).
        layers: a list of ``Layer``s; the last one returns logits.

    Returns:
        ``(C, Gradients)``.

    Raises:
        ValueError: y has not one label for each row of x, or a label is no class.
    """
    run = forward(x, layers)
    logits = run.a[-1]
    y = class_labels(y, logits.shape[-1], shape=logits.shape[:-1])
    one_hot = ops.one_hot(y, logits.shape[-1], dtype=logits.dtype)
    # ∂C/∂Z^[L] = (Ŷ − Y)/n
    slope = (softmax(logits) - one_hot) / logits.shape[0]
    # C(θ) = −(1/n) ∑_i log softmax(z_i^[L])_{y_i}
    return ops.mean(cross_entropy(y, logits)), backward(slope, layers, run)
