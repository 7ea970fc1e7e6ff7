"""Weights, operations and memory of a language model with grouped queries and gated feed-forward networks."""


def _kernels(heads, groups, d_model, d_inner):
    d = d_model // heads
    return 2 * d_model * d_model + 2 * d_model * groups * d + 3 * d_model * d_inner


def parameters(vocabulary, layers, heads, groups, d_model, d_inner):
    """The number of weights.

    Args:
        vocabulary: number of tokens.
        layers: number of blocks.
        heads: number of heads.
        groups: number of keys and values for the heads.
        d_model: width of the model.
        d_inner: width of the feed-forward networks.

    Returns:
        An integer.
    """
    block = _kernels(heads, groups, d_model, d_inner) + 2 * d_model
    return layers * block + d_model + 2 * vocabulary * d_model


def causal_flops(tokens, vocabulary, layers, heads, groups, d_model, d_inner):
    """Operations of all matrix products of a forward pass, if only pairs with s ≤ t are computed.

    Args:
        tokens: length of the sequence.
        vocabulary: number of tokens of the vocabulary.
        layers: number of blocks.
        heads: number of heads.
        groups: number of keys and values for the heads.
        d_model: width of the model.
        d_inner: width of the feed-forward networks.

    Returns:
        An integer.
    """
    products = layers * _kernels(heads, groups, d_model, d_inner) + vocabulary * d_model
    pairs = tokens * (tokens + 1) // 2
    attention = layers * pairs * 2 * d_model
    return 2 * (tokens * products + attention)


def sequences_that_fit(memory, tokens, vocabulary, layers, heads, groups, d_model, d_inner):
    """The number of sequences whose caches fit beside the weights, two bytes a number.

    Args:
        memory: number of bytes.
        tokens: length of each sequence.
        vocabulary: number of tokens of the vocabulary.
        layers: number of blocks.
        heads: number of heads.
        groups: number of keys and values for the heads.
        d_model: width of the model.
        d_inner: width of the feed-forward networks.

    Returns:
        An integer, 0 if the weights alone do not fit.
    """
    left = memory - 2 * parameters(vocabulary, layers, heads, groups, d_model, d_inner)
    cache = 2 * 2 * layers * tokens * groups * (d_model // heads)
    return max(left // cache, 0)


def batch_of_balance(flops_per_second, bytes_per_second):
    """The batch for which the products of a step take as long as reading its weights.

    Args:
        flops_per_second: operations that the device computes in a second.
        bytes_per_second: bytes that it reads in a second.

    Returns:
        A number.
    """
    # for each weight: 2 bytes are read, and 2 operations are computed for each sequence
    return flops_per_second / bytes_per_second
