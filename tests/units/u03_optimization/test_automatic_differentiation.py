import numpy as np
import pytest
from keras import ops

import course
from units.u03_optimization import dual, tape
from units.u03_optimization.dual import Dual
from units.u03_optimization.tape import Tape, unbroadcast

SHAPES = [(3, 4), (4,), (3, 1), ()]


def number(tensor):
    return np.asarray(ops.convert_to_numpy(tensor), "float64")


def apart(got, expected):
    """‖got − expected‖ / ‖expected‖ over a list of arrays."""
    got, expected = ([number(g).ravel() for g in v] for v in (got, expected))
    got, expected = np.concatenate(got), np.concatenate(expected)
    return np.linalg.norm(got - expected) / np.linalg.norm(expected)


def points(shapes, seed=0):
    rng = np.random.default_rng(seed)
    return [rng.normal(size=shape).astype("float32") for shape in shapes]


def check(f, xs, tolerance=1e-6):
    """Forward along a random direction, reverse for all inputs, both against the backend; f(m, *xs) is a scalar.

    All of it in the body of a loop that runs once: where the backend compiles loops, the two modes are compiled too.
    """
    directions = points([x.shape for x in xs], seed=99)

    def once(_, state):
        at = state[0]
        expected = course.grad(lambda *v: f(ops, *v), tuple(range(len(xs))))(*at)
        forward = dual.jvp(lambda *v: f(dual, *v), list(at), directions)
        tape_value, gradients = tape.value_and_grad(lambda *v: f(tape, *v), list(at))
        return at, tuple(expected), tuple(gradients), (f(ops, *at), *forward, tape_value)

    inputs = tuple(map(ops.convert_to_tensor, xs))
    zeros = tuple(map(ops.zeros_like, inputs))
    start = (inputs, zeros, zeros, tuple(ops.zeros(()) for _ in range(4)))
    _, expected, gradients, numbers = ops.fori_loop(0, 1, once, start)
    expected, gradients = ([number(g) for g in v] for v in (expected, gradients))
    value, forward_value, forward_slope, tape_value = map(float, numbers)

    slope = sum(np.sum(g * d) for g, d in zip(expected, directions, strict=True))
    size = np.sqrt(sum(np.sum(g**2) for g in expected) * sum(np.sum(d**2) for d in directions))
    assert abs(forward_value - value) <= tolerance * max(abs(value), 1)
    assert abs(tape_value - value) <= tolerance * max(abs(value), 1)
    assert abs(forward_slope - slope) <= tolerance * size
    assert apart(gradients, expected) <= tolerance
    assert [g.shape for g in gradients] == [x.shape for x in xs]


UNARY = {
    "negative": lambda m, x: m.negative(x),
    "abs": lambda m, x: m.abs(x),
    "square": lambda m, x: m.square(x),
    "sqrt": lambda m, x: m.sqrt(x * x + 0.5),
    "exp": lambda m, x: m.exp(x),
    "log": lambda m, x: m.log(1.5 + x * x),
    "sin": lambda m, x: m.sin(x),
    "cos": lambda m, x: m.cos(x),
    "tanh": lambda m, x: m.tanh(x),
    "sigmoid": lambda m, x: m.sigmoid(x),
    "relu": lambda m, x: m.relu(x),
}
BINARY = {
    "add": lambda m, a, b: m.add(a, b),
    "subtract": lambda m, a, b: m.subtract(a, b),
    "multiply": lambda m, a, b: m.multiply(a, b),
    "divide": lambda m, a, b: m.divide(a, 1 + b * b),
    "power": lambda m, a, b: m.power(1 + a * a, b),
    "maximum": lambda m, a, b: m.maximum(a, b),
}


@pytest.mark.parametrize("name", UNARY)
def test_elementary_functions(name):
    check(lambda m, x: m.sum(m.sin(UNARY[name](m, x))), points([(3, 4)]))


@pytest.mark.parametrize("name", BINARY)
@pytest.mark.parametrize("shapes", [((3, 1), (1, 4)), ((), (3, 4))])
def test_elementary_functions_of_two_with_broadcasting(name, shapes):
    check(lambda m, a, b: m.sum(m.sin(BINARY[name](m, a, b))), points(shapes))


