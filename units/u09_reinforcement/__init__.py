"""Unit 9: reinforcement learning (§8.4)."""

# --- sections A, B, C: bandits, planning, learning from experience ---

# --- section D: deep Q-learning ---

# --- section E: policy gradients ---
