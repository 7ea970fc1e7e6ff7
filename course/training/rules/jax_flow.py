"""Assignments inside ``ops.cond``, ``switch``, ``while_loop``, ``fori_loop``, ``scan``, ``map`` and ``remat`` on JAX.

JAX runs a branch or the body of a loop once, on stand-ins for values that mean nothing outside of it; TensorFlow and
torch assign where the code says so. To mean the same here, the variables that such a function assigns are found by a
run on shapes alone. Their values then go through the branch or the loop beside its own results, and what comes out is
assigned. Nothing changes for functions that assign nothing.

What is relied on of Keras: ``keras.ops`` calls the functions of ``keras.src.backend.jax.core`` that have these names.
"""

import contextlib

import jax
from keras.src import backend
from keras.src.backend.jax import core

from course.context import set_attribute
from course.training.state import Scope

_keras = {
    name: getattr(core, name)
    for name in (
        "cond", "switch", "while_loop", "fori_loop", "scan", "map", "vectorized_map", "associative_scan", "remat",
    )
}  # fmt: skip


@contextlib.contextmanager
def with_assignments():
    """While this lasts, and within a scope, the functions named above may assign variables."""
    with contextlib.ExitStack() as stack:
        for name in _keras:
            stack.enter_context(set_attribute(core, name, globals()[name]))
        yield


def cond(pred, true_fn, false_fn):
    """One of two functions, of which each leaves alone what only the other assigns."""
    variables = _assigned("cond", [true_fn, false_fn])
    branches = [lambda f=f: _run(f, (), variables) for f in (true_fn, false_fn)]
    return _take(variables, _keras["cond"](_tensors(pred), *branches))


def switch(index, branches, *operands):
    """One of several functions."""
    operands = _tensors(operands)
    variables = _assigned("switch", branches, *operands)
    threaded = [lambda *args, f=f: _run(f, args, variables) for f in branches]
    return _take(variables, _keras["switch"](_tensors(index), threaded, *operands))


def while_loop(cond, body, loop_vars, maximum_iterations=None):
    """What the body assigns is seen by its next turn, and by the condition."""
    alone = not isinstance(loop_vars, (tuple, list))
    state = _tensors((loop_vars,) if alone else tuple(loop_vars))
    variables = _assigned("while_loop", [body], *state)
    _refuse("while_loop", "its condition", [cond], *state)

    def goes_on(state, values):
        with Scope(variables, values):
            return _tensors(cond(*state))

    def turn(state, values):
        result, values = _run(body, state, variables, values)
        return tuple(result) if isinstance(result, (tuple, list)) else (result,), values

    start = (state, _values(variables))
    result = _take(variables, _keras["while_loop"](goes_on, turn, start, maximum_iterations))
    return result[0] if alone else result


def fori_loop(lower, upper, body_fun, init_val):
    """A loop that counts."""
    init_val = _tensors(init_val)
    variables = _assigned("fori_loop", [body_fun], 0, init_val)
    start = (init_val, _values(variables))
    turn = lambda i, state: _run(body_fun, (i, state[0]), variables, state[1])  # noqa: E731
    return _take(variables, _keras["fori_loop"](_tensors(lower), _tensors(upper), turn, start))


def scan(f, init, xs=None, length=None, reverse=False, unroll=1):
    """A loop over the first axis of ``xs``."""
    init, xs = _tensors(init), _tensors(xs)
    variables = _assigned("scan", [f], init, _first(xs))

    def turn(state, x):
        (carry, y), values = _run(f, (state[0], x), variables, state[1])
        return (carry, values), y

    state, ys = _keras["scan"](turn, (init, _values(variables)), xs, length, reverse, unroll)
    return _take(variables, state), ys


def map(f, xs):
    """One element after the other."""
    return scan(lambda carry, x: (carry, f(x)), (), xs)[1]


def vectorized_map(function, elements):
    """All elements at once: there is no order in which they could assign."""
    elements = _tensors(elements)
    _refuse("vectorized_map", "its function", [function], _first(elements))
    return _keras["vectorized_map"](function, elements)


def associative_scan(f, elems, reverse=False, axis=0):
    """In no particular order either."""
    elems = _tensors(elems)
    _refuse("associative_scan", "its function", [f], elems, elems)
    return _keras["associative_scan"](f, elems, reverse, axis)


def remat(f):
    """What is computed twice is assigned once."""

    def run(*args, **kwargs):
        def call():
            return f(*args, **kwargs)

        variables = _assigned("remat", [call])
        return _take(variables, _keras["remat"](lambda: _run(call, (), variables))())

    return run


def _assigned(name, functions, *args):
    """The variables that functions of these arguments assign."""
    found = {}

    def find(*args):
        for f in functions:
            with Scope() as scope:
                losses = len(scope.losses)
                f(*args)
            found.update(scope.written)
            if len(scope.losses) > losses:
                raise ValueError(
                    f"ops.{name}: a layer that is called inside adds a loss (add_loss, or a regularizer of activity), "
                    "which JAX cannot take out of there: call the layer outside, or return the loss."
                )

    jax.eval_shape(find, *args)
    return list(found.values())


def _refuse(name, which, functions, *args):
    assigned = _assigned(name, functions, *args)
    if assigned:
        raise ValueError(
            f"ops.{name}: {which} assigns {', '.join(v.path for v in assigned)}, which has no meaning there. "
            "Return the value and assign it outside."
        )


def _run(f, args, variables, values=None):
    """The result of ``f``, and the values that the variables have after it; before it they have these."""
    with Scope(*((variables, values) if values is not None else ())):
        return _tensors(f(*args)), _values(variables)


def _values(variables):
    """The values that variables have now, in their own dtypes."""
    scope = backend.get_stateless_scope()
    return [_value(v, scope.get_current_value(v)) for v in variables]


def _value(variable, value):
    # Keras's own scope knows only what was assigned; and in a run that only builds a variable may have no value yet.
    value = variable._value if value is None else value
    return variable._initializer(variable.shape, dtype=variable.dtype) if value is None else value


def _take(variables, result):
    """Assign what came out, and return the rest."""
    result, values = result
    for update in zip(variables, values, strict=True):
        backend.get_stateless_scope().add_update(update)
    return result


def _tensors(x):
    """A tree in which variables are their values."""
    return jax.tree.map(lambda leaf: leaf.value if hasattr(leaf, "assign") else leaf, x)


def _first(xs):
    return jax.tree.map(lambda x: jax.ShapeDtypeStruct(x.shape[1:], x.dtype), xs)
