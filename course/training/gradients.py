"""Derivatives with one meaning on three backends: the front of the three adapters.

Every function here takes ``f`` and *where* to differentiate:

- Keras variables, which ``f`` reads (a loss of a model);
- tensors, which ``f`` takes as arguments, in their order (a slope with respect to an input);
- both together: ``f`` takes as many arguments as there are tensors, and reads the variables.

All work eagerly and inside a compiled step, and inside one another. What ``f`` assigns on the way (BatchNorm's
averages, a metric, the state of a random generator) is assigned, once.

Symbols: f: ℝⁿ → ℝ a loss with gradient ∇f and Hessian H; F: ℝⁿ → ℝᵐ a map with Jacobian J (m × n).
"""

import contextlib
import inspect
import warnings
from importlib import import_module

import keras
from keras import ops

from course.training.state import arguments, is_tracing

adapter = import_module(f"course.training.{keras.backend.backend()}")


def value_and_grad(f, variables, has_aux=False, unused="error", sparse=False):
    """The value and the gradient of a scalar function: f(θ), ∇f(θ).

    Args:
        f: a function that returns a scalar, or ``(scalar, aux)`` with ``has_aux``. It takes no arguments, or one for
            each tensor among ``variables``.
        variables: the Keras variables θ, in a list. There may be tensors among them: ``f`` takes these as arguments,
            in their order, and their gradients stand at their places.
        has_aux: whether ``f`` returns something beside the loss, such as predictions for a metric.
        unused: ``"error"``, ``"zeros"``, or ``"warn"``, which is zeros and a warning: what to do for a variable that
            ``f`` does not depend on. A tensor that it does not depend on has the gradient zero.
        sparse: whether a gradient may be a ``tf.IndexedSlices`` on TensorFlow, which Keras's optimizers take.

    Returns:
        ``(loss, gradients)``, or ``((loss, aux), gradients)`` with ``has_aux``; ``gradients[i]`` has the shape of
        ``variables[i]``.

    Raises:
        ValueError: the loss is not a scalar, or does not depend on one of the variables.

    Example:

    >>> w = keras.Variable([1.0, 2.0])
    >>> loss, (gradient,) = course.value_and_grad(lambda: ops.sum(w**2), [w])
    >>> ops.convert_to_numpy(gradient)
    array([2., 4.], dtype=float32)
    >>> # the gradients of a loss in the weights and in the inputs, in one sweep
    >>> loss, (*weights, slope) = course.value_and_grad(lambda x: ops.sum(x * w), [w, ops.array([3.0, 5.0])])
    """
    variables = [v if isinstance(v, keras.Variable) else _tensor(v) for v in listed(variables)]
    _check_takes(f, len(arguments(variables, variables)))
    if is_tracing() or not variables:
        if not (variables or is_tracing()):
            if unused != "warn":
                raise ValueError(
                    "course.value_and_grad: there are no variables to differentiate with respect to."
                )
            warnings.warn("A training step: no variable is trainable, nothing is trained.", stacklevel=3)
        value, aux = _split(_run(f, variables), has_aux)
        gradients = [ops.zeros(v.shape, dtype=v.dtype) for v in variables]
    else:
        value, aux, gradients = adapter.value_and_grad(
            lambda *x: _checked(f(*x), has_aux), variables, has_aux
        )
        gradients = _filled(gradients, variables, unused, sparse)
    return ((value, aux) if has_aux else value), gradients


def grad(f, argnums=0):
    """The gradient of a scalar function of tensors, as a function: x ↦ ∇f(x).

    Args:
        f: a function of one or more tensors that returns a scalar.
        argnums: which argument to differentiate, or a tuple of several.

    Returns:
        A function with the arguments of ``f`` that returns the gradient (a list for several ``argnums``). Where ``f``
        does not depend on an argument its gradient is zero.

    Example: the slope of a critic at ``x`` with axes (batch, features), one row for each sample:
    >>> critic = lambda x: x[:, 0] * x[:, 1]
    >>> print(ops.convert_to_numpy(course.grad(lambda x: ops.sum(critic(x)))(ops.array([[2.0, 3.0]]))))
    [[3. 2.]]
    """
    chosen = (argnums,) if isinstance(argnums, int) else tuple(argnums)

    def gradient(*args):
        def g(*picked):
            full = list(args)
            for i, value in zip(chosen, picked, strict=True):
                full[i] = value
            return _checked(f(*full), has_aux=False)

        at = [_tensor(args[i]) for i in chosen]
        if is_tracing():
            g(*at)
            gradients = [ops.zeros_like(a) for a in at]
        else:
            _, _, gradients = adapter.value_and_grad(g, at, has_aux=False)
            gradients = _filled(gradients, at, "zeros")
        return gradients[0] if isinstance(argnums, int) else gradients

    return gradient


def jvp(f, primals, tangents):
    """The Jacobian times a vector in one forward sweep: F(x), J(x)·t.

    Args:
        f: a function that returns one tensor.
        primals: the point x: tensors for the arguments of ``f``, or Keras variables that ``f`` reads, or both.
        tangents: the direction t, one tensor for each of the primals, of its shape.

    Returns:
        ``(value, tangent)``, both of the shape of F(x).
    """
    at, directions = _pair(primals, tangents, "jvp")
    if is_tracing():
        value = _run(f, at)
        return value, ops.zeros_like(value)
    return adapter.jvp(f, at, directions)


