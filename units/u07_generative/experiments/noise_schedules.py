"""Two noise schedules: what is left of a digit, and of its part in the variance, at each time (§8.2)."""

import numpy as np

from course import figures
from units.u07_generative.noise_schedule import SCHEDULES, signal_to_noise

T, SHOWN = 1000, 8


def run(r):
    x = 2 * r.data().images("test")[0, ..., 0] - 1
    noise = r.rng.normal(size=x.shape)
    times = np.linspace(0, T - 1, SHOWN).astype(int)
    fig, axes = r.figure("images", len(SCHEDULES), size=(7.8, 3.0))
    _, (left, right) = r.figure("schedules", 1, 2, size=(9, 3.9))
    for i, (ax, (name, schedule)) in enumerate(zip(axes, SCHEDULES.items(), strict=True)):
        kept = schedule(T)
        images = [np.sqrt(kept[t]) * x + np.sqrt(1 - kept[t]) * noise for t in times]
        figures.image_rows(ax, images, title=name, cmap="gray_r", vmin=-2, vmax=2)
        left.plot(kept, color=figures.CYCLE[i], label=name)
        right.semilogy(signal_to_noise(kept), color=figures.CYCLE[i], label=name)
        r.metric(f"half_time_{name}", np.argmax(kept < 0.5) / T)
        r.metric(f"time_of_little_signal_{name}", np.mean(kept < 0.01))
        r.metric(f"last_{name}", kept[-1])
    fig.suptitle(f"A digit at the times {', '.join(map(str, times))}")
    left.set(title="Share of the data", xlabel="t", ylabel="ᾱ")
    right.set(title="Signal over noise", xlabel="t", ylabel="ᾱ / (1 − ᾱ)")
    left.legend()
    right.legend()
