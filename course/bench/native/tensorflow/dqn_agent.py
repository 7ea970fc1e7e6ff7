"""Deep Q-learning in plain TensorFlow: a function acts, and a function with a loop does a block of updates."""

import tensorflow as tf

from course.bench.native.tensorflow.loop import Adam
from course.bench.native.tensorflow.loop import two_hidden_layers as values

LEARNERS = {}


class Learner:
    """Two networks and the optimizer; what is compiled is shared by all learners with the same numbers."""

    def __new__(cls, weights, discount, period, kappa):
        """The learner with these numbers, with new weights."""
        key = (*(w.shape for w in weights), discount, period, kappa)
        if key not in LEARNERS:
            LEARNERS[key] = super().__new__(cls)
            LEARNERS[key]._make(weights, discount, period, kappa)
        LEARNERS[key]._begin(weights)
        return LEARNERS[key]

    def _make(self, weights, discount, period, kappa):
        self.online, self.target = ([tf.Variable(w) for w in weights] for _ in range(2))
        self.optimizer, self.count = Adam(self.online), tf.Variable(0)
        self.first_powers = [p.numpy() for p in self.optimizer.powers]

        def update(s, a, r, following, terminated):
            y = r + discount * (1 - terminated) * tf.reduce_max(values(self.target, following), axis=-1)
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(self.online)
                q = tf.gather(values(self.online, s), a, batch_dims=1)
                size = tf.abs(q - y)
                huber = tf.where(size <= kappa, tf.square(size) / 2, kappa * (size - kappa / 2))
                loss = tf.reduce_mean(huber)
            self.optimizer.apply(tape.gradient(loss, self.online))
            self.count.assign_add(1)
            if self.count % period == 0:
                for old, new in zip(self.target, self.online, strict=True):
                    old.assign(new)
            return tf.stack([loss, tf.reduce_mean(q)])

        @tf.function
        def block(*memory):
            number = tf.shape(memory[0])[0]
            total = tf.zeros(2)
            for i in tf.range(number):
                total += update(*[array[i] for array in memory])
            return total / tf.cast(number, "float32")

        self.block, self.greedy = block, tf.function(lambda s: tf.argmax(values(self.online, s), axis=-1))

    def _begin(self, weights):
        for v, w in zip((*self.online, *self.target), (*weights, *weights), strict=True):
            v.assign(w)
        for slot in (s for pair in self.optimizer.slots for s in pair):
            slot.assign(tf.zeros_like(slot))
        for power, first in zip(self.optimizer.powers, self.first_powers, strict=True):
            power.assign(first)
        self.count.assign(0)

    def act(self, s):
        """Greedy actions."""
        return self.greedy(s).numpy()

    def learn(self, *memory):
        """One update for each batch; the mean loss and the mean of Q(s, a) over the block."""
        loss, value = self.block(*memory).numpy()
        return float(loss), float(value)
