"""The format of the original MNIST and Fashion-MNIST files: gzip around a big-endian header and raw bytes."""

import gzip
import io
import struct
import zlib

import numpy as np


def read(content, spec):
    """Return the array of a ``…-idx1-ubyte.gz`` or ``…-idx3-ubyte.gz`` file.

        0 0 8 d | n_1 … n_d as big-endian int32 | bytes in C order

    Args:
        content: the file's bytes.
        spec: the card's ``Array``; no more is unpacked than it fills.

    Raises:
        ValueError: the file is broken or holds something else.
    """
    expected = struct.pack(f">BBBB{len(spec.shape)}i", 0, 0, 8, len(spec.shape), *spec.shape)
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as stream:
            header = stream.read(len(expected))
            body = bytearray(stream.read(spec.bytes + 1))
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError(f"it is no whole gzip file ({error})") from error
    if header != expected or len(body) != spec.bytes:
        raise ValueError(f"it does not hold bytes of shape {spec.shape}")
    return np.frombuffer(body, dtype="uint8").reshape(spec.shape)
