"""Unit 9: reinforcement learning (§8.4)."""

# --- sections A, B, C: bandits, planning, learning from experience ---
# --- section D: deep Q-learning ---
# --- section E: policy gradients ---
from units.u09_reinforcement.a2c import A2C
from units.u09_reinforcement.actor_critic import ActorCritic, mean_of_valid
from units.u09_reinforcement.actor_critics_on_probes import (
    actor_critic_for_probes,
    actor_critic_on_probe,
    sac_on_probe,
)
from units.u09_reinforcement.bandit import BernoulliBandit, Statistics, play, regret
from units.u09_reinforcement.categorical_policy import entropy, log_probability, sample
from units.u09_reinforcement.contraction import contraction_factors, distances_to_optimum
from units.u09_reinforcement.control import Learned, td_control
from units.u09_reinforcement.dqn import DQN, huber
from units.u09_reinforcement.dqn_agent import DQNAgent
from units.u09_reinforcement.dqn_on_probe import dqn_on_probe, probe_model

# --- section D: deep Q-learning ---
from units.u09_reinforcement.dqn_runs import DQNRun, dqn_run, draw_runs, where_the_time_goes
from units.u09_reinforcement.dueling_head import DuelingHead
from units.u09_reinforcement.environments import continuous_actions, discrete_actions, make, observation_shape
from units.u09_reinforcement.episode_frames import episode_frames
from units.u09_reinforcement.episodes import Step, episode, returns_of
from units.u09_reinforcement.epsilon_greedy import epsilon_greedy
from units.u09_reinforcement.evaluate import evaluate
from units.u09_reinforcement.experience import rollout, whole_episodes
from units.u09_reinforcement.gae import gae
from units.u09_reinforcement.grid_picture import draw_grid
from units.u09_reinforcement.grid_world import GridWorld, cliff_walk, frozen_lake
from units.u09_reinforcement.interaction import Interaction, Transitions
from units.u09_reinforcement.interquartile_mean import bootstrap_interval, interquartile_mean
from units.u09_reinforcement.lai_robbins import bernoulli_kl, lai_robbins_constant
from units.u09_reinforcement.linear_program import ProgramSolution, linear_program, policy_of_occupancy
from units.u09_reinforcement.markov_chain import (
    chain_of_policy,
    distances_to_stationary,
    stationary_distribution,
)
from units.u09_reinforcement.mdp import MDP
from units.u09_reinforcement.monte_carlo import monte_carlo
from units.u09_reinforcement.overestimation import expected_maximum, maximization_bias
from units.u09_reinforcement.policy_evaluation import iterated_policy_values, policy_values
from units.u09_reinforcement.policy_gradient_agent import PolicyGradientAgent
from units.u09_reinforcement.policy_iteration import policy_iteration
from units.u09_reinforcement.ppo import PPO, clipped_cost, normalized
from units.u09_reinforcement.probe_environments import PROBES, Probe
from units.u09_reinforcement.q_learning import q_learning
from units.u09_reinforcement.q_network import QNetwork
from units.u09_reinforcement.random_walk import random_walk, random_walk_values
from units.u09_reinforcement.reinforce import REINFORCE
from units.u09_reinforcement.replay_buffer import ReplayBuffer
from units.u09_reinforcement.returns import discounted_returns
from units.u09_reinforcement.sac import SAC
from units.u09_reinforcement.sac_agent import SACAgent
from units.u09_reinforcement.sarsa import sarsa
from units.u09_reinforcement.score_function import (
    ESTIMATORS,
    Trajectories,
    episode_probabilities,
    expected_return,
    gradient_estimates,
    trajectories,
)
from units.u09_reinforcement.squashed_gaussian import bounded_log_std, log_density, squashed_sample
from units.u09_reinforcement.step_sizes import decaying
from units.u09_reinforcement.stopwatch import Stopwatch
from units.u09_reinforcement.temporal_difference import temporal_difference
from units.u09_reinforcement.thompson_sampling import thompson_sampling
from units.u09_reinforcement.truncation import endless_value, fitted_value
from units.u09_reinforcement.ucb import ucb1, ucb1_bound
from units.u09_reinforcement.value_iteration import Solution, value_iteration, value_sweeps

__all__ = [
    "A2C",
    "DQN",
    "ESTIMATORS",
    "MDP",
    "PPO",
    "PROBES",
    "REINFORCE",
    "SAC",
    "ActorCritic",
    "BernoulliBandit",
    "DQNAgent",
    "DQNRun",
    "DuelingHead",
    "GridWorld",
    "Interaction",
    "Learned",
    "PolicyGradientAgent",
    "Probe",
    "ProgramSolution",
    "QNetwork",
    "ReplayBuffer",
    "SACAgent",
    "Solution",
    "Statistics",
    "Step",
    "Stopwatch",
    "Trajectories",
    "Transitions",
    "actor_critic_for_probes",
    "actor_critic_on_probe",
    "bernoulli_kl",
    "bootstrap_interval",
    "bounded_log_std",
    "chain_of_policy",
    "cliff_walk",
    "clipped_cost",
    "continuous_actions",
    "contraction_factors",
    "decaying",
    "discounted_returns",
    "discrete_actions",
    "distances_to_optimum",
    "distances_to_stationary",
    "dqn_on_probe",
    "dqn_run",
    "draw_grid",
    "draw_runs",
    "endless_value",
    "entropy",
    "episode",
    "episode_frames",
    "episode_probabilities",
    "epsilon_greedy",
    "evaluate",
    "expected_maximum",
    "expected_return",
    "fitted_value",
    "frozen_lake",
    "gae",
    "gradient_estimates",
    "huber",
    "interquartile_mean",
    "iterated_policy_values",
    "lai_robbins_constant",
    "linear_program",
    "log_density",
    "log_probability",
    "make",
    "maximization_bias",
    "mean_of_valid",
    "monte_carlo",
    "normalized",
    "observation_shape",
    "play",
    "policy_iteration",
    "policy_of_occupancy",
    "policy_values",
    "probe_model",
    "q_learning",
    "random_walk",
    "random_walk_values",
    "regret",
    "returns_of",
    "rollout",
    "sac_on_probe",
    "sample",
    "sarsa",
    "squashed_sample",
    "stationary_distribution",
    "td_control",
    "temporal_difference",
    "thompson_sampling",
    "trajectories",
    "ucb1",
    "ucb1_bound",
    "value_iteration",
    "value_sweeps",
    "where_the_time_goes",
    "whole_episodes",
]
