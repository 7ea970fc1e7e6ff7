"""Message passing over edges is the product with the dense matrix, on every backend."""

import keras
import networkx as nx
import numpy as np
import pytest
from keras import ops

from course.testing import assert_close, check_layer
from units import u10_past_present_future as u10

NODES = 12
RNG = np.random.default_rng(0)
X = RNG.normal(size=(NODES, 4)).astype("float32")


@pytest.fixture(scope="module")
def graph():
    """A random graph on the nodes 0 to 8, its edges in random order; nodes 9 to 11 have no neighbours."""
    pairs = np.array(nx.gnp_random_graph(9, 0.35, seed=1).edges)
    return u10.Graph(NODES, np.random.default_rng(1).permutation(pairs))


def dense_propagation(graph):
    """Â from NetworkX's numbers."""
    A = graph.adjacency() + np.eye(graph.nodes)
    return A / np.sqrt(np.outer(A.sum(1), A.sum(1)))


def test_aggregate_takes_unsorted_edges_and_nodes_without_edges(graph):
    assert np.any(np.diff(graph.edges[:, 1]) < 0)
    messages = RNG.normal(size=(len(graph.edges), 2, 3)).astype("float32")
    into = [messages[graph.edges[:, 1] == i] for i in range(NODES)]
    nothing = np.zeros((2, 3))
    slow = {
        "sum": [m.sum(0) for m in into],
        "mean": [m.mean(0) if len(m) else nothing for m in into],
        "max": [m.max(0) if len(m) else nothing for m in into],
    }
    edges = ops.convert_to_tensor(graph.edges)
    for how, expected in slow.items():
        got = u10.aggregate(ops.convert_to_tensor(messages), edges, NODES, how)
        assert_close(got, np.array(expected), atol=1e-5)
    with pytest.raises(ValueError, match='how is "sum", "mean" or "max", not \'median\''):
        u10.aggregate(messages, edges, NODES, "median")


def test_messages_go_along_the_edges():
    one_way = np.array([[0, 2], [1, 2]], "int32")
    x = ops.convert_to_tensor([[1.0], [10.0], [100.0]])
    assert_close(u10.aggregate(u10.gather(x, one_way), one_way, 3), [[0.0], [0.0], [11.0]])
    assert_close(u10.in_degrees(one_way, 3), [0.0, 0.0, 2.0])


def test_segment_softmax_is_a_softmax_for_each_node(graph):
    scores = (100 * RNG.normal(size=(len(graph.edges), 2))).astype(
        "float32"
    )  # exp(100) is infinite in float32
    got = ops.convert_to_numpy(u10.segment_softmax(ops.convert_to_tensor(scores), graph.edges, NODES))
    for i in range(9):
        of_i = graph.edges[:, 1] == i
        e = np.exp(scores[of_i].astype("float64") - scores[of_i].max(0))
        np.testing.assert_allclose(got[of_i], e / e.sum(0), atol=1e-5)


def test_propagate_is_the_dense_product(graph):
    got = u10.propagate(ops.convert_to_tensor(X), ops.convert_to_tensor(graph.edges))
    assert_close(u10.propagate(X, graph.edges), got)  # NumPy arrays are converted
    assert_close(got, dense_propagation(graph) @ X, atol=1e-5)
    eigenvalues = np.linalg.eigvalsh(dense_propagation(graph))
    assert -1 < eigenvalues.min() < 0 < eigenvalues.max() < 1 + 1e-12


def test_graph_convolution_is_the_dense_product(graph):
    layer = u10.GraphConvolution(3)
    got = layer(X, graph.edges)
    layer.bias.assign([1.0, 2.0, 3.0])
    W = ops.convert_to_numpy(layer.linear.kernel)
    assert_close(got, dense_propagation(graph) @ X @ W, atol=1e-5)
    assert_close(layer(X, graph.edges), dense_propagation(graph) @ X @ W + [1, 2, 3], atol=1e-5)


@pytest.mark.parametrize("joined", [True, False])
def test_graph_attention_is_a_dense_masked_softmax(graph, joined):
    layer = u10.GraphAttention(3, heads=2, joined=joined)
    got = layer(X, graph.edges)
    weights = layer.linear.kernel, layer.from_neighbour, layer.from_self
    W, a, own = (ops.convert_to_numpy(w).astype("float64") for w in weights)
    heads = []
    for h in range(2):
        g = X @ W[:, 3 * h : 3 * h + 3]
        e = (g @ own[h])[:, None] + (g @ a[h])[None, :]  # row i receives from column j
        e = np.where(e > 0, e, 0.2 * e)
        e = np.where(graph.adjacency() + np.eye(NODES) > 0, e, -np.inf)
        alpha = np.exp(e - e.max(1, keepdims=True))
        heads.append(alpha / alpha.sum(1, keepdims=True) @ g)
    expected = np.concatenate(heads, axis=1) if joined else np.mean(heads, axis=0)
    assert_close(got, expected, atol=1e-5)


