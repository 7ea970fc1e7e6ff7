"""The fast paths on torch."""

from course.training.fast import torch_batches, torch_graph, torch_recurrent
from course.training.fast.common import FastFit
from course.training.rules import building
from course.training.trainers.torch import PlainPaths


def fast_paths(model):
    """The fast paths of a model: all that ``course.training`` takes from this folder on torch."""
    return FastPaths(model)


class FastPaths(FastFit, PlainPaths):
    """Batches without a ``DataLoader``, captured graphs, an LSTM and a GRU by torch's functions."""

    def kernels(self):
        """A block in which a step runs: on a processor torch's functions compute an LSTM and a GRU."""
        return torch_recurrent.whole_sequences

    def prepare(self, epoch_iterator):
        """Slice arrays without a ``DataLoader``."""
        torch_batches.array_batches(epoch_iterator)

    def captured(self, as_written, run, often, training=False):
        """The step, captured as a graph and replayed when it runs often."""
        model = self.model
        if not often or model.run_eagerly or model._should_torch_compile():
            return run
        first = 0 if training or model.steps_per_execution > 1 else torch_graph.WARM_UP
        model._captured = torch_graph.CapturedStep(
            as_written, lambda: building.owned_variables(model), self._steps_done, run, first
        )
        return model._captured

    def _steps_done(self):
        if self.model.steps_per_execution > 1:
            # Steps that are executed in groups are many, and nobody looks into a group.
            return torch_graph.WARM_UP
        return max((int(o.iterations) for o in self.model.optimizers), default=0)
