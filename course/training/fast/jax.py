"""The fast paths on JAX."""

from keras.src import backend
from keras.src.distribution import distribution_lib

from course.processes import xla_flags
from course.training.fast import jax_batches, jax_metrics, jax_norm, jax_work
from course.training.fast.common import FastFit
from course.training.fast.jax_partition import PartitionedPlan
from course.training.trainers.jax import PlainPaths


def fast_paths(model):
    """The fast paths of a model: all that ``course.training`` takes from this folder on JAX."""
    return FastPaths(model)


class FastPaths(FastFit, PlainPaths):
    """Batches without Keras's data adapters, whole epochs, partitioned state, compiled metrics, layer normalization."""

    def tracing(self):
        """A block in which a step is traced: layer normalization is computed by its formula."""
        return jax_norm.by_formula()

    def jit(self, f, runs, **options):
        """``jax.jit``; with few optimizations only a step with much work is optimized."""
        by_work = runs and xla_flags.chosen_by_work() and distribution_lib.distribution() is None
        return (jax_work.Step if by_work else super().jit)(f, runs, **options)

    def prepare(self, epoch_iterator):
        """Slice arrays without Keras's adapters; hand out a whole epoch as one execution where nothing is reported."""
        model = self.model
        jax_batches.array_batches(epoch_iterator)
        if model._no_callbacks and model._phase == "train" and model.jit_compile and not model.run_eagerly:
            jax_batches.whole_epoch(epoch_iterator)

    def execution(self, one, many, n):
        """Keras's executions, and whole epochs."""
        execute = super().execution(one, many, n)
        return jax_batches.or_whole_epoch(execute, one if many is None else None)

    def plan(self, variables, training):
        """Only what a step is expected to change comes back from it."""
        if (
            distribution_lib.distribution() is not None
        ):  # what comes back has a sharding by its place in all state
            return super().plan(variables, training)
        model = self.model
        return PartitionedPlan(variables, model._only_read.value if training else model.trainable_variables)

    def reset_metrics(self, of_keras):
        """The zeros of all metrics in one call; on several devices each zero has a place, and Keras makes it."""
        if distribution_lib.distribution() is not None:
            return of_keras()
        return jax_metrics.reset(self.model.metrics)

    def metrics_result(self, of_keras):
        """A mean outside of a step is one call."""
        return of_keras() if backend.in_stateless_scope() else jax_metrics.results(self.model.metrics)
