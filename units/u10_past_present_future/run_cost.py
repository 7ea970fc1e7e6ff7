"""The energy, the price and the emissions of a training run: measured where the machine tells, else estimated."""

import time
from pathlib import Path
from typing import NamedTuple

RAPL = Path("/sys/class/powercap")
JOULES_PER_KWH = 3.6e6


class RunCost(NamedTuple):
    """What a run cost.

    seconds: time on the clock; processor_seconds: time of this process on all cores; joules: energy;
    measured: whether the machine measured the energy (else it is estimated); how: a sentence that says it.
    """

    seconds: float
    processor_seconds: float
    joules: float
    measured: bool
    how: str

    def kwh(self):
        """The energy in kilowatt-hours."""
        return self.joules / JOULES_PER_KWH

    def price(self, per_kwh=0.30):
        """The price of the energy, for a price of one kilowatt-hour."""
        return self.kwh() * per_kwh

    def emissions(self, grams_per_kwh=400.0):
        """Grams of CO₂ for the carbon intensity of the grid, in grams per kilowatt-hour."""
        return self.kwh() * grams_per_kwh


class CostMeter:
    """Measures what runs inside of ``with``.

    Linux on many machines counts the energy of the processor (RAPL). Where it does, and lets this user read it, the
    difference of two readings is used; it holds all that the machine did. Where it does not, the energy of the
    processor is estimated.

    energy = energy of the processor · overhead,   estimate of the processor: processor seconds · watts per core

    Args:
        watts_per_core: of one busy core, with its share of the rest of the chip.
        overhead: total energy of the machine (or data centre) for each joule of the processor.
        counters: files that count microjoules, or None to look for those of the machine; an empty list estimates.

    Example:
    >>> with CostMeter() as meter:
    ...     total = sum(range(1000))  # in practice model.fit(x, y)
    >>> meter.cost.seconds > 0
    True

    References: Strubell, Ganesh and McCallum, "Energy and policy considerations for deep learning in NLP" (2019).
    """

    def __init__(self, watts_per_core=10.0, overhead=1.5, counters=None):
        if not watts_per_core > 0 or not overhead >= 1:
            raise ValueError(
                f"watts_per_core must be positive and overhead at least 1, not {watts_per_core} and {overhead}."
            )
        self.watts_per_core, self.overhead = watts_per_core, overhead
        self.counters = _counters() if counters is None else [Path(c) for c in counters]
        self.cost = None

    def __enter__(self):
        self._start = time.perf_counter(), time.process_time(), [_joules(c) for c in self.counters]
        return self

    def __exit__(self, *_):
        seconds = time.perf_counter() - self._start[0]
        processor = time.process_time() - self._start[1]
        if self.counters:
            joules = sum(_used(c, b) for c, b in zip(self.counters, self._start[2], strict=True))
            how = f"Measured by the counters of the processor, times an overhead of {self.overhead:g}."
        else:
            # energy = processor seconds · watts per core
            joules = processor * self.watts_per_core
            how = (f"Estimated: {processor:.1f} processor seconds at {self.watts_per_core:g} W for each core, "
                   f"times an overhead of {self.overhead:g}. This machine does not measure its energy.")  # fmt: skip
        self.cost = RunCost(seconds, processor, joules * self.overhead, bool(self.counters), how)


def estimated_seconds(parameters, samples, flops_per_second, utilization=0.4):
    """The time of a training run from the rule of six operations for each parameter and each sample.

    seconds = 6 N D / (utilization · flops per second)

    Two operations are for the forward pass and four for the backward pass.

    Args:
        parameters: N.
        samples: D, the samples or tokens of the whole run.
        flops_per_second: what the machine could do at most.
        utilization: the share of it that a run reaches, in (0, 1].

    Raises:
        ValueError: a number that is not positive, or a utilization above 1.

    References: Kaplan et al., "Scaling laws for neural language models" (2020), section 2.1.
    """
    if not (parameters > 0 and samples > 0 and flops_per_second > 0) or not 0 < utilization <= 1:
        raise ValueError("All numbers must be positive, and utilization at most 1.")
    # seconds = 6 N D / (utilization · flops per second)
    return 6 * parameters * samples / (utilization * flops_per_second)


def _counters():
    """The counters of whole processors that this user may read."""
    found = []
    for zone in sorted(RAPL.glob("intel-rapl:*")):
        counter = zone / "energy_uj"
        if zone.name.count(":") == 1:  # intel-rapl:0:1 is a part of intel-rapl:0
            try:
                _joules(counter)
            except (OSError, ValueError):
                continue
            found.append(counter)
    return found


def _joules(counter):
    return int(counter.read_text(encoding="ascii")) / 1e6


def _used(counter, before):
    """The joules since ``before``; a counter begins anew at its largest value."""
    now = _joules(counter)
    if now < before:
        now += _joules(counter.parent / "max_energy_range_uj")
    return now - before
