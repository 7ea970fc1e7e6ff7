"""Unit 7: generative models (§8.1–8.3)."""

from units.u07_generative.generative_model import GenerativeModel

# --- section A: games (frame) ---

# --- section B: generative adversarial networks (gan) ---

# --- section C: judging samples, and uses (judging) ---

# --- section D: models with a latent variable or a likelihood (latent) ---

# --- section E: diffusion and flows in continuous time (diffusion) ---

# --- section F: the whole unit (frame) ---
