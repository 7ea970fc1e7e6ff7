"""Unit 5: convolutional neural networks (§6)."""
