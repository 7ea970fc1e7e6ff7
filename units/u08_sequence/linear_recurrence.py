"""☆ A linear recurrence in O(log T) rounds, by an associative scan (§7.3)."""

from keras import ops

from units.u05_convolution.required_shape import require_shape


def combine(first, second):
    """Two steps of a linear recurrence as one.

    h → λ h + u, then h → λ' h + u':   h → (λ' λ) h + (λ' u + u')

    This operation is associative, so a sequence of steps may be grouped in any way.

    Args:
        first: the pair (λ, u).
        second: the pair (λ', u') of the later step, with the same shapes.

    Returns:
        The pair (λ' λ, λ' u + u').
    """
    (decay, u), (later_decay, later_u) = first, second
    return later_decay * decay, later_decay * u + later_u


def _checked(decay, u, h0):
    decay, u = ops.convert_to_tensor(decay), ops.convert_to_tensor(u)
    if len(decay.shape) != 3 or tuple(decay.shape) != tuple(u.shape) or u.shape[1] == 0:
        raise ValueError(
            "decay and u have the same axes (batch, seq, units) with at least one step, not "
            f"{tuple(decay.shape)} and {tuple(u.shape)}."
        )
    if h0 is None:
        return decay, u, None
    h0 = ops.convert_to_tensor(h0)
    require_shape("h0", h0, u.shape[0], u.shape[2])
    return decay, u, h0


def linear_recurrence(decay, u, h0=None):
    """All states of h_t = λ_t ⊙ h_{t−1} + u_t, computed in a tree instead of one step after the other.

    For T steps this takes about 2 log₂ T rounds, and about 2 T combinations in all; those of a round can be computed
    at the same time. A state-space layer, and a gated cell whose gates do not see h, are of this form.

    Args:
        decay: λ, the factor of each step, shape (batch, seq, units).
        u: what is added in each step, shape (batch, seq, units).
        h0: h_0, shape (batch, units); zeros if None.

    Returns:
        h_1, …, h_T, shape (batch, seq, units).

    Raises:
        ValueError: decay and u have different shapes, or no step; or h0 has another shape.

    References: Blelloch, Prefix sums and their applications, 1990; Martin and Cundy, Parallelizing linear recurrent
    neural nets over sequence length, 2018.
    """
    decay, u, h0 = _checked(decay, u, h0)
    product, h = ops.associative_scan(combine, (decay, u), axis=1)
    # the first t steps together are h_0 → (λ_t ⋯ λ_1) h_0 + h
    return h if h0 is None else h + product * ops.expand_dims(h0, 1)


def linear_recurrence_by_loop(decay, u, h0=None):
    """The same states, one step after the other: T rounds. Arguments and shapes as in ``linear_recurrence``."""
    decay, u, h = _checked(decay, u, h0)
    h = ops.zeros_like(u[:, 0]) if h is None else h
    states = []
    for t in range(u.shape[1]):
        h = decay[:, t] * h + u[:, t]
        states.append(h)
    return ops.stack(states, axis=1)
