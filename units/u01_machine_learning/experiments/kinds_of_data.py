"""Six kinds of data as arrays, and what a wrong encoding of a category costs (§2.1)."""

import numpy as np
from keras import ops

from course.figures import COLOURS
from units.u01_machine_learning.bag_of_words import bag_of_words, token_ids, vocabulary
from units.u01_machine_learning.encodings import codes, one_hot
from units.u01_machine_learning.least_squares import normal_equations, predict, with_constant
from units.u01_machine_learning.spectrum import amplitude_spectrum
from units.u01_machine_learning.vectorize import devectorize, to_grey, vectorize

RATE = 8000  # samples per second of the tones
SIZE = (8.6, 3.1)  # one row: its text can be read on a slide


def run(r):
    iris, digits, photo = r.data("iris"), r.data("digits"), r.data("sample_images").images()[:1, :, :427]
    growth, reviews = r.data("world_data"), r.data("reviews", n=400, seed=r.seed)
    tones = r.data("tones", n=60, noise=0.0, seed=r.seed)
    _, (table, mono, vector) = r.figure("tables_and_images", 1, 3, size=SIZE)
    _, (colour, grey, series) = r.figure("photographs_and_sequences", 1, 3, size=SIZE)
    _, (words, wave, spectrum) = r.figure("text_and_audio", 1, 3, size=SIZE, width_ratios=[2.3, 1, 1])

    image = digits.images("train")[:1]
    x, back = vectorize(image), devectorize(vectorize(photo), photo.shape[1:])
    r.metric("vectorize_round_trip_error", np.abs(ops.convert_to_numpy(back) - photo).max())
    table.imshow(iris.x[::10], aspect="auto")
    table.set(
        title="table: features in cm",
        xlabel="feature",
        ylabel="iris (every tenth)",
        xticks=range(4),
        yticks=range(0, 15, 5),
    )
    mono.imshow(image[0, ..., 0], cmap="gray_r")
    mono.set(title="grey image: 8 × 8 × 1", xlabel="column", ylabel="row")
    vector.stem(ops.convert_to_numpy(x)[0], basefmt=" ")
    vector.set(title="as a vector: p = 64", xlabel="feature", ylabel="value in [0, 1]")
    colour.imshow(photo[0])
    colour.set(title="colour: 427 × 427 × 3", xlabel="column", ylabel="row")
    grey.imshow(ops.convert_to_numpy(to_grey(photo))[0, ..., 0], cmap="gray")
    grey.set(title="grey: 427 × 427 × 1", xlabel="column", ylabel="row")
    series.plot(growth.year, growth.zettabytes, "o-")
    series.set(
        title="sequence: data per year", xlabel="year", ylabel="zettabytes", xticks=range(2010, 2026, 5)
    )

    short = [sentence for sentence in reviews.x if max(map(len, sentence.split())) <= 6]  # they fit in a cell
    sentences = [next(s for s in short if len(s.split()) == length) for length in (4, 5, 6)]
    V = vocabulary(reviews.x)
    ids = token_ids(sentences, V, length=6)
    words.imshow(ids > 0, cmap="Blues", vmin=0, vmax=2, aspect="auto")
    for (i, j), word in np.ndenumerate(ids):
        words.text(j, i, f"{V[word - 1]}\n{word}" if word else "0", ha="center", va="center")
    words.set(title="text: word numbers", xlabel="place", ylabel="review", yticks=range(3))
    bags = with_constant(bag_of_words(reviews.x, V))
    sentiment, half = 2.0 * reviews.labels() - 1, len(reviews.x) // 2
    theta = normal_equations(bags[:half], sentiment[:half], penalty=1.0)
    guess = np.sign(ops.convert_to_numpy(predict(bags[half:], theta)))
    r.metric("bag_of_words_accuracy", np.mean(guess == sentiment[half:]))
    r.log("One review in four contains the word not: a bag of words does not know which word it negates.")

    sines = tones.x[tones.y == 0]
    frequencies, amplitudes = amplitude_spectrum(sines, RATE)
    amplitudes = ops.convert_to_numpy(amplitudes)
    peaks = frequencies[amplitudes.argmax(axis=1)]
    r.metric("pitch_error_hz", np.abs(peaks - tones.pitch[tones.y == 0]).max())
    milliseconds = 1000 * np.arange(sines.shape[1]) / RATE
    wave.plot(milliseconds[:200], sines[0, :200])
    wave.set(title="audio: 8,000 a second", xlabel="time (ms)", ylabel="amplitude")
    spectrum.plot(frequencies, amplitudes[0])
    spectrum.axvline(tones.pitch[tones.y == 0][0], color=COLOURS["red"], linestyle=":", label="true pitch")
    spectrum.set(title="its spectrum", xlabel="frequency (Hz)", ylabel="amplitude", xlim=(0, 1500))
    spectrum.legend()
    _encodings(r)


def _encodings(r):
    """A linear model of a price: colour is nominal, size is ordinal; each encoded both ways."""
    colours, sizes = ["amber", "blue", "green", "red"], ["small", "medium", "large", "huge"]
    k, s = r.rng.integers(4, size=(2, 400))
    # The effect of the colours has no order; that of the sizes rises evenly.
    price = np.array([3.0, -2.0, 4.0, -1.0])[k] + 2.0 * s + 0.5 * r.rng.normal(size=400)
    colour = codes([colours[i] for i in k], order=colours)
    size = codes([sizes[i] for i in s], order=sizes)
    rows, errors = [], {}
    for name, nominal in (
        ("codes", colour[:, None]),
        ("one_hot", ops.convert_to_numpy(one_hot(colour, 4))[:, 1:]),
    ):
        for name2, ordinal in (
            ("codes", size[:, None]),
            ("one_hot", ops.convert_to_numpy(one_hot(size, 4))[:, 1:]),
        ):
            X = with_constant(np.concatenate([nominal, ordinal], axis=1))
            fit = ops.convert_to_numpy(predict(X, normal_equations(X[:200], price[:200])))
            errors[name, name2] = np.sqrt(np.mean((fit[200:] - price[200:]) ** 2))
            rows.append([name, name2, X.shape[1], f"{errors[name, name2]:.3f}"])
    r.table(["colour (nominal)", "size (ordinal)", "features", "test RMSE"], rows, "A price, noise 0.5")
    r.metric("rmse_nominal_as_codes", errors["codes", "codes"])
    r.metric("rmse_nominal_one_hot", errors["one_hot", "codes"])
