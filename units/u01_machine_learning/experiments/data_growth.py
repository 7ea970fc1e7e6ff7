"""The growth of the world's data: an exponential fit and its confidence interval (§1.4)."""

import numpy as np

from course import figures
from units.u01_machine_learning.exponential_fit import (
    bootstrap,
    curve,
    doubling_time,
    fit_exponential,
    growth_rate,
)


def run(r):
    d = r.data()
    estimated = d.projected == 0
    t, y = d.year[estimated], d.zettabytes[estimated]
    growth = fit_exponential(t, y)
    rate, doubling = growth_rate(growth), doubling_time(growth)

    years = np.linspace(2010, 2025, 76)
    a, b = bootstrap(t, y, r.pick(quick=2000, full=20000), r.rng)
    curves = np.exp(a[:, None] + b[:, None] * (years - growth.origin))
    low, high = np.percentile(curves, [2.5, 97.5], axis=0)
    refits = np.percentile(np.log(2) / b, [2.5, 97.5])

    # The standard error does not contain this: the sources differ by more than the points scatter.
    first = np.where(np.isnan(d.low), d.zettabytes, d.low)[estimated]
    as_announced = doubling_time(fit_exponential(t, first))
    recent = doubling_time(fit_exponential(t[t >= 2013], y[t >= 2013]))

    r.metric("growth_percent_per_year", 100 * np.expm1(rate.value))
    r.metric("doubling_years", doubling.value)
    r.metric("doubling_years_low", doubling.low)
    r.metric("doubling_years_high", doubling.high)
    r.metric("bootstrap_width_over_t_width", np.ptp(refits) / (doubling.high - doubling.low))
    r.metric("forecast_2025_over_published", curve(growth, 2025) / d.zettabytes[-1])
    r.metric("doubling_years_as_first_announced", as_announced.value)
    r.metric("doubling_years_since_2013", recent.value)
    r.table(
        ["fit", "doubling time (years)", "95% from", "to"],
        [
            [name, *(round(float(v), 2) for v in interval)]
            for name, interval in (
                ("2010–2020, latest figures", doubling),
                ("the same, bootstrap", (doubling.value, *refits)),
                ("2010–2020, as first announced", as_announced),
                ("2013–2020", recent),
            )
        ],
        title="The choice of the numbers changes the rate by more than the interval",
    )
    r.log("The years from 2021 are projections at a constant rate: they are drawn, not fitted.")

    _, axes = r.figure("growth", 1, 2, size=(10.5, 3.7))
    for ax, scale in zip(axes, ("linear", "log"), strict=True):
        ax.fill_between(
            years, low, high, color=figures.pale(figures.COLOURS["blue"]), label="95% bootstrap band"
        )
        ax.plot(years, curve(growth, years), label=f"fit: doubles every {doubling.value:.1f} years")
        known = ~np.isnan(d.low)
        ax.vlines(
            d.year[known],
            d.low[known],
            d.high[known],
            color=figures.COLOURS["orange"],
            linewidth=3,
            label="range of published numbers",
        )
        ax.plot(t, y, "o", color=figures.COLOURS["black"], label="estimates (fitted)")
        ax.plot(
            d.year[~estimated],
            d.zettabytes[~estimated],
            "o",
            color=figures.COLOURS["black"],
            fillstyle="none",
            label="projections (not fitted)",
        )
        ax.set(
            yscale=scale,
            xlabel="year",
            ylabel="zettabytes per year",
            title=f"Data created world-wide, {scale} scale",
        )
    axes[0].legend(loc="upper left")
