"""What an exercise forbids: names of its `exercise.toml`, and groups of names that mean one thing in every library.

| declared | forbids |
| --- | --- |
| `keras.ops.softmax` | what Keras calls `softmax`, wherever in Keras it lies |
| `*.softmax` | what any library calls `softmax`, methods of tensors included |
| `keras.layers.*` | all that the module holds |
| `torch.Tensor.backward` | the method of this class (a capital letter before the last name) |
| `@autodiff` | the group of this name, in the table below |

Libraries use many functions for purposes of their own: `numpy.linalg.norm` calls `svd`. So a forbidden function counts
when the student's file calls it, and not when a library does. The names in `whole_answers.ANYWHERE` are different: each
of them is the whole answer, and no library needs it for something else. They count wherever they are called while the
student's file runs: `torch.distributions.Categorical(logits=z).probs` is a softmax. The same holds for groups that are
forbidden `everywhere`, since `jax.scipy.optimize.minimize` differentiates the student's function, and for the modules
in `whole_answers.MODULES`: `model.compile(loss="kl_divergence")` computes a loss.

Some libraries have a function of their own for nearly the same thing, such as `torch._safe_softmax`.
`other_names.SAME` lists them: a name that is forbidden in every library, such as `*.softmax`, includes those. In
TensorFlow it includes the operators of `tensorflow.raw_ops` with that name, and their derivatives.

Libraries make objects by a name or a configuration: `model.compile("adam")`, `keras.saving`, `keras.models`. So objects
of the `bases` of a group, and their methods, are forbidden inside libraries too.

A group has a title for students and lists the names of each library once, so that an exercise forbids all ways to do
the same thing. Imported by the grader and in the candidate's process.
"""

import functools
import re
from typing import NamedTuple

from course.catalog.other_names import ALSO, LAPACK, SAME
from course.catalog.whole_answers import ANYWHERE, MODULES


class Group(NamedTuple):
    """Names with the same meaning.

    title: The group in words.
    words: One of them has to be in the task.
    names: The names of each library.
    everywhere: Whether the names count inside libraries too.
    tables: Dictionaries of libraries whose entries do the same as the names, piece by piece.
    bases: Classes `library.Class`. Those forbidden classes that are derived from them count inside libraries too.
    """

    title: str
    words: tuple
    names: tuple
    everywhere: bool = False
    tables: tuple = ()
    bases: tuple = ()


_KINDS = "", "Grad", "GradV2", "GradV3", "GradGrad", "V2", "V3"  # of an operator of TensorFlow
_AXES = re.compile("(?<=[123])d")  # `Conv2D`
# ends of names of classes that SciPy writes in small letters
_CLASSES = "_gen", "_frozen", "rv_continuous", "rv_discrete", "gaussian_kde"
_KERAS = (
    *("keras.src.", "keras._tf_keras.keras.", "tensorflow.python.keras.", "tensorflow.keras."),
    *("keras_core.src.", "keras_core.", "tf_keras.src.", "tf_keras."),
)


def _of(library, names):
    return tuple(f"{library}.{name}" for name in names.split())


_STEPS = "GradientDescent Momentum KerasMomentum Adam AdamWithAmsgrad AdaMax Adagrad AdagradV2 AdagradDA"
_STEPS = f"{_STEPS} Adadelta Ftrl FtrlV2 RMSProp CenteredRMSProp AddSign PowerSign"
_STEPS = f"{_STEPS} ProximalAdagrad ProximalGradientDescent"
_RAW = [
    f"{kind}{step}"
    for kind in ("Apply", "ResourceApply", "SparseApply", "ResourceSparseApply")
    for step in _STEPS.split()
]
_FUNCTIONAL = "Adadelta", "Adagrad", "Adam", "AdamW", "Adamax", "RMSprop", "Rprop", "SGD"
_WORDS = re.compile(
    "(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])"
)  # the places between them: Centered|RMS|Prop
# as in `tensorflow.raw_ops`, and the functions that they call
_TENSORFLOW_STEPS = [*_RAW, *(_WORDS.sub("_", name).lower() for name in _RAW)]

