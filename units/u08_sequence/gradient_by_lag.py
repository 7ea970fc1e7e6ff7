"""How much of the gradient arrives after k steps back in time (§7.2)."""

import keras
import numpy as np
from keras import ops

import course
from course.validation import array


def gradient_by_lag(layer, x, seed=0):
    """The size of the derivative of the last output with respect to the input k steps before.

    n_k² = mean over samples of ‖J_k‖²_F,   J_k = ∂h_T/∂x_{T−k}

    The sum over the entries of J_k is estimated with one vector v of random signs a sample: the mean of ‖J_kᵀ v‖² over
    v is ‖J_k‖²_F, and one backward pass gives J_kᵀ v for all lags k at once.

    Args:
        layer: a recurrent layer that returns its last output, such as ``keras.layers.RNN(RNNCell(8))``.
        x: shape (batch, seq, features).
        seed: of the random signs.

    Returns:
        n_0, …, n_{T−1}, a NumPy array of shape (seq,).

    Raises:
        ValueError: there is no sample, or the layer does not return one vector a sample.
    """
    x = ops.convert_to_tensor(x)
    if x.shape[0] == 0:
        raise ValueError("x needs at least one sample.")
    shape = tuple(layer.compute_output_shape(tuple(x.shape)))
    if len(shape) != 2:
        raise ValueError(f"The layer must return (batch, units), its last output, not {shape}.")
    signs = np.random.default_rng(seed).choice([-1.0, 1.0], size=shape).astype("float32")
    if not layer.built:
        layer(keras.KerasTensor(tuple(x.shape), keras.backend.standardize_dtype(x.dtype)))

    def products(x):
        return course.grad(lambda x: ops.sum(ops.multiply(layer(x), signs)))(x)

    # (J_kᵀ v) of each sample and lag, the last step first
    found = ops.convert_to_numpy(course.compiled(products)(x))[:, ::-1]
    return np.sqrt(np.mean(np.sum(found.astype("float64") ** 2, axis=2), axis=0))


def linear_gradient_by_lag(W, U, lags):
    """The same in closed form for a linear recurrence h_t = x_t W + h_{t−1} U.

    J_kᵀ = W U^k,   so n_k = ‖W U^k‖_F;   for U = λ Q with an orthogonal matrix Q it is λ^k ‖W‖_F

    Args:
        W: shape (features, units).
        U: shape (units, units).
        lags: how many, an integer.

    Returns:
        n_0, …, n_{lags−1}, a NumPy array.
    """
    product, U = array(W).astype("float64"), array(U).astype("float64")
    found = []
    for _ in range(lags):
        found.append(np.linalg.norm(product))
        product = product @ U
    return np.array(found)
