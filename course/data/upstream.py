"""The source of a set on the internet, as its card names it (for MNIST that of ``keras.datasets``).

Keras's own loader is not called: it has no timeout and no limit, checks no hash for Fashion-MNIST, and would
keep a second copy of everything.
"""

import hashlib
import io

from course.data import cifar, container, idx, photographs, texts, transfer
from course.data.verify import Place, check, refused

# The form of a source that consists of one file for all arrays → its reader.
WHOLE = {"cifar": cifar.read, "olivetti": photographs.olivetti, "lfw": photographs.lfw}


def read(card):
    """Download a set, compare its files and then its arrays with the card, and return the arrays.

    Raises:
        DataRefused: the download differs from its card.
        Unreachable: the download failed.
    """
    arrays = {}
    for name, file in card.files.items():
        url = card.upstream["base"] + name
        place = Place(
            f"the download {url}", "Nothing was kept. Try again; if it persists, tell the course's authors."
        )
        content = _file(card, file, url, place)
        if card.upstream["form"] == "npz":
            return container.read(io.BytesIO(content), card, place)
        try:
            if reader := WHOLE.get(card.upstream["form"]):
                arrays |= reader(content, card)
            elif card.upstream["form"] == "text":
                arrays[file["array"]] = texts.raw_array(content, name, card.arrays[file["array"]])
            else:
                arrays[file["array"]] = idx.read(content, card.arrays[file["array"]])
        except ValueError as error:
            raise refused(card, place, str(error)) from error
    check(card, arrays, Place(f"the download {card.upstream['base']}", "Nothing was kept."))
    return arrays


def _file(card, file, url, place):
    try:
        content = transfer.download(url, file.get("most_bytes", container.limit(card)))
    except transfer.TooLong as error:
        raise refused(card, place, str(error)) from error
    except transfer.NotThere as error:
        raise transfer.Unreachable(f"{url} is no longer there") from error
    for algorithm in ("sha256", "md5"):
        expected = file.get(algorithm)
        found = hashlib.new(algorithm, content, usedforsecurity=False).hexdigest()
        if expected and found != expected:
            raise refused(card, place, f"its {algorithm.upper()} is {found}, the card says {expected}")
    return content
