"""Graphs, colour refinement, and what training on one graph does with wrong arguments."""

import itertools

import keras
import networkx as nx
import numpy as np
import pytest
from keras import ops

from course.testing import assert_close, one_program
from units import u10_past_present_future as u10


@pytest.mark.backend_independent
def test_a_graph_is_networkxs():
    g = nx.gnp_random_graph(8, 0.4, seed=2)
    graph = u10.Graph(8, [(b, a) for a, b in g.edges])
    np.testing.assert_array_equal(graph.adjacency(), nx.to_numpy_array(g))
    np.testing.assert_array_equal(graph.degrees, [g.degree[i] for i in range(8)])
    for i in range(8):
        assert graph.neighbours(i).tolist() == sorted(g.neighbors(i))
    assert u10.Graph(3, []).edges.shape == (0, 2)


@pytest.mark.backend_independent
@pytest.mark.parametrize(
    ("nodes", "pairs", "message"),
    [
        (0, [], "at least one node"),
        (2.5, [], "a whole number of them"),
        (3, [(0, 3)], "whole numbers from 0 to 2"),
        (3, [(-1, 1)], "whole numbers from 0 to 2"),
        (3, [(0, 0.5)], "whole numbers from 0 to 2"),
        (3, [(1, 1)], "connects a node with itself"),
        (3, [(0, 1), (1, 0)], "is there twice"),
        (3, [0, 1], r"shape \(2,\); it must be \(edges, 2\)"),
    ],
)
def test_bad_graphs_are_named(nodes, pairs, message):
    with pytest.raises(ValueError, match=message):
        u10.Graph(nodes, pairs)


@pytest.mark.backend_independent
def test_a_union_has_no_edges_between_its_graphs():
    triangle, path = u10.Graph(3, [(0, 1), (1, 2), (2, 0)]), u10.Graph(4, [(0, 1), (1, 2), (2, 3)])
    both, member = u10.union([triangle, path])
    np.testing.assert_array_equal(member, [0, 0, 0, 1, 1, 1, 1])
    expected = np.zeros((7, 7))
    expected[:3, :3], expected[3:, 3:] = triangle.adjacency(), path.adjacency()
    np.testing.assert_array_equal(both.adjacency(), expected)
    with pytest.raises(ValueError, match="at least one graph"):
        u10.union([])


@pytest.mark.backend_independent
def test_refinement_tells_apart_what_networkx_tells_apart():
    """Every pair of the connected graphs with 5 nodes, and two regular graphs; NetworkX hashes as many rounds."""
    graphs = [g for g in nx.graph_atlas_g()[19:53] if g.number_of_nodes() == 5 and nx.is_connected(g)]
    graphs += [nx.random_regular_graph(3, 6, seed=s) for s in (0, 1)]
    for g in graphs:
        nx.set_node_attributes(g, "same", "colour")
    hashes = [nx.weisfeiler_lehman_graph_hash(g, node_attr="colour", iterations=6) for g in graphs]
    ours = [u10.Graph(g.number_of_nodes(), list(g.edges)) for g in graphs]
    for (a, hash_a), (b, hash_b) in itertools.combinations(zip(ours, hashes, strict=True), 2):
        assert u10.told_apart(a, b) == (hash_a != hash_b)


@pytest.mark.backend_independent
def test_refinement_cannot_tell_a_hexagon_from_two_triangles():
    hexagon = u10.Graph(6, list(nx.cycle_graph(6).edges))
    triangles, _ = u10.union([u10.Graph(3, [(0, 1), (1, 2), (0, 2)])] * 2)
    assert not u10.told_apart(hexagon, triangles)
    assert u10.told_apart(hexagon, u10.Graph(6, list(nx.path_graph(6).edges)))
    path = u10.Graph(5, list(nx.path_graph(5).edges))
    colours, rounds = u10.stable_colours(path)
    assert rounds == 2
    assert (colours[0], colours[1]) == (colours[4], colours[3])
    assert len(set(colours.tolist())) == 3
    marked, _ = u10.stable_colours(path, [1, 0, 0, 0, 0])
    assert len(set(marked.tolist())) == 5
    for bad in ([0, 1], [0.5] * 5):
        with pytest.raises(ValueError, match="each of the 5 nodes"):
            u10.stable_colours(path, bad)


