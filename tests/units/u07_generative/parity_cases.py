"""The models of unit 7, very small, whose ten steps must agree on the three backends.

Each case returns a compiled model and its data. Random draws come from ``course.testing.portable_random``.
"""

import keras
import numpy as np

from units import u07_generative as u07

STEPS, BATCH = 10, 16
SGD = keras.optimizers.SGD


def _images():
    return np.random.default_rng(0).uniform(-1, 1, size=(STEPS * BATCH, 8, 8, 1)).astype("float32")


def _points():
    return np.random.default_rng(0).normal(size=(STEPS * BATCH, 2)).astype("float32")


def _labels():
    return (np.arange(STEPS * BATCH) % 3).astype("int32")


def _trained(model, data):
    model.compile(SGD(0.01))
    return model, data


def ddpm_epsilon():
    network = u07.dense_denoiser(2, units=8, blocks=1)
    return _trained(
        u07.DDPM(network, (2,), T=30, schedule="linear", target="epsilon", limit=None), (_points(),)
    )


def ddpm_v_with_labels():
    network = u07.unet_denoiser((8, 8, 1), classes=3, widths=(8, 8), blocks=1, groups=4)
    return _trained(u07.DDPM(network, (8, 8, 1), classes=3, T=30), (_images(), _labels()))


def flow_matching():
    return _trained(u07.FlowMatching(u07.dense_denoiser(2, units=8, blocks=1), (2,)), (_points(),))


def face_swap():
    model = u07.FaceSwap(*u07.face_coders((8, 8, 1), units=8, latent=3))
    return _trained(model, ((_images(), _images()[::-1] / 2),))


CASES = {f.__name__: f for f in (ddpm_epsilon, ddpm_v_with_labels, flow_matching, face_swap)}
