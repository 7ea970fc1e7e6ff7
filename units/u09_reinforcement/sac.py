"""Soft actor-critic (SAC): continuous actions, two critics, and a weight of the entropy that sets itself (§8.4)."""

import math

import keras
import numpy as np
from keras import ops

import course
from units.u03_optimization.hyperparameters import check_share, check_size, check_sizes
from units.u09_reinforcement.actor_critic import network
from units.u09_reinforcement.batches import TRANSITIONS, checked_batch
from units.u09_reinforcement.squashed_gaussian import bounded_log_std, squashed_sample


@keras.saving.register_keras_serializable("medl")
class SAC(course.Model):
    """Maximizes the return plus the entropy of the policy, from a replay buffer.

    y = r + γ (1 − terminated) ( min_i Q⁻_i(s', a') − α log π(a' | s') ),   a' ~ π(· | s')
    C_Q = ∑_i mean of (Q_i(s, a) − y)²
    C_π = mean of α log π(a | s) − min_i Q_i(s, a),   a ~ π(· | s)
    C_α = −mean of log α · ( log π(a | s) + H_0 )
    θ⁻ ← (1 − τ) θ⁻ + τ θ,   the weights of the target critics

    The smaller of two critics is taken since the maximum of one noisy critic is too large. α grows while the entropy
    is below its target H_0 = −(number of the action's components), and falls while it is above.

    Each of the three costs has an optimizer of its own; ``compile()`` needs none.

    Args:
        features: length of an observation.
        low, high: bounds of the action, lists of numbers.
        units: sizes of the hidden layers of all networks.
        discount: γ in [0, 1).
        follow: τ in (0, 1].
        learning_rate: of the three optimizers, which are Adam.
        first_weight: α in the beginning.
        seed: of the draws of actions.

    Shapes: ``train_step`` takes the dictionary of ``ReplayBuffer.sample``: observation s and next_observation s'
    (batch, features), action a (batch, actions), reward r and terminated (batch,).

    Raises:
        ValueError: an argument is out of its range, or the batch lacks one of its arrays or has other shapes.

    References: Haarnoja et al., Soft actor-critic algorithms and applications, 2018.
    """

    def __init__(
        self, features, low, high, units=(64, 64), discount=0.99, follow=0.005, learning_rate=1e-3,
        first_weight=1.0, seed=0, **kwargs,
    ):  # fmt: skip
        super().__init__(**kwargs)
        self.features = check_size("features", features)
        self.low, self.high = [float(x) for x in low], [float(x) for x in high]
        self.actions = len(self.low)
        if (
            not self.low
            or len(self.high) != self.actions
            or not all(-math.inf < a < b < math.inf for a, b in self._bounds())
        ):
            raise ValueError(
                f"low and high are finite bounds of the same length, with low < high, not {low} and {high}."
            )
        if not 0 < follow <= 1 or not first_weight > 0:
            raise ValueError(
                f"follow lies in (0, 1] and first_weight is positive, not {follow} and {first_weight}."
            )
        self.units = tuple(check_sizes("units", units))
        self.discount, self.follow = check_share("discount", discount), follow
        self.learning_rate, self.first_weight, self.seed = learning_rate, first_weight, seed
        self.actor = network(features, self.units, 2 * self.actions, 0.01, "relu", name="actor")
        self.critics = [self._critic(f"critic_{i}") for i in (1, 2)]
        self.targets = [self._critic(f"target_{i}") for i in (1, 2)]
        for target, critic in zip(self.targets, self.critics, strict=True):
            target.trainable = False
            target.set_weights(critic.get_weights())
        self.log_weight = self.add_weight(
            shape=(), initializer=keras.initializers.Constant(math.log(first_weight)), name="log_weight"
        )
        self.actor_optimizer, self.critic_optimizer, self.weight_optimizer = (
            keras.optimizers.Adam(learning_rate) for _ in range(3)
        )
        self.generator = keras.random.SeedGenerator(seed)
        self.mean_loss = keras.metrics.Mean(name="loss")
        self._drawn = course.compiled(lambda s: self.sample(s)[0])
        self._middle = course.compiled(lambda s: ops.tanh(self.gaussian(s)[0]))

    def _bounds(self):
        return zip(self.low, self.high, strict=True)

    def _critic(self, name):
        return network(self.features + self.actions, self.units, 1, 1.0, "relu", name=name)

    def gaussian(self, s):
        """μ and log σ of the policy before tanh, each of shape (batch, actions)."""
        both = self.actor(s)
        return both[:, : self.actions], bounded_log_std(both[:, self.actions :])

    def sample(self, s):
        """Actions in (−1, 1), shape (batch, actions), and log π(a | s), shape (batch,)."""
        return squashed_sample(*self.gaussian(s), self.generator)

    def call(self, s):
        """The middle action tanh(μ), in (−1, 1)."""
        return ops.tanh(self.gaussian(s)[0])

    def smallest(self, critics, s, a):
        """min_i Q_i(s, a), shape (batch,)."""
        inputs = ops.concatenate([s, a], axis=-1)
        return ops.minimum(*(critic(inputs)[:, 0] for critic in critics))

    def act(self, observation):
        """Draw actions within their bounds, NumPy array (envs, actions), by a function that is compiled once."""
        return self.scaled(ops.convert_to_numpy(self._drawn(ops.convert_to_tensor(observation))))

    def best(self, observation):
        """The middle action within its bounds, NumPy array (envs, actions); for ``evaluate``."""
        return self.scaled(ops.convert_to_numpy(self._middle(ops.convert_to_tensor(observation))))

    def scaled(self, a):
        """From (−1, 1) to the bounds: low + (high − low) (a + 1) / 2, a NumPy array."""
        low, high = (np.array(bound, "float32") for bound in (self.low, self.high))
        return np.clip(low + (high - low) * (a + 1) / 2, low, high)

    def train_step(self, data):
        """One update of the critics, the policy, α and the target critics."""
        data = checked_batch(data, TRANSITIONS, ("reward", "terminated"), self)
        s, following = data["observation"], data["next_observation"]
        # the buffer holds actions within their bounds, the networks use (−1, 1)
        low, high = ops.convert_to_tensor(self.low), ops.convert_to_tensor(self.high)
        a = 2 * (data["action"] - low) / (high - low) - 1
        alpha = ops.exp(self.log_weight)
        critics = self._learn_critics(s, a, data["reward"], data["terminated"], following, alpha)
        policy, log_probability = self._learn_policy(s, alpha)
        self._learn_weight(log_probability)
        for target, critic in zip(self.targets, self.critics, strict=True):
            # θ⁻ ← (1 − τ) θ⁻ + τ θ
            for old, new in zip(target.variables, critic.variables, strict=True):
                old.assign(old + self.follow * (new - old))
        self.mean_loss.update_state(critics)
        entropy = -ops.mean(log_probability)
        return {"loss": self.mean_loss.result(), "policy_loss": policy, "entropy": entropy, "alpha": alpha}

    def _learn_critics(self, s, a, reward, terminated, following, alpha):
        next_action, log_probability = self.sample(following)
        # y = r + γ (1 − terminated) ( min_i Q⁻_i(s', a') − α log π(a' | s') )
        future = self.smallest(self.targets, following, next_action) - alpha * log_probability
        y = ops.stop_gradient(reward + self.discount * (1 - terminated) * future)
        inputs = ops.concatenate([s, a], axis=-1)

        def cost():
            return sum(ops.mean((critic(inputs)[:, 0] - y) ** 2) for critic in self.critics)

        variables = [v for critic in self.critics for v in critic.trainable_variables]
        value, gradients = course.value_and_grad(cost, variables)
        self.critic_optimizer.apply(gradients, variables)
        return value

    def _learn_policy(self, s, alpha):
        def cost():
            action, log_probability = self.sample(s)
            # C_π = mean of α log π(a | s) − min_i Q_i(s, a)
            value = ops.mean(alpha * log_probability - self.smallest(self.critics, s, action))
            return value, log_probability

        variables = self.actor.trainable_variables
        (value, log_probability), gradients = course.value_and_grad(cost, variables, has_aux=True)
        self.actor_optimizer.apply(gradients, variables)
        return value, ops.stop_gradient(log_probability)

    def _learn_weight(self, log_probability):
        # C_α = −mean of log α · ( log π(a | s) + H_0 ),   H_0 = −actions
        excess = ops.mean(log_probability) - self.actions
        _, gradients = course.value_and_grad(lambda: -self.log_weight * excess, [self.log_weight])
        self.weight_optimizer.apply(gradients, [self.log_weight])

    def get_config(self):
        """The arguments of ``__init__``."""
        names = (
            "features", "low", "high", "units", "discount", "follow", "learning_rate", "first_weight", "seed",
        )  # fmt: skip
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}
