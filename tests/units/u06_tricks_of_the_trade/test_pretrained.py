"""The real path of figure 1.1, without its downloads: weights from a file made here, folders made here."""

import keras
import numpy as np
import pytest
from keras import ops
from PIL import Image

import course
from course import catalog
from course.experiments import run_experiment
from units.u06_tricks_of_the_trade import ImageNetPixels, read_folders, vgg19_body
from units.u06_tricks_of_the_trade.experiments import vgg19_fruits


def test_pixels_are_those_of_keras():
    images = np.random.default_rng(0).integers(0, 256, size=(2, 3, 4, 3)).astype("uint8")
    expected = keras.applications.vgg19.preprocess_input(images.astype("float32"))
    got = ops.convert_to_numpy(ImageNetPixels()(images))
    np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-4)


@pytest.mark.backend_independent
def test_missing_weights_are_one_sentence(monkeypatch, tmp_path):
    with pytest.raises(course.CourseError, match=r"There is no file .*nothing\.h5 with weights of VGG19"):
        vgg19_body((32, 32, 3), tmp_path / "nothing.h5")

    def offline(**options):
        raise Exception("URL fetch failure on https://example.org: None -- unreachable")

    monkeypatch.setattr(keras.applications, "VGG19", offline)
    with pytest.raises(course.CourseError, match="could not be downloaded: go online once, or give the path"):
        vgg19_body((32, 32, 3))


@pytest.mark.backend_independent
def test_a_missing_set_is_one_sentence(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path))
    monkeypatch.delenv("COURSE_MIRROR", raising=False)
    with pytest.raises(course.data.DataOffline, match=r"fruits360 is not available.*holds fruits360.npz"):
        course.data.load("fruits360")


@pytest.mark.backend_independent
def test_folders_become_arrays(tmp_path):
    levels = {"Training": {"Lemon": (30, 60), "Apple": (90,)}, "Test": {"Apple": (120,), "Lemon": (150,)}}
    for split, kinds in levels.items():
        for kind, values in kinds.items():
            (tmp_path / split / kind).mkdir(parents=True)
            for i, value in enumerate(values):
                Image.new("RGB", (4, 3), (value, 0, 255)).save(tmp_path / split / kind / f"{i}.png")
    (tmp_path / "Training" / "Apple" / "notes.txt").write_text("no image", encoding="utf-8")
    arrays = read_folders(tmp_path)
    assert {name: array.shape for name, array in arrays.items()} == {
        "x_train": (3, 3, 4, 3),
        "y_train": (3,),
        "x_test": (2, 3, 4, 3),
        "y_test": (2,),
    }
    np.testing.assert_array_equal(arrays["x_train"][:, 0, 0], [[90, 0, 255], [30, 0, 255], [60, 0, 255]])
    np.testing.assert_array_equal(arrays["y_train"], [0, 1, 1])
    card = course.data.card("fruits360")
    assert {name: str(array.dtype) for name, array in arrays.items()} == {
        name: array.dtype for name, array in card.arrays.items()
    }
    Image.new("RGB", (5, 3)).save(tmp_path / "Test" / "Lemon" / "other.png")
    with pytest.raises(
        course.CourseError, match=r"files of one size, and has 3 files of the sizes \[\(3, 4\), \(3, 5\)"
    ):
        read_folders(tmp_path)
    (tmp_path / "Test" / "Plum").mkdir()
    with pytest.raises(course.CourseError, match="has other classes"):
        read_folders(tmp_path)
    with pytest.raises(course.CourseError, match=r"There is no folder .*Training"):
        read_folders(tmp_path / "nowhere")


@pytest.mark.backend_independent
def test_more_classes_than_a_byte_can_count(tmp_path):
    for split in ("Training", "Test"):
        for k in range(257):
            (tmp_path / split / f"{k:03}").mkdir(parents=True)
            Image.new("RGB", (1, 1)).save(tmp_path / split / f"{k:03}" / "0.png")
    labels = read_folders(tmp_path)["y_train"]
    assert labels.dtype == "uint16"
    np.testing.assert_array_equal(labels, np.arange(257))


@pytest.mark.slow
def test_the_full_recipe_runs_with_weights_from_a_file(monkeypatch, tmp_path):
    """VGG19 itself (20 million parameters) on images of 32 × 32, with weights that are saved here: about a minute."""
    random = vgg19_body((32, 32, 3), weights=None)
    assert random.count_params() == 20_024_384
    file = tmp_path / "vgg19.weights.h5"
    random.save_weights(file)
    rng = np.random.default_rng(0)
    bodies = []

    class Fruits:
        name, classes = "fruits360", 3
        x_train, x_test = (rng.integers(0, 256, size=(n, 32, 32, 3)).astype("uint8") for n in (6, 3))

        def labels(self, split):
            return np.arange(6 if split == "train" else 3, dtype="int32") % 3

    def body(shape):
        bodies.append(vgg19_body(shape, file))
        return bodies[-1]

    monkeypatch.setattr(vgg19_fruits, "vgg19_body", body)
    monkeypatch.setattr("course.experiments.running.Run.data", lambda self, *args, **options: Fruits())
    experiment = next(e for u in catalog.load().units for e in u.experiments if e.id == "vgg19_fruits")
    result = run_experiment(experiment, full=True)
    assert result.status == "ran", result.error  # there are no bands for what was not measured yet
    before, after = random.get_weights(), bodies[0].get_weights()
    # the kernels and biases of block 5 have moved, and nothing else
    moved = [(old != new).any() for old, new in zip(before, after, strict=True)]
    assert not any(moved[:-8])
    assert any(moved[-8:])
