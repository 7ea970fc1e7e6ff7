"""Sizes may be numbers of NumPy, such as ``y.max() + 1``, which ``keras.layers.Dense`` refuses."""

import keras
import numpy as np
import pytest

from units import u02_logistic_softmax as u02
from units import u04_feedforward as u04
from units import u05_convolution as u05
from units import u08_sequence as u08
from units import u09_reinforcement as u09
from units import u10_past_present_future as u10
from units.u10_past_present_future import eras

THREE, FOUR = np.int64(3), np.int64(4)
MODELS = {
    "Classifier": lambda: u04.Classifier(keras.layers.Dense(3), classes=THREE),
    "Dense": lambda: u04.Dense(THREE),
    "FeedForward": lambda: u04.FeedForward(np.array([4, 4]), classes=THREE),
    "Maxout": lambda: u04.Maxout(THREE, pieces=np.int64(2)),
    "SoftmaxRegression": lambda: u02.SoftmaxRegression(classes=THREE),
    "lenet5": lambda: u05.lenet5(classes=THREE),
    "ActorCritic": lambda: u09.ActorCritic(FOUR, THREE, units=np.array([4, 4])),
    "SAC": lambda: u09.SAC(FOUR, [-1.0], [1.0], units=np.array([4])),
    "DQN": lambda: u09.DQN((FOUR,), THREE, hidden=np.array([4])),
    "TextEncoder": lambda: u08.TextEncoder(np.int64(9), FOUR, np.int64(2), np.int64(8)),
    "GPT": lambda: u08.GPT(np.int64(9), 8, layers=1, d_model=8, heads=2),
    "DeepEnsemble": lambda: u10.DeepEnsemble(np.int64(2), np.array([4]), THREE),
    "linear": lambda: eras.linear((4, 4, 1), THREE),
    "LSTM": lambda: u08.RecurrentLanguageModel(np.int64(9), FOUR, FOUR),
}


@pytest.mark.backend_independent
@pytest.mark.parametrize("name", MODELS)
def test_sizes_of_numpy(name):
    config = MODELS[name]().get_config()
    sizes = [v for v in config.values() if isinstance(v, np.generic)]
    assert not sizes, "a number of NumPy cannot be saved"


@pytest.mark.backend_independent
@pytest.mark.parametrize(
    "make",
    [
        lambda: u04.FeedForward(64),
        lambda: u04.network(64),
        lambda: u09.ActorCritic(4, 2, units=64),
        lambda: u09.DQN((4,), 2, hidden=64),
        lambda: u10.DeepEnsemble(2, units=4, classes=3),
    ],
)
def test_one_number_in_place_of_a_list_is_named(make):
    """It was "'int' object is not iterable"."""
    with pytest.raises(ValueError, match="must be a list of whole numbers, such as"):
        make()
