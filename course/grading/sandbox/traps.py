"""Makes forbidden functions raise if the candidate's file calls them. This module runs in the candidate's process.

`shortcuts.py` reads the file; this module notices the calls at run time, under any name. Before the file is executed,
every forbidden function is replaced by a trap in all modules that contain it, also in modules that are imported later
(`late.py`); a forbidden class gets the trap in the class itself. To find all of them takes longer than to check a small
file; a process that forks for every file does it once for each list of forbidden names (`prepare`). A trap raises only
for calls from the candidate's file; libraries can still use their functions. An attacker, who controls this process,
can avoid the traps; they are there to point out an honest mistake.
"""

import contextlib
import functools
import inspect
import sys

from course.catalog.forbidden import kind, last, matches, method, patterns
from course.grading.sandbox.late import LateImports
from course.grading.sandbox.torch_functions import TorchFunctions
from course.grading.sandbox.trap import Trap

# maximal number of frames between a call and the candidate's file: functions like `map`, metaclasses
_STEPS = 6
_MISSING = object()
_ENGINE = "torch.autograd.Variable._execution_engine.run_backward"


class ForbiddenShortcut(Exception):
    """The exercise asks you to write this yourself."""


class Traps:
    """Replaces forbidden functions and classes for one candidate; `calls` lists the forbidden names that it called."""

    def __init__(self):
        self.calls = []
        self._path = None
        self._names, self._wholes, self._methods = {}, [], []
        self._replaced = []  # (setter, key, original value, trap)
        self._functions = {}  # id of a forbidden function → its Trap, which keeps a reference to the function
        self._classes = set()
        self._prepared = {}  # forbidden names and the number of modules → the traps, which are not set
        self._late = LateImports(self._trap_modules)
        self._torch = TorchFunctions(self.check_caller)
        sys.meta_path.insert(0, self._late)

    def prepare(self, forbidden):
        """Make the traps for some forbidden names without setting them, for all forks of this process."""
        if forbidden and _known(forbidden) not in self._prepared:
            self.set(forbidden, "")
            made = self._replaced, self._functions, self._classes
            self.set((), "")
            self._prepared[_known(forbidden)] = made

    def set(self, forbidden, path):
        """Remove the old traps and set new ones for the candidate's file at `path`."""
        self._torch.stop()
        for put, key, before, _ in reversed(self._replaced):
            put(key, before)
        self._replaced, self._functions, self._classes = [], {}, set()
        self.calls, self._path = [], path
        self._sort(patterns(forbidden))
        self._late.active = bool(forbidden)
        if forbidden:
            if (made := self._prepared.get(_known(forbidden))) is not None:
                self._set_prepared(*made)
            else:
                libraries = [module for name, module in sys.modules.items() if _is_library(name, module)]
                self._trap_modules(libraries)
            self._torch.start(patterns(forbidden))

    def _set_prepared(self, replaced, functions, classes):
        self._replaced, self._functions, self._classes = list(replaced), dict(functions), set(classes)
        for put, key, _, trap in replaced:
            put(key, trap)

    def _sort(self, pairs):
        """Sort the patterns into names, whole modules, and methods."""
        self._names, self._wholes, self._methods = {}, [], []
        for declared, pattern in pairs:
            if last(pattern) == "*":
                self._wholes.append((declared, pattern))
            elif method(pattern):
                self._methods.append((declared, pattern))
            else:
                self._names.setdefault(last(pattern), []).append((declared, pattern))
                if pattern.startswith("*."):  # z.softmax(-1)
                    self._methods.append((declared, f"torch.Tensor.{last(pattern)}"))

    def check_caller(self, name, declared, trap=None):
        """Raise if the call came from the candidate's file, directly or through a function that got `trap` as argument.

        Raises:
            ForbiddenShortcut: The candidate called a forbidden function.
        """
        frame = sys._getframe(2)
        for _ in range(_STEPS):
            if frame is None:
                return
            if self._path in (frame.f_code.co_filename, frame.f_globals.get("__file__")):
                self.calls.append(declared)
                raise ForbiddenShortcut(
                    f"{name} is a forbidden shortcut here{kind(declared)}: write it yourself"
                )
            if not (
                _has_no_module(frame) or _has_trap(frame, trap) or (trap is None and _is_metaclass(frame))
            ):
                return  # a library called the function
            frame = frame.f_back

    def _trap_modules(self, modules):
        """Set the traps in some modules: find forbidden objects by their names, then replace them under all names."""
        found = {}  # id → forbidden object, its most readable name, its declared name
        for module in modules:
            for name, declared in self._named(module):
                thing, dotted = vars(module)[name], f"{module.__name__}.{name}"
                _, old, first = found.get(id(thing), (thing, dotted, declared))
                found[id(thing)] = thing, min(old, dotted, key=_unreadable), first
        for thing, name, declared in found.values():
            self._trap(thing, name, declared)
        self._trap_methods()
        self._trap_operators()
        self._trap_engine()
        for module in modules:
            self._replace_in(vars(module))
            for dictionary in [value for value in vars(module).values() if type(value) is dict]:
                self._replace_in(dictionary)

    def _named(self, module):
        """Yield (name, declared) for every forbidden name in a module."""
        namespace, own = vars(module), module.__name__
        for declared, pattern in self._wholes:
            if matches(f"{own}.", pattern):
                root = own.partition(".")[0]
                yield from ((n, declared) for n, thing in list(namespace.items()) if _is_from(root, thing))
        for name in self._names.keys() & namespace.keys():
            for declared, pattern in self._names[name]:
                if matches(f"{own}.{name}", pattern):
                    yield name, declared

    def _trap(self, thing, name, declared):
        if isinstance(thing, type):
            self._trap_class(thing, name, declared)
        elif callable(thing) and type(thing) is not Trap and id(thing) not in self._functions:
            self._functions[id(thing)] = Trap(thing, name, declared, self.check_caller)

    def _replace_in(self, namespace):
        for key, value in list(namespace.items()):
            trap = value if type(value) is Trap else self._functions.get(id(value))
            if trap is not None and trap is not value:
                self._put(namespace.__setitem__, key, value, trap)
            elif trap is not None:  # the module has imported the trap from a module with traps
                self._replaced.append((namespace.__setitem__, key, trap.trapped, trap))

    def _put(self, put, key, before, after):
        self._replaced.append((put, key, before, after))
        put(key, after)

    def _trap_class(self, cls, name, declared):
        """Trap the construction of objects of a class and of its subclasses."""
        if cls in self._classes or issubclass(cls, BaseException) or cls.__init__ is object.__init__:
            return
        self._classes.add(cls)
        check_caller, derived = self.check_caller, vars(cls).get("__init_subclass__")

        def __init_subclass__(subclass, **kwargs):
            check_caller(name, declared)
            if derived is not None:
                return derived.__func__(subclass, **kwargs)
            return super(cls, subclass).__init_subclass__(**kwargs)

        self._trap_in_class(cls, "__init__", name, declared)
        self._set_in_class(cls, "__init_subclass__", classmethod(__init_subclass__))

    def _trap_methods(self):
        """Trap methods in their class, and in each subclass that has another version of the method.

        The other version may be defined in the subclass itself, or in a mixin before the trapped class.
        """
        for declared, pattern in self._methods:
            name = last(pattern)
            for cls in _family(_class(method(pattern))):
                holder = next((base for base in cls.__mro__ if callable(vars(base).get(name))), None)
                if holder is not None and (holder, name) not in self._classes:
                    self._classes.add((cls, name))
                    self._trap_in_class(cls, name, f"{method(pattern)}.{name}", declared)

    def _trap_operators(self):
        """Trap the operators of `torch.ops.aten`, a namespace that creates its functions on first access."""
        torch = sys.modules.get("torch")
        aten = getattr(getattr(torch, "ops", None), "aten", None)
        if aten is None:
            return
        for name, pairs in self._names.items():
            declared = next((d for d, pattern in pairs if matches(f"torch.{name}", pattern)), None)
            for key in (name, f"_{name}") if declared else ():
                operator = getattr(aten, key, None)
                if operator is not None and type(operator) is not Trap:
                    trap = Trap(operator, f"torch.ops.aten.{key}", declared, self.check_caller)
                    self._put(functools.partial(setattr, aten), key, operator, trap)

    def _trap_engine(self):
        """Trap torch's autograd engine, a C object in an attribute of a torch class."""
        variable = _class("torch.autograd.Variable")
        declared = next(
            (d for d, pattern in self._names.get("run_backward", ()) if matches(_ENGINE, pattern)), None
        )
        if variable is not None and declared and type(variable._execution_engine) is not Trap:
            engine = variable._execution_engine
            trap = Trap(engine, "torch.autograd.Variable._execution_engine", declared, self.check_caller)
            self._set_in_class(variable, "_execution_engine", trap)

    def _trap_in_class(self, cls, key, name, declared):
        original, check_caller = getattr(cls, key), self.check_caller

        @functools.wraps(original)
        def trapped(*args, **kwargs):
            check_caller(name, declared)
            return original(*args, **kwargs)

        # Keras reads the signature without following wrappers; some built-in functions have none
        with contextlib.suppress(ValueError, TypeError):
            trapped.__signature__ = inspect.signature(original)
        self._set_in_class(cls, key, trapped)

    def _set_in_class(self, cls, key, value):
        def put(key, value):
            if value is _MISSING:
                delattr(cls, key)
            else:
                setattr(cls, key, value)

        try:
            self._put(put, key, vars(cls).get(key, _MISSING), value)
        except TypeError:  # a class that is not written in Python cannot be changed
            self._replaced.pop()


