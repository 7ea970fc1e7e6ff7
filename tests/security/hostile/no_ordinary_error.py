"""Raises what `except Exception` does not catch: an interrupt, an end of generators, and an exception of its own."""


class Mine(BaseException):
    pass


def centre(x):
    raise Mine("not to be caught") from KeyboardInterrupt(GeneratorExit())
