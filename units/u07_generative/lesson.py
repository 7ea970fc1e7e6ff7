"""The lesson of unit 7: games, adversarial networks, judging and using samples, likelihoods, diffusion."""

# %% [markdown]
# # Unit 7: Generative Models
#
# Run this file cell by cell in an editor that supports the percent format (`# %%`), or as a whole with Python.

# %%
import keras
import numpy as np
from keras import ops

from units import u07_generative as u07

# %% [markdown]
# ## Part A: games
#
# Rock, paper, scissors, but rock against scissors wins 2. The linear program finds the value and both strategies.

# %%
A = [[0, -1, 2], [1, 0, -1], [-2, 1, 0]]
game = u07.nash_equilibrium(A)
print(f"value {abs(game.value):.2f}; rock, paper, scissors with the probabilities {np.round(game.row, 2)}")

# %% [markdown]
# Players who only answer what the other one has played so far find it too, slowly.

# %%
rows, columns = u07.fictitious_play(A, 500)
for rounds in (5, 50, 500):
    left = u07.exploitability(A, rows[rounds - 1], columns[rounds - 1])
    print(
        f"fictitious play, {rounds} rounds: {np.round(rows[rounds - 1], 2)}, a better answer gains {left:.3f}"
    )

# %% [markdown]
# Two networks do not choose rows, they take gradient steps. On V = θ φ simultaneous steps lead away from the solution;
# extragradient looks ahead first.

# %%
for method in ("simultaneous", "extragradient"):
    path = u07.play(lambda theta, phi: (phi, theta), [1.0], [0.0], eta=0.2, steps=100, method=method)
    distance = np.linalg.norm(path[-1])
    print(
        f"{method}: distance {distance:.2f} after 100 steps, {u07.growth_factor(1.0, 0.2, method):.3f} a step"
    )

# %% [markdown]
# The best discriminator between two densities is their ratio, and the value of the game against it measures their
# Jensen–Shannon divergence.

# %%
x = np.linspace(-8, 8, 2001)
data, drawn = (np.exp(-((x - mean) ** 2) / 2) / np.sqrt(2 * np.pi) for mean in (0.0, 2.0))
D = u07.optimal_discriminator(data, drawn)
print(f"D* is {D[1000]:.2f} at 0 and {D[1250]:.2f} at 2; JS = {u07.jensen_shannon(data, drawn, x):.3f}")

# %% [markdown]
# ## Part B: generative adversarial networks
#
# A critic must not be steep. Spectral normalization divides each kernel by its largest singular value, which a power
# iteration finds: one product with the matrix and one with its transpose a step.

# %%
rng = np.random.default_rng(0)
W, u = rng.normal(size=(20, 10)), rng.normal(size=10)
exact = np.linalg.svd(W)[1][0]
for step in range(1, 31):
    sigma, u = u07.power_iteration(W, u)
    if step in (1, 5, 30):
        print(f"power iteration, {step} steps: {float(sigma):.3f}; exact {exact:.3f}")

# %% [markdown]
# ## Part C: judging samples
#
# Two sets of draws from one distribution are not at distance 0: the Fréchet distance is too large for few samples.

# %%
for size in (20, 200, 2000):
    a, b = rng.normal(size=(2, size, 8))
    distances = u07.frechet_distance(a, b), u07.kernel_distance(a, b)
    print(f"{size} samples: Fréchet distance {distances[0]:.3f}, KID {distances[1]:+.3f}")

# %% [markdown]
# The distance does not say what is wrong. Precision asks whether samples lie near real data, recall whether real data
# lie near samples. Here the samples are good, but leave out one of two clusters.

# %%
real, samples = rng.normal(size=(2, 400, 2))
real[:200, 0] += 20
precision, recall = u07.precision_recall(real, samples)
print(f"one cluster of two: precision {precision:.2f}, recall {recall:.2f}")

# %% [markdown]
# ## Part D: what generated images are good for, and what harm they do
#
# Augmentation: an autoencoder that has seen images of two classes, and few labels, makes new labelled images. Their
# codes lie between the codes of two images of one class. The drawn faces of two people take the place of classes.