GROUPS = {
    "@autodiff": Group(
        "automatic differentiation",
        ("automatic differentiation",),
        (
            *_of("course", "grad value_and_grad jvp vjp hvp"),
            *_of("jax", "grad value_and_grad jvp vjp vjp3 jet linearize linear_transpose"),
            *_of("jax", "jacfwd jacrev jacobian hessian saved_input_vjp fwd_and_bwd"),
            *_of("jax", "backward_pass backward_pass3 jvpfun jvp_jaxpr linearize_jaxpr direct_linearize"),
            *_of("jax", "closed_backward_pass jvp_subtrace jvp_subtrace_2 linearize_subtrace_2"),
            *_of("jax", "linearize_from_jvp fallback_linearize_rule JVPTrace JVPTracer LinearizeTrace"),
            *_of("jax", "LinearizeTracer JetTrace JetTracer jet_fun jet_subtrace"),
            *_of("torch", "Tensor.backward grad backward grad_and_value jvp vjp hvp vhp linearize"),
            *_of("torch", "jacfwd jacrev jacobian hessian make_dual dual_level"),
            *_of("torch", "run_backward _engine_run_backward Tensor.grad_fn get_gradient_edge"),
            *_of("torch", "_get_grad_fn_or_grad_acc _jit_differentiate gradcheck gradgradcheck"),
            *_of("torch", "enter_dual_level grad_increment_nesting jvp_increment_nesting"),
            *_of("functorch", "grad grad_and_value jvp vjp jacfwd jacrev hessian linearize"),
            *_of(
                "tensorflow", "GradientTape ForwardAccumulator gradients hessians make_vjp compute_gradient"
            ),
            *_of(
                "tensorflow", "implicit_grad implicit_val_and_grad gradients_function val_and_grad_function"
            ),
            *_of("tensorflow", "imperative_grad TFE_Py_TapeGradient gradients_v2 _GradientsHelper"),
            *_of("tensorflow", "TFE_Py_ForwardAccumulatorNew TFE_Py_ForwardAccumulatorJVP SymbolicGradient"),
            *_of("tensorflow", "_gradient_function _jvp_helper _jvp_helper_wrapper _jvp_dispatch"),
            *_of("tensorflow", "jacobian batch_jacobian compute_gradients symbolic_gradient"),
            # derivatives of formulas, and numbers from differences
            *_of("sympy", "diff _derivative_dispatch dup_diff dmp_diff dmp_diff_in"),
            *_of("mpmath", "diff diffs taylor jacobian"),
            *_of("scipy", "derivative hessian jacobian approx_fprime approx_derivative num_jac"),
            *("sympy.rs_diff", "sympy.polys.rings.PolyElement.diff", "scipy.approximate_taylor_polynomial"),
            "scipy.fftpack.diff",
            # derivatives of losses
            *_of("sklearn", "CyHalfMultinomialLoss CyHalfBinomialLoss CyHalfSquaredError CyAbsoluteError"),
            *_of("sklearn", "CyPinballLoss CyHuberLoss CyHalfPoissonLoss CyHalfGammaLoss CyExponentialLoss"),
            *_of("sklearn", "CyHalfTweedieLoss CyHalfTweedieLossIdentity"),
            *_of("sklearn.neural_network._multilayer_perceptron.BaseMultilayerPerceptron", "_backprop"),
            *_of("torch", "get_numerical_jacobian _get_numerical_jacobian"),
            "jax.numerical_jvp",
            *_of(
                "keras", "Model.fit Model.train_on_batch Model.train_step Model.make_train_function"
            ),  # the optimizer's step tells the gradient
        ),
        everywhere=True,
        tables=(
            *("jax._src.interpreters.ad.primitive_jvps", "jax._src.interpreters.ad.primitive_transposes"),
            *("jax._src.interpreters.ad.primitive_linearizations", "jax.experimental.jet.jet_rules"),
            *("jax._src.interpreters.ad.fancy_transposes",),
            "tensorflow.python.framework.ops.gradient_registry._registry",
        ),
    ),
    "@optimizers": Group(
        "a ready-made optimizer",
        ("optimizer", "optimizers"),
        (
            *("keras.optimizers.*", "torch.optim.*", "optax.*", "jax.example_libraries.optimizers.*"),
            *("keras.optimizer_v1.*", "keras.optimizer_v2.*", "keras.backend.torch.optimizers.*"),
            "torch.distributed.optim.*",
            *_of("torch", "fused_adam fused_adamw fused_sgd fused_adagrad"),
            *_of("sklearn", "BaseOptimizer AdamOptimizer SGDOptimizer"),
            *_of("tensorflow", " ".join(_TENSORFLOW_STEPS)),
            *(
                "tensorflow.compat.v1.train.*",
                "keras.Model.fit",
                "keras.Model.train_on_batch",
                "keras.Model.train_step",
                "keras.Model.make_train_function",
            ),
        ),
        bases=(
            *("keras.optimizers.Optimizer", "keras.optimizers.schedules.LearningRateSchedule"),
            *("torch.optim.Optimizer", "torch.optim.lr_scheduler.LRScheduler"),
            *("tensorflow.python.training.optimizer.Optimizer", "keras_core.optimizers.Optimizer"),
            "tensorflow.python.keras.optimizer_v2.optimizer_v2.OptimizerV2",
            *(f"torch.distributed.optim.functional_{step.lower()}._Functional{step}" for step in _FUNCTIONAL),
        ),
    ),
    "@layers": Group(
        "a ready-made layer",
        ("layer", "layers"),
        (
            *("keras.layers.*", "keras.Layer", "keras.Sequential", "torch.nn.modules.*"),
            # functions that are whole layers; others of torch.nn.functional, such as `pad` and `relu`, are operations
            *_of("torch", "linear bilinear embedding embedding_bag multi_head_attention_forward"),
            *_of("torch", "multi_head_attention lstm gru rnn_tanh rnn_relu lstm_cell gru_cell rnn_tanh_cell"),
            *_of("torch", "rnn_relu_cell transformer_encoder_layer_fwd native_multi_head_attention"),
            *_of("torch", "batch_norm layer_norm group_norm instance_norm rms_norm local_response_norm"),
            *_of("torch", "dropout dropout1d dropout2d dropout3d alpha_dropout feature_dropout"),
            *("jax.example_libraries.stax.*", "jax.experimental.rnn.*"),
            # the loops and cells inside recurrent layers
            *_of("keras", "rnn lstm gru"),
            *_of("torch", "one_layer_rnn one_layer_rnn_data one_layer_lstm one_layer_lstm_data rnn_cell"),
            *_of(
                "torch", "rnn_cell_data mkldnn_one_layer_lstm lstm_impl lstm_data_impl gru_impl gru_impl_data"
            ),
            *_of("torch", "rnn_tanh_input rnn_tanh_data rnn_relu_input rnn_relu_data mkldnn_rnn_layer"),
            *_of("tensorflow", "dynamic_rnn static_rnn raw_rnn bidirectional_dynamic_rnn"),
            *_of("tensorflow", "GRUBlockCell LSTMBlockCell BlockLSTM BlockLSTMV2 CudnnRNN CudnnRNNV2"),
            *_of(
                "tensorflow", "gru_block_cell lstm_block_cell block_lstm block_lstmv2 cudnn_rnn cudnn_rnnv2"
            ),
        ),
        bases=(
            *("keras.Layer", "torch.nn.Module", "keras_core.Layer"),
            "tensorflow.python.keras.engine.base_layer.Layer",
        ),
    ),
}