def vjp(f, primals):
    """A vector times the Jacobian: F(x), and the function u ↦ uᵀJ(x).

    Args:
        f: a function that returns one tensor.
        primals: the point x, as in ``jvp``.

    Returns:
        ``(value, pullback)``; ``pullback(u)`` takes a tensor of the shape of F(x) and returns a list of tensors of the
        shapes of the primals. It may be called several times.
    """
    at = _point(primals)
    if is_tracing():
        return _run(f, at), lambda cotangent: [ops.zeros(a.shape, dtype=a.dtype) for a in at]
    value, pullback = adapter.vjp(f, at)
    return value, lambda cotangent: _filled(pullback(cotangent), at, "zeros")


def hvp(f, primals, vectors):
    """The Hessian times a vector without the Hessian: H(x)·v = ∇(∇f(x)·v), two reverse sweeps.

    Args:
        f: a function that returns a scalar.
        primals: the point x, as in ``jvp``.
        vectors: the direction v, one tensor for each of the primals, of its shape.

    Returns:
        A list of tensors of the shapes of the primals.

    References: Pearlmutter, "Fast exact multiplication by the Hessian", Neural Computation 6 (1994).
    """
    at, vectors = _pair(primals, vectors, "hvp")

    def slope(*x):
        """∇f(x)·v."""
        x = iter(x)
        here = [a if isinstance(a, keras.Variable) else next(x) for a in at]
        _, gradients = value_and_grad(f, here, unused="zeros")
        return sum(
            ops.sum(g * ops.convert_to_tensor(v, g.dtype)) for g, v in zip(gradients, vectors, strict=True)
        )

    return value_and_grad(slope, at, unused="zeros")[1]


def _check_takes(f, tensors):
    if tensors:
        with contextlib.suppress(ValueError):  # a function without a signature
            try:
                inspect.signature(f).bind(*range(tensors))
            except TypeError:
                raise TypeError(
                    "course.value_and_grad: f takes the tensors among the variables as its arguments, in their order; "
                    f"there {'is 1' if tensors == 1 else f'are {tensors}'}, and f does not take as many."
                ) from None


def listed(variables):
    """The variables as a list; what a user may give instead is refused with advice."""
    if isinstance(variables, keras.Variable):
        raise TypeError("course.value_and_grad takes a list of variables: write [variable].")
    if isinstance(variables, keras.Layer):
        raise TypeError("course.value_and_grad takes a list of variables: write layer.trainable_variables.")
    return list(variables)


def _tensor(x):
    x = ops.convert_to_tensor(x)
    if not keras.backend.is_float_dtype(keras.backend.standardize_dtype(x.dtype)):
        raise TypeError(
            f"course: only floats can be differentiated, not {x.dtype}; use ops.cast(x, 'float32')."
        )
    return x


def _point(primals):
    at = list(primals) if isinstance(primals, (list, tuple)) else [primals]
    return [a if isinstance(a, keras.Variable) else _tensor(a) for a in at]


def _pair(primals, vectors, name):
    at = _point(primals)
    vectors = list(vectors) if isinstance(vectors, (list, tuple)) else [vectors]
    shapes, given = [tuple(a.shape) for a in at], [tuple(ops.shape(v)) for v in vectors]
    if shapes != given:
        raise ValueError(
            f"course.{name}: the point has shapes {shapes} and the direction {given}; they must agree."
        )
    return at, vectors


def _run(f, at):
    return f(*arguments(at, at))


def _split(result, has_aux):
    if has_aux and not (isinstance(result, tuple) and len(result) == 2):
        raise ValueError("course: with has_aux=True the function must return (loss, aux).")
    return result if has_aux else (result, None)


def _checked(result, has_aux):
    value, aux = _split(result, has_aux)
    shape = getattr(value, "shape", None)
    if shape is None:
        raise ValueError(f"course: the loss must be a scalar tensor, not {type(value).__name__}.")
    if tuple(shape) != ():
        raise ValueError(
            f"course: the loss must be a scalar, but has shape {tuple(shape)}: use ops.mean or ops.sum."
        )
    return (value, aux) if has_aux else value


def _filled(gradients, at, unused, sparse=False):
    missing = [i for i, g in enumerate(gradients) if g is None and isinstance(at[i], keras.Variable)]
    if missing and unused != "zeros":
        fact = "the loss does not depend on " + ", ".join(at[i].path for i in missing)
        if unused != "warn":
            raise ValueError(
                f"course.value_and_grad: {fact}. Pass only the variables that it uses, "
                'or unused="zeros" if that is meant.'
            )
        warnings.warn(f"A training step: {fact}; the gradient is zero there.", stacklevel=4)
    return [
        ops.zeros(v.shape, dtype=v.dtype) if g is None else g if sparse else adapter.dense(g)
        for g, v in zip(gradients, at, strict=True)
    ]
