"""Drawn faces: an identity has its own geometry; pose, light, expression and noise differ between its images."""

import numpy as np

from course.data.generated.sampling import labels, not_negative, positive

# What is fixed for an identity: name → smallest and largest value. Lengths are in units of half the image's side.
IDENTITY = {
    "head_width": (0.50, 0.70),
    "head_height": (0.66, 0.86),
    "chin": (0.0, 0.35),  # how much narrower the head is at the chin
    "skin": (0.55, 0.85),
    "hair": (0.05, 0.50),
    "hairline": (-0.62, -0.38),
    "side_hair": (0.0, 0.16),
    "eye_distance": (0.19, 0.31),
    "eye_height": (-0.20, -0.02),
    "eye_width": (0.08, 0.15),
    "iris": (0.0, 0.45),
    "brow_gap": (0.10, 0.17),
    "brow_thickness": (0.015, 0.05),
    "brow_tilt": (-0.25, 0.25),
    "nose_length": (0.18, 0.36),
    "nose_width": (0.05, 0.12),
    "mouth_height": (0.36, 0.48),
    "mouth_width": (0.14, 0.30),
    "lips": (0.02, 0.05),
    "glasses": (-1.0, 0.5),  # glasses are there above 0: a third of the identities
    "beard": (-0.75, 0.25),  # darkness of the beard above 0: a quarter of the identities
}
# What differs between the images of an identity, at variation 1.
POSE = {
    "shift_x": (-0.10, 0.10),
    "shift_y": (-0.10, 0.10),
    "turn": (-0.13, 0.13),  # radians, in the plane of the image
    "scale": (0.92, 1.08),
    "yaw": (-0.13, 0.13),  # the face looks to one side: its features move relative to the head
    "smile": (-0.06, 0.08),
    "mouth_open": (0.0, 0.06),
    "eyes_open": (0.35, 1.0),
    "brows_up": (-0.02, 0.04),
    "light_x": (-0.35, 0.35),
    "light_y": (-0.25, 0.25),
    "brightness": (0.75, 1.1),
    "background": (0.1, 0.9),
}


def faces(n=400, classes=40, size=32, variation=1.0, noise=0.03, seed=0):
    """Draw grey faces of several identities.

    An identity is a set of lengths and tones (head, hair, eyes, brows, nose, mouth, glasses, beard) that are the same
    in all its images. Position, turn, size, direction of the look, light, background, mouth, eyes and brows are drawn
    for each image. The edges are blurred over one pixel.

    Args:
        n: number of images, equally many of each identity.
        classes: number of identities.
        size: height and width in pixels.
        variation: 0 for equal images of an identity, 1 as above; every range shrinks or grows around its middle.
        noise: standard deviation of the Gaussian noise, as a share of the range from black to white.
        seed: of the random numbers.

    Returns:
        ``x`` uint8 (batch, height, width) and ``y`` int64 (batch,), the identity.
    """
    positive(n=n, classes=classes, size=size)
    not_negative(variation=variation, noise=noise)
    rng = np.random.default_rng(seed)
    y = labels(n, classes, rng)
    people = {name: rng.uniform(*limits, size=classes)[y] for name, limits in IDENTITY.items()}
    people |= {name: _around(limits, variation, n, rng) for name, limits in POSE.items()}
    x = np.empty((n, size, size), "uint8")
    for rows, image in _in_parts(people, size):
        image += np.float32(noise) * rng.standard_normal(image.shape, "float32")
        x[rows] = np.clip(np.rint(255 * image), 0, 255)
    return {"x": x, "y": y}


def draw(properties, size):
    """Draw faces without noise whose identity and pose are given.

    Args:
        properties: an array (batch,) for every name in ``IDENTITY`` and in ``POSE``.
        size: height and width in pixels.

    Returns:
        float32 (batch, size, size), from 0 for black to 1 for white.
    """
    return np.concatenate([np.clip(image, 0, 1) for _, image in _in_parts(properties, size)])


def _in_parts(properties, size):
    """Yield slices and their images; a few images at a time stay in the processor's cache."""
    columns = {name: value[:, None, None].astype("float32") for name, value in properties.items()}
    for start in range(0, len(columns["skin"]), 32):
        rows = slice(start, start + 32)
        yield rows, _draw({name: value[rows] for name, value in columns.items()}, size)


