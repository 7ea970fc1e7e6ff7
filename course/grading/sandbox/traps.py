"""Makes forbidden functions raise if the candidate's file calls them. This module runs in the candidate's process.

`shortcuts.py` reads the file; this module notices the calls at run time, under any name. Before the file is executed,
the code of every forbidden Python function is changed (`guard.py`); a function in C is replaced by a trap (`trap.py`)
in all modules that contain it; a forbidden class gets the trap in the class itself. The same is done to modules that
are imported later (`late.py`), and second copies of them are refused (`copies.py`). To find all functions takes longer
than to check a small file; a process that forks for every file does it once for each list of names (`prepare`).

Most traps raise only for calls from the candidate's file; libraries can still use their functions. A name of
`whole_answers.ANYWHERE` is forbidden for libraries too, and a process for a single file forgets the function. A file
that looks for the functions behind the traps is refused (`probes.py`).
"""

import functools
import sys
import types

from course.catalog.forbidden import anywhere, kind, last, matches, method, patterns, tables
from course.grading.sandbox import jax_primitives, kept, libraries, origins, tensorflow_operators
from course.grading.sandbox.callers import Callers, counts_through
from course.grading.sandbox.class_traps import ClassTraps
from course.grading.sandbox.copies import Copies
from course.grading.sandbox.derivative_rules import rules
from course.grading.sandbox.guard import Guard, functions
from course.grading.sandbox.late import LateImports
from course.grading.sandbox.libraries import is_complete, loaded, unreadable
from course.grading.sandbox.probes import Probes
from course.grading.sandbox.torch_functions import TorchFunctions, of_torch, operator_name
from course.grading.sandbox.torch_operators import trap_engine, trap_operators
from course.grading.sandbox.trap import Trap, declared_as, forget, original
from course.grading.sandbox.where import Where


class ForbiddenShortcut(Exception):
    """The exercise asks you to write this yourself."""


