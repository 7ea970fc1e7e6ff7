"""Traps in classes: in the construction of their objects, and in single methods. It runs in the candidate's process."""

import contextlib
import functools
import inspect
import sys
import types

from course.catalog.forbidden import anywhere, bases, last, method
from course.grading.sandbox import kept
from course.grading.sandbox.callers import is_python
from course.grading.sandbox.fixed_classes import is_compiled, is_fixed, is_in_c, open_for_traps
from course.grading.sandbox.guard import functions
from course.grading.sandbox.libraries import is_complete

_MISSING = object()
_BEGIN_TO_COMPUTE = (
    "fit",
    "predict",
    "transform",
    "inverse_transform",
    "decision_function",
    "score",
    "call",
    "__call__",
    "forward",
    "update_state",
    "result",
    "on_",
)
_WITHOUT_OBJECT = staticmethod, classmethod, types.ClassMethodDescriptorType
_UNBOUND = type, *_WITHOUT_OBJECT


class ClassTraps:
    """Sets traps in classes; `done` holds the classes, and pairs (class, name of a method), that have theirs.

    Args:
        put: Function `(setter, key, value before, value after)` that replaces a value and can restore it.
        guard: Function `(function, name, declared)` that lets a Python function ask first.
        check_caller: Function `(name, declared)` that raises if a call is not allowed.
        check_direct: The same for what libraries may do with any name: define a subclass.
        refuse: Function `(name, declared)` that raises for every call.
        is_imported: Function that tells whether the import of a library led to the call.
    """

    def __init__(self, put, guard, check_caller, check_direct, refuse, is_imported):
        self.done = set()
        self._classes = {}  # forbidden class → its name, its declared name
        self._new = set()  # those of them that `forget` has not seen
        self._families = {}  # pattern of a method → how many classes had it
        self._held = []  # traps of methods that nobody may call
        self._put, self._check_caller, self._check_direct = put, check_caller, check_direct
        self._refuse, self._guard, self._is_imported = refuse, guard, is_imported

    def begin_again(self):
        """Begin with other names: the caller has removed all traps."""
        self.done, self._families = set(), {}

    def trap_class(self, cls, name, declared):
        """Trap the construction of objects of a class and of its subclasses.

        A class in C can make its objects without `__init__`, so its methods get traps, too.
        """
        fixed = is_fixed(cls)
        if cls in self.done or issubclass(cls, BaseException) or (fixed and _is_of_python(cls)):
            return
        if cls.__init__ is object.__init__ and not is_compiled(cls):
            self._trap_without_objects(cls, name, declared)
            return
        self.done.add(cls)
        self._classes[cls] = name, declared
        self._new.add(cls)
        check_direct, derived = self._check_direct, vars(cls).get("__init_subclass__")

        def __init_subclass__(subclass, **kwargs):
            check_direct(name, declared)
            if derived is not None:
                return derived.__func__(subclass, **kwargs)
            return super(cls, subclass).__init_subclass__(**kwargs)

        self._trap_in_class(cls, "__init__", name, declared, _made_nowhere(cls, declared))
        self.set_in_class(cls, "__init_subclass__", classmethod(__init_subclass__))
        self._trap_its_methods(cls, name, declared)
        self._trap_without_objects(cls, name, declared)

    def _trap_its_methods(self, cls, name, declared):
        """Trap the methods that a class defines: an object of it can be made without `__init__`.

        In a class in Python only those that begin to compute: libraries call the others thousands of times.
        """
        made_nowhere, fixed = _made_nowhere(cls, declared), is_fixed(cls)
        for key, value in list(vars(cls).items()):
            if not _is_callable_method(key, value):
                continue
            if isinstance(value, types.FunctionType):
                if not key.startswith(_BEGIN_TO_COMPUTE):
                    continue
                for function in functions(value) if not made_nowhere else ():  # the others are forgotten
                    self._guard(function, f"{name}.{key}", declared)
            elif fixed or is_in_c(value):
                self._trap_in_class(cls, key, name, declared, made_nowhere)

    def _trap_without_objects(self, cls, name, declared):
        """Trap the static and class methods in a module that is forbidden as a whole: they need no object."""
        for key, value in list(vars(cls).items()) if declared.endswith(".*") else ():
            if isinstance(value, _WITHOUT_OBJECT) and not key.startswith("__"):
                inner = getattr(value, "__func__", value)
                for function in functions(inner):
                    self._guard(function, f"{name}.{key}", declared)
                if is_in_c(inner) and (cls, key) not in self.done:
                    self.done.add((cls, key))
                    self._trap_class_method(cls, key, value, f"{name}.{key}", declared)

    def _trap_class_method(self, cls, key, value, name, declared):
        check = self._check_caller

        def trapped(cls, *args, **kwargs):
            return kept.fetch(trapped, args, kwargs).__get__(None, cls)(*args, **kwargs)

        kept.keep(trapped, value, lambda args, kwargs: check(name, declared, depth=5))
        trapped.__name__, trapped.__qualname__ = key, f"{cls.__qualname__}.{key}"  # for pickle
        self.set_in_class(cls, key, classmethod(trapped))

    def trap_methods(self, pairs):
        """Trap methods in their class, and in each subclass that has another version of the method.

        The other version may be defined in the subclass itself, or in a mixin before the trapped class.

        Args:
            pairs: Pairs (declared name, `library.Class.method`).
        """
        classes = {method(pattern) for _, pattern in pairs}  # torch writes docstrings while it is imported
        families = {of: _family(class_of(of)) if is_complete(of) else [] for of in classes}
        for declared, pattern in pairs:
            name, family = last(pattern), families[method(pattern)]
            if self._families.get(pattern) == len(family):  # no class is new since the last import
                continue
            self._families[pattern] = len(family)
            for cls in family:
                holder = next((base for base in cls.__mro__ if callable(vars(base).get(name))), None)
                if holder is not None and (holder, name) not in self.done:
                    for owner in {cls, holder}:  # a mixin offers the method under its own name, too
                        self.done.add((owner, name))
                        self._trap_in_class(
                            owner, name, f"{method(pattern)}.{name}", declared, anywhere(declared)
                        )

    def trap_ways(self, patterns, check_way):
        """Trap methods in C that could run any function unseen: libraries may call them.

        Args:
            patterns: Names `library.Class.method`.
            check_way: Function `(name, declared, trap)` that raises for a call from the candidate's file.
        """
        for pattern in patterns:
            cls, name = class_of(pattern.rpartition(".")[0]), last(pattern)
            if cls is not None and (cls, name) not in self.done and callable(vars(cls).get(name)):
                self.done.add((cls, name))
                self._trap_in_class(cls, name, pattern, "", False, check_way)

    def forget(self):
        """Delete the functions of methods and classes that are forbidden anywhere: nobody may call them."""
        for trapped in self._held:
            kept.forget(trapped)
        self._held.clear()
        for cls in list(self._new):  # this method is called after every import: a class is forgotten once
            name, declared = self._classes[cls]
            if _made_nowhere(cls, declared):  # without `__init__` an object can be made, too
                self._new.remove(cls)
                for key, value in [pair for pair in vars(cls).items() if _is_method(*pair)]:
                    self.set_in_class(cls, key, self._refusing(name, declared, value))

    def _refusing(self, name, declared, method):
        refuse, is_imported = self._refuse, self._is_imported

        def refused(*args, **kwargs):
            if not is_imported():  # a library may make an object, which has no methods any more
                refuse(name, declared)

        with contextlib.suppress(ValueError, TypeError):  # Keras reads it before it makes an object
            refused.__signature__ = inspect.signature(method)
        return refused

    def set_in_class(self, cls, key, value):
        """Set an attribute of a class, also of one in C, unless this Python cannot change it; or of another object."""

        def put(key, value):
            with open_for_traps(cls) if isinstance(cls, type) else contextlib.nullcontext():
                if value is _MISSING:
                    delattr(cls, key)
                else:
                    setattr(cls, key, value)

        with contextlib.suppress(TypeError):
            self._put(put, key, vars(cls).get(key, _MISSING), value)

    def _trap_in_class(self, cls, key, name, declared, everywhere, check_way=None):
        function, handed = getattr(cls, key), ()
        check = check_way or (self._refuse if everywhere else self._check_caller)
        if key == "__init__" and function is object.__init__:
            function = _init_nothing  # `object.__init__` accepts arguments only where it is not replaced
        more = {} if check == self._refuse else {"depth": 5}

        @functools.wraps(function)
        def trapped(*args, **kwargs):
            return kept.fetch(trapped, args, kwargs)(*args, **kwargs)

        kept.keep(trapped, function, lambda args, kwargs: check(name, declared, *handed, **more))
        if everywhere:
            self._held.append(trapped)
        if check_way:  # a library that the file hands the method to is no excuse
            handed = (trapped,)
        del trapped.__wrapped__  # a way to the function
        # Keras reads the signature without following wrappers; some built-in functions have none
        with contextlib.suppress(ValueError, TypeError):
            trapped.__signature__ = inspect.signature(function)
        self.set_in_class(cls, key, trapped)


