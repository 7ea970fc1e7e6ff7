"""Training on several devices and machines: one front, the backends' own engines behind it.

``front`` is what students and ``course run --strategy`` use; ``jax``, ``tensorflow`` and ``torch`` are three adapters
of the same shape, ``launch`` starts several processes and watches them, ``backup`` lets an interrupted run continue.

Imports no other room. Training asks it where a step runs; ``course run --strategy`` and users' programs call it. What
training has to do for it on torch (Keras's own models) is registered by training: see
``torch.train_plain_models_with``.
"""

from course.distribution.front import Strategy, strategy

__all__ = ["BackupAndRestore", "Strategy", "strategy"]


def __getattr__(name):
    if name == "BackupAndRestore":  # the one name here that needs Keras
        from course.distribution.backup import BackupAndRestore

        return BackupAndRestore
    raise AttributeError(f"module 'course.distribution' has no attribute {name!r}")
