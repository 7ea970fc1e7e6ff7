"""Cards say which experiments use a set; the catalogue knows."""

import ast

import pytest

import course.data
from course import catalog


@pytest.fixture(scope="module")
def experiments():
    """All experiments by name, such as ``u02/softmax_regression``."""
    return {e.name: e for unit in catalog.load().units for e in unit.experiments}


def mentions(experiment, name):
    """Does the experiment's file hold the set's name as a string?"""
    tree = ast.parse(experiment.path.read_text(encoding="utf-8"))
    return any(isinstance(node, ast.Constant) and node.value == name for node in ast.walk(tree))


@pytest.mark.parametrize("name", course.data.names())
def test_used_by_names_the_experiments(name, experiments):
    used_by = course.data.card(name).used_by
    declared = {key for key, e in experiments.items() if name in e.accepts}
    missing = declared - set(used_by)
    assert not missing, f"add to used_by in datasets/{name}/card.toml: {sorted(missing)}"
    for key in used_by:
        assert key in experiments, f"datasets/{name}/card.toml: there is no experiment {key}"
        assert key in declared or mentions(experiments[key], name), f"{key} does not use {name}"
    assert list(used_by) == sorted(set(used_by)), "in alphabetical order, please"
