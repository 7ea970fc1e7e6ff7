"""Checks all properties of a Keras layer on the running backend: ``course.testing.check_layer``."""

from course.testing.layer_check_steps import Case

_POLICIES = ("float32", "float16", "bfloat16", "mixed_float16", "mixed_bfloat16", "float64")


def check_layer(
    make,
    input_shape,
    *,
    init_kwargs=None,
    call_kwargs=None,
    input_dtype="float32",
    supports_mask=False,
    random_in_training=False,
    expected_output_shape=None,
    same_for_each_sample=True,
    policies=_POLICIES,
    rtol=1e-5,
    atol=1e-5,
):
    """Assert that a layer builds, computes, trains, is saved and obeys dtypes and masks as a Keras layer must.

    Args:
        make: a layer class, or a function that returns a new layer; called several times.
        input_shape: (batch, …) with numbers, batch at least 2.
        init_kwargs: what ``make`` is called with.
        call_kwargs: further arguments of the layer's call.
        input_dtype: of the inputs; integers are drawn from 0 to 4.
        supports_mask: ``"propagates"`` (or True): a mask (batch, seq) goes on to the output; ``"consumes"``: it is used
            up. In both cases masked values must not matter. False: not checked.
        random_in_training: whether two calls in training differ. Without it they must be equal.
        expected_output_shape: of the output for ``input_shape``, if it is to be compared.
        same_for_each_sample: at inference a sample's output does not depend on the rest of its batch.
        policies: names of dtype policies. ``float64`` is left out if the backend has none (JAX by default).
        rtol: relative tolerance of values that must be equal.
        atol: absolute tolerance of values that must be equal.

    Raises:
        AssertionError: that names the layer, the step and what is wrong.

    Example:

    >>> check_layer(keras.layers.Dense, (4, 3), init_kwargs={"units": 2}, expected_output_shape=(4, 2))
    """
    if supports_mask not in (False, True, "propagates", "consumes"):
        raise ValueError(f'supports_mask is False, "propagates" or "consumes", not {supports_mask!r}.')
    case = Case(make, init_kwargs or {}, tuple(input_shape), call_kwargs or {}, input_dtype, rtol, atol)
    with case.step("eager call"):
        expected = case.eager(random_in_training, expected_output_shape)
    with case.step("build"):
        case.build()
    with case.step("symbolic call"):
        case.symbolic(expected)
    with case.step("other batch sizes"):
        case.batch_sizes(same_for_each_sample)
    with case.step("gradient"):
        case.gradient()
    with case.step("compiled step"):
        case.compiled()
    with case.step("config"):
        case.config()
    with case.step("save and load"):
        case.saving()
    for policy in policies:
        with case.step(f"dtype policy {policy}"):
            case.policy(policy)
    if supports_mask:
        with case.step("mask"):
            case.mask(consumed=supports_mask == "consumes")
