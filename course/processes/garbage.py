"""How often Python looks for garbage, that is, for objects that only refer to each other."""

import gc

NEW_OBJECTS = 50_000


def collect_seldom():
    """What is there now stays, and Python looks for garbage among newer objects after 50,000 of them.

    By default it looks after 700 new objects. Tracing a model makes hundreds of thousands that stay: in the tests of a
    unit the search took a tenth of the processor time on JAX.
    """
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS, 10, 10)