# %%
images_a, images_b = u07.two_people(60, pixels=8)
x, y = np.concatenate([images_a, images_b]), np.repeat([0, 1], 60)
vae = u07.VAE(*u07.dense_coders((8, 8, 1), 32, latent=4), seed=0)
vae.compile(keras.optimizers.Adam(0.01))
vae.fit(x, batch_size=60, epochs=60, verbose=0)
few = [0, 1, 2, 60, 61, 62]  # three labelled images of each
between, labels = u07.images_between(vae, x[few], y[few], 100, rng)
means = np.stack([images_a.mean(axis=0), images_b.mean(axis=0)])
nearer = np.argmin(((between[:, None] - means) ** 2).sum(axis=(2, 3, 4)), axis=1)
print(f"100 images from 6 labels: {np.mean(nearer == labels):.0%} look more like their own class")

# %% [markdown]
# Deep fakes: one encoder, two decoders. The image of person a, decoded by the decoder of b, is to show b in the pose of
# a. Our faces are drawn, so the true image is known. Ask people before you train on them, and say what is generated.

# %%
faces = u07.FaceSwap(*u07.face_coders((8, 8, 1), units=32, latent=8))
faces.compile(keras.optimizers.Adam(0.01))
faces.fit((images_a, images_b[::-1]), batch_size=60, epochs=100, verbose=0)
new_a, new_b = u07.two_people(60, pose_seed=1, pixels=8)
error = np.abs(faces.swap(new_a, to="b") - new_b).mean()
print(
    f"swapped faces: error of a pixel {error:.3f}; the image of a itself {np.abs(new_a - new_b).mean():.3f}"
)

# %% [markdown]
# Inpainting: a diffusion model knows what is likely, so it can fill what is missing. If all is Gaussian, the network's
# answer is known: x has two entries with correlation 0.9, the first one is known to be 1, and the second one has the
# mean 0.9. A single step at each time does not let both entries agree; repeated steps do.

# %%
covariance, alpha_bars = np.array([[1, 0.9], [0.9, 1]]), u07.cosine_schedule(50)


def noise_estimate(x_t, t):
    """E(ε given x_t) for x ~ N(0, Σ): √(1 − ᾱ) (ᾱ Σ + (1 − ᾱ) I)⁻¹ x_t."""
    kept = float(np.asarray(alpha_bars)[t[0]])
    return np.sqrt(1 - kept) * x_t @ np.linalg.inv(kept * covariance + (1 - kept) * np.eye(2))


for repeats in (1, 10):
    known = np.array([[1, 0]])
    filled = u07.inpaint(np.ones((2000, 2)), known, noise_estimate, np.asarray(alpha_bars), rng, repeats)
    print(f"inpainting, {repeats} steps at each time: mean {filled[:, 1].mean():.2f}; exact 0.90")

# %% [markdown]
# ## Part E: latent variables and likelihoods
#
# A codebook replaces each vector by its nearest one. Two clusters, two vectors: after some steps each has one cluster.

# %%
quantizer = u07.VectorQuantizer(2, gamma=0.5, seed=0)
z = np.concatenate([rng.normal(size=(50, 2)) * 0.1, rng.normal(size=(50, 2)) * 0.1 + 3]).astype("float32")
quantizer(z)
for _ in range(20):
    quantizer.update(z)
error = np.mean((ops.convert_to_numpy(quantizer(z)) - z) ** 2)
print(
    f"codebook with 2 vectors: mean squared error {error:.3f}; variance of the data {z.var(axis=0).mean():.3f}"
)

# %% [markdown]
# ## Part F: diffusion and flows in continuous time
#
# How much of the data's variance is left, and how much is noise?

# %%
for name, schedule in (("linear", u07.linear_schedule), ("cosine", u07.cosine_schedule)):
    left = np.asarray(schedule(1000))
    print(f"{name} schedule: of the data's variance {left[500]:.3f} is left after half of the 1000 steps")
