"""How a part of a check can end badly, and whose doing each is."""

from course.errors import CourseError


class CheckFailed(AssertionError):
    """A statement of the check does not hold: the candidate's answer is wrong.

    Attributes:
        message: One sentence.
        inputs: Dictionary of name → value, or None.
        got, expected: The two values, as far as there are two.
        at: Index of the worst place in an array.
        is_number: False if the answer is not even of the kind that was asked for, like None or a text.
    """

    def __init__(self, message, inputs=None, got=None, expected=None, at=None, is_number=True):
        super().__init__(message)
        self.message = message
        self.inputs = inputs
        self.got = got
        self.expected = expected
        self.at = at
        self.is_number = is_number


class CandidateError(Exception):
    """The candidate raised an exception, or its reply cannot travel.

    Attributes:
        kind: Name of the exception's class; `kinds` those of its bases too.
        message: The exception's message.
        line, text: Where in the candidate's file, and what stands there; None outside of it.
        column: For a SyntaxError, where in the line.
        where: Which call, in words.
        module: For an ImportError, the module that could not be imported.
    """

    def __init__(self, kind, message="", kinds=(), line=None, text=None, column=None, where="", module=None):
        super().__init__(f"{kind}: {message}")
        self.kind = kind
        self.kinds = tuple(kinds)
        self.message = message
        self.line = line
        self.text = text
        self.column = column
        self.where = where
        self.module = module


class CandidateEnded(Exception):
    """The candidate's process is gone: a crash, an exit, a timeout, or a broken protocol.

    Attributes:
        reason: "signal", "exit", "timeout", "protocol", "memory" or "processes".
        message: One sentence.
    """

    def __init__(self, reason, message):
        super().__init__(message)
        self.reason = reason
        self.message = message


class NotPublic(Exception):
    """The public statements of a part hold; the rest of it, and its points, are the instructor's.

    Attributes:
        words: What the instructor checks, in words; may be empty.
    """

    def __init__(self, words=()):
        super().__init__(words)
        self.words = tuple(words)


class GraderError(CourseError):
    """The grader itself could not do its work; nobody's answer is judged by this."""


class AuthoringError(GraderError):
    """A file of an exercise is not as its author has to write it; the text names exercise, file and line.

    Attributes:
        exercise, file: Their names.
        line: Number of the line; None if it is not known.
        message: What is wrong, a sentence without its full stop.
    """

    def __init__(self, exercise, file, line, message):
        self.exercise, self.file, self.line, self.message = exercise, file, line, message
        super().__init__(f"{exercise}: {self.place}: {message}.")

    @property
    def place(self):
        """`mistakes.diff, line 3`."""
        return self.file if self.line is None else f"{self.file}, line {self.line}"
