"""The lesson of unit 9: bandits, planning, learning from experience, deep Q-learning, policy gradients."""

# %% [markdown]
# # Unit 9: Deep Reinforcement Learning
#
# Run this file cell by cell in an editor that supports the percent format (`# %%`), or as a whole with Python.

# %%
import keras
import numpy as np

from units import u09_reinforcement as u09

rng = np.random.default_rng(0)

# %% [markdown]
# ## Part A: bandits
#
# Which arm next? A rule sees how often each arm was pulled and what it paid. The regret is what the best arm would have
# paid more; no good rule can keep it below a multiple of ln t.

# %%
bandit = u09.BernoulliBandit([0.3, 0.5, 0.7])
for rule in (u09.epsilon_greedy, u09.ucb1, u09.thompson_sampling):
    arms = u09.play(bandit, rule, steps=500, runs=50, rng=rng)
    print(f"{rule.__name__:18} regret after 500 steps: {u09.regret(bandit, arms)[:, -1].mean():.1f}")
print(f"the lower bound grows as {u09.lai_robbins_constant(bandit.means):.2f} ln t")

# %% [markdown]
# ## Part B: planning
#
# A decision process is two arrays and a number. P[s, a] is the distribution of the next state.

# %%
lake = u09.frozen_lake()
print(f"P {lake.P.shape}, R {lake.R.shape}, gamma {lake.gamma}")

# %% [markdown]
# A policy turns it into a Markov chain, and its values solve linear equations. Always to the right is no good policy.

# %%
right = np.full(lake.states, 2)
print(f"value of the start, always to the right: {u09.policy_values(lake, right)[lake.start]:.4f}")

# %% [markdown]
# Three ways to the best values: sweeps that contract by γ, policies that improve, and a linear program.

# %%
by_values, by_policies = u09.value_iteration(lake), u09.policy_iteration(lake)
by_program = u09.linear_program(lake)
print(f"value iteration  {by_values.V[lake.start]:.8f} after {by_values.iterations} sweeps")
print(f"policy iteration {by_policies.V[lake.start]:.8f} after {by_policies.iterations} policies")
print(f"linear program   {by_program.V[lake.start]:.8f}")
errors = u09.distances_to_optimum(lake, by_policies.V, 200)
print(f"a sweep multiplies the error by {errors[200] / errors[199]:.3f}, and never by more than {lake.gamma}")

# %% [markdown]
# ## Part C: learning from experience
#
# Without P and R there are only episodes. Monte Carlo moves a value towards the return, TD(0) towards the reward and
# the next value.

# %%
walk = u09.random_walk(5)
episodes = [u09.episode(walk, np.full((7, 2), 0.5), 3, rng) for _ in range(200)]
print("exact      ", u09.random_walk_values(5).round(2))
print("Monte Carlo", u09.monte_carlo(episodes, 7, 1.0)[-1, 1:-1].round(2))
print("TD(0)      ", u09.temporal_difference(episodes, 7, 1.0, alpha=0.05)[-1, 1:-1].round(2))

# %% [markdown]
# At the cliff SARSA knows that it will stumble, and Q-learning learns the way of one who does not.

# %%
cliff = u09.cliff_walk()
for learn in (u09.sarsa, u09.q_learning):
    found = learn(cliff, cliff.start, 400, 0.5, 0.1, rng)
    steps = len(cliff.path(found.policy)) - 1
    print(
        f"{learn.__name__:10} {steps} steps; mean of the last 100 returns {found.returns[-100:].mean():.0f}"
    )

# --- part D: deep Q-learning ---

# %% [markdown]
# ## Deep Q-learning
#
# Two copies of CartPole, stepped together. The pole falls to one side if the action is always the same; the step after
# the end of an episode is not valid.

# %%
interaction = u09.Interaction(u09.make("CartPole-v1", envs=2), seed=0)
for _ in range(12):
    done = interaction.step(np.array([0, 1]))
    if not done.valid.all():
        print("not valid:", done.valid, "reward", done.reward)
print("returns of finished episodes:", interaction.returns)

# %% [markdown]
# A double DQN on a probe: the reward comes one step late, so Q must be γ in the first state and 1 in the second.

# %%
model = u09.probe_model(discount=0.5, double=True)
print(u09.dqn_on_probe(model, "delayed reward").round(3))
print(u09.PROBES["delayed reward"].action_values(0.5))

# %% [markdown]
# If truncation is taken for termination, the value of a reward of 1 for ever is wrong, and we know by how much.

# %%
for way in ("truncation bootstraps", "truncation taken for termination", "dead transitions learned"):
    print(f"{way}: {u09.endless_value(way, limit=10, discount=0.9):.3f}")

# %% [markdown]
# A maximum over n noisy values is too large: here in standard deviations.

# %%
print({n: round(u09.expected_maximum(n), 3) for n in (2, 4, 8, 16)})

# --- part E: policy gradients ---

# %% [markdown]
# ## Policy gradients
#
# The gradient of the expected return is a mean over episodes. Three estimators have the same mean; a baseline takes
# most of the variance away. The process is so small that all episodes can be listed.

# %%
P = np.array([[[0.9, 0.1], [0.3, 0.7]], [[0.8, 0.2], [0.1, 0.9]]])
listed = u09.trajectories(u09.MDP(P, [[1.0, 0.5], [3.0, 2.5]], 0.9), start=0, steps=4)
theta = np.array([[0.3, -0.2], [0.1, 0.4]])
weights = u09.episode_probabilities(theta, listed)
for name in u09.ESTIMATORS:
    estimates = u09.gradient_estimates(theta, listed, 0.9, name)
    mean = np.einsum("n,nsa->sa", weights, estimates)
    variance = np.einsum("n,nsa->", weights, (estimates - mean) ** 2)
    print(f"{name:18} mean {mean[0].round(3)}, variance {variance:.2f}")

# %% [markdown]
# Generalized advantage estimation: with λ = 0 one error, with λ = 1 the return minus the value.

# %%
reward, value = np.ones((3, 1)), np.full((4, 1), 2.0)
terminated, truncated = np.array([[False], [False], [True]]), np.zeros((3, 1), bool)
for trace in (0.0, 0.5, 1.0):
    print(trace, u09.gae(reward, value, terminated, truncated, 0.9, trace)[:, 0].round(3))

# %% [markdown]
# The cost of PPO for A = 1: beyond the ratio 1.2 there is nothing more to gain.

# %%
ratios = np.array([0.5, 1.0, 1.2, 2.0], "float32")
print(keras.ops.convert_to_numpy(u09.clipped_cost(np.log(ratios), 0 * ratios, 0 * ratios + 1, 0.2)))

# %% [markdown]
# PPO on a probe: the action has to match the observation.

# %%
ppo = u09.PPO(features=1, actions=2, units=(16,))
ppo.compile(keras.optimizers.Adam(0.02))
probe = u09.PROBES["action and observation"]
u09.PolicyGradientAgent(ppo, probe.environment, envs=16, piece=16, epochs=4).learn(2500).close()
print("chosen", ppo.best(probe.observations), "best", probe.actions)

# %% [markdown]
# Four runs of three tasks, one of which succeeded by luck: the interquartile mean does not see it.

# %%
scores = 1 + 0.1 * rng.normal(size=(4, 3))
scores[0, 0] = 20.0
print("mean", scores.mean().round(2), "interquartile mean", round(u09.interquartile_mean(scores), 2))
print("interval", u09.bootstrap_interval(scores, rng))
