"""The seeds of a class: one random secret, from which the seed of every submitted file is derived.

If a student knew the seed, a file that replays recorded answers would earn points. The secret is stored in the
gradebook, which students do not see. The seed of a file is a keyed hash of its bytes. Therefore a different file,
of another student or a later attempt, gets other inputs, and the inputs on a page of results do not help to write it.
Equal files get equal inputs, and so the same points.
"""

import hashlib
import hmac
import secrets

BITS = 128


def draw():
    """Return a new secret."""
    return secrets.randbits(BITS)


def of_file(secret, exercise, digest):
    """Return the seed of the inputs for a file with the hash `digest` and the exercise with this name."""
    key = secret.to_bytes(BITS // 8, "big")
    return int.from_bytes(hmac.digest(key, f"{exercise}\0{digest}".encode(), hashlib.sha256)[:4], "big")
