"""The binary format of CIFAR-10: a tar archive of records, one byte for the label and three planes of 32 × 32."""

import io
import tarfile
import zlib

import numpy as np

BATCHES = {"train": [f"data_batch_{i}.bin" for i in range(1, 6)], "test": ["test_batch.bin"]}


def read(content, card):
    """Return the arrays of a ``cifar-10-binary.tar.gz`` file, with channels last.

    A record is: label | red plane | green plane | blue plane, each plane row by row. The five files of the training
    images are read in the order of their numbers, which is also that of ``keras.datasets.cifar10``; Keras reads
    Python's pickles of the same content, which could run a program.

    Args:
        content: the file's bytes.
        card: the ``Card``; no more is unpacked than its arrays fill.

    Returns:
        Dictionary of name → NumPy array.

    Raises:
        ValueError: the archive is broken or holds something else.
    """
    arrays = {}
    try:
        with tarfile.open(fileobj=io.BytesIO(content), mode="r:gz") as archive:
            members = {member.name.rpartition("/")[2]: member for member in archive if member.isfile()}
            for split, files in BATCHES.items():
                images, labels = card.arrays[f"x_{split}"], card.arrays[f"y_{split}"]
                number, height, width, channels = images.shape
                length = 1 + height * width * channels
                body = b"".join(
                    _body(archive, members, file, number // len(files) * length) for file in files
                )
                records = np.frombuffer(body, dtype="uint8").reshape(number, length)
                planes = records[:, 1:].reshape(number, channels, height, width)
                arrays[images.name] = np.ascontiguousarray(planes.transpose(0, 2, 3, 1))
                arrays[labels.name] = records[:, 0].copy()
    except (tarfile.TarError, OSError, EOFError, zlib.error) as error:
        raise ValueError(f"it is no whole tar file ({error})") from error
    return arrays


def _body(archive, members, file, size):
    if file not in members:
        raise ValueError(f"it lacks {file}")
    if members[file].size != size:
        raise ValueError(f"{file} has {members[file].size} bytes, the card says {size}")
    return archive.extractfile(members[file]).read(size)
