"""The lesson of unit 9: bandits, planning, learning from experience, deep Q-learning, policy gradients."""

# %% [markdown]
# # Unit 9: Deep Reinforcement Learning
#
# Run this file cell by cell in an editor that supports the percent format (`# %%`), as a notebook
# (`course notebooks build u09`), or as a whole with Python. It takes about 90 minutes. At the end of each part there is
# a question; think first, then unfold the answer.
#
# **What you will be able to do.** You will compare rules for bandits by their regret; write a decision process as
# arrays and find its best policy in three ways, with a proof of convergence; learn values and actions from episodes;
# say what a deep Q-network needs and where its values go wrong; and derive the policy gradient, its baseline and
# generalized advantage estimation.
#
# **What you need.** Unit 1: expectation and variance. Unit 3: gradients. Unit 4: networks that are trained by
# gradients.

# %%
import keras
import numpy as np
from keras import ops

import course
from units import u09_reinforcement as u09

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
BLUE, ORANGE, GREEN, RED = (course.figures.COLOURS[name] for name in ("blue", "orange", "green", "red"))

# %% [markdown]
# ## Part 1: Bandits (15 minutes)
#
# Three treatments, unknown rates of success, and patients who come one after the other. If you always give what looks
# best so far, a bad start is never corrected. If you keep testing, you give bad treatments forever. A *bandit* is the
# smallest problem with this conflict: $K$ arms, and arm $a$ pays rewards with the unknown mean $\mu_a$.
#
# Let $\mu^*$ be the largest mean and $\Delta_a = \mu^* - \mu_a$ the gap of arm $a$. The *regret* after $t$ steps is
# $\sum_{k \le t} \Delta_{a_k}$. Sort the sum by arms: it is $\sum_a \Delta_a N_a$, where $N_a$ counts the pulls of arm
# $a$. So a rule is good if it pulls bad arms rarely.
#
# *ε-greedy* pulls any arm with the probability $\varepsilon$, forever. Each of these steps costs the mean of the gaps,
# so its regret grows by at least $\varepsilon \cdot \frac1K \sum_a \Delta_a$ in each step: linearly.
#
# *UCB1* pulls the arm with the largest upper bound of a confidence interval. Where does the bound come from? For
# rewards in $[0, 1]$, Hoeffding's inequality says that the mean $\bar r_a$ of $N_a$ rewards is below $\mu_a - x$ with a
# probability of at most $e^{-2 N_a x^2}$. Ask for the small probability $t^{-4}$: $2 N_a x^2 = 4 \ln t$, so
# $x = \sqrt{2 \ln t/N_a}$. The index $\bar r_a + x$ is large for arms that are good and for arms that are not known
# well.
#
# *Thompson sampling* draws a possible mean of each arm from its posterior distribution and pulls the arm whose mean is
# the largest of these.

# %%
bandit = u09.BernoulliBandit([0.3, 0.5, 0.7])
rules = {u09.epsilon_greedy: ORANGE, u09.ucb1: BLUE, u09.thompson_sampling: GREEN}
constant = u09.lai_robbins_constant(bandit.means)
with course.figures.style():
    figure, axes = course.figures.subplots(size=(7, 3.6))
    for rule, colour in rules.items():
        lost = u09.regret(bandit, u09.play(bandit, rule, steps=1000, runs=60, rng=rng)).mean(axis=0)
        print(f"{rule.__name__:18} regret after 100 steps {lost[99]:5.1f}, after 1,000 steps {lost[-1]:5.1f}")
        axes.semilogx(np.arange(1, 1001), lost, color=colour, label=rule.__name__.replace("_", " "))
    steps = np.arange(1, 1001)
    axes.semilogx(steps, constant * np.log(steps), "k--", label="slope of the lower bound")
    axes.set(xlabel="step", ylabel="regret", title="Mean regret of 60 runs")
    axes.legend()
    course.figures.show(
        figure,
        "u09/regret",
        "Mean regret by step of three rules on a logarithmic axis, with a line for the lower bound.",
    )
print(f"no good rule can grow more slowly than {constant:.2f} ln t")

