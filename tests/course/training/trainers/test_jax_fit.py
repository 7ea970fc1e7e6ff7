"""JAX's short ways through ``fit``: the batches and numbers of Keras's own, and taken only where they are the same."""

import keras
import numpy as np
import pytest
from keras import ops

import course
from tests.models import Classifier, Noisy, PenaltyGAN

if keras.backend.backend() != "jax":
    pytest.skip("the way of the JAX adapter", allow_module_level=True)

from keras.src.trainers.data_adapters.array_data_adapter import ArrayDataAdapter
from keras.src.trainers.epoch_iterator import EpochIterator

from course.training.fast import jax_batches

RNG = np.random.default_rng(0)
X = RNG.normal(size=(50, 4)).astype("float32")
Y = (X[:, 0] > 0).astype("int32") + (X[:, 1] > 0).astype("int32")
W = RNG.uniform(0.5, 1, 50)  # float64: Keras makes float32 of it
TREES = {
    "x": {"x": X},
    "pair": {"x": X, "y": Y, "sample_weight": W},
    "dict": {"x": {"b": X, "a": [Y, (X.T.copy().T, W)]}},
    "jax": {"x": ops.convert_to_tensor(X), "y": None, "sample_weight": None},
    "images": {"x": RNG.random((50, 3, 2, 1)), "y": np.asfortranarray(X)},
}


def adapters(tree, shuffle):
    """Two adapters of the same data: one of which the batches are ours, one of Keras."""
    found = []
    for ours in (True, False):
        iterator = EpochIterator(**TREES[tree], batch_size=8, shuffle=shuffle)
        if ours:
            jax_batches.array_batches(iterator)
        found.append(iterator.data_adapter)
    return found


def same(a, b):
    keras.tree.assert_same_structure(a, b)
    for x, y in zip(keras.tree.flatten(a), keras.tree.flatten(b), strict=True):
        assert type(x) is type(y) is np.ndarray
        assert x.dtype == y.dtype
        np.testing.assert_array_equal(x, y)


@pytest.mark.parametrize("tree", TREES)
@pytest.mark.parametrize("shuffle", [False, True, "batch"])
def test_the_batches_are_those_of_keras(tree, shuffle):
    ours, keras_own = adapters(tree, shuffle)
    for _ in range(2):
        runs = []
        for adapter in (ours, keras_own):
            np.random.seed(5)  # noqa: NPY002
            iterators = [adapter.get_jax_iterator() for _ in range(2)]  # one that nobody reads draws nothing
            runs.append((list(iterators[0]), np.random.random()))  # noqa: NPY002
        (a, draw), (b, keras_draw) = runs
        assert draw == keras_draw
        assert len(a) == len(b) == 7
        for x, y in zip(a, b, strict=True):
            same(x, y)


@pytest.mark.parametrize("tree", ["dict", "images"])
@pytest.mark.parametrize("shuffle", [False, True, "batch"])
def test_a_group_is_its_batches(tree, shuffle):
    np.random.seed(5)  # noqa: NPY002
    grouped, single = (adapters(tree, shuffle)[0].get_jax_iterator() for _ in range(2))
    np.random.seed(5)  # noqa: NPY002
    groups = [grouped.group(3), grouped.group(3)]
    assert grouped.group(3) is None
    rest = list(grouped)
    np.random.seed(5)  # noqa: NPY002
    batches = list(single)
    for i, group in enumerate(groups):
        same(group, keras.tree.map_structure(lambda *x: np.stack(x), *batches[3 * i : 3 * i + 3]))
    assert len(rest) == 1
    same(rest[0], batches[6])


def test_batches_in_order_are_views():
    adapter, _ = adapters("x", shuffle=False)
    batches = adapter.get_jax_iterator()
    assert np.shares_memory(batches.group(2)[0], X)
    assert np.shares_memory(next(batches)[0], X)


def test_what_is_no_dense_array_is_left_to_keras():
    sparse = pytest.importorskip("scipy.sparse").csr_matrix(X)
    iterator = EpochIterator(x=sparse, batch_size=8)
    jax_batches.array_batches(iterator)
    assert iterator.data_adapter.get_jax_iterator.__func__ is ArrayDataAdapter.get_jax_iterator

    class Own(np.ndarray):
        pass

    iterator = EpochIterator(x=X.view(Own), batch_size=8)
    jax_batches.array_batches(iterator)
    assert iterator.data_adapter.get_jax_iterator.__func__ is ArrayDataAdapter.get_jax_iterator


class Listener(keras.callbacks.Callback):
    """Wants to hear of each batch."""

    def __init__(self):
        super().__init__()
        self.ends = []

    def on_train_batch_end(self, batch, logs=None):
        self.ends.append(batch)


def noisy(steps):
    model = Noisy()
    model.compile(keras.optimizers.Adam(1e-2), steps_per_execution=steps)
    return model, {"x": X, "y": Y, "validation_data": (X[:20], Y[:20])}


