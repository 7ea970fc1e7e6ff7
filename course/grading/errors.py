"""The exceptions of a check; each says whether the candidate or the grader caused it."""

from course.errors import CourseError


class CheckFailed(AssertionError):
    """A statement of the check does not hold: the candidate's answer is wrong.

    Attributes:
        message: One sentence.
        inputs: Dictionary of name → value, or None.
        got, expected: The two values; None if a value is missing.
        at: Index of the largest error in an array.
        is_number: False if the answer is of a wrong kind, for example None or a text where a number is expected.
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
    """The candidate raised an exception, or its reply cannot be sent.

    Attributes:
        kind: Name of the exception's class.
        kinds: The names of the class and of its base classes.
        message: The exception's message.
        line, text: Number and text of the line in the candidate's file; None if the line is outside of it.
        column: For a SyntaxError, the column.
        where: The call that failed, in words.
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
    """The candidate's process has ended: by a crash, an exit, a timeout, or a violation of the protocol.

    Attributes:
        reason: "signal", "exit", "timeout", "protocol", "memory" or "processes".
        message: One sentence.
    """

    def __init__(self, reason, message):
        super().__init__(message)
        self.reason = reason
        self.message = message


class NotPublic(Exception):
    """The public statements of a part hold; the instructor checks the other statements and gives the points.

    Attributes:
        words: Descriptions of the statements that the instructor checks; may be empty.
    """

    def __init__(self, words=()):
        super().__init__(words)
        self.words = tuple(words)


class GraderError(CourseError):
    """The grader itself failed; this error costs no candidate any points."""


class AuthoringError(GraderError):
    """A file of an exercise has an error; the text names exercise, file and line.

    Attributes:
        exercise, file: The names of the exercise and of the file.
        line: Number of the line; None if it is not known.
        message: A sentence without its full stop that says what is wrong.
    """

    def __init__(self, exercise, file, line, message):
        self.exercise, self.file, self.line, self.message = exercise, file, line, message
        super().__init__(f"{exercise}: {self.place}: {message}.")

    @property
    def place(self):
        """File and line, for example `mistakes.diff, line 3`."""
        return self.file if self.line is None else f"{self.file}, line {self.line}"
