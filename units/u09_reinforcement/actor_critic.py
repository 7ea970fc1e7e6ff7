"""A policy and a value function as two networks of one model: what REINFORCE, A2C and PPO share (§8.4)."""

import keras
import numpy as np
from keras import ops

import course
from units.u03_optimization.hyperparameters import check_size, check_sizes
from units.u09_reinforcement.batches import checked_batch
from units.u09_reinforcement.categorical_policy import entropy, log_probability, sample

BATCH = ("observation", "action", "advantage", "target", "log_probability", "valid")


def network(features, units, outputs, scale, activation="tanh", name=None):
    """A multilayer perceptron with orthogonal weights, whose last layer is scaled."""

    def dense(size, scale, activation=None):
        return keras.layers.Dense(
            size, activation=activation, kernel_initializer=keras.initializers.Orthogonal(scale)
        )

    hidden = [dense(size, 2**0.5, activation) for size in units]
    return keras.Sequential([keras.Input((features,)), *hidden, dense(outputs, scale)], name=name)


def mean_of_valid(x, valid):
    """The mean over the steps that count.

    ∑_t valid_t x_t / ∑_t valid_t;   0 if no step counts

    Args:
        x: shape (batch,).
        valid: 1.0 for a step that counts and 0.0 for one that does not, shape (batch,).
    """
    return ops.sum(x * valid) / ops.maximum(ops.sum(valid), 1.0)


class ActorCritic(course.Model):
    """A policy π(a | s) over finitely many actions, and V(s), each with a network of its own.

    C = C_π − α H(π) + w_V · mean of (V(s_t) − target_t)²

    A subclass defines C_π, ``policy_cost``, whose gradient by the policy's parameters θ is the policy gradient. All
    means go over the steps with ``valid`` = 1: the others are padding, or dead steps between two episodes.

    Args:
        features: length of an observation.
        actions: number of actions.
        units: sizes of the hidden layers of both networks.
        entropy_weight: α; more than 0 keeps the policy from becoming sure too early.
        value_weight: w_V.

    Shapes: a batch is a dictionary: observation (batch, features); action int (batch,); advantage, target,
    log_probability (of the action when it was taken) and valid (batch,).

    Raises:
        ValueError: a size is no positive whole number, a weight is negative, or a batch lacks one of its arrays or has
            other shapes.
    """

    def __init__(self, features, actions, units=(64, 64), entropy_weight=0.0, value_weight=0.5, **kwargs):
        super().__init__(**kwargs)
        if not entropy_weight >= 0 or not value_weight >= 0:
            raise ValueError(
                f"entropy_weight and value_weight are at least 0, not {entropy_weight} and {value_weight}."
            )
        self.features, self.actions = check_size("features", features), check_size("actions", actions)
        self.units = tuple(check_sizes("units", units))
        self.entropy_weight, self.value_weight = entropy_weight, value_weight
        # the policy begins almost uniform: logits near 0
        self.policy = network(self.features, self.units, self.actions, 0.01, name="policy")
        self.critic = network(self.features, self.units, 1, 1.0, name="critic")
        self._logits = course.compiled(self.policy)
        self._seen = course.compiled(lambda s, a: (self.value(s), log_probability(self.policy(s), a)))

    def call(self, observation):
        """The logits of the actions, shape (batch, actions)."""
        return self.policy(observation)

    def value(self, observation):
        """V(s), shape (batch,)."""
        return self.critic(observation)[..., 0]

    def act(self, observation, rng):
        """Draw an action for each observation, by a function that is compiled once.

        Args:
            observation: NumPy array (envs, features).
            rng: a NumPy generator.

        Returns:
            The numbers of the actions, NumPy array (envs,).
        """
        return sample(self._logits_of(observation), rng)

    def best(self, observation):
        """The most likely action for each observation, NumPy array (envs,); for ``evaluate``."""
        return np.argmax(self._logits_of(observation), axis=-1)

    def look_back(self, observation, action):
        """V(s) and log π(a | s) of what was seen and done, NumPy arrays (batch,)."""
        arrays = ops.convert_to_tensor(observation), ops.convert_to_tensor(action)
        return tuple(ops.convert_to_numpy(x) for x in self._seen(*arrays))

    def _logits_of(self, observation):
        return ops.convert_to_numpy(self._logits(ops.convert_to_tensor(observation)))

    def policy_cost(self, batch, log_probabilities, advantage):
        """C_π for each step, shape (batch,)."""
        raise NotImplementedError(f"{type(self).__name__} needs a method policy_cost(self, batch, …).")

    def advantage(self, batch):
        """What the gradient of each log-probability is multiplied by, shape (batch,)."""
        return batch["advantage"]

    def train_step(self, data):
        """One step on C over a batch."""
        data = checked_batch(data, BATCH, BATCH[1:], self)
        valid, advantage = ops.cast(data["valid"], "float32"), self.advantage(data)

        def cost():
            logits = self.policy(data["observation"])
            chosen = log_probability(logits, data["action"])
            policy = mean_of_valid(self.policy_cost(data, chosen, advantage), valid)
            uncertainty = mean_of_valid(entropy(logits), valid)
            error = mean_of_valid((self.value(data["observation"]) - data["target"]) ** 2, valid)
            # C = C_π − α H(π) + w_V · mean of (V(s_t) − target_t)²
            total = policy - self.entropy_weight * uncertainty + self.value_weight * error
            return self.optimizer.scale_loss(total), (total, uncertainty, error)

        variables = self.trainable_variables
        (_, found), gradients = course.value_and_grad(cost, variables, has_aux=True)
        self.optimizer.apply(gradients, variables)
        return dict(zip(("loss", "entropy", "value_error"), found, strict=True))

    def get_config(self):
        """The arguments of ``__init__``."""
        names = ("features", "actions", "units", "entropy_weight", "value_weight")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}
