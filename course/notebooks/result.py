"""The result of a check in a notebook, as HTML and as text."""

from html import escape

from course.grading.report import FAILED, INSTRUCTOR, NOT_DONE, PASSED, recognized
from course.words import several

_SIGNS = {PASSED: ("✓", "#2e8b57"), NOT_DONE: ("·", "#b8860b"), INSTRUCTOR: ("–", "#4682b4")}
_OTHER = ("✗", "#c0392b")
_ADVISORY = "This result is advisory: your instructor grades the file that you hand in."


class Result:
    """The result of `course.check`; a notebook shows it as HTML.

    Attributes:
        report: the `course.grading.report.Report`.
        saved: where the answer was written, or None.
    """

    def __init__(self, report, exercise, saved=None):
        self.report = report
        self.saved = saved
        self._hints = exercise.hints

    @property
    def earned(self):
        """The points that were earned."""
        return self.report.earned

    @property
    def points(self):
        """The points that can be earned here."""
        return self.report.points

    def __repr__(self):
        parts = [
            f"{_sign(part)[0]} {part.name}: {part.earned} of {part.points}" for part in self.report.parts
        ]
        weak = self._weak()
        reason = [f"{weak.message} {weak.where}".strip()] if weak else []
        return "\n".join([self._title(), *parts, *reason, _ADVISORY])

    def _repr_html_(self):
        share = self.earned / self.points if self.points else 0
        colour = "#2e8b57" if self.report.complete else "#b8860b"
        bar = (
            '<div style="background:rgba(128,128,128,.25);border-radius:4px;height:10px;max-width:30em">'
            f'<div style="background:{colour};border-radius:4px;height:10px;width:{100 * share:.0f}%"></div></div>'
        )
        rows = "".join(map(self._row, self.report.parts))
        table = f'<table style="color:inherit;margin:.5em 0;border-collapse:collapse">{rows}</table>'
        parts = [f"<b>{escape(self._title())}</b>", bar, table, self._reason(), self._notes(), self._help()]
        saved = f"Written to <code>{escape(str(self.saved))}</code>. " if self.saved else ""
        parts.append(f'<p style="opacity:.75;margin:.5em 0 0">{saved}{_ADVISORY}</p>')
        return f'<div style="line-height:1.45">{"".join(parts)}</div>'

    def _title(self):
        report = self.report
        text = f"{report.title}: {self.earned} of {several(self.points, 'point')}"
        return text + (
            f", {report.unchecked} more are checked by your instructor only" if report.unchecked else ""
        )

    def _weak(self):
        return next((p for p in self.report.parts if p.status not in (PASSED, INSTRUCTOR)), None)

    @staticmethod
    def _row(part):
        sign, colour = _sign(part)
        cell = '<td style="color:inherit;text-align:left;padding:.1em .6em .1em 0;border:0">'
        return (
            f'<tr style="background:none">{cell}<b style="color:{colour}">{sign}</b></td>'
            f"{cell}{escape(part.name)}</td>{cell}{part.earned}/{part.points}</td></tr>"
        )

    def _reason(self):
        """Why the first part that failed did so: one sentence, the line, the input, and what was expected."""
        part = self._weak()
        if part is None:
            return ""
        known = f" {recognized(part.mistake)}" if part.mistake else ""
        text = (
            f'<p style="margin:.4em 0"><b>{escape(part.name)}</b>: {escape(part.message)}{escape(known)}</p>'
        )
        shown = dict(part.inputs)
        shown |= {name: value for name, value in (("got", part.got), ("expected", part.expected)) if value}
        lines = [part.where] if part.where else []
        for name, value in shown.items():
            lines.append(f"{name} = {value}".replace("\n", "\n" + " " * (len(name) + 3)))
        if lines:
            style = "color:inherit;background:none;margin:.4em 0;padding:.4em"
            text += f'<pre style="{style}">{escape(chr(10).join(lines))}</pre>'
        if part.hint and not part.mistake and part.status == FAILED:
            text += f'<p style="margin:.4em 0"><i>Hint: {escape(part.hint)}</i></p>'
        return text

    def _notes(self):
        notes = [f"{flag}; your instructor sees this." for flag in self.report.flags] + list(
            self.report.notes
        )
        printed = self.report.printed.strip()
        text = "".join(f'<p style="margin:.4em 0">{escape(note)}</p>' for note in notes)
        return text + (
            f"<details><summary>Your file printed</summary><pre>{escape(printed[:4000])}</pre></details>"
            if printed
            else ""
        )

    def _help(self):
        """The hints of the exercise, each behind a click."""
        if self.report.complete:
            return ""
        return "".join(
            f"<details><summary>Hint {number} of {len(self._hints)}</summary>{escape(hint)}</details>"
            for number, hint in enumerate(self._hints, 1)
        )


def _sign(part):
    return _SIGNS.get(part.status, _OTHER)
