"""Private names of Keras and of the backends: each is in one table with its reason, and each is there."""

import ast
import importlib
import re
import subprocess
import tomllib
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import ops
from keras.src.trainers.data_adapters.array_data_adapter import ArrayDataAdapter
from keras.src.trainers.data_adapters.generator_data_adapter import GeneratorDataAdapter
from keras.src.trainers.data_adapters.py_dataset_adapter import PyDatasetAdapter

from course.gate.stages import ROOT

TABLE = tomllib.loads(Path(__file__).with_name("private_names.toml").read_text("utf-8"))
NAMES = {name for of_package in TABLE.values() for name in of_package}
PACKAGE = re.compile(
    r"keras\.src|jax\._|jaxlib|tensorflow\.python|torch\._|torch\.fx|(?!course\.|units\.).*\._"
)
OF_PYTHON = {"_exit", "_getframe"}  # os._exit and sys._getframe are documented


class Data(keras.utils.PyDataset):
    def __len__(self):
        return 1

    def __getitem__(self, i):
        return np.zeros((2, 1))


def objects(backend):
    """One object of each kind that the table names, on this backend."""
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("adam", "mse")
    model.optimizer.build(model.trainable_variables)
    tensor = model(np.zeros((1, 1)))
    found = {
        "Variable": model.weights[0],
        "Layer": model.layers[0],
        "Model": model,
        "Optimizer": model.optimizer,
        "ArrayDataAdapter": ArrayDataAdapter(np.zeros((2, 1))),
        "GeneratorDataAdapter": GeneratorDataAdapter(iter([(np.zeros((2, 1)),)] * 3)),
        "PyDatasetAdapter": PyDatasetAdapter(Data()),
        "BackupAndRestore": keras.callbacks.BackupAndRestore("backup"),
        "Tensor": keras.layers.Masking()(np.ones((1, 1, 1))) if backend == "keras" else tensor,
    }
    if backend == "torch":
        torch = importlib.import_module("torch")
        found |= {"Storage": tensor.untyped_storage(), "Operation": torch.ops.aten.add.Tensor}
    if backend == "tensorflow":
        found["Graph"] = importlib.import_module("tensorflow").Graph()
    return found


@pytest.mark.parametrize("package", ["keras", keras.backend.backend()])
def test_each_name_is_there(package):
    known = objects(package)
    missing = []
    for name in TABLE[package]:
        owner, colon, attribute = name.partition(":")
        there = hasattr(known[owner], attribute) if colon else _exists(name)
        if not there:
            missing.append(name)
    assert not missing
    assert ops.shape(known["Model"](np.zeros((1, 1)))) == (1, 1)


def _exists(dotted):
    parts = dotted.split(".")
    for i in range(len(parts), 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:i]))
        except ImportError:
            continue
        for part in parts[i:]:
            if not hasattr(found, part):
                return False
            found = getattr(found, part)
        return True
    return False


@pytest.mark.backend_independent
def test_every_name_that_is_used_is_in_the_table():
    """What the tree takes from a private module, and every attribute with ``_`` that the tree does not define."""
    files = subprocess.run(
        ["git", "ls-files", "course/*.py", "units/*.py"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    trees = [ast.parse((ROOT / f).read_text("utf-8")) for f in files if (ROOT / f).exists()]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    imported = {
        f"{n.module}.{a.name}"
        for n in nodes
        if isinstance(n, ast.ImportFrom) and n.module and not n.level and PACKAGE.match(n.module)
        for a in n.names
    } | {a.name for n in nodes if isinstance(n, ast.Import) for a in n.names if PACKAGE.match(a.name)}
    assert imported - NAMES == set()
    last = {re.split(r"[.:]", name)[-1] for name in NAMES} | {p for name in NAMES for p in name.split(".")}
    foreign = {
        n.attr
        for n in nodes
        if isinstance(n, ast.Attribute) and n.attr.startswith("_") and n.attr[:2] != "__"
    }
    assert foreign - _defined(nodes) - last - OF_PYTHON == set()


@pytest.mark.backend_independent
def test_every_name_of_the_table_is_used():
    text = "\n".join(p.read_text("utf-8") for p in (ROOT / "course").rglob("*.py"))
    text += "\n".join(p.read_text("utf-8") for p in (ROOT / "units").rglob("*.py"))
    unused = {name for name in NAMES if not re.search(rf"\b{re.escape(re.split(r'[.:]', name)[-1])}\b", text)}
    assert unused == set()


def _defined(nodes):
    """The names that the tree itself defines or assigns."""
    found = set()
    for n in nodes:
        if isinstance(n, (ast.FunctionDef, ast.ClassDef)):
            found.add(n.name)
        elif isinstance(n, ast.Attribute) and isinstance(n.ctx, ast.Store):
            found.add(n.attr)
        elif isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store):
            found.add(n.id)
    return found
