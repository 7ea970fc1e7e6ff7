"""Files that take the traps apart find no derivative behind them: the process of one file holds none any more."""

import keras
import numpy as np
import pytest

from course.grading.errors import CandidateError
from tests.course.grading.conftest import workers  # noqa: F401
from tests.security.test_forbidden_routes import names_of, session  # noqa: F401

SERVER = """
def server():
    def run():
        frame = generator.gi_frame.f_back
        while type(frame.f_locals.get("self")).__name__ != "CandidateServer":
            frame = frame.f_back
        yield frame.f_locals["self"]
    generator = run()
    return next(generator)
"""
COMMON = """
import dis
import functools
import sys
import threading
import traceback

import keras
import numpy as np
from keras import ops

import course

GRAD = getattr(course, "gr" + "ad")


def f(x):
    return ops.sum(x * x)

def leaf(x):
    return x.clone().requires_grad_(True)

def use(g, x):
    return g(f)(x)

def in_the_code(x):
    guards = [c for c in dis.Bytecode(GRAD).codeobj.co_consts if type(c).__name__ == "Guard"]
    return use(object.__getattribute__(guards[0], "_original"), x)

def in_a_traceback(x):
    try:
        use(GRAD, x)
    except Exception as error:
        owners = [frame.f_locals.get("self") for frame, _ in traceback.walk_tb(error.__traceback__)]
        guard = next(owner for owner in owners if type(owner).__name__ == "Guard")
        return use(object.__getattribute__(guard, "_original"), x)

def by_a_profiler_of_threads(x):
    seen = []
    threading.setprofile(lambda frame, event, argument: seen.append(frame.f_locals.get("self")))
    thread = threading.Thread(target=lambda: use(GRAD, x))
    thread.start()
    thread.join()
    guard = next(owner for owner in seen if type(owner).__name__ == "Guard")
    return use(object.__getattribute__(guard, "_original"), x)

def by_another_hook(x):
    heard = []
    sys.addaudithook(lambda event, arguments: heard.append(event))
    sys.audit("a word")
    return heard[0]

def with_the_names_of_a_library(x):
    np.stolen = GRAD
    exec(compile("def g(f, x):\\n    return stolen(f)(x)", np.__file__, "exec"), vars(np))
    return np.g(f, x)

def inside_of_a_library(x):
    return keras.layers.Lambda(functools.partial(GRAD, f)).call(0)(x)

def with_other_callers(x):
    import course.grading.sandbox.traps as traps
    traps.called_by_candidate = traps.anywhere = lambda *a, **k: False
    return use(GRAD, x)

def with_another_guard(x):
    from course.grading.sandbox import guard
    guard.Guard.__call__ = lambda self, args, kwargs: self._original(*args, **kwargs)
    return use(GRAD, x)

def by_the_finder(x):
    finder = next(m for m in sys.meta_path if hasattr(m, "set_traps"))
    finder.set_traps.__self__.set((), "")
    return use(GRAD, x)

def by_the_frames_of_a_generator(x):
    server()._traps.set((), "")
    return use(GRAD, x)
"""
APART = {
    "jax": """
import jax
import jax.numpy as jnp
from jax._src import core
from jax._src.interpreters import ad


def minimized(x):
    from jax._src.scipy.optimize import bfgs
    return bfgs.minimize_bfgs(f, x, maxiter=0).g_k

def on_a_line(x):
    from jax._src.scipy.optimize.line_search import line_search
    return line_search(f, x, -x).g_k

def checked(x):
    import jax.test_util
    jax.test_util.check_grads(f, (x,), order=1)
    return x

def of_optax(x):
    import optax
    return optax.value_and_grad_from_state(f)(x, state=optax.lbfgs().init(x))[1]

def second_order_of_optax(x):
    from optax import second_order
    return second_order.hvp(lambda p, *_: f(p), x, x, x, x)

def tangents(x):
    with core.take_current_trace() as parent:
        trace = ad.JVPTrace(parent, core.TraceTag())
        with core.set_current_trace(trace):
            return f(ad.JVPTracer(trace, x, jnp.ones_like(x))).tangent

def tangents_without_init(x):
    with core.take_current_trace() as parent:
        trace = object.__new__(ad.JVPTrace)
        core.Trace.__init__(trace)
        trace.parent_trace, trace.tag, trace.requires_low = parent, core.TraceTag(), False
        tracer = object.__new__(ad.JVPTracer)
        core.Tracer.__init__(tracer, trace, jax.typeof(x))
        tracer.primal, tracer.tangent = x, jnp.ones_like(x)
        with core.set_current_trace(trace):
            return f(tracer).tangent

def table(x):
    return ad.primitive_jvps[jax.lax.mul_p]((x, x), (jnp.ones_like(x), jnp.ones_like(x)))[1]

def table_of_jet(x):
    from jax.experimental import jet
    return jet.jet_rules[jax.lax.mul_p]((x, x), ([x], [x]))[1]

def transposed(x):
    return ad.primitive_transposes[jax.lax.neg_p](x, ad.UndefinedPrimal(jax.typeof(x)))[0]
""",
    "torch": """
import _imp
import _thread
import importlib.machinery
import torch

ONE, ENGINE = torch.tensor(1.0), (False, False)


def run(engine, x):
    x = leaf(x)
    return engine.run_backward((f(x),), (ONE,), *ENGINE, (x,), True, False)[0]

def behind_a_trap(x):
    return run(object.__getattribute__(torch.autograd.Variable._execution_engine, "_Trap__function"), x)

def new_engine(x):
    return run(torch._C._ImperativeEngine(), x)

def switched_on(x):
    with torch.enable_grad():
        return run(torch._C._ImperativeEngine(), x)

def no_inference(x):
    with torch.inference_mode(False):
        return run(torch._C._ImperativeEngine(), x)

def in_a_new_thread(x):
    start = next(c.cell_contents for c in _thread.start_new_thread.__closure__ if "built" in repr(c.cell_contents))
    return in_thread(start, x)

def in_a_thread_of_a_new_module(x):
    spec = importlib.machinery.ModuleSpec("_thread", None)
    return in_thread(_imp.create_builtin(spec).start_new_thread, x)

def in_thread(start, x):
    out, done = [], threading.Event()
    def work():
        try:
            out.append(run(torch._C._ImperativeEngine(), x))
        finally:
            done.set()
    start(work, ())
    done.wait(20)
    return out[0]

def other_mode(x):
    for mode in torch.overrides._get_current_function_mode_stack():
        type(mode).__torch_function__ = lambda self, f, types, args=(), kwargs=None: f(*args, **(kwargs or {}))
    return f(leaf(x)).grad_fn(ONE)

def without_modes(x):
    with object.__getattribute__(torch._C.DisableTorchFunction, "_Trap__function")():
        return f(leaf(x)).grad_fn(ONE)

def dual(x):
    torch._C._enter_dual_level()
    return torch._VF._unpack_dual(f(torch._VF._make_dual(x, x, 0)), 0)[1]
""",
    "tensorflow": """
import importlib
import tensorflow as tf
from tensorflow.python import pywrap_tfe
from tensorflow.python.eager import backprop, forwardprop
from tensorflow.python.framework import ops as framework


def tape_without_init(x):
    tape = tf.GradientTape.__new__(tf.GradientTape)
    tape._tape, tape._persistent, tape._watch_accessed_variables, tape._recording = None, False, True, False
    with tape:
        tape.watch(x)
        y = f(x)
    return tape.gradient(y, x)

def init_in_a_closure(x):
    cells = [c.cell_contents for c in tf.GradientTape.__init__.__closure__]
    init = next(c for c in cells if getattr(c, "__name__", "") == "__init__")
    tape = tf.GradientTape.__new__(tf.GradientTape)
    init(tape)
    with tape:
        tape.watch(x)
        y = f(x)
    return tape.gradient(y, x)

def raw_tape(x):
    return on_tape(object.__getattribute__(pywrap_tfe.TFE_Py_TapeGradient, "_Trap__function"), x)

def on_tape(gradient, x):
    tape = pywrap_tfe.TFE_Py_TapeSetNew(False, True)
    pywrap_tfe.TFE_Py_TapeWatch(tape, x)
    y = f(x)
    pywrap_tfe.TFE_Py_TapeSetRemove(tape)
    return gradient(tape._handle if hasattr(tape, "_handle") else tape, [y], [x], None, None, "zero")[0]

def accumulator(x):
    forward = pywrap_tfe.TFE_Py_ForwardAccumulatorNew(False)
    pywrap_tfe.TFE_Py_ForwardAccumulatorSetAdd(forward)
    pywrap_tfe.TFE_Py_ForwardAccumulatorWatch(forward, x, tf.ones_like(x))
    y = f(x)
    pywrap_tfe.TFE_Py_ForwardAccumulatorSetRemove(forward)
    return pywrap_tfe.TFE_Py_ForwardAccumulatorJVP(forward, y)

def registry(x):
    return framework.gradient_registry.lookup("Square")

def one_operation(x):
    return backprop._gradient_function("Square", (), 1, [x], [x * x], [tf.ones_like(x)], [False], False)[0]

def tangent_of_one_operation(x):
    return forwardprop._jvp_helper("Mul", (), [x, x], [x * x], [x, x])[0]

def old_optimizer(x):
    v = tf.Variable(x)
    return tf.compat.v1.train.GradientDescentOptimizer(1.0).compute_gradients(lambda: f(v), [v])[0][0]

def minimized(x):
    v = tf.Variable(x)
    tf.compat.v1.train.GradientDescentOptimizer(1.0).minimize(lambda: f(v), var_list=[v])
    return v

def in_parallel(x):
    from tensorflow.python.ops.parallel_for import gradients
    return tf.function(lambda y: gradients.jacobian(f(y), y))(x)
""",
}
HELPERS = {"server", "use", "run", "on_tape", "in_thread"}
# these ways need no trap, so they work if nothing is forbidden
FREE = {
    "jax": ("minimized", "on_a_line", "checked", "of_optax", "tangents", "tangents_without_init", "table"),
    "torch": ("new_engine", "switched_on", "in_a_thread_of_a_new_module"),
    "tensorflow": (
        "tape_without_init",
        "accumulator",
        "registry",
        "one_operation",
        "old_optimizer",
        "in_parallel",
    ),
}
X = np.ones(3, "float32")


