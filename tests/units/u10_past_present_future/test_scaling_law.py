"""The fit recovers laws that generated the costs; the optimal allocation is that of a line search."""

import numpy as np
import pytest
from scipy import optimize

from course.testing import assert_close
from units import u10_past_present_future as u10

pytestmark = pytest.mark.backend_independent
LAW = u10.ScalingLaw(1.7, 5e3, 0.34, 4e4, 0.28)
N, D = (values.ravel() for values in np.meshgrid(10.0 ** np.arange(3, 8), 10.0 ** np.arange(4, 9)))


def test_a_law_is_recovered_from_its_costs():
    assert_close(u10.fit_scaling_law(N, LAW.cost(N, D), D), LAW, rtol=1e-2)
    alone = u10.ScalingLaw(0.5, 300.0, 0.7)
    sizes = 10.0 ** np.arange(2, 9)
    assert_close(u10.fit_scaling_law(sizes, alone.cost(sizes)), alone, rtol=1e-3)


def test_a_bad_run_counts_little_and_the_bands_hold_the_truth():
    rng = np.random.default_rng(1)
    C = LAW.cost(N, D) * np.exp(0.01 * rng.normal(size=len(N)))
    law = u10.fit_scaling_law(N, C, D)
    laws = u10.resampled_laws(law, N, C, D, samples=40)
    assert laws.shape == (40, 5)
    low, high = np.quantile(laws, [0.02, 0.98], axis=0)
    for place, constant in ((0, LAW.floor), (2, LAW.alpha_N), (4, LAW.alpha_D)):
        assert low[place] < constant < high[place] < 2 * constant
    C = LAW.cost(N, D)
    C[7] *= 3
    assert_close(u10.fit_scaling_law(N, C, D), LAW, rtol=2e-2)


@pytest.mark.parametrize("F", [1e9, 1e15, 1e21])
def test_the_allocation_is_that_of_a_line_search(F):
    found = optimize.minimize_scalar(
        lambda log: LAW.cost(np.exp(log), F / 6 / np.exp(log)), bounds=(0, np.log(F / 6)), method="bounded",
        options={"xatol": 1e-10},
    )  # fmt: skip
    N_best, D_best = u10.compute_optimal(LAW, F)
    assert N_best == pytest.approx(np.exp(found.x), rel=1e-3)
    assert 6 * N_best * D_best == pytest.approx(F)
    # both terms weigh the same
    by_N, by_D = (LAW.N_c / N_best) ** LAW.alpha_N, (LAW.D_c / D_best) ** LAW.alpha_D
    assert LAW.alpha_N * by_N == pytest.approx(LAW.alpha_D * by_D)


def test_the_published_law_gives_its_published_exponent():
    """With α_N = 0.34 and α_D = 0.28 the size grows with the power 0.45 of the budget (Hoffmann et al., table 2)."""
    N_best, _ = u10.compute_optimal(LAW, np.array([1e20, 1e22]))
    assert np.log10(N_best[1] / N_best[0]) / 2 == pytest.approx(0.28 / 0.62)


def test_what_cannot_be_fitted_is_named():
    C = LAW.cost(N, D)
    with pytest.raises(ValueError, match="one positive number for each run"):
        u10.fit_scaling_law(N, C - 10, D)
    with pytest.raises(ValueError, match="one value of each"):
        u10.fit_scaling_law(N[:-1], C, D)
    with pytest.raises(ValueError, match="needs 6 runs of three sizes"):
        u10.fit_scaling_law(N, C, np.full(len(N), 7.0))
    with pytest.raises(ValueError, match="needs 4 runs"):
        u10.fit_scaling_law([1, 2, 3], [3, 2, 1])
    with pytest.raises(ValueError, match="at least one sample"):
        u10.resampled_laws(LAW, N, C, D, samples=0)
    # a law of two sizes was looked for without end
    with pytest.raises(ValueError, match="needs 4 runs of three sizes"):
        u10.resampled_laws(LAW, [1, 1, 2, 2], [4, 3, 2, 1], samples=2)
    with pytest.raises(ValueError, match="one value of each"):
        u10.resampled_laws(LAW, [*N, 1.0], C, samples=2)
    with pytest.raises(ValueError, match="positive scales"):
        u10.fit_scaling_law(N, C, D, start=u10.ScalingLaw(1.0, 2.0, 0.5))
    with pytest.raises(ValueError, match="A term of the law is constant"):
        u10.fit_scaling_law([10, 20, 40, 80], [3.0, 3.1, 3.2, 3.3])
    with pytest.raises(ValueError, match="no term of the data"):
        u10.compute_optimal(u10.ScalingLaw(1.0, 2.0, 0.5), 1e9)
    with pytest.raises(ValueError, match="budget F is positive"):
        u10.compute_optimal(LAW, 0.0)


def test_a_fit_may_begin_at_a_law_without_a_floor():
    sizes = 10.0 ** np.arange(1, 6)
    law = u10.ScalingLaw(0.0, 100.0, 0.4)
    found = u10.fit_scaling_law(sizes, law.cost(sizes), start=law)
    assert_close(found, law, rtol=1e-6, atol=1e-6)
