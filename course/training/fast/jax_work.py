"""Which steps are worth more optimizations, where JAX is told to compile with few of them (``course.processes``).

A step without optimizations is compiled in a third of the time, and what XLA computes by code of its own then takes
several times as long. What optimizing adds is about a millisecond for each operation of the program. What it saves in
each run is about a nanosecond for each element of a result, and four for each product of a convolution that XLA
computes by such code; matrix products and larger convolutions are calls of a library. (XLA of jaxlib 0.10.2, steps of
units 5, 6, 7 and 10 on two cores.) The program and the number of runs alone decide, no measured time, so that two runs
of one experiment have the same numbers.
"""

import math
from itertools import chain

import jax
from jax.extend import core

from course.processes import xla_flags

SECONDS_PER_OPERATION = 1e-3  # to optimize it
SECONDS_PER_ELEMENT, SECONDS_PER_PRODUCT = 1e-9, 4e-9  # saved in each run
SMALL = 500_000  # products of a convolution below which XLA does not call a library


class Step:
    """A step that is compiled when its first batch is there: then its work is known.

    Args:
        f: a function of arrays.
        runs: how often it will be called, as far as that is known.
        options: those of ``jax.jit``.
    """

    def __init__(self, f, runs, **options):
        self._f, self._runs, self._options = f, runs, options
        self._compiled = None

    def compiled_for(self, *args):
        """``jax.jit`` of the step, with more optimizations if they save more time than they take."""
        if self._compiled is None:
            # JAX keeps what it has traced: the first call does not trace again.
            traced = jax.jit(self._f, **self._options).trace(*args)
            more = xla_flags.MORE if is_worth_it(traced.jaxpr.jaxpr, self._runs) else None
            self._compiled = jax.jit(self._f, compiler_options=more, **self._options)
        return self._compiled

    def __call__(self, *args):
        """The compiled step, for a loop that does not ask for it: one whose plan was made without the fast paths."""
        return self.compiled_for(*args)(*args)


def is_worth_it(jaxpr, runs):
    """Whether optimizing a program saves more time in so many runs than it takes."""
    seconds, operations = work(jaxpr)
    return runs * seconds > SECONDS_PER_OPERATION * operations


def work(jaxpr):
    """The seconds that optimizing would save in each run, and the number of operations in the program."""
    seconds, operations = 0.0, 0
    for equation in jaxpr.eqns:
        inner = list(chain.from_iterable(map(_programs, equation.params.values())))
        rounds = equation.params.get("length", 1) if equation.primitive.name == "scan" else 1
        for seconds_inside, operations_inside in map(work, inner):
            seconds += rounds * seconds_inside
            operations += operations_inside
        if not inner:
            seconds += _seconds(equation)
            operations += 1
    return seconds, operations


def _seconds(equation):
    if equation.primitive.name == "conv_general_dilated":
        return SECONDS_PER_PRODUCT * _products_of_own_code(equation)
    if equation.primitive.name == "dot_general":
        return 0.0
    window = math.prod(equation.params.get("window_dimensions") or (1,))
    return SECONDS_PER_ELEMENT * window * sum(_elements(result) for result in equation.outvars)


def _products_of_own_code(equation):
    image, kernel = (v.aval.shape for v in equation.invars)
    numbers = equation.params["dimension_numbers"]
    outputs, _, *window = (kernel[axis] for axis in numbers.rhs_spec)
    products = _elements(equation.outvars[0]) * math.prod(kernel) // max(outputs, 1)
    # a derivative swaps images and channels
    one_channel = 1 in (image[axis] for axis in numbers.lhs_spec[:2])
    own = len(window) == 2 and math.prod(window) > 1 and (one_channel or products < SMALL)
    return products if own else 0


def _elements(variable):
    return math.prod(getattr(variable.aval, "shape", ()))


def _programs(value):
    """The programs in a parameter of an operation."""
    if isinstance(value, core.ClosedJaxpr):
        return [value.jaxpr]
    if isinstance(value, core.Jaxpr):
        return [value]
    return [p for item in value for p in _programs(item)] if isinstance(value, tuple | list) else []
