"""Transfer, gradual unfreezing, and what batch normalization does in a frozen layer."""

import keras
import numpy as np
import pytest
from keras import ops

from units.u04_feedforward import BatchNormalization as OwnBatchNormalization
from units.u04_feedforward import Classifier
from units.u06_tricks_of_the_trade import (
    GradualUnfreezing,
    block_network,
    drift,
    features,
    freeze_variables_only,
    half_width,
    in_percent,
    mean_and_interval,
    moving_statistics,
    of_seeds,
    some_of_each,
    train_only,
    two_tasks,
    with_new_head,
)

RNG = np.random.default_rng(0)
X = RNG.normal(2, 3, size=(8, 4, 4, 1)).astype("float32")
Y = np.arange(8) % 3


def number(tensor):
    return ops.convert_to_numpy(tensor)


@pytest.fixture(scope="module")
def network():
    keras.utils.set_random_seed(0)
    return block_network((4, 4, 1), classes=2, channels=(2, 3))


def weights(network):
    return {layer.name: [number(v).copy() for v in layer.variables] for layer in network.layers}


def changed(network, before):
    """The layers of which some variable is another one than before."""
    now = weights(network)
    return {
        name
        for name, values in now.items()
        if any((v != b).any() for v, b in zip(values, before[name], strict=True))
    }


def test_a_new_head_keeps_the_body(network):
    copy = with_new_head(network, 3)
    assert copy.output_shape == (None, 3)
    body = features(network, X)
    np.testing.assert_allclose(features(copy, X), body, rtol=1e-5, atol=1e-6)
    kernel, bias = copy.get_layer("head").get_weights()
    np.testing.assert_allclose(copy.predict(X, verbose=0), body @ kernel + bias, rtol=1e-4, atol=1e-5)
    before = weights(network)
    for layer in copy.layers:
        layer.set_weights([w + 1 for w in layer.get_weights()])
    assert not changed(network, before)


def test_layers_thaw_from_the_head_on(network):
    copy = with_new_head(network, 3)
    schedule = GradualUnfreezing(copy, ["head", ["block_2"], ["block_1"]], every=2)
    assert [schedule.names(epoch) for epoch in (0, 1, 2, 4, 9)] == [
        ["head"],
        ["head"],
        ["head", "block_2"],
        ["head", "block_2", "block_1"],
        ["head", "block_2", "block_1"],
    ]
    heard = []

    class Listener(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            self.before = weights(copy)

        def on_epoch_end(self, epoch, logs=None):
            heard.append(changed(copy, self.before))

    model = Classifier(copy, 3)
    model.compile(keras.optimizers.SGD(0.1, momentum=0.9))
    model.fit(X, Y, batch_size=4, epochs=5, verbose=0, callbacks=[schedule, Listener()])
    # in a frozen block neither the weights nor the moving statistics change
    assert heard == [{"head"}, {"head"}, *[{"head", "block_2"}] * 2, {"head", "block_2", "block_1"}]
    # a second call begins with the head again
    model.fit(X, Y, batch_size=4, epochs=1, verbose=0, callbacks=[schedule, Listener()])
    assert heard[-1] == {"head"}


def test_adam_begins_late_layers_with_a_long_step():
    adam = keras.optimizers.Adam(0.001)
    early, late = (keras.Variable([0.0], name=name) for name in ("early", "late"))
    adam.build([early, late])
    for _ in range(2000):
        adam.iterations.assign_add(1)
    adam.apply([ops.ones((1,))], [late])
    assert abs(number(late)[0]) == pytest.approx(0.001 * 0.1 / np.sqrt(0.001), rel=0.08)


def test_frozen_layers_and_frozen_variables_differ(network):
    frozen, wrong = (with_new_head(network, 3) for _ in range(2))
    train_only(frozen, "head")
    freeze_variables_only(wrong)
    before = moving_statistics(network)
    # a frozen layer of Keras is in inference mode, whatever training says
    expected = number(frozen(X, training=False))
    np.testing.assert_allclose(number(frozen(X, training=True)), expected, rtol=1e-5, atol=1e-6)
    assert drift(before, moving_statistics(frozen)) == 0
    # if only its variables are frozen, it uses the statistics of the batch, and moves its own
    assert not wrong.trainable_variables
    assert np.abs(number(wrong(X, training=True)) - number(wrong(X, training=False))).max() > 0.1
    assert drift(before, moving_statistics(wrong)) > 0.05
    with pytest.raises(ValueError, match="no batch normalization"):
        moving_statistics(keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]))


def test_the_layer_of_unit_4_does_not_look_at_trainable():
    layer = OwnBatchNormalization()
    layer.build((None, 1))
    layer.trainable = False
    layer(X[..., 0, :], training=True)
    assert abs(number(layer.moving_mean)[0]) > 0.001


def test_the_two_tasks_share_no_image_and_labels_are_counted():
    class Data:
        classes = 4

        def images(self, split):
            return np.arange(8 * 4, dtype="float32").reshape(8, 2, 2, 1)

        def labels(self, split):
            return np.arange(8) % 4

    first, second = two_tasks(Data(), first=3)
    assert (first.classes, second.classes) == (3, 1)
    np.testing.assert_array_equal(first.y, [0, 1, 2, 0, 1, 2])
    np.testing.assert_array_equal(second.y, [0, 0])
    np.testing.assert_array_equal(second.x[:, 0, 0, 0], [12, 28])
    halved, _ = two_tasks(Data(), first=3, halve=True)
    np.testing.assert_allclose(halved.x[0], [[[1.5]]])
    assert two_tasks(Data(), first=3, flat=True)[0].x.shape == (6, 4)
    rows = some_of_each(Y[:6], 2, RNG)
    assert sorted(rows) == list(range(6))
    with pytest.raises(ValueError, match="Class 0 has 2 samples"):
        some_of_each(Y[:6], 3, RNG)
    with pytest.raises(ValueError, match="first is between 1 and 3"):
        two_tasks(Data(), first=4)


@pytest.mark.backend_independent
def test_the_interval_is_students():
    mean, half = mean_and_interval([1.0, 2.0, 3.0])
    assert mean == 2
    assert half == pytest.approx(4.302653 / np.sqrt(3), rel=1e-6)
    assert np.isnan(mean_and_interval([1.0])[1])
    columns = np.array([[1.0, 5.0], [2.0, 5.0], [3.0, 8.0]])  # one interval for each column
    np.testing.assert_allclose(half_width(columns), [mean_and_interval(c)[1] for c in columns.T])
    assert np.isnan(half_width(columns[:1])).all()
    assert (in_percent([0.9716]), of_seeds(1)) == ("97.2", "1 seed")
    assert in_percent([0.96, 0.98]) == "97.0 ± 12.7"
    with pytest.raises(ValueError, match="confidence"):
        mean_and_interval([1.0, 2.0], 1.5)


def test_mistakes_are_named(network):
    copy = with_new_head(network, 3)
    with pytest.raises(ValueError, match="no layer 'block_9'; the layers are"):
        GradualUnfreezing(copy, ["head", "block_9"])
    with pytest.raises(ValueError, match="'head' is in two stages"):
        GradualUnfreezing(copy, ["head", ["block_1", "head"]])
    with pytest.raises(ValueError, match="at least one stage"):
        GradualUnfreezing(copy, [])
    for every in (0, 1.5):
        with pytest.raises(ValueError, match="every must be a positive whole number"):
            GradualUnfreezing(copy, ["head"], every)
