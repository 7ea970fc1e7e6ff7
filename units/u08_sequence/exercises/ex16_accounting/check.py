"""Checks for ex16: the shapes of all kernels are listed, and products are counted pair by pair."""

from course.grading import close, equal, part

NAMES = ("vocabulary", "layers", "heads", "groups", "d_model", "d_inner")
SMALL = (10, 1, 2, 1, 4, 6)
LLAMA_2_7B = (32_000, 32, 32, 32, 4096, 11_008)


def kernels(vocabulary, layers, heads, groups, d_model, d_inner):
    """Shapes (rows, columns) of all matrices that multiply something, the head last."""
    d = d_model // heads
    block = [(d_model, d_model)] * 2 + [(d_model, groups * d)] * 2
    block += [(d_model, d_inner)] * 2 + [(d_inner, d_model)]
    return block * layers + [(d_model, vocabulary)]


def count(vocabulary, layers, heads, groups, d_model, d_inner):
    matrices = kernels(vocabulary, layers, heads, groups, d_model, d_inner)
    scales = (2 * layers + 1) * d_model
    return sum(rows * columns for rows, columns in matrices) + vocabulary * d_model + scales


def flops(tokens, sizes):
    _, layers, heads, _, d_model, _ = sizes
    total = 0
    for t in range(tokens):
        total += sum(2 * rows * columns for rows, columns in kernels(*sizes))
        for _head in range(layers * heads):
            total += (t + 1) * 2 * (d_model // heads) * 2
    return total


def drawn(rng):
    groups, share = int(rng.integers(1, 4)), int(rng.integers(2, 4))
    heads = groups * share
    d_model = heads * int(rng.integers(2, 9))
    return (
        int(rng.integers(20, 90)),
        int(rng.integers(2, 6)),
        heads,
        groups,
        d_model,
        int(rng.integers(9, 70)),
    )


@part("the number of weights", points=3, hint="LLaMA 2 with 7 billion weights has exactly 6,738,415,616")
def weights(candidate, rng):
    for sizes in (SMALL, LLAMA_2_7B, drawn(rng)):
        inputs = dict(zip(NAMES, sizes, strict=True))
        equal(candidate.parameters(*sizes), count(*sizes), inputs=inputs)


@part("operations with the causal mask", points=2, hint="how many pairs have three tokens?")
def operations(candidate, rng):
    for tokens, sizes in ((3, SMALL), (1, SMALL), (int(rng.integers(4, 20)), drawn(rng))):
        inputs = {"tokens": tokens, **dict(zip(NAMES, sizes, strict=True))}
        equal(candidate.causal_flops(tokens, *sizes), flops(tokens, sizes), inputs=inputs)


@part("sequences that fit", points=3, hint="keys and values, for each layer, token and group")
def fit(candidate, rng):
    sizes = drawn(rng)
    tokens = int(rng.integers(4, 20))
    _, layers, heads, groups, d_model, _ = sizes
    one = 4 * layers * tokens * groups * (d_model // heads)
    whole = 2 * count(*sizes)
    cases = [(500, 3, SMALL, 3), (400, 3, SMALL, 0)]
    cases += [(whole + 7 * one, tokens, sizes, 7), (whole + 7 * one - 1, tokens, sizes, 6)]
    for memory, length, chosen, right in cases:
        inputs = {"memory": memory, "tokens": length, **dict(zip(NAMES, chosen, strict=True))}
        equal(candidate.sequences_that_fit(memory, length, *chosen), right, inputs=inputs)


@part(
    "the batch in balance", points=1, hint="for each weight: two bytes, and two operations for each sequence"
)
def balance(candidate, rng):
    for compute, read in ((100.0, 20.0), (float(rng.uniform(1e14, 9e14)), 3e12)):
        inputs = {"flops_per_second": compute, "bytes_per_second": read}
        close(candidate.batch_of_balance(compute, read), compute / read, inputs=inputs, rtol=1e-6)
