"""Unit 6: tricks of the trade (§2.5, §4.5, §5.5–5.7, §6.5)."""

# --- section A: transfer learning (transfer) ---

# --- section B: tuning (tuning) ---

# --- section C: depth and autoencoders (frame) ---

# --- section D: a training recipe (recipe) ---

# --- section E: smaller and faster (smaller) ---
