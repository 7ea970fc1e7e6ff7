"""Sets drawn from a seed. Each generator's arguments are its options; each returns a dictionary of arrays."""

from course.data.generated.blobs import blobs
from course.data.generated.block_model import block_model
from course.data.generated.faces import faces
from course.data.generated.four_classes import four_classes
from course.data.generated.lending import lending
from course.data.generated.mnist1d import mnist1d
from course.data.generated.moons import moons
from course.data.generated.polynomial import polynomial
from course.data.generated.reviews import reviews
from course.data.generated.rings import rings
from course.data.generated.shapes import shapes
from course.data.generated.spirals import spirals
from course.data.generated.tones import tones
from course.data.generated.translation import translation
from course.data.generated.verses import verses

GENERATORS = {
    "block_model": block_model,
    "blobs": blobs,
    "faces": faces,
    "four_classes": four_classes,
    "lending": lending,
    "mnist1d": mnist1d,
    "moons": moons,
    "polynomial": polynomial,
    "reviews": reviews,
    "rings": rings,
    "shapes": shapes,
    "spirals": spirals,
    "tones": tones,
    "translation": translation,
    "verses": verses,
}

__all__ = ["GENERATORS", *GENERATORS]
