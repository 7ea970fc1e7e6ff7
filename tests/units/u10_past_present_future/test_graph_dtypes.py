"""Graph networks with numbers of other types: half precision, whole numbers, numbers of NumPy, and wrong ones."""

import keras
import numpy as np
import pytest
from keras import ops

from course.testing import assert_close
from units import u10_past_present_future as u10

LEAVES = 600
STAR = u10.Graph(LEAVES + 1, [(0, leaf) for leaf in range(1, LEAVES + 1)])
PATH = u10.Graph(4, [(0, 1), (1, 2)])
Y, W = np.array([0, 1, 1, 0]), np.array([1.0, 1.0, 0.0, 0.0], "float32")


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_a_node_with_many_neighbours_in_half_precision(dtype):
    """256 + 1 is 256 in bfloat16: degrees, sums and weights of edges are added in float32."""
    edges, nodes = STAR.edges, STAR.nodes
    assert_close(ops.cast(u10.in_degrees(edges, nodes, dtype), "float32")[0], LEAVES, rtol=5e-3)
    ones = ops.ones((len(edges), 1), dtype)
    for how, expected in (("sum", LEAVES), ("mean", 1.0)):
        received = u10.aggregate(ones, edges, nodes, how)
        assert keras.backend.standardize_dtype(received.dtype) == dtype
        assert_close(ops.cast(received, "float32")[0], [expected], rtol=5e-3)
    alpha = ops.cast(u10.segment_softmax(ones, edges, nodes), "float32")
    assert_close(u10.aggregate(alpha, edges, nodes), np.ones((nodes, 1)), rtol=5e-3)
    x = np.ones((nodes, 1), "float32")
    got = ops.cast(u10.propagate(ops.cast(x, dtype), edges), "float32")
    assert_close(got, u10.propagate(x, edges), rtol=2e-2)


def test_short_integers_do_not_overflow():
    x = np.array([[200], [0], [100], [7]], "uint8")
    assert_close(u10.aggregate(u10.gather(x, PATH.edges), PATH.edges, 4), [[0], [300], [0], [0]])
    assert_close(u10.relative_energy(x, PATH.edges), u10.relative_energy(x.astype("float32"), PATH.edges))


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_layers_compute_in_their_own_dtype(dtype):
    x = np.ones((4, 3), "float32")
    assert keras.backend.standardize_dtype(u10.LinearMap(2, dtype=dtype)(x).dtype) == dtype
    assert keras.backend.standardize_dtype(u10.GraphConvolution(2, dtype=dtype)(x, PATH.edges).dtype) == dtype


def fitted(x, make, y=Y, **more):
    keras.utils.set_random_seed(0)
    model = make()
    model.compile(keras.optimizers.SGD(0.5))
    model.fit(x, y, verbose=0, **more)
    return [ops.convert_to_numpy(v) for v in model.trainable_variables]


def test_features_may_be_whole_numbers():
    x = np.array([[0, 3], [1, 2], [0, 0], [4, 1]])

    def gcn():
        return u10.GCN(PATH, np.int64(2), np.int64(3), dropout=0.4)

    for got, expected in zip(
        fitted(x.astype("uint8"), gcn, sample_weight=W), fitted(x.astype("float32"), gcn, sample_weight=W),
        strict=True,
    ):  # fmt: skip
        assert_close(got, expected, atol=1e-6)


EDGES = np.array([[[0, 1], [1, 0], [0, 0], [0, 0]], [[0, 1], [1, 0], [1, 2], [2, 1]]])


def test_graphs_may_have_features_of_whole_numbers():
    x = np.array([[[1], [2], [3]], [[3], [2], [2]]])

    def gin():
        return u10.GIN(np.int64(2), units=np.int64(4), rounds=np.int64(1))

    whole, floats = (fitted([v, EDGES], gin, Y[:2]) for v in (x, x.astype("float32")))
    assert floats[0] != 0, "ε has learned"
    for got, expected in zip(whole, floats, strict=True):
        assert_close(got, expected, atol=1e-6)


@pytest.mark.parametrize("wrong", [-1, 3])
def test_an_edge_stays_in_its_graph(wrong):
    edges = EDGES.copy()
    edges[0, 2:] = wrong
    with pytest.raises(ValueError, match="whole numbers from 0 to 2"):
        u10.GIN(2).predict([np.ones((2, 3, 1), "float32"), edges], verbose=0)


def test_nodes_without_a_label_and_words_that_there_are_not():
    x, model = np.eye(4, dtype="float32"), u10.GCN(PATH, 2, 3)
    model.compile("sgd")
    with pytest.raises(ValueError, match="any class, such as 0, and the weight 0"):
        model.fit(x, np.array([0, 1, -1, -1]), sample_weight=W)
    for call in (model.evaluate, model.predict):
        with pytest.raises(ValueError, match="leave batch_size out"):
            call(x, batch_size=2)
    with pytest.raises(ValueError, match="numbers of words from 0 to 2"):
        u10.GCN(PATH, 2, 3, vocabulary=3).predict(np.array([[0], [3], [1], [-1]]))
    with pytest.raises(ValueError, match="−1 where a row is shorter"):
        u10.GCN(PATH, 2, 3, vocabulary=3).predict(np.array([[0], [2], [1], [-2]]))
    with pytest.raises(ValueError, match=r"\(nodes, features\)"):
        u10.words_of([0, 1])


@pytest.mark.parametrize("size", [300.0, 3e-5, 0.0])
def test_an_energy_of_large_and_of_small_vectors(size):
    """The square of 300 is infinite in float16, and that of 3e-5 is 0. Two neighbours x and −x: ½ (2 + 2) x²."""
    x = np.array([[size], [-size]], "float16")
    edges = np.array([[0, 1], [1, 0]])
    expected = 2 * float(x[0, 0]) ** 2
    assert_close(u10.dirichlet_energy(x, edges), expected, rtol=1e-6, atol=0)
    assert_close(u10.relative_energy(x, edges), 1.0 if size else 0.0, rtol=1e-6)
    if size:
        assert_close(u10.relative_energy(1e-12 * x.astype("float32"), edges), 1.0, rtol=1e-6)
