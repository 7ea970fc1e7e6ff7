"""Transfer learning: a trained network with a new last layer, as fixed features or as a start (§6.5)."""

import keras

from units.u03_optimization.hyperparameters import check_size


def with_new_head(network, classes, name="head"):
    """A copy of a trained network whose last layer is a new dense layer; all other weights are copied.

    Args:
        network: a built functional or sequential model whose last layer gives the logits of the old task.
        classes: number of logits of the new task.
        name: of the new layer.

    Returns:
        A functional ``keras.Model``, all of its layers trainable. The network itself is not changed.
    """
    copy = keras.models.clone_model(network)
    copy.set_weights(network.get_weights())
    copy.trainable = True
    return keras.Model(
        copy.inputs[0], keras.layers.Dense(check_size("classes", classes), name=name)(copy.layers[-1].input)
    )


def train_only(network, names):
    """Freeze all layers of a network but some: feature extraction, if only the new head is named.

    A frozen layer gets no gradient, and a frozen ``BatchNormalization`` of Keras uses its moving statistics and leaves
    them as they are, whatever ``training`` says.

    Args:
        network: a model.
        names: of the layers that train. A nested model is one layer.

    Raises:
        ValueError: there is no such layer.
    """
    names = (names,) if isinstance(names, str) else tuple(names)
    known = [layer.name for layer in network.layers]
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ValueError(f"There is no layer {unknown[0]!r}; the layers are {', '.join(known)}.")
    network.trainable = True  # the model's own switch hides those of its layers
    for layer in network.layers:
        layer.trainable = layer.name in names


def features(network, x, batch_size=256):
    """What the last layer of a network gets as its input, computed once: an array (batch, features).

    If the body is frozen, its outputs never change. A head that is trained on them costs no pass through the body, in
    any epoch.

    Args:
        network: a built functional or sequential model.
        x: inputs of the network.
        batch_size: of ``predict``.
    """
    body = keras.Model(network.inputs[0], network.layers[-1].input)
    return body.predict(x, batch_size=min(batch_size, len(x)), verbose=0)
