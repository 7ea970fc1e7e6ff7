"""A training that suits all small convolutional networks: augmentation, Adam, one rise and fall of the rate (§6)."""

import keras

from units.u04_feedforward import Classifier


def trained(network, x, y, epochs, batch_size=64, rate=0.01, augmentation=None, classes=10):
    """Train a network that returns logits, and return the classifier around it.

    The learning rate rises to ``rate`` in a tenth of the steps, and falls to 0 along half a cosine in the others. The
    last images are left out if they do not fill a whole batch, so that every step has the same shape.

    Args:
        network: a functional model, images → logits.
        x, y: images (batch, height, width, channels) and class numbers (batch,).
        epochs, batch_size: of ``fit``.
        rate: the highest learning rate.
        augmentation: a layer that changes images in training, as a part of the compiled step; None for none.
        classes: number of logits.

    Returns:
        ``(model, history)``: a ``Classifier`` of unit 4 and the dictionary of ``fit``.

    Raises:
        ValueError: there is less than one whole batch.
    """
    image = keras.Input(network.input.shape[1:])
    images = image if augmentation is None else augmentation(image)
    model = Classifier(keras.Model(image, network(images)), classes)
    whole = len(x) // batch_size * batch_size
    if not whole:
        raise ValueError(f"{len(x)} images do not fill one batch of {batch_size}.")
    steps = epochs * whole // batch_size
    rise = max(1, steps // 10)
    schedule = keras.optimizers.schedules.CosineDecay(
        rate / 10, max(1, steps - rise), warmup_target=rate, warmup_steps=rise
    )
    model.compile(keras.optimizers.Adam(schedule))
    history = model.fit(x[:whole], y[:whole], batch_size=batch_size, epochs=epochs, verbose=0).history
    return model, history
