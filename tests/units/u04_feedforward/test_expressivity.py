"""Networks with given weights (stairs, hats, sawteeth, XOR) and their pieces, against NumPy and counts on a grid."""

from itertools import combinations, product

import numpy as np
import pytest
from keras import ops
from scipy import special

from course.testing import assert_close
from units.u01_machine_learning import with_constant
from units.u02_logistic_softmax import Perceptron
from units.u04_feedforward.depth_and_width import (
    largest_number_of_pieces,
    pieces,
    regions_of_hyperplanes,
    sawtooth_network,
    shallow_sawtooth_network,
    smallest_width,
)
from units.u04_feedforward.network import Layer, forward, network
from units.u04_feedforward.universal_approximation import (
    bump_2d_network,
    bump_network,
    hat_network,
    hats_of,
    staircase_network,
    staircase_of,
)
from units.u04_feedforward.xor import CORNERS, XOR, certificate_against_lines, xor_network

GRID = np.linspace(0, 1, 257)


def value(layers, x):
    x = np.asarray(x, "float32")
    return ops.convert_to_numpy(forward(x.reshape(len(x), -1), layers).a[-1])[:, 0]


def test_hats_interpolate_as_numpy_does():
    rng = np.random.default_rng(0)
    knots = np.sort(rng.uniform(size=7))
    values = rng.normal(size=7)
    x = GRID[(knots[-1] >= GRID)]
    assert_close(value(hat_network(knots, values), x), np.interp(x, knots, values), rtol=1e-4, atol=1e-4)
    assert hat_network(knots, values)[0].W.shape == (6, 1)


def test_stairs_equal_the_sum_and_become_steps():
    edges, heights = [0.2, 0.5, 0.7], np.array([1.0, -1.0, 2.0, 0.5])
    expected = heights[0] + sum(
        d * special.expit(30 * (GRID - e)) for d, e in zip(np.diff(heights), edges, strict=True)
    )
    assert_close(value(staircase_network(edges, heights, 30.0), GRID), expected, rtol=1e-4, atol=1e-5)
    away = GRID[np.abs(GRID[:, None] - edges).min(1) > 0.02]
    steep = value(staircase_network(edges, heights, 1e4), away)
    assert_close(steep, heights[np.searchsorted(edges, away)], atol=1e-5)


def test_a_bump_is_one_inside_and_zero_outside():
    assert_close(value(bump_network(0.3, 0.6, 2.0, 1e3), [0.1, 0.45, 0.9]), [0, 2, 0], atol=1e-5)
    corners = np.array([[0.5, 0.5], [0.5, 0.9], [0.1, 0.5], [0.1, 0.1]])
    assert_close(value(bump_2d_network((0.3, 0.3), (0.6, 0.7), 1e2), corners), [1, 0, 0, 0], atol=1e-5)


def test_the_error_falls_with_the_width():
    def f(x):
        return np.sin(2 * np.pi * x)

    def error(make, width):
        return np.abs(value(make(f, 0.0, 1.0, width), GRID) - f(GRID)).max()

    # sup |f'| h/2 for stairs and a bit for the roundness of the edges; sup |f''| h²/8 for straight pieces
    for width in (16, 32):
        assert error(staircase_of, width) < 1.1 * 2 * np.pi / width / 2 + 0.01
        assert error(hats_of, width) < 1.02 * (2 * np.pi) ** 2 / width**2 / 8
    assert error(hats_of, 16) / error(hats_of, 32) == pytest.approx(4, rel=0.05)


@pytest.mark.parametrize("k", [1, 2, 5])
def test_sawtooth_deep_and_shallow_are_the_same_function(k):
    teeth = np.abs((GRID * 2**k + 1) % 2 - 1)
    assert_close(value(sawtooth_network(k), GRID), teeth, atol=1e-4)
    assert_close(value(shallow_sawtooth_network(k), GRID), teeth, atol=1e-3)
    assert sum(len(layer.b) for layer in sawtooth_network(k)[:-1]) == 2 * k
    assert len(shallow_sawtooth_network(k)[0].b) == 2**k
    points, slopes = pieces(sawtooth_network(k), 0, 1)
    np.testing.assert_allclose(points, np.arange(2**k + 1) / 2**k, atol=1e-9)
    np.testing.assert_allclose(np.abs(slopes), 2**k)