def test_linear_map_of_words_is_that_of_normalized_rows():
    x = (RNG.random((NODES, 7)) < 0.4).astype("float32")
    x[3] = 0  # a text without any known word
    layer = u10.LinearMap(2, vocabulary=7, dropout=0.5)
    words = u10.words_of(x)
    expected = (
        x / np.maximum(1, x.sum(1, keepdims=True)) @ ops.convert_to_numpy((layer(words), layer.kernel)[1])
    )
    assert_close(layer(words), expected, atol=1e-6)
    many = ops.convert_to_numpy(layer(np.tile(words, (2000, 1)), training=True)).reshape(2000, NODES, 2)
    assert_close(many.mean(axis=0), expected, atol=0.06)
    with pytest.raises(ValueError, match="zeros and ones"):
        u10.words_of(0.5 * x)


def test_personalized_propagation_reaches_its_limit(graph):
    edges, S = ops.convert_to_tensor(graph.edges), dense_propagation(graph)
    x = ops.convert_to_tensor(X)
    one = u10.personalized_propagation(x, edges, steps=1, teleport=0.25)
    assert_close(one, 0.75 * S @ X + 0.25 * X, atol=1e-5)
    many = u10.personalized_propagation(x, edges, steps=60, teleport=0.25)
    assert_close(many, 0.25 * np.linalg.solve(np.eye(NODES) - 0.75 * S, X), atol=1e-5)
    for bad in ({"teleport": 0.0}, {"steps": -1}):
        with pytest.raises(ValueError, match="teleport is in"):
            u10.personalized_propagation(x, edges, **bad)


def test_initial_residual_convolution(graph):
    layer = u10.InitialResidualConvolution(0.2, 0.3)
    first = RNG.normal(size=X.shape).astype("float32")
    got = layer(X, first, graph.edges)
    P = 0.8 * dense_propagation(graph) @ X + 0.2 * first
    W = ops.convert_to_numpy(layer.kernel)
    assert_close(got, np.maximum(0, 0.7 * P + 0.3 * P @ W), atol=1e-5)


def test_dirichlet_energy_is_the_sum_over_edges(graph):
    scaled = X / np.sqrt(1 + graph.degrees)[:, None]
    differences = scaled[graph.edges[:, 0]] - scaled[graph.edges[:, 1]]
    got = u10.dirichlet_energy(X, ops.convert_to_tensor(graph.edges))
    assert_close(got, 0.5 * np.sum(differences**2), rtol=1e-5)
    assert_close(u10.relative_energy(3 * X, graph.edges), got / np.sum(X**2), rtol=1e-5)
    x = ops.convert_to_tensor(X)
    energies = [float(u10.dirichlet_energy(x, graph.edges))]
    for _ in range(4):
        x = u10.propagate(x, graph.edges)
        energies.append(float(u10.dirichlet_energy(x, graph.edges)))
    assert np.all(np.diff(energies) < 0)
    constant = np.sqrt(1 + graph.degrees)[:, None].astype("float32")
    assert_close(u10.dirichlet_energy(constant, graph.edges), 0.0, atol=1e-4)


@keras.saving.register_keras_serializable("medl")
class OnARing(keras.layers.Layer):
    """All layers of graphs, one after the other, as a layer of one input: the nodes of a batch stand on a ring."""

    def build(self, shape):
        names = {"dtype": self.dtype_policy}
        self.parts = [
            u10.GraphAttention(3, heads=2, **names),
            u10.IsomorphismLayer(3, **names),
            u10.InitialResidualConvolution(0.2, 0.3, **names),
            u10.GraphConvolution(3, **names),
        ]
        for part, features in zip(self.parts, (shape[-1], 6, 3, 3), strict=True):
            part.build((shape[0], features))

    def call(self, x):
        own = ops.arange(ops.shape(x)[0], dtype="int32")
        after = ops.mod(own + 1, ops.shape(x)[0])
        ring = ops.concatenate([ops.stack([own, after], axis=1), ops.stack([after, own], axis=1)])
        attention, isomorphism, residual, convolution = self.parts
        x = isomorphism(attention(x, ring), ring)
        return convolution(residual(x, x, ring), ring)


@pytest.mark.needs_backend("torch")
def test_layers_are_keras_layers():
    """One check for four layers, on one backend: on JAX it takes ten times as long."""
    check_layer(OnARing, (5, 3), same_for_each_sample=False, policies=("mixed_bfloat16",))
    for layer in (u10.GraphConvolution(3), u10.GraphAttention(3, 2, joined=False, dropout=0.1)):
        assert type(layer).from_config(layer.get_config()).get_config() == layer.get_config()
    for layer in (u10.IsomorphismLayer(3, "max"), u10.InitialResidualConvolution(0.2, 0.3)):
        assert type(layer).from_config(layer.get_config()).get_config() == layer.get_config()
