"""The grading rules: attempts, late submissions, unknown students, and the score from several backends.

| rule | values (the first is the default) |
| --- | --- |
| `attempts` | `best`: the best for every exercise; `last`: the last one for all; `3`, `last:3`: of the first three |
| `late` | `keep`: noted in the audit; `penalize:P`: P percent are subtracted; `refuse`: does not count |
| `times` | `said`: only given times count; `file`: if no time is given, the time of the file counts |
| `unknown` | `keep`: students who are not on the roster are graded and noted; `refuse`: they are not graded |
| `backends` | `minimum`: code must work on all backends, so the worst one counts; `mean`; `best` |
"""

from dataclasses import dataclass, fields
from fractions import Fraction

from course.errors import CourseError

_VALUES = {
    "attempts": ("best", "last"),
    "late": ("keep", "penalize", "refuse"),
    "times": ("said", "file"),
    "unknown": ("keep", "refuse"),
    "backends": ("minimum", "mean", "best"),
}


@dataclass(frozen=True)
class Policy:
    """The rules; `percent` is used with `late = "penalize"` only; `limit` is the number of attempts, 0 for any."""

    attempts: str = "best"
    late: str = "keep"
    unknown: str = "keep"
    backends: str = "minimum"
    percent: int = 0
    limit: int = 0
    times: str = "said"

    def __str__(self):
        late = f"penalize:{self.percent}" if self.late == "penalize" else self.late
        limit = f":{self.limit}" if self.limit else ""
        rules = f"attempts={self.attempts}{limit}, late={late}, times={self.times}"
        return f"{rules}, unknown={self.unknown}, backends={self.backends}"

    def factor(self, late):
        """Return the factor for the points; None if the submission does not count."""
        if not late or self.late == "keep":
            return Fraction(1)
        return None if self.late == "refuse" else 1 - Fraction(self.percent, 100)

    def combine(self, earned):
        """Return the score of an exercise from its points on each backend."""
        if self.backends == "mean":
            return Fraction(sum(earned), len(earned))
        return Fraction(max(earned) if self.backends == "best" else min(earned))


def rules_of(texts):
    """Return each rule of texts like `attempts=last,unknown=refuse`."""
    return [piece.strip() for whole in texts for piece in whole.split(",")]


def read_policy(texts):
    """Return the `Policy` from texts like `late=penalize:20` or `attempts=last,unknown=refuse`.

    Raises:
        CourseError: A rule or a value does not exist.
    """
    rules = {}
    for text in rules_of(texts):
        rule, _, value = text.partition("=")
        value, _, amount = value.partition(":")
        value = "penalize" if value == "penalise" else value  # both spellings are accepted
        if rule == "attempts" and value.isdecimal() and not amount:
            value, amount = "best", value
        if rule not in _VALUES:
            raise CourseError(f"--policy {text}: there is no such rule; there are {', '.join(_VALUES)}.")
        if value not in _VALUES[rule]:
            number = ", or a number" if rule == "attempts" else ""
            raise CourseError(f"--policy {text}: {rule} is one of {', '.join(_VALUES[rule])}{number}.")
        if rule == "attempts":
            rules["limit"] = _amount(text, amount, "the number of attempts") if amount else 0
        elif (value == "penalize") != bool(amount):
            raise CourseError(f"--policy {text}: say how many percent, as in late=penalize:20.")
        elif amount:
            rules["percent"] = _amount(text, amount, "the percentage")
        rules[rule] = value
    assert set(rules) <= {field.name for field in fields(Policy)}
    return Policy(**rules)


def _amount(text, amount, what):
    if not (amount.isascii() and amount.isdecimal()) or not 0 < int(amount) <= 100:
        raise CourseError(f"--policy {text}: {what} is a whole number from 1 to 100.")
    return int(amount)
