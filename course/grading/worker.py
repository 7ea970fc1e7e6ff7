"""The candidate's process: loads a file, calls what the grader asks for, and answers with arrays.

Run by the grader as `python -m course.grading.worker`. It knows no check, no solution and no points. Requests
come and answers go through the pipes that the process was given as standard input and output; before any other
code runs they are moved out of the way, and what a candidate prints goes to standard error.

| request | answer |
| --- | --- |
| `load` name, arrays, source as bytes | `{"value": null}` once the file has been executed |
| `part` seed | `{"value": null}`: objects of the part before are forgotten, Keras is seeded |
| `get` object, name | `{"value": tree}` |
| `call` object, args, kwargs | `{"value": tree}` |
| `leave` | the process ends |

An exception is answered with `{"error": …}`. With `fork` in a `load`, a copy of this process, made before any
tensor existed, serves the candidate until `leave`; then, or when it dies, this process reports
`{"ended": exit status}` and is ready for the next one.
"""

import faulthandler
import os
import sys

from course.grading import protocol


def main():
    """Serve the pipes until they close."""
    inbox, outbox = _take_pipes()
    faulthandler.enable()
    sys.dont_write_bytecode = True
    if os.environ["KERAS_BACKEND"] != "tensorflow":
        # Keras seeds TensorFlow too wherever it is installed, and importing it for that takes seconds
        sys.modules["tensorflow"] = None
    import keras

    from course.grading.desk import Desk

    protocol.write(outbox, {"ready": True, "backend": keras.config.backend(), "keras": keras.__version__})
    desk = Desk()
    while True:
        frame = protocol.read(inbox)
        if frame is None or frame[0].get("do") == "leave":
            return
        if frame[0].get("fork"):
            _fork(desk, frame, inbox, outbox)
        else:
            _answer(desk, frame, outbox)


def _fork(desk, frame, inbox, outbox):
    """Let a copy of this process serve one candidate, and say how it ended."""
    pid = os.fork()
    if pid == 0:
        try:
            while frame is not None and frame[0].get("do") != "leave":
                _answer(desk, frame, outbox)
                frame = protocol.read(inbox)
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(0)
    _, status = os.waitpid(pid, 0)
    protocol.write(outbox, {"ended": os.waitstatus_to_exitcode(status)})


def _answer(desk, frame, outbox):
    header, arrays = desk.answer(*frame)
    try:
        protocol.write(outbox, header, arrays)
    except protocol.FrameError as error:  # nothing has been written yet
        protocol.write(outbox, desk.unsendable(error))


def _take_pipes():
    """Return the two pipes as streams, and leave nothing at their old numbers."""
    inbox = os.fdopen(os.dup(0), "rb")
    outbox = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return inbox, outbox


if __name__ == "__main__":
    main()