@pytest.mark.parametrize(
    "shapes", [((3, 4), (4, 2)), ((2, 3, 4), (4, 2)), ((4,), (4, 2)), ((3, 4), (4,)), ((4,), (4,))]
)
def test_products_of_matrices(shapes):
    check(lambda m, a, b: m.sum(m.sin(m.matmul(a, b))), points(shapes))


def test_products_with_a_constant():
    A, B = points([(3, 4), (4, 2)])
    check(lambda m, a: m.sum(m.sin(m.matmul(a, B))), [A])
    check(lambda m, b: m.sum(m.sin(m.matmul(A, b))), [B])


@pytest.mark.parametrize("name", ["sum", "mean", "max"])
@pytest.mark.parametrize("options", [{}, {"axis": 0}, {"axis": -1, "keepdims": True}, {"axis": (0, 2)}])
def test_reductions(name, options):
    check(lambda m, x: m.sum(m.sin(getattr(m, name)(x, **options))), points([(2, 3, 4)]))


def test_reshape_and_transpose():
    weights = points([(4, 2), (3, 8), (4, 2, 3)], seed=5)
    check(lambda m, x: m.sum(m.multiply(m.transpose(x * x), weights[0])), points([(2, 4)]))
    check(lambda m, x: m.sum(m.multiply(m.reshape(x * x, (3, -1)), weights[1])), points([(2, 3, 4)]))
    check(lambda m, x: m.sum(m.multiply(m.transpose(x * x, (2, 0, 1)), weights[2])), points([(2, 3, 4)]))


@pytest.mark.parametrize(
    "key",
    [
        0,
        slice(1, None),
        (slice(None), 2),
        (Ellipsis, slice(None, None, -1)),
        ([0, 2, 0], [1, 1, 1]),
        (None, 1),
    ],
)
def test_parts_against_numpy_and_by_hand(key):
    """x[key] may name a place more than once: then its derivatives add up."""
    (x,) = points([(3, 4)])
    weights = np.cos(np.arange(np.size(x[key]))).reshape(np.shape(x[key])).astype("float32")
    expected = np.zeros((3, 4))
    np.add.at(expected, key, weights * 2 * x[key])
    _, (got,) = tape.value_and_grad(lambda v: tape.sum((v * v)[key] * weights), [x])
    np.testing.assert_allclose(number(got), expected, rtol=1e-6)
    (direction,) = points([(3, 4)], seed=1)
    value, along = dual.jvp(lambda v: dual.sum((v * v)[key] * weights), [x], [direction])
    assert float(value) == pytest.approx(np.sum(x[key] ** 2 * weights), rel=1e-5, abs=1e-5)
    assert float(along) == pytest.approx(np.sum(expected * direction), rel=1e-5, abs=1e-5)


def random_program(seed):
    """Eight random operations on four inputs of different shapes; each result is kept within bounds."""
    rng = np.random.default_rng(seed)
    unary, binary = list(UNARY.values()), list(BINARY.values())
    plan = [(rng.uniform() < 0.5, rng.integers(99), rng.integers(99), rng.integers(99)) for _ in range(8)]

    def f(m, *xs):
        values = list(xs)
        for one, which, first, second in plan:
            a, b = values[-1 - first % 4], values[-1 - second % len(values)]
            made = unary[which % len(unary)](m, a) if one else binary[which % len(binary)](m, a, b)
            values.append(m.tanh(made))
        total = 0.0
        for v in values:
            total = total + m.mean(v * v)
        return total

    return f


@pytest.mark.parametrize("seed", range(4))
def test_random_expressions(seed):
    check(random_program(seed), points(SHAPES, seed))


def test_a_network_of_two_layers():
    rng = np.random.default_rng(0)
    x, y = points([(20, 3)])[0], rng.integers(2, size=(20, 1)).astype("float32")

    def loss(m, W1, b1, W2, b2):
        z = m.matmul(m.tanh(m.matmul(x, W1) + b1), W2) + b2
        return m.mean(m.maximum(z, 0.0) - m.multiply(y, z) + m.log(1.0 + m.exp(m.negative(m.abs(z)))))

    check(loss, points([(3, 5), (5,), (5, 1), (1,)]))