# %% [markdown]
# **No rule beats the logarithm.** To see that arm $a$ is not the best, one has to tell coins with the means $\mu_a$ and
# $\mu^*$ apart. After $N_a$ pulls the likelihood ratio is about $e^{N_a \text{KL}(\mu_a, \mu^*)}$; to be wrong less
# often than once in $n$ steps it has to exceed $n$, so about $\ln n/\text{KL}(\mu_a, \mu^*)$ pulls are needed, and each
# costs $\Delta_a$. Lai and Robbins made this precise for all rules that do well on every bandit. On the logarithmic
# axis a regret like $c \ln t$ is a straight line. ε-greedy bends upwards sooner or later; after 1,000 steps UCB1, whose
# intervals are wide, has nevertheless lost more. The bound is about the slope for large $t$, so a curve may lie below
# the dashed line.
#
# **Question.** Two coins have the means $0.5$ and $0.6$. About how many pulls of the worse one does a good rule need in
# $10{,}000$ steps, and what do they cost?
#
# <details><summary>Answer</summary>
#
# $\text{KL} = 0.5 \ln \tfrac{0.5}{0.6} + 0.5 \ln \tfrac{0.5}{0.4} \approx 0.0204$. With $\ln 10{,}000 \approx 9.21$
# these are about $9.21/0.0204 \approx 451$ pulls, at $0.1$ each: a regret of about 45. Two coins that are nearly equal
# need many pulls, but each costs little: $\text{KL} \approx 2 \Delta^2$ here, so the regret is like $1/(2\Delta)$ times
# the logarithm.
#
# </details>
#
# **Exercises.** `course start u09/ex01`: bounds and Thompson sampling for normal rewards.

# %% [markdown]
# ## Part 2: Planning (20 minutes)
#
# Now actions have consequences. A *decision process* has states $s$ and actions $a$, the distribution $P(s' \mid s, a)$
# of the next state, and expected rewards $R(s, a)$: two arrays. The *return* is
# $G_t = r_t + \gamma r_{t+1} + \gamma^2 r_{t+2} + \dots = r_t + \gamma\, G_{t+1}$ with the discount factor
# $\gamma < 1$.
#
# **The values of a policy.** Let $\pi(a \mid s)$ be a policy and $V_\pi(s) = E[G_t \mid s_t = s]$. Take the expectation
# of $G_t = r_t + \gamma G_{t+1}$. The first term gives $R_\pi(s) = \sum_a \pi(a \mid s) R(s, a)$. For the second one
# condition on the next state; by the Markov property the expected return from there is $V_\pi(s')$. With
# $P_\pi(s' \mid s) = \sum_a \pi(a \mid s) P(s' \mid s, a)$ this is the *Bellman equation*
#
# $$V_\pi = R_\pi + \gamma P_\pi V_\pi, \qquad \text{so} \qquad V_\pi = (I - \gamma P_\pi)^{-1} R_\pi.$$
#
# The inverse exists, because all eigenvalues of a matrix of probabilities have an absolute value of at most 1, so
# $\gamma P_\pi$ has none equal to 1.

# %%
lake = u09.frozen_lake()
print(f"P {lake.P.shape}, R {lake.R.shape}, γ = {lake.gamma}")
right = np.full(lake.states, 2)
P, R = u09.chain_of_policy(lake, right)
by_hand = np.linalg.solve(np.eye(len(P)) - lake.gamma * P, R)
print(
    f"always to the right: {u09.policy_values(lake, right)[lake.start]:.4f}, by hand {by_hand[lake.start]:.4f}"
)

# %% [markdown]
# **The best values** satisfy $V^*(s) = \max_a \big( R(s, a) + \gamma \sum_{s'} P(s' \mid s, a) V^*(s') \big)$. Call the
# right-hand side $(B V^*)(s)$; *value iteration* repeats $V \leftarrow B V$. Why does it converge? Measure distances by
# the largest difference over all states, $\lVert V - V' \rVert = \max_s \lvert V(s) - V'(s) \rvert$.
#
# 1. For two functions of $a$, $\lvert \max_a f(a) - \max_a g(a) \rvert \le \max_a \lvert f(a) - g(a) \rvert$: if $f$ is
#    largest at $a$, then $\max f - \max g \le f(a) - g(a)$, and likewise with the roles exchanged.
# 2. Here $f - g = \gamma \sum_{s'} P(s' \mid s, a) (V(s') - V'(s'))$: the rewards cancel. A mean is at most the largest
#    value, so $\lVert B V - B V' \rVert \le \gamma \lVert V - V' \rVert$.
# 3. $B$ is a contraction, so there is exactly one fixed point $V^*$, and after $k$ sweeps the error is at most
#    $\gamma^k$ times the first one.
# 4. When may one stop? Let the last sweep lead from $V$ to $B V$, and let $e = \lVert B V - V^* \rVert$. By step 2,
#    $e \le \gamma \lVert V - V^* \rVert \le \gamma\, (\lVert V - B V \rVert + e)$. Solve for the error: it is at most
#    $\frac{\gamma}{1 - \gamma} \lVert B V - V \rVert$.
#
# *Policy iteration* evaluates a policy exactly and then takes the best action everywhere. Each policy is at least as
# good as the one before, and there are finitely many. The third way is a *linear program*: the smallest $V$ with
# $V(s) \ge R(s, a) + \gamma \sum_{s'} P(s' \mid s, a) V(s')$ for all $s$ and $a$. If $V \ge B V$, then repeating $B$,
# which keeps the order, gives $V \ge B V \ge B^2 V \ge \dots \to V^*$; and $V^*$ itself is allowed. So it is the
# smallest.

