"""A trained network in 8 bits and fewer: accuracy, error for each unit, and bytes (§5.7)."""

import tempfile
from pathlib import Path

import keras
import numpy as np
from keras import ops

import course
from course import figures
from units.u04_feedforward import Classifier
from units.u06_tricks_of_the_trade.int8_dense import int8_network
from units.u06_tricks_of_the_trade.quantization import dequantize, quantize

BITS = (2, 3, 4, 8)


def run(r):
    d = r.data()
    x, y, test, labels = d.features("train"), d.labels("train"), d.features("test"), d.labels("test")
    hidden = [
        keras.layers.Dense(width, activation="relu") for width in r.pick(quick=[128, 64], full=[300, 100])
    ]
    inputs = keras.Input(x.shape[1:])
    network = keras.Sequential([inputs, *hidden, keras.layers.Dense(d.classes)])
    model = Classifier(network, d.classes)
    model.compile(keras.optimizers.Adam(3e-3))
    # whole batches only: a shorter last batch would compile the step a second time
    whole = len(y) // 72 * 72
    with r.model("accuracy_float32", network.count_params()):
        model.fit(x[:whole], y[:whole], batch_size=72, epochs=r.pick(quick=12, full=10), verbose=0)
    r.model("accuracy_channel_8", network.count_params())

    test = ops.convert_to_tensor(test)
    # a program for all: each of its operations for each kernel would be a program of its own on JAX
    found = course.compiled(lambda x: in_fewer_bits(network, x))(test)
    logits = {name: ops.convert_to_numpy(value) for name, value in found["logits"].items()}
    stored = [[ops.convert_to_numpy(part) for part in layer] for layer in found["stored"]]
    accuracy = {name: np.mean(value.argmax(-1) == labels) for name, value in logits.items()}
    size = np.abs(logits["float32"]).max()
    r.metric("accuracy_float32", accuracy["float32"])
    for name, key in (("tensor_8", (8, False)), ("channel_8", (8, True)), ("affine_8", "affine")):
        r.metric(f"accuracy_{name}", accuracy[str(key)])
        r.metric(f"error_{name}", np.abs(logits[str(key)] - logits["float32"]).max() / size)
    r.metric("accuracy_channel_3", accuracy[str((3, True))])
    kernel = ops.convert_to_numpy(network.layers[0].kernel)
    draw(r, kernel, [ops.convert_to_numpy(back) for back in found["first kernel"]], accuracy)

    memory = {
        "float32": bytes_of(network),
        "int8, ours": sum(part.nbytes for layer in stored for part in layer),
    }
    disk = {"float32": bytes_on_disk(network)}
    network.quantize("int8", filters=lambda layer: isinstance(layer, keras.layers.Dense))
    memory["int8, Keras"], disk["int8, Keras"] = bytes_of(network), bytes_on_disk(network)
    theirs = ops.convert_to_numpy(course.compiled(lambda x: network(x))(test))
    # Keras's Δ is larger by 1e-7: the grey levels of the digits, k/16, often lie halfway between two integers, which
    # then are rounded differently; in the kernels this is rare
    r.metric("gap_to_keras", np.abs(theirs - logits[str((8, True))]).max() / size)
    apart = [
        np.sum(ours != ops.convert_to_numpy(layer.kernel))
        for (ours, *_), layer in zip(stored, network.layers, strict=True)
    ]
    r.metric("integers_apart_from_keras", sum(apart))
    r.metric("memory_over_float32", memory["int8, ours"] / memory["float32"])
    rows = [(name, f"{memory[name]:,}", f"{disk[name]:,}" if name in disk else "") for name in memory]
    r.table(["weights", "bytes in memory", "bytes of the .h5 file"], rows)


def in_fewer_bits(network, x):
    """The logits of all variants; kernels, Δ and biases in 8 bits; the first kernel in 4 bits, as floats again."""
    variants = {"float32": network}
    for bits in BITS:
        for per_channel in (False, True):
            variants[bits, per_channel], _ = int8_network(network, per_channel, bits=bits)
    variants["affine"], stored = int8_network(network, affine=True)
    kernel = network.layers[0].kernel
    return {
        "logits": {str(name): f(x) for name, f in variants.items()},
        "stored": [layer[:3] for layer in stored],
        "first kernel": [dequantize(*quantize(kernel, axis, 4)) for axis in (None, 0)],
    }


def draw(r, kernel, backs, accuracy):
    """The errors of the first kernel, unit by unit, and the accuracy by the number of bits."""
    _, (ax, ax_bits) = r.figure("bits", 1, 2, size=(10.5, 4))
    order = np.abs(kernel).max(0).argsort()
    ways = ((False, "one Δ for all", "o"), (True, "one Δ for each unit", "s"))
    for (per_channel, name, marker), back in zip(ways, backs, strict=True):
        error = np.sqrt(np.mean((back - kernel) ** 2, axis=0))
        ax.plot(error[order], label=name)
        values = [accuracy[str((bits, per_channel))] for bits in BITS]
        ax_bits.plot(BITS, values, marker=marker, label=name)
    ax.set(
        title="First kernel in 4 bits", xlabel="unit, by its largest weight", ylabel="root mean square error"
    )
    ax_bits.axhline(accuracy["float32"], linestyle=":", color=figures.COLOURS["grey"], label="float32")
    ax_bits.set(title="Inputs in 8 bits", xlabel="bits of a weight", ylabel="test accuracy")
    for panel in (ax, ax_bits):
        panel.legend()


def bytes_of(network):
    """The size of all variables."""
    return sum(ops.convert_to_numpy(v).nbytes for v in network.variables)


def bytes_on_disk(network):
    """The size of the file that ``save_weights`` writes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "network.weights.h5")
        network.save_weights(path)
        return path.stat().st_size
