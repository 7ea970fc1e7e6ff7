"""Four kinds of learning on small problems: supervised, unsupervised, reinforcement and generative (§1.3)."""

import numpy as np
from keras import ops

from course import figures
from course.figures import CYCLE, MARKERS
from units.u01_machine_learning.bandit import play_bandit
from units.u01_machine_learning.gaussian_model import fit_gaussian, sample_gaussian
from units.u01_machine_learning.kmeans import kmeans
from units.u01_machine_learning.nearest_neighbours import NearestNeighbours
from units.u01_machine_learning.splits import train_dev_test


def run(r):
    d = r.data()
    x, y = d.features()[:, 2:], d.labels()  # the petals: two of the four features, so that we can draw them
    _, (supervised, unsupervised) = r.figure("labels_and_groups", 1, 2, size=(8.5, 3.7))
    _, (reinforcement, generative) = r.figure("rewards_and_new_data", 1, 2, size=(8.5, 3.7))

    # Supervised: pairs (x, y). Learn a function from x to y and test it on other pairs.
    train, _, test = train_dev_test(len(x), dev=0, test=0.4, rng=r.rng, y=y)
    model = NearestNeighbours(d.classes, k=5).fit(x[train], y[train])

    def predict(points):
        return ops.convert_to_numpy(model.predict(points))

    r.metric("supervised_accuracy", np.mean(predict(x[test]) == y[test]))
    figures.decision_regions(supervised, predict, x[train], y[train], d.class_names)
    supervised.set_title("supervised: predict the label")

    # Unsupervised: the same points without y. The clusters are compared with the species afterwards.
    clusters = kmeans(x, d.classes, r.rng, restarts=5)
    found = ops.convert_to_numpy(clusters.labels)
    caught = [np.bincount(y[found == k]).max() for k in range(d.classes)]
    r.metric("unsupervised_purity", sum(caught) / len(y))
    for k in range(d.classes):
        unsupervised.scatter(*x[found == k].T, s=18, color="black", alpha=0.55, marker=MARKERS[k + 3])
    centres = ops.convert_to_numpy(clusters.centroids)
    unsupervised.scatter(*centres.T, s=260, marker="*", color=CYCLE[1], edgecolor="black", label="centres")
    unsupervised.set_title("unsupervised: find the groups")
    unsupervised.legend()

    # Reinforcement: no labels, only the rewards of the chosen arms.
    arms = [0.2, 0.8, 1.5, 0.5, 1.0]
    for epsilon in (0.0, 0.02, 0.1):
        result = play_bandit(arms, epsilon, steps=100, runs=400, rng=r.rng)
        reinforcement.plot(result.best, label=f"ε = {epsilon}")
        if epsilon == 0.1:
            r.metric("reinforcement_best_arm", result.best[-20:].mean())
    reinforcement.axhline(1 / len(arms), color="grey", linestyle=":", label="pure chance")
    reinforcement.set(
        title="reinforcement: find the best arm", xlabel="step", ylabel="share of the best arm", ylim=(0, 1)
    )
    reinforcement.legend(loc="upper left")

    # Generative: learn p(x) of each class and draw from it. Does the classifier recognize the classes of the new data?
    new, labels = [], np.repeat(np.arange(d.classes), 50)
    for k in range(d.classes):
        mean, covariance = fit_gaussian(x[y == k])
        new.append(ops.convert_to_numpy(sample_gaussian(mean, covariance, r.rng.normal(size=(50, 2)))))
        generative.scatter(*x[y == k].T, s=14, color=figures.pale(CYCLE[k], 0.5), marker=MARKERS[k])
        generative.scatter(*new[k].T, s=30, color=CYCLE[k], marker="+", label=f"new {d.class_names[k]}")
    generative.scatter(
        [], [], s=14, color=figures.pale(figures.COLOURS["grey"], 0.5), label="the data (pale)"
    )
    generative.set_title("generative: draw new data")
    generative.legend()
    r.metric("generative_recognized", np.mean(predict(np.concatenate(new)) == labels))

    for ax in (supervised, unsupervised, generative):
        ax.set(xlabel=d.feature_names[2], ylabel=d.feature_names[3])
    r.log(
        "The same 150 irises three times, and a bandit with five arms, its learners averaged over 400 runs."
    )