# %%
by_values, by_policies, by_program = (
    u09.value_iteration(lake),
    u09.policy_iteration(lake),
    u09.linear_program(lake),
)
print(f"value iteration  {by_values.V[lake.start]:.8f} after {by_values.iterations} sweeps")
print(f"policy iteration {by_policies.V[lake.start]:.8f} after {by_policies.iterations} policies")
print(f"linear program   {by_program.V[lake.start]:.8f}")
errors = u09.distances_to_optimum(lake, by_policies.V, 200)
print(f"error after 50 sweeps {errors[50]:.4f}, bound {errors[0] * lake.gamma**50:.4f}")
print(
    f"at the end a sweep multiplies the error by {errors[200] / errors[199]:.3f}, never by more than γ = {lake.gamma}"
)
with course.figures.style():
    figure, axes = course.figures.subplots(1, 2, size=(9, 3.8))
    u09.draw_grid(axes[0], lake, by_policies.V, by_policies.policy)
    axes[0].set(title="Best values and actions on the ice")
    axes[1].semilogy(errors, color=BLUE, label="error of value iteration")
    axes[1].semilogy(errors[0] * lake.gamma ** np.arange(201), "k--", label="bound: γ to the power k")
    axes[1].set(xlabel="sweeps k", ylabel="largest error", title="A sweep contracts")
    axes[1].legend()
    course.figures.show(
        figure,
        "u09/planning",
        "Left: the grid of the frozen lake with values and arrows that point away from the holes. Right: the error of "
        "value iteration by sweep, below its bound.",
    )

# %% [markdown]
# **Question.** With $\gamma = 0.99$ the last sweep of value iteration changed no value by more than $0.001$. A
# colleague says "the values are right to three digits". What can you guarantee? How large a change would guarantee
# $0.001$?
#
# <details><summary>Answer</summary>
#
# By step 4 the error is at most $\frac{0.99}{0.01} \cdot 0.001 = 0.099$, ninety-nine times the last change. For $0.001$
# the change must be at most $0.001/99 \approx 10^{-5}$. The bound is reached if every further sweep changes all values
# by the same sign and the factor $\gamma$: the sum of all changes to come is $0.001\, (\gamma + \gamma^2 + \dots)$.
#
# </details>
#
# **Exercises.** `course start u09/ex02` (three ways to the values of a policy), `course start u09/ex04` (forbidden
# actions), `course start u09/ex12` (a policy within a budget).

# %% [markdown]
# ## Part 3: Learning from experience (15 minutes)
#
# Usually nobody gives you $P$ and $R$. There are only episodes: states, actions and rewards that you have seen. Every
# method of this part has one form, "old estimate plus step size times error":
#
# $$V(s_t) \leftarrow V(s_t) + \alpha\, (\text{target} - V(s_t)).$$
#
# *Monte Carlo* takes the return $G_t$ as the target. Its mean is $V_\pi(s_t)$ by definition, but it contains the noise
# of all later steps. *TD(0)* takes $r_t + \gamma V(s_{t+1})$: it contains the noise of one step only, and an estimate
# that may be wrong. A target that contains an estimate *bootstraps*. TD(0) need not wait for the end. The error
# $\delta_t = r_t + \gamma V(s_{t+1}) - V(s_t)$ has the mean 0 for every state exactly if $V$ solves the Bellman
# equation.

