"""A `Report` on the terminal: one line for each part, and beneath a failing one what a student needs."""

from rich.markup import escape
from rich.padding import Padding
from rich.text import Text

from course.grading.report import ENDED, ERROR, FAILED, INSTRUCTOR, NOT_DONE, PASSED, TIMEOUT, TROUBLE

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


def print_report(console, report):
    """Print a report."""
    console.print(f"\n[bold]{report.exercise}  {escape(report.title)}[/]")
    width = max(len(part.name) for part in report.parts)
    same = len({(part.status, part.message, part.where) for part in report.parts}) == 1
    named = set()
    for part in report.parts:
        sign, style = _STYLES[part.status]
        points = f"{part.earned}/{part.points}" if part.points else "–"
        console.print(f"  [{style}]{sign}[/] {escape(part.name):<{width}}  [{style}]{points:>5}[/]")
        if part.status != PASSED and not same:
            _print_reason(console, part, again=part.mistake in named)
            named |= {part.mistake} - {""}
    if same and report.parts[0].status != PASSED:
        _print_reason(console, report.parts[0])
    for flag in report.flags:
        console.print(f"  [yellow]![/] {escape(flag)}; your instructor sees this.")
    if not report.complete and report.printed.strip():
        _print_printed(console, report.printed)
    _print_verdict(console, report)


def _print_reason(console, part, again=False):
    """Print why a part failed; a mistake that was named above (`again`) is not spread out twice."""
    lines = [Text(part.message)]
    if again:
        lines.append(Text("The same mistake as above.", style="bold"))
    elif part.mistake:
        lines.append(Text(f"This looks like a known mistake: {part.mistake.rstrip('.')}.", style="bold"))
    if part.where:
        lines.append(Text(part.where, style="cyan"))
    shown = dict(part.inputs) | {name: text for name, text in (("got", part.got),) if text}
    shown |= {"expected": part.expected} if part.expected else {}
    shown = {} if again else shown
    width = max(map(len, shown), default=0)
    for name, text in shown.items():
        hanging = text.replace("\n", "\n" + " " * (width + 3))
        lines.append(Text(f"{name:<{width}} = {hanging}", style="dim"))
    if part.hint and part.status in (FAILED, ERROR):
        lines.append(Text(f"Hint: {part.hint}", style="italic"))
    for line in lines:
        console.print(Padding(line, (0, 0, 0, 6), expand=False))


def _print_printed(console, printed):
    lines = printed.strip().splitlines()
    cut = lines[:_PRINTED_LINES] + (["…"] if len(lines) > _PRINTED_LINES else [])
    console.print("  [dim]Your file printed:[/]")
    console.print(Padding(Text("\n".join(cut), style="dim"), (0, 0, 0, 6), expand=False))


def _print_verdict(console, report):
    if not report.judged:
        text = "[magenta]The checker had trouble; this is no verdict on your answer.[/]"
    elif report.complete:
        text = f"[green]All {report.points} points.[/]"
    else:
        text = f"[bold]{report.earned} of {report.points} points.[/]"
    console.print(f"  {text} [dim]({report.backend}, seed {report.seed}, {report.seconds:.1f} s)[/]")
