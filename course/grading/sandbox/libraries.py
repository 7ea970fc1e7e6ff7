"""The modules of libraries, and what in them is their own."""

import sys
import types

from course.catalog.forbidden import matches
from course.grading.sandbox.callers import OWN, is_python

# functions and classes that run an operator by its name, or a whole graph of them that a file may have brought along;
# only the candidate's file must not call them, whatever is forbidden in it
BY_NAME = {
    "tensorflow": {
        *("execute", "quick_execute", "execute_with_callbacks", "execute_with_cancellation"),
        *("fast_path_execute", "_apply_op_helper", "apply_op"),
        *("TFE_Py_FastPathExecute", "TFE_Py_Execute", "TFE_Py_ExecuteCancelable"),
        *("import_graph_def", "load", "load_partial", "load_op_library", "load_library"),
        *("dataset_from_graph", "dataset_from_graph_eager_fallback", "DatasetFromGraph"),
        *("PartitionedCall", "StatefulPartitionedCall", "partitioned_call", "stateful_partitioned_call"),
        *("Interpreter", "InterpreterWithCustomOps", "CreateWrapperFromFile", "CreateWrapperFromBuffer"),
        *("import_meta_graph", "import_scoped_meta_graph", "import_scoped_meta_graph_with_return_elements"),
        *("function_from_graph_def", "function_def_to_graph", "from_function_def", "from_func_graph"),
        *("TFE_ContextAddFunctionDef", "TFE_ContextAddFunction", "TF_FunctionImportFunctionDef"),
        *(
            "TF_GraphImportGraphDefWithResults",
            "TF_GraphImportGraphDef",
            "TF_NewOperation",
            "TF_FinishOperation",
        ),
        *("TF_GraphCopyFunction", "TF_FunctionImportFunctionDefNoSerialization", "xla_call_module"),
    },
    "jax": {
        *(
            "deserialize",
            "deserialize_and_load",
            "export",
            "call_exported",
            "register_lowering",
            "custom_call",
        ),
        *("ffi_call", "ffi_lowering", "backend_compile_and_load", "backend_compile", "compile_or_get_cached"),
    },
    "jaxlib": {
        *("ConvolutionOp", "convolution", "ReduceWindowOp", "reduce_window", "CustomCallOp", "custom_call"),
        *("BatchNormTrainingOp", "batch_norm_training", "BatchNormGradOp", "batch_norm_grad"),
        *("SelectAndScatterOp", "select_and_scatter", "CompositeOp", "composite"),
    },
    "torch": {
        *("_dispatch_call_boxed", "get_kernel"),
        "_dispatch_get_computed_kernel_for_dispatch_key",
    },
}

_OF_TENSORFLOW = "tensorflow.python.framework.ops", "tensorflow.python.eager.context"
_OF_JAX = "jaxlib._jax.Client", "jaxlib.mlir._mlir_libs._mlir.ir"
METHODS_BY_NAME = (
    *(f"{_OF_TENSORFLOW[0]}.Graph.{name}" for name in ("create_op", "_create_op_internal", "_add_function")),
    *(f"{_OF_TENSORFLOW[0]}.Graph.{name}" for name in ("_create_op_helper", "_create_op_from_tf_operation")),
    f"{_OF_TENSORFLOW[0]}.Operation.from_node_def",
    "tensorflow.python.framework.func_graph.FuncGraph._create_op_internal",
    *(
        f"{_OF_TENSORFLOW[1]}.Context.{name}"
        for name in ("add_function_def", "add_function", "add_c_function")
    ),
    *(f"{_OF_JAX[0]}.{name}" for name in ("compile", "compile_and_load")),
    *(f"{_OF_JAX[0]}.{name}" for name in ("compile_ifrt_program", "compile_and_load_ifrt_program")),
    *(f"{_OF_JAX[1]}.{name}" for name in ("Module.parse", "Operation.parse", "Operation.create")),
    *("torch._C._DispatchOperatorHandle.redispatch_boxed", "torch._ops.OpOverload.redispatch"),
    # they run a program from a file
    *(
        f"torch._C._aoti.{name}.__init__"
        for name in ("AOTIModelPackageLoader", "AOTIModelContainerRunnerCpu")
    ),
    "torch._C._nativert.PyModelRunner.__init__",
)


def is_library(name, module):
    """Tell whether a module belongs to a library: neither Python's own, nor the grader's, nor a candidate's."""
    from_file = getattr(module, "__spec__", None) is not None and hasattr(module, "__dict__")
    return from_file and not name.startswith((*OWN, "__")) and not is_python(name)


def loaded():
    """Return the modules of libraries that this process has imported."""
    return [module for name, module in list(sys.modules.items()) if is_library(name, module)]


def unreadable(name):
    """Return a key by which the more readable one of two dotted names comes first."""
    parts = name.split(".")
    return sum(part.startswith("_") or part in ("src", "python") for part in parts), len(parts), len(name)


def is_complete(name):
    """Tell whether the library of a dotted name is imported, and not being imported."""
    spec = getattr(sys.modules.get(name.partition(".")[0]), "__spec__", None)
    return spec is not None and not getattr(spec, "_initializing", False)


def is_from(root, thing):
    """Tell whether a function or class is of the library `root`, and no helper that a module has imported."""
    return callable(thing) and (getattr(thing, "__module__", None) or "").partition(".")[0] == root


def finds(pattern, dotted, thing):
    """Tell whether a pattern means something of this name; what NumPy defines is no part of another library."""
    of_another = pattern.partition(".")[0] not in ("*", "numpy") and is_from("numpy", thing)
    return matches(dotted, pattern) and not of_another


def belongs(thing, module, pattern):
    """Tell whether something in a forbidden module is of this module, and no helper that its file has imported.

    A list of public names, such as `keras.layers`, has nothing but what it offers, wherever it is defined.
    """
    root, _, path = module.partition(".")
    if not is_from(root, thing):
        return False
    offers = root in ("keras", "tensorflow") and path.partition(".")[0] not in ("src", "python", "core")
    written = isinstance(thing, (type, types.FunctionType))
    return offers or not written or matches(f"{thing.__module__}.", pattern)


def empty(dotted):
    """Delete all entries of a dictionary, or of an attribute of an object of a module, if it is there."""
    *path, name = dotted.split(".")
    owner = sys.modules.get(".".join(path)) or vars(sys.modules.get(".".join(path[:-1]), sys)).get(path[-1])
    if isinstance(found := getattr(owner, name, None), dict):
        found.clear()