# %%
walk = u09.random_walk(5)
episodes = [u09.episode(walk, np.full((7, 2), 0.5), 3, rng) for _ in range(200)]
print("exact      ", u09.random_walk_values(5).round(2))
print("Monte Carlo", u09.monte_carlo(episodes, 7, 1.0)[-1, 1:-1].round(2))
print("TD(0)      ", u09.temporal_difference(episodes, 7, 1.0, alpha=0.05)[-1, 1:-1].round(2))

# %% [markdown]
# **Learning to act.** With values $Q(s, a)$ of actions, the best action needs no model: take the largest. Two targets:
#
# | method | target for $Q(s, a)$ | learns the values of |
# | --- | --- | --- |
# | SARSA | $r + \gamma\, Q(s', a')$ with the next action $a'$ | the policy that acts, exploration included |
# | Q-learning | $r + \gamma \max_{a'} Q(s', a')$ | the best policy, whatever acts |
#
# SARSA learns *on policy*: it values the policy that acts. Q-learning learns *off policy*: it values another one.
#
# If $Q = Q^*$, the mean of the Q-learning error is
# $R(s, a) + \gamma \sum_{s'} P(s' \mid s, a) \max_{a'} Q^*(s', a') - Q^*(s, a) = 0$: the best values are its only
# resting place. It converges if every pair is visited again and again and $\sum_n \alpha_n = \infty$,
# $\sum_n \alpha_n^2 < \infty$: steps large enough to come from anywhere, and small enough for the noise to die out.
#
# The cliff shows the difference. A step costs 1, a fall costs 100, and one action in ten is random.

# %%
cliff = u09.cliff_walk()
found = {
    learn.__name__: learn(cliff, cliff.start, 400, 0.5, 0.1, rng) for learn in (u09.sarsa, u09.q_learning)
}
for name, learned in found.items():
    steps = len(cliff.path(learned.policy)) - 1
    print(
        f"{name:10} path of {steps} steps; mean of the last 200 returns {learned.returns[-200:].mean():.0f}"
    )

# %% [markdown]
# Q-learning finds the short way along the edge, which is the best one for somebody who never stumbles. While it learns
# it does stumble, and earns less. SARSA includes its own exploration in the values and stays away from the edge. Both
# are right about what they estimate.
#
# **Question.** With a constant step size $\alpha = 0.1$ and independent targets of variance $\sigma^2$, how much of the
# first value is left after 60 updates, and to which variance does the estimate settle?
#
# <details><summary>Answer</summary>
#
# Each update multiplies the old value by $1 - \alpha$, so $0.9^{60} \approx 0.0018$ of the first one is left. The
# estimate is $\alpha \sum_i (1 - \alpha)^i\, \text{target}_{t-i}$, and its variance tends to
#
# $$\sigma^2 \alpha^2 \sum_{i \ge 0} (1 - \alpha)^{2i} = \frac{\sigma^2 \alpha^2}{1 - (1 - \alpha)^2}
# = \frac{\alpha}{2 - \alpha}\, \sigma^2 \approx 0.053\, \sigma^2.$$
#
# It never becomes 0: therefore the condition $\sum \alpha_n^2 < \infty$.
#
# </details>
#
# **Exercises.** `course start u09/ex03`: SARSA, its expectation, and double Q-learning.

# %% [markdown]
# ## Part 4: Deep Q-learning (20 minutes)
#
# The pole on a cart has four real numbers as its state; no table has a row for each. A network computes $Q(s, a)$ for
# all actions in one pass, and is trained on
#
# $$y = r + \gamma\, (1 - \text{terminated}) \max_{a'} Q^-(s', a'), \qquad C(\theta) = \text{mean of } h(Q(s, a) - y).$$
#
# This differs from a table in four ways. A network changes all values a little with each step. Successive transitions
# are alike, so batches are drawn from a *replay buffer* of old ones; this is allowed, because the target asks for the
# best next action and not for the one that was done. The target would move with every update, so it comes from a
# *target network* $Q^-$ that follows slowly. And the *Huber loss* $h$ is linear for large errors, so that one of them
# does not change everything. The target $y$ is a constant for the gradient.
#
# **A maximum is too large.** Let all true values be 0 and the estimates $X_1, \dots, X_n$ have independent normal
# errors of deviation $\sigma$. Their maximum has a mean above 0. For two of them:
#
# 1. $\max(X_1, X_2) = \tfrac12 (X_1 + X_2) + \tfrac12 \lvert X_1 - X_2 \rvert$, and the first part has the mean 0.
# 2. $X_1 - X_2$ is normal with the variance $2\sigma^2$, and $E \lvert N(0, s^2) \rvert = s \sqrt{2/\pi}$.
# 3. So $E \max = \tfrac12 \cdot \sqrt 2\, \sigma \cdot \sqrt{2/\pi} = \sigma/\sqrt\pi \approx 0.56\, \sigma$.
#
# The cure is to let one network choose and another one value. If their errors are independent, the chosen value has the
# mean 0. *Double DQN* lets $Q$ choose and $Q^-$ value. The two are correlated, so only a part of the bias is gone.

