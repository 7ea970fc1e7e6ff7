"""Starts several processes of one program on this machine, and watches them.

    python -m course.distribution.launch --processes 2 SCRIPT.py ARGUMENTS…

Each process gets its rank from environment variables: RANK, WORLD_SIZE, LOCAL_RANK, MASTER_ADDR and MASTER_PORT, as
torchrun sets them, for torch and JAX; TF_CONFIG for TensorFlow. The main process 0 uses this terminal; the output of
the others is stored, and shown if they fail. If one dies, the others would wait for it: they are ended, and the error
says which one died.
"""

import argparse
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

from course.errors import CourseError

_POLL = 0.02  # seconds between two looks
_GRACE = 2.0  # seconds that the others have to notice that one has died
_TAIL = 15  # lines of a failed worker's output that are shown


class WorkerFailed(CourseError):
    """A process of a run has died.

    Attributes:
        rank: which.
        code: its exit code, or the negative number of the signal that ended it.
    """

    def __init__(self, message, rank, code):
        super().__init__(message)
        self.rank, self.code = rank, code


def start(argv, processes, environment=None, verdicts=(0,), grace=_GRACE):
    """Run a command in several processes until all have ended.

    Args:
        argv: the command, such as ``[sys.executable, "train.py"]``.
        processes: how many.
        environment: further variables, a dict.
        verdicts: the exit codes that do not count as failure.
        grace: seconds that the others have to end by themselves after one has failed.

    Returns:
        The exit code of the main process, one of ``verdicts``.

    Raises:
        WorkerFailed: a process was killed, or ended with another code.
        KeyboardInterrupt: after Ctrl-C, when all have ended.
    """
    if processes < 1:
        raise CourseError(f"{processes} processes cannot be started: say 1 or more.")
    ports = free_ports(processes)
    began = time.monotonic()
    workers = []
    with contextlib.ExitStack() as stack:
        stack.enter_context(_terminated())
        stack.callback(_end, workers)
        for rank in range(processes):
            # Buffered output of a worker that is killed would be lost.
            place = place_of(rank, processes, ports) | {"PYTHONUNBUFFERED": "1"}
            said = stack.enter_context(tempfile.TemporaryFile()) if rank else None
            try:
                process = subprocess.Popen(
                    argv,
                    env={**os.environ, **place, **(environment or {})},
                    stdin=subprocess.DEVNULL if rank else None,
                    stdout=said,
                    stderr=subprocess.STDOUT if rank else None,
                )
            except OSError as e:
                raise CourseError(f"{argv[0]} cannot be started: {e.strerror}.") from None
            process.said = said
            workers.append(process)
        try:
            failed = _watch(workers, verdicts)
        except KeyboardInterrupt:
            _wait(workers, grace)  # Ctrl-C in a terminal also reaches the workers: they may end by themselves
            for worker in workers:
                if worker.poll() is None:
                    worker.send_signal(signal.SIGINT)
            _wait(workers, grace)
            raise
        if failed is None:
            return workers[0].returncode
        _wait(workers, grace)
        code = workers[failed].returncode
        tail = _tail(workers[failed].said)
        _end(workers)
        raise WorkerFailed(_message(failed, processes, code, time.monotonic() - began, tail), failed, code)


def place_of(rank, processes, ports):
    """The environment variables that give a process its rank, for every backend.

    Args:
        rank: which process.
        processes: how many there are.
        ports: a free port of this machine for each.
    """
    addresses = [f"127.0.0.1:{port}" for port in ports]
    task = {"cluster": {"worker": addresses}, "task": {"type": "worker", "index": rank}}
    place = {
        "RANK": rank,
        "WORLD_SIZE": processes,
        "LOCAL_RANK": rank,
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": ports[0],
        "TF_CONFIG": json.dumps(task),
    }
    return {name: str(value) for name, value in place.items()}


def free_ports(count):
    """Different free ports of this machine."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for s in sockets:
            s.bind(("127.0.0.1", 0))
        return [s.getsockname()[1] for s in sockets]


def _watch(workers, verdicts):
    """Wait until all have ended without an error, or one has failed; return which one."""
    while True:
        codes = [w.poll() for w in workers]
        bad = [i for i, code in enumerate(codes) if code is not None and code not in verdicts]
        if bad:
            # Others may have failed because of it at the same moment: prefer one that was ended by a signal.
            return min(bad, key=lambda i: codes[i] > 0)
        if None not in codes:
            return None
        time.sleep(_POLL)


def _wait(workers, seconds):
    limit = time.monotonic() + seconds
    while any(w.poll() is None for w in workers) and time.monotonic() < limit:
        time.sleep(_POLL)


def _end(workers):
    """End the running processes: first they are asked, then they are killed."""
    for ask, patience in (("terminate", 5.0), ("kill", 5.0)):
        running = [w for w in workers if w.poll() is None]
        for w in running:
            with contextlib.suppress(ProcessLookupError):
                getattr(w, ask)()
        _wait(running, patience)


@contextlib.contextmanager
def _terminated():
    """Let SIGTERM end the workers too, as Ctrl-C does."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number, frame):
        raise SystemExit(128 + number)

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _message(rank, processes, code, seconds, tail):
    who = f"Worker {rank} of {processes}{' (the main one)' if rank == 0 else ''}"
    if code < 0:
        try:
            name = signal.Signals(-code).name
        except ValueError:
            name = f"signal {-code}"
        why = " (from outside, or because memory ran out)" if name == "SIGKILL" else ""
        how = f"was killed by {name} after {seconds:.0f} s{why}"
    else:
        how = f"ended with exit code {code} after {seconds:.0f} s"
    lines = f"\nThe end of its output:\n{tail}" if tail else ""
    return (
        f"{who} {how}; the others were ended. Start the same command again: it goes on from the last checkpoint if "
        f"fit was given course.distribution.BackupAndRestore, else from the beginning.{lines}"
    )


def _tail(said):
    if said is None:
        return ""
    said.seek(0)
    lines = said.read().decode(errors="replace").strip().splitlines()
    return "\n".join("  " + line for line in lines[-_TAIL:])


def main(arguments=None):
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m course.distribution.launch", description=__doc__.split("\n")[0]
    )
    parser.add_argument("--processes", type=int, required=True, metavar="N")
    parser.add_argument("-m", action="store_true", dest="module", help="SCRIPT is a module")
    parser.add_argument("script")
    parser.add_argument("arguments", nargs=argparse.REMAINDER)
    chosen = parser.parse_args(arguments)
    command = [sys.executable, *(["-m"] if chosen.module else []), chosen.script, *chosen.arguments]
    try:
        return start(command, chosen.processes)
    except CourseError as e:
        print(e, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
