"""Turns a failure into the feedback that a student reads: one sentence, one line of the file, three excerpts."""

import traceback

import numpy as np

from course.grading.candidate import Handle
from course.grading.errors import CandidateEnded, CandidateError, CheckFailed, GraderError, NotPublic
from course.grading.report import ENDED, ERROR, FAILED, INSTRUCTOR, NOT_DONE, PASSED, TIMEOUT, TROUBLE
from course.words import sentence, several

_PROGRAMMING = {  # exceptions about the program, not about its mathematics: a hint would not help
    *("SyntaxError", "IndentationError", "TabError", "ImportError", "ModuleNotFoundError", "NameError"),
    *(
        "UnboundLocalError",
        "AttributeError",
        "NotImplementedError",
        "RecursionError",
        "MemoryError",
        "OSError",
    ),
    *("SystemExit", "KeyboardInterrupt", "UnicodeError", "Missing", "Unsendable", "ForbiddenShortcut"),
}
_WRONG_CALL = (
    "positional argument",
    "keyword argument",
    "multiple values for argument",
)  # texts of a TypeError
_VALUES = 40  # an array with more values is shown by its dtype and shape
_CHARACTERS = 320
_WIDTH = 60  # columns of a printed array: with its name it fits into a terminal of 80 columns


def explain(error, transcript, result):
    """Write the feedback about the exception `error` into `result`, a `PartResult`."""
    try:
        _explain(error, transcript, result)
    except (
        Exception
    ) as second:  # the candidate may have returned any object; the student still needs a message
        result.status, result.got, result.inputs = FAILED, "", {}
        result.message = f"The check failed, and what it found cannot be shown ({type(second).__name__})."
        result.fault = _fault(second)


def _explain(error, transcript, result):
    if isinstance(error, CheckFailed):
        result.status, result.message = FAILED, sentence(error.message)
        result.hint = result.hint if error.is_number else ""
        result.inputs, result.got, result.expected = _excerpts(error)
    elif isinstance(error, CandidateError):
        _explain_raised(error, result)
    elif isinstance(error, CandidateEnded):
        result.status = TIMEOUT if error.reason == "timeout" else ENDED
        result.message = sentence(error.message)
    elif isinstance(error, NotPublic):
        result.status, result.hint = INSTRUCTOR, ""
        words = f": {'; '.join(error.words)}" if error.words else ""
        result.message = sentence(
            f"Not checked here, but by your instructor ({several(result.unchecked, 'point')}){words}"
        )
    elif isinstance(error, GraderError):
        result.status, result.message = TROUBLE, str(error)
    elif not transcript:  # the check raised an exception before the candidate answered anything
        result.status, result.fault = TROUBLE, _fault(error)
        result.message = f"The check itself failed ({type(error).__name__}: {_short(error)})."
    else:
        last = transcript[-1]
        result.status, result.fault = FAILED, _fault(error)
        result.message = f"The check cannot use what {last.asked} returned ({_short(error)})."
        result.got = value_text(last.value)


def keep_fitting_hints(results, transcripts):
    """Remove the hints that do not help with a failure.

    A hint is about the mathematics of its part. It does not help with a file that Python cannot read, a missing
    module, a forbidden call, an answer that is not an array, or a timeout. If an earlier part has failed in the same
    function and shows its hint, a later part shows none: the student should correct the earlier one first.
    """
    hinted = set()
    for result, transcript in zip(results, transcripts, strict=True):
        if result.status == PASSED:
            continue
        asked = transcript[-1].asked if transcript else ""
        if result.status not in (FAILED, ERROR) or asked in hinted:
            result.hint = ""
        if result.hint and asked:
            hinted.add(asked)


def _fault(error):
    """Return a text for the author of a check: the exception that the check raised, and the line."""
    lines = [
        frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.endswith("check.py")
    ]
    where = f" in line {lines[-1].lineno} of check.py" if lines else ""
    return f"the check raised {type(error).__name__}{where}: {_short(error)}"


def value_text(value):
    """Return a value as text of a few lines; a large array as its dtype and shape."""
    if isinstance(value, Handle):
        return value.noun
    if isinstance(value, (np.ndarray, np.generic)):
        array = np.asarray(value)
        if array.size > _VALUES:
            return f"{array.dtype.name} array of shape {array.shape}"
        return np.array2string(array, precision=6, separator=", ", max_line_width=_WIDTH)
    if isinstance(value, (list, tuple)) and len(value) <= _VALUES:
        opening, closing = "[]" if isinstance(value, list) else "()"
        return opening + ", ".join(value_text(item) for item in value) + closing
    if isinstance(value, dict) and len(value) <= _VALUES:
        return "{" + ", ".join(f"{key}: {value_text(item)}" for key, item in value.items()) + "}"
    text = repr(value)
    return text if len(text) <= _CHARACTERS else text[:_CHARACTERS] + "…"


def _explain_raised(error, result):
    result.where = _where(error)
    if error.kind == "NotImplementedError":
        result.status = NOT_DONE
        result.message = f"Not done yet: {error.where} raises NotImplementedError."
        return
    result.status = ERROR
    if _PROGRAMMING & {error.kind, *error.kinds} or any(text in error.message for text in _WRONG_CALL):
        result.hint = ""
    if error.kind == "Missing":
        result.message = sentence(error.message)
    elif error.kind == "Unsendable":
        result.message = f"{error.where} returned something that cannot be checked: {error.message}."
    elif error.kind == "ForbiddenShortcut":
        result.message = sentence(error.message)
    elif error.kind == "SystemExit":
        result.message = f"{error.where} ended the program with exit()."
    elif error.kind in ("SyntaxError", "IndentationError", "TabError"):
        result.message = f"Python cannot read the file: {error.message}."
    else:
        message = _short(error.message)
        result.message = f"{error.where} raised {error.kind}{': ' if message else ''}{sentence(message)}"


def _where(error):
    if error.line is None:
        return ""
    text = (error.text or "").rstrip()
    label = f"line {error.line}: "
    where = label + text.strip()
    if error.column and text.strip():
        before = error.column - 1 - (len(text) - len(text.lstrip()))
        where += "\n" + " " * (len(label) + max(0, before)) + "^"
    return where


def _excerpts(error):
    """Return inputs, got and expected as text: small values whole, large arrays by the row of the largest error."""
    inputs = dict(error.inputs or {})
    got, expected = error.got, error.expected
    row = error.at[0] if error.at else None
    if row is not None and _too_long(*inputs.values(), got, expected):
        rows = np.shape(expected)[0]

        def narrow(value):
            aligned = isinstance(value, np.ndarray) and value.ndim > 1 and len(value) == rows
            return value[row] if aligned else value

        inputs = {
            name if narrow(value) is value else f"{name}[{row}]": narrow(value)
            for name, value in inputs.items()
        }
        got, expected = np.asarray(got)[row], np.asarray(expected)[row]
    shown = {name: value_text(value) for name, value in inputs.items()}
    return shown, *("" if value is None else value_text(value) for value in (got, expected))


def _too_long(*values):
    return any(np.size(value) > _VALUES for value in values if isinstance(value, np.ndarray))


def _short(error):
    """Return the first paragraph of a message on one line, cut if it is too long."""
    text = " ".join(str(error).strip().split("\n\n")[0].split())
    return text if len(text) <= _CHARACTERS else text[:_CHARACTERS] + "…"
