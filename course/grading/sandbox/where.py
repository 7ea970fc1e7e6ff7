"""Where the functions of libraries stand: under which names, in which dictionaries. It runs in the candidate's process.

To read the dictionaries of all modules takes longer than to check a small file. A process that prepares the traps of
many exercises reads each of them once, and again when its length has changed.
"""

from course.grading.sandbox.trap import Trap


class Where:
    """Finds the names of functions and classes, and the dictionaries in which an object stands.

    An entry says where an object has been seen. Who uses it reads the dictionary again, so an entry that is no longer
    true does no harm.
    """

    def __init__(self):
        self._read = {}  # id of a dictionary → the dictionary, its length, the dictionaries in it
        self._named = {}  # name → pairs of a module and its key: the name itself, or with underscores around it
        self._holding = {}  # id of an object → the dictionaries with it
        self._traps = []  # the dictionaries with a trap

    def look(self, modules):
        """Read the dictionaries of these modules, and those in them, if they are new or have another length."""
        for module in modules:
            for inner in self._look(vars(module), module):
                self._look(inner)

    def named(self, name):
        """Return pairs of a module and a key of it that is this name, or this name with underscores around it."""
        return self._named.get(name, ())

    def holding(self, objects):
        """Return the dictionaries with one of the objects, given by their ids, or with a trap."""
        places = [*self._traps, *(place for number in objects for place in self._holding.get(number, ()))]
        return list({id(place): place for place in places}.values())

    def _look(self, place, module=None):
        """Read one dictionary, and return the dictionaries in it."""
        _, length, inner = self._read.get(id(place), (place, -1, ()))
        if length != len(place):
            inner = [value for value in list(place.values()) if type(value) is dict]
            self._read[id(place)] = place, len(place), inner
            for key, value in list(place.items()):
                if callable(value):
                    self._enter(place, module, key, value)
        return inner

    def _enter(self, place, module, key, value):
        self._holding.setdefault(id(value), []).append(place)
        if type(value) is Trap:
            self._traps.append(place)
        if module is not None:
            self._named.setdefault(key, []).append((module, key))
            if key[:1] == "_" and key.strip("_") != key:
                self._named.setdefault(key.strip("_"), []).append((module, key))
