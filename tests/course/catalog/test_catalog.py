import pytest

from course import CourseError, catalog
from tests.course import mini


@pytest.fixture
def small(tmp_path):
    return catalog.load(mini.write(tmp_path))


def test_a_unit_is_read_whole(small):
    (unit,) = small.units
    assert (unit.number, unit.name, unit.slug) == (1, "u01", "u01_mini")
    assert (unit.title, unit.idea, unit.book) == ("A <b>mini</b> unit", "Just enough.", "§1")
    assert [e.name for e in small.experiments] == ["u01/good", "u01/outside", "u01/raises"]
    assert [e.name for e in small.exercises] == ["u01/ex01_double"]

    good = unit.experiments[0]
    assert (good.data, good.full, good.also) == ("iris", "wine", ("diabetes",))
    assert good.accepts == ("iris", "wine", "diabetes")
    assert good.expected == {"rows": (150, 150), "draw": (0, 1)}
    assert good.expected_full == {"rows": (178, 178)}
    assert good.path == unit.path / "experiments" / "good.py"
    assert unit.experiments[1].accepts == ()

    exercise = unit.exercises[0]
    assert (exercise.number, exercise.points, exercise.minutes, exercise.difficulty) == (1, 2, 5, 3)
    assert (exercise.arrays, exercise.hints) == ("numpy", ("first", "second"))
    assert exercise.mistakes == {"half": "it halves"}
    for path in (exercise.task, exercise.check, exercise.solution):
        assert path.is_file()
    solution = exercise.solution.read_text()
    assert exercise.stub.read_text() == solution.replace("return 2 * x", "raise NotImplementedError")
    assert {name: file.text for name, file in exercise.wrong.items()} == {
        "half": solution.replace("2 * x", "x / 2")
    }


def test_units_come_in_order_and_other_folders_are_passed_over(tmp_path):
    mini.write(tmp_path)
    for slug in ("u10_last", "u02_next"):
        (tmp_path / "units" / slug).mkdir()
        (tmp_path / "units" / slug / "unit.toml").write_text('title = "t"\nidea = "i"\nbook = "b"\n')
    (tmp_path / "units" / "__pycache__").mkdir()
    assert [unit.name for unit in catalog.load(tmp_path).units] == ["u01", "u02", "u10"]


@pytest.mark.parametrize("text", ["1", "01", "u1", "u01", "U01", "u01_mini", "units/u01_mini/", " 1 "])
def test_a_unit_has_many_names(small, text):
    assert small.find(text) is small.units[0]


@pytest.mark.parametrize(
    "text",
    ["1.1", "u01.1", "u01/1", "u01/ex01", "u01/ex1", "1/ex01_double", "u01_mini/ex01_double", "ex01_double"],
)
def test_an_exercise_has_many_names(small, text):
    assert small.find(text) is small.exercises[0]


@pytest.mark.parametrize("text", ["u01/good", "1/good", "u01_mini/good", "good", "u01/good.py"])
def test_an_experiment_has_many_names(small, text):
    assert small.find(text) is small.experiments[0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("u01/god", "did you mean u01/good"),
        ("raise", "did you mean u01/raises"),
        ("u01/ex01_dubble", "did you mean u01/ex01_double"),
        ("1.2", "`course list u01`"),
        ("7", "There is no 7"),
        ("", "There is no"),
        ("zzzzzz", "`course list`"),
    ],
)
def test_what_is_not_there_is_an_error_with_a_suggestion(small, text, message):
    with pytest.raises(CourseError) as error:
        small.find(text)
    assert message in str(error.value)


def test_an_id_of_two_units_must_be_told_apart(tmp_path):
    mini.write(tmp_path)
    other = tmp_path / "units" / "u02_other" / "experiments"
    other.mkdir(parents=True)
    (other / "good.py").write_text("")
    toml = 'title = "t"\nidea = "i"\nbook = "b"\n'
    (other.parent / "unit.toml").write_text(mini.add(toml, "good"))
    with pytest.raises(CourseError, match=r"not unique: say u01/good or u02/good"):
        catalog.load(tmp_path).find("good")


BOARD = """[experiment.leaderboard]
task = "Rows"
score = "accuracy"
better = "higher"
note = "n"
[experiment.leaderboard.models]
"A model" = "rows"
"""