def attacks():
    backend = APART[keras.config.backend()]
    return [name for name in (*names_of(backend), *names_of(COMMON)) if name not in HELPERS]


def test_files_that_take_the_traps_apart_find_no_derivative(session):  # noqa: F811
    """One process for all: what one of them has destroyed helps none of the others."""
    asked = session(SERVER + COMMON + APART[keras.config.backend()], "@autodiff")
    for name in attacks():
        with pytest.raises(CandidateError) as caught:
            pytest.fail(f"{name} returned {getattr(asked.candidate, name)(X)}")
        assert caught.value.kind not in ("NameError", "SyntaxError", "ModuleNotFoundError"), (
            f"{name}: {caught.value}"
        )


def test_these_ways_work_if_nothing_is_forbidden(session):  # noqa: F811
    asked = session(SERVER + COMMON + APART[keras.config.backend()])
    for name in ("inside_of_a_library", "with_the_names_of_a_library", *FREE[keras.config.backend()]):
        getattr(asked.candidate, name)(X)


@pytest.mark.skipif(keras.config.backend() != "torch", reason="the functions are torch's")
def test_honest_files_use_torch_without_a_record(session):  # noqa: F811
    source = """
import threading
import torch

def answer(x):
    with torch.no_grad():
        y = x * 2
    with torch.inference_mode():
        z = y + 1
    out = []
    thread = threading.Thread(target=lambda: out.append(z - 1))
    thread.start()
    thread.join()
    repr(torch.nn.Linear(3, 3)(x))
    return out[0].requires_grad_(False) + x.clone().requires_grad_(True)
"""
    asked = session(source, "@autodiff")
    np.testing.assert_array_equal(asked.candidate.answer(X), 3 * X)
    assert not asked.forbidden_calls
