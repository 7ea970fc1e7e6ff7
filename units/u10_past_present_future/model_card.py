"""A model card: one page that says what a model is for, on what it was judged, and where it fails (epilogue)."""

import json
from pathlib import Path


def recorded(file, experiment):
    """One experiment of a recorded run, as ``course run`` has written it.

    Args:
        file: the ``result.json`` of a run, or the folder that holds it.
        experiment: its name, such as ``"u10/adversarial_examples"``.

    Returns:
        A dictionary with the keys ``experiment``, ``title``, ``book``, ``backend``, ``data``, ``seed``, ``mode``,
        ``started`` and ``metrics``.

    Raises:
        ValueError: no such file, it is no record of a run, or the run has no such experiment.
    """
    file = Path(file)
    file = file / "result.json" if file.is_dir() else file
    try:
        run = json.loads(file.read_text(encoding="utf-8"))
        results = {f"{r['unit']}/{r['experiment']}": r for r in run["results"]}
    except OSError as problem:
        raise ValueError(
            f"{file} cannot be read: {problem.strerror}. Type: course run {experiment}"
        ) from None
    except (ValueError, KeyError, TypeError):
        raise ValueError(f"{file} is not the record of a run: `course run` writes result.json.") from None
    if experiment not in results:
        raise ValueError(f"The run has no experiment {experiment}; it has {', '.join(sorted(results))}.")
    found = results[experiment]
    try:
        kept = {name: found[name] for name in ("title", "book", "backend", "seed", "mode", "metrics")}
        data = ", ".join(d["name"] for d in found["data"]) or "none"
        return {"experiment": experiment, "data": data, "started": run["started"], **kept}
    except (KeyError, TypeError) as problem:
        raise ValueError(
            f"{file} has a record of {experiment} without all of its parts ({problem})."
        ) from None


def model_card(record, use, not_for, groups=None, limits=(), cost=None):
    """Write the card as Markdown.

    The numbers come from the record, so a card cannot say more than a run has shown. What no program knows has to be
    written by a person: what the model is for, and what it must not be used for.

    Args:
        record: see ``recorded``.
        use: a sentence: what the model is for.
        not_for: a sentence: what it must not be used for.
        groups: ``{group: {metric: value}}``: the same metrics for groups of people or kinds of data; None if nobody has
            looked, which the card then says.
        limits: sentences about where the model fails.
        cost: a ``RunCost`` of the training, or None if it was not measured.

    Returns:
        The text of the card.

    Raises:
        ValueError: ``use`` or ``not_for`` is empty, or the record has no numbers.

    References: Mitchell et al., "Model cards for model reporting" (2019).
    """
    if not use.strip() or not not_for.strip():
        raise ValueError("A model card has to say what the model is for, and what it is not for.")
    if not record["metrics"]:
        raise ValueError("The record has no numbers, so there is nothing to report.")
    lines = [
        f"# Model card: {record['title']}", "",
        f"Experiment {record['experiment']} ({record['book']}), {record['mode']} mode, backend {record['backend']}, "
        f"seed {record['seed']}, {record['started'][:10]}.", "",
        "## Intended use", "", use, "", f"Not for: {not_for}", "",
        "## Data", "", f"Trained and judged on: {record['data']}.", "",
        "## Numbers", "", *_table(["metric", "value"], [[k, f"{v:.4g}"] for k, v in record["metrics"].items()]), "",
        "## Groups", "",
    ]  # fmt: skip
    if groups:
        names = sorted({name for metrics in groups.values() for name in metrics})
        rows = [[str(g), *(f"{m[n]:.4g}" if n in m else "–" for n in names)] for g, m in groups.items()]
        lines += _table(["group", *names], rows)
    else:
        lines.append("Nobody has measured the model for single groups.")
    lines += ["", "## Limits", "", *(f"- {sentence}" for sentence in limits)]
    if not limits:
        lines.append("No limits were written down, which does not mean that there are none.")
    lines += ["", "## Cost of the training", ""]
    if cost is None:
        lines.append("It was not measured.")
    else:
        lines.append(
            f"{cost.seconds:.1f} s, {cost.joules:.3g} J, {cost.emissions():.2g} g of CO₂. {cost.how}"
        )
    return "\n".join(lines) + "\n"


def _table(columns, rows):
    return [f"| {' | '.join(cells)} |" for cells in (columns, ["---"] * len(columns), *rows)]