# %%
draws = rng.normal(size=(100_000, 16))
for n in (2, 4, 16):
    print(
        f"{n} actions: mean of the maximum {draws[:, :n].max(axis=1).mean():.2f}, exact {u09.expected_maximum(n):.2f}"
    )
print(f"two actions by hand: {1 / np.sqrt(np.pi):.2f}")
second = rng.normal(size=draws.shape)
chosen = np.take_along_axis(second, draws.argmax(axis=1)[:, None], axis=1)
print(f"chosen by one, valued by an independent one: {chosen.mean():+.2f}")

# %% [markdown]
# **The end of an episode** comes in two kinds. *Terminated*: the pole fell, there is no future, and the target is $r$.
# *Truncated*: 500 steps are over, somebody switched off the light. The state has a future, and the target must use it.
# What if the two are confused? Let the reward be 1 forever, let episodes be cut after $N$ steps, and let every state
# look the same. One target in $N$ is 1, the others are $1 + \gamma V$. The value settles at their mean:
# $V = 1 + \gamma V (N - 1)/N$, so
#
# $$V = \frac{1}{1 - \gamma (N - 1)/N} \qquad \text{in place of} \qquad \frac{1}{1 - \gamma}.$$

# %%
for way in ("truncation bootstraps", "truncation taken for termination"):
    print(f"{way}: {u09.endless_value(way, limit=10, discount=0.9):.3f}")
print(f"by hand: {1 / (1 - 0.9):.3f} and {1 / (1 - 0.9 * 9 / 10):.3f}")

# %% [markdown]
# Copies of an environment run side by side, and a copy that has ended begins anew with its *next* step. That step is no
# transition: its action is ignored. `Interaction` marks it as not valid.

# %%
interaction = u09.Interaction(u09.make("CartPole-v1", envs=2), seed=0)
for _ in range(12):
    done = interaction.step(np.array([0, 1]))  # always to the left, always to the right
    if not done.valid.all():
        print("valid:", done.valid, " rewards:", done.reward)
print("returns of finished episodes:", interaction.returns)

# %% [markdown]
# **Probes.** A failed run on a large environment takes long and does not tell the reason. A *probe* is so small that
# its values are known. Here the reward comes one step late: with $\gamma = 0.5$ the first state must have the value
# $0.5$ and the second one 1.

# %%
model = u09.probe_model(discount=0.5, double=True)
print("learned:", np.asarray(u09.dqn_on_probe(model, "delayed reward")).round(2).tolist())
print("known:  ", np.asarray(u09.PROBES["delayed reward"].action_values(0.5)).round(2).tolist())

# %% [markdown]
# **Question.** A *dueling* network computes $Q(s, a) = V(s) + A(s, a)$ with two heads. Why are $V$ and $A$ not
# determined by the targets? What does subtracting the mean of $A(s, \cdot)$ change, and why does it help learning?
#
# <details><summary>Answer</summary>
#
# Add any number to $V(s)$ and subtract it from all $A(s, a)$: $Q$ is the same, so no target can tell. With
# $Q = V + A - \text{mean of } A$ the mean of $Q(s, \cdot)$ is $V(s)$: now $V$ is determined, and of $A$ only the
# differences count. It helps because *every* sample teaches $V(s)$, whatever its action was. In a table of $Q$ a sample
# says nothing about the other actions of its state.
#
# </details>
#
# **Exercises.** `course start u09/ex05` (transitions of environments that begin anew), `course start u09/ex06` (double
# DQN), `course start u09/ex09` (a dueling head, priorities), `course start u09/ex14` (a probe of your own).

