"""Flow matching: the mean velocity of straight lines from noise to data, followed by Euler or Heun steps (§8.2)."""

from keras import ops

from units.u07_generative.noise_model import NoiseModel


def evaluations(steps, method):
    """How often the network is evaluated for a sample by ``FlowMatching``: the last of Heun's steps is Euler's.

    With guidance (ω other than 1) each of them is two, one of them without the label.
    """
    _require_method(method)
    return 2 * steps - 1 if method == "heun" else steps


def _require_method(method):
    if method not in ("euler", "heun"):
        raise ValueError(f'method must be "euler" or "heun", not {method!r}.')


class FlowMatching(NoiseModel):
    """A flow in continuous time from noise at t = 1 to data at t = 0.

    x_t = (1 − t) x + t ε,   dx_t/dt = ε − x,   C(θ) = E ‖v_θ(x_t, t) − (ε − x)‖²

    The best v_θ is the mean velocity of all lines that pass through x_t at time t. Its differential equation has the
    same distribution at every time as the lines. Samples solve dx/dt = v_θ(x, t) from 1 to 0, with steps of length h:

    Euler   x − h v_θ(x, t)                                           error of order h, 1 evaluation
    Heun    x − h (v_θ(x, t) + v_θ(x', t − h))/2,  x' by Euler        error of order h², 2 evaluations

    The last step, to t = 0, is always Euler's, 1 evaluation: x − t v_θ is the mean of the data that x_t comes from. At
    t = 0 no noise is left to be seen, so the velocity there, v_θ = −x, would bring half of the last noise back.

    Args:
        network, shape, classes: as in ``NoiseModel``.

    References: §8.2; Lipman et al., "Flow matching for generative modeling" (2023); Liu, Gong and Liu, "Flow straight
    and fast" (2023); for the last step Karras et al., "Elucidating the design space of diffusion-based generative
    models" (2022), algorithm 1.
    """

    def __init__(self, network, shape, classes=0, **kwargs):
        super().__init__(network, shape, classes, **kwargs)
        # whether a step is Heun's; it may change without another compilation
        self.is_heun = self.add_weight(shape=(), initializer="ones", trainable=False, name="is_heun")

    def noisy(self, x, noise, u):
        """x_t, t and the velocity at the times t = u."""
        t = ops.reshape(u, (-1, *[1] * (len(x.shape) - 1)))
        # x_t = (1 − t) x + t ε,   dx_t/dt = ε − x
        return (1 - t) * x + t * noise, u, noise - x

    def step(self, i, x, label):
        """One step of length h = 1 / steps."""
        h = 1 / ops.cast(self.steps, "float32")
        t = 1 - ops.cast(i, "float32") * h
        velocity = self.estimate(x, t, label)

        def mean_of_both_ends():
            return (velocity + self.estimate(x - h * velocity, t - h, label)) / 2

        corrected = ops.logical_and(self.is_heun > 0, i < self.steps - 1)
        return x - h * ops.cond(corrected, mean_of_both_ends, lambda: velocity)

    def draw(self, size, rng, steps=25, label=None, omega=1.0, method="heun"):
        """Samples by ``steps`` steps of Euler's method, or of Heun's: 2 ``steps`` − 1 evaluations of the network."""
        _require_method(method)
        self.is_heun.assign(method == "heun")
        return super().draw(size, rng, steps, label, omega)
