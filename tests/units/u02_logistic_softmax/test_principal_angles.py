"""Principal angles against SciPy and against spaces whose angles are known."""

import numpy as np
import pytest
from scipy.linalg import subspace_angles

from units.u02_logistic_softmax.principal_angles import principal_angles


@pytest.mark.parametrize(("k", "l"), [(1, 1), (3, 3), (2, 4), (4, 2)])
def test_equals_scipy(k, l):
    rng = np.random.default_rng(k + 10 * l)
    A, B = rng.normal(size=(6, k)), rng.normal(size=(6, l))
    np.testing.assert_allclose(principal_angles(A, B), subspace_angles(A, B)[::-1], rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("angle", [0.0, 1e-9, 1e-4, 0.5, np.pi / 4, 1.5, np.pi / 2])
def test_a_rotated_line(angle):
    B = np.array([[np.cos(angle)], [np.sin(angle)]])
    assert principal_angles([[1.0], [0.0]], B)[0] == pytest.approx(angle, rel=1e-6, abs=1e-15)


def test_the_basis_does_not_matter():
    rng = np.random.default_rng(0)
    A, B = rng.normal(size=(8, 3)), rng.normal(size=(8, 3))
    other = principal_angles(A @ rng.normal(size=(3, 3)), B @ rng.normal(size=(3, 3)))
    np.testing.assert_allclose(other, principal_angles(A, B), rtol=1e-8)
    assert principal_angles(A, A @ rng.normal(size=(3, 3))).max() < 1e-12


def test_two_planes_that_share_an_axis():
    axes = np.eye(3)
    np.testing.assert_allclose(principal_angles(axes[:, :2], axes[:, 1:]), [0, np.pi / 2], atol=1e-15)


def test_bases_that_do_not_fit():
    with pytest.raises(ValueError, match="must be"):
        principal_angles(np.eye(3), np.eye(4))
    with pytest.raises(ValueError, match="independent"):
        principal_angles(np.ones((3, 2)), np.eye(3)[:, :2])