# %% [markdown]
# ## Part 5: Policy gradients (20 minutes)
#
# A value network chooses the largest of some values. With a torque as the action there are infinitely many. Why not
# learn the policy $\pi_\theta(a \mid s)$ itself, by gradient steps on the expected return $J(\theta) = E_\pi[G_0]$? The
# difficulty: $\theta$ changes *which* episodes happen, and the dynamics are unknown.
#
# 1. Let $e$ be an episode, $p(e) = d(s_0) \prod_t \pi(a_t \mid s_t) P(s_{t+1} \mid s_t, a_t)$ its probability, and
#    $G(e)$ its return. For finitely many episodes $\nabla J = \sum_e \nabla p(e)\, G(e)$.
# 2. $\nabla p = p\, \nabla \log p$ where $p > 0$. So
#    $\nabla J = \sum_e p(e)\, \nabla \log p(e)\, G(e) = E[\nabla \log p(e)\, G(e)]$, an expectation again: it can be
#    estimated by playing.
# 3. $\log p(e)$ is a sum. The terms of $d$ and $P$ do not depend on $\theta$, and vanish:
#    $\nabla J = E\big[ \sum_t \nabla \log \pi(a_t \mid s_t)\, G_0 \big]$. The dynamics need not be known.
# 4. For any function $b$ of the state,
#    $E[\nabla \log \pi(a \mid s)\, b(s)] = b(s) \sum_a \nabla \pi(a \mid s) = b(s)\, \nabla 1 = 0$. The same holds for
#    everything that is known before $a_t$ is drawn, such as the rewards before $t$. So the past may be left out, and a
#    *baseline* subtracted:
#
# $$\nabla J(\theta) = E_\pi \Big[ \sum_t \nabla \log \pi(a_t \mid s_t)\, \gamma^t\, (G_t - V(s_t)) \Big].$$
#
# All these estimators have the same mean, but not the same variance. The next process is so small that all episodes can
# be listed, and both are exact.

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
returns = listed.rewards @ 0.9 ** np.arange(4)  # of each listed episode
step, other = 1e-5, theta.copy()
other[0, 0] += step
change = (u09.episode_probabilities(other, listed) - weights) @ returns
print(f"difference quotient of the exact return by the first logit: {change / step:.3f}")

# %% [markdown]
# One episode with both improvements, no past and a baseline, is worth about thirty without them. Steps along such
# estimates are the method *REINFORCE*. In an *actor-critic*, such as A2C, a second network learns $V$.
#
# **Advantages.** $G_t - V(s_t)$ has no bias from $V$, but the noise of all later rewards. The error
# $\delta_t = r_t + \gamma V(s_{t+1}) - V(s_t)$ has little noise, and all of the bias. *Generalized advantage
# estimation* takes $A_t = \sum_{k \ge 0} (\gamma\lambda)^k\, \delta_{t+k}$. For $\lambda = 0$ this is $\delta_t$. For
# $\lambda = 1$ the sum is
# $\sum_k \gamma^k r_{t+k} + \sum_k \big( \gamma^{k+1} V(s_{t+k+1}) - \gamma^k V(s_{t+k}) \big)$; the second sum
# telescopes, and if the episode terminates only its first term is left: $A_t = G_t - V(s_t)$.

# %%
reward, value = np.ones((3, 1)), np.full((4, 1), 2.0)
terminated, truncated = np.array([[False], [False], [True]]), np.zeros((3, 1), bool)
for trace in (0.0, 0.5, 1.0):
    print(f"λ = {trace}:", u09.gae(reward, value, terminated, truncated, 0.9, trace)[:, 0].round(3))
returns = [1 + 0.9 + 0.81, 1.9, 1.0]
print("returns minus values:", np.round(np.array(returns) - 2, 3))

# %% [markdown]
# **PPO** makes several updates on the same steps. The ratio
# $\omega_t = \pi(a_t \mid s_t)/\pi_{\text{old}}(a_t \mid s_t)$ corrects for the changed policy, but only near 1. The
# cost $-\min(\omega_t A_t, \text{clip}(\omega_t, 1 - c, 1 + c) A_t)$ gives no reward for going further: for $A_t > 0$
# it is flat above $1 + c$, for $A_t < 0$ below $1 - c$. On the other side it is not flat, so what went wrong can come
# back.

