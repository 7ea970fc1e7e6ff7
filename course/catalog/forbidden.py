"""What an exercise forbids: names of its `exercise.toml`, and groups of names that mean one thing in every library.

| declared | forbids |
| --- | --- |
| `keras.ops.softmax` | what Keras calls `softmax`, wherever in Keras it lies |
| `*.softmax` | what any library calls `softmax`, methods of tensors included |
| `keras.layers.*` | all that the module holds |
| `torch.Tensor.backward` | the method of this class (a capital letter before the last name) |
| `@autodiff` | the group of this name, in the table below |

Libraries use many functions for purposes of their own: `numpy.linalg.norm` calls `svd`. So a forbidden function counts
when the student's file calls it, and not when a library does. The names in `ANYWHERE` are different: each of them is
the whole answer, and no library needs it for something else. They count wherever they are called while the student's
file runs: `torch.distributions.Categorical(logits=z).probs` is a softmax.

A group has a title for students and lists the names of each library once, so that an exercise forbids all ways to do
the same thing. Imported by the grader and in the candidate's process.
"""

from typing import NamedTuple


class Group(NamedTuple):
    """Names with the same meaning: `title` in words; one of `words` has to be in the task."""

    title: str
    words: tuple
    names: tuple


def _of(library, names):
    return tuple(f"{library}.{name}" for name in names.split())


GROUPS = {
    "@autodiff": Group(
        "automatic differentiation",
        ("automatic differentiation",),
        (
            *_of("course", "grad value_and_grad jvp vjp hvp"),
            *_of("jax", "grad value_and_grad jvp vjp vjp3 jet linearize linear_transpose"),
            *_of("jax", "jacfwd jacrev jacobian hessian saved_input_vjp fwd_and_bwd"),
            *_of("jax", "backward_pass backward_pass3 jvpfun jvp_jaxpr linearize_jaxpr direct_linearize"),
            *_of("torch", "Tensor.backward grad backward grad_and_value jvp vjp hvp vhp linearize"),
            *_of("torch", "jacfwd jacrev jacobian hessian make_dual dual_level"),
            *_of("torch", "run_backward _engine_run_backward Tensor.grad_fn get_gradient_edge"),
            *_of("functorch", "grad grad_and_value jvp vjp jacfwd jacrev hessian linearize"),
            *_of(
                "tensorflow", "GradientTape ForwardAccumulator gradients hessians make_vjp compute_gradient"
            ),
            *_of(
                "tensorflow", "implicit_grad implicit_val_and_grad gradients_function val_and_grad_function"
            ),
            *_of("tensorflow", "imperative_grad TFE_Py_TapeGradient gradients_v2 _GradientsHelper"),
            *_of(
                "keras", "Model.fit Model.train_on_batch Model.train_step Model.make_train_function"
            ),  # the optimizer's step tells the gradient
        ),
    ),
    "@optimizers": Group(
        "a ready-made optimizer",
        ("optimizer", "optimizers"),
        (
            *("keras.optimizers.*", "torch.optim.*", "optax.*", "jax.example_libraries.optimizers.*"),
            *(
                "tensorflow.compat.v1.train.*",
                "keras.Model.fit",
                "keras.Model.train_on_batch",
                "keras.Model.train_step",
                "keras.Model.make_train_function",
            ),
        ),
    ),
    "@layers": Group(
        "a ready-made layer",
        ("layer", "layers"),
        ("keras.layers.*", "keras.Layer", "keras.Sequential", "torch.nn.*"),
    ),
}

_ANYWHERE = """
    softmax log_softmax logsumexp reduce_logsumexp logaddexp Softmax LogSoftmax categorical_crossentropy
    sparse_categorical_crossentropy CategoricalCrossentropy SparseCategoricalCrossentropy cross_entropy
    CrossEntropyLoss nll_loss log_loss softmax_cross_entropy_with_logits sparse_softmax_cross_entropy_with_logits
    huber huber_loss smooth_l1_loss Huber HuberLoss SmoothL1Loss softplus silu swish elu leaky_relu log_sigmoid
    logsigmoid log_expit logit batch_norm batch_normalization layer_norm layer_normalization rms_norm
    rms_normalization dot_product_attention scaled_dot_product_attention convolve correlate max_pool max_pool1d
    max_pool2d max_pool3d extract_patches space_to_depth lstsq pinv polyfit sqrtm polar subspace_angles
    approx_fprime check_grad line_search clip_by_norm clip_by_global_norm clip_grad_norm_ confusion_matrix
    to_categorical box_iou compute_iou iou_matrix nms batched_nms non_max_suppression combined_non_max_suppression
    average_precision_score precision_recall_curve trim_mean bootstrap mannwhitneyu kmeans2 vq logpdf multinomial
"""
ANYWHERE = frozenset(_ANYWHERE.split())


def anywhere(declared):
    """Tell whether a declared name counts inside libraries too."""
    return last(declared) in ANYWHERE and not method(declared)


def patterns(forbidden):
    """Return the pairs (declared name, name without groups) of what an exercise declares."""
    pairs = []
    for declared in forbidden:
        names = GROUPS[declared].names if declared in GROUPS else (declared,)
        pairs += [(declared, name) for name in names]
    return pairs


def title(declared):
    """Return what is forbidden, in words where it is a group."""
    return GROUPS[declared].title if declared in GROUPS else declared


def kind(declared):
    """Return what a group is, to be added to a name: ` (automatic differentiation)`; nothing for a single name."""
    return f" ({GROUPS[declared].title})" if declared in GROUPS else ""


def last(pattern):
    """Return the last name of a pattern, `*` where all of a module is meant."""
    return pattern.rpartition(".")[2]


def method(pattern):
    """Return the class `library.Class` whose method a pattern names, or None."""
    of = pattern.rpartition(".")[0]
    return of if last(of)[:1].isupper() else None


def matches(used, pattern):
    """Tell whether a dotted name is a forbidden one: in the same library (or any), with the same last name.

    The library `?` stands for an object of which only the name of the method is known.
    """
    used = _public(used)
    if pattern.endswith(".*"):
        return used.startswith(pattern[:-1])
    library, _, rest = used.partition(".")
    if last(rest) != last(pattern):
        return False
    wanted = pattern.partition(".")[0]
    if method(pattern):
        return library == "?" or used.startswith(method(pattern))
    return wanted in ("*", library)


def _public(used):
    """Return the public name of something from another path: Keras's own files, or TensorFlow's Keras."""
    for path in ("keras.src.", "keras._tf_keras.keras.", "tensorflow.keras."):
        if used.startswith(path):
            return "keras." + used.removeprefix(path)
    return used
