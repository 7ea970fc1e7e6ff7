"""A torch step as a captured graph: captured once for each shape of batch, then replayed without the Python around it.

Torch runs each operation when Python reaches it, and between two operations of a Keras step lie some hundred lines of
Python: on small models they take as long as the arithmetic. JAX and TensorFlow run those lines once, while they
compile. Here they run once too: ``make_fx`` runs the step on tensors without numbers (fake tensors) and writes down
the operations, derivatives and updates included. What is replayed are torch's own eager kernels in the same order,
fewer of them (``torch_passes``), so nothing has to be compiled and the numbers stay those of the step as written, but
for rounding.

A step is captured when ``WARM_UP`` steps have been done; short runs never pay for it. The count is the optimizer's, so
that a run that is resumed takes the same way, and ends with the same bits, as one that was not interrupted. To capture
a step takes as long as some dozens of steps as written, and most evaluations have a few batches: so the step of
``evaluate`` waits until it has also seen ``WARM_UP`` batches of one shape. With ``compile(steps_per_execution=n)``
every step is captured at once, that of ``predict`` too. What cannot be captured (numbers that leave the tensors:
``float(loss)``, ``ops.convert_to_numpy``; operations that have no fake version) runs as written;
``CapturedStep.reason`` and Python's logging (level INFO) say why. As on the other two backends, Python's side effects
(printing, counting) happen only while the step runs as written; ``compile(run_eagerly=True)`` keeps it so.
"""

import contextlib
import logging
import warnings
from collections import Counter

import torch
from keras.src.backend.torch import core as keras_core
from keras.src.backend.torch import nn as keras_nn
from keras.src.backend.torch import random as keras_random
from keras.src.backend.torch.core import convert_to_tensor
from keras.src.random.seed_generator import draw_seed
from torch.fx.experimental.proxy_tensor import make_fx

from course.context import set_attribute
from course.training.fast import torch_cond, torch_passes, torch_while
from course.training.rules import torch_state
from course.training.rules.torch_tree import flatten, rebuild
from course.training.state import Scope

log = logging.getLogger(__name__)

WARM_UP = 20
MOST = 8  # shapes of batches; a ninth and later ones run as written
DRAWS = ("normal", "categorical", "uniform", "randint", "dropout", "shuffle")


class CapturedStep:
    """A step that is captured as a graph when it has run often.

    Args:
        step: ``batch → logs``, on Keras variables, to be captured.
        variables: a function that lists every variable that the step may read or assign.
        done: a function that says how many steps were done before, in this run or in the one that it resumes.
        as_written: the step as it runs when it is not captured.
        first: how many batches of a shape run as written before that shape is captured.
    """

    def __init__(self, step, variables, done, as_written=None, first=0):
        self.step = step
        self.as_written = as_written or step
        self.variables = variables
        self.done = done
        self.first = first
        self.seen = Counter()
        self.graphs = {}
        self.reason = None

    def __call__(self, data):
        """The logs of a step on this batch."""
        leaves, structure = flatten(data)
        key = (structure, *((x.shape, x.dtype, x.stride()) for x in leaves))
        graph = self.graphs.get(key)
        if graph is None and self._is_due(key):
            try:
                graph = self.graphs[key] = capture(self.step, self.variables(), leaves, structure)
            except Exception as error:
                # The step as written is the truth: if it is at fault itself, it says so below.
                self.reason = f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"
                log.info("The step runs as written and is not captured as a graph: %s", self.reason)
        return self.as_written(data) if graph is None else graph(leaves)

    def _is_due(self, key):
        if self.reason is not None or len(self.graphs) >= MOST or self.done() < WARM_UP:
            return False
        self.seen[key] += 1
        return self.seen[key] > self.first


