"""The seeds of a class: one secret, drawn at random, and from it the inputs of every file that is handed in.

With a seed that a student could know, a file that replays recorded answers would earn points. The secret is kept in
the gradebook and nowhere that students read. The seed of a file is a keyed hash of its bytes: every other file, another
student's or the next attempt, gets other inputs, so nothing that a page of results shows helps a later file. Equal
files get equal inputs, and so the same points.
"""

import hashlib
import hmac
import secrets

BITS = 128


def draw():
    """Return a new secret."""
    return secrets.randbits(BITS)


def of_file(secret, exercise, digest):
    """Return the seed of the inputs of a file, which has the hash `digest`, for an exercise, given by its name."""
    key = secret.to_bytes(BITS // 8, "big")
    return int.from_bytes(hmac.digest(key, f"{exercise}\0{digest}".encode(), hashlib.sha256)[:4], "big")
