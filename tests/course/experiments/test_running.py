import json
import math
import random

import keras
import matplotlib
import numpy as np
import pytest
from PIL import Image

from course import CourseError, catalog
from course.experiments import Run, run_experiment
from course.experiments.result import write_json
from tests.course import mini


@pytest.fixture
def small(tmp_path):
    return catalog.load(mini.write(tmp_path))


def one(tmp_path, text, expected=""):
    """Return a mini course's extra experiment with this text."""
    toml = mini.add(mini.UNIT_TOML, "extra", expected)
    return catalog.load(mini.write(tmp_path, toml, extra=text)).find("u01/extra")


def strict_json(text):
    def refuse(name):
        raise AssertionError(f"{name} is not JSON")

    return json.loads(text, parse_constant=refuse)


def test_a_run_that_is_well_is_recorded_whole(small, tmp_path, backend):
    told = []
    result = run_experiment(small.find("good"), seed=3, out=tmp_path / "out", progress=told.append)
    assert (result.status, result.problems, result.error) == ("ok", [], None)
    assert (result.name, result.title, result.book) == ("u01/good", "All is well & good", "§1.1")
    assert (result.backend, result.mode, result.seed) == (backend, "quick", 3)
    assert result.data == [{"name": "iris", "source": "embedded", "options": {}, "notes": []}]  # used twice
    assert result.metrics["rows"] == 150
    assert result.metrics["epochs"] == 1
    assert result.expected == {"rows": [150, 150], "draw": [0, 1]}
    assert result.logs == ["one <line> [red]of[/red] text"]
    assert result.tables == [
        {"title": "A <table>", "columns": ["name", "value"], "rows": [["a", 0.5], ["b", "nan"]]}
    ]
    assert told == ["data: iris (embedded)", "one <line> [red]of[/red] text"]
    assert result.seconds > 0
    assert result.versions["keras"] == keras.__version__

    written = strict_json((tmp_path / "out" / "u01" / "good" / "result.json").read_text(encoding="utf-8"))
    assert written == result.to_json()
    keys = {
        "unit",
        "experiment",
        "backend",
        "data",
        "seed",
        "metrics",
        "expected",
        "seconds",
        "device",
        "versions",
    }
    assert keys < set(written)


def test_the_same_seed_gives_the_same_numbers_and_another_seed_others(small):
    good = small.find("good")
    first = run_experiment(good, seed=1)
    random.random()
    np.random.random()  # noqa: NPY002
    assert run_experiment(good, seed=1).metrics == first.metrics
    other = run_experiment(good, seed=2)
    for name in ("draw", "numpy_draw", "own_draw", "python_draw"):
        assert first.metrics[name] != other.metrics[name]


@pytest.mark.backend_independent
def test_figures_are_saved_and_are_the_same_again(tmp_path):
    pictures = one(tmp_path, mini.PICTURES)
    result = run_experiment(pictures, out=tmp_path / "a")
    assert result.status == "ok"
    described = [figure.pop("alt") for figure in result.figures]
    assert described[0].startswith("numbers from ")
    assert "a line goes from 0 to 0." in described[0]
    assert described[1:] == [
        "",
        "An animation. Its last frame: 2: numbers from 0 to 1 against numbers from 0 to 1.",
    ]
    assert result.figures == [
        {
            "name": "curve",
            "png": "curve.png",
            "inches": [3.0, 2.0],
            "look_alikes": [],
            "text": 11.0,
            "svg": "curve.svg",
        },
        {
            "name": "grid",
            "png": "grid.png",
            "inches": [3.0, 1.5],
            "look_alikes": [],
            "text": 11.0,
            "svg": "grid.svg",
        },
        {
            "name": "wave",
            "png": "wave.png",
            "inches": [2.0, 1.0],
            "look_alikes": [],
            "text": 11.0,
            "gif": "wave.gif",
        },
    ]
    folder = tmp_path / "a" / "u01" / "extra"
    files = {"result.json", "curve.png", "curve.svg", "grid.png", "grid.svg", "wave.png", "wave.gif"}
    assert {path.name for path in folder.iterdir()} == files
    assert (folder / "curve.svg").read_text(encoding="utf-8").startswith("<?xml")
    with Image.open(folder / "wave.gif") as gif:
        assert (gif.n_frames, gif.info["duration"], gif.info["loop"]) == (3, 250, 0)
    with Image.open(folder / "curve.png") as png:
        assert png.size == (480, 320)

    run_experiment(pictures, out=tmp_path / "b")
    for name in files - {"result.json"}:
        assert (folder / name).read_bytes() == (tmp_path / "b" / "u01" / "extra" / name).read_bytes()


@pytest.mark.backend_independent
def test_full_takes_its_own_set_and_bands(small):
    result = run_experiment(small.find("good"), full=True)
    assert (result.status, result.mode, result.data_names) == ("ok", "full", ["wine"])
    assert result.expected == {"rows": [178, 178]}
    assert result.metrics["epochs"] == 2


