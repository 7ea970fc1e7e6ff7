"""Two players on V = θ φ: simultaneous steps spiral outwards, extragradient inwards; the Dirac GAN (§8.3)."""

import numpy as np

from course.figures import COLOURS
from units.u07_generative.dirac_gan import dirac_gan
from units.u07_generative.game_dynamics import METHODS, growth_factor, play

ETA, STEPS = 0.2, 120
LINES = dict(zip(METHODS, ("red", "grey", "blue", "orange"), strict=True))


def bilinear(theta, phi):
    """g and h of V = θ φ."""
    return phi, theta


def run(r):
    _, axes = r.figure("spiral", 1, 3, size=(12, 4))
    rows = []
    for method, colour in LINES.items():
        path = play(bilinear, [1.0], [0.0], ETA, STEPS, method)
        distance = np.linalg.norm(path, axis=1)
        growth = (distance[-1] / distance[20]) ** (1 / (STEPS - 20))
        r.metric(f"growth_{method}", growth)
        rows.append([method, f"{growth:.4f}", f"{growth_factor(1, ETA, method):.4f}", f"{distance[-1]:.3f}"])
        axes[0].plot(*path[:32].T, color=COLOURS[colour], label=method)
        axes[1].semilogy(distance, color=COLOURS[colour], label=method)
    r.table(["method", "growth a step", "closed form", f"distance after {STEPS}"], rows, f"V = θφ, η = {ETA}")
    axes[0].plot(0, 0, "*", color=COLOURS["black"], markersize=12)
    axes[0].set(title=f"32 steps on V = θφ, η = {ETA}", xlabel="θ", ylabel="φ", aspect="equal")
    axes[1].set(title="The same, 120 steps", xlabel="step", ylabel="distance to the solution")
    axes[1].legend(loc="lower left")
    for penalty, colour in ((0.0, "red"), (0.3, "blue")):
        path = play(dirac_gan(penalty), [1.0], [1.0], ETA, 300)
        distance = np.linalg.norm(path, axis=1)
        r.metric(f"dirac_gan_distance_{'with' if penalty else 'without'}_penalty", distance[-1])
        axes[2].plot(*path.T, color=COLOURS[colour], label=f"κ = {penalty:g}")
    axes[2].plot(0, 0, "*", color=COLOURS["black"], markersize=12)
    axes[2].set(title="Dirac GAN, 300 simultaneous steps", xlabel="generator θ", ylabel="discriminator φ")
    axes[2].legend(loc="upper right")
    movie(r)


def movie(r):
    """The two spirals, step by step."""
    fig, ax = r.figure("spiral_steps", size=(4.6, 4.2))
    paths = {
        method: play(bilinear, [1.0], [0.0], ETA, 60, method) for method in ("simultaneous", "extragradient")
    }

    def draw(i):
        ax.clear()
        for method, path in paths.items():
            ax.plot(*path[: 3 * i + 1].T, color=COLOURS[LINES[method]], label=method)
            ax.plot(*path[3 * i], "o", color=COLOURS[LINES[method]])
        ax.plot(0, 0, "*", color=COLOURS["black"], markersize=12)
        ax.set(title=f"step {3 * i}", xlabel="θ", ylabel="φ", xlim=(-3.6, 3.6), ylim=(-3.6, 3.6))
        ax.legend(loc="lower left")

    draw(20)
    r.animation("spiral_steps", fig, draw, frames=21, fps=6)
