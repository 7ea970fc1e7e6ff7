"""What a training step costs: ``fit`` of the course beside Keras's own and beside a native loop.

A case is a small file in ``course/bench/cases``; its native loops are the files of the same name in
``course/bench/native/BACKEND``. ``course bench`` runs them: see ``course.cli.bench``.

May import data, figures and processes. It finds the native loops by the names of their files. Only the command calls
it; a unit may bring a case of its own in its folder ``bench``.
"""
