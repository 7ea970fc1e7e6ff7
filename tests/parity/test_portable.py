"""``course portable`` finds where a step means something else on another backend, and says why."""

import json
import sys

import pytest
from typer.testing import CliRunner

from course.cli import app
from course.testing.portable import worker
from course.testing.portable.compare import compare

pytestmark = pytest.mark.parity

FILE = """
import keras, numpy as np, course
from keras import ops

batch = np.random.default_rng(0).normal(size=(8, 3)).astype("float32")
RUNS = []


class Base(course.Model):
    def __init__(self):
        super().__init__()
        self.net = keras.Sequential([keras.layers.BatchNormalization(), keras.layers.Dense(1)])
        self.seed = keras.random.SeedGenerator(1)
        self.own = keras.optimizers.Adam(0.01)

    def noise(self, x):
        return keras.random.normal(ops.shape(x), seed=self.seed)

    def more(self, loss):
        return {}

    def train_step(self, x):
        z = self.noise(x)
        loss, gradients = course.value_and_grad(
            lambda: ops.mean(self.net(x + z, training=True) ** 2), self.net.trainable_variables
        )
        self.own.apply(gradients, self.net.trainable_variables)
        return {"loss": loss, **self.more(loss)}


class Counting(Base):
    def more(self, loss):
        RUNS.append(1)
        return {"runs": 0.1 * len(RUNS) + 0 * loss}


class Unseeded(Base):
    def noise(self, x):
        return keras.random.normal(ops.shape(x))


class Looking(Base):
    def more(self, loss):
        return {"number": float(loss)}


def good():
    model = Base()
    model.compile()
    return model
"""


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("portable") / "steps.py"
    path.write_text(FILE, encoding="utf-8")
    return path


def tried(file, name, *options):
    done = CliRunner().invoke(app, ["portable", f"{file}:{name}", "--steps", "3", "--json", *options])
    return done.exit_code, (json.loads(done.stdout) if done.exit_code < 2 else done.output)


def test_a_portable_step(file):
    status, told = tried(file, "good")
    assert status == 0, told
    assert "jax, tensorflow and torch agree over 3 steps" in told["lines"][0]


def test_where_the_numbers_part_is_status_1(file):
    status, told = tried(file, "Counting", "--backend", "torch")
    assert status == 1
    assert "as compiled and as written differ from step 1 on: the reported runs" in told["lines"][0], told


@pytest.fixture
def result(file, tmp_path, monkeypatch, backend):
    """Function of a name in the file that returns what the worker writes of it, in this process."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setitem(sys.modules, "portable_model", None)

    def make(name):
        worker.main(str(file), name, "3", str(tmp_path / "out.json"))
        return json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))

    return make


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("Unseeded", "draws random numbers without a seed"),
        ("Looking", "needs the numbers in a tensor (steps.py, line "),
    ],
)
def test_why_a_step_is_refused(result, backend, name, message):
    agree, lines = compare({backend: result(name)})
    assert not agree
    assert message in lines[0]


def test_a_file_without_what_is_needed(result, file):
    assert "has no Nobody" in result("Nobody")["mistake"]
    status, output = tried(file.with_name("nowhere.py"), "Base")
    assert status == 2
    assert "There is no file" in output


def entry(value, dtype="float32", name="loss", step=0):
    return {"step": step, "kind": "log", "name": name, "dtype": dtype, "value": [value]}


def test_dtypes_and_failures_in_words():
    def both(*entries):
        return {"compiled": list(entries), "eager": list(entries)}

    agree, lines = compare({"jax": both(entry(1.0)), "torch": both(entry(1.0, "float64"))})
    assert not agree
    assert "the reported loss has dtype float32 on jax and float64 on torch" in lines[0]
    agree, lines = compare({"jax": both(entry(1, "int32")), "torch": both(entry(1, "int64"))})
    assert agree
    steps = both(entry(1.0), entry(2.0, step=1)), both(entry(1.0), entry(2.1, step=1))
    agree, lines = compare(dict(zip(("jax", "torch"), steps, strict=True)))
    assert not agree
    assert (
        "jax and torch differ from step 2 on: the reported loss is 2 and 2.1. Each backend gives" in lines[0]
    )
    agree, lines = compare({"jax": {"error": "TypeError: no"}, "torch": both(entry(1.0))})
    assert (agree, lines) == (False, ["jax: TypeError: no", "On torch the steps run."])
    agree, lines = compare({"jax": {"refused": "no"}, "torch": {"refused": "no"}})
    assert lines == ["jax and torch: no"]
