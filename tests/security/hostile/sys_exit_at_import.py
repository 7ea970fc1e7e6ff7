"""Calls sys.exit before the first request."""

import sys

sys.exit(0)
