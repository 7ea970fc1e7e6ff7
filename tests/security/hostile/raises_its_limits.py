"""Raises its own resource limits."""

import resource


def centre(x):
    for name in ("DATA", "CPU", "FSIZE", "NOFILE", "NPROC"):
        kind = getattr(resource, f"RLIMIT_{name}")
        limit = resource.getrlimit(kind)[1]
        if limit == resource.RLIM_INFINITY:
            return name
        try:
            resource.setrlimit(kind, (limit + 1, limit + 1))
            return name
        except (ValueError, OSError):
            pass
    raise LookupError("every limit holds")
