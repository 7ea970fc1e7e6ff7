"""Two parametrizations of a network's width, and a learning rate that transfers between widths (☆ muP)."""

import keras
import numpy as np
from keras import ops

import course
from course.training.rules.checked_data import CheckedData
from course.training.weighting import unweighted
from course.validation import class_labels
from units.u02_logistic_softmax import cross_entropy

PARAMETRIZATIONS = ("standard", "muP")


def width_rules(parametrization, inputs, width, classes, base):
    """How large the weights of each layer start, and how far Adam moves them.

    W = D w,   w ~ N(0, (σ/D)²),   w ← w − (step of Adam with the rate α)

    so that W starts with the standard deviation σ and moves D α in every step of Adam, whose steps do not depend on
    the size of the gradient. With the width N and a base width N_0:

    | layer | standard: σ, D | muP: σ, D |
    | --- | --- | --- |
    | first, inputs → N | 1/√inputs, 1 | 1/√inputs, 1 |
    | hidden, N → N | 1/√N, 1 | 1/√N, N_0/N |
    | last, N → classes | 1/√N, 1 | √N_0/N, N_0/N |

    Why: after a step the columns of ΔW point in the direction of the activations x, so the N terms of (ΔW x)_i all
    have the same sign and add up to N · (size of an entry). If the entries of ΔW do not shrink as 1/N, the change of
    the activations grows with N, and the best α falls. The N terms of W x at the start are independent and add up to
    √N only. In the last layer W x becomes such an aligned sum during the training, so its σ falls as 1/N, too. At
    N = N_0 both parametrizations are the same.

    Args:
        parametrization: ``"standard"`` or ``"muP"``.
        inputs: number of inputs.
        width: N.
        classes: number of logits.
        base: N_0.

    Returns:
        A list of (σ, D) for the three layers.

    Raises:
        ValueError: the parametrization is unknown.

    References: Yang, Hu et al., "Tensor Programs V: Tuning large neural networks via zero-shot hyperparameter transfer"
    (2022), table 3.
    """
    if parametrization not in PARAMETRIZATIONS:
        raise ValueError(f'The parametrization is "standard" or "muP", not {parametrization!r}.')
    first, hidden = inputs**-0.5, width**-0.5
    if parametrization == "standard":
        return [(first, 1.0), (hidden, 1.0), (hidden, 1.0)]
    share = base / width
    return [(first, 1.0), (hidden, share), (base**0.5 / width, share)]


class Rates(keras.optimizers.schedules.LearningRateSchedule):
    """A constant learning rate for each of several networks that are trained at once.

    Args:
        rates: α of each network, shape (networks,).
    """

    def __init__(self, rates):
        self.rates = np.asarray(rates, "float32")

    def __call__(self, step):
        """Shape (networks, 1, 1), which fits to stacked weights (networks, rows, columns)."""
        return ops.convert_to_tensor(self.rates[:, None, None])

    def get_config(self):
        """The arguments of ``__init__``."""
        return {"rates": self.rates.tolist()}


class WidthSweep(CheckedData, course.Model):
    """Networks of one width with different parametrizations and learning rates, trained in one compiled step.

    x_1 = relu(D_1 x w_1),   x_2 = relu(D_2 x_1 w_2),   logits u = D_3 x_2 w_3

    All networks see the same batches; every weight has a leading axis for the networks. Compile it with an optimizer
    that works entry by entry and takes an array as its rate, such as unit 3's ``Adam(Rates(rates))``; Keras's own Adam
    takes one number on TensorFlow and torch.

    Args:
        inputs, width, classes: sizes of the layers.
        parametrizations: one for each network.
        base: N_0, the width at which both parametrizations are the same.
        seeds: of the weights, one for each network; networks of one seed begin with the same random numbers.

    Shapes: x is (batch, features), y holds integers (batch,); the output is (networks, batch, classes).
    """

    def __init__(self, inputs, width, classes, parametrizations, base, seeds):
        super().__init__()
        self.classes = classes
        rules = [width_rules(p, inputs, width, classes, base) for p in parametrizations]
        sizes = [(inputs, width), (width, width), (width, classes)]
        rngs = [np.random.default_rng(seed) for seed in seeds]
        self.factors, self.kernels = [], []
        for layer, size in enumerate(sizes):
            sigma, D = (
                np.array([rule[layer][i] for rule in rules], "float32")[:, None, None] for i in (0, 1)
            )
            w = (sigma / D * np.stack([rng.normal(size=size) for rng in rngs])).astype("float32")
            self.factors.append(D)
            self.kernels.append(
                self.add_weight(
                    shape=w.shape,
                    initializer=lambda *_, w=w, **__: ops.convert_to_tensor(w),
                    name=f"w_{layer + 1}",
                )
            )
        self.loss_mean = keras.metrics.Mean(name="loss")
        self.built = True

    def layers_of(self, x):
        """x_1, x_2 and u, each of shape (networks, batch, units)."""
        values, a = [], x
        for layer, (D, w) in enumerate(zip(self.factors, self.kernels, strict=True)):
            a = ops.convert_to_tensor(D) * ops.matmul(a, w)
            a = ops.relu(a) if layer < 2 else a
            values.append(a)
        return values

    def call(self, x):
        """The logits."""
        return self.layers_of(x)[-1]

    def costs(self, x, y):
        """The mean cross-entropy of each network, shape (networks,)."""
        u, y = self(x), class_labels(y, self.classes)
        rows = cross_entropy(ops.tile(y, [u.shape[0]]), ops.reshape(u, (-1, self.classes)))
        return ops.mean(ops.reshape(rows, (u.shape[0], -1)), axis=1)

    def check_targets(self, y):
        """Check the labels; ``fit`` calls this before the first step."""
        class_labels(y, self.classes)

    def train_step(self, data):
        """One step of every network; the sum of their costs has the gradient of each by its own weights."""
        x, y = unweighted(data)
        value, gradients = course.value_and_grad(lambda: ops.sum(self.costs(x, y)), self.kernels)
        self.optimizer.apply(gradients, self.kernels)
        self.loss_mean.update_state(value, sample_weight=ops.shape(x)[0])
        return {"loss": self.loss_mean.result()}
