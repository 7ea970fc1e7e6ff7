"""How programs are compiled in runs that last seconds: with few optimizations.

JAX and TensorFlow optimize a program before it runs for the first time. A quick experiment and a test run a program so
seldom that this costs more than the optimized program saves. What JAX does then stands in ``xla_flags``. TensorFlow
leaves out the passes over its graphs (Grappler) if the variable ``COURSE_GRAPH_OPTIMIZER`` is 0; the tests of units 7
and 8 then need 136 s of processor time in place of 158 s. Torch does not optimize.
"""

from course import fast
from course.processes import xla_flags

GRAPH_OPTIMIZER = "COURSE_GRAPH_OPTIMIZER"  # course.training.trainers.tensorflow_graphs reads it


def configure(environment, backend):
    """Writes into the environment of a process that its run is short, before the process imports the backend.

    What a user has set is not changed, and nothing is changed with ``COURSE_FAST=0``.

    Args:
        environment: the variables, changed in place.
        backend: which the process runs on.

    Returns:
        What was changed, for the user and for the record of the run; "" if nothing was.
    """
    if backend != "tensorflow":
        return xla_flags.for_short_runs(environment, backend)
    if GRAPH_OPTIMIZER in environment or environment.get(fast.VARIABLE) == "0":
        return ""
    environment[GRAPH_OPTIMIZER] = "0"
    return f"without the graph optimizer of TensorFlow, because this run is short ({GRAPH_OPTIMIZER}=1 turns it on)"
