"""The memory of torch's device."""

import torch


def is_gpu():
    """Whether torch computes on a GPU."""
    return torch.cuda.is_available()


def start():
    """Forget earlier peaks; return the bytes in use."""
    torch.cuda.reset_peak_memory_stats()
    return torch.cuda.memory_allocated()


def peak():
    """The most bytes in use since ``start``."""
    return torch.cuda.max_memory_allocated()