@pytest.mark.backend_independent
def test_another_set_has_no_bands(small):
    result = run_experiment(small.find("good"), data="diabetes")
    assert (result.status, result.data_names, result.expected) == ("ran", ["diabetes"], {})
    assert not result.failed
    same = run_experiment(small.find("good"), data="iris")
    assert (same.status, set(same.expected)) == ("ok", {"rows", "draw"})


@pytest.mark.backend_independent
def test_a_set_that_is_not_accepted_is_refused_before_anything_runs(small, tmp_path):
    with pytest.raises(CourseError, match="does not take --data mnist; it takes iris, wine, diabetes"):
        run_experiment(small.find("good"), data="mnist", out=tmp_path / "out")
    with pytest.raises(CourseError, match="it makes its own numbers"):
        run_experiment(small.find("outside"), data="iris")
    assert not (tmp_path / "out").exists()


@pytest.mark.backend_independent
def test_a_metric_outside_its_band_or_not_finite_is_off(small, tmp_path):
    result = run_experiment(small.find("outside"), out=tmp_path)
    assert (result.status, result.failed) == ("off", True)
    assert result.problems == ["value = 2 is outside [0.5, 1]", "broken = nan is not finite"]
    written = strict_json((tmp_path / "u01" / "outside" / "result.json").read_text())
    assert written["metrics"] == {"value": 2.0, "broken": None}
    assert written["not_finite"] == {"broken": "nan"}


@pytest.mark.backend_independent
@pytest.mark.parametrize(
    ("value", "status"),
    [("0", "ok"), ("1", "ok"), ("1.0000001", "off"), ("-1e-9", "off"), ("float('inf')", "off")],
)
def test_a_band_holds_its_ends(tmp_path, value, status):
    result = run_experiment(one(tmp_path, f"def run(r):\n    r.metric('value', {value})\n"))
    assert result.status == status


@pytest.mark.backend_independent
def test_an_experiment_that_raises_gives_a_sentence_with_its_line(small, tmp_path):
    result = run_experiment(small.find("raises"), out=tmp_path)
    assert (result.status, result.failed) == ("error", True)
    assert result.error == "ValueError: it broke [bold]here[/bold] <i> (raises.py, line 6)"
    assert "Traceback" in result.traceback
    assert result.logs == ["so far so good"]
    assert (tmp_path / "u01" / "raises" / "before.png").is_file()
    assert strict_json((tmp_path / "u01" / "raises" / "result.json").read_text())["status"] == "error"


@pytest.mark.backend_independent
def test_a_metric_with_a_band_that_is_not_recorded_is_an_error(tmp_path):
    result = run_experiment(one(tmp_path, "def run(r):\n    r.metric('other', 1)\n"))
    assert result.status == "error"
    assert "extra.py did not record value" in result.error


@pytest.mark.backend_independent
def test_an_experiment_that_does_not_import_is_an_error(tmp_path):
    result = run_experiment(one(tmp_path, "import no_such_package\n"))
    assert result.status == "error"
    assert result.error.startswith(
        "ModuleNotFoundError: No module named 'no_such_package' (extra.py, line 1)"
    )


@pytest.mark.backend_independent
def test_a_figure_that_cannot_be_drawn_is_an_error(tmp_path):
    text = "def run(r):\n    r.metric('value', 0.5)\n    fig, ax = r.figure('f')\n    ax.set_title('$\\\\nonsense{$')\n"
    result = run_experiment(one(tmp_path, text), out=tmp_path / "out")
    assert result.status == "error"
    assert "A figure could not be drawn" in result.error


@pytest.mark.backend_independent
def test_data_without_a_set_is_an_error(tmp_path):
    result = run_experiment(one(tmp_path, "def run(r):\n    r.data()\n"))
    assert 'data = "none"' in result.error


