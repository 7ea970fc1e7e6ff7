"""Every activation and its derivative, by hand, beside Keras's and the backend's (§5.3)."""

import keras
import numpy as np
from keras import ops

import course
from course.figures import COLOURS, CYCLE
from units.u02_logistic_softmax import softmax
from units.u04_feedforward.activations import ACTIVATIONS
from units.u04_feedforward.maxout import maxout
from units.u04_feedforward.rectifiers import leaky_relu
from units.u04_feedforward.smooth_rectifiers import swish

KERAS = {"leaky_relu": lambda z: keras.activations.leaky_relu(z, negative_slope=0.01)}
KERAS["gelu_tanh"] = lambda z: keras.activations.gelu(z, approximate=True)
SIZE = (9, 3.1)  # one row: its text can be read on a slide


def run(r):
    z = np.linspace(-5, 5, 400).astype("float32")  # 0 is not among them
    gaps, rows, drawn = {"value": [], "derivative": []}, [], {"saturating": [], "rectifier": [], "smooth": []}
    for name, (function, derivative, formula, family) in ACTIVATIONS.items():
        a, slope = _numpy(function(z)), _numpy(derivative(z))
        if name != "step":
            theirs = KERAS.get(name) or keras.activations.get(name)
            gaps["value"].append(np.abs(a - _numpy(theirs(z))).max())
        automatic = _numpy(course.grad(lambda t, f=function: ops.sum(f(t)))(z))
        gaps["derivative"].append(np.abs(slope - automatic).max())
        rows.append((name, family, f"{a.min():.3g}", f"{slope.min():.3g}", f"{slope.max():.3g}"))
        drawn[family].append((f"{name}\n{formula}", a, slope))
    _, saturating = r.figure("saturating", 1, 3, size=SIZE, sharey=True)
    _, rectifiers = r.figure("rectifier", 1, 4, size=SIZE, sharey=True)
    _, smooth = r.figure("smooth", 1, 5, size=SIZE, sharey=True)
    for axes, entries in zip((saturating, rectifiers, smooth), drawn.values(), strict=True):
        draw_family(axes, z, entries)
    draw_with_parameters(r, z)
    r.metric("gap_of_values_to_keras", max(gaps["value"]))
    r.metric("gap_of_derivatives_to_the_backend", max(gaps["derivative"]))
    r.metric("largest_slope_of_sigmoid", float(rows[1][4]))
    r.table(
        ["activation", "family", "min S", "min S'", "max S'"], rows, title="on [−5, 5]: values and slopes"
    )

    far = np.resize(np.float32([-1e4, -300, -100, 100, 300, 1e4]), z.shape)
    finite = [
        np.isfinite(_numpy(f(far))).all()
        for a in ACTIVATIONS.values()
        for f in (a.function, a.derivative, course.grad(lambda t, f=a.function: ops.sum(f(t))))
    ]
    r.metric("share_finite_at_10000", np.mean(finite))


def draw_family(axes, z, entries):
    """Each activation of a family and its slope."""
    for ax, (title, a, slope) in zip(axes, entries, strict=True):
        ax.plot(z, a, color=COLOURS["blue"], label="$S(z)$")
        ax.plot(z, slope, "--", color=COLOURS["red"], label="$S'(z)$")
        ax.set(title=title, xlabel="z", ylim=(-1.6, 3.2))
    axes[0].legend(loc="upper left")


def draw_with_parameters(r, z):
    """PReLU and swish for some parameters, maxout and softmax."""
    _, (prelu, gate, maxed, soft) = r.figure("with_parameters", 1, 4, size=SIZE)
    for slope, colour in zip((0.0, 0.25, 0.5), CYCLE, strict=False):
        prelu.plot(z, _numpy(leaky_relu(z, slope)), color=colour, label=f"η = {slope:g}")
    prelu.set(title="PReLU\nη is learned", ylim=(-1.6, 3.2))
    lines = np.stack([-1.2 * z - 1.2, 0.1 * z + 0.2, 0.9 * z - 1], axis=1)
    maxed.plot(z, lines, ":", color=COLOURS["grey"])
    maxed.plot(z, _numpy(maxout(lines)), color=COLOURS["blue"])
    maxed.set(title="maxout\nlargest of 3 lines", ylim=(-1.6, 3.2))
    logits = np.stack([z, np.zeros_like(z), np.ones_like(z)], axis=1)
    for k, colour in zip(range(3), CYCLE, strict=False):
        soft.plot(z, _numpy(softmax(logits))[:, k], color=colour, label=f"$a_{k + 1}$")
    soft.set(title="softmax\nof (z, 0, 1)", ylim=(-0.1, 1.6))
    for beta, colour in zip((0.1, 1.0, 10.0), CYCLE, strict=False):
        gate.plot(z, _numpy(swish(z, beta)), color=colour, label=f"ω = {beta:g}")
    gate.set(title="swish\n" + r"$z\,\sigma_{\mathrm{Sig}}(\omega z)$", ylim=(-1.6, 3.2))
    for ax in (prelu, gate, maxed, soft):
        ax.set_xlabel("z")
        if ax is not maxed:
            ax.legend(loc="upper left")


def _numpy(tensor):
    return ops.convert_to_numpy(tensor)
