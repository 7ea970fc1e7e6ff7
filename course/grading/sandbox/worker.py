"""The candidate's process: loads a file, calls the functions that the grader requests, and answers with arrays.

The grader runs it as `python -m course.grading.sandbox.worker`. It has no check, no solution and no points. It receives
requests on its standard input and sends answers on its standard output. Before any other code runs, both pipes get new
descriptors, so that a candidate's text goes to standard error. With the argument `forkserver`, standard input is a
socket for orders instead, and forks of this process answer (`forkserver_child.py`).

| request | answer |
| --- | --- |
| `load` name, arrays, source as bytes | `{"value": null}` after the execution of the file |
| `part` seed | `{"value": null}`; deletes the objects of the part before and sets the seeds |
| `get` object, name | `{"value": tree}` |
| `call` object, args, kwargs | `{"value": tree}` |
| `find` name of a module | `{"value": true}` if the module can be imported; it is not imported |

The answer to a request that raises an exception is `{"error": …}`.
"""

import faulthandler
import json
import os
import socket
import sys

from course.backend import import_keras
from course.processes import protocol
from course.processes.pipes import take_pipes


def main(arguments):
    """Serve the pipes, or the socket, until they close."""
    as_forkserver = "forkserver" in arguments
    jailed = "MEDL_JAIL" in os.environ
    keeper = None
    if as_forkserver and jailed:  # before everything else, while this process is small
        from course.grading.sandbox.supervisor import Keeper

        keeper = Keeper()
    control = socket.socket(fileno=os.dup(0)) if as_forkserver else None
    inbox, outbox = take_pipes()
    faulthandler.enable()
    sys.dont_write_bytecode = True
    if os.environ["KERAS_BACKEND"] != "tensorflow":
        # if TensorFlow is installed, Keras imports it only to set its seed, which takes seconds
        sys.modules["tensorflow"] = None
    # the process starts in half the time, and what is copied for every file has two thirds of the memory
    keras = import_keras(without=("IPython", "jax", "matplotlib", "sklearn"))
    import course.training  # noqa: F401 - a missing file must raise before the candidate's file runs
    from course.grading.sandbox.candidate_server import CandidateServer

    ready = {"ready": True, "backend": keras.config.backend(), "keras": keras.__version__}
    server = CandidateServer()
    if as_forkserver:
        from course.grading.sandbox import forkserver_child

        inbox.close()
        outbox.close()
        control.send(json.dumps(ready).encode())
        forkserver_child.run(control, server, _answer, keeper)
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
