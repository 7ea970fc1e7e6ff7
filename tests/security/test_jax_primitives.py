"""JAX's own objects are no way to a forbidden operation: primitives, lowering rules, and equations of programs."""

import numpy as np
import pytest

from course.grading.errors import CandidateError
from tests.course.grading.conftest import workers  # noqa: F401
from tests.security.test_forbidden_routes import names_of, session  # noqa: F401

pytestmark = pytest.mark.needs_backend("jax")
Z = np.array([[1, 2, 3.5], [0, -1, 2]], "float32")
HELPERS = """
import contextlib
import copy

import jax
import jax.numpy as jnp
import numpy as np
from jax._src import core, dispatch
from jax._src.interpreters import mlir
from jax._src.lax import lax, linalg

SETTINGS = dict(full_matrices=False, compute_uv=True, subset_by_index=None, algorithm=None)
TABLES = mlir._lowerings, *mlir._platform_specific_lowerings.values()


@contextlib.contextmanager
def named(name):
    linalg.svd_p.name, before = name, linalg.svd_p.name
    try:
        yield linalg.svd_p
    finally:
        linalg.svd_p.name = before


def own(name):
    made = core.Primitive(name)
    made.multiple_results, made.abstract_eval = True, linalg.svd_p.abstract_eval
    return made


def with_rule_of_svd(primitive):
    for table in TABLES:
        if linalg.svd_p in table:
            table[primitive] = table[linalg.svd_p]
    return primitive


def equation_of_svd(z):
    found = []

    def search(program):
        for equation in program.eqns:
            found.extend([equation] * (equation.primitive is linalg.svd_p))
            for value in equation.params.values():
                value = getattr(value, "jaxpr", value)
                if hasattr(value, "eqns"):
                    search(value)

    search(jax.make_jaxpr(lambda x: jnp.linalg.norm(x, "nuc"))(z).jaxpr)
    return found[0]
"""
HELPER_NAMES = "named", "own", "with_rule_of_svd", "equation_of_svd"
WAYS = """

def plain(z):
    return linalg.svd_p.bind(z, **SETTINGS)

def with_another_name(z):
    with named("harmless") as primitive:
        return primitive.bind(z, **SETTINGS)

def with_a_name_of_another_class(z):
    with named(type("Text", (str,), {})("svd")) as primitive:
        return primitive.bind(z, **SETTINGS)

def copied(z):
    primitive = copy.copy(linalg.svd_p)
    primitive.name = "harmless"
    return primitive.bind(z, **SETTINGS)

def one_of_ones_own(z):
    primitive = with_rule_of_svd(own("mine"))
    return jax.jit(lambda x: primitive.bind(x, **SETTINGS))(z)

def rule_for_another(z):
    sine = lax.sin_p
    before, rules = sine.abstract_eval, [(table, table.get(sine)) for table in TABLES]
    for table in TABLES:
        table.pop(sine, None)
    with_rule_of_svd(sine)
    sine.multiple_results, sine.abstract_eval = True, linalg.svd_p.abstract_eval
    try:
        return jax.jit(lambda x: sine.bind(x, **SETTINGS))(z)
    finally:
        sine.multiple_results, sine.abstract_eval = False, before
        for table, rule in rules:
            table.pop(sine, None)
            if rule is not None:
                table[sine] = rule

def trace(z):
    return core.eval_trace.process_primitive(linalg.svd_p, (z,), SETTINGS)

def implementation(z):
    return linalg.svd_p.impl(z, **SETTINGS)

def callable_of_xla(z):
    return dispatch.xla_primitive_callable(linalg.svd_p, **SETTINGS)(z)

def replaced_in_an_equation(z):
    program = jax.make_jaxpr(lambda x: jnp.linalg.qr(x))(z).jaxpr
    dummy = program.eqns[0].replace(primitive=linalg.svd_p)
    return core.eval_jaxpr(equation_program(dummy), [], z)

def equation_program(equation):
    info = jax.make_jaxpr(lambda x: x)(np.zeros(1)).jaxpr.debug_info
    return core.Jaxpr([], equation.invars, equation.outvars, [equation], debug_info=info)

def equation_of_another_program(z):
    return core.eval_jaxpr(equation_program(equation_of_svd(z)), [], z)
"""
HONEST = """

def norm(z):
    return jnp.linalg.norm(z, "nuc")[None]

def norms_of_a_batch(z):
    return jax.vmap(lambda x: jnp.linalg.norm(x, "nuc"))(z[None])

def norm_in_a_program(z):
    return jax.jit(lambda x: jnp.linalg.norm(x, "nuc"))(z)[None]

def derivative_in_a_loop(z):
    ones = jax.lax.scan(lambda total, x: (total + x, x), 0.0, jax.grad(lambda x: jnp.tanh(x).sum())(z).ravel())[1]
    return jnp.linalg.norm(z, "nuc")[None] + 0 * ones[:1]
"""


def source(ways):
    return HELPERS + ways


def asked_for(ways):
    return [name for name in names_of(ways) if name not in (*HELPER_NAMES, "equation_program")]


def test_no_way_to_the_operation(session):  # noqa: F811
    asked = session(source(WAYS), "*.svd")
    for name in asked_for(WAYS):
        asked.forbidden_calls.clear()
        with pytest.raises(CandidateError) as caught:
            pytest.fail(f"{name} returned {getattr(asked.candidate, name)(Z)}")
        assert caught.value.kind == "ForbiddenShortcut", f"{name}: {caught.value}"
        assert asked.forbidden_calls, name


def test_these_ways_work_if_another_name_is_forbidden(session):  # noqa: F811
    asked = session(source(WAYS), "*.cholesky")
    values = np.linalg.svd(Z)[1]
    for name in asked_for(WAYS):
        if name not in ("copied", "one_of_ones_own", "replaced_in_an_equation"):
            np.testing.assert_allclose(getattr(asked.candidate, name)(Z)[0], values, rtol=1e-5, err_msg=name)


def test_libraries_run_it_for_their_own_purposes(session):  # noqa: F811
    asked = session(source(HONEST), "*.svd")
    for name in asked_for(HONEST):
        got = getattr(asked.candidate, name)(Z)
        np.testing.assert_allclose(got, [np.linalg.norm(Z, "nuc")], rtol=1e-5, err_msg=name)
    assert not asked.forbidden_calls
