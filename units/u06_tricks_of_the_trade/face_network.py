"""O-Net, a small network for faces, with weights that others learned from photographs (§6.5)."""

import hashlib
import io
from importlib import metadata

import keras
from keras import layers

import course
from course.backend import install

FILE = "mtcnn/assets/weights/onet.lz4"  # of version 1.0.0 of the package ``mtcnn``, which has the MIT licence
SHA256 = "94f6ea2f4cf985275ee958cdd762d17b6009348a4fb9d8c6be39ba73ffd22ca3"


def face_network():
    """O-Net, the last one of the three networks of MTCNN: is this a face, and where are its box and its landmarks?

    Four convolutions with parametric rectifiers, max(0, z) + α min(0, z) with an α for each channel, maximum pooling
    between them, a dense layer of 256 units, and three linear outputs.

    Shapes: images (batch, 48, 48, 3) in [−1, 1] → a dictionary with

        "features"     (batch, 256), what the three outputs are computed from
        "box"          (batch, 4), how far the edges of the face are from those of the image, as shares of its size
        "landmarks"    (batch, 10), the horizontal and then the vertical places of the left eye, the right eye, the tip
                       of the nose, and the left and right end of the mouth, as shares of the image's size
        "probability"  (batch, 2), of "no face" and "face"

    Returns:
        A ``keras.Model`` with 389,040 parameters, which start at random.

    References: §6.5; Zhang, Zhang, Li and Qiao, "Joint face detection and alignment using multitask cascaded
    convolutional networks" (2016).
    """
    images = keras.Input((48, 48, 3))
    h = _rectified(layers.Conv2D(32, 3)(images))
    h = _rectified(layers.Conv2D(64, 3)(layers.MaxPooling2D(3, 2, padding="same")(h)))
    h = _rectified(layers.Conv2D(64, 3)(layers.MaxPooling2D(3, 2)(h)))
    h = _rectified(layers.Conv2D(128, 2)(layers.MaxPooling2D(2, 2, padding="same")(h)))
    # the weights were learned with the width as the first axis
    h = layers.Flatten()(layers.Permute((2, 1, 3))(h))
    features = layers.PReLU()(layers.Dense(256)(h))
    outputs = {
        "features": features,
        "box": layers.Dense(4)(features),
        "landmarks": layers.Dense(10)(features),
        "probability": layers.Dense(2, activation="softmax")(features),
    }
    return keras.Model(images, outputs)


def _rectified(z):
    return layers.PReLU(shared_axes=[1, 2])(z)


def pretrained_face_network():
    """``face_network`` with the weights in the package ``mtcnn``: those of the paper, learned from photographs.

    The photographs are those of WIDER FACE and CelebA. The package is not imported, since it needs TensorFlow: only its
    file is read.

    Raises:
        CourseError: the package is not installed, or its file is another one than the one that the course knows.
    """
    try:
        file = metadata.distribution("mtcnn").locate_file(FILE)
        content = file.read_bytes()
    except (metadata.PackageNotFoundError, OSError):
        raise course.CourseError(
            f"The weights come with the package mtcnn, which is not installed here: {install('tune')}"
        ) from None
    # the file is a pickle, which can run code when it is read: only the known one is
    if hashlib.sha256(content).hexdigest() != SHA256:
        raise course.CourseError(f"{file} is not the file of mtcnn 1.0.0: {install('tune')}")
    import joblib

    network = face_network()
    network.set_weights(joblib.load(io.BytesIO(content)))  # what was compared, not the file again
    return network
