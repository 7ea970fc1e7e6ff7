"""The one local gate, and CI's: lint, the tests on each backend, those of no backend, parity between them.

    python -m course.gate              everything
    python -m course.gate lint torch   some of it
    python -m course.gate --changed    what the change against the branch main can reach (make test CHANGED=1)
    python -m course.gate jax -- -k softmax   with options for pytest

Each stage has a process of its own, two at a time, each with one thread a library, so that two cores are well used.
What does not depend on the backend (the mark ``backend_independent``) is two stages: ``grading``, and ``independent``
for the rest; small ones come last, so that no core is idle at the end. A stage's closing lines are printed when it
ends, all of its output if it fails; whole logs lie in ``runs/gate``. Every ten minutes a line says how far each is.
"""

import argparse
import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from course import fast
from course.backend import BACKENDS, install, installed
from course.cli import plain_text
from course.errors import CourseError
from course.gate import changed, costs, run_tests
from course.processes.short_runs import GRAPH_OPTIMIZER
from course.processes.threads import THREADS
from course.processes.xla_flags import FEW_OPTIMIZATIONS
from course.processes.xla_threads import VARIABLE as XLA_THREADS

# Stages of tests, and the backend that each runs on. What does not depend on the backend computes most cheaply on
# torch, which compiles nothing; tests of grading start many processes, and JAX starts in half of torch's time.
TESTS = {backend: backend for backend in BACKENDS} | {"independent": "torch", "grading": "jax"}
STAGES = ("lint", *TESTS, "plain", "parity")
# Where tests compare the backends with one another.
PARITY = ("tests/parity", "tests/course/training/published_steps")
# What the stage ``plain`` runs on each backend with COURSE_FAST=0: tests that find a fault of training without the fast
# paths. tests/course/test_fast.py compares the numbers of both in the stages of the backends.
PLAIN = ("tests/course/training/trainers/test_fit.py", "-k",
         "default_step or steps_per_execution or train_and_test or every_loop or between_batches")  # fmt: skip
ROOT = Path(__file__).resolve().parents[2]
LOGS = ROOT / "runs" / "gate"
# pytest-timeout ends a test that takes too long, but it cannot interrupt a call into a library that never returns:
# then faulthandler prints where each thread is, and ends the stage.
OPTIONS = ("-p", "course.gate.changed", "-p", "course.gate.costs",
          "-o", "faulthandler_timeout=1500", "-o", "faulthandler_exit_on_timeout=true")  # fmt: skip
WIDTH = 100
TELLS_EVERY = 600  # seconds


def main(arguments=None):
    """Run the stages named in ``arguments``, or all; return the exit status."""
    plain_text.arrange(sys.stdout, sys.stderr)
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    cut = arguments.index("--") if "--" in arguments else len(arguments)
    given, options = _parser().parse_args(arguments[:cut]), arguments[cut + 1 :]
    stages = given.stages or list(STAGES)
    unknown = [s for s in stages if s not in STAGES]
    if unknown:
        print(f"course.gate: no stage {', '.join(unknown)}; there are {', '.join(STAGES)}.", file=sys.stderr)
        return 2
    missing = sorted({b for s in stages for b in _needed(s) if not installed(b)})
    if missing:
        tools = install(*BACKENDS, "tune", "rl", "bench", "similarity", "slides", "docs", "notebooks", "dev")
        print(
            f"course.gate: not installed: {', '.join(missing)}. Run `make test`, or {tools}.", file=sys.stderr
        )
        return 2
    print(f"The gate: {', '.join(stages)}. About fifty minutes on two cores for all of it.", flush=True)
    shutil.rmtree(LOGS, ignore_errors=True)
    LOGS.mkdir(parents=True)
    try:
        if (given.changed or given.base) and not _narrow(given.base or "main"):
            print("Nothing was changed.")
            return 0
    except CourseError as e:
        print(f"course.gate: {e}", file=sys.stderr)
        return 2
    if not _jail():
        return 1
    started = time.perf_counter()
    signal.signal(signal.SIGTERM, _stopped)
    threading.Thread(target=_tell, args=(ended := threading.Event(),), daemon=True).start()
    with ThreadPoolExecutor(max_workers=2) as pool:
        passed = list(pool.map(lambda stage: _run(stage, options), stages))
    ended.set()
    minutes = (time.perf_counter() - started) / 60
    _rule("verdict")
    for stage, (ok, seconds, closing) in zip(stages, passed, strict=True):
        print(f"{'passed' if ok else 'FAILED':8} {stage:12} {seconds:6.0f} s   {closing}")
    lines, over = _costs(stages)
    print("\n".join(["", *lines]))
    good = all(ok for ok, _, _ in passed) and not over
    failures = [
        line
        for stage, (ok, *_) in zip(stages, passed, strict=True)
        if not ok
        for line in failed_tests(stage) or stopped_test(stage)
    ]
    failures += [f"budget: FAILED {unit} costs too much processor time: see the table" for unit in over]
    print("\n".join(["", *failures] if failures else []), flush=True)
    print(f"\nThe gate {'is passed' if good else 'has FAILED'} after {minutes:.1f} minutes.", flush=True)
    return 0 if good else 1


