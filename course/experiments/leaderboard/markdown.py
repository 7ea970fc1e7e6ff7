"""The leaderboard as Markdown, for a README or a report."""

from course.experiments.leaderboard import words


def text(board):
    """Return the whole table as Markdown."""
    lines = ["# Every model of the course", "", board.sentence, ""]
    if board.unreadable:
        lines += [board.unreadable, ""]
    for group in board.groups:
        lines += [f"## {group.title}", "", f"{_capital(words.head(group))}.", ""]
        if group.rows:
            lines += [_line(words.COLUMNS), _line(["---"] * len(words.COLUMNS))]
            lines += [_line(words.cells(place, row)) for place, row in enumerate(group.rows, 1)]
            lines.append("")
        for missing in group.missing:
            lines.append(f"- {missing.model}: {missing.reason}; `{missing.command}`")
        lines += [""] if group.missing else []
    if board.full_runs:
        lines += ["## Full runs that are not recorded", ""]
        lines += [*(f"- `{command}`" for command in board.full_runs), ""]
    return "\n".join([*lines, words.FOOT, ""])


def _line(cells):
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _capital(sentence):
    return sentence[0].upper() + sentence[1:]
