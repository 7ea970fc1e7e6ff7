"""A process of `course run --jobs N`: Keras is imported once, then one experiment is run after the other.

Started by `course.experiments.pool` as `python -m course.experiments.worker`. Orders and answers are frames of
`course.processes.protocol`, through the pipes that the process was given as standard input and output.

| order | answer |
| --- | --- |
| none: the start | `{"ready": true, "device": …}` |
| `run` an experiment's name, `full`, `data`, `seed`, `out` | `{"result": the fields of a Result, "printed": text}` |

It ends when its parent closes the pipe, also during an experiment, so that no process is left.
"""

import contextlib
import faulthandler
import io
import os
import queue
import sys
import threading
from dataclasses import asdict
from pathlib import Path

from course.processes import protocol
from course.processes.garbage import collect_seldom
from course.processes.pipes import take_pipes


def main():
    """Serve the pipes until they close."""
    inbox, outbox = take_pipes()
    faulthandler.enable()
    orders = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(inbox, orders), daemon=True).start()

    from course import backend, catalog

    backend.start()
    from course.experiments.running import run_experiment

    collect_seldom()
    experiments = {experiment.name: experiment for experiment in catalog.load().experiments}
    protocol.write(outbox, {"ready": True, "device": backend.device()})
    while True:
        order = orders.get()
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            result = run_experiment(
                experiments[order["run"]],
                full=order["full"],
                data=order["data"],
                seed=order["seed"],
                out=Path(order["out"]),
            )
        tree, arrays = protocol.pack(asdict(result))
        protocol.write(outbox, {"result": tree, "printed": printed.getvalue()}, arrays)


def _listen(inbox, orders):
    with contextlib.suppress(OSError, protocol.FrameError):
        while (frame := protocol.read(inbox)) is not None:
            orders.put(frame[0])
    os._exit(0)  # the parent has ended, so nobody needs this result


if __name__ == "__main__":
    sys.exit(main())