def _around(limits, variation, n, rng):
    middle = (limits[0] + limits[1]) / 2
    return middle + variation * (rng.uniform(*limits, size=n) - middle)


def _draw(f, size):
    """Images in [0, 1], shape (batch, height, width), from lengths and tones of shape (batch, 1, 1)."""
    blur = 2 / size  # one pixel
    steps = ((np.arange(size) + 0.5) * blur - 1).astype("float32")
    right, down = steps[None, None, :] - f["shift_x"], steps[None, :, None] - f["shift_y"]
    cos, sin = np.cos(f["turn"]) / f["scale"], np.sin(f["turn"]) / f["scale"]
    u, v = cos * right + sin * down, cos * down - sin * right

    def inside(distance):
        """1 where the signed distance is negative, 0 where it is positive, and a slope one pixel wide between."""
        return np.clip(0.5 - distance / blur, 0, 1)

    def ellipse(x, y, width, height):
        radius = np.sqrt((x / width) ** 2 + (y / height) ** 2)
        return inside((radius - 1) * np.minimum(width, height))

    def paint(mask, tone):
        nonlocal image
        image = image + mask * (tone - image)

    image = np.broadcast_to(f["background"], u.shape).copy()
    width = f["head_width"] * (1 - f["chin"] * np.clip(v / f["head_height"], 0, 1) ** 2)
    hair = f["side_hair"]
    paint(
        ellipse(u, v + 0.06, f["head_width"] + hair, f["head_height"] + 0.08) * inside(v - 4 * hair),
        f["hair"],
    )
    head = ellipse(u, v, width, f["head_height"])
    top = inside(v - f["hairline"] - 0.25 * u**2)
    paint(head * (1 - top), f["skin"])
    paint(head * top, f["hair"])
    beard = np.maximum(f["beard"], 0)
    paint(head * inside(f["mouth_height"] - 0.14 - v) * np.minimum(4 * beard, 1) * 0.8, f["hair"])

    across = u - f["yaw"]  # the features of the face move with the look, the outline stays
    eye_y, dark = v - f["eye_height"], 0.35 * f["skin"]
    for side in (-1, 1):
        eye_x = across - side * f["eye_distance"]
        openness = f["eye_width"] * (0.15 + 0.5 * f["eyes_open"])
        paint(ellipse(eye_x, eye_y, f["eye_width"], openness), 0.95)
        gaze = eye_x - 0.3 * f["yaw"]
        paint(
            ellipse(gaze, eye_y, 0.5 * f["eye_width"], np.minimum(0.5 * f["eye_width"], openness)), f["iris"]
        )
        brow_y = eye_y + f["brow_gap"] + f["brows_up"] - side * f["brow_tilt"] * eye_x
        paint(ellipse(eye_x, brow_y, 1.3 * f["eye_width"], f["brow_thickness"]), 0.6 * f["hair"])
        ring = np.abs(np.sqrt(eye_x**2 + eye_y**2) - 1.25 * f["eye_width"] - 0.02) - 0.015
        paint(inside(ring) * (f["glasses"] > 0), 0.05)
    bridge = inside(np.abs(across) - f["eye_distance"] + 1.25 * f["eye_width"]) * inside(
        np.abs(eye_y) - 0.015
    )
    paint(bridge * (f["glasses"] > 0), 0.05)

    nose_y = v - f["eye_height"] - f["nose_length"]
    paint(ellipse(across - 0.3 * f["yaw"], nose_y, f["nose_width"], 0.03), dark)
    ridge = inside(np.abs(across - 0.6 * f["nose_width"]) - 0.012) * inside(np.abs(nose_y + 0.1) - 0.1)
    paint(0.6 * ridge, dark)

    mouth_y = v - f["mouth_height"] - f["smile"] * (1 - 2 * (across / f["mouth_width"]) ** 2)
    across_mouth = inside(np.abs(across) - f["mouth_width"])
    paint(across_mouth * inside(np.abs(mouth_y) - f["lips"] - f["mouth_open"]), 0.5 * f["skin"])
    paint(across_mouth * inside(np.abs(mouth_y) - f["mouth_open"]), 0.1)
    return image * f["brightness"] * (1 + f["light_x"] * u + f["light_y"] * v)
