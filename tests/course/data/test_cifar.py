"""The binary format of CIFAR-10, from a small archive made here."""

import hashlib
import inspect
import io
import tarfile

import keras
import numpy as np
import pytest

import course.data
from course.data import cifar
from course.data.cards import Array
from tests.course.data.conftest import card_text

pytestmark = pytest.mark.backend_independent
RNG = np.random.default_rng(0)
X = {
    "train": RNG.integers(0, 256, (10, 4, 3, 3), "uint8"),
    "test": RNG.integers(0, 256, (2, 4, 3, 3), "uint8"),
}
Y = {"train": np.arange(10, dtype="uint8"), "test": np.array([3, 1], "uint8")}


class SmallCard:
    """The arrays of a card with 10 training and 2 test images of 4 × 3 pixels."""

    arrays = {
        f"{kind}_{split}": Array(f"{kind}_{split}", (), "uint8", values[split].shape, "")
        for kind, values in (("x", X), ("y", Y))
        for split in X
    }


def archive(leave_out="", cut=0):
    """Records as the authors write them: label, then the red, the green and the blue plane."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as tar:
        for split, files in cifar.BATCHES.items():
            share = len(Y[split]) // len(files)
            for i, file in enumerate(files):
                body = b""
                for k in range(i * share, (i + 1) * share):
                    planes = [X[split][k, :, :, channel].tobytes() for channel in range(3)]
                    body += bytes([Y[split][k]]) + b"".join(planes)
                body = body[: len(body) - cut]
                if file != leave_out:
                    info = tarfile.TarInfo(f"cifar-10-batches-bin/{file}")
                    info.size = len(body)
                    tar.addfile(info, io.BytesIO(body))
    return stream.getvalue()


def test_reads_images_with_channels_last_in_their_order():
    arrays = cifar.read(archive(), SmallCard)
    for split in X:
        np.testing.assert_array_equal(arrays[f"x_{split}"], X[split])
        np.testing.assert_array_equal(arrays[f"y_{split}"], Y[split])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"no archive", "no whole tar file"),
        (archive()[:200], "no whole tar file"),
        (archive()[:40] + bytes(40) + archive()[80:], "no whole tar file"),
        (archive(leave_out="data_batch_3.bin"), "lacks data_batch_3.bin"),
        (archive(cut=1), "data_batch_1.bin has 73 bytes, the card says 74"),
    ],
    ids=["no archive", "cut off", "damaged", "a file missing", "short records"],
)
def test_refuses_what_is_no_such_archive(content, message):
    with pytest.raises(ValueError, match=message):
        cifar.read(content, SmallCard)


def test_a_set_of_this_form_is_downloaded_and_cached(server, datasets):
    arrays = {f"{kind}_{split}": v[split] for kind, v in (("x", X), ("y", Y)) for split in X}
    axes = {"axes": ["batch", "height", "width", "channels"]}
    text = card_text(arrays, x_train=axes, x_test=axes)
    text += f'\n[upstream]\nbase = "{server.url}/"\nform = "cifar"\n'
    content = archive()
    text += f'\n[files."small.tar.gz"]\nsha256 = "{hashlib.sha256(content).hexdigest()}"\n'
    (datasets / "tiny" / "card.toml").write_text(text, encoding="utf-8")
    (server.folder / "small.tar.gz").write_bytes(content)
    for source in ("upstream", "cache"):
        d = course.data.load("tiny")
        assert d.source == source
        np.testing.assert_array_equal(d.x_train, X["train"])
        assert d.images("test").shape == (2, 4, 3, 3)


def test_the_card_names_the_place_that_keras_uses():
    card = course.data.card("cifar10")
    assert card.upstream["base"] in inspect.getsource(keras.datasets.cifar10.load_data)
    assert list(card.files) == ["cifar-10-binary.tar.gz"]
    assert card.arrays["x_train"].bytes == 50_000 * 32 * 32 * 3
    assert card.upstream["form"] == "cifar"
