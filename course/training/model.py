"""``course.Model``: a ``keras.Model`` whose training step is written once."""

import functools

import keras
from keras import ops, tree
from keras.src.trainers.trainer import Trainer as KerasTrainer
from keras.src.utils.python_utils import default

from course.distribution import front
from course.training.gradients import adapter, value_and_grad
from course.training.rules.parts import Untracked
from course.training.trainers.loops import Loops, trainer
from course.training.trainers.recompiling import Compiling


class Model(Compiling, Loops, trainer.Trainer, keras.Model):
    """A Keras model with one ``train_step(self, data)`` for TensorFlow, JAX and torch.

    Subclass it, make layers, optimizers, metrics and seed generators attributes in ``__init__``, and write::

        def train_step(self, data):
            x, y = data
            loss, gradients = course.value_and_grad(lambda: ..., self.trainable_variables)
            self.optimizer.apply(gradients, self.trainable_variables)
            return {"loss": loss}

    Then ``compile``, ``fit``, ``evaluate``, ``predict``, callbacks and saving are Keras's own. Nothing has to be built:
    see ``course.training.rules.building``. ``compile()`` without arguments is enough for a model that brings its own
    optimizers.

    What the step returns is reported: the value of a metric attribute (``self.loss_metric.result()``) is its mean so
    far, a plain tensor is that of the last batch.

    Without a ``train_step`` the model trains as a ``keras.Model`` does: losses of ``compile`` and of ``add_loss``,
    weighted samples, an overridden ``compute_loss``, sparse and ragged inputs where Keras has them. What differs:

    - A weight that the loss does not reach has the gradient zero, with a warning; with nothing to train there is a
      warning too. Keras leaves such weights out on TensorFlow and torch (and raises when there are no others) and
      takes zeros without a warning on JAX. One rule makes a weight decay the same on three backends.
    - ``train_step(self, data)`` and ``test_step(self, data)`` have this form on JAX too, where Keras hands the state
      through them.
    - Before the first batch the Python of a step runs without numbers, once or several times, to build what it uses.
      What only works on one backend (new variables, counting in Python, draws without a seed) is refused then.
    - On torch the first 20 training steps of an optimizer run as written, and then the step is captured, so that short
      runs do not pay for it, and that of ``evaluate`` after 20 batches more; Keras runs the Python of every step.
      ``steps_per_execution`` above 1, which Keras refuses on torch, captures at once and for ``predict`` too: then
      Python runs as often as on the other backends, once for each shape of a batch.
    - On torch a step does not record derivatives outside of ``course.value_and_grad`` and the like: ``loss.backward()``
      and ``variable.value.grad`` are not there.
    - A model is a subclass; ``course.Model(inputs, outputs)`` is refused, for a graph can be an attribute.
    """

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        for name in ("loss", "optimizer"):
            if name in vars(cls):
                raise TypeError(
                    f"{cls.__name__}.{name}: Keras keeps what compile() is given under this name; choose another."
                )

    def __init__(self, *args, **kwargs):
        if args or "inputs" in kwargs or "outputs" in kwargs:
            raise TypeError(
                "course.Model is made by subclassing. For a functional graph build keras.Model(inputs, outputs) "
                "and make it an attribute of your course.Model."
            )
        super().__init__(**kwargs)
        self._phase = "train"
        self._phases_built = set()
        self._batch_spec = None
        self._only_read = Untracked([])  # what a training step does not change
        self._read_by_steps = Untracked(set())  # the names of attributes
        self._variables_read = Untracked({})  # id → variable, whoever owns it
        self._parts = Untracked(None)  # as they were when a loop, or an epoch, last began
        self._made_under = Untracked(front.current())

    # The steps

    def train_step(self, data):
        """Keras's training step, written once: forward, loss, gradients, update, metrics."""
        x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(data)

        def loss():
            y_pred = self._forward(x, training=True)
            value = self._compute_loss(x=x, y=y, y_pred=y_pred, sample_weight=sample_weight, training=True)
            return self.optimizer.scale_loss(value), (value, y_pred)

        variables = self.trainable_variables
        (_, (value, y_pred)), gradients = value_and_grad(
            loss, variables, has_aux=True, unused="warn", sparse=_is_sparse(x)
        )
        self._loss_tracker.update_state(value, sample_weight=_batch_size(x))
        if variables:
            self.optimizer.apply(gradients, variables)
        return self.compute_metrics(x, y, y_pred, sample_weight)

    def test_step(self, data):
        """Keras's evaluation step, written once: forward, loss, metrics."""
        x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
        y_pred = self._forward(x, training=False)
        value = self._compute_loss(x=x, y=y, y_pred=y_pred, sample_weight=sample_weight, training=False)
        self._loss_tracker.update_state(value, sample_weight=_batch_size(x))
        return self.compute_metrics(x, y, y_pred, sample_weight)

    def predict_step(self, data):
        """The outputs for one batch."""
        x, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        return self._forward(x, training=False)

    def _step(self, name):
        """A step as Keras's loops call it: ``(x, y, None)`` of ``train_on_batch`` is the ``(x, y)`` of ``fit``."""
        step = getattr(self, name)

        @functools.wraps(step)
        def run(data):
            while isinstance(data, tuple) and len(data) > 1 and data[-1] is None:
                data = data[:-1] if len(data) > 2 else data[0]
            with adapter.given_variables:
                return step(data)

        return run

    def _forward(self, x, training):
        return self(x, training=training) if self._call_has_training_arg else self(x)

    # Building

    @default
    def build(self, input_shape):
        """Keras's, which warns of layers that the call does not use: a step builds those."""
        self.built = True

    def before_fit(self, batches):
        """Called by ``fit`` before its first batch. Does nothing; override it to check how the model is trained.

        Args:
            batches: the number of batches of an epoch, or None if it is not known.
        """

    def prepare(self, batch):
        """Build what a training step on this batch uses, without training: to look at weights, or to set them.

        Args:
            batch: what ``train_step`` receives: ``x``, ``(x, y)`` or ``(x, y, sample_weight)``.
        """
        self._assert_compile_called("prepare")
        self._build_phase(
            "train", tree.map_structure(lambda a: a if a is None else ops.convert_to_tensor(a), batch)
        )


def _is_sparse(x):
    """Whether there is a ``tf.SparseTensor``, with which the gradients of TensorFlow are sparse too."""
    return any(hasattr(leaf, "dense_shape") for leaf in tree.flatten(x))


def _batch_size(x):
    first = next(leaf for leaf in tree.flatten(x) if leaf is not None)
    return ops.cast(ops.shape(first)[0], "float32")


# Keras refuses to restore a model whose class overrides ``compile``; ours restores itself, in compile_from_config.
assert KerasTrainer.compile_from_config is not Model.compile_from_config
