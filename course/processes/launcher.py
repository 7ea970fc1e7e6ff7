"""The description of a child process before its start: its command and all its environment variables."""

from typing import NamedTuple


class Launch(NamedTuple):
    """A command, all its environment variables, and whether the process that it starts is jailed."""

    argv: list
    env: dict
    jailed: bool = False
