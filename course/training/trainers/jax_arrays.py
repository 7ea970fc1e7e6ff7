"""Arrays of NumPy become arrays of JAX without a program for each shape.

``jax.numpy.asarray(x)`` without a dtype runs the identity, the primitive ``stage``, as a compiled program (JAX 0.10).
XLA compiles it for each shape, which takes 13 ms (a core of the machine of the gate); ``jax.device_put`` makes the same
array in 0.1 ms. It is used with the versions that ``course.fast`` names.
"""

import jax
import numpy as np

from course import fast


def put_without_programs():
    """Let JAX put an array of NumPy on a device where it would compile the identity for it; calls may be repeated."""
    stage = getattr(jax.lax, "stage_p", None)
    if stage is None or getattr(stage.impl, "of_course", False):
        return
    compiled = stage.impl

    def put(x):
        # A mesh decides where the result of a program lies. JAX may use the memory of the array that it is given: so it
        # gets a copy, as a result of a program would be.
        if getattr(x, "ndim", 0) and fast.on("jax") and jax.sharding.get_abstract_mesh().empty:
            return x if isinstance(x, jax.Array) else jax.device_put(np.array(x))
        return compiled(x)

    put.of_course = True
    stage.def_impl(put)