OPERATORS = {
    "number first": lambda x: 2.0 - 3.0 / (1.0 + 2.0**x) * 1.5,
    "number last": lambda x: (((x - 1.0) * 2.0 + 1.0) / 4.0) ** 3,
    "array first": lambda x: (
        np.array([1.0, 2.0], "float32") * x - np.array([3.0, 1.0], "float32") / (4.0 + x)
    ),
    "tensor first": lambda x: ops.convert_to_tensor([1.0, 2.0]) * x + ops.convert_to_tensor([1.0, 0.5]),
    "products": lambda x: abs(-x) * (np.array([[1.0, 2.0], [3.0, 4.0]], "float32") @ x) * (x @ x),
}
IN_NUMPY = OPERATORS | {"tensor first": lambda x: np.array([1.0, 2.0]) * x + np.array([1.0, 0.5])}


@pytest.mark.parametrize("name", OPERATORS)
def test_operators_of_python(name):
    """Against central differences of the same expression in NumPy and float64."""
    x, h = np.array([0.7, -1.3]), 1e-6
    expected = np.stack(
        [(IN_NUMPY[name](x + e) - IN_NUMPY[name](x - e)) / (2 * h) for e in h * np.eye(2)], axis=1
    )
    for module in (dual, tape):
        got = number(module.jacobian(OPERATORS[name], x.astype("float32")))
        np.testing.assert_allclose(got, expected, rtol=2e-5, atol=1e-5)


def test_transpose_reverses_all_axes_by_default():
    (x,) = points([(2, 3, 4)])
    np.testing.assert_array_equal(number(Dual(x, 2 * x).T.tangent), 2 * x.T)
    t = Tape()
    v = t.watch(x)
    np.testing.assert_array_equal(number(v.T.value), x.T)
    np.testing.assert_array_equal(number(t.gradient(v.T, [v], x.T)[0]), x)


def test_forward_mode_is_the_backends_jvp():
    A, x, direction = points([(3, 5), (5,), (5,)])
    value, along = course.jvp(lambda v: ops.exp(ops.sin(ops.matmul(A, v))), [x], [direction])
    got = dual.jvp(lambda v: dual.exp(dual.sin(dual.matmul(A, v))), [x], [direction])
    assert apart(got, (value, along)) < 1e-6


def test_jacobians_are_equal():
    (A,) = points([(3, 5)])
    (x,) = points([(5,)], seed=1)
    J = (1 - np.tanh(A @ x) ** 2)[:, None] * A
    for m in (dual, tape):
        got = number(m.jacobian(lambda v, m=m: m.tanh(m.matmul(A, v)), x))
        np.testing.assert_allclose(got, J, rtol=1e-5)
        scalar = number(m.jacobian(lambda v, m=m: m.sum(v * v), x))
        np.testing.assert_allclose(scalar, 2 * x, rtol=1e-6)


def test_vjp_may_be_pulled_back_many_times():
    (x,) = points([(4,)])
    value, pullback = tape.vjp(lambda v: tape.sin(v), [x])
    np.testing.assert_allclose(number(value), np.sin(x), rtol=1e-6)
    for scale in (1.0, 2.0):
        np.testing.assert_allclose(number(pullback(scale * np.ones(4))[0]), scale * np.cos(x), rtol=1e-6)


def test_kinks_have_one_of_their_slopes():
    zero = np.zeros(1, "float32")
    for m in (dual, tape):
        for f in (lambda v, m=m: m.abs(v), lambda v, m=m: m.relu(v)):
            assert float(m.jacobian(f, zero)[0, 0]) == 0
        assert float(m.jacobian(lambda v, m=m: m.maximum(v, 0.0), zero)[0, 0]) == 0.5
        shared = number(m.jacobian(lambda v, m=m: m.max(v), np.array([2.0, 1.0, 2.0], "float32")))
        np.testing.assert_allclose(shared, [0.5, 0, 0.5])