def _known(forbidden):
    """Return what decides which traps there are: the forbidden names, and how many modules have been loaded."""
    return tuple(forbidden), len(sys.modules)


def _is_library(name, module):
    """Tell whether a module belongs to a library: neither Python's own, nor the grader's, nor a candidate's."""
    from_file = getattr(module, "__spec__", None) is not None and hasattr(module, "__dict__")
    return from_file and not name.startswith(("course.grading", "__")) and not _is_python(name)


def _is_python(name):
    return name.partition(".")[0] in sys.stdlib_module_names


def _is_from(root, thing):
    """Tell whether a function or class is of the library `root`, and no helper that a module has imported."""
    return callable(thing) and (getattr(thing, "__module__", None) or "").partition(".")[0] == root


def _class(dotted):
    """Return the class `library.Class` if it is there already, else None."""
    library, _, name = dotted.rpartition(".")
    found = vars(sys.modules[library]).get(name) if sys.modules.get(library) else None
    return found if isinstance(found, type) else None


def _family(cls):
    """Return a class and all its subclasses."""
    return [] if cls is None else [cls, *(c for sub in type.__subclasses__(cls) for c in _family(sub))]


def _has_no_module(frame):
    """Tell whether the code was made at run time, by `exec(text, {})`, and belongs to no module."""
    return "__name__" not in frame.f_globals


def _has_trap(frame, trap):
    """Tell whether a function has the trap as an argument: `np.apply_along_axis(softmax, …)` calls it."""
    return trap is not None and any(value is trap for value in frame.f_locals.values())


def _is_metaclass(frame):
    """Tell whether the frame is `__call__` or `__new__` of a metaclass, which runs when a class is called or made."""
    if frame.f_code.co_name not in ("__call__", "__new__") or not frame.f_code.co_varnames:
        return False
    return isinstance(frame.f_locals.get(frame.f_code.co_varnames[0]), type)


def _unreadable(name):
    parts = name.split(".")
    return sum(part.startswith("_") or part in ("src", "python") for part in parts), len(parts), len(name)
