"""Unit 9: reinforcement learning (§8.4)."""

# --- sections A, B, C: bandits, planning, learning from experience ---

# --- section D: deep Q-learning ---
from units.u09_reinforcement.environments import (
    continuous_actions,
    discrete_actions,
    make,
    observation_shape,
)
from units.u09_reinforcement.evaluate import evaluate
from units.u09_reinforcement.interaction import Interaction, Transitions
from units.u09_reinforcement.probe_environments import PROBES, Probe

# --- section E: policy gradients ---

__all__ = [
    "PROBES",
    "Interaction",
    "Probe",
    "Transitions",
    "continuous_actions",
    "discrete_actions",
    "evaluate",
    "make",
    "observation_shape",
]
