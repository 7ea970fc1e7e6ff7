"""Prints a `Report` on the terminal: its parts, and below the first failed part the reason."""

from rich.markup import escape
from rich.padding import Padding
from rich.text import Text

from course.grading.report import (
    ENDED,
    ERROR,
    FAILED,
    INSTRUCTOR,
    NOT_DONE,
    PASSED,
    TIMEOUT,
    TROUBLE,
    recognized,
)
from course.words import several

_STYLES = {
    PASSED: ("✓", "green"),
    FAILED: ("✗", "red"),
    ERROR: ("✗", "red"),
    ENDED: ("✗", "red"),
    TIMEOUT: ("✗", "red"),
    NOT_DONE: ("·", "yellow"),
    INSTRUCTOR: ("–", "blue"),
    TROUBLE: ("?", "magenta"),
}
_PRINTED_LINES = 12
_INDENT = 6


def print_report(console, report, everything=False, brief=False):
    """Print a report.

    Args:
        console: The Rich console.
        report: A `Report`.
        everything: If True, print the reason of every failed part, not only of the first.
        brief: If True, print only the first failed part; used if several reports are printed.
    """
    console.print(f"\n[bold]{report.exercise}  {escape(report.title)}[/]")
    failed = [part for part in report.parts if part.status not in (PASSED, INSTRUCTOR)]
    explained = failed if everything else failed[:1]
    explained += [part for part in report.parts if part.status == INSTRUCTOR]
    shown = [part for part in report.parts if part in explained] if brief and not everything else report.parts
    width = max((len(part.name) for part in shown), default=0)
    named = set()
    for part in shown:
        sign, style = _STYLES[part.status]
        points = f"{part.earned}/{part.points}" if part.points else "–"
        console.print(f"  [{style}]{sign}[/] {escape(part.name):<{width}}  [{style}]{points:>5}[/]")
        if part in explained:
            _print_reason(console, part, again=_reason(part) in named)
            named.add(_reason(part))
    for flag in report.flags:
        console.print(f"  [yellow]![/] {escape(flag)}; your instructor sees this.")
    for note in report.notes:
        console.print(f"  [yellow]![/] {escape(note)}")
    if failed and report.printed.strip():
        _print_printed(console, report.printed)
    _print_verdict(console, report)
    if not everything and len(failed) > 1:
        _print_others(console, report, failed)


def _print_others(console, report, failed):
    """Print one line about the other parts that failed."""
    first, *others = failed
    more, verb = several(len(others), "more part"), "is" if len(others) == 1 else "are"
    if first.mistake and all(part.mistake == first.mistake for part in others):
        text = f"{more} failed. The same mistake as above."
    elif all(part.status == NOT_DONE for part in others):
        text = f"{more} {verb} not done yet."
    else:
        text = f"{more} failed: course check {report.exercise} --all says why."
    console.print(f"  [dim]{text}[/]")


def _reason(part):
    """Return a key that is equal for two parts with the same reason: the named mistake, or message, line and answer."""
    return part.mistake or (part.message, part.where, part.got)


def _print_reason(console, part, again=False):
    """Print why a part failed; if the same reason was printed above (`again`), print only a reference to it."""
    lines = [Text(part.message)] if part.mistake or not again else []
    if again:
        lines.append(
            Text("The same mistake as above." if part.mistake else "The same as above.", style="bold")
        )
    elif part.mistake:
        lines.append(Text(recognized(part.mistake), style="bold"))
    if not again:
        lines += [Text(part.where, style="cyan")] if part.where else []
        lines += _values(console, part)
    if (
        part.hint and not part.mistake and part.status in (FAILED, ERROR)
    ):  # the sentence of a mistake replaces the hint
        lines.append(Text(f"Hint: {part.hint}", style="italic"))
    for line in lines:
        console.print(Padding(line, (0, 0, 0, _INDENT), expand=False))


def _values(console, part):
    """Return lines with inputs, got and expected; a value that is too wide for its line is printed below its name."""
    shown = dict(part.inputs) | {name: text for name, text in (("got", part.got),) if text}
    shown |= {"expected": part.expected} if part.expected else {}
    width = max(map(len, shown), default=0)
    lines = []
    for name, text in shown.items():
        widest = max(map(len, text.splitlines()), default=0)
        beside = _INDENT + width + 3 + widest <= console.width
        between = f"{name:<{width}} = " if beside else f"{name} =\n  "
        hanging = text.replace("\n", "\n" + " " * (width + 3 if beside else 2))
        lines.append(Text(between + hanging, style="dim"))
    return lines


def _print_printed(console, printed):
    lines = printed.strip().splitlines()
    cut = lines[:_PRINTED_LINES] + (["…"] if len(lines) > _PRINTED_LINES else [])
    console.print("  [dim]Your file printed:[/]")
    console.print(Padding(Text("\n".join(cut), style="dim"), (0, 0, 0, _INDENT), expand=False))


def _print_verdict(console, report):
    if not report.judged:
        text = "[magenta]The checker failed; this says nothing about your answer.[/]"
    elif report.complete and not report.unchecked:
        text = f"[green]All {several(report.points, 'point')}.[/]"
    elif report.unchecked:
        total = several(report.points + report.unchecked, "point")
        text = f"[bold]{report.earned} of {total}; {not_checked(report.unchecked)}[/]"
    else:
        text = f"[bold]{report.earned} of {several(report.points, 'point')}.[/]"
    inputs = "recorded inputs" if report.seed is None else f"seed {report.seed}"
    console.print(f"  {text} [dim]({report.backend}, {inputs}, {report.seconds:.1f} s)[/]")


def not_checked(points):
    """Return a sentence about the points that only the instructor can give."""
    return f"{several(points, 'point')} {'is' if points == 1 else 'are'} not checked here."
