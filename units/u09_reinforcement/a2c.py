"""Advantage actor-critic (A2C): a policy gradient after a few steps, with a learned value (§8.4)."""

import keras

from units.u09_reinforcement.actor_critic import ActorCritic


@keras.saving.register_keras_serializable("medl")
class A2C(ActorCritic):
    """One update on each short piece of experience from several environments.

    C_π = −log π(a_t | s_t) A_t

    The advantage A_t comes from ``gae``. In place of the complete return it uses the rewards of a few steps and V
    after them, so that learning need not wait for the end of an episode; the price is the bias of V.

    Args and Shapes: as for ``ActorCritic``.

    Example::

        model = A2C(features=4, actions=2, entropy_weight=0.01)
        model.compile(keras.optimizers.Adam(1e-3, global_clipnorm=0.5))
        PolicyGradientAgent(model, "CartPole-v1", piece=8).learn(steps=20000)

    References: Mnih et al., Asynchronous methods for deep reinforcement learning, 2016.
    """

    def policy_cost(self, batch, log_probabilities, advantage):
        """C_π = −log π(a_t | s_t) A_t, where A_t is a constant."""
        return -log_probabilities * advantage
