"""The proxy through which a check uses a candidate's functions and objects, which live in another process.

`candidate.softmax(z)` sends `z` and returns the result as NumPy arrays. `layer = candidate.Dense(3)` returns a
handle, because a layer cannot be sent; `layer(x)`, `layer.call(x)`, `layer.kernel`, `layer.weights` and `len(layer)`
work on the handle, and a handle may be an argument of another call.
"""


class Handle:
    """An object in the candidate's process. Handle 0 is the candidate's file itself."""

    def __init__(self, session, number, kind, label):
        self._session = session
        self._number = number
        self._kind = kind
        self._label = label

    @property
    def noun(self):
        """A noun for the object, to be used in a message."""
        if self._kind in ("function", "class"):
            return f"the {self._kind} {self._label}"
        return f"an object of type {self._kind}"

    def __getattr__(self, name):
        if name.startswith(
            "__"
        ):  # NumPy and `copy` look up special methods; they must not reach the candidate
            raise AttributeError(name)
        return self._session.get(self, name)

    def __call__(self, *args, **kwargs):
        """Call the object in the candidate's process and return the result."""
        return self._session.call(self, args, kwargs)

    def __len__(self):
        return self._session.call(self._session.get(self, "__len__"), (), {})

    def __getitem__(self, key):
        return self._session.call(self._session.get(self, "__getitem__"), (key,), {})

    def __iter__(self):
        return (self[i] for i in range(len(self)))

    def __bool__(self):
        return True

    def __repr__(self):
        return f"<{self.noun} in the candidate's process>"
