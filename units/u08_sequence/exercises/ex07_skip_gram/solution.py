"""Skip-gram by its derivatives, and the vectors that need no training."""

from keras import ops


def cost_and_derivatives(u, v, wrong):
    """The cost of one pair with its drawn words, and the derivatives by the vectors.

    C = −log σ_Sig(u · v) − ∑_j log σ_Sig(−u · v_j)

    Args:
        u: vector of the word, shape (d_model,).
        v: vector of its true neighbour, shape (d_model,).
        wrong: vectors v_j of the drawn words, one a row, shape (negatives, d_model).

    Returns:
        C and its derivatives by u, v and wrong, in the shapes of u, v and wrong.
    """
    true, drawn = ops.sum(u * v), ops.matmul(wrong, u)
    cost = ops.softplus(-true) + ops.sum(ops.softplus(drawn))
    a, b = ops.sigmoid(true) - 1, ops.sigmoid(drawn)
    return cost, a * v + ops.matmul(b, wrong), a * u, b[:, None] * u[None, :]


def information(counts, negatives, power):
    """The products u_w · v_s with the smallest mean cost, with their negative values set to 0.

    M_{w s} = max(0, log( p(w, s) / (p(w) q(s)) ) − log k),   q(s) ∝ c_s^power,   c_s = ∑_w counts_{w s}

    Args:
        counts: how often word w (row) has the neighbour s (column), shape (words, words). Every row and every column
            has an entry that is not 0.
        negatives: k.
        power: of the counts in the noise q.

    Returns:
        M, shape (words, words); 0 for a pair that was never seen.
    """
    weights = ops.power(ops.sum(counts, axis=0), power)
    q = weights / ops.sum(weights)
    share = counts / ops.sum(counts, axis=1, keepdims=True)  # p(w, s) / p(w)
    seen = counts > 0
    z = ops.log(ops.where(seen, share, 1.0) / q) - ops.log(ops.cast(negatives, "float32"))
    return ops.where(seen, ops.maximum(z, 0.0), 0.0)


def analogy(vectors, a, b, c):
    """The word that is to c what b is to a.

    The direction n_b − n_a + n_c, where n_w = u_w / ‖u_w‖; the answer is the word with the largest cosine to it, other
    than a, b and c.

    Args:
        vectors: u, one a row, none of them 0, shape (words, d_model).
        a, b, c: numbers of words.

    Returns:
        The number of the word.
    """
    n = vectors / ops.sqrt(ops.sum(vectors**2, axis=1, keepdims=True))
    cosines = ops.matmul(n, n[b] - n[a] + n[c])  # the length of the direction is the same for all words
    words = ops.arange(vectors.shape[0])
    given = (words == a) | (words == b) | (words == c)
    return ops.argmax(ops.where(given, -1e9, cosines))
