"""DDPM: noise is added in T steps, and a network learns to remove it; DDIM takes fewer steps back (§8.2)."""

import keras
import numpy as np
from keras import ops

import course
from units.u07_generative.noise_model import NoiseModel
from units.u07_generative.noise_schedule import SCHEDULES


class DDPM(NoiseModel):
    """A denoising diffusion model with T steps.

    x_t = √ᾱ_t x + √(1 − ᾱ_t) ε,   ε ~ N(0, I),   t = 0, …, T − 1

    The network estimates ε (``"epsilon"``), or v = √ᾱ_t ε − √(1 − ᾱ_t) x (``"v"``), from which both follow:
    ε = √ᾱ_t v + √(1 − ᾱ_t) x_t and x = √ᾱ_t x_t − √(1 − ᾱ_t) v.

    A step of the sampler goes from t to an earlier time s, with x̂ = (x_t − √(1 − ᾱ_t) ε_θ) / √ᾱ_t:

    x_s = √ᾱ_s x̂ + √(1 − ᾱ_s − σ²) ε_θ + σ ε',   σ = ρ √((1 − ᾱ_s) / (1 − ᾱ_t)) √(1 − ᾱ_t / ᾱ_s)

    ρ = 1 is the sampler of DDPM, ρ = 0 is DDIM, which adds no noise and needs far fewer steps.

    Args:
        network, shape, classes: as in ``NoiseModel``; the network sees the time (t + 1)/T.
        T: number of steps.
        schedule: ``"linear"`` or ``"cosine"``.
        target: ``"epsilon"`` or ``"v"``.
        limit: x̂ is cut off at ±limit, 1 for images in [−1, 1], and ε_θ becomes the noise that belongs to this x̂; None
            for data without bounds.

    References: §8.2; Ho, Jain and Abbeel (2020); Song, Meng and Ermon, "Denoising diffusion implicit models" (2021);
    Salimans and Ho, "Progressive distillation for fast sampling of diffusion models" (2022), for v.
    """

    def __init__(self, network, shape, classes=0, T=1000, schedule="cosine", target="v", limit=1.0, **kwargs):
        super().__init__(network, shape, classes, **kwargs)
        self.T, self.limit = T, limit
        # numbers that may change without another compilation: ᾱ with one entry more (index t + 1 belongs to time t,
        # and index 0 to the data, without noise), whether the network estimates ε, and ρ
        self.table = self.add_weight(shape=(T + 1,), initializer="ones", trainable=False, name="table")
        self.estimates_noise = self.add_weight(
            shape=(), initializer="ones", trainable=False, name="is_epsilon"
        )
        self.rho = self.add_weight(shape=(), initializer="ones", trainable=False, name="rho")
        self.choose(schedule, target)
        self._compiled = course.compiled(self._noise)

    def choose(self, schedule, target):
        """Take another schedule and another target; nothing is compiled again, but the network has to learn again."""
        if schedule not in SCHEDULES:
            raise ValueError(f'schedule must be "linear" or "cosine", not {schedule!r}.')
        if target not in ("epsilon", "v"):
            raise ValueError(f'target must be "epsilon" or "v", not {target!r}.')
        self.table.assign(np.concatenate([[1.0], SCHEDULES[schedule](self.T)]))
        self.estimates_noise.assign(target == "epsilon")

    @property
    def alpha_bars(self):
        """ᾱ_0, …, ᾱ_{T−1}, an array (T,)."""
        return ops.convert_to_numpy(self.table)[1:]

    def noisy(self, x, noise, u):
        """x_t, (t + 1)/T and the target at t = ⌊T u⌋."""
        index = ops.minimum(ops.cast(u * self.T, "int32") + 1, self.T)
        signal, spread = self._weights(index, len(x.shape))
        # x_t = √ᾱ_t x + √(1 − ᾱ_t) ε
        x_t = signal * x + spread * noise
        target = ops.where(self.estimates_noise > 0, noise, signal * noise - spread * x)
        return x_t, ops.cast(index, "float32") / self.T, target

    def step(self, i, x, label):
        """From t to an earlier time s; the last step ends at the data."""
        i = ops.cast(i, "int32")
        now, then = (self.T - (i + k) * self.T // self.steps for k in (0, 1))
        signal, spread = self._weights(now)
        later_signal, later_spread = self._weights(then)
        output = self.estimate(x, ops.cast(now, "float32") / self.T, label)
        clean = ops.where(
            self.estimates_noise > 0, (x - spread * output) / signal, signal * x - spread * output
        )
        if self.limit is not None:
            clean = ops.clip(clean, -self.limit, self.limit)
        noise = (x - signal * clean) / spread
        # σ = ρ √((1 − ᾱ_s) / (1 − ᾱ_t)) √(1 − ᾱ_t / ᾱ_s)
        kept = ops.maximum(1 - (signal / later_signal) ** 2, 0.0)
        sigma = self.rho * later_spread / spread * ops.sqrt(kept)
        fresh = keras.random.normal(ops.shape(x), seed=self.random)
        # x_s = √ᾱ_s x̂ + √(1 − ᾱ_s − σ²) ε_θ + σ ε'
        return (
            later_signal * clean
            + ops.sqrt(ops.maximum(later_spread**2 - sigma**2, 0.0)) * noise
            + sigma * fresh
        )

    def draw(self, size, rng, steps=None, label=None, omega=1.0, rho=1.0):
        """Samples by ``steps`` steps, T without another number; ρ = 1 for DDPM, 0 for DDIM."""
        steps = self.T if steps is None else steps
        if steps > self.T:
            raise ValueError(f"The model has {self.T} steps, so steps cannot be {steps}.")
        if not 0 <= rho <= 1:
            raise ValueError(f"rho must be from 0 (DDIM) to 1 (DDPM), not {rho}.")
        self.rho.assign(rho)
        return super().draw(size, rng, steps, label, omega)

    def noise_estimate(self, x, t, label=None):
        """ε_θ(x_t, t) with the averaged weights, for NumPy arrays x (batch, ...) and integers t (batch,)."""
        label = np.full(len(x), self.classes if label is None else label, "int32")
        index = ops.convert_to_tensor(np.asarray(t) + 1, "int32")
        x = ops.convert_to_tensor(x, "float32")
        weights = self.network.trainable_variables if self.untrained() else self.average.averages
        variables = (self.table, self.estimates_noise, *weights, *self.network.non_trainable_variables)
        values = [ops.stop_gradient(v) for v in variables]
        return ops.convert_to_numpy(self._compiled(x, index, ops.convert_to_tensor(label), *values))

    def _noise(self, x, index, label, table, is_epsilon, *weights):
        """ε_θ as a function of tensors alone."""
        inputs = [x, ops.cast(index, "float32") / self.T, label]
        variables = [*self.network.trainable_variables, *self.network.non_trainable_variables]
        output = course.pure(lambda: self.network(inputs, training=False), variables)(*weights)
        kept = ops.reshape(ops.take(table, index), (-1, *[1] * (len(x.shape) - 1)))
        # ε = √ᾱ_t v + √(1 − ᾱ_t) x_t
        return ops.where(is_epsilon > 0, output, ops.sqrt(kept) * output + ops.sqrt(1 - kept) * x)

    def _weights(self, index, axes=0):
        """√ᾱ and √(1 − ᾱ), with as many axes as the data."""
        kept = ops.take(self.table, index)
        if axes:
            kept = ops.reshape(kept, (-1, *[1] * (axes - 1)))
        return ops.sqrt(kept), ops.sqrt(1 - kept)
