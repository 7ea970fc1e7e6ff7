"""Refuses code that torch compiles (`torch.jit` and others). This module runs in the candidate's process.

Compiled code calls torch's functions without asking any `TorchFunctionMode`. Some compilers have code of their own for
an operator, so even torch's table of operators (`torch_operators.py`) does not see it: a graph in which a program has
written `aten::softmax` runs as a kernel of tensor expressions. `torch.jit.trace` stays allowed, because it calls what
it compiles, but nobody may add operators to a graph.
"""

from course.grading.sandbox.trap import Trap

WAY = "code that torch compiles (torch.jit)"
_FUNCTIONS = (
    *("_jit_script_compile", "_jit_script_compile_overload", "_jit_script_class_compile"),
    *(
        "_jit_interpret_graph",
        "_create_function_from_graph",
        "_jit_to_static_module",
        "_fuse_to_static_module",
    ),
    *("import_ir_module", "import_ir_module_from_buffer", "parse_ir", "_import_ir_module_from_package"),
    *("_load_for_lite_interpreter", "_load_for_lite_interpreter_from_buffer", "_load_jit_module_from_bytes"),
    *("_load_jit_module_from_file", "_load_mobile_module_from_bytes", "_load_mobile_module_from_file"),
    # what turns the operators of a graph into other ones, or into kernels
    *("_jit_pass_custom_pattern_based_rewrite", "_jit_pass_custom_pattern_based_rewrite_graph"),
    *("_jit_pass_fuse_tensorexprs", "_jit_set_te_must_use_llvm_cpu", "_jit_set_llga_enabled"),
    *(
        "_jit_override_can_fuse_on_cpu",
        "_jit_override_can_fuse_on_cpu_legacy",
        "_jit_set_texpr_fuser_enabled",
    ),
)
_METHODS = (  # class in torch._C, method
    ("CompilationUnit", "__init__"),
    ("CompilationUnit", "define"),
    ("ScriptModule", "_define"),
    ("ConcreteModuleType", "_create_methods_and_properties"),
    ("Graph", "create"),
    ("_te.TensorExprKernel", "__init__"),
)
_TENSOR_EXPRESSIONS = ("lower",)  # functions of torch._C._te


def refuse_compilers(core, declared, refuse, replace):
    """Let every compiler raise.

    Args:
        core: The module `torch._C`; a name that this version does not have is left out.
        declared: A declared name, for the message.
        refuse: Function `(way, declared)` that raises.
        replace: Function `(object, name, value)` that sets an attribute until the traps are removed.
    """

    def no(name, declared, trap=None):
        refuse(WAY, declared)

    expressions = getattr(core, "_te", None)
    for place, names in ((core, _FUNCTIONS), (expressions, _TENSOR_EXPRESSIONS)):
        for name in names:
            if (function := getattr(place, name, None)) is not None:
                replace(place, name, Trap(function, name, declared, no, deep=False))
    for path, name in _METHODS:
        cls = core
        for part in path.split("."):
            cls = getattr(cls, part, None)
        if cls is not None:
            replace(cls, name, _without_text(getattr(cls, name), lambda: refuse(WAY, declared)))


def _without_text(method, refuse):
    """Return a method that compiles nothing; torch calls it without a text itself, as for `torch.jit.trace`."""

    def compile_nothing(self, *args, **kwargs):
        if any(args) or kwargs:
            refuse()
        return method(self, *args)

    return compile_nothing
