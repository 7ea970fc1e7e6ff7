"""The command and the environment of a child process."""

from typing import NamedTuple


class Launch(NamedTuple):
    """A command, its complete environment, and whether the process runs in a jail."""

    argv: list
    env: dict
    jailed: bool = False
