"""One-off programs are compiled quickly where that is known to work, and what a user says stands."""

import os
from importlib import metadata

import keras
import numpy as np
import pytest
from keras import ops

import course
from course.bench import machine
from course.processes import short_runs, xla_flags

FLAG = "--xla_cpu_use_fusion_emitters"
ONE_PIECE = "--xla_cpu_parallel_codegen_split_count=1"


@pytest.fixture
def jaxlib(monkeypatch):
    """A machine with a jaxlib that was tried and no accelerator."""
    monkeypatch.setattr(xla_flags.metadata, "version", lambda name: "0.10.7")
    monkeypatch.setattr(xla_flags, "find_spec", lambda name: None)
    return monkeypatch


def asked(backend="jax", **environment):
    xla_flags.configure(environment, backend)
    return environment.get("XLA_FLAGS")


@pytest.mark.backend_independent
def test_it_is_asked_for_beside_other_flags(jaxlib):
    assert asked() == f"{FLAG}=false"
    assert asked(XLA_FLAGS="--xla_dump_to=/tmp/x") == f"--xla_dump_to=/tmp/x {FLAG}=false"


@pytest.mark.backend_independent
def test_a_users_wish_stands(jaxlib):
    assert asked(XLA_FLAGS=f"{FLAG}=true") == f"{FLAG}=true"


@pytest.mark.backend_independent
def test_an_unknown_jaxlib_is_told_nothing(jaxlib):
    jaxlib.setattr(xla_flags.metadata, "version", lambda name: "0.11.0")
    assert asked() is None
    jaxlib.setattr(xla_flags.metadata, "version", lambda name: "0.9.2")
    assert asked() is None


@pytest.mark.backend_independent
def test_an_accelerator_is_left_alone_unless_the_processor_is_chosen(jaxlib):
    jaxlib.setattr(xla_flags, "find_spec", lambda name: name == "jax_plugins" or None)
    assert asked() is None
    assert asked(JAX_PLATFORMS="cpu") == f"{FLAG}=false"


@pytest.mark.backend_independent
def test_without_jax_nothing_is_set(jaxlib):
    def missing(name):
        raise xla_flags.metadata.PackageNotFoundError(name)

    jaxlib.setattr(xla_flags.metadata, "version", missing)
    assert asked() is None


@pytest.mark.backend_independent
def test_native_loops_are_measured_as_jax_compiles_by_itself(jaxlib):
    jaxlib.setenv("XLA_FLAGS", f"--xla_dump_to=/tmp/x {FLAG}=false")
    environment = machine.environment("jax")
    assert environment["XLA_FLAGS"].split() == ["--xla_dump_to=/tmp/x", f"{FLAG}=true"]
    xla_flags.configure(environment, "jax")  # as the child does
    assert environment["XLA_FLAGS"].split() == ["--xla_dump_to=/tmp/x", f"{FLAG}=true"]


@pytest.mark.backend_independent
def test_with_few_optimizations_steps_are_compiled_like_all_else(jaxlib):
    jaxlib.setenv("XLA_FLAGS", f"{FLAG}=false")
    jaxlib.setenv("JAX_DISABLE_MOST_OPTIMIZATIONS", "0")
    assert xla_flags.hot() == {FLAG.strip("-"): True}
    jaxlib.setenv("JAX_DISABLE_MOST_OPTIMIZATIONS", "1")
    assert xla_flags.hot() is None


@pytest.mark.backend_independent
def test_with_few_optimizations_code_is_generated_in_one_piece(jaxlib):
    environment = {"JAX_DISABLE_MOST_OPTIMIZATIONS": "1"}
    for _ in range(2):  # a process passes the variables on to those that it starts
        xla_flags.configure(environment, "jax")
        assert environment["XLA_FLAGS"].split() == [f"{FLAG}=false", ONE_PIECE]
    environment["JAX_DISABLE_MOST_OPTIMIZATIONS"] = "0"
    xla_flags.configure(environment, "jax")
    assert environment["XLA_FLAGS"] == f"{FLAG}=false"


