"""Whether TensorFlow optimizes the graphs of ``tf.function``: not where ``COURSE_GRAPH_OPTIMIZER`` is 0."""

import os

import tensorflow as tf

from course.processes.short_runs import GRAPH_OPTIMIZER


def configure():
    """Turns TensorFlow's graph optimizer off in this process if the variable says so."""
    if os.environ.get(GRAPH_OPTIMIZER) == "0":
        tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
