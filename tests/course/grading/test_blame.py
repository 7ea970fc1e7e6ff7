"""The candidate or the checker caused a failure; the messages of the candidate do not decide which."""

import json

import pytest
from typer.testing import CliRunner

from course import cli
from course.grading.runner import check
from course.grading.sandbox import jail, mounts
from course.grading.sandbox.workers import Workers
from tests.course.grading.conftest import MINI

pytestmark = pytest.mark.backend_independent

CENTRE = "from keras import ops\n\ndef centre(x):\n    {}\n"
CHECK = "import numpy as np\nfrom course.grading import close, part\n@part('all', points=4)\ndef all(c, rng):\n    {}\n"


@pytest.fixture
def judged(workers, mini, mini_copy, tmp_path):
    """Function of the body of `centre`, and of a check for it, that returns the result of the first part.

    The solution of that check has a `rate`.
    """

    def make(body, text=None):
        def change(unit):
            folder = unit / "exercises" / "ex01_centre"
            (folder / "check.py").write_text(CHECK.format(text))
            (folder / "solution.py").write_text((folder / "solution.py").read_text() + "\n\nrate = 1.0\n")

        file = tmp_path / "ex01_centre.py"
        file.write_text(CENTRE.format(body))
        return check(mini_copy(change)[0] if text else mini[0], file, workers).parts[0]

    return make


def test_a_check_that_fails_on_the_solution_too_costs_no_points(judged):
    """This holds although the candidate has answered."""
    part = judged("return x", "c.centre(np.ones((2, 2))); np.no_such_function()")
    assert part.status == "trouble"
    assert part.message.startswith(
        "This is not your answer: the check fails on the course's own solution too ("
    )
    assert "AttributeError in line 5 of check.py" in part.message


@pytest.mark.parametrize("answer", ["10**30", "None", "'text'", "x[0, 0]", "(1, None)"])
def test_a_check_that_raises_for_an_answer_has_failed_and_its_author_gets_a_note(judged, answer):
    part = judged(f"return {answer}", "v = c.centre(np.ones((2, 2))); float(v[0][0]) + float(v[1][1])")
    assert (part.status, part.earned) == ("failed", 0)
    assert part.message.startswith("The check cannot use what centre returned")
    assert "in line 5 of check.py" in part.fault


def test_a_check_that_raises_for_an_object_before_any_answer_has_failed(judged):
    part = judged("return x\n\nrate = object()", "1 + c.rate")
    assert (part.status, part.earned) == ("failed", 0)
    assert "TypeError in line 5 of check.py" in part.fault


@pytest.mark.parametrize(
    "body",
    [
        "raise ModuleNotFoundError(\"No module named 'course.context'\", name='course.context')",
        "raise ImportError('numpy is broken', name='numpy')",
        "import course.no_such_module",
        "import numpy.no_such_module",
        "import no_such_package",
        "from course import no_such_name",
        "raise ImportError('odd', name='..')",
    ],
)
def test_an_import_error_that_the_candidate_raises_costs_points(judged, body):
    part = judged(body)
    assert (part.status, part.earned) == ("error", 0)


@pytest.fixture
def jail_without(monkeypatch):
    """Function that removes the file of the course with this name from the jail."""
    found = jail.examine()
    if not found.there:
        pytest.skip(f"no jail: {found.message} {found.mend}")

    def take(name):
        left = [path for path in mounts.files() if path.name != name]
        monkeypatch.setattr(mounts, "files", lambda: left)

    return take


def test_a_module_that_the_jail_lacks_is_not_the_candidates_mistake(jail_without, mini, tmp_path, backend):
    jail_without("figures")
    file = tmp_path / "ex01_centre.py"
    with Workers(backend, jail.jail) as pool:
        file.write_text("import course.figures\n" + mini[0].solution.read_text())
        report = check(mini[0], file, pool)
        assert not report.judged
        assert "not your answer: the checker lacks the module course.figures" in report.parts[0].message
        file.write_text("import course.catalog.reading\n" + mini[0].solution.read_text())
        assert check(
            mini[0], file, pool
        ).judged  # not in the jail on purpose: this is not an error of the checker
        assert check(mini[0], mini[0].solution, pool).complete


def test_a_class_in_a_jail_that_lacks_a_part_of_the_course_gets_no_zero(
    jail_without, mini, tmp_path, backend, monkeypatch
):
    """A module of the course was missing once, which cost 84 points."""
    jail_without("context.py")
    monkeypatch.setenv("COURSE_HOME", str(MINI))
    (tmp_path / "in" / "ann" / "u01").mkdir(parents=True)
    (tmp_path / "in" / "ann" / "u01" / "ex01_centre.py").write_bytes(mini[0].solution.read_bytes())
    words = f"grade {tmp_path / 'in'} --out {tmp_path / 'out'} --exercise 1.1 --jobs 1 --backend {backend}"
    result = CliRunner().invoke(cli.app, words.split())
    assert result.exit_code == 3, result.output
    assert "No module named 'course.context'" in " ".join(result.output.split())
    (ann,) = json.loads((tmp_path / "out" / "grades.json").read_bytes())["students"]
    assert (ann["exercises"]["u01/ex01_centre"]["score"], ann["judged"]) == (None, False)
    doctor = CliRunner().invoke(cli.app, ["doctor", "--json", "--backend", backend])
    found = json.loads(doctor.stdout)
    assert (doctor.exit_code, found["jail"]["works"]) == (1, False)
    assert any("No file can be graded in the jail" in problem["message"] for problem in found["problems"])
