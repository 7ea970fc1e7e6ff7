"""Returns a list that contains itself."""


def centre(x):
    value = [1.0]
    value.append(value)
    return value
