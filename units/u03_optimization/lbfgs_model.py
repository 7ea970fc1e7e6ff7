"""A model that ``fit`` trains with L-BFGS on the full batch (§4.6)."""

import keras

import course
from units.u03_optimization.lbfgs_optimizer import LBFGS


@keras.saving.register_keras_serializable("medl")
class LBFGSModel(course.Model):
    """Train any network by L-BFGS: the same ``compile``, ``fit`` and callbacks, one full batch an epoch.

    An epoch is one call of ``LBFGS.minimize``, several iterations on the loss of all samples. It reports the loss
    after the epoch, ``gradient_evaluations``, all so far, and ``gradient_size`` = max_j |∂C/∂θ_j|.

    Args:
        network: a Keras model or layer; nothing in it may draw random numbers or keep averages while it trains
            (dropout, BatchNorm), as the loss has to be a function of θ alone.

    Raises:
        ValueError: from ``fit``, if the data come in more than one batch: each batch has another loss, and
            the curvature of one loss is wrong for the next. Also if the network draws random numbers or
            keeps averages, and from ``compile``, if the optimizer is not ``LBFGS``.

    Example:
        >>> model = LBFGSModel(keras.Sequential([keras.layers.Dense(10)]))
        >>> model.compile(optimizer=LBFGS(), loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
        >>> d = course.data.load("digits")
        >>> x, y = d.features("train")[:64], d.labels("train")[:64]
        >>> history = model.fit(x, y, batch_size=len(x), epochs=5, verbose=0)
    """

    def __init__(self, network, **kwargs):
        super().__init__(**kwargs)
        self.network = network

    def call(self, x, training=False):
        """The network's output."""
        return self.network(x, training=training)

    def compile(self, optimizer=None, loss=None, **kwargs):
        """Keras's ``compile``; the optimizer is an ``LBFGS``, by default one with its defaults."""
        optimizer = keras.optimizers.get(optimizer) if optimizer is not None else LBFGS()
        if not isinstance(optimizer, LBFGS):
            raise ValueError(f"LBFGSModel is trained by LBFGS, not by {type(optimizer).__name__}.")
        super().compile(optimizer=optimizer, loss=loss, **kwargs)

    def train_step(self, data):
        """Several iterations of L-BFGS on the loss of this batch, which must be the full one."""
        x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
        if self._seed_states():
            raise ValueError(
                "L-BFGS needs a loss that is a function of the parameters alone, and this network draws random numbers "
                "while it trains: leave out dropout and noise layers."
            )

        def loss():
            y_pred = self(x, training=True)
            return self.compute_loss(x=x, y=y, y_pred=y_pred, sample_weight=sample_weight, training=True)

        value, gradient_size = self.optimizer.minimize(loss, self.trainable_variables)
        logs = {**self.compute_metrics(x, y, self(x, training=False), sample_weight), "loss": value}
        if self.optimizer.built:
            logs = {**logs, "gradient_evaluations": self.optimizer.gradient_evaluations.value}
        return {**logs, "gradient_size": gradient_size}

    def before_fit(self, batches):
        """Refuse an epoch that does not consist of one batch."""
        if batches != 1:
            found = f"{batches} batches" if batches else "an unknown number of batches"
            raise ValueError(
                f"L-BFGS needs the loss of all samples, and an epoch has {found}: use fit(x, y, batch_size=len(x)), "
                "or steps_per_epoch=1 for a generator that yields the full batch. For mini-batches use a first-order "
                "optimizer such as Adam."
            )

    def get_config(self):
        """The arguments of ``__init__``, for saving."""
        return {**super().get_config(), "network": keras.saving.serialize_keras_object(self.network)}

    @classmethod
    def from_config(cls, config):
        """Make a model from ``get_config``."""
        config = dict(config)
        return cls(keras.saving.deserialize_keras_object(config.pop("network")), **config)
