"""Layers of images read pixels of whole numbers, 0 to 255, as the same numbers in floating point."""

import numpy as np
import pytest
from keras import ops

from units import u05_convolution as u05
from units import u06_tricks_of_the_trade as u06
from units import u07_generative as u07

LAYERS = {
    "AveragePooling2D": u05.AveragePooling2D,
    "BlurPooling2D": u05.BlurPooling2D,
    "Conv2D": lambda: u05.Conv2D(4, 3),
    "Conv2DTranspose": lambda: u05.Conv2DTranspose(4, 3),
    "DepthwiseConv2D": lambda: u05.DepthwiseConv2D(3),
    "GlobalAveragePooling2D": u05.GlobalAveragePooling2D,
    "GlobalMaxPooling2D": u05.GlobalMaxPooling2D,
    "LayerScale": u05.LayerScale,
    "LocalResponseNormalization": u05.LocalResponseNormalization,
    "LoRADense": lambda: u06.LoRADense(4, 2),
    "MaxPooling2D": u05.MaxPooling2D,
    "P4Lifting": lambda: u05.P4Lifting(4),
    "RandAugment": u06.RandAugment,
    "RandomAffine": u05.RandomAffine,
    "SeparableConv2D": lambda: u05.SeparableConv2D(4, 3),
    "SpectralConv2D": lambda: u07.SpectralConv2D(4, 3),
    "SpectralDense": lambda: u07.SpectralDense(4),
}


@pytest.mark.parametrize("name", LAYERS)
def test_whole_numbers_are_read_as_the_same_floats(name):
    pixels = np.random.default_rng(0).integers(0, 256, (2, 8, 8, 3)).astype("uint8")
    layer = LAYERS[name]()
    expected = ops.convert_to_numpy(layer(pixels.astype("float32")))
    found = ops.convert_to_numpy(layer(pixels))
    np.testing.assert_allclose(found.astype("float32"), expected, rtol=1e-5, atol=1e-4)
