"""Says where the numbers of several backends differ, and gives possible reasons."""

import numpy as np

# Sums in another order, and Adam's division by small roots, amplify the rounding of float32.
RTOL, ATOL = 1e-4, 1e-5
KINDS = {
    "log": "the reported",
    "weight": "the weight",
    "state": "the state",
    "optimizer": "the optimizer's state",
}


def compare(results):
    """The result of the comparison: ``(agree, lines)``.

    Args:
        results: backend → what ``course.testing.portable.worker`` wrote.
    """
    failed = {
        b: r.get("refused") or r["error"]
        for b, r in results.items()
        if "compiled" not in r or "eager" not in r
    }
    whole = {b: r for b, r in results.items() if b not in failed}
    lines = [
        f"{_and([b for b in failed if failed[b] == text])}: {text}" for text in dict.fromkeys(failed.values())
    ]
    if failed and whole:
        lines.append(f"On {_and(whole)} the steps run.")
    of_python = []
    for backend, r in whole.items():
        of_python += _parting(
            {"as compiled": r["compiled"], "as written": r["eager"]}, f"On {backend} ", _PYTHON
        )
    lines += of_python
    if len(whole) > 1 and not of_python:
        lines += _parting({backend: r["compiled"] for backend, r in whole.items()}, "", _BACKENDS)
    return (False, lines) if lines else (True, [_agreement(whole)])


_PYTHON = (
    "The step depends on Python that runs only while it is compiled (a counter, time, a global variable, a generator "
    "of NumPy), or reads a variable that is not the model's."
)
_BACKENDS = (
    "Each backend gives the same numbers compiled and as written, so the backends compute something else: look for "
    "draws that do not come from keras.random, for dtypes, for ties (argmax, sort), and for indices out of range."
)


def _parting(runs, where, reason):
    """The first difference between runs, in words; nothing if they agree."""
    (first, reference), *others = runs.items()
    lines = []
    for name, other in others:
        both = min(reference[-1]["step"], other[-1]["step"])  # as written there are fewer steps
        reference, other = ([e for e in run if e["step"] <= both] for run in (reference, other))
        keys = [_key(e) for e in reference], [_key(e) for e in other]
        if keys[0] != keys[1]:
            missing = sorted(set(keys[0]) ^ set(keys[1]))
            lines.append(
                f"{where}{first} and {name} cannot be compared: only one of them has {missing[0][2]}."
            )
            continue
        dtypes = [(a, b) for a, b in zip(reference, other, strict=True) if _kind(a) != _kind(b)]
        if dtypes:
            a, b = dtypes[0]
            lines.append(
                f"{where}{_thing(a)} has dtype {a['dtype']} on {first} and {b['dtype']} on {name}. Say the dtype "
                "(ops.cast, or dtype= where the number is made)."
            )
        parted = [(a, b) for a, b in zip(reference, other, strict=True) if not _close(a, b)]
        if parted:
            step = parted[0][0]["step"]
            here = [(a, b) for a, b in parted if a["step"] == step]
            a, b = here[0]
            u, v = _worst(a, b)
            more = f", and {len(here) - 1} more in that step" if len(here) > 1 else ""
            lines.append(
                f"{where}{first} and {name} differ from step {step + 1} on: "
                f"{_thing(a)} is {u:.7g} and {v:.7g}{more}. {reason}"
            )
    return lines


def _key(entry):
    return (
        entry["step"],
        entry["kind"],
        entry["name"].partition(" ")[0] if entry["kind"] != "log" else entry["name"],
    )


def _kind(entry):
    """The part of a dtype that has to agree: not the width of integers, in which the backends differ."""
    return entry["dtype"] if entry["dtype"].startswith(("float", "bfloat", "bool")) else "integer"


def _thing(entry):
    return f"{KINDS[entry['kind']]} {entry['name'].partition(' ')[2] or entry['name']}"


def _close(a, b):
    return len(a["value"]) == len(b["value"]) and np.allclose(
        a["value"], b["value"], rtol=RTOL, atol=ATOL, equal_nan=True
    )


def _worst(a, b):
    x, y = np.asarray(a["value"]), np.asarray(b["value"])
    if x.shape != y.shape:
        return float(x.size), float(y.size)
    i = int(np.argmax(np.nan_to_num(np.abs(x - y), nan=np.inf)))
    return x[i], y[i]


def _agreement(whole):
    runs = [r["compiled"] for r in whole.values()]
    most = max(
        (float(np.max(np.abs(np.subtract(a["value"], b["value"])), initial=0.0))
         for other in runs[1:] for a, b in zip(runs[0], other, strict=True)), default=0.0,
    )  # fmt: skip
    steps = runs[0][-1]["step"] + 1 if runs[0] else 0
    if len(whole) == 1:
        return (
            f"Only {_and(whole)} is installed: {steps} steps give the same numbers compiled and as written."
        )
    return f"{_and(whole)} agree over {steps} steps: losses, weights and optimizer state differ by at most {most:.1e}."


def _and(names):
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
