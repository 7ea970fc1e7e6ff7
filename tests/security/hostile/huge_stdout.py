"""Prints a text of unlimited length."""


def centre(x):
    for _ in range(32):
        print("x" * (1 << 20), flush=True)
    return 0 * x
