"""Deep and convolutional autoencoders beside PCA with codes of the same length; what each number of the code does."""

import keras
import numpy as np
from keras import ops

import course
from course import figures
from units.u01_machine_learning.pca import PCA
from units.u06_tricks_of_the_trade.autoencoder import Autoencoder, convolutional_coder, dense_coder

LATENT, SHOWN, STEPS = 8, 7, 7


def run(r):
    d = r.data()
    x, x_test = d.images("train"), d.images("test")
    features = x[0].size
    flat, flat_test = x.reshape(-1, features), x_test.reshape(-1, features)
    pca = PCA(LATENT).fit(flat)
    shown = {
        "image": flat_test,
        "PCA": numpy(pca.inverse_transform(pca.transform(flat_test))),
    }

    whole = r.whole(len(x), 128)
    deep = Autoencoder(*dense_coder(features, r.pick(quick=(128, 64), full=(512, 128)), LATENT, "elu"))
    train(deep, flat[:whole], r.pick(quick=0.01, full=2e-3), epochs=r.pick(quick=25, full=15), batch_size=128)
    # Latent traversals: one number of the code changes, the others keep the values of a test image.
    codes = numpy(course.compiled(lambda x: deep.encode(x))(np.concatenate([flat_test, flat])))
    codes_test, deviations = codes[: len(flat_test)], codes[len(flat_test) :].std(axis=0)
    widest = np.argsort(-deviations)[:4]
    paths = np.tile(codes_test[0], (len(widest), STEPS, 1))
    for path, j in zip(paths, widest, strict=True):
        path[:, j] += (np.linspace(-2, 2, STEPS) * deviations[j]).astype("float32")
    all_codes = np.concatenate([codes_test, paths.reshape(-1, LATENT)])
    decoded = numpy(course.compiled(lambda z: deep.decode(z))(all_codes))
    shown["deep"], traversals = decoded[: len(flat_test)], decoded[len(flat_test) :]
    convolutional = Autoencoder(
        *convolutional_coder(x.shape[1:], r.pick(quick=(16, 16), full=(32, 64)), LATENT, "elu")
    )
    batch_size = r.pick(quick=64, full=128)  # few epochs: each costs more than one of the deep network
    train(convolutional, x[:whole], r.pick(quick=0.02, full=2e-3), r.pick(quick=10, full=15), batch_size)
    shown["convolutional"] = convolutional.predict(x_test, batch_size=1000, verbose=0).reshape(-1, features)

    errors = {name: float(np.mean((images - flat_test) ** 2)) for name, images in shown.items()}
    (_, best), *others = list(errors.items())[1:]
    sizes = {"deep": deep.count_params(), "convolutional": convolutional.count_params()}
    rows = [[f"PCA, {LATENT} numbers", f"{best:.4f}", (LATENT + 1) * features]]
    rows += [[name, f"{error:.4f}", sizes[name]] for name, error in others]
    r.table(["", "test error of a pixel", "parameters"], rows)
    for name, error in others:
        r.metric(f"{name}_over_pca", error / best)

    fig, axes = r.figure("reconstructions", len(shown), size=(5.6, 3.9))
    fig.suptitle(f"{d.name}: what {LATENT} numbers keep")
    for ax, (name, images) in zip(axes, shown.items(), strict=True):
        draw(ax, images[:SHOWN], x.shape[1], name if name == "image" else f"{name}: {errors[name]:.4f}")

    fig, axes = r.figure("traversals", len(widest), size=(5.6, 4.2))
    fig.suptitle("One number of the code moves")
    changes = []
    for ax, j, images in zip(axes, widest, traversals.reshape(len(widest), STEPS, -1), strict=True):
        changes.append(np.abs(images[-1] - images[0]).mean())
        draw(ax, images, x.shape[1], f"number {j + 1}")
    r.metric("least_change_by_a_traversal", min(changes))


def train(model, x, learning_rate, epochs, batch_size):
    """Adam with a cosine to 0."""
    schedule = keras.optimizers.schedules.CosineDecay(learning_rate, epochs * -(-len(x) // batch_size))
    model.compile(keras.optimizers.Adam(schedule))
    model.fit(x, batch_size=batch_size, epochs=epochs, verbose=0)


def numpy(tensor):
    """A NumPy array."""
    return ops.convert_to_numpy(tensor)


def draw(ax, images, side, title):
    """Images side by side."""
    figures.image_rows(ax, images.reshape(-1, side, side), title=title, cmap="gray_r", vmin=0, vmax=1)