# %%
ratios = np.linspace(0.4, 1.6, 121).astype("float32")
old = np.zeros_like(ratios)
with course.figures.style():
    figure, axes = course.figures.subplots(size=(6.4, 3.4))
    for advantage, colour in ((1.0, BLUE), (-1.0, RED)):
        costs = np.asarray(ops.convert_to_numpy(u09.clipped_cost(np.log(ratios), old, old + advantage, 0.2)))
        axes.plot(ratios, costs, color=colour, label=f"advantage {advantage:+.0f}")
        print(f"A = {advantage:+.0f}: cost at the ratios 0.5, 1.0, 1.5:", costs[[10, 60, 110]].round(2))
    axes.set(xlabel="ratio of the probabilities", ylabel="cost", title="The cost of PPO with c = 0.2")
    axes.legend()
    course.figures.show(
        figure,
        "u09/ppo",
        "The cost of PPO by the ratio: for a good action it falls until 1.2 and is flat beyond, for a bad one it is "
        "flat below 0.8 and rises beyond.",
    )

# %% [markdown]
# **Continuous actions.** *Soft actor-critic* (SAC) draws $u = \mu(s) + \sigma(s)\, \xi$ with $\xi \sim N(0, I)$ and
# acts with $a = \tanh(u)$. The density of $a$ follows by a change of variables: divide by the slope $1 - \tanh^2 u$ of
# each component. The gradient goes through the critic into the action. The entropy of the policy, with a
# weight, is part of the goal, so the agent goes on exploring.
#
# **Which agent is better?** Five runs are all that most papers have, and one lucky run moves a mean by a lot. The
# *interquartile mean* drops the lowest and the highest quarter of the scores.

# %%
scores = 1 + 0.1 * rng.normal(size=(4, 3))
scores[0, 0] = 20.0
print(f"mean {scores.mean():.2f}, interquartile mean {u09.interquartile_mean(scores):.2f}")

# %% [markdown]
# **Question.** One step, two actions with the probability $\tfrac12$ each, and the returns 10 and 11. Compute mean and
# variance of the estimate of the derivative by the first logit, $(1[a = 1] - \tfrac12)\, G$, without a baseline and
# with the baseline $10.5$.
#
# <details><summary>Answer</summary>
#
# Without: the estimate is $\tfrac12 \cdot 10 = 5$ or $-\tfrac12 \cdot 11 = -5.5$. The mean is $-0.25$ and the variance
# $\tfrac12 (25 + 30.25) - 0.0625 \approx 27.56$. With the baseline it is $\tfrac12 \cdot (-0.5) = -0.25$ or
# $-\tfrac12 \cdot 0.5 = -0.25$: the same mean, and the variance 0. The large common part of the returns says nothing
# about which action is better, but it multiplies the noise.
#
# </details>
#
# **Exercises.** `course start u09/ex07` (the policy gradient by hand), `course start u09/ex08` (advantages of cut
# episodes), `course start u09/ex10` (the cost of PPO), `course start u09/ex11` (who is better, from five runs),
# `course start u09/ex13` (a Gaussian in an interval).

# %% [markdown]
# ## Summary
#
# | idea | formula | what to remember |
# | --- | --- | --- |
# | regret | $\sum_a \Delta_a N_a$ | no good rule is below a multiple of $\ln t$ |
# | Bellman equation | $V_\pi = R_\pi + \gamma P_\pi V_\pi$ | linear for a policy |
# | value iteration | error at most $\gamma^k$ of the first | a small change is no small error |
# | TD and Monte Carlo | $\alpha\, (\text{target} - V)$ | bias against variance |
# | SARSA, Q-learning | $Q(s', a')$ or $\max Q(s', a')$ | on policy or off policy |
# | maximum of estimates | $\sigma/\sqrt\pi$ for two | choose and value with two networks |
# | policy gradient | $E[\sum \nabla \log \pi\, \gamma^t (G_t - V)]$ | a baseline costs no bias |
# | GAE | $\sum_k (\gamma\lambda)^k \delta_{t+k}$ | from $\delta_t$ to $G_t - V(s_t)$ |
#
# **Pitfalls.** Truncation taken for termination. Learning from the step after the end. A small change taken for a small
# error. Old data in a policy gradient. One seed.
#
# **Where to go on.** `course run u09/bandits`, `course run u09/planning`, `course run u09/cliff_walking`,
# `course run u09/dqn_cartpole`, `course run u09/actor_critics`, `course run u09/sac_pendulum`; §8.4 of the book.
