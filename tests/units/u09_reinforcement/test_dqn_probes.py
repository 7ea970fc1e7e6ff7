"""Every agent of deep Q-learning finds the values and the actions of every probe; broken ones are found out."""

import numpy as np
import pytest

from units import u09_reinforcement as u09
from units.u09_reinforcement.dqn_on_probe import DISCOUNT, probe_model

KINDS = {"dqn": {}, "double": {"double": True}, "dueling": {"dueling": True, "double": True}}
DISCRETE = [name for name, probe in u09.PROBES.items() if not probe.continuous]


@pytest.fixture(scope="module", params=KINDS)
def model(request):
    """One model for all probes of its kind, so that its step is compiled once."""
    return probe_model(**KINDS[request.param])


@pytest.mark.parametrize("name", DISCRETE)
def test_values_and_actions(model, name):
    q, probe = u09.dqn_on_probe(model, name), u09.PROBES[name]
    np.testing.assert_allclose(q, probe.action_values(DISCOUNT), atol=0.1)
    if probe.actions is not None:
        np.testing.assert_array_equal(q.argmax(1), probe.actions)
