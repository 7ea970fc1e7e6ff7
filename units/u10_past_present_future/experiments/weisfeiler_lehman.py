"""A network with sums tells apart exactly the graphs that colour refinement tells apart (§8.5, ☆)."""

import itertools

import networkx as nx
import numpy as np
from keras import ops

from course.figures import COLOURS
from units.u10_past_present_future.gin import GIN
from units.u10_past_present_future.graph import Graph
from units.u10_past_present_future.weisfeiler_lehman import stable_colours, told_apart


def run(r):
    nodes = 6
    atlas = [g for g in nx.graph_atlas_g() if g.number_of_nodes() == nodes and g.number_of_edges() == 7]
    atlas += [nx.cycle_graph(6), nx.disjoint_union(nx.cycle_graph(3), nx.cycle_graph(3))]
    graphs = [Graph(nodes, list(g.edges)) for g in atlas]
    edges = np.zeros((len(graphs), 14, 2), "int32")
    for row, graph in zip(edges, graphs, strict=True):
        row[: len(graph.edges)] = graph.edges
    x = np.ones((len(graphs), nodes, 1), "float32")
    pairs = list(itertools.combinations(range(len(graphs)), 2))
    refined = np.array([told_apart(graphs[i], graphs[j]) for i, j in pairs])
    r.log(
        f"{len(graphs)} graphs with 6 nodes, {len(pairs)} pairs, all different; refinement: {refined.sum()}"
    )
    r.metric("pairs", len(pairs))
    r.metric("pairs_by_refinement", refined.sum())
    seen = {"refinement": refined.sum()}
    for how in ("sum", "mean", "max"):
        model = GIN(2, units=16, rounds=3, how=how)
        g = ops.convert_to_numpy(model.embed([x, edges])).astype("float64")
        scale = np.abs(g).max()
        network = np.array([np.abs(g[i] - g[j]).max() > 1e-5 * scale for i, j in pairs])
        seen[how] = network.sum()
        r.metric(f"pairs_by_{how}", network.sum())
        r.metric(f"pairs_beyond_refinement_{how}", np.sum(network & ~refined))
    hexagon, triangles = graphs[-2:]
    r.log(f"hexagon and two triangles: told apart {told_apart(hexagon, triangles)}")
    for graph, name in ((hexagon, "hexagon"), (triangles, "two triangles")):
        r.log(f"{name}: stable colours {stable_colours(graph)[0].tolist()}")
    marked = [stable_colours(graph, [1, 0, 0, 0, 0, 0])[0].tolist() for graph in (hexagon, triangles)]
    r.log(f"with one marked node: {marked[0]} and {marked[1]}")
    _, axes = r.figure("graphs", 1, 3, size=(11, 3.6))
    for ax, graph, g, name in zip(
        axes, (hexagon, triangles), atlas[-2:], ("A hexagon", "Two triangles"), strict=False
    ):
        place = np.array(list(nx.circular_layout(g).values()))
        for a, b in graph.edges:
            ax.plot(*place[[a, b]].T, color=COLOURS["grey"], zorder=1)
        ax.scatter(*place.T, s=160, color=COLOURS["blue"], zorder=2)
        ax.set(
            title=name, xlabel="every node: 2 neighbours like itself", xticks=[], yticks=[], aspect="equal"
        )
        ax.grid(False)
    axes[2].barh(
        list(seen), list(seen.values()), color=[COLOURS[c] for c in ("black", "blue", "orange", "green")]
    )
    axes[2].invert_yaxis()
    axes[2].set(title=f"Told apart, of {len(pairs)} pairs", xlabel="pairs of graphs")
