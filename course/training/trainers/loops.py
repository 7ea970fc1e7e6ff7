"""Keras's loops around the steps of a ``course.Model``: what is looked at before one, and put right after it."""

import contextlib
import functools
import weakref
from importlib import import_module

import keras

from course import fast
from course.distribution import front
from course.training.rules import building, loss_scaling, python_values, step_rules
from course.training.rules.parts import Parts, Untracked
from course.training.trainers.arrays import usable

trainer = import_module(f"course.training.trainers.{keras.backend.backend()}")
_FUNCTIONS = ("train_function", "test_function", "predict_function")


class Loops:
    """The part of ``course.Model`` that calls Keras's ``fit``, ``evaluate``, ``predict`` and the like."""

    _no_callbacks = False  # whether the ``fit`` that runs has no callbacks and no progress bar

    @property
    def _paths(self):
        """The fast paths of this model where it uses them, and otherwise the plain ones; all of it is asked here."""
        if self._fast and fast.on():
            return import_module(f"course.training.fast.{keras.backend.backend()}").fast_paths(self)
        return trainer.PlainPaths(self)

    # What a step uses is built before its first batch

    def _forget_built(self):
        self._phases_built, self._parts = set(), Untracked(None)

    def _symbolic_build(self, iterator=None, data_batch=None):
        self._refresh(self._gather_optimizers())
        if iterator is not None:
            if self._phase == "train":
                front.check_batch(getattr(iterator.data_adapter, "batch_size", None))
                self.before_fit(iterator.num_batches or iterator.steps_per_epoch)
            self._prepare(iterator)
            if self._phase == "train" and not self._no_callbacks:
                self._refresh_before_each_epoch(iterator)
        if self._phase in self._phases_built:
            return
        self._build_phase(self._phase, data_batch if iterator is None else self._first_batch(iterator))

    def _build_phase(self, phase, batch):
        step = self._step(f"{phase}_step")
        if phase == "train":
            step = loss_scaling.checked(self, step)
        with self._abstractly():
            changed = building.build(self, step, batch)
        if phase == "train":
            self._only_read = Untracked([v for v in building.owned_variables(self) if id(v) not in changed])
            self._batch_spec = Untracked(building.symbolic(batch))
        self._phases_built.add(phase)
        self.built = True
        self._post_build()
        self._know_parts()

    def _build_outputs(self, batch):
        with self._abstractly():
            building.build_outputs(self, batch)

    # What a step is compiled for

    def _refresh(self, optimizers=None):
        """Forget what was built and compiled for other parts than the model has now."""
        before, now = self._parts.value, Parts(self, optimizers)
        if now.has_the_parts_of(before):
            now = now.as_known_to(before)
        if now is before:
            return
        made = [name for name in _FUNCTIONS if getattr(self, name) is not None]
        if before is not None:
            before.kept = {name: getattr(self, name) for name in (*_FUNCTIONS, "_phases_built", "_only_read")}
        self._parts = Untracked(now)
        self._phases_built = now.kept.get("_phases_built", set())
        self._only_read = now.kept.get("_only_read", self._only_read)
        for name in _FUNCTIONS:
            setattr(self, name, now.kept.get(name))
        for name in made:  # a loop that goes on calls them
            getattr(self, f"make_{name}")()

    def _refresh_before_each_epoch(self, iterator):
        # weak: an iterator that refers to itself would keep its copies of the data until Python collects garbage
        enumerated = weakref.WeakMethod(iterator._enumerate_iterator)

        def enumerate_iterator():
            self._refresh()
            return enumerated()()

        iterator._enumerate_iterator = enumerate_iterator

    def make_train_function(self, force=False):
        """Keras's; the function looks before each execution whether something was set that it was not compiled for."""
        if self.train_function is None or force:
            super().make_train_function(force)
            self.train_function = self._heeding("train_function")

    def make_test_function(self, force=False):
        """Keras's, likewise."""
        if self.test_function is None or force:
            super().make_test_function(force)
            self.test_function = self._heeding("test_function")

    def _heeding(self, name):
        function = getattr(self, name)

        @functools.wraps(function)
        def run(*args):
            if self._no_callbacks or self._parts.value is None or self._parts.value.are_current():
                return function(*args)
            self._refresh()
            return getattr(self, name)(*args)

        return run

    def make_predict_function(self, force=False):
        """Keras's; ``fit`` and ``evaluate`` look at the model's parts when they build what is not built yet."""
        self._refresh()
        super().make_predict_function(force)

    def _know_parts(self):
        """What was compiled before goes on: it knows of nothing that was built or read for the first time now."""
        parts, before = Parts(self), self._parts.value
        if not parts.has_the_parts_of(before) or parts.setting != before.setting:
            if parts.know_more_than(before):
                parts.plans = before.plans
            self._parts = Untracked(parts)

    @contextlib.contextmanager
    def _reads_of_predict_noted(self):
        """While the first predictions last, nothing runs without numbers before them: what they read is noted here."""
        if "predict" in self._phases_built:
            yield
            return
        kept = step_rules.Kept(self, f"{type(self).__name__}.predict_step")
        try:
            with python_values.reads_noted(self, self._read_by_steps.value):
                yield
        except BaseException:
            kept.put_back()
            raise
        kept.check()
        self._phases_built.add("predict")
        self._settle()
        self._know_parts()

    def _outputs_are_unbuilt(self):
        """Whether there are layers that are not built, and the first predictions are to come."""
        self._settle()  # a callback of a loop that goes on may predict
        return "predict" not in self._phases_built and not building.is_built(self)

    @contextlib.contextmanager
    def _in_phase(self, phase):
        front.check_made_here(self, self._made_under.value)
        before, self._phase = self._phase, phase
        try:
            yield
        finally:
            self._phase = before
            self._settle()

    # Keras's loops

    def _get_metrics_result_or_logs(self, logs):
        if self._compile_metrics is not None and not self._compile_metrics.built:
            return logs  # the metrics of compile() have no results: the step does not use them
        # Keras reports the "loss" metric of compile() for a key "loss", even if the step never fed it.
        result = super()._get_metrics_result_or_logs(logs)
        if "loss" in logs and self._loss_tracker is not None and not self._loss_tracker_fed():
            result = {**result, "loss": logs["loss"]}
        return result

    def _loss_tracker_fed(self):
        count = self._loss_tracker.count
        if self._phase == "train" and any(v is count for v in self._only_read.value):
            return False  # known without waiting for the steps that are on their way
        return float(count.numpy()) > 0

    def fit(self, *args, **kwargs):
        """Keras's ``fit``."""
        args, kwargs = usable(args), usable(kwargs)
        with self._paths.fit(args, kwargs), self._in_phase("train"):
            return super().fit(*args, **kwargs)

    def evaluate(self, *args, **kwargs):
        """Keras's ``evaluate``."""
        with self._in_phase("test"):
            return super().evaluate(*usable(args), **usable(kwargs))

    def predict(self, x, batch_size=None, verbose="auto", steps=None, callbacks=None):
        """Keras's ``predict``."""
        x = usable(x)
        try:
            with self._reads_of_predict_noted():
                if self._outputs_are_unbuilt():
                    batches = self._batches(x=x, batch_size=batch_size, steps_per_epoch=steps)
                    self._build_outputs(self._first_batch(batches))
                    x = batches.data_adapter  # which may have taken a batch from a generator
                return super().predict(
                    x, batch_size=batch_size, verbose=verbose, steps=steps, callbacks=callbacks
                )
        finally:
            self._settle()

    def train_on_batch(self, *args, **kwargs):
        """Keras's ``train_on_batch``."""
        with self._in_phase("train"):
            return super().train_on_batch(*usable(args, batch=True), **usable(kwargs, batch=True))

    def test_on_batch(self, *args, **kwargs):
        """Keras's ``test_on_batch``."""
        with self._in_phase("test"):
            return super().test_on_batch(*usable(args, batch=True), **usable(kwargs, batch=True))

    def predict_on_batch(self, x):
        """Keras's ``predict_on_batch``."""
        x = usable(x, batch=True)
        try:
            with self._reads_of_predict_noted():
                if self._outputs_are_unbuilt():
                    self._build_outputs((x,))
                return super().predict_on_batch(x)
        finally:
            self._settle()