PAIRS = [(0, 1), (1, 2), (2, 3), (3, 4), (4, 0), (0, 2)]
GRAPH = u10.Graph(5, PAIRS)
X = np.random.default_rng(0).normal(size=(5, 3)).astype("float32")
Y = np.array([0, 1, 1, 0, 1], "int32")


def test_nodes_without_a_label_do_not_count():
    model = u10.GCN(GRAPH, 2, units=4, decay=0.1)
    model.compile(keras.optimizers.SGD(0.1))
    known = np.array([1, 0, 1, 0, 0], "float32")
    z = model.predict(X).astype("float64")
    each = np.log(np.exp(z).sum(1)) - z[np.arange(5), Y]
    W = ops.convert_to_numpy(model.steps[0].linear.kernel)
    logs = model.evaluate(X, Y, sample_weight=known, return_dict=True)
    assert_close(logs["loss"], (each[0] + each[2]) / 2 + 0.05 * np.sum(W**2), rtol=1e-5)
    assert_close(logs["accuracy"], np.mean(z.argmax(1)[[0, 2]] == Y[[0, 2]]))
    # whatever the labels of the other nodes, the step is the same; the other nodes still send messages
    model = u10.GCN(GRAPH, 2, units=4, dropout=0.0)
    model.compile(keras.optimizers.SGD(0.1))
    model(X)
    before, after = model.get_weights(), []
    moved = X + np.outer([0, 1, 0, 0, 0], [1, 1, 1]).astype("float32")
    for x, y in ((X, Y), (X, np.where(known > 0, Y, 1 - Y)), (moved, Y)):
        model.set_weights(before)
        model.fit(x, y, sample_weight=known, epochs=1, verbose=0)
        after.append(np.concatenate([w.ravel() for w in model.get_weights()]))
    assert_close(after[0], after[1], atol=1e-7)
    assert np.abs(after[0] - after[2]).max() > 1e-4


def test_training_on_a_graph_says_what_is_wrong():
    model = u10.NodeMLP(GRAPH, 2)
    model.compile(keras.optimizers.SGD(0.1))
    for bad in ({"batch_size": 2}, {"shuffle": True}, {"validation_batch_size": 1}):
        with pytest.raises(ValueError, match="A batch is the whole graph in its own order"):
            model.fit(X, Y, **bad)
    with pytest.raises(ValueError, match="y"):
        model.fit(X, Y + 1)
    with pytest.raises(ValueError, match="5 nodes, but x has 4 rows"):
        u10.GCN(GRAPH, 2)(X[:4])
    with pytest.raises(ValueError, match="at least one layer"):
        u10.GCN(GRAPH, 2, depth=0)
    for bad in ({"depth": -1}, {"teleport": 3}, {"eta": 0}):
        with pytest.raises(ValueError, match="depth is at least 1"):
            u10.GCNII(GRAPH, 2, **bad)
    with pytest.raises(ValueError, match="at least one head"):
        u10.GAT(GRAPH, 2, heads=0)


@pytest.mark.parametrize("name", ["GCN", "GAT", "APPNP", "GCNII", "NodeMLP"])
def test_networks_are_rebuilt_from_their_config(name):
    model = getattr(u10, name)(GRAPH, 2, units=4, vocabulary=7)
    words = u10.words_of((np.random.default_rng(1).random((5, 7)) < 0.5).astype("float32"))
    expected = model(words)
    again = type(model).from_config(model.get_config())
    again(words)
    again.set_weights(model.get_weights())
    assert_close(again(words), expected, atol=1e-6)
    assert tuple(expected.shape) == (5, 2)
    assert len(model.decayed()) == {"GAT": 6, "GCNII": 8}.get(name, 1)


