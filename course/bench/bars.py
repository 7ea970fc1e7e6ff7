"""From raw seconds and losses to ratios, and which bars they miss.

A ratio is the median over rounds of the ratio *within* a round: what slows the machine down for a while slows all
variants of that round down, and a round that was disturbed in its middle is one among several. The rounds come from
several processes, for where a process has its memory and how its threads take turns is worth some percent of a step of
a tenth of a millisecond, the same from its first round to its last.
"""

import math
from statistics import median, quantiles

# Our fit may take so many times the native loop, unless a contest has a limit of its own.
LIMITS = {"jax": 1.05, "tensorflow": 1.10, "torch": 1.15}
# From here on a gap to the fastest native loop is named.
GAP = 1.3
# Never slower than Keras's own fit: where both do the same a median still scatters by this much.
NOISE = 0.02
# Losses agree to this part of the largest of them.
TOLERANCES = {("cpu", "float32"): 1e-3, ("gpu", "float32"): 1e-2, ("gpu", "bfloat16"): 5e-2,
              ("cpu", "bfloat16"): 5e-2}  # fmt: skip


def ratios(seconds, base):
    """Lower quartile, median and upper quartile over rounds of seconds/base."""
    each = [a / b for a, b in zip(seconds, base, strict=True)]
    if len(each) < 2:
        return [each[0]] * 3
    low, _, high = quantiles(each, n=4, method="inclusive")
    return [low, median(each), high]


def base_of(seconds):
    """What a case is measured by: the native loop, or in a contest the fastest of the others."""
    others = [name for name in seconds if name != "ours"]
    return "native" if "native" in others else min(others, key=lambda name: median(seconds[name]))


def fastest_of(seconds):
    """The fastest native loop; in a contest the fastest of the others."""
    natives = [name for name in seconds if name.startswith("native")]
    return min(natives, key=lambda name: median(seconds[name])) if natives else base_of(seconds)


def disagreement(losses, tolerance, base="native"):
    """What is wrong with the losses of the variants, in words, or None.

    Args:
        losses: variant → its losses at the same moments.
        tolerance: how far they may be from those of the base, as a part of its largest.
        base: whose losses are right.
    """
    native = losses[base]
    scale = max(abs(x) for x in native)
    for name, values in losses.items():
        for i, (got, wanted) in enumerate(zip(values, native, strict=True)):
            if not math.isfinite(got) or not math.isfinite(wanted):
                return f"{name}: loss {i + 1} is {got}, {base} {wanted}"
            if abs(got - wanted) > tolerance * scale:
                return f"{name}: loss {i + 1} is {got:.6g}, {base} {wanted:.6g}"
    return None


def summary(raws, tolerance):
    """The numbers of a case on a backend, from what its processes measured.

    Args:
        raws: for each process the result of ``course.bench.worker.steps``.
        tolerance: of the losses; a contest brings its own.
    """
    raw = raws[0]
    together = {name: [s for r in raws for s in r["seconds"][name]] for name in raw["seconds"]}
    base = base_of(together)
    fastest = fastest_of(together)
    native, keras = together[base], together.get("keras")
    rows = {}
    for name, seconds in together.items():
        low, middle, high = ratios(seconds, native)
        rows[name] = {
            "ms_per_step": 1e3 * median(seconds),
            "ratio": middle,
            "ratio_quartiles": [low, high],
            "ratio_of_each_process": [ratios(r["seconds"][name], r["seconds"][base])[1] for r in raws],
            "ratio_to_fastest": ratios(seconds, together[fastest])[1],
            "ratio_to_keras": ratios(seconds, keras)[1] if keras else None,
            "losses": raw["losses"][name],
            "seconds_per_step": seconds,
        }
    for name, amount in raw.get("work", {}).items():
        rows[name]["work"] = amount
    kept = ("title", "unit", "batch", "small", "why_no_keras", "steps", "epochs", "device")
    wrong = (disagreement(r["losses"], raw.get("tolerance", tolerance), base) for r in raws)
    return {key: raw[key] for key in kept} | {
        "limit": raw.get("limit"),
        "base": base,
        "fastest": fastest,
        "failed": raw.get("failed", {}),
        "disagreement": next(filter(None, wrong), None),
        "variants": rows,
    }


def gap(result):
    """A sentence if our fit takes much more time than the fastest native loop, or None. It is no bar.

    Args:
        result: as ``missed`` takes it.
    """
    if result.get("error"):
        return None
    rows, fastest = result["variants"], result["fastest"]
    if fastest == result["base"] or rows["ours"]["ratio_to_fastest"] <= GAP:
        return None
    others = "".join(
        f", {name} {rows[name]['ratio_to_fastest']:.2f} times"
        for name in ("ours_scan", "ours_xla")
        if name in rows
    )
    return (
        f"{_where(result)}: our fit takes {rows['ours']['ratio_to_fastest']:.2f} times {fastest}{others}; "
        f"{fastest} takes {rows[fastest]['ratio']:.2f} times the plain loop"
    )


def missed(result):
    """A sentence for each bar that a result misses.

    Args:
        result: with ``case``, ``backend``, ``precision``, and either ``error`` or what ``summary`` returns.
    """
    where = _where(result)
    if result.get("error"):
        return [f"{where}: not measured: {result['error']}"]
    if result["disagreement"]:
        return [f"{where}: the variants do not reach the same loss: {result['disagreement']}"]
    rows, limit, found = result["variants"], result.get("limit") or LIMITS[result["backend"]], []
    ours = rows["ours"]
    if ours["ratio"] > limit and result["base"] != "native":
        found.append(
            f"{where}: ours takes {ours['ratio']:.2f} times {result['base']} for a {result['unit']}; "
            f"the bar is {limit:.2f}"
        )
    elif ours["ratio"] > limit:
        found.append(
            f"{where}: our fit takes {ours['ratio']:.2f} times the native loop; the bar is {limit:.2f}"
        )
    scan = rows.get("ours_scan")
    if scan and result["small"] and scan["ratio"] >= 1:
        found.append(
            f"{where}: with steps_per_execution our fit takes {scan['ratio']:.2f} times the native loop; "
            "on a small model it has to be faster"
        )
    if ours["ratio_to_keras"] is not None and ours["ratio_to_keras"] > 1 + NOISE:
        found.append(
            f"{where}: our fit takes {ours['ratio_to_keras']:.2f} times Keras's own fit; "
            "it must never be slower"
        )
    return found


def _where(result):
    precise = result.get("precision", "float32")
    return f"{result['case']} on {result['backend']}" + ("" if precise == "float32" else f" in {precise}")