@pytest.mark.backend_independent
def test_ctrl_c_comes_through(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        run_experiment(one(tmp_path, "def run(r):\n    raise KeyboardInterrupt\n"))


def test_what_an_experiment_sets_for_all_of_keras_is_undone(tmp_path):
    text = """
import keras
import matplotlib

def run(r):
    keras.config.set_floatx("float64")
    keras.config.set_dtype_policy("float64")
    keras.config.set_image_data_format("channels_first")
    matplotlib.rcParams["lines.linewidth"] = 7
    r.metric("value", 1)
"""
    before = keras.config.dtype_policy().name, matplotlib.rcParams["lines.linewidth"]
    assert run_experiment(one(tmp_path, text)).status == "ok"
    assert keras.config.floatx() == "float32"
    assert keras.config.image_data_format() == "channels_last"
    assert (keras.config.dtype_policy().name, matplotlib.rcParams["lines.linewidth"]) == before


@pytest.mark.backend_independent
def test_warnings_are_told_once(tmp_path):
    text = """
import warnings

def run(r):
    r.metric("value", 1)
    warnings.simplefilter("always")
    for i in range(3):
        warnings.warn("look here", stacklevel=1)
"""
    assert run_experiment(one(tmp_path, text)).warnings == ["UserWarning: look here"]


@pytest.fixture
def run(small):
    return Run(small.find("good"))


@pytest.mark.backend_independent
@pytest.mark.parametrize(
    ("value", "number"),
    [
        (3, 3),
        (True, 1),
        (0.25, 0.25),
        (np.float32(0.5), 0.5),
        (np.int64(7), 7),
        (np.array([[2.0]]), 2.0),
    ],
)
def test_a_metric_is_one_plain_number(run, value, number):
    run.metric("m", value)
    assert run.metrics["m"] == number
    assert type(run.metrics["m"]) is type(number)


def test_a_metric_may_be_a_tensor_or_a_variable(run):
    run.metric("tensor", keras.ops.convert_to_tensor(0.5))
    run.metric("variable", keras.Variable(0.25))
    assert run.metrics == {"tensor": 0.5, "variable": 0.25}


@pytest.mark.backend_independent
@pytest.mark.parametrize("value", [np.zeros(2), np.zeros(0), keras.ops.ones((2, 1))])
def test_a_metric_that_is_not_one_number_is_refused(run, value):
    with pytest.raises(ValueError, match="must be one number"):
        run.metric("m", value)


@pytest.mark.backend_independent
@pytest.mark.parametrize("name", ["", "Accuracy", "../up", "a b", "1st", None, "a-b"])
def test_names_are_identifiers(run, name):
    with pytest.raises(ValueError, match="must be lower case"):
        run.metric(name, 1)
    with pytest.raises(ValueError, match="must be lower case"):
        run.figure(name)


@pytest.mark.backend_independent
def test_a_name_is_used_once(run):
    run.metric("m", 1)
    with pytest.raises(ValueError, match="recorded before"):
        run.metric("m", 1)
    fig, _ = run.figure("f")
    with pytest.raises(ValueError, match="recorded before"):
        run.figure("f")
    run.animation("f", fig, lambda i: None, frames=1)  # the figure becomes the animation
    with pytest.raises(ValueError, match="recorded before"):
        run.figure("f")


@pytest.mark.backend_independent
def test_a_table_has_a_cell_for_each_column(run):
    with pytest.raises(ValueError, match="2 columns and a row of 1"):
        run.table(["a", "b"], [[1, 2], [3]])


@pytest.mark.backend_independent
def test_an_animation_needs_a_frame(run):
    fig, _ = run.figure("f")
    with pytest.raises(ValueError, match="at least one frame"):
        run.animation("wave", fig, lambda i: None, frames=0)


@pytest.mark.backend_independent
def test_a_grid_is_not_drawn_over_an_image(run, tmp_path):
    with matplotlib.rc_context({"axes.grid": True}):
        _, (left, right) = run.figure("f", 1, 2)
        left.imshow(np.eye(2))
        run.save(tmp_path)
    assert not any(line.get_visible() for line in left.get_xgridlines())
    assert all(line.get_visible() for line in right.get_xgridlines())


@pytest.mark.backend_independent
def test_json_is_written_whole_or_not_at_all(tmp_path):
    path = tmp_path / "x.json"
    write_json(path, {"a": [np.float64(math.inf), np.int32(2), None, (1, "é")]})
    assert strict_json(path.read_text(encoding="utf-8")) == {"a": ["inf", 2, None, [1, "é"]]}

    class Bad:
        def __str__(self):
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_json(path, {"a": Bad()})
    assert strict_json(path.read_text(encoding="utf-8"))["a"][1] == 2
    assert [p.name for p in tmp_path.iterdir()] == ["x.json"]


MODEL = """
import keras


def run(r):
    network = keras.Sequential([keras.layers.Dense(2)])
    for _ in range(3):
        with r.model("value", network) as record:
            network.build((None, 4))
    {more}
"""
ON_BOARD = """value = [0, 1]
[experiment.leaderboard]
task = "t"
score = "s"
better = "higher"
[experiment.leaderboard.models]
"a model" = "value"
"""


def test_a_model_is_recorded_with_its_parameters_and_seconds(tmp_path):
    extra = one(tmp_path, MODEL.format(more='r.metric("value", 0.5)'), ON_BOARD)
    result = run_experiment(extra)
    assert result.status == "ok", result.error
    recorded = result.models["value"]
    assert (recorded["parameters"], recorded["trainings"]) == (10, 3)
    assert 0 < recorded["seconds"] < result.seconds
    assert result.to_json()["models"] == result.models


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('def run(r):\n    r.metric("value", 0.5)', "did not record the model of value"),
        (MODEL.format(more='r.metric("value", 0.5); r.model("valve", 3)'), "called r.model with valve"),
        (
            'def run(r):\n    r.metric("value", 0.5)\n    r.model("value", keras.Sequential([keras.layers.Dense(2)]))',
            "ValueError",
        ),
    ],
)
def test_a_model_that_is_not_recorded_as_announced_is_an_error(tmp_path, text, message):
    result = run_experiment(one(tmp_path, "import keras\n" + text, ON_BOARD))
    assert result.status == "error"
    assert message in result.error
    assert result.models == {}