_BASES = {"keras.constraints.*": ("keras.constraints.Constraint",)}  # a layer makes them from a text


@functools.cache
def anywhere(declared):
    """Tell whether a declared name or group counts inside libraries too."""
    if declared in GROUPS:
        return GROUPS[declared].everywhere
    return declared in MODULES or (last(declared) in ANYWHERE and not method(declared))


def tables(forbidden):
    """Return the dotted names of the dictionaries that declared names forbid."""
    return [name for declared in forbidden if declared in GROUPS for name in GROUPS[declared].tables]


def patterns(forbidden):
    """Return the pairs (declared name, name without groups) of what an exercise declares."""
    pairs = []
    for declared in forbidden:
        names = GROUPS[declared].names if declared in GROUPS else (declared, *_same(declared))
        pairs += [(declared, name) for name in names]
    return pairs


def _same(declared):
    library, _, name = declared.rpartition(".")
    also = *ALSO.get(declared, ()), *_operations(library, name)
    if library != "*":
        return also
    names = name, *SAME.get(name, ())
    raw = (f"tensorflow.{_raw(each)}{kind}" for each in names if each not in LAPACK for kind in _KINDS)
    xla = (f"tensorflow.xla_{each}{kind}" for each in names if each not in LAPACK for kind in ("", "_v2"))
    return *raw, *xla, *(f"*.{other}" for other in names[1:]), *also


