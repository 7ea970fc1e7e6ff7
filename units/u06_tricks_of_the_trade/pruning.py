"""Pruning by magnitude: masks, a schedule, and the bytes of what is left (§5.7)."""

import math

import numpy as np

LAYOUTS = ("dense", "bits", "indices")


def magnitude_masks(weights, sparsity, scope="global"):
    """Masks that remove the weights with the smallest absolute values.

    m = 0 for the ⌊Z · count⌉ smallest |w|, and m = 1 for all others

    ``"global"`` counts all arrays together, so that layers with small weights lose more of them and the output layer
    often loses few. ``"layer"`` removes the same share Z of each array. Weights that are 0 already are removed first,
    so a mask of a larger Z removes all that a smaller one has removed.

    Args:
        weights: a list of arrays of any shapes.
        sparsity: Z in [0, 1), the share of weights to remove.
        scope: ``"global"`` or ``"layer"``.

    Returns:
        A list of float32 arrays of zeros and ones, of the shapes of ``weights``.

    Raises:
        ValueError: Z is out of its range, or the scope is unknown.

    References: Han, Pool, Tran and Dally, "Learning both weights and connections for efficient neural networks" (2015).
    """
    if not 0 <= sparsity < 1:
        raise ValueError(f"The sparsity must be a number in [0, 1), not {sparsity!r}.")
    if scope not in ("global", "layer"):
        raise ValueError(f'scope must be "global" or "layer", not {scope!r}.')
    sizes = [np.abs(np.asarray(w)).ravel() for w in weights]
    if scope == "global":
        ends = np.cumsum([size.size for size in sizes])[:-1]
        masks = np.split(_keep_largest(np.concatenate(sizes), sparsity), ends)
    else:
        masks = [_keep_largest(size, sparsity) for size in sizes]
    return [m.reshape(np.shape(w)) for m, w in zip(masks, weights, strict=True)]


def _keep_largest(sizes, sparsity):
    """1 for the largest entries of a vector; among equal ones the first are removed."""
    mask = np.ones(sizes.size, "float32")
    mask[np.argsort(sizes, kind="stable")[: round(sparsity * sizes.size)]] = 0
    return mask


def gradual_sparsity(step, steps, final, initial=0.0):
    """The sparsity after a number of steps, rising fast at first, when many weights can be spared.

    Z_t = Z_T + (Z_0 − Z_T) (1 − t/T)³ for t ≤ T, and Z_T afterwards

    Args:
        step: t ≥ 0, a number.
        steps: T > 0.
        final: Z_T.
        initial: Z_0.

    Returns:
        Z_t.

    Raises:
        ValueError: t is negative or T is not positive.

    References: Zhu and Gupta, "To prune, or not to prune: exploring the efficacy of pruning for model compression"
    (2017).
    """
    if step < 0 or not steps > 0:
        raise ValueError(
            f"The step is at least 0 and the number of steps positive, not {step!r} and {steps!r}."
        )
    left = max(0.0, 1 - step / steps)
    # Z_T + (Z_0 − Z_T) (1 − t/T)³
    return final + (initial - final) * left**3


def pack(w, layout):
    """An array as it would be stored.

    | layout | what is stored | bytes |
    | --- | --- | --- |
    | dense | all numbers | 4 for each number |
    | bits | one bit for each number, and the numbers that are not 0 | 1/8 for each number, 4 for each that is not 0 |
    | indices | the numbers that are not 0, and their positions | 6 for each that is not 0; 8 from 65,536 numbers on |

    So the bits need less than the dense array as soon as Z > 1/32, and indices of 2 bytes less than the bits where
    Z > 15/16.

    Args:
        w: an array.
        layout: ``"dense"``, ``"bits"`` or ``"indices"``.

    Returns:
        A dictionary of arrays; the sum of their ``nbytes`` is the size.

    Raises:
        ValueError: the layout is unknown.
    """
    w = np.asarray(w)
    flat = w.ravel()
    if layout == "dense":
        return {"values": flat.copy()}
    if layout == "bits":
        return {"values": flat[flat != 0], "bits": np.packbits(flat != 0)}
    if layout == "indices":
        kind = "uint16" if flat.size < 2**16 else "uint32"
        return {"values": flat[flat != 0], "indices": np.flatnonzero(flat).astype(kind)}
    raise ValueError(f"The layout must be one of {', '.join(LAYOUTS)}, not {layout!r}.")


def unpack(stored, shape):
    """The array that ``pack`` was given.

    Args:
        stored: what ``pack`` returned.
        shape: of the array.
    """
    flat = np.zeros(math.prod(shape), stored["values"].dtype)
    if "bits" in stored:
        flat[np.unpackbits(stored["bits"], count=flat.size).astype(bool)] = stored["values"]
    else:
        flat[stored.get("indices", slice(None))] = stored["values"]
    return flat.reshape(shape)


def stored_bytes(weights, layout=None):
    """The size of several arrays, each in one layout.

    Args:
        weights: a list of arrays.
        layout: of ``pack``; None for the smallest one of each array.

    Returns:
        A number of bytes.
    """
    layouts = LAYOUTS if layout is None else [layout]
    return sum(min(sum(a.nbytes for a in pack(w, kind).values()) for kind in layouts) for w in weights)
