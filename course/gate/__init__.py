"""The gate: what must hold before a change lands. ``make test`` and CI both run ``python -m course.gate``.

``stages`` says what is run, ``costs`` what each unit and each part of the engine cost, ``changed`` what a change can
reach.

May import cli (its plain text) and processes (the variables that set the number of threads). Only people and CI call
it; nothing else in ``course`` imports this folder.
"""
