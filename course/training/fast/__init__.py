"""Everything that is there for speed alone: a step computes the same numbers (but for rounding) without it.

``course.fast`` says when it is used.

May import distribution, training and rules. The trainers of training call it.
"""