def capture(step, variables, leaves, structure):
    """Captures ``step`` on a batch like this one; return a function of a batch's leaves that returns its logs."""
    variables = list({id(v): v for v in variables}.values())
    known = {id(v): i for i, v in enumerate(variables)}
    logs_structure = None

    def pure(*flat):
        values, batch = flat[: len(variables)], flat[len(variables) :]
        nonlocal logs_structure
        with Scope(variables, values) as scope:
            logs, logs_structure = flatten(step(rebuild(structure, batch)))
        strays = [v.path for v in scope.written.values() if id(v) not in known]
        if strays:
            raise ValueError(f"the step assigns variables that the model does not own: {', '.join(strays)}")
        written, updates = scope.updates()
        logs = [x.clone() for x in logs]
        torch_state.write([values[known[id(v)]] for v in written], updates, values)
        return logs

    inputs = [v._value for v in variables] + list(leaves)
    loops = []
    with warnings.catch_warnings(), torch.no_grad(), _capturable(loops):
        warnings.simplefilter("ignore")
        graph = make_fx(pure, tracing_mode="fake", _allow_non_fake_inputs=True)(*inputs)
    torch_while.check_all_known(graph)
    for finish in loops:
        finish(torch_passes.optimize)
    module = torch_passes.optimize(graph)
    run = module.forward

    def replay(leaves):
        with torch._C._AutoDispatchBelowAutograd():  # nothing is differentiated any more
            return rebuild(logs_structure, run(*[v._value for v in variables], *leaves))

    replay.module = module
    return replay


# Random draws. Keras makes a generator for every draw and seeds it with a number: a number cannot be captured. The same
# numbers come from torch's own generator when it is given the seed for the time of the draw, and that can.

_library = torch.library.Library("medl", "DEF")
_library.define("seed(Tensor seed) -> ()")
_library.define("unseed() -> ()")
_states = []


def _seed(seed):
    _states.append(torch.get_rng_state())
    # torch.manual_seed seeds every kind of device, and for those that are missing it keeps a traceback each time,
    # which takes as long as a small layer.
    seed_all = torch.manual_seed if torch.accelerator.is_available() else torch.default_generator.manual_seed
    seed_all(int(seed) & 0xFFFFFFFF)


def _unseed():
    torch.set_rng_state(_states.pop())


_library.impl("seed", _seed, "CompositeExplicitAutograd")
_library.impl("unseed", _unseed, "CompositeExplicitAutograd")
torch.library.register_fake("medl::seed", lambda seed: None, lib=_library)
torch.library.register_fake("medl::unseed", lambda: None, lib=_library)
for _name in ("seed", "unseed"):
    torch.fx.node.has_side_effect(getattr(torch.ops.medl, _name).default)


@contextlib.contextmanager
def _capturable(loops):
    seeded = []

    def generator(seed):
        first, second = draw_seed(seed)
        torch.ops.medl.seed(first + second)
        seeded.append(True)

    def wrapped(draw):
        def run(*args, **kwargs):
            before = len(seeded)
            result = draw(*args, **kwargs)
            for _ in seeded[before:]:
                torch.ops.medl.unseed()
            return result

        return run

    with contextlib.ExitStack() as stack:
        stack.enter_context(set_attribute(keras_random, "torch_seed_generator", generator))
        for name in DRAWS:
            stack.enter_context(set_attribute(keras_random, name, wrapped(getattr(keras_random, name))))
        stack.enter_context(set_attribute(keras_nn, "one_hot", _one_hot(keras_nn.one_hot)))
        stack.enter_context(set_attribute(keras_core, "cond", torch_cond.cond))
        stack.enter_context(set_attribute(keras_core, "while_loop", torch_while.while_loop(loops)))
        yield


def _one_hot(keras_one_hot):
    """Keras's, with one comparison where Keras lets torch's own refuse a negative class and mends that."""

    def one_hot(x, num_classes, axis=-1, dtype=None, sparse=False):
        if axis != -1 or sparse or dtype is None:
            return keras_one_hot(x, num_classes, axis=axis, dtype=dtype, sparse=sparse)
        x = convert_to_tensor(x, dtype=torch.long)
        return convert_to_tensor(x.unsqueeze(-1) == torch.arange(num_classes, device=x.device), dtype=dtype)

    return one_hot
