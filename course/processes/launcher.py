"""What starts a child process: its command and its whole environment."""

from typing import NamedTuple


class Launch(NamedTuple):
    """A command, its whole environment, and whether what it starts is jailed."""

    argv: list
    env: dict
    jailed: bool = False
