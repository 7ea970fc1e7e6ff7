"""A real objective for a search: a small network on images, with a budget in epochs."""

import numpy as np
from keras import ops

from units.u06_tricks_of_the_trade.population import Population


class TrainingTask:
    """Train small networks with given settings, and return their validation costs.

    Called with a list of settings and a total budget in epochs, as ``successive_halving(…, together=True)`` does. The
    settings are ``learning_rate``, and if wanted ``weight_decay`` (0) and ``width`` (the largest).

    Args:
        data: a ``course.data.Dataset`` with a training set, of which half is kept for validation.
        goes_on: whether settings that come again with a larger budget go on from their weights, or begin again.
        members: how many networks one step trains; missing ones are filled up with networks that do not learn.
        width: the largest width of the search.
        samples: how many training samples are used; None for all of them.
        batch_size: of the training.
        seed: of first weights and of the validation split.

    Attributes:
        epochs: how many epochs of one network were trained so far: what the search has spent.
    """

    def __init__(self, data, goes_on=True, members=9, width=16, samples=None, batch_size=100, seed=0):
        x, y = data.features("train"), data.labels("train")
        order = np.random.default_rng(seed).permutation(len(x))
        held_out, kept = np.split(order, [len(x) // 2])
        kept = kept[:samples]
        kept = kept[: len(kept) // batch_size * batch_size]  # a shorter last batch would be compiled again
        self.train, self.validation = (x[kept], y[kept]), (x[held_out], y[held_out])
        self.model = Population(members, x.shape[1], data.classes, width)
        self.model.compile()
        self.goes_on, self.members, self.batch_size = goes_on, members, batch_size
        self.restart(seed)

    def restart(self, seed):
        """Forget all weights and draw first ones N(0, 1/inputs), which all settings share: so they are comparable."""
        rng, shapes = np.random.default_rng(seed), [v.shape[1:] for v in self.model.weights_of]
        weights = [rng.normal(size=s) / s[0] ** 0.5 if s[0] > 1 else np.zeros(s) for s in shapes]
        self._first_state = [*weights, *[np.zeros(s) for s in shapes]]
        self.epochs, self._kept = 0, {}

    def __call__(self, settings, budget):
        """The validation cross-entropy of each of the settings after ``budget`` epochs, an array."""
        costs = np.zeros(len(settings))
        before = np.array([self._kept.get(_key(one), (0, None))[0] * self.goes_on for one in settings])
        for trained in np.unique(before):
            places = np.flatnonzero(before == trained)
            for chosen in np.split(places, range(self.members, len(places), self.members)):
                self._train([settings[i] for i in chosen], int(trained), int(budget))
                costs[chosen] = self._validation_costs()[: len(chosen)]
        return costs

    def accuracy(self, settings, x, y):
        """The accuracy of the network that was trained with these settings last."""
        W, b, W_out, b_out, *_ = self._kept[_key(settings)][1]
        units = np.arange(self.model.width) < settings.get("width", self.model.width)
        logits = (units * np.tanh(x @ W + b)) @ W_out + b_out
        return float(np.mean(logits.argmax(axis=-1) == y))

    def _train(self, settings, trained, budget):
        """Train at most ``members`` settings together, from ``trained`` to ``budget`` epochs."""
        if budget <= trained:
            raise ValueError(
                f"these settings were trained for {trained} epochs before; {budget} are not more."
            )
        empty = [{"learning_rate": 0.0}] * (self.members - len(settings))
        states = [self._kept[_key(one)][1] if trained else self._first_state for one in settings]
        full = [*settings, *empty]
        self.model.begin(
            [*states, *[self._first_state] * len(empty)],
            [one["learning_rate"] for one in full],
            [one.get("weight_decay", 0.0) for one in full],
            [one.get("width", self.model.width) for one in full],
        )
        epochs = budget - trained
        self.model.fit(*self.train, batch_size=self.batch_size, epochs=epochs, verbose=0)
        self.epochs += len(settings) * epochs
        after = self.model.state()
        for k, one in enumerate(settings):
            self._kept[_key(one)] = budget, [part[k] for part in after]

    def _validation_costs(self):
        """The mean cross-entropy of every member on the validation samples; NaN where training diverged."""
        x, y = self.validation
        logits = ops.convert_to_numpy(self.model.predict_on_batch(x)).astype("float64")
        largest = logits.max(axis=-1, keepdims=True)
        log_sums = np.log(np.exp(logits - largest).sum(axis=-1)) + largest[..., 0]
        return (log_sums - logits[np.arange(len(y)), :, y]).mean(axis=0)


def _key(settings):
    return tuple(sorted(settings.items()))
