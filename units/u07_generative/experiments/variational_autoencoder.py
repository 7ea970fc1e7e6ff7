"""A VAE beside the model that can be solved by hand, and what the weight of the divergence trades on images (§8.1)."""

import keras
import numpy as np
from keras import layers, ops

from course import figures
from course.training.rules.kept_values import kept
from units.u07_generative.gaussian_densities import divergence
from units.u07_generative.linear_gaussian import LinearGaussian
from units.u07_generative.variational_autoencoder import VAE, dense_coders, image_coders

WEIGHTS = (0.1, 10.0, 1.0)  # λ; the last one stays for the plane
SIDE, REACH = 9, 3.0  # images of the plane along each axis, and how far it goes in standard deviations


def run(r):
    _, (bound, trade) = r.figure("bound", 1, 2, size=(9, 3.9))
    solvable(r, bound)
    d = r.data()
    x, x_test = 2 * d.images("train") - 1, 2 * d.images("test") - 1
    planes, model = trade_off(r, trade, x, x_test)
    draw_plane(r, planes, d.labels("test"), model.decoder)


def solvable(r, ax):
    """Linear networks learn data of a linear-Gaussian model: the best bound is the largest mean log p(x)."""
    rng = np.random.default_rng(0)  # one problem for all seeds
    true = LinearGaussian(rng.normal(size=(6, 2)), rng.normal(size=6), 0.5)
    x = true.sample(1000, rng).astype("float32")
    best = LinearGaussian.fit(x, 2).log_evidence(x).mean()
    # small weights: log σ(x) is linear in x, and σ = e^{log σ} of a few units would begin with enormous costs
    small = keras.initializers.RandomNormal(stddev=0.05, seed=r.seed)
    encoder = keras.Sequential([keras.Input((6,)), layers.Dense(4, kernel_initializer=small)])
    decoder = keras.Sequential([keras.Input((2,)), layers.Dense(6)])
    model = VAE(encoder, decoder, seed=r.seed)
    epochs = r.pick(quick=40, full=60)
    rate = keras.optimizers.schedules.CosineDecay(0.03, 10 * epochs)
    model.compile(keras.optimizers.Adam(rate), steps_per_execution=10)  # an epoch
    losses = model.fit(x, batch_size=100, epochs=epochs, verbose=0).history["loss"]
    # the closed form for the networks that were learned, beside the mean of many draws of the model itself
    (weights, offset), deviation = (
        decoder.layers[-1].get_weights(),
        float(np.exp(ops.convert_to_numpy(model.log_deviation))),
    )
    learned = LinearGaussian(weights.T, offset, deviation)
    mean, log_deviation = np.split(encoder.predict_on_batch(x).astype("float64"), 2, axis=-1)
    exact = learned.elbo(x, mean, log_deviation).mean()
    drawn = -model.evaluate(np.tile(x, (20, 1)), batch_size=1000, verbose=0, return_dict=True)["loss"]
    r.metric("largest_evidence_minus_bound", best - exact)
    r.metric("bound_by_draws_minus_closed_form", drawn - exact)
    r.log(
        f"mean log p(x), best linear-Gaussian model {best:.3f}; bound of the VAE: {exact:.3f}, by draws {drawn:.3f}"
    )
    ax.plot(range(1, epochs + 1), -np.array(losses), label="bound of the VAE")
    ax.axhline(best, color=figures.COLOURS["black"], linestyle="--", label="largest mean log p(x)")
    ax.set(title="Linear networks", xlabel="epoch", ylabel="nats for a sample", ylim=(best - 3, best + 0.5))
    ax.legend(loc="lower right")


def trade_off(r, ax, x, x_test):
    """For each λ the test images' divergence, squared error and codes; all trainings begin with the same weights."""
    shape = x.shape[1:]
    coders = image_coders(shape, (32, 64), latent=2) if r.full else dense_coders(shape, 64, latent=2)
    weight = keras.Variable(1.0, trainable=False)  # as a variable, so that one compiled step has every λ
    model = VAE(*coders, weight=weight, seed=r.seed)
    batch = r.pick(quick=100, full=200)
    x = x[: len(x) // batch * batch]
    model.compile(
        keras.optimizers.Adam(r.pick(quick=8e-3, full=1e-3)),
        steps_per_execution=r.pick(quick=len(x) // batch, full=1),
    )
    model.optimizer.build(model.trainable_variables)
    start, found, planes = [*model.variables, *model.optimizer.variables], {}, {}

    def train(value):
        weight.assign(value)
        model.fit(x, batch_size=batch, epochs=r.pick(quick=18, full=20), verbose=0)
        mean, log_deviation = np.split(model.encoder.predict(x_test, batch_size=500, verbose=0), 2, axis=-1)
        images = model.decoder.predict(mean, batch_size=500, verbose=0)
        price = ops.convert_to_numpy(divergence(*map(ops.convert_to_tensor, (mean, log_deviation)))).mean()
        planes[value] = mean
        found[value] = price, np.mean((images - x_test) ** 2)

    for value in WEIGHTS[:-1]:
        with kept(start):
            train(value)
    train(WEIGHTS[-1])
    rows = [(f"{value:g}", f"{found[value][0]:.2f}", f"{found[value][1]:.4f}") for value in sorted(found)]
    r.table(
        ["λ", "divergence in nats", "squared error of a pixel"], rows, title=f"test images ({r.data_name})"
    )
    small, middle, large = (found[value] for value in sorted(found))
    r.metric("divergence", middle[0])
    r.metric("error", middle[1])
    r.metric("divergence_saved_by_large_weight", middle[0] - large[0])
    r.metric("error_added_by_large_weight", large[1] - middle[1])
    r.metric("divergence_added_by_small_weight", small[0] - middle[0])
    ax.plot(*np.transpose([found[value] for value in sorted(found)]), "o-")
    for value, place in found.items():
        ax.annotate(f"λ = {value:g}", place, xytext=(-14, 9), textcoords="offset points")
    ax.margins(x=0.12, y=0.14)
    ax.set(
        title=f"Two latent numbers ({r.data_name})",
        xlabel="divergence from the prior (nats)",
        ylabel="squared error of a pixel",
    )
    return planes, model


def draw_plane(r, planes, y, decoder):
    """Codes of the test images for two λ, and between them the decoder's image at each point of a grid."""
    _, (codes, decoded, narrow) = r.figure("plane", 1, 3, size=(9.6, 3.6))
    for ax, value in ((codes, 1.0), (narrow, 10.0)):
        ax.scatter(*planes[value][:2000].T, c=y[:2000], cmap="tab10", s=5)
        ax.set_title(f"codes by class, λ = {value:g}")
    side = REACH * (2 * np.arange(SIDE) + 1 - SIDE) / SIDE  # the centers of the images, which fill the panel
    z = np.stack(np.meshgrid(side, side[::-1]), axis=-1).reshape(-1, 2).astype("float32")
    images = decoder.predict_on_batch(z)
    height, width = images.shape[1:3]
    whole = images.reshape(SIDE, SIDE, height, width).swapaxes(1, 2).reshape(SIDE * height, SIDE * width)
    decoded.imshow(whole, cmap="gray", vmin=-1, vmax=1, extent=(-REACH, REACH, -REACH, REACH))
    decoded.set_title("the plane decoded, λ = 1")
    for ax in (codes, decoded, narrow):
        ax.set(xlabel="z₁", aspect="equal", xlim=(-REACH, REACH), ylim=(-REACH, REACH))
        ax.grid(False)
    codes.set_ylabel("z₂")