def with_board(old="", new=""):
    """The mini course with a model of its first experiment on the leaderboard."""
    assert old in BOARD
    return mini.UNIT_TOML.replace("rows = [178, 178]\n", "rows = [178, 178]\n" + BOARD.replace(old, new))


def test_the_models_of_an_experiment_are_read(tmp_path):
    (entry,) = catalog.load(mini.write(tmp_path, with_board())).find("good").leaderboard
    assert (entry.model, entry.metric, entry.task, entry.score) == ("A model", "rows", "Rows", "accuracy")
    assert (entry.better, entry.complement, entry.note) == ("higher", False, "n")
    assert entry.value({"rows": 3}) == 3
    for metrics in ({}, {"rows": None}, {"rows": float("nan")}, {"rows": True}, {"rows": "3"}):
        assert entry.value(metrics) is None


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            '"A model" = "rows"',
            '"A model" = "row"',
            "leaderboard: models.\"A model\" is 'row', which has no band",
        ),
        ('"A model" = "rows"', '"A model" = ["rows"]', "which has no band"),
        ('"A model" = "rows"', '"A model" = "rows"\nB = "rows"', "which is the metric of another model"),
        ('"A model" = "rows"', "", "leaderboard: models must be a table"),
        ('better = "higher"', 'better = "more"', "leaderboard: better must be one of higher, lower"),
        ('better = "higher"', "", "leaderboard: better is missing"),
        ('note = "n"', "note = 3", "leaderboard: note must be a text"),
        ('note = "n"', "complement = 1", "leaderboard: complement must be true or false"),
        ('note = "n"', 'unit = "%"', "leaderboard: unit is not a key"),
        (BOARD, "leaderboard = 3\n", "expected_full.leaderboard must be"),
    ],
)
def test_a_mistake_about_the_leaderboard_names_the_key(tmp_path, old, new, message):
    with pytest.raises(CourseError) as error:
        catalog.load(mini.write(tmp_path, with_board(old, new)))
    assert message in str(error.value)


def test_one_task_has_one_score(tmp_path):
    other = mini.add(with_board(), "extra", "value = [0, 1]") + BOARD.replace("higher", "lower").replace(
        '"rows"', '"value"'
    )
    with pytest.raises(CourseError, match=r"the task 'Rows' has the score.*lower.*in u01/good.*higher"):
        catalog.load(mini.write(tmp_path, other, extra=""))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('title = "A <b>mini</b> unit"', "", "title is missing"),
        ('title = "A <b>mini</b> unit"', "title = 3", "title must be a text"),
        ('book = "§1"\n', 'book = "§1"\nboks = 1\n', "boks is not a key"),
        ('also = ["diabetes"]', 'also = ["diabetes"]\nextra = 1', "good: extra is not a key"),
        ('also = ["diabetes"]', 'also = "diabetes"', "good: also must be a list"),
        ('data = "iris"', "", "good: data is missing"),
        ('data = "iris"', 'data = "../iris"', "good: data must be the name"),
        ('id = "good"', "", "[[experiment]] number 1: id is missing"),
        ('id = "good"', 'id = "../good"', "id must be lower case"),
        ('id = "good"', 'id = "ex01_good"', "id must be lower case"),
        ('id = "outside"', 'id = "good"', "two entries [[experiment]] have the id 'good'"),
        ('id = "outside"', 'id = "nowhere"', "nowhere.py, which is missing"),
        ("rows = [150, 150]", "rows = [151, 150]", "good: expected.rows must be [low, high]"),
        ("rows = [150, 150]", "rows = [1, 2, 3]", "good: expected.rows must be"),
        ("rows = [150, 150]", 'rows = ["a", "b"]', "good: expected.rows must be"),
        ("rows = [150, 150]", "rows = [nan, 1]", "good: expected.rows must be"),
        ('data = "none"\n[experiment.expected]\nvalue = [0.5, 1.0]', 'data = "none"', "expected is missing"),
        ('["ex01_double"]', '["double"]', "exercises must be a list of names"),
        ('["ex01_double"]', '"ex01_double"', "exercises must be a list of names"),
        (
            '["ex01_double"]',
            '["ex01_double", "ex01_double"]',
            "entries of exercises have the id 'ex01_double'",
        ),
        ('["ex01_double"]', '["ex02_half"]', "exercises: ex02_half needs the file"),
        ("[[experiment]]", "[[experiment", "is not valid TOML"),
        (
            mini.UNIT_TOML,
            'title = "t"\nidea = "i"\nbook = "b"\nexperiment = 1\n',
            "must be written as [[experiment]]",
        ),
        ('book = "§1"\n', 'book = "§1"\n[[exercise]]\nid = "ex01_double"\n', "exercise is not a key"),
    ],
)
def test_a_unit_toml_that_breaks_the_contract_is_named_with_its_key(tmp_path, old, new, message):
    assert old in mini.UNIT_TOML
    mini.write(tmp_path, mini.UNIT_TOML.replace(old, new, 1))
    with pytest.raises(CourseError) as error:
        catalog.load(tmp_path)
    assert message in str(error.value)
    assert "unit.toml" in str(error.value)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("points = 2", 'points = "2"', "points must be a whole number"),
        ("points = 2", "points = 2.5", "points must be a whole number"),
        ("points = 2", "points = true", "points must be a whole number"),
        ("points = 2", "points = 0", "points must be a whole number"),
        ("difficulty = 3", "difficulty = 4", "difficulty must be one of 1, 2, 3"),
        ('arrays = "numpy"', 'arrays = "list"', "arrays must be one of tensor, numpy"),
        ('hints = ["first", "second"]', "", "hints is missing"),
        ('hints = ["first", "second"]', "hints = []", "hints must be a list"),
        ("points = 2", "points = 2\nextra = 1", "extra is not a key"),
        ("points = 2", "points = ", "is not valid TOML"),
    ],
)
def test_an_exercise_toml_that_breaks_the_contract_is_named_with_its_key(tmp_path, old, new, message):
    assert old in mini.EXERCISE_TOML
    mini.write(tmp_path, exercise_toml=mini.EXERCISE_TOML.replace(old, new, 1))
    with pytest.raises(CourseError) as error:
        catalog.load(tmp_path)
    assert message in str(error.value)
    assert "ex01_double/exercise.toml" in error.value.args[0].replace("\\", "/")


