"""Deep graph networks: neighbours become equal, and two cures (§8.5, ☆)."""

import keras
import numpy as np
from keras import ops

from course.figures import COLOURS
from units.u10_past_present_future.appnp import APPNP, personalized_propagation
from units.u10_past_present_future.dirichlet_energy import relative_energy
from units.u10_past_present_future.gcn import GCN, propagate
from units.u10_past_present_future.gcnii import GCNII
from units.u10_past_present_future.graph import Graph


def energies(x, edges, depth):
    """The relative Dirichlet energy after 0, …, depth propagations: plain ones, and personalized ones."""
    edges = ops.convert_to_tensor(edges)
    plain = mixed = ops.convert_to_tensor(x)
    rows = []
    for _ in range(depth + 1):
        rows.append([float(relative_energy(z, edges)) for z in (plain, mixed)])
        # personalized propagation with γ = 0.1 continues from where it was
        plain, mixed = propagate(plain, edges), 0.9 * propagate(mixed, edges) + 0.1 * ops.convert_to_tensor(x)
    return np.array(rows)


def run(r):
    d = r.data(n=r.pick(quick=120, full=600), within=8.0, between=2.0, seed=r.seed)
    x, y = d.features(), d.labels()
    graph, order = Graph(len(y), d.edges()), r.rng.permutation(len(y))
    known, tested = (np.isin(np.arange(len(y)), part).astype("float32") for part in (order[:60], order[60:]))
    deepest = 32
    energy = energies(x, graph.edges, deepest)
    r.metric("energy_features", energy[0, 0])
    r.metric("energy_plain", energy[-1, 0])
    r.metric("energy_personalized", energy[-1, 1])
    limit = personalized_propagation(ops.convert_to_tensor(x), graph.edges, steps=deepest)
    r.log(f"the loop is personalized_propagation: {float(relative_energy(limit, graph.edges)):.4f}")
    depths = r.pick(quick=[2, 8], full=[2, 4, 8, 16, 32])
    makers = {
        "GCN": lambda n: GCN(graph, 3, units=16, depth=n, dropout=0.2),
        "APPNP": lambda n: APPNP(graph, 3, units=16, steps=n, dropout=0.2),
        "GCNII": lambda n: GCNII(graph, 3, units=16, depth=n, dropout=0.2, decay=5e-4),
    }
    accuracy = {name: [] for name in (makers if r.full else ("GCN", "APPNP"))}
    for name in accuracy:
        for depth in depths if name == "GCN" or r.full else depths[1:]:
            model = makers[name](depth)
            model.compile(keras.optimizers.Adam(r.pick(quick=0.1, full=0.01)))
            model.fit(x, y, sample_weight=known, epochs=r.pick(quick=20, full=300), verbose=0)
            accuracy[name].append(model.evaluate(x, y, sample_weight=tested, return_dict=True)["accuracy"])
        r.metric(f"accuracy_{name.lower()}_deep", accuracy[name][-1])
    r.metric("accuracy_gcn_2", accuracy["GCN"][0])
    r.table(
        ["network", *(f"{n} layers" for n in depths)],
        [[name, *(["–"] * (len(depths) - len(v))), *(f"{a:.3f}" for a in v)] for name, v in accuracy.items()],
        "Accuracy on nodes without a label",
    )
    _, (left, right) = r.figure("depth", 1, 2, size=(10, 4))
    for column, label, colour in ((0, "Â x", "red"), (1, "0.9 Â z + 0.1 x", "blue")):
        left.semilogy(energy[:, column], color=COLOURS[colour], label=label)
    left.set(title="Neighbours become equal", xlabel="propagations", ylabel="Dirichlet energy / ‖x‖²")
    left.legend()
    for (name, values), colour, marker in zip(
        accuracy.items(), ("red", "blue", "green"), "os^", strict=False
    ):
        right.plot(depths[-len(values) :], values, marker + "-", color=COLOURS[colour], label=name)
    right.axhline(1 / 3, color=COLOURS["grey"], linestyle="--", label="chance")
    right.set(
        title="What depth does to accuracy", xlabel="layers or propagations", ylabel="accuracy", ylim=(0, 1)
    )
    right.legend(loc="lower left")
