"""REINFORCE with a baseline: the policy gradient from complete episodes (§8.4)."""

import keras

from units.u09_reinforcement.actor_critic import ActorCritic


@keras.saving.register_keras_serializable("medl")
class REINFORCE(ActorCritic):
    """Make actions more likely after which the return was larger than expected.

    ∇J(θ) = E[ ∑_t ∇log π(a_t | s_t) γ^t (G_t − V(s_t)) ]
    C_π = −log π(a_t | s_t) (G_t − V(s_t))

    The baseline V does not change the expectation, since E[∇log π] = 0, and reduces the variance. As is usual, the cost
    leaves out the factor γ^t, so that late steps count as much as early ones; and it is a mean over all steps, where
    the gradient has a sum over each episode. For γ = 1 and episodes of one length it has the direction of ∇J.

    Args and Shapes: as for ``ActorCritic``; ``advantage`` is G_t − V(s_t), and ``target`` is G_t.

    Example::

        model = REINFORCE(features=4, actions=2)
        model.compile(keras.optimizers.Adam(1e-2))
        PolicyGradientAgent(model, "CartPole-v1").learn(steps=5000)

    References: Williams, Simple statistical gradient-following algorithms, 1992.
    """

    def policy_cost(self, batch, log_probabilities, advantage):
        """C_π = −log π(a_t | s_t) (G_t − V(s_t)), where the second factor is a constant."""
        return -log_probabilities * advantage
