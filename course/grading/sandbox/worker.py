"""The candidate's process: loads a file, calls what the grader asks for, and answers with arrays.

Run by the grader as `python -m course.grading.sandbox.worker`. It knows no check, no solution and no points. Requests
come and answers go through the pipes that the process was given as standard input and output; before any other
code runs they are moved out of the way, and what a candidate prints goes to standard error. With the argument
`forkserver`, standard input is a socket for orders instead, and forks of this process answer
(`forkserver_child.py`).

| request | answer |
| --- | --- |
| `load` name, arrays, source as bytes | `{"value": null}` once the file has been executed |
| `part` seed | `{"value": null}`: objects of the part before are forgotten, Keras is seeded |
| `get` object, name | `{"value": tree}` |
| `call` object, args, kwargs | `{"value": tree}` |
| `find` name of a module | `{"value": true}` if it could be imported here, without importing it |

An exception is answered with `{"error": …}`.
"""

import faulthandler
import json
import os
import socket
import sys

from course.processes import protocol
from course.processes.pipes import take_pipes


def main(arguments):
    """Serve the pipes, or the socket, until they close."""
    as_forkserver = "forkserver" in arguments
    jailed = "MEDL_JAIL" in os.environ
    control = socket.socket(fileno=os.dup(0)) if as_forkserver else None
    inbox, outbox = take_pipes()
    faulthandler.enable()
    sys.dont_write_bytecode = True
    if os.environ["KERAS_BACKEND"] != "tensorflow":
        # Keras seeds TensorFlow too wherever it is installed, and importing it for that takes seconds
        sys.modules["tensorflow"] = None
    import keras

    import course.training  # noqa: F401 - what is missing of it is found out before any candidate's line runs
    from course.grading.sandbox.candidate_server import CandidateServer

    ready = {"ready": True, "backend": keras.config.backend(), "keras": keras.__version__}
    server = CandidateServer()
    if as_forkserver:
        from course.grading.sandbox import forkserver_child

        inbox.close()
        outbox.close()
        control.send(json.dumps(ready).encode())
        forkserver_child.run(control, server, _answer, jailed)
        return
    if jailed:
        from course.grading.sandbox import namespace

        namespace.enter_alone()
    protocol.write(outbox, ready)
    while (frame := protocol.read(inbox)) is not None:
        _answer(server, frame, outbox)


def _answer(server, frame, outbox):
    header, arrays = server.answer(*frame)
    try:
        protocol.write(outbox, header, arrays)
    except protocol.FrameError as error:  # nothing has been written yet
        protocol.write(outbox, server.unsendable(error))


if __name__ == "__main__":
    main(sys.argv[1:])
