"""The lesson of unit 10: past, large models, graphs, uncertainty, attacks and responsibility."""

# %% [markdown]
# # Unit 10: Past, Present and Future
#
# Run this file cell by cell in an editor that supports the percent format (`# %%`), or as a whole with Python.

# %%
import keras
import numpy as np
from keras import ops

import course.data
from units import u04_feedforward as u04
from units import u10_past_present_future as u10

rng = np.random.default_rng(0)


# --- part A: the past ---

# %% [markdown]
# ## Part A: the past
#
# The perceptron of 1958 changes its weights only after a mistake, and needs no derivative.

# %%
digits = course.data.load("digits")
perceptron = u10.MulticlassPerceptron(64, digits.classes)
perceptron.compile()
for epoch in (1, 2, 3):
    logs = perceptron.fit(digits.features("train"), digits.labels("train"), batch_size=8, verbose=0).history
    print(f"round {epoch}: {logs['mistakes'][0]:.0f} mistakes on {len(digits.labels('train'))} digits")
logs = perceptron.evaluate(digits.features("test"), digits.labels("test"), verbose=0, return_dict=True)
print(f"accuracy on new digits: {logs['accuracy']:.2f}")

# %% [markdown]
# Each era had an idea, and a size that its machines allowed.

# %%
for era in u10.ERAS:
    network = era.build(input_shape=(16, 16, 1), classes=10)
    print(f"{era.year}  {era.name:19} {network.count_params():7,} parameters: {era.idea}")

# --- part B: large models ---

# %% [markdown]
# ## Part B: large models
#
# A scaling law says how the cost falls with parameters and data. Its constants come from small runs; then it says how
# to spend a large budget.

# %%
true = u10.ScalingLaw(floor=0.5, N_c=100.0, alpha_N=0.4, D_c=300.0, alpha_D=0.3)
N, D = (grid.ravel() for grid in np.meshgrid(2.0 ** np.arange(8, 14), 2.0 ** np.arange(10, 16)))
law = u10.fit_scaling_law(N, true.cost(N, D) * np.exp(0.002 * rng.normal(size=len(N))), D)
print(f"exponents: {law.alpha_N:.2f} and {law.alpha_D:.2f}, floor {law.floor:.2f}; true: 0.40, 0.30, 0.50")
for F in (1e9, 1e12):
    best_N, best_D = u10.compute_optimal(law, F)
    print(f"budget {F:.0e}: {best_N:,.0f} parameters, {best_D:,.0f} tokens")

# %% [markdown]
# One number, the depth, can set width, heads, learning rate and length of a training.

# %%
for depth in (1, 4, 16):
    dial = u10.DepthDial(depth)
    print(f"depth {depth:2}: width {dial.d_model:3}, {dial.heads:2} heads, {dial.parameters:9,} parameters")

# %% [markdown]
# The error can rise with more samples, and fall again: the fit through all samples is unstable where there are as many
# samples as features. The formula knows where.

# %%
theta = np.full(40, 40**-0.5)
for n in (10, 36, 160):
    X = rng.normal(size=(300, n, 40))
    fits = u10.minimum_norm(X, X @ theta + 0.5 * rng.normal(size=(300, n)))
    measured = u10.new_sample_error(fits, theta, 1.0, 0.25).mean()
    print(
        f"{n:3} samples, 40 features: error {measured:.2f}, formula {u10.expected_error(n, 40, 1.0, 0.25):.2f}"
    )

# %% [markdown]
# Images and captions share one space: the loss is small if each image is nearest to its own caption.

# %%
u = rng.normal(size=(8, 4)).astype("float32")
for name, v in (("its own captions", u), ("captions of other images", u[::-1].copy())):
    cost, _ = u10.symmetric_contrastive_loss(u, v, 10.0)
    print(f"{name}: cost {float(cost):.2f}; guessing costs {np.log(8):.2f}")

# %% [markdown]
# Preferences move a policy towards what is liked, and β holds it near its reference.

# %%
p_ref, reward = np.array([0.7, 0.2, 0.1]), np.array([0.0, 1.0, 2.0])
for beta in (10.0, 1.0, 0.1):
    best = ops.convert_to_numpy(u10.optimal_policy(p_ref, reward, beta))
    print(f"β = {beta:4}: {np.round(best, 2)}")

# %% [markdown]
# A scaling law has a floor: what even the best model pays. For a generated language it is the entropy, which can be
# computed. `course run u10/gpt_scaling` trains GPTs of three sizes on such a language and shows what is left above it.

# %%
language = u10.MarkovLanguage(vocabulary=48)
for known in (0, 1, 2):
    print(f"nats for a character with {known} known before it: {language.entropy(known):.2f}")

# --- part C: graphs ---

# %% [markdown]
# ## Part C: graphs
#
# A graph is a list of edges. Every node receives from its neighbours; the sum needs no matrix of all pairs.

# %%
graph = u10.Graph(5, [(0, 1), (1, 2), (2, 3), (3, 4)])
x = np.eye(5, dtype="float32")
received = u10.aggregate(u10.gather(x, graph.edges), graph.edges, graph.nodes)
print("who sends to node 2:", np.flatnonzero(np.asarray(ops.convert_to_numpy(received))[2]))

# %% [markdown]
# A graph convolutional network learns the sides of a karate club from two labels.