def _parser():
    parser = argparse.ArgumentParser("python -m course.gate", description="Run the gate.")
    parser.add_argument(
        "stages", nargs="*", metavar="stage", help=f"{', '.join(STAGES)}; all if none is named"
    )
    parser.add_argument(
        "--changed", action="store_true", help="only tests that the change against main can reach"
    )
    parser.add_argument("--base", metavar="COMMIT", help="the same, against another branch or commit")
    return parser


def _narrow(base):
    """Let the stages run only what the change can reach; return whether there is a change."""
    files = changed.changed_files(ROOT, base)
    if files:
        reach = changed.reach(ROOT, files)
        reach.save(LOGS / "changed.json")
        if reach.everything:
            print("The change reaches all tests.")
        else:
            print(f"The change reaches {len(reach.engine | reach.content)} test files"
                  + (f", and of the units {', '.join(sorted(reach.units))}." if reach.units else "."))  # fmt: skip
        os.environ[changed.VARIABLE] = str(LOGS / "changed.json")
    return bool(files)


def _costs(stages):
    files = {stage: LOGS / f"{stage}.json" for stage in stages}
    found = {stage: costs.read(f) for stage, f in files.items() if f.is_file()}
    return costs.table(found) if found else ([], [])


def commands(stage, options=()):
    """The commands of a stage, to be run one after the other."""
    python = sys.executable
    if stage == "lint":
        return [[python, "-m", "ruff", "check", "."], [python, "-m", "ruff", "format", "--check", "."]]
    tests = [python, "-m", "course.gate.run_tests", *OPTIONS]
    if stage == "parity":
        return [[*tests, "-m", "parity", *PARITY, "-rP", "-q", *options]]
    if stage == "plain":
        return [[*tests, "-q", *PLAIN, *options]] * len(BACKENDS)
    return [[*tests, "-q", "--durations=8", *options]]


def environments(stage):
    """The environment of each command of a stage: that of the stage, or in ``plain`` one for each backend."""
    if stage != "plain":
        return [environment(stage)] * len(commands(stage))
    files = {variable: environment(stage)[variable] for variable in (costs.VARIABLE, run_tests.VARIABLE)}
    own = {fast.VARIABLE: "0"} | files
    return [environment(backend) | own for backend in BACKENDS]


def environment(stage):
    """The environment of a stage.

    Each library has one thread: on shared cores more are slower, in torch up to twenty times.
    """
    env = dict(os.environ, **dict.fromkeys((*THREADS, XLA_THREADS), "1"))
    env.update(PYTHONUNBUFFERED="1", TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="-1", JAX_PLATFORMS="cpu")
    env[costs.VARIABLE] = str(LOGS / f"{stage}.json")
    env[run_tests.VARIABLE] = str(LOGS / f"{stage}.running")
    if stage in TESTS:
        env.update(KERAS_BACKEND=TESTS[stage], COURSE_GATE=stage)
        # To optimize these small programs costs more than to run them. JAX's own tests set its variable too.
        # Some models of tests/parity, and those of course bench, are compiled with all optimizations.
        env.update({FEW_OPTIMIZATIONS: "1", GRAPH_OPTIMIZER: "0"})
    return env


