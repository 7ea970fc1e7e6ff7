"""Sets that come with scikit-learn or networkx: they need no download and no file of the course."""

import hashlib

import numpy as np

from course.data.verify import Place, refused


def arrays(card):
    """Return the arrays of an embedded set, as the card describes them."""
    return LOADERS[card.name](card)


def _table(card):
    from sklearn import datasets

    bunch = getattr(datasets, f"load_{card.name}")()
    return {"x": np.array(bunch.data, "float64"), "y": np.array(bunch.target, "int64")}


def _diabetes(card):
    """The measurements themselves: scikit-learn's default is the centred and scaled table, without units."""
    from sklearn.datasets import load_diabetes

    bunch = load_diabetes(scaled=False)
    return {"x": np.array(bunch.data, "float64"), "y": np.array(bunch.target, "float64")}


def _digits(card):
    from sklearn.datasets import load_digits

    bunch = load_digits()
    x, y = bunch.images.astype("uint8"), bunch.target.astype("uint8")
    test = stratified(y, card.splits["test"])
    return {"x_train": x[~test], "y_train": y[~test], "x_test": x[test], "y_test": y[test]}


def stratified(labels, size):
    """Mark ``size`` samples, stratified by class and evenly spaced in the file.

    Class k with n_k of n samples gives n_k size / n of them, rounded by the largest remainders. No random
    numbers: the split is the same with every version of every library.

    Returns:
        A Boolean array of shape (batch,).
    """
    counts = np.bincount(labels)
    share = counts * size / counts.sum()
    take = np.floor(share).astype(int)
    most = np.argsort(-(share - take), kind="stable")[: size - take.sum()]
    take[most] += 1
    chosen = np.zeros(len(labels), dtype=bool)
    for k, m in enumerate(take):
        rows = np.flatnonzero(labels == k)
        chosen[rows[((np.arange(m) + 0.5) * len(rows) / max(m, 1)).astype(int)]] = True
    return chosen


def _sample_images(card):
    """Two photographs. Decoders may differ by a grey level, so the JPEG files are hashed, not the arrays."""
    from importlib.resources import files

    from PIL import Image

    result = {}
    for name, spec in card.files.items():
        path = files("sklearn.datasets.images").joinpath(name)
        if hashlib.sha256(path.read_bytes()).hexdigest() != spec["sha256"]:
            raise refused(card, Place(str(path), "Reinstall scikit-learn."), "its SHA-256 is not the card's")
        with path.open("rb") as stream, Image.open(stream) as image:
            result[spec["array"]] = np.array(image.convert("RGB"))
    return result


def _karate(card):
    """Friendships of a karate club without their strengths; the class is the side that a member took later."""
    import networkx

    club = networkx.karate_club_graph()
    sides = [club.nodes[i]["club"] for i in range(len(club))]
    y = np.array([card.class_names.index(side) for side in sides], "int64")
    return {"y": y, "edges": np.array(sorted(sorted(pair) for pair in club.edges), "int64")}


LOADERS = {
    "iris": _table,
    "wine": _table,
    "breast_cancer": _table,
    "diabetes": _diabetes,
    "digits": _digits,
    "sample_images": _sample_images,
    "karate": _karate,
}
