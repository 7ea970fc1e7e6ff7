"""Unit 10: past, present and future (§1, §8.5)."""

# --- section A: the past ---

# --- section B: large models ---

# --- section C: graphs ---

# --- section D: uncertainty ---

# --- section E: attacks and responsibility ---
