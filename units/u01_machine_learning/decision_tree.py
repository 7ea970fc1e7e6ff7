"""A decision tree grown by CART with the Gini impurity, in NumPy (§2.2)."""

from dataclasses import dataclass

import numpy as np

from course.validation import array, class_labels, features, scores


@dataclass(repr=False, eq=False)  # the generated __repr__ and __eq__ would visit the whole tree
class Node:
    """A leaf, or a question "x_j ≤ t?" with two answers."""

    counts: np.ndarray  # samples of each class, shape (classes,)
    feature: int = -1  # j
    threshold: float = np.nan  # t
    yes: "Node | None" = None
    no: "Node | None" = None


def gini(counts):
    """Probability that two draws from a node differ in class.

    Gini = 1 − ∑_k (n_k / n)²:   0 in a pure node, 1 − 1/K in an even one; 0 in an empty one

    Args:
        counts: n_k, shape (..., classes).

    Returns:
        Shape (...).

    Example:
        >>> gini(np.array([[4, 0], [2, 2]]))
        array([0. , 0.5])
    """
    counts = np.asarray(counts, "float64")
    n = counts.sum(-1)
    squares = (counts**2).sum(-1)
    # 1 − ∑_k (n_k / n)²
    return np.where(n > 0, 1 - squares / np.maximum(n, 1) ** 2, 0.0)


def best_split(x, Y):
    """Find the question after which the two halves are purest.

    min over j, t of   (n_yes Gini_yes + n_no Gini_no) / n

    Sorting by feature j puts every possible "yes" half at the front, so one cumulative sum counts them all.

    Args:
        x: features, shape (batch, features).
        Y: one-hot labels, shape (batch, classes).

    Returns:
        ``(impurity, feature, threshold)``; the threshold lies half-way between two neighbouring values. The
        impurity is infinite when no feature takes two values.

    Raises:
        ValueError: if there is not one row of finite numbers for each sample in both.

    Example:
        >>> print(*best_split(np.array([[1.0], [2.0], [4.0]]), np.array([[1, 0], [1, 0], [0, 1]])))
        0.0 0 3.0
    """
    x = features(x)
    return _best_split(x, scores(Y, rows=len(x), name="Y"))


def _best_split(x, Y):
    n = len(x)
    best = (np.inf, -1, np.nan)
    for j in range(x.shape[1]):
        order = np.argsort(x[:, j], kind="stable")
        values = x[order, j]
        yes = np.cumsum(Y[order], axis=0)[:-1]
        no = Y.sum(axis=0) - yes
        sizes = np.arange(1, n)
        # (n_yes Gini_yes + n_no Gini_no) / n
        impurity = (sizes * gini(yes) + (n - sizes) * gini(no)) / n
        impurity = np.where(values[1:] > values[:-1], impurity, np.inf)  # equal values cannot be separated
        i = int(impurity.argmin()) if n > 1 else 0
        if n > 1 and impurity[i] < best[0]:
            middle = values[i] + (values[i + 1] - values[i]) / 2
            # Rounding may turn the middle of two neighbouring floats into the upper one.
            best = (float(impurity[i]), j, float(middle if middle < values[i + 1] else values[i]))
    return best


class DecisionTree:
    """Compare one feature at a time with a threshold; predict the most frequent class of the leaf.

    Args:
        classes: K.
        depth: how many questions at most; None grows until every leaf is pure.
        smallest: the fewest samples that a node needs to be split.

    Example:
        >>> model = DecisionTree(2).fit([[0.0], [1.0], [4.0], [5.0]], [0, 0, 1, 1])
        >>> model.predict([[0.5], [4.5]]).tolist(), model.rules()
        ([0, 1], ['x_0 <= 2.5: class 0', 'x_0 > 2.5: class 1'])

    References: §2.2; Breiman, Friedman, Olshen and Stone, Classification and Regression Trees, 1984.
    """

    def __init__(self, classes, depth=None, smallest=2):
        if depth is not None and (depth < 0 or depth != int(depth)):
            raise ValueError(f"depth is None or a whole number of at least 0, got {depth}.")
        self.classes, self.depth, self.smallest = classes, depth, smallest

    def fit(self, x, y):
        """Grow the tree; x has shape (batch, features), y (batch,). Returns self."""
        x = features(x).astype("float64")
        y = class_labels(y, self.classes, shape=(len(x),))
        self.features = x.shape[1]
        self.root = self._grow(x, np.eye(self.classes)[array(y)])
        return self

    def predict(self, x):
        """The classes of the leaves, NumPy int32 of shape (batch,)."""
        return self.predict_proba(x).argmax(axis=1).astype("int32")

    def predict_proba(self, x):
        """The shares of the classes in the leaves, NumPy of shape (batch, classes)."""
        x = features(x, columns=self.features).astype("float64")
        answer = np.empty((len(x), self.classes))
        waiting = [(self.root, np.arange(len(x)))]
        while waiting:
            node, rows = waiting.pop()
            if node.yes is None:
                answer[rows] = node.counts / node.counts.sum()
                continue
            yes = x[rows, node.feature] <= node.threshold
            waiting += [(node.no, rows[~yes]), (node.yes, rows[yes])]
        return answer

    def rules(self):
        """The leaves in words, from left to right."""
        found, waiting = [], [(self.root, [])]
        while waiting:
            node, path = waiting.pop()
            if node.yes is None:
                found.append(f"{' and '.join(path) or 'always'}: class {node.counts.argmax()}")
                continue
            waiting.append((node.no, [*path, f"x_{node.feature} > {node.threshold:.4g}"]))
            waiting.append((node.yes, [*path, f"x_{node.feature} <= {node.threshold:.4g}"]))
        return found

    def _grow(self, x, Y):
        # A list of waiting nodes takes the place of recursion, because a tree may be as deep as there are samples.
        root = Node(Y.sum(axis=0))
        waiting = [(root, x, Y, 0)]
        while waiting:
            node, x, Y, level = waiting.pop()
            pure = (node.counts > 0).sum() <= 1
            if pure or len(x) < self.smallest or level == self.depth:
                continue
            impurity, feature, threshold = _best_split(x, Y)
            if impurity == np.inf:
                continue
            yes = x[:, feature] <= threshold
            node.feature, node.threshold = feature, threshold
            node.yes, node.no = Node(Y[yes].sum(axis=0)), Node(Y[~yes].sum(axis=0))
            waiting.append((node.no, x[~yes], Y[~yes], level + 1))
            waiting.append((node.yes, x[yes], Y[yes], level + 1))
        return root
