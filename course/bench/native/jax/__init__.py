"""Native JAX and optax: ``build`` returns ``(state, step)``, with ``step(state, *batch) → (state, loss)`` pure."""
