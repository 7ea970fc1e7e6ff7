"""The content: one package per unit, in the order of the course."""