@pytest.mark.backend_independent
def test_one_layer_makes_as_many_pieces_from_one_unit_less():
    assert smallest_width(1024) == 1023
    assert largest_number_of_pieces([1023]) == 1024
    bends = np.arange(1, 16) / 16
    layers = [
        Layer(np.ones((15, 1)), -bends, "relu"),
        Layer(np.resize([1.0, -1.0], (1, 15)), np.zeros(1), None),
    ]
    assert len(pieces(layers, 0, 1)[1]) == 16
    # the sawtooth itself: 2^k − 1 bends at its corners, each opened to the left or to the right, never give its slopes
    for k in (1, 2, 3):
        corners, middles = np.arange(1, 2**k) / 2**k, (np.arange(2**k) + 0.5) / 2**k
        target = np.resize([1.0, -1.0], 2**k) * 2**k
        for sides in product([1, -1], repeat=2**k - 1):
            slopes = np.array(sides) * ((np.array(sides) * (middles[:, None] - corners)) > 0)
            found = slopes @ np.linalg.lstsq(slopes, target, rcond=None)[0]
            assert np.abs(found - target).max() > 0.1 * 2**k


@pytest.mark.parametrize(("widths", "seed"), [([5], 0), ([4, 4], 1), ([3, 5, 4], 2), ([12, 12, 12], 3)])
def test_pieces_reproduce_the_function(widths, seed):
    rng = np.random.default_rng(seed + 100)
    layers = [
        layer._replace(b=rng.normal(size=len(layer.b))) for layer in network([1, *widths, 1], "relu", seed)
    ]
    points, slopes = pieces(layers, -3, 3)
    assert 1 < len(slopes) <= largest_number_of_pieces(widths)
    x = np.linspace(-3, 3, 20001)
    a = x[:, None]
    for W, b, activation in layers:
        a = a @ W.T + b
        a = np.maximum(a, 0) if activation else a
    f = a[:, 0]
    # the straight lines between the points are the function …
    np.testing.assert_allclose(np.interp(x, points, np.interp(points, x, f)), f, atol=2e-3)
    # … and on a grid its slope changes as often, save where two points share a cell
    bends = np.abs(np.diff(f, 2)) > 1e-9
    runs = np.sum(bends[1:] & ~bends[:-1]) + bends[0]
    assert runs <= len(slopes) - 1 <= runs + 2


def test_a_shallow_network_has_at_most_one_piece_more_than_units():
    assert largest_number_of_pieces([7]) == 8
    assert largest_number_of_pieces([2] * 10) == 3**10
    points, _ = pieces(network([1, 7, 1], "relu"), -1, 1)
    assert len(points) - 1 == 2  # without biases all the knees are at 0


def test_regions_of_lines_counted():
    rng = np.random.default_rng(4)
    W, b = rng.normal(size=(5, 2)), rng.normal(size=5)
    # one vertex for each pair of lines; around each, four patterns of signs: together all the regions that touch one
    patterns = set()
    for i, j in combinations(range(5), 2):
        vertex = np.linalg.solve(W[[i, j]], -b[[i, j]])
        base = W @ vertex + b > 0
        for si in (False, True):
            for sj in (False, True):
                base[[i, j]] = si, sj
                patterns.add(tuple(base))
    assert len(patterns) == regions_of_hyperplanes(5, 2) == 16


def test_xor():
    assert_close(value(xor_network(), CORNERS), XOR, rtol=0, atol=0)
    assert (certificate_against_lines(CORNERS, XOR) == 0).all()
    separable = 0
    for bits in range(16):
        y = np.array([bits >> i & 1 for i in range(4)])
        found = Perceptron().fit(with_constant(CORNERS), 2 * y - 1, max_mistakes=40).converged
        separable += found
        # the certificate never contradicts the perceptron
        assert found or (certificate_against_lines(CORNERS, y) == 0).all()
        assert not (found and (certificate_against_lines(CORNERS, y) == 0).all())
    assert separable == 14


def test_what_makes_no_sense_is_refused():
    with pytest.raises(ValueError, match="must ascend"):
        hat_network([0.0, 0.0, 1.0], [1, 2, 3])
    with pytest.raises(ValueError, match="at least two knots"):
        hat_network([0.0, 1.0], [1, 2, 3])
    with pytest.raises(ValueError, match="3 heights"):
        staircase_network([0.0, 1.0], [1, 2], 10.0)
    with pytest.raises(ValueError, match="steepness must be positive"):
        bump_network(0, 1, 1, -5)
    with pytest.raises(ValueError, match="below right"):
        bump_2d_network((0, 0), (1, 0), 5)
    with pytest.raises(ValueError, match="positive integer"):
        sawtooth_network(0)
    with pytest.raises(ValueError, match="not for 'tanh'"):
        pieces(network([1, 3, 1], "tanh"), 0, 1)
    with pytest.raises(ValueError, match="one input and one output"):
        pieces([Layer(np.ones((1, 2)), np.zeros(1), None)], 0, 1)
    with pytest.raises(ValueError, match="labels are 0 and 1"):
        certificate_against_lines(CORNERS, [1, 2, 1, 2])
