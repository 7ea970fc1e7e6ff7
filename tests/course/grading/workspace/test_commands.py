import json
from contextlib import nullcontext

import pytest
from typer.testing import CliRunner

from course import cli
from course.grading.sandbox import workers as workers_module
from tests.course.grading.conftest import MINI, answer_of

pytestmark = pytest.mark.backend_independent


@pytest.fixture
def work(tmp_path, monkeypatch, workers):
    """The student's folder; the commands see the mini course and use the tests' warm process."""
    monkeypatch.setenv("COURSE_HOME", str(MINI))
    monkeypatch.setenv("COURSE_WORK", str(tmp_path / "work"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(workers_module, "Workers", lambda *args, **kwargs: nullcontext(workers))
    return tmp_path / "work"


def course(*words, status=0):
    """Run a command and return its output with single spaces between the words."""
    result = CliRunner().invoke(cli.app, words)
    assert result.exit_code == status, result.output
    return " ".join(result.output.split())


def answer(work, exercise, variant):
    """Copy a file of the course to the place of the student's answer."""
    (work / "u01" / f"{exercise}.py").write_bytes(answer_of(exercise, variant).read_bytes())


def test_from_start_to_all_points(work):
    assert "new work/u01/ex01_centre.py" in course("start", "1")
    output = course("start", "u01")
    assert "kept work/u01/ex01_centre.py" in output
    assert "new" not in output
    assert "course check u01/ex01_centre" in output

    output = course("check", "1.1", status=1)
    assert "0 of 4 points" in output
    assert output.count("Not done yet: centre raises NotImplementedError.") == 1
    assert "Next: Take the mean away, course check u01/ex01_centre" in course("progress")

    answer(work, "ex01_centre", "wrong_whole")
    answer(work, "ex02_scale", "solution")
    output = course("check", "u01", status=1)
    sentence = "Check this: one mean is taken over the whole array."
    assert output.count(f"This looks like a known mistake. {sentence}") == 1
    assert "The same mistake as above." in output
    assert "All 3 points." in output
    assert "4 of 7 points." in output
    assert "For a hint: course hint u01/ex01_centre" in output
    assert "4/7 1/2" in course("progress")

    answer(work, "ex01_centre", "solution")
    assert "All 4 points." in course("check", "1.1")
    output = course("progress", "1")
    assert "7/7 2/2" in output
    assert "Everything is done." in output
    assert json.loads(course("progress", "--json")) == {
        "u01/ex01_centre": {"best": 4, "points": 4},
        "u01/ex02_scale": {"best": 3, "points": 3},
    }


def test_several_names_are_checked_together_and_each_exercise_once(work):
    assert "new work/u01/ex02_scale.py" in course("start", "1.1", "1.2")
    answer(work, "ex02_scale", "solution")
    content = json.loads(course("check", "1.2", "1", "1.1", "--json", status=1))
    assert [report["exercise"] for report in content["reports"]] == ["u01/ex02_scale", "u01/ex01_centre"]
    assert "3 of 7 points." in course("check", "1.1", "1.2", status=1)
    assert "1.9" in course("check", "1.1", "1.9", status=2)


def test_json_holds_the_whole_report(work, backend):
    course("start", "1.1")
    content = json.loads(course("check", "u01", "--json", "--seed", "3", status=1))
    assert (content["backend"], content["seed"]) == (backend, 3)
    assert content["not_started"] == ["u01/ex02_scale"]
    (report,) = content["reports"]
    assert report["advisory"] is True
    assert [part["status"] for part in report["parts"]] == ["not done"] * 3


def test_another_file_may_be_checked(work, tmp_path):
    file = tmp_path / "my try.py"
    file.write_text("def centre(x):\n    print('[red]seen[/]')\n    return x\n")
    output = course("check", "1.1", "--file", str(file), status=1)
    assert "0 of 4 points" in output
    assert "Your file printed: [red]seen[/]" in output
    assert "There is no file" in course("check", "1.1", "--file", "none.py", status=2)
    assert "--file works for one exercise only" in course("check", "1", "--file", str(file), status=2)


@pytest.fixture
def elsewhere(work, tmp_path, monkeypatch):
    """A folder below the one in which unit 1 was started, without `COURSE_WORK`."""
    monkeypatch.delenv("COURSE_WORK")
    course("start", "u01")
    folder = tmp_path / "notes" / "lecture"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    return folder


def test_the_work_folder_is_found_upwards_and_always_named(work, elsewhere):
    named = f"Work folder: {work}"
    output = course("start", "u01")
    assert named in output
    assert f"kept {work / 'u01' / 'ex01_centre.py'}" in output
    for words, status in (("check", "1.1"), 1), (("progress",), 0), (("submit", "--student", "anna"), 0):
        assert named in course(*words, status=status)
    assert list(elsewhere.iterdir()) == []
    assert (work / "anna.zip").is_file()
    assert f"Work folder: {elsewhere / 'work'}" in course("start", "1.1", "--here")
    assert (elsewhere / "work" / "u01" / "ex01_centre.py").is_file()


def test_a_file_elsewhere_counts_as_progress(work, elsewhere):
    solution = MINI / "units/u01_mini/exercises/ex01_centre/solution.py"
    output = course("check", "1.1", "--file", str(solution))
    assert (
        f"This counts as progress, but `course submit` hands in the file {work / 'u01' / 'ex01_centre.py'}."
        in output
    )
    assert json.loads(course("progress", "--json"))["u01/ex01_centre"]["best"] == 4
    assert list(elsewhere.iterdir()) == []


def test_the_searched_folder_is_named(work, tmp_path, monkeypatch):
    monkeypatch.delenv("COURSE_WORK")
    looked = f"No folder work with exercises was found in {tmp_path} or above it."
    for words in (("check", "1.1"), ("check", "u01"), ("watch", "1.1"), ("submit", "--student", "anna")):
        assert looked in course(*words, status=2)
    monkeypatch.setenv("COURSE_WORK", str(work))
    assert f"The work folder is {work}, as set by COURSE_WORK." in course("check", "1.1", status=2)
    assert "unset one of them" in course("start", "1.1", "--here", status=2)


def test_missing_files_name_the_command(work):
    assert "You have not started u01 yet: `course start u01`." in course("check", "1", status=2)
    assert "`course start u01/ex01_centre` puts it there" in course("check", "1.1", status=2)
    course("start", "1.2")
    output = course("check", "1", status=1)
    assert "Not started: u01/ex01_centre" in output
    (work / "u01" / "centre.py").write_text("")
    assert "rename it to ex01_centre.py" in course("check", "1", status=1)
    assert "rename it to ex01_centre.py" in course("check", "1.1", status=2)


def test_trouble_of_the_checker_costs_no_points(work, monkeypatch, workers):
    course("start", "1.1")

    def fail(*args):
        from course.grading.errors import GraderError

        raise GraderError("The checker could not start Keras.")

    monkeypatch.setattr(workers, "acquire", fail)
    output = course("check", "1.1", status=2)
    assert "The checker could not start Keras." in output
    assert "this says nothing about your answer" in output
    assert json.loads(course("progress", "--json"))["u01/ex01_centre"]["best"] is None


def test_hints_come_one_by_one(work):
    assert "2/3" not in course("hint", "1.1")
    output = course("hint", "1.1")
    assert "1/3 Which axis is the batch?" in output
    assert "2/3" not in output
    assert "2/3 The mean runs over axis 0." in course("hint", "1.1", "--more")
    assert "3/3" in course("hint", "1.1", "--more")
    output = course("hint", "1.1", "--more")
    assert "There are no more hints." in output
    assert "--more" not in output
    assert "1/1" in course("hint", "1.2", "--more")


def test_a_damaged_progress_file_is_mentioned(work):
    work.mkdir()
    (work / ".progress.json").write_text("{")
    assert "It was renamed to .progress.broken-1.json" in course("progress")
    assert "Next: Take the mean away, course start u01/ex01_centre" in course("progress")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("hint", "1"), "A hint belongs to one exercise"),
        (("start", "7"), "There is no 7"),
        (("check", "u01/ex09"), "There is no u01/ex09"),
        (("check", "1.1", "--backend", "numpy"), "none of the three backends"),
    ],
)
def test_mistakes_get_one_sentence(work, words, message):
    if words[0] == "check":
        course("start", "1.1")
    output = course(*words, status=2)
    assert message in output
    assert "Traceback" not in output
