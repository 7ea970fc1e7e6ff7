"""The archives of the sets of photographed faces: Olivetti's MATLAB file, and LFW's JPEG files in a tar archive.

Both sets are those of ``sklearn.datasets``: the same pixels, rounded to whole grey levels. Scikit-learn's own loaders
are not called, because they have no limit of size and no timeout, and keep a second copy of everything.
"""

import io
import tarfile
import zlib

import numpy as np

ROWS, COLUMNS = slice(70, 195), slice(78, 172)  # the part of a picture of LFW that shows the face


def olivetti(content, card):
    """Return the arrays of ``olivettifaces.mat``: ten images of each person, one after the other.

    Each column of the matrix ``faces`` is an image, its pixels column by column.

    Raises:
        ValueError: the file is broken or holds something else.
    """
    from scipy.io import loadmat

    number, height, width = card.arrays["x"].shape
    try:
        stored = loadmat(io.BytesIO(content), variable_names=["faces"])["faces"]
    except Exception as error:  # all exceptions of SciPy's parser for an invalid file
        raise ValueError(f"it is no MATLAB file with a matrix named faces ({error})") from error
    if stored.shape != (height * width, number):
        raise ValueError(f"faces has the shape {stored.shape}, not {(height * width, number)}")
    x = stored.astype("uint8")
    if not np.array_equal(x, stored):
        raise ValueError("faces does not hold whole numbers from 0 to 255")
    x = x.T.reshape(number, width, height).transpose(0, 2, 1)
    return {
        "x": np.ascontiguousarray(x),
        "y": (np.arange(number) // (number // card.classes)).astype("uint8"),
    }


def lfw(content, card):
    """Return the arrays of ``lfw-funneled.tgz``: one folder for each person, in alphabetical order.

    The middle of each picture is cut out, its sides are halved, and its three colours are averaged.

    Raises:
        ValueError: the file is broken, or a picture cannot be read.
    """
    found = []
    try:
        with tarfile.open(fileobj=io.BytesIO(content), mode="r:gz") as archive:
            for member in archive:
                parts = member.name.split("/")
                if member.isfile() and len(parts) >= 2 and parts[-1].endswith(".jpg"):
                    person = parts[-2].replace("_", " ")
                    found.append((person, parts[-1], _face(archive.extractfile(member).read())))
    except (tarfile.TarError, OSError, EOFError, zlib.error) as error:
        raise ValueError(f"it is no whole tar archive of JPEG files ({error})") from error
    if not found:
        raise ValueError("it holds no JPEG files")
    found.sort(key=lambda each: each[:2])
    _, y = np.unique([person for person, _, _ in found], return_inverse=True)
    return {"x": np.stack([face for _, _, face in found]), "y": y.astype("int64")}


def _face(jpeg):
    from PIL import Image

    with Image.open(io.BytesIO(jpeg)) as image:
        part = image.convert("RGB").crop((COLUMNS.start, ROWS.start, COLUMNS.stop, ROWS.stop))
        part = part.resize((part.width // 2, part.height // 2))
        return np.rint(np.asarray(part, "float32").mean(axis=2)).astype("uint8")