# %%
club = course.data.load("karate")
labelled = np.isin(np.arange(34), [0, 33]).astype("float32")
model = u10.GCN(u10.Graph(34, club.edges()), classes=2, units=8, dropout=0.0)
model.compile(keras.optimizers.Adam(0.02))
model.fit(club.features(), club.labels(), sample_weight=labelled, epochs=60, verbose=0)
logs = model.evaluate(club.features(), club.labels(), sample_weight=1 - labelled, return_dict=True)
print(f"accuracy on the 32 other members: {logs['accuracy']:.2f}")

# %% [markdown]
# Propagation makes neighbours equal. A share of the first vector in each step keeps them apart.

# %%
z = ops.convert_to_tensor(x)
for _ in range(50):
    z = u10.propagate(z, graph.edges)
mixed = u10.personalized_propagation(ops.convert_to_tensor(x), graph.edges, steps=50)
for name, vectors in (("features", x), ("50 propagations", z), ("with a share of 0.1", mixed)):
    print(f"{name}: Dirichlet energy {float(u10.relative_energy(vectors, graph.edges)):.4f}")

# %% [markdown]
# Colour refinement, and with it every network of this kind, cannot tell a hexagon from two triangles.

# %%
hexagon = u10.Graph(6, [(i, (i + 1) % 6) for i in range(6)])
triangles, _ = u10.union([u10.Graph(3, [(0, 1), (1, 2), (2, 0)])] * 2)
print("hexagon and two triangles told apart:", u10.told_apart(hexagon, triangles))

# --- part D: uncertainty ---

# %% [markdown]
# ## Part D: uncertainty
#
# A network that knows its data by heart is too sure of itself. One temperature, fitted on other data, repairs it.

# %%
digits = course.data.load("digits")
x, y = digits.features("train"), digits.labels("train")
ensemble = u10.DeepEnsemble(3, [32], classes=10, dropout=0.2)
ensemble.compile(keras.optimizers.Adam(0.02))
ensemble.fit(x[:300], y[:300], batch_size=100, epochs=40, verbose=0)
z = ops.convert_to_numpy(ensemble.predict(x[300:], batch_size=1000, verbose=0))[:, 0]
tau = u10.fit_temperature(y[300:800], z[:500])
for name, value in (("τ = 1", 1.0), (f"τ = {tau:.2f}", tau)):
    p = u10.with_temperature(z[500:], value)
    print(f"{name}: calibration error {u10.expected_calibration_error(y[800:], p):.3f}")

# %% [markdown]
# The members of an ensemble disagree where they know little: on digits, and on noise.

# %%
for name, inputs in (("digits", x[300:500]), ("noise", rng.random((200, 64)).astype("float32"))):
    total, noise, disagreement = u10.uncertainty_parts(ensemble.probabilities(inputs))
    print(f"{name}: entropy {total.mean():.2f}, of which disagreement {disagreement.mean():.2f}")

# %% [markdown]
# Conformal prediction returns sets of classes that hold the true one with a probability of at least 90%.

# %%
p = ensemble.probabilities(x[300:])[0]
sets = u10.prediction_sets(p[500:], y[300:800], p[:500], alpha=0.1)
hit = sets[np.arange(len(sets)), y[800:]]
print(
    f"{100 * hit.mean():.0f}% of the sets hold the truth; they have {sets.sum(axis=1).mean():.2f} classes on average"
)

# --- part E: attacks and responsibility ---

# %% [markdown]
# ## Part E: attacks and responsibility
#
# A step of length ε in each pixel, in the direction that raises the cost, is enough to mislead a network.

# %%
network = keras.Sequential([keras.layers.Dense(32, activation="relu"), keras.layers.Dense(10)])
classifier = u04.Classifier(network, 10)
classifier.compile(keras.optimizers.Adam(3e-3))
classifier.fit(digits.features("train"), digits.labels("train"), batch_size=64, epochs=10, verbose=0)
x_test, y_test = digits.features("test"), digits.labels("test")
for radius in (0.0, 0.1, 0.2):
    accuracy = u10.robust_accuracy(
        classifier, x_test, y_test, lambda a, b, e=radius: u10.fgsm(classifier, a, b, e)
    )
    print(f"accuracy after one step of length {radius}: {accuracy:.2f}")

# %% [markdown]
# If two groups repay at different rates, a decision cannot have the same errors and the same meaning in both.

# %%
loans = course.data.load("lending", n=20_000)
granted = (loans.probability >= 0.5).astype(int)  # the most accurate decision that there can be
for name, rates in u10.group_rates(loans.y, granted, loans.group).items():
    print(
        f"group {name}: repay {rates.base:.2f}, selected {rates.selected:.2f}, fpr {rates.fpr:.2f}, ppv {rates.ppv:.2f}"
    )
for criterion, gap in u10.fairness_gaps(loans.y, granted, loans.group).items():
    print(f"gap of {criterion}: {gap:.2f}")

# %% [markdown]
# A run costs energy. The meter says whether the machine measured it.

# %%
with u10.CostMeter() as meter:
    classifier.fit(digits.features("train"), digits.labels("train"), batch_size=64, epochs=2, verbose=0)
print("energy was measured" if meter.cost.measured else "energy was estimated from the processor time")
days = u10.estimated_seconds(175e9, 300e9, flops_per_second=1e15) / 86_400
print(f"GPT-3 on one GPU of 10¹⁵ operations a second, at 40% of it: {days:.0f} days")