def _needed(stage):
    """The backends without which a stage says nothing."""
    if stage in TESTS:
        return (TESTS[stage],)
    return BACKENDS if stage in ("plain", "parity") else ()


def _jail():
    """Grading is tested in its jail: install bubblewrap where that is allowed; CI has to have it."""
    if not sys.platform.startswith("linux") or shutil.which("bwrap"):
        return True
    if shutil.which("apt-get") and os.geteuid() == 0:
        print("Installing bubblewrap, the jail of the grader (Debian's package).", flush=True)
        for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "bubblewrap"]):
            subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False)
    if shutil.which("bwrap"):
        return True
    print("bubblewrap is not installed, so the jail of the grader is not tested: apt-get install bubblewrap")
    return not os.environ.get("CI")


_running = {}  # stage → its process
_over = threading.Event()  # the gate was ended from outside


def _stopped(*_):
    """Say what was running when the gate was ended from outside, as CI does when its time is over."""
    _over.set()
    print("\nThe gate was ended from outside. These stages were running:", flush=True)
    for stage, process in list(_running.items()):
        process.send_signal(signal.SIGABRT)  # pytest's faulthandler writes where each thread is
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(5)
        process.kill()
        _rule(f"{stage}: the last lines")
        print("\n".join(_log(stage)[-80:]), flush=True)
    os._exit(128 + signal.SIGTERM)  # threads wait for the stages


def _tell(ended):
    """Say every ten minutes how far the running stages are, until ``ended`` is set."""
    while not ended.wait(TELLS_EVERY):
        for stage in list(_running):
            shares = re.findall(r"\[ *(\d+)%\]", "\n".join(_log(stage)))
            print(f"  {stage}: {shares[-1] if shares else 0}% of its tests have run", flush=True)


def _log(stage):
    return (LOGS / f"{stage}.log").read_text(encoding="utf-8", errors="replace").splitlines()


def _run(stage, options):
    print(f"  {stage}: started", flush=True)
    started = time.perf_counter()
    log, code = LOGS / f"{stage}.log", 0
    with log.open("w", encoding="utf-8") as out:
        for command, env in zip(commands(stage, options), environments(stage), strict=True):
            if code:
                break
            with subprocess.Popen(
                command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT
            ) as _running[stage]:
                code = _running[stage].wait()
            if _over.is_set():
                threading.Event().wait()  # `_stopped` prints the log and ends this process
            del _running[stage]
            code = 0 if code == 5 and changed.VARIABLE in os.environ else code  # pytest: no test was selected
    seconds = time.perf_counter() - started
    lines = _log(stage)
    _rule(f"{stage}: {'passed' if code == 0 else 'FAILED'} after {seconds:.0f} s")
    print("\n".join(lines if code else lines[-12:]), flush=True)
    return code == 0, seconds, lines[-1].strip("= ") if lines else ""


def failed_tests(stage):
    """A line for each test of the stage that failed, from the summary at the end of its log."""
    return [f"{stage}: {line[:300]}" for line in _log(stage) if line.startswith(("FAILED ", "ERROR "))]


def stopped_test(stage):
    """Lines that say in which test the stage's process crashed, or was ended because a call did not return.

    Empty if the log holds no traceback by faulthandler. The first 30 calls are shown of the thread that crashed, if
    one did, and of the last thread of the traceback, which is the main one.
    """
    threads = []
    for line in _log(stage):
        if reason := re.search(r"Timeout \(\S+\)!$|Fatal Python error: .*", line):  # behind pytest's dots
            threads = [[reason[0]]]
        elif threads and line.startswith(("Thread 0x", "Current thread 0x")):
            threads.append([line])
        elif threads and line.startswith("  File "):
            threads[-1].append(line)
    if not threads:
        return []
    file = Path(environment(stage)[run_tests.VARIABLE])
    test = file.read_text(encoding="utf-8") if file.is_file() else "no test"
    shown = [t for t in threads[1:-1] if t[0].startswith("Current")] + threads[1:][-1:]
    return [f"{stage}: FAILED {test} did not end. {threads[0][0]}", *(line for t in shown for line in t[:31])]


def _rule(title):
    print(f"\n{'─' * 3} {title} {'─' * (WIDTH - len(title))}", flush=True)
