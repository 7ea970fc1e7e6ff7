"""The perceptron against a loop by hand and against unit 2's; the networks of the eras."""

import keras
import numpy as np
import pytest
from keras import ops

from units import u02_logistic_softmax as u02
from units import u10_past_present_future as u10


def by_hand(x, y, classes, batch):
    """The rule sample by sample; the changes of a batch are added at its end."""
    W, mistakes = np.zeros((x.shape[1], classes)), 0
    for start in range(0, len(x), batch):
        change = np.zeros_like(W)
        for sample, label in zip(x[start : start + batch], y[start : start + batch], strict=True):
            z = sample @ W
            k = max((k for k in range(classes) if k != label), key=lambda k: z[k])
            if z[k] >= z[label]:
                change[:, label] += sample
                change[:, k] -= sample
                mistakes += 1
        W = W + change
    return W, mistakes


@pytest.mark.parametrize("batch", [1, 5])
def test_the_rule_is_that_of_a_loop(batch):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(20, 4)).astype("float32"), rng.integers(3, size=20).astype("int32")
    model = u10.MulticlassPerceptron(4, 3)
    model.compile()
    logs = model.fit(x, y, batch_size=batch, shuffle=False, verbose=0).history
    W, mistakes = by_hand(x.astype("float64"), y, 3, batch)
    np.testing.assert_allclose(ops.convert_to_numpy(model.W), W, atol=1e-5)
    assert logs["mistakes"][0] == mistakes


def test_with_two_classes_it_is_the_perceptron_of_unit_2():
    """The difference of the columns is twice the weights there: each mistake moves both columns."""
    rng = np.random.default_rng(1)
    y = (np.arange(30) % 2).astype("int32")
    x = (rng.normal(size=(30, 3)) + 2 * (2 * y[:, None] - 1)).astype("float32")
    two = u02.Perceptron().fit(x, 2 * y - 1)
    model = u10.MulticlassPerceptron(3, 2)
    model.compile()
    mistakes = 1
    for _ in range(50):
        mistakes = model.fit(x, y, batch_size=1, shuffle=False, verbose=0).history["mistakes"][0]
        if not mistakes:
            break
    assert not mistakes
    W = ops.convert_to_numpy(model.W)
    np.testing.assert_allclose(W[:, 1] - W[:, 0], 2 * ops.convert_to_numpy(two.w), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("arguments", [(0, 3), (2, 1), (2, 3, 0.0)])
def test_a_bad_argument_is_refused(arguments):
    with pytest.raises(ValueError, match="positive learning rate"):
        u10.MulticlassPerceptron(*arguments)


def test_weights_of_samples_are_refused():
    model = u10.MulticlassPerceptron(2, 2)
    model.compile()
    x, y = np.eye(2, dtype="float32"), np.array([0, 1], "int32")
    for use in (model.fit, model.evaluate):
        with pytest.raises(ValueError, match="has no weights"):
            use(x, y, sample_weight=np.ones(2), verbose=0)


@pytest.mark.needs_backend("torch")
def test_each_era_has_logits_and_parameters_for_the_same_image():
    years = [era.year for era in u10.ERAS]
    assert years == sorted(years)
    for era in u10.ERAS:
        network = era.build(input_shape=(16, 16, 1), classes=7)
        assert network.output_shape == (None, 7)
        assert isinstance(network, keras.Model)
    assert u10.ERAS[0].build(input_shape=(16, 16, 1), classes=7).count_params() == 256 * 7


def test_inputs_are_looked_at():
    """A comparison with NaN is false: a sample with NaN was no mistake."""
    model = u10.MulticlassPerceptron(2, 2)
    model.compile()
    for x, message in (([[np.nan, 1.0], [1.0, 0.0]], "not a finite number"), (np.ones((2, 3)), "3 features")):
        for use in (model.fit, model.evaluate):
            with pytest.raises(ValueError, match=message):
                use(np.array(x, "float32"), np.array([0, 1]), verbose=0)
