"""What is saved comes back: weights, every optimizer's state, random generators; and a run resumes as if unbroken."""

import keras
import numpy as np
import pytest

from tests.models import Classifier, Noisy, PenaltyGAN

X = np.random.default_rng(1).normal(size=(48, 2)).astype("float32")
X4 = np.random.default_rng(2).normal(size=(48, 4)).astype("float32")
Y = (X4[:, 0] > 0).astype("int32")
LOSS = keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def trained(kind):
    if kind == "gan":
        model, data = PenaltyGAN(), (X,)
        model.compile()
    elif kind == "noisy":
        model, data = Noisy(), (X4, Y)
        model.compile(keras.optimizers.Adam(1e-2))
    else:
        model, data = Classifier(), (X4, Y)
        model.compile("adam", loss=LOSS, metrics=["accuracy"])
    model.fit(*data, batch_size=16, epochs=2, shuffle=False, verbose=0)
    return model, data


def everything(model):
    state = {f"weight {i}": v.numpy() for i, v in enumerate(model.variables)}
    for o in sorted(model.optimizers, key=lambda o: len(o.variables)):
        state |= {f"{type(o).__name__} {i}": v.numpy() for i, v in enumerate(o.variables)}
    return state


def assert_same(a, b):
    assert a.keys() == b.keys()
    for key in a:
        np.testing.assert_array_equal(a[key], b[key], err_msg=key)


@pytest.mark.parametrize("kind", ["gan", "noisy", "classifier"])
def test_round_trip_and_training_goes_on(tmp_path, kind):
    model, data = trained(kind)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert type(loaded) is type(model)
    assert_same(everything(model), everything(loaded))
    for m in (model, loaded):
        m.fit(*data, batch_size=16, epochs=1, shuffle=False, verbose=0)
    assert_same(everything(model), everything(loaded))


def test_an_interrupted_run_resumes_as_if_unbroken(tmp_path):
    def start():
        keras.utils.set_random_seed(5)
        model = PenaltyGAN()
        model.compile()
        return model

    options = dict(batch_size=16, epochs=4, shuffle=False, verbose=0)

    class Stop(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 2:
                raise KeyboardInterrupt

    unbroken = start()
    unbroken.fit(X, **options)
    broken = start()
    with pytest.raises(KeyboardInterrupt):
        broken.fit(X, callbacks=[keras.callbacks.BackupAndRestore(tmp_path), Stop()], **options)
    resumed = start()
    resumed.fit(X, callbacks=[keras.callbacks.BackupAndRestore(tmp_path)], **options)
    assert_same(everything(unbroken), everything(resumed))


def test_weights_alone(tmp_path):
    model, data = trained("noisy")
    model.save_weights(tmp_path / "w.weights.h5")
    other = Noisy()
    other.compile(keras.optimizers.Adam(1e-2))
    other.fit(*data, batch_size=16, epochs=1, verbose=0)
    other.load_weights(tmp_path / "w.weights.h5")
    assert_same(everything(model), everything(other))


def test_loading_without_compiling(tmp_path):
    model, _ = trained("classifier")
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras", compile=False)
    np.testing.assert_allclose(loaded.predict(X4, verbose=0), model.predict(X4, verbose=0), rtol=1e-6)