def filled(graphs, rows):
    """Edges of several graphs with rows (0, 0) at the end, shape (graphs, rows, 2)."""
    edges = np.zeros((len(graphs), rows, 2), "int32")
    for row, graph in zip(edges, graphs, strict=True):
        row[: len(graph.edges)] = graph.edges
    return edges


def test_gin_ignores_filled_rows_and_the_order_of_nodes():
    rng = np.random.default_rng(0)
    order = rng.permutation(5)
    renamed = u10.Graph(5, order[np.array(PAIRS)])
    x = X[None].repeat(2, axis=0)
    x[1, order] = X
    model = u10.GIN(2, units=4, rounds=2)
    model.build([(None, *X.shape), (None, None, 2)])
    both = one_program(lambda x, edges: (model.embed([x, edges]), model([x, edges])))
    (g, short), (_, long) = (both(x, filled([GRAPH, renamed], rows)) for rows in (12, 17))
    assert_close(short, long, atol=1e-5)
    assert_close(short[0], short[1], atol=1e-5)
    # one round by hand: h_i = MLP(x_i + ∑_j x_j), and the sum over the nodes
    received = X + GRAPH.adjacency() @ X
    h = ops.convert_to_numpy(model.steps[0].outer(model.steps[0].inner(received)))
    assert_close(ops.convert_to_numpy(g)[0, :7], np.concatenate([X.sum(0), h.sum(0)]), atol=1e-4)
    again = u10.GIN.from_config(model.get_config())
    assert again.get_config() == model.get_config()


def test_gin_measures_all_batches_and_weights_its_loss():
    model = u10.GIN(2, units=4, rounds=1)
    model.compile(keras.optimizers.SGD(0.0))
    x = np.random.default_rng(3).normal(size=(5, 5, 3)).astype("float32")
    pair, w = [x, filled([GRAPH] * 5, 12)], np.array([0, 2, 0, 0, 1], "float32")
    z = ops.convert_to_numpy(model(pair)).astype("float64")
    each = np.log(np.exp(z).sum(1)) - z[np.arange(5), Y]
    logs = model.evaluate(pair, Y, batch_size=2, verbose=0, return_dict=True)
    assert_close([logs["loss"], logs["accuracy"]], [each.mean(), np.mean(z.argmax(1) == Y)], rtol=1e-4)
    history = model.fit(pair, Y, sample_weight=w, batch_size=5, verbose=0).history
    assert_close(history["loss"][0], np.mean(w * each), rtol=1e-4)


def test_gin_with_random_weights_tells_apart_what_refinement_does():
    """Graphs with five nodes and one without edges, and two with six; as many nodes each, so that all are one batch."""
    atlas = [g for g in nx.graph_atlas_g() if g.number_of_nodes() == 5 and g.number_of_edges() == 5]
    graphs = [u10.Graph(6, list(g.edges)) for g in atlas]
    graphs += [
        u10.Graph(6, list(nx.cycle_graph(6).edges)),
        u10.union([u10.Graph(3, [(0, 1), (1, 2), (0, 2)])] * 2)[0],
    ]
    model = u10.GIN(2, units=8, rounds=4)
    model.build([(None, 6, 1), (None, 12, 2)])
    embed = one_program(lambda x, edges: model.embed([x, edges]))
    g = ops.convert_to_numpy(embed(np.ones((len(graphs), 6, 1), "float32"), filled(graphs, 12)))
    apart = [u10.told_apart(a, b) for a, b in itertools.combinations(graphs, 2)]
    assert [np.abs(a - b).max() > 1e-4 for a, b in itertools.combinations(g, 2)] == apart
    assert {True, False} == set(apart)


@pytest.mark.backend_independent
def test_colours_may_be_a_list():
    path = u10.Graph(3, [(0, 1)])
    assert u10.refine(path, [0, 0, 1]).tolist() == [0, 0, 1]
    with pytest.raises(ValueError, match="one whole number for each of the 3 nodes"):
        u10.refine(path, [0, 1])
    with pytest.raises(ValueError, match="teleport is in"):
        u10.APPNP(path, 2, teleport=2.0)
