"""Ends the process with the exit status 0 when it is imported."""

import os

os._exit(0)
