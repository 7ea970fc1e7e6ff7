"""Does a training step mean the same on every backend? ``course portable FILE`` runs it on each and compares.

``worker`` runs a few steps in a process of its own on one backend, from weights and draws that are equal everywhere.
``compare`` says where losses, weights or state differ, and gives possible reasons. ``run`` starts the workers. The
command is in ``course.cli.portable``.
"""
