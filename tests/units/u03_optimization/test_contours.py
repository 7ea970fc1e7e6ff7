import numpy as np
import pytest
from matplotlib.figure import Figure

from units.u03_optimization.contours import draw_contours, draw_path
from units.u03_optimization.test_functions import BOWL, HIMMELBLAU, TEST_FUNCTIONS

pytestmark = pytest.mark.backend_independent


@pytest.fixture
def ax():
    return Figure().add_subplot()


@pytest.mark.parametrize("name", TEST_FUNCTIONS)
def test_contours_fill_the_domain_and_mark_every_minimum(ax, name):
    f = TEST_FUNCTIONS[name]
    levels = draw_contours(ax, f, levels=10, resolution=21)
    assert len(levels) == 10
    assert (np.diff(levels) > 0).all()
    assert (ax.get_xlim(), ax.get_ylim()) == f.domain
    np.testing.assert_allclose(np.stack(ax.lines[0].get_data(), axis=1), f.minima)


def test_levels_are_even_or_by_equal_factors(ax):
    np.testing.assert_allclose(np.diff(np.diff(draw_contours(ax, BOWL, levels=6))), 0, atol=1e-6)
    ratios = np.divide(*(lambda v: (v[1:], v[:-1]))(draw_contours(ax, HIMMELBLAU, levels=6)))
    np.testing.assert_allclose(ratios, ratios[0], rtol=1e-4)


def test_levels_may_be_given(ax):
    np.testing.assert_array_equal(draw_contours(ax, BOWL, levels=[1.0, 2.0], resolution=21), [1, 2])
    draw_contours(ax, BOWL, levels=[1.0], resolution=21, minima=False)


def test_a_path_has_its_start_and_its_end(ax):
    draw_contours(ax, BOWL, resolution=21)
    path = np.array([[2.0, 1.0], [1.0, -0.5], [0.5, 0.2]])
    draw_path(ax, path, "red", "descent")
    line, start, end = ax.lines[1:]
    np.testing.assert_array_equal(np.stack(line.get_data(), axis=1), path)
    assert [float(v[0]) for v in start.get_data()] == [2.0, 1.0]
    assert [float(v[0]) for v in end.get_data()] == [0.5, 0.2]
    assert line.get_label() == "descent"


def test_a_path_that_diverges_leaves_the_limits_alone(ax):
    draw_contours(ax, BOWL, resolution=21)
    draw_path(ax, [[0.0, 0.0], [1e30, -1e30], [np.inf, np.nan], [0.0, 0.0]], "red")
    assert (ax.get_xlim(), ax.get_ylim()) == BOWL.domain
    assert len(ax.lines[1].get_xdata()) == 2
    draw_path(ax, [[np.nan, 0.0]], "red")


def test_a_path_has_two_coordinates(ax):
    for bad in (np.zeros((3, 3)), np.zeros(2), np.zeros((0, 2))):
        with pytest.raises(ValueError, match="steps"):
            draw_path(ax, bad, "red")