@pytest.mark.backend_independent
@pytest.mark.parametrize(
    ("backend", "environment", "changed"),
    [
        ("jax", {}, True),
        ("jax", {"JAX_DISABLE_MOST_OPTIMIZATIONS": "0"}, False),  # what a user sets is not changed
        ("jax", {"JAX_DISABLE_MOST_OPTIMIZATIONS": "1"}, False),
        ("torch", {}, False),
        ("jax", {"COURSE_FAST": "0"}, False),
    ],
)
def test_short_runs_are_compiled_with_few_optimizations(jaxlib, backend, environment, changed):
    environment = {"JAX_PLATFORMS": "cpu"} | environment
    before = dict(environment)
    said = short_runs.configure(environment, backend)
    assert ("JAX_DISABLE_MOST_OPTIMIZATIONS=0" in said) == changed
    assert environment == before | ({"JAX_DISABLE_MOST_OPTIMIZATIONS": "1"} if changed else {})


@pytest.mark.backend_independent
@pytest.mark.parametrize(
    ("environment", "changed"),
    [({}, True), ({"COURSE_GRAPH_OPTIMIZER": "1"}, False), ({"COURSE_FAST": "0"}, False)],
)
def test_short_runs_leave_out_tensorflows_graph_optimizer(environment, changed):
    before = dict(environment)
    said = short_runs.configure(environment, "tensorflow")
    assert ("COURSE_GRAPH_OPTIMIZER=1" in said) == changed
    assert environment == before | ({"COURSE_GRAPH_OPTIMIZER": "0"} if changed else {})


@pytest.mark.backend_independent
def test_what_was_said_to_jax_is_not_said_to_tensorflow(jaxlib):
    assert asked("tensorflow", XLA_FLAGS=f"{FLAG}=false {ONE_PIECE}") == ""
    assert asked("tensorflow") is None
    assert asked("tensorflow", XLA_FLAGS=f"{FLAG}=false") == ""
    assert asked("tensorflow", XLA_FLAGS=f"--xla_dump_to=/tmp/x {FLAG}=false") == "--xla_dump_to=/tmp/x"
    assert asked("tensorflow", XLA_FLAGS=f"{FLAG}=true") == f"{FLAG}=true"


def test_the_installed_jaxlib_was_tried(backend):
    if backend != "jax":
        pytest.skip("JAX's")
    version = metadata.version("jaxlib")
    assert version.startswith(xla_flags._KNOWN), (
        f"jaxlib {version}: does it know {FLAG}, and is it still quicker without? Then name it in _KNOWN."
    )


def test_steps_ask_for_the_other_generator(backend, monkeypatch):
    """The option reaches the compiler: one that XLA does not know is refused by name."""
    if backend != "jax":
        pytest.skip("JAX's")
    monkeypatch.delenv("JAX_DISABLE_MOST_OPTIMIZATIONS", raising=False)
    assert (xla_flags.hot() is None) == (f"{FLAG}=false" not in os.environ.get("XLA_FLAGS", ""))
    monkeypatch.setattr(xla_flags, "hot", lambda: {"xla_cpu_no_such_flag": True})
    with pytest.raises(Exception, match="xla_cpu_no_such_flag"):
        course.compiled(ops.sin)(np.ones(3, "float32"))
    layer = keras.layers.Dense(1)
    model = Line(layer)
    model.compile(optimizer="sgd")
    with pytest.raises(Exception, match="xla_cpu_no_such_flag"):
        model.fit(np.ones((4, 2), "float32"), verbose=0)


class Line(course.Model):
    """The mean of a layer's outputs is its loss."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def call(self, x):
        return self.layer(x)

    def train_step(self, data):
        def loss():
            return ops.mean(self(data, training=True) ** 2)

        value, gradients = course.value_and_grad(loss, self.trainable_variables)
        self.optimizer.apply(gradients, self.trainable_variables)
        return {"loss": value}