def class_of(dotted):
    """Return the class `library.Class` if it is there already, else None."""
    library, _, name = dotted.rpartition(".")
    found = vars(sys.modules[library]).get(name) if sys.modules.get(library) else None
    return found if isinstance(found, type) else None


def _made_nowhere(cls, declared):
    """Tell whether libraries may not make objects of a class either: by its name, or by a base of its group."""
    return anywhere(declared) or any(
        issubclass(cls, base) for base in map(class_of, bases(declared)) if base is not None
    )


def _is_method(key, value):
    """Tell whether nothing is left of a method of a class that is forbidden everywhere."""
    kinds = (classmethod, staticmethod, property)
    if key in ("__init_subclass__", "__del__", "__repr__"):
        return False
    return isinstance(value, (types.FunctionType, *kinds)) or _is_callable_method(key, value)


def _is_callable_method(key, value):
    """Tell whether this is a method, also of a class in C, that needs an object and has no special meaning."""
    # `__pyx_fuse…` is a method of Cython for one data type
    special = key.startswith("__") and not key.startswith("__pyx_fuse")
    return key == "__call__" or not (isinstance(value, _UNBOUND) or not callable(value) or special)


def _is_of_python(cls):
    return not isinstance(cls.__module__, str) or is_python(cls.__module__)


def _init_nothing(self, *args, **kwargs):
    """Initialize an object of a class in C that its `__new__` has initialized."""


def _family(cls):
    """Return a class and all its subclasses."""
    return [] if cls is None else [cls, *(c for sub in type.__subclasses__(cls) for c in _family(sub))]
