"""Numbers of NumPy are numbers: ``env.action_space.n`` is one."""

import numpy as np
import pytest

from units.u03_optimization.hyperparameters import check_positive, check_share, check_size

pytestmark = pytest.mark.backend_independent


def test_numbers_of_numpy_become_those_of_python():
    for check, given, expected in (
        (check_size, np.int64(3), 3),
        (check_share, np.float32(0.5), 0.5),
        (check_positive, np.float32(2.0), 2.0),
        (check_positive, np.int32(2), 2.0),
    ):
        found = check("it", given)
        assert found == expected
        assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("check", "wrong"),
    [(check_size, w) for w in (np.int64(0), 2.0, True, np.bool_(True), "3", None)]
    + [(check_share, w) for w in (np.float32(1.0), np.nan, True, np.bool_(True), "0.5", None)]
    + [(check_positive, w) for w in (np.float32(-1.0), np.inf, np.nan, True, np.bool_(True), "2", None)],
)
def test_other_values_are_refused(check, wrong):
    with pytest.raises(ValueError, match="it must be a"):
        check("it", wrong)