def test_powers_at_the_edges_are_finite():
    at = np.array([0.0, -2.0], "float32")
    for m in (dual, tape):
        np.testing.assert_array_equal(number(m.jacobian(lambda v: v**0, at)), np.zeros((2, 2)))
        np.testing.assert_allclose(number(m.jacobian(lambda v: v**2, at)), np.diag([0, -4]), atol=1e-6)
        exponent = np.array([1.5, 2.0], "float32")
        by_exponent = number(m.jacobian(lambda v: np.array([0.0, 3.0], "float32") ** v, exponent))
        np.testing.assert_allclose(by_exponent, np.diag([0, 9 * np.log(3)]), rtol=1e-5)


def test_constants_stay_constants():
    for m in (dual, tape):
        assert float(m.exp(0.0)) == 1
        assert float(m.sum(m.matmul(np.ones((2, 2), "float32"), np.ones((2, 1), "float32")))) == 4
        assert tuple(m.transpose(m.reshape(np.zeros(6, "float32"), (2, 3))).shape) == (3, 2)
        assert float(m.max(m.mean(np.eye(2, dtype="float32"), axis=0))) == 0.5
    value, tangent = dual.jvp(lambda x: ops.ones((2,)), [np.ones(3, "float32")], [np.ones(3, "float32")])
    np.testing.assert_array_equal(number(value) + number(tangent), [1, 1])
    value, gradients = tape.value_and_grad(lambda x, y: x * 3.0, [1.0, np.ones(2, "float32")])
    assert float(gradients[0]) == 3
    np.testing.assert_array_equal(number(gradients[1]), [0, 0])
    assert float(tape.value_and_grad(lambda x: ops.ones(()), [1.0])[1][0]) == 0


def test_a_node_is_used_twice_and_a_side_path_is_left_alone():
    t = Tape()
    x = t.watch(3.0)
    square = x * x
    unused = tape.exp(x)
    y = square * x + square
    (slope,) = t.gradient(y, [x])
    assert float(slope) == 3 * 9 + 6
    adjoints = t.sweep(y)
    assert adjoints[unused.index] is None
    assert float(adjoints[square.index]) == 4
    assert repr(square) == "v1 = multiply(v0, v0) = 9.0"


def test_unbroadcast_adds_up_what_was_copied():
    g = np.arange(24.0, dtype="float32").reshape(2, 3, 4)
    np.testing.assert_array_equal(number(unbroadcast(g, (3, 1))), g.sum(axis=(0, 2))[:, None])
    np.testing.assert_array_equal(number(unbroadcast(g, ())), g.sum())
    np.testing.assert_array_equal(number(unbroadcast(g, (2, 3, 4))), g)


def test_dual_numbers():
    d = Dual([1, 2], 1)
    assert d.shape == (2,)
    assert repr(Dual(2.0, 1.0) * 3.0) == "Dual(6.0, 3.0)"
    assert float(Dual(2.0).tangent) == 0


def test_bad_input_is_refused():
    x = np.ones(2, "float32")
    with pytest.raises(ValueError, match="tangent"):
        Dual(x, np.ones(3))
    with pytest.raises(ValueError, match="1 primals and 2 tangents"):
        dual.jvp(dual.exp, [x], [x, x])
    with pytest.raises(ValueError, match="vector"):
        dual.jacobian(dual.exp, np.ones((2, 2)))
    first, second = Tape(), Tape()
    a, b = first.watch(x), second.watch(x)
    with pytest.raises(ValueError, match="two different tapes"):
        a + b
    with pytest.raises(ValueError, match="not computed"):
        first.sweep(b)
    with pytest.raises(ValueError, match="not computed"):
        first.sweep(3.0)
    with pytest.raises(ValueError, match="needs a seed"):
        first.gradient(a, [a])
    with pytest.raises(ValueError, match="seed"):
        first.gradient(a, [a], np.ones(3))
    with pytest.raises(ValueError, match="not on this tape"):
        first.gradient(tape.sum(a), [b])
