"""The threads of XLA's pool: on JAX's CPU, batches of factorizations need more of them than wait for one another.

jaxlib 0.10 divides a batch of QR factorizations, triangular solves and the like into parts, hands the parts to XLA's
pool of threads, and waits. It may itself run on a thread of that pool. If as many such operations run at once as the
pool has threads, each waits for parts that no thread is left to compute, and the program never ends. On a machine with
two cores the pool has two threads, and one QR factorization beside one triangular solve is enough (``_nested`` of unit
1 stopped within three seconds of repeated calls, jaxlib 0.10.2). With one thread a batch is not divided, and nothing
waits. JAX's source of July 2026 no longer divides batches.

``configure`` gives the pool ``FEWEST`` threads where it would have two or three; a training step on two cores becomes
5% slower by that. What a user sets is not changed. JAX reads the variable when it computes for the first time.
"""

import os

from course.processes.threads import cores
from course.processes.xla_flags import is_jaxlib

VARIABLE = "PJRT_NPROC"
FEWEST = 4  # operations that wait at once: at most two in this course
_AFFECTED = ("0.10.",)  # versions of jaxlib
_BY_USER = os.environ.get(VARIABLE)  # before this course writes it


def configure(environment, backend, threads=None):
    """Write into the environment of a process how many threads XLA's pool has.

    Args:
        environment: the variables, changed in place; those of this process count until JAX computes.
        backend: which the process runs on. Only on JAX a variable is written.
        threads: how many there should be; None for as many as the process may use cores.
    """
    if backend != "jax" or _BY_USER:
        return
    wanted = threads or cores()
    few = 1 < wanted < FEWEST and is_jaxlib(_AFFECTED)
    if few or threads:
        environment[VARIABLE] = str(FEWEST if few else wanted)
