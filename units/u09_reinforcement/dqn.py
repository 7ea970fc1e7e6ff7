"""Deep Q-learning: an online network learns, a target network gives the targets (§8.4)."""

import keras
from keras import ops

import course
from units.u03_optimization.hyperparameters import check_positive, check_share, check_size, check_sizes
from units.u06_tricks_of_the_trade.restart import restart
from units.u09_reinforcement.batches import TRANSITIONS, checked_batch
from units.u09_reinforcement.q_network import QNetwork


@keras.saving.register_keras_serializable("medl")
class DQN(course.Model):
    """Q-learning with a network Q (weights θ) and a target network Q⁻ (weights θ⁻), both states of one model.

    y = r + γ (1 − terminated) max_a' Q⁻(s', a')                        DQN
    y = r + γ (1 − terminated) Q⁻(s', argmax_a' Q(s', a'))              double DQN
    C(θ) = (1/batch) ∑ h(Q(s, a) − y),   h(x) = x²/2 if ∣x∣ ≤ κ, else κ (∣x∣ − κ/2)
    θ⁻ ← (1 − τ) θ⁻ + τ θ  after every ``period`` updates

    The target y is a constant for the gradient. A truncated episode is not terminated: its last state bootstraps.
    τ = 1 copies the weights from time to time, a small τ with period 1 averages them. The Huber loss h treats an error
    beyond κ as an outlier. A rare end of an episode is no outlier but what is to be learned, and its error is as large
    as the values; so choose κ near the largest value, 1 / (1 − γ) for rewards of size 1, and κ = 1 for values near 1.

    Args:
        observation_shape: of one observation: a tuple with one entry, the number of features.
        actions: number of actions.
        hidden, dueling: of ``QNetwork``.
        double: whether Q chooses the action that Q⁻ values.
        discount: γ in [0, 1).
        period: number of updates between two changes of θ⁻.
        follow: τ in (0, 1].
        kappa: κ > 0 of the Huber loss.

    Shapes: ``train_step`` takes the dictionary of ``ReplayBuffer.sample``: observation s and next_observation s'
    (batch, features), action a (batch,) whole numbers, reward r and terminated (batch,).
    ``model(s)`` is Q(s, ·), shape (batch, actions).

    Raises:
        ValueError: an argument is out of its range, or the batch has other entries or shapes.

    References: §8.4; Mnih et al. (2015), Human-level control through deep reinforcement learning;
    van Hasselt et al. (2016), Deep reinforcement learning with double Q-learning.
    """

    def __init__(
        self, observation_shape, actions, hidden=(64, 64), dueling=False, double=False, discount=0.99,
        period=1, follow=0.005, kappa=1.0, **kwargs,
    ):  # fmt: skip
        super().__init__(**kwargs)
        if not isinstance(observation_shape, (tuple, list)) or len(observation_shape) != 1:
            raise ValueError(
                f"observation_shape must be a tuple with one entry, the number of features, not {observation_shape!r}: "
                "an observation with more axes has to be made flat first."
            )
        self.observation_shape = (check_size("features of an observation", observation_shape[0]),)
        self.actions, self.hidden = check_size("actions", actions), tuple(check_sizes("hidden", hidden))
        self.dueling, self.double = bool(dueling), bool(double)
        self.discount, self.period = check_share("discount", discount), check_size("period", period)
        if not 0 < follow <= 1:
            raise ValueError(f"follow must be a number in (0, 1], not {follow!r}.")
        self.follow, self.kappa = float(follow), check_positive("kappa", kappa)
        self.online = QNetwork(actions, self.hidden, dueling, name="online")
        self.target = QNetwork(actions, self.hidden, dueling, name="target", trainable=False)
        for network in (self.online, self.target):
            network.build((None, *self.observation_shape))
        self.target.set_weights(self.online.get_weights())
        self.updates = self.add_weight(shape=(), dtype="int32", initializer="zeros", trainable=False)
        self._greedy = course.compiled(lambda s: ops.argmax(self.online(s), axis=-1))
        self.mean_loss = keras.metrics.Mean(name="loss")
        self.mean_value = keras.metrics.Mean(name="value")

    def call(self, s):
        """Q(s, ·) of the online network."""
        return self.online(s)

    def act(self, observation):
        """argmax_a Q(s, a) as a NumPy array (envs,), by a function that is compiled once; for ``evaluate``."""
        return ops.convert_to_numpy(self._greedy(observation))

    def restart(self, seed):
        """Draw new weights, the same for both networks, and forget the optimizer's state; what is compiled stays."""
        keras.utils.set_random_seed(seed)
        fresh = QNetwork(self.actions, self.hidden, self.dueling)
        fresh.build((None, *self.observation_shape))
        restart(self, self.online, fresh=fresh)
        self.target.set_weights(self.online.get_weights())
        self.updates.assign(0)

    def targets(self, reward, terminated, next_observation):
        """y, shape (batch,)."""
        reward, terminated = ops.convert_to_tensor(reward), ops.convert_to_tensor(terminated)
        future = self.target(next_observation)  # Q⁻(s', ·)
        if self.double:
            best = _at(future, ops.argmax(self.online(next_observation), axis=-1))
        else:
            best = ops.max(future, axis=-1)
        # y = r + γ (1 − terminated) Q⁻(s', a')
        return reward + self.discount * (1 - terminated) * best

    def train_step(self, data):
        """One update of θ, and of θ⁻ when its time has come."""
        vectors = ("action", "reward", "terminated")
        s, a, r, following, terminated = checked_batch(data, TRANSITIONS, vectors, self).values()
        y = ops.stop_gradient(self.targets(r, terminated, following))

        def loss():
            value = _at(self.online(s), a)  # Q(s, a)
            return ops.mean(huber(value - y, self.kappa)), value

        variables = self.online.trainable_variables
        (cost, value), gradients = course.value_and_grad(loss, variables, has_aux=True)
        self.optimizer.apply(gradients, variables)
        self.updates.assign_add(1)
        if self.period == 1:
            self._follow()
        else:
            ops.cond(ops.equal(self.updates % self.period, 0), self._follow, lambda: None)
        self.mean_loss.update_state(cost)
        self.mean_value.update_state(value)
        return {"loss": self.mean_loss.result(), "value": self.mean_value.result()}

    def _follow(self):
        for old, new in zip(self.target.variables, self.online.variables, strict=True):
            # θ⁻ ← (1 − τ) θ⁻ + τ θ
            old.assign(new if self.follow == 1 else (1 - self.follow) * old + self.follow * new)

    def get_config(self):
        """The arguments."""
        names = (
            "observation_shape", "actions", "hidden", "dueling", "double", "discount", "period", "follow", "kappa",
        )  # fmt: skip
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


def huber(error, kappa=1.0):
    """h(x): x²/2 if ∣x∣ ≤ κ, else κ (∣x∣ − κ/2), so that the slope is at most κ > 0."""
    check_positive("kappa", kappa)
    size = ops.abs(error)
    return ops.where(size <= kappa, ops.square(error) / 2, kappa * (size - kappa / 2))


def _at(values, action):
    """values[i, action[i]] for each i; a sum of products needs fewer operations than a gather and its gradient."""
    return ops.sum(values * ops.one_hot(action, values.shape[-1], dtype=values.dtype), axis=-1)
