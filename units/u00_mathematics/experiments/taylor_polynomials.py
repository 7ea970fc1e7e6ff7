"""Taylor polynomials of a function of two variables: degree k leaves an error of order k + 1 (§A.4)."""

import numpy as np
from keras import ops

from course.figures import COLOURS
from units.u00_mathematics import taylor


def f(x):
    return ops.exp(x[0] / 2) * ops.cos(x[1]) + x[0] * x[1] / 2


def f_numpy(x1, x2):
    return np.exp(x1 / 2) * np.cos(x2) + x1 * x2 / 2


def coefficients(x, d):
    """Along the line x + t d the polynomial P_k is ∑_j c_j tʲ, and c_j = P_j(x + d) − P_{j−1}(x + d)."""
    x, d = (ops.convert_to_tensor(each, "float32") for each in (x, d))
    return np.diff([0.0, *(float(taylor(f, x, d, k)) for k in range(4))])


def run(r):
    x = np.array([0.4, 0.9])
    t = np.arange(8) * 2 * np.pi / 8 + 0.6435
    directions = np.stack([np.cos(t), np.sin(t)], 1)
    c = np.array([coefficients(x, d) for d in directions])

    line = np.linspace(-3, 3, 121)
    _, (left, right) = r.figure("polynomials", 1, 2, size=(9.5, 4))
    on_line = f_numpy(*(x[:, None] + line * directions[0][:, None]))
    left.plot(line, on_line, color="black", linewidth=2.5, label="f")
    distances = np.logspace(-1, 0.3, 10)
    exact = np.array([f_numpy(*(x[:, None] + distances * d[:, None])) for d in directions])
    for k, colour in enumerate((COLOURS["grey"], COLOURS["blue"], COLOURS["orange"], COLOURS["green"])):
        left.plot(line, np.polyval(c[0, k::-1], line), color=colour, label=f"degree {k}")
        polynomial = np.array([np.polyval(row[k::-1], distances) for row in c])
        error = np.abs(exact - polynomial).max(axis=0)  # of all directions the worst
        order = np.polyfit(np.log(distances[:4]), np.log(error[:4]), 1)[0]
        right.loglog(distances, error, "o-", color=colour, label=f"degree {k}: order {order:.1f}")
        r.metric(f"order_of_degree_{k}", order)
    left.set(title="Along one line through x", xlabel="distance t", ylabel="value", ylim=(-1, 2))
    right.set(title="Largest error, 8 directions", xlabel="distance ‖d‖", ylabel="error")
    right.set_xticks([0.1, 0.3, 1, 2], ["0.1", "0.3", "1", "2"])
    right.set_xticks([], minor=True)
    left.legend(loc="lower center")
    right.legend()
    r.log("Each degree more raises the order of the error by one: near x the error falls like ‖d‖^(k + 1).")
