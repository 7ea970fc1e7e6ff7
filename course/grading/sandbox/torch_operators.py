"""Traps torch's operators, and takes whole answers out of their table. This module runs in the candidate's process.

`torch_functions.py` watches torch's functions with a `TorchFunctionMode`. Torch leaves such a mode while it runs a
function, so code that a function calls back is not watched: the body of `torch.cond`, a method of a tensor's subclass,
`__float__` of an argument. A file could also end the mode, or call a function that contains the answer: `cross_entropy`
of torch contains `log_softmax`. All of them, and compiled code, find the operator in the table of torch's dispatcher.
In a process for a single file an operator that is a whole answer (`whole_answers.ANYWHERE`) gets a kernel that
raises, for all kinds of tensors. Python cannot get the kernel behind it. Libraries may call other functions that are
forbidden, so their operators stay.
"""

import functools
import warnings

from course.catalog.forbidden import anywhere, matches
from course.grading.sandbox.class_traps import class_of
from course.grading.sandbox.trap import Trap

# The entries of an operator that can compute something without a graphics processor. Others, such as `Autograd`, call
# the operator again. `torch.vmap` has entries of its own, which compute some operators by others.
KEYS = (
    *(
        "CPU",
        "MkldnnCPU",
        "QuantizedCPU",
        "SparseCPU",
        "SparseCsrCPU",
        "NestedTensorCPU",
        "ZeroTensor",
        "Meta",
    ),
    *("CompositeExplicitAutograd", "CompositeExplicitAutogradNonFunctional", "CompositeImplicitAutograd"),
    *("CompositeImplicitAutogradNestedTensor", "AutogradCPU", "AutogradNestedTensor"),
    *("FuncTorchBatched", "FuncTorchBatchedDecomposition"),
)
_FINDERS = "_jit_get_operation", "_get_operation_overload"  # functions of torch._C
OF_COMPILER = ("aten::set_grad_enabled",)  # operators that are only in the table of torch.jit
_CALLED = "_op", "_op_dk"  # attributes of an operator and of its overloads


def whole_answers(forbidden):
    """Return the names that libraries may not call either, with their declared names."""
    return {name: declared for name, declared in forbidden.items() if anywhere(declared)}


def trap_operators(torch, forbidden, name_of, put, check):
    """Trap torch's operators, and the tables in C with its functions.

    The functions of `torch.ops` are made on first access. `torch.nn.functional` and `torch._VF` take theirs from tables
    in C, which are a class and some modules.

    Args:
        torch: The module.
        forbidden: Names → declared names.
        name_of: Function of the name of an operator and of `forbidden` that returns its name there, or None.
        put: Function `(object, name, value)` that sets an attribute.
        check: Function `(name, declared, trap)` that raises if the candidate's file is the caller.
    """
    for place, key, name in list(_operators(torch, lambda name: name_of(name, forbidden))):
        if type(function := getattr(place, key)) is not Trap:
            for part, attribute in _parts(function):
                run = getattr(part, attribute)
                put(part, attribute, Trap(run, f"torch: {key}", forbidden[name], check))
            put(place, key, Trap(function, f"torch: {key}", forbidden[name], check))
    for name in _FINDERS:
        if type(function := getattr(torch._C, name)) is not Trap:
            declared, finding = next(iter(forbidden.values())), _finding(function, forbidden, name_of, check)
            put(torch._C, name, Trap(finding, f"torch._C.{name}", declared, check))


def _finding(function, forbidden, name_of, check):
    """Return a function like torch's own that finds an operator by its name, but with a trap for a forbidden one.

    `torch.ops.aten` is only one object of its class, and each new one makes its operators anew.
    """

    def find(full, *more):
        found = function(full, *more)
        known = name_of(full, forbidden) if type(full) is str and type(found) is tuple else None
        if known is None:
            return found
        name, declared = f"torch: {full}", forbidden[known]
        return tuple(Trap(part, name, declared, check) if callable(part) else part for part in found)

    find.__name__ = function.__name__
    return find


def _parts(packet):
    """Yield (object, attribute) for what an operator and its overloads call."""
    for part in (packet, *vars(packet).values()) if _is_operator(packet) else ():
        if _is_operator(part):
            yield from ((part, name) for name in _CALLED if callable(vars(part).get(name)))


def _is_operator(thing):
    return type(thing).__module__ == "torch._ops"


def _operators(torch, name_of):
    core = torch._C
    names = {full.partition(".")[0] for full in core._dispatch_get_all_op_names()}
    for full in sorted(names.union(OF_COMPILER)):
        space, _, name = full.partition("::")
        if (known := name_of(full)) is not None and hasattr(getattr(torch.ops, space), name):
            yield getattr(torch.ops, space), name, known
    tables = (
        getattr(core, name, None) for name in ("_nn", "_linalg", "_special", "_fft", "_sparse", "_nested")
    )
    for table in (type(core._VariableFunctions), *filter(None, tables)):
        for name in [name for name in vars(table) if not name.startswith("__")]:
            if callable(getattr(table, name)) and (known := name_of(name)) is not None:
                yield table, name, known


def trap_engine(pairs, put, check):
    """Trap torch's engine for automatic differentiation, a C object in an attribute of a torch class.

    Args:
        pairs: Pairs (declared name, pattern) whose last name is `run_backward`.
        put: Function `(class, name, value)` that sets an attribute.
        check: Function `(name, declared, trap)` that raises if the call is not allowed.
    """
    variable, name = class_of("torch.autograd.Variable"), "torch.autograd.Variable._execution_engine"
    declared = next((d for d, pattern in pairs if matches(f"{name}.run_backward", pattern)), None)
    if variable is not None and declared and type(variable._execution_engine) is not Trap:
        put(variable, "_execution_engine", Trap(variable._execution_engine, name, declared, check))


def take_out(torch, forbidden, name_of, vault, refuse):
    """Let forbidden operators raise until this process ends.

    Args:
        torch: The module.
        forbidden: Names of whole answers → declared names.
        name_of: Function of the name of an operator that returns its name in `forbidden`, or None.
        vault: The `Vault`; it keeps what could put the operators back.
        refuse: Function `(name, declared)` that raises.
    """
    core = torch._C

    def kernels():
        for full in core._dispatch_get_all_op_names():
            if (known := name_of(full)) is not None:
                kernel = functools.partial(_raise, refuse, f"torch.{known}", forbidden[known])
                for key in KEYS:
                    if core._dispatch_has_kernel_for_dispatch_key(full, key):
                        yield full, key, kernel

    put_kernels(core, kernels(), vault, "operators")


def put_kernels(core, kernels, vault, kept_as):
    """Put kernels into torch's table of operators, until this process ends.

    Args:
        core: The module `torch._C`.
        kernels: Yields (operator, key of the entry, kernel). An operator is `aten::svd`, or of another space of names,
            such as `quantized`.
        vault: The `Vault`; it keeps what could put the entries back.
        kept_as: The name under which it does.
    """
    libraries = {}
    with warnings.catch_warnings():  # that a kernel is replaced
        warnings.simplefilter("ignore")
        for full, key, kernel in kernels:
            space, _, name = full.partition("::")
            if space not in libraries:
                libraries[space] = core._dispatch_library("IMPL", space, "", __file__, 0)
            libraries[space].impl(name, key, kernel, False)
    vault.keep(kept_as, functools.partial(_nothing, libraries))


def _raise(refuse, name, declared, *args, **kwargs):
    refuse(name, declared)


def _nothing(libraries):
    """Keep a reference."""