def weighted(steps):
    model = Classifier()
    model.compile(
        keras.optimizers.SGD(
            keras.optimizers.schedules.ExponentialDecay(0.1, 3, 0.5), momentum=0.9, weight_decay=1e-2,
            clipnorm=1.0, use_ema=True, ema_overwrite_frequency=None,
        ),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        weighted_metrics=["accuracy"],
        steps_per_execution=steps,
    )  # fmt: skip
    return model, {"x": X, "y": Y, "sample_weight": W, "validation_split": 0.1}


def gan(steps):
    model = PenaltyGAN()
    model.compile(steps_per_execution=steps)
    return model, {
        "x": X[:24, :2]
    }  # no short batch, which would be a program of its own; the other models have one


@pytest.mark.filterwarnings(
    "ignore:Your input ran out of data"
)  # Keras, when 4 steps do not divide 7 batches
@pytest.mark.parametrize(
    ("make", "steps", "more"),
    [
        (noisy, 1, {}),
        (noisy, 3, {"shuffle": "batch"}),
        (weighted, 1, {"shuffle": False, "steps_per_epoch": 4}),
        (weighted, 3, {}),
        (gan, 1, {"shuffle": "batch"}),
    ],
)
def test_an_epoch_that_nobody_hears_has_the_same_numbers(make, steps, more):
    """History, every variable to the last bit, and the state of NumPy's generator."""
    runs = []
    for callbacks in (None, [Listener()]):
        keras.utils.set_random_seed(1)
        model, data = make(steps)
        history = model.fit(**data, batch_size=8, epochs=3, verbose=0, callbacks=callbacks, **more).history
        state = [
            *model.variables,
            *model.metrics_variables,
            *(v for o in model.optimizers for v in o.variables),
        ]
        runs.append((history, [ops.convert_to_numpy(v) for v in state], np.random.random()))  # noqa: NPY002
    assert runs[0][0] == runs[1][0]
    assert runs[0][2] == runs[1][2]
    for a, b in zip(runs[0][1], runs[1][1], strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(("steps", "heard"), [(1, list(range(7)) * 2), (3, [2, 5, 8] * 2)])
def test_a_listener_hears_of_every_execution(steps, heard):
    model, data = noisy(steps)
    listener = Listener()
    model.fit(**data, batch_size=8, epochs=2, verbose=0, callbacks=[listener])
    assert listener.ends == heard


@pytest.mark.parametrize(("verbose", "calls"), [(0, 2), (2, 14)])
def test_an_epoch_is_one_call_when_nobody_listens(verbose, calls):
    model, data = noisy(1)
    model.fit(**data, batch_size=8, epochs=1, verbose=0)
    function, seen = model.train_function, []
    model.train_function = lambda *args: seen.append(args) or function(*args)
    model.fit(**data, batch_size=8, epochs=2, verbose=verbose)
    assert len(seen) == calls


def test_what_was_learnt_before_an_interruption_stays():
    class Counting(course.Model):
        def __init__(self):
            super().__init__()
            self.w = self.add_weight(shape=(), initializer="zeros", name="w")

        def train_step(self, data):
            if data.shape[0] != 8:  # the last, short batch
                raise KeyboardInterrupt
            self.w.assign_add(1.0)
            return {"loss": self.w}

    model = Counting()
    model.compile()
    model.prepare(X[:8])
    for loops in range(1, 3):
        with pytest.raises(KeyboardInterrupt):
            model.fit(X, batch_size=8, epochs=2, verbose=0)
        assert float(model.w) == 6 * loops


def test_each_part_of_the_state_keeps_its_memory():
    """A donated array is the memory of its own successor; or XLA copies one to make room for another."""
    model, data = noisy(1)
    model.fit(**data, batch_size=10, epochs=1, verbose=0)

    def places():
        return {
            v.path: v.value.unsafe_buffer_pointer() for v in (*model.variables, *model.optimizer.variables)
        }

    before = places()
    state = model._get_jax_state(
        trainable_variables=True,
        non_trainable_variables=True,
        optimizer_variables=True,
        metrics_variables=True,
    )
    model.train_function(state, iter([(X[:10], Y[:10])]))
    model.jax_state_sync()
    assert places() == before


def test_what_is_computed_twice_is_assigned_once():
    """BatchNorm inside ``keras.remat``."""

    class Again(course.Model):
        def __init__(self):
            super().__init__()
            self.norm = keras.layers.BatchNormalization(momentum=0.5)

        def train_step(self, x):
            again = keras.remat(lambda y: ops.mean(self.norm(y, training=True) ** 3))
            value, gradients = course.value_and_grad(lambda: again(x), self.norm.trainable_variables)
            return {"loss": value, "slope": ops.sum(gradients[0])}

    model = Again()
    model.compile()
    model.fit(X[:4], batch_size=4, verbose=0)
    np.testing.assert_allclose(model.norm.moving_mean.numpy(), X[:4].mean(0) / 2, rtol=1e-5)