def _operations(library, name):
    """Return the classes that Keras has for an operation: `SVD` and `LogSoftmax`, in `keras/src/ops`."""
    if library != "*" and not library.startswith("keras.ops"):
        return ()
    classes = _raw(name), name.title().replace("_", ""), name.upper()
    return tuple(dict.fromkeys(f"keras.{cls}" for cls in classes))


def _raw(name):
    """Return the name of an operator as in `tensorflow.raw_ops`: `LogSoftmax` for `log_softmax`."""
    name = "".join(word[:1].upper() + word[1:] for word in name.split("_"))
    return name if name.startswith("Depthwise") else _AXES.sub("D", name)


def bases(declared):
    """Return the classes `library.Class` whose forbidden subclasses count inside libraries too."""
    return GROUPS[declared].bases if declared in GROUPS else _BASES.get(declared, ())


def title(declared):
    """Return what is forbidden, in words where it is a group."""
    return GROUPS[declared].title if declared in GROUPS else declared


def kind(declared):
    """Return what a group is, to be added to a name: ` (automatic differentiation)`; nothing for a single name."""
    return f" ({GROUPS[declared].title})" if declared in GROUPS else ""


@functools.cache
def last(pattern):
    """Return the last name of a pattern, `*` where all of a module is meant."""
    return pattern.rpartition(".")[2]


@functools.cache
def method(pattern):
    """Return the class `library.Class` whose method a pattern names, or None."""
    of = pattern.rpartition(".")[0]
    return of if last(of)[:1].isupper() or last(of).endswith(_CLASSES) else None


def matches(used, pattern):
    """Tell whether a dotted name is a forbidden one: in the same library (or any), with the same last name.

    The library `?` stands for an object of which only the name of the method is known.
    """
    used = _public(used)
    if pattern.endswith(".*"):
        return used.startswith(pattern[:-1])
    library, _, rest = used.partition(".")
    if rest.rpartition(".")[2] != last(pattern):  # `last` would keep every name of every file
        return False
    wanted = pattern.partition(".")[0]
    if method(pattern):
        return library == "?" or used.startswith(method(pattern))
    return wanted in ("*", library)


def _public(used):
    """Return the public name of something from another path: Keras's own files, or another package with a Keras."""
    if used.startswith("tensorflow._api.v2."):
        used = "tensorflow." + used.removeprefix("tensorflow._api.v2.")
    path = next((path for path in _KERAS if used.startswith(path)), None)
    return used if path is None else "keras." + used.removeprefix(path)
