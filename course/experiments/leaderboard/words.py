"""The numbers of a row in words: on the page, in the text and on the screen."""

from course.experiments.report.words import number

COLUMNS = ("", "Model", "Score", "Seeds", "Parameters", "Seconds", "Backend", "Experiment")
FOOT = (
    "Seconds are the time of one training on the machine that ran it, compilation included. "
    "A quick run uses small data and short training, so it says little about what a model can do. "
    "± is half of the 95% interval of the mean over the seeds."
)


def head(group):
    """What the score of a group is called, and its direction."""
    return f"{group.score}, {group.better} is better"


def score(row):
    """The score, with the interval of its mean if there are several seeds."""
    value = _digits(row.score, 4)
    return value if row.half is None else f"{value} ± {_digits(row.half, 2)}"


def _digits(value, digits):
    return number(float(f"{value:.{digits}g}"))


def seeds(row):
    """The seeds: `0`, `0–4` or `0, 3`."""
    low, high = row.seeds[0], row.seeds[-1]
    if len(row.seeds) > 1 and high - low == len(row.seeds) - 1:
        return f"{low}–{high}"
    return ", ".join(map(str, row.seeds))


def parameters(row):
    """The number of parameters, a dash where the run did not record it."""
    return "–" if row.parameters is None else f"{row.parameters:,}"


def seconds(row):
    """The seconds of a training, a dash where the run did not record them."""
    if row.seconds is None:
        return "–"
    return f"{row.seconds:.2g}" if row.seconds < 10 else f"{row.seconds:,.0f}"


def cells(place, row):
    """One row in the order of `COLUMNS`."""
    off = " (off its band)" if row.off else ""
    return (
        str(place),
        row.model,
        score(row) + off,
        seeds(row),
        parameters(row),
        seconds(row),
        f"{row.backend}, {row.device}",
        row.experiment,
    )
