"""Unit 1: introduction to machine learning (§1, §2)."""

# Rows 1 to 6: kinds of learning and data, linear models, classifiers, performance, statistics.

# Rows 7 to 10: splits, bias and variance, unsupervised learning, data growth.
