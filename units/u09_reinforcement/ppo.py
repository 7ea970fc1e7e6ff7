"""Proximal policy optimization (PPO): several updates on the same steps, each ratio held near 1 (§8.4)."""

import keras
from keras import ops

from units.u09_reinforcement.actor_critic import ActorCritic, mean_of_valid


def clipped_cost(log_probabilities, old, advantage, clip):
    """The cost of a step, without a reward for changing a probability by more than the share c.

    ω_t = π(a_t | s_t) / π_old(a_t | s_t)
    C_π = −min( ω_t A_t, clip(ω_t, 1 − c, 1 + c) A_t )

    Once ω_t has moved beyond 1 + c in the direction that A_t > 0 asks for, or below 1 − c for A_t < 0, the gradient is
    0. In the other direction it stays, so that a ratio that went wrong can return.

    Args:
        log_probabilities: log π(a_t | s_t) of the present policy, shape (batch,).
        old: log π_old(a_t | s_t), of the policy that drew the action, shape (batch,).
        advantage: A_t, shape (batch,).
        clip: c ≥ 0, a number or a tensor.

    Returns:
        Shape (batch,).

    Raises:
        ValueError: c is a negative number.
    """
    if isinstance(clip, (int, float)) and not clip >= 0:
        raise ValueError(f"clip is at least 0, not {clip}.")
    log_probabilities, old, advantage = (
        ops.convert_to_tensor(x) for x in (log_probabilities, old, advantage)
    )
    ratio = ops.exp(log_probabilities - old)
    return -ops.minimum(ratio * advantage, ops.clip(ratio, 1.0 - clip, 1.0 + clip) * advantage)


def normalized(advantage, valid):
    """Advantages with mean 0 and standard deviation 1 over the valid steps of a batch.

    (A_t − mean of A) / (standard deviation of A + 1e-8)
    """
    advantage, valid = ops.convert_to_tensor(advantage), ops.convert_to_tensor(valid)
    mean = mean_of_valid(advantage, valid)
    deviation = ops.sqrt(mean_of_valid((advantage - mean) ** 2, valid))
    return (advantage - mean) / (deviation + 1e-8)


@keras.saving.register_keras_serializable("medl")
class PPO(ActorCritic):
    """An actor-critic that learns from each piece of experience several times.

    C_π = −min( ω_t A_t, clip(ω_t, 1 − c, 1 + c) A_t )

    Args:
        clip: c, how far a ratio of probabilities may move; a variable of the model, ``model.clip``, so that the
            agent can let it fall without compiling the step again.
        **options: those of ``ActorCritic``.

    Shapes: as for ``ActorCritic``.

    Example::

        model = PPO(features=4, actions=2)
        model.compile(keras.optimizers.Adam(1e-3, global_clipnorm=0.5))
        PolicyGradientAgent(model, "CartPole-v1", piece=32, epochs=20).learn(steps=100000)

    References: Schulman et al., Proximal policy optimization algorithms, 2017.
    """

    def __init__(self, *args, clip=0.2, **options):
        super().__init__(*args, **options)
        if not 0 < clip < 1:
            raise ValueError(f"clip lies between 0 and 1, not {clip}.")
        self.first_clip = clip
        self.clip = self.add_weight(
            shape=(), initializer=keras.initializers.Constant(clip), trainable=False, name="clip"
        )

    def advantage(self, batch):
        """Normalized over the batch."""
        return normalized(batch["advantage"], ops.cast(batch["valid"], "float32"))

    def policy_cost(self, batch, log_probabilities, advantage):
        """C_π = −min( ω_t A_t, clip(ω_t, 1 − c, 1 + c) A_t )."""
        clip = ops.convert_to_tensor(self.clip)
        return clipped_cost(log_probabilities, batch["log_probability"], advantage, clip)

    def get_config(self):
        """The arguments of ``__init__``."""
        return {**super().get_config(), "clip": self.first_clip}
