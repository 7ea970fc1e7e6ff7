"""The loss of CLIP is that of a loop; one step is that of the loss; retrieval takes the nearest vector."""

import keras
import numpy as np
import pytest
from keras import ops
from scipy.special import log_softmax

from course.testing import assert_close
from units import u10_past_present_future as u10

RNG = np.random.default_rng(0)


def test_the_loss_is_that_of_a_loop():
    u, v = RNG.normal(size=(2, 5, 3)).astype("float32")
    z = np.array([[4 * a @ b / np.linalg.norm(a) / np.linalg.norm(b) for b in v] for a in u])
    each = [-(log_softmax(z[i])[i] + log_softmax(z[:, i])[i]) / 2 for i in range(5)]
    value, logits = u10.symmetric_contrastive_loss(u, v, 4.0)
    assert_close(value, np.mean(each), rtol=1e-5)
    assert_close(logits, z, atol=1e-5)
    with pytest.raises(ValueError, match="features"):
        u10.symmetric_contrastive_loss(u, v[:3], 4.0)


def test_pairs_are_found_and_the_model_is_saved(tmp_path):
    images = keras.Sequential([keras.Input((6,)), keras.layers.Dense(6)])
    texts = keras.Sequential(
        [keras.Input((1,), dtype="int32"), keras.layers.Embedding(6, 6), keras.layers.Flatten()]
    )
    model = u10.CLIP(images, texts, tau=0.5)
    model.compile(keras.optimizers.Adam(0.05))
    x, words = np.eye(6, dtype="float32"), np.arange(6, dtype="int32")[:, None]
    first = model.evaluate(x, words, batch_size=6, verbose=0, return_dict=True)
    u, v = model((x, words))
    expected, _ = u10.symmetric_contrastive_loss(u, v, 2.0)
    assert_close(first["loss"], expected, rtol=1e-5)
    model.fit(x, words, batch_size=6, epochs=40, shuffle=False, verbose=0)
    last = model.evaluate(x, words, batch_size=6, verbose=0, return_dict=True)
    assert last["accuracy"] == 1
    assert last["loss"] < first["loss"] / 4
    assert float(ops.convert_to_numpy(model.log_scale)) > np.log(2.0)
    assert model.classify(x[3:], words).tolist() == [3, 4, 5]
    model.save(tmp_path / "clip.keras")
    again = keras.saving.load_model(tmp_path / "clip.keras")
    assert_close(again.similarities(x, words), model.similarities(x, words), atol=1e-6)


def test_bad_arguments_are_named():
    dense = keras.layers.Dense(2)
    with pytest.raises(ValueError, match="tau must be positive"):
        u10.CLIP(dense, dense, tau=0)
    with pytest.raises(ValueError, match="scale must be positive"):
        u10.symmetric_contrastive_loss(np.eye(2), np.eye(2), -1.0)
    model = u10.CLIP(dense, dense)
    model.compile("sgd")
    with pytest.raises(ValueError, match=r"fit\(images, captions\)"):
        model.fit(np.zeros((3, 2)), verbose=0)


def test_vectors_in_half_precision():
    """The square of 300 is infinite in float16, and the length of a vector of zeros was 0."""
    u = ops.cast(300 * np.eye(3, dtype="float32"), "float16")
    cost, _ = u10.symmetric_contrastive_loss(u, u, 10.0)
    assert_close(cost, np.log(1 + 2 * np.exp(-10)), atol=1e-6)
    cost, _ = u10.symmetric_contrastive_loss(0 * u, u, 10.0)
    assert_close(cost, np.log(3), rtol=1e-5)
