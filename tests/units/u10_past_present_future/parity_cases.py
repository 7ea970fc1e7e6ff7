"""The models of unit 10, very small, whose ten training steps must agree on the three backends.

Random draws come from ``course.testing.portable_random``.
"""