class Traps:
    """Replaces forbidden functions and classes for one candidate; `calls` lists the forbidden names that it called."""

    def __init__(self):
        self.calls = []
        self._pairs, self._tables, self._names, self._wholes, self._methods = [], [], {}, [], []
        self._replaced = []  # (setter, key, original value, trap)
        self._functions = {}  # id of a forbidden function → its Trap, which keeps a reference to the function
        self._guards = {}  # id of a Python function → its Guard
        self._keep, self._forbidden = True, ()  # the names for which the traps are set
        self._operators = False  # whether the operators of torch have theirs
        ask = self.check_caller, self.check_direct, self._refuse, self._is_imported
        self._classes = ClassTraps(self._put, self._guard_method, *ask)
        self._same = {}  # id of an object that calls a guarded function → ids of these functions
        self._callers = Callers(
            self._refuse_way, lambda thing, trap: id(trap) in self._same.get(id(thing), ())
        )
        self._where = Where()
        self._late = LateImports(lambda modules: self._trap_modules(modules, Where()), self._check_import)
        self._copies = Copies(self._refuse_copy, lambda: self._late.importing)
        self._torch = TorchFunctions(self.check_caller, self.check_direct, self._refuse_way)
        self._probes = Probes(self._refuse_way, lambda thing: id(thing) in self._guards, self._callers)
        self._parts = self._callers, self._probes, self._copies, self._late, self._classes
        sys.meta_path.insert(0, self._late)

    def read_libraries(self):
        """Read in which modules the functions stand: afterwards, this process and its forks set traps faster."""
        self._where.look(loaded())

    def set(self, forbidden, path, keep=True):
        """Set traps for the candidate's file at `path`, and remove those for other names.

        Args:
            forbidden: The declared names.
            path: Path of the file; empty if forks of this process get it.
            keep: False if this process and its forks run no file with other forbidden names.

        Raises:
            RuntimeError: The traps that are set were not to be removed.
        """
        if tuple(forbidden) != self._forbidden:
            self._remove()
            self._forbidden, self._keep = tuple(forbidden), keep
            self._pairs, self._tables = patterns(forbidden), tables(forbidden)
            self._sort(self._pairs)
            self._late.active = bool(forbidden)
            if forbidden:
                self._trap_modules(loaded(), self._where)
        self.calls = []
        self._callers.watch(path, bool(forbidden))
        self._copies.watch(path, bool(forbidden))
        self._probes.watch(path if path and forbidden else None)
        if path and forbidden and not self._keep:
            kept.seal(self._refuse_way, self._is_imported, self, *self._parts)

    def _remove(self):
        """Restore the functions and classes."""
        if not self._keep:
            raise RuntimeError("this process runs files with one list of forbidden names")
        self._probes.watch(None)
        self._torch.stop()
        self._copies.forget()
        for put, key, before, _ in reversed(self._replaced):
            put(key, before)
        kept.drop(*self._functions.values(), *self._guards.values())
        self._replaced, self._functions, self._guards, self._same, self._operators = [], {}, {}, {}, False
        self._classes.begin_again()

    def _complete(self):
        """Do what follows whenever traps have been set: torch may be new, and a process of one file forgets."""
        self._torch.start(self._pairs, self._keep)
        if not self._keep:
            self._forget()

    def _forget(self):
        """Delete what would restore the functions, and those functions that are forbidden anywhere."""
        self._classes.forget()
        self._replaced.clear()
        for name in self._tables:
            libraries.empty(name)
        for guard in self._guards.values():
            if anywhere(guard.declared):
                guard.forget()
        for key, trap in list(self._functions.items()):
            if anywhere(declared_as(trap)):
                del self._functions[key]  # the id of the function becomes free
                forget(trap)

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

    def check_caller(self, name, declared, trap=None, depth=2):
        """Raise if the name is forbidden anywhere, or if the candidate's file called the function.

        Args:
            name: The name of the function in messages.
            declared: The name by which the exercise forbids it.
            trap: The object that the caller has called.
            depth: How many frames below the caller's frame this method runs.

        Raises:
            ForbiddenShortcut: The candidate called a forbidden function.
        """
        if anywhere(declared):
            self._refuse(name, declared)
        self.check_direct(name, declared, trap, depth + 1)

    def check_direct(self, name, declared, trap=None, depth=2):
        """Raise if the candidate's file called the function; libraries may call it, whatever its name is."""
        if self._callers.candidate(sys._getframe(depth), trap, counts_through(declared)):
            self._refuse(name, declared)

    def _refuse(self, name, declared):
        self.calls.append(declared)
        raise ForbiddenShortcut(f"{name} is a forbidden shortcut here{kind(declared)}: write it yourself")

    def _is_imported(self):
        return self._callers.is_imported(sys._getframe(1))

    def _refuse_copy(self, name, declared):
        self._refuse(f"a second copy of the code of {name}", declared)

    def _refuse_way(self, name, declared=None):
        self.calls.append(declared or self._pairs[0][0])
        raise ForbiddenShortcut(f"{name} cannot be used here: it could call a forbidden function unseen")

    def _check_import(self, name, file):
        """Refuse a module of another library than its file: `import losses` from the folder `keras/src/losses`."""
        library = origins.library(file)
        if library not in (None, name.partition(".")[0]):
            for declared, pattern in self._pairs:
                if pattern.partition(".")[0] == library:
                    self._refuse_copy(f"{library} ({name})", declared)

    def _check_way(self, name, _, trap=None, depth=2):
        if self._callers.candidate(sys._getframe(depth), trap):
            self._refuse_way(name)

    def _trap_modules(self, modules, where):
        """Set the traps in some modules: find forbidden objects by their names, then replace them under all names."""
        where.look(modules)
        found = {}  # id → forbidden object, its most readable name, its declared name
        for module, name, declared, by_name in [*self._in_wholes(modules), *self._by_name(where)]:
            thing, dotted = vars(module)[name], f"{module.__name__}.{name}"
            _, old, first, named = found.get(id(thing), (thing, dotted, declared, False))
            first = declared if anywhere(declared) else first
            found[id(thing)] = thing, min(old, dotted, key=unreadable), first, by_name or named
        for thing, name, declared, by_name in found.values():
            self._trap(thing, name, declared, by_name)
        self._classes.trap_methods(self._methods)
        self._trap_by_name(modules if self._names else ())
        pairs, known = self._pairs, self._guards
        made = jax_primitives.guards(pairs, known, self.check_direct, self._refuse)
        for function, guard in [*made, *tensorflow_operators.guards(pairs, known, self.check_caller)]:
            self._set_guard(function, guard)
        for function, name in rules(modules) if "@autodiff" in self._forbidden else ():
            self._guard_method(function, name, "", "@autodiff")
        self._trap_operators()
        trap_engine(self._names.get("run_backward", ()), self._classes.set_in_class, self.check_caller)
        for namespace in where.holding(self._functions):
            self._replace_in(namespace)
        self._complete()

    def _in_wholes(self, modules):
        """Yield (module, name, declared, False) for everything in modules of which all is forbidden."""
        for module in modules if self._wholes else ():
            own = module.__name__
            for declared, pattern in self._wholes:
                if matches(f"{own}.", pattern):
                    things = list(vars(module).items())
                    yield from (
                        (module, name, declared, False)
                        for name, x in things
                        if libraries.belongs(x, own, pattern)
                    )

    def _by_name(self, where):
        """Yield (module, name, declared, True) for every forbidden name in the modules that `where` knows."""
        for name, pairs in self._names.items():
            for module, key in where.named(name):
                if key not in vars(module) or (key != name and key in self._names):
                    continue  # jax: _softmax
                for declared, pattern in pairs:
                    if libraries.finds(pattern, f"{module.__name__}.{name}", vars(module)[key]):
                        yield module, key, declared, True

    def _trap(self, thing, name, declared, by_name):
        if isinstance(thing, type):
            self._classes.trap_class(thing, name, declared)
        elif callable(thing) and type(thing) is not Trap and id(thing) not in self._functions:
            for function in functions(thing) if by_name else ():
                self._guard(function, name, declared, self.check_caller)
                self._same.setdefault(id(thing), set()).add(id(function))
            if not by_name or not isinstance(thing, types.FunctionType):
                self._functions[id(thing)] = Trap(thing, name, declared, self.check_caller)

    def _guard(self, function, name, declared, check):
        if id(function) not in self._guards:
            self._set_guard(function, Guard(function, name, declared, check))

    def _set_guard(self, function, guard):
        self._guards[id(function)] = guard
        self._watch_copies(guard)
        self._put(functools.partial(setattr, function), "__code__", guard.before, guard.after)

    def _guard_method(self, function, name, declared, of=None):
        """Guard a method; libraries call methods so often that nobody looks for the method in their variables.

        With `of`, the file is told this declared name, and libraries may always call the function.
        """

        def check(name, declared, function, depth):
            self.check_direct(name, of or declared, depth=depth + 1)

        self._guard(function, name, "" if of else declared, check)

    def _watch_copies(self, guard):
        if anywhere(guard.declared):
            self._copies.add(guard.before, guard.name, guard.declared)

    def _replace_in(self, namespace):
        for key, value in list(namespace.items()):
            trap = value if type(value) is Trap else self._functions.get(id(value))
            if trap is not None and trap is not value:
                self._put(namespace.__setitem__, key, value, trap)
            elif trap is not None:  # the module has imported the trap from a module with traps
                self._replaced.append((namespace.__setitem__, key, original(trap), trap))

    def _put(self, put, key, before, after):
        put(key, after)
        self._replaced.append((put, key, before, after))

    def _trap_by_name(self, modules):
        self._classes.trap_ways(libraries.METHODS_BY_NAME, self._check_way)
        for module in modules:
            for key in libraries.BY_NAME.get(module.__name__.partition(".")[0], set()) & vars(module).keys():
                thing, name = vars(module)[key], f"{module.__name__}.{key}"
                if isinstance(thing, types.FunctionType):
                    self._guard(thing, name, "", self._check_way)
                elif isinstance(thing, types.BuiltinFunctionType) and id(thing) not in self._functions:
                    self._functions[id(thing)] = Trap(thing, name, "", self._check_way)
                elif isinstance(thing, type):
                    self._classes.trap_ways([f"{name}.__init__"], self._check_way)

    def _trap_operators(self):
        torch = sys.modules.get("torch")
        if not self._operators and is_complete("torch") and (forbidden := of_torch(self._pairs)):
            self._operators = True
            trap_operators(torch, forbidden, operator_name, self._classes.set_in_class, self.check_direct)