@pytest.mark.parametrize("name", catalog.EXERCISE_FILES)
def test_an_exercise_needs_all_its_files(tmp_path, name):
    mini.write(tmp_path)
    (tmp_path / "units" / "u01_mini" / "exercises" / "ex01_double" / name).unlink()
    with pytest.raises(CourseError, match=f"{name}, which is missing"):
        catalog.load(tmp_path)


def test_a_folder_with_a_wrong_name_and_two_with_one_number_are_refused(tmp_path):
    mini.write(tmp_path)
    odd = tmp_path / "units" / "unit_three"
    odd.mkdir()
    (odd / "unit.toml").write_text('title = "t"\nidea = "i"\nbook = "b"\n')
    with pytest.raises(CourseError, match="uNN_slug"):
        catalog.load(tmp_path)
    odd.rename(tmp_path / "units" / "u01_again")
    with pytest.raises(CourseError, match="the same number"):
        catalog.load(tmp_path)


def test_a_root_without_units_is_refused(tmp_path):
    with pytest.raises(CourseError, match="COURSE_HOME"):
        catalog.load(tmp_path)


def test_load_gives_the_run_function_of_a_content_root_elsewhere(small):
    assert small.find("good").load().__name__ == "run"


def test_an_experiment_without_run_is_refused(tmp_path):
    toml = mini.add(mini.UNIT_TOML, "empty")
    with pytest.raises(CourseError, match=r"no function run\(r\)"):
        catalog.load(mini.write(tmp_path, toml, empty="x = 1\n")).find("empty").load()


def test_what_no_unit_toml_lists_is_found(tmp_path):
    mini.write(tmp_path, forgotten="")
    unit = tmp_path / "units" / "u01_mini"
    (unit / "exercises" / "ex02_forgotten").mkdir()
    (unit / "exercises" / "__pycache__").mkdir()
    (unit / "experiments" / "__init__.py").touch()
    expected = [unit / "exercises" / "ex02_forgotten", unit / "experiments" / "forgotten.py"]
    assert catalog.unlisted(catalog.load(tmp_path)) == expected


def test_the_course_itself_is_listed_whole_and_every_experiment_loads():
    ours = catalog.load()
    assert ours.units
    assert catalog.unlisted(ours) == []
    for experiment in ours.experiments:
        function = experiment.load()
        assert function.__module__ == f"units.{experiment.unit.slug}.experiments.{experiment.id}"
