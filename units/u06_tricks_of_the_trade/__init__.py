"""Unit 6: tricks of the trade (§2.5, §4.5, §5.5–5.7, §6.5)."""

# --- section A: transfer learning (transfer) ---

# --- section B: tuning (tuning) ---

# --- section C: depth and autoencoders (frame) ---
from units.u06_tricks_of_the_trade.deep_signals import Kind, backward, forward, kinds
from units.u06_tricks_of_the_trade.plain_and_residual import deep_network
from units.u06_tricks_of_the_trade.shattered_gradients import (
    assumed_correlation,
    autocorrelation,
    expected_correlation,
    gradients_on_a_grid,
    measured_correlation,
)

# --- section D: a training recipe (recipe) ---

# --- section E: smaller and faster (smaller) ---
from units.u06_tricks_of_the_trade.distillation import Distiller, soft_cross_entropy
from units.u06_tricks_of_the_trade.muon import Muon
from units.u06_tricks_of_the_trade.newton_schulz import (
    CUBIC,
    QUINTIC,
    fixed_points,
    orthogonalize,
    polynomial,
)
from units.u06_tricks_of_the_trade.restart import restart
