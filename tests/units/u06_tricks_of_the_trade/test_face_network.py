"""O-Net holds the weights of the package mtcnn, and computes what the package computes."""

import sys
from importlib import metadata

import keras
import numpy as np
import pytest

import course
from units import u06_tricks_of_the_trade as u06

file = sys.modules[u06.face_network.__module__]


@pytest.fixture(scope="module")
def network():
    return u06.pretrained_face_network()


@pytest.mark.needs_backend("tensorflow")  # the package's own network is one of TensorFlow
def test_it_computes_what_the_package_computes(network):
    from mtcnn.stages.stage_onet import StageONet

    images = np.random.default_rng(0).uniform(-1, 1, size=(3, 48, 48, 3)).astype("float32")
    box, landmarks, probability = (np.asarray(v) for v in StageONet()._model(images))
    found = network(images)
    for name, expected in (("box", box), ("landmarks", landmarks), ("probability", probability)):
        np.testing.assert_allclose(keras.ops.convert_to_numpy(found[name]), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.backend_independent
def test_another_file_is_not_read(tmp_path, monkeypatch):
    class Other:
        def locate_file(self, name):
            return tmp_path / "onet.lz4"

    monkeypatch.setattr(file.metadata, "distribution", lambda name: Other())
    with pytest.raises(course.CourseError, match=r"mtcnn, which is not installed here: pip install .*tune"):
        u06.pretrained_face_network()
    (tmp_path / "onet.lz4").write_bytes(b"cos\nsystem\n")
    with pytest.raises(course.CourseError, match=r"is not the file of mtcnn 1\.0\.0"):
        u06.pretrained_face_network()

    def missing(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(file.metadata, "distribution", missing)
    with pytest.raises(course.CourseError, match="not installed here"):
        u06.pretrained_face_network()
