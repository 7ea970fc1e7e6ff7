"""Compares the results of a file on several backends: wrong mathematics fails on all of them, other errors on some.

| verdict | when |
| --- | --- |
| right | every part passes everywhere |
| not done | every part that fails raises NotImplementedError, on every backend |
| wrong mathematics | every part has the same result on all backends, and some part fails |
| works on … only | some part passes on some backends and fails on others |

If the last two are both true, the verdict is the last one, and `wrong` contains the parts that fail everywhere.
"""

from dataclasses import dataclass

from course.grading.report import NOT_DONE, PASSED

RIGHT, NOT_YET, WRONG, DIFFERS = "right", "not done", "wrong mathematics", "differs between backends"


@dataclass(frozen=True)
class Verdict:
    """The verdict on a file from its results on several backends.

    `wrong` contains the names of the parts that fail on all backends, `differs` pairs of a part and the backends on
    which it passes.
    """

    kind: str
    text: str
    wrong: tuple = ()
    differs: tuple = ()


def compare(reports):
    """Return the `Verdict` on the reports of all backends; a report is a dict as in JSON."""
    passes = {}
    for backend, report in sorted(reports.items()):
        for part in report["parts"]:
            passes.setdefault(part["name"], {})[backend] = part["status"]
    wrong = tuple(name for name, by in passes.items() if PASSED not in by.values())
    differs = tuple(
        (name, tuple(backend for backend, status in by.items() if status == PASSED))
        for name, by in passes.items()
        if len({status == PASSED for status in by.values()}) == 2
    )
    if differs:
        return Verdict(DIFFERS, _where(reports, differs), wrong, differs)
    if not wrong:
        return Verdict(RIGHT, "right on every backend")
    if all(status == NOT_DONE for name in wrong for status in passes[name].values()):
        return Verdict(NOT_YET, "not done yet", wrong)
    return Verdict(WRONG, "wrong mathematics: it fails in the same parts on every backend", wrong)


def _where(reports, differs):
    """Return a text that says on which backends the file works."""
    full = [b for b in sorted(reports) if all(b in backends for _, backends in differs)]
    if full and len(full) < len(reports):
        return f"works on {' and '.join(full)} only" if len(full) < 3 else "works on some backends only"
    return "some parts work on one backend, others on another"
