"""Every hostile file ends as `matrix.py` declares: no undeserved point, a named reason, no harm, no trace."""

import json
import os
import re
import secrets
import socket
from pathlib import Path

import keras
import pytest

from course import catalog
from course.grading.errors import GraderError
from course.grading.runner import check
from course.grading.sandbox import jail
from course.grading.sandbox.limits import Allowance
from course.grading.sandbox.workers import Workers
from course.grading.time_limits import Limits
from tests.security import matrix

ROOT = Path(__file__).parents[2]
MINI = ROOT / "tests" / "fixtures" / "mini_course"
SEED = 20260
LOOSE = Limits(part=60.0, exercise=120.0)
TIGHT = Limits(part=1.5, exercise=2.0)

pytestmark = pytest.mark.backend_independent


def descendants():
    """Return pid → depth of its process namespace below ours, for all processes that this process has started."""
    parents, depths = {}, {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/status") as stream:
                status = dict(line.split(":", 1) for line in stream)
            parents[int(name)], depths[int(name)] = int(status["PPid"]), len(status["NSpid"].split())
        except (OSError, KeyError):
            continue
    ours, below = depths[os.getpid()], {}
    for pid in parents:
        up = pid
        while up in parents and up != os.getpid():
            up = parents[up]
        if up == os.getpid() and pid != up:
            below[pid] = depths[pid] - ours
    return below


def in_namespaces():
    """Return the processes in a candidate's namespaces, which are two levels below ours."""
    return [pid for pid, depth in descendants().items() if depth >= 2]


class Prison:
    """Workers in a jail, and targets for attacks: a secret in our environment, an open port, names of our folders."""

    def __init__(self, workers, folder, server, secret):
        self.workers, self.folder, self.server, self.secret = workers, folder, server, secret
        self.marker = f"medl-hostile-{secrets.token_hex(6)}"
        self.exercise = catalog.load(MINI).exercises[0]
        self.places = {
            "COURSE": ROOT,
            "TMP": folder,
            "HOME": Path.home(),
            "MARKER": self.marker,
            "PORT": server.getsockname()[1],
        }

    def run(self, row, seed=SEED):
        file = self.folder / f"{row.name}.py"
        file.write_text(row.source(**self.places), encoding="utf-8")
        self.workers.limits = TIGHT if row.loops else LOOSE
        return check(self.exercise, file, self.workers, seed)

    def honest(self):
        self.workers.limits = LOOSE
        return check(self.exercise, self.exercise.solution, self.workers, SEED)

    def traces(self):
        """Return the files that a hostile file has written outside of its jail."""
        places = (ROOT, ROOT / "work", ROOT / "runs", self.folder, Path.home(), Path("/"), Path("/tmp"))
        places += (Path("/var/tmp"), Path("/dev/shm"), Path.cwd(), *map(Path, self.workers._scratch.values()))
        return [p for place in places if place.is_dir() for p in place.glob(f"{self.marker}*")]


@pytest.fixture(scope="module")
def prison(tmp_path_factory):
    found = jail.examine()
    if not found.there:
        if os.environ.get("CI", "").lower() in ("1", "true"):
            pytest.fail(f"CI needs the jail: {found.message} {found.mend}")
        pytest.skip(f"no jail: {found.message} {found.mend}")
    before = set(descendants())  # other tests' warm processes
    secret = f"secret-{secrets.token_hex(8)}"
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(0.01)
    allowance = Allowance(memory=512, cpu=30, files=32, processes=16)
    with pytest.MonkeyPatch.context() as patch, server:
        patch.setenv("COURSE_GRADER_TOKEN", secret)
        with Workers(keras.config.backend(), jail.jail, LOOSE, allowance) as workers:
            yield Prison(workers, tmp_path_factory.mktemp("hostile"), server, secret)
    assert set(descendants()) <= before


def assert_nothing_happened(prison, forkserver):
    assert prison.workers._forkserver is forkserver  # the warm process has survived
    assert in_namespaces() == []
    assert prison.traces() == []


@pytest.mark.parametrize("row", matrix.ROWS, ids=lambda row: row.name)
def test_hostile(prison, row):
    prison.workers.warm(trusted=False)
    forkserver = prison.workers._forkserver
    report = prison.run(row)
    assert not report.advisory
    assert report.judged
    assert report.earned == row.earned
    messages = [part.message for part in report.parts]
    assert any(re.search(row.message, message) for message in messages), messages
    assert all(part.message or part.earned for part in report.parts)
    text = json.dumps(report.as_dict())
    assert prison.secret not in text
    assert len(report.printed) < 10_000
    assert_nothing_happened(prison, forkserver)
    with pytest.raises(TimeoutError):
        prison.server.accept()
    assert prison.honest().earned == matrix.POINTS  # and the next one is not affected


@pytest.mark.parametrize("name", ["leaves_a_letter", "leaves_a_flag"])
def test_a_later_file_does_not_find_what_an_earlier_one_has_left(prison, name):
    """The file runs twice in the same jail."""
    (row,) = [row for row in matrix.ROWS if row.name == name]
    for report in (prison.run(row), prison.run(row)):
        assert report.earned == 0
        assert any(re.search(row.message, part.message) for part in report.parts)


def test_replayed_outputs_earn_points_only_with_the_recorded_seed(prison):
    """The file replayed_outputs would earn points if the inputs were not new."""
    (row,) = [row for row in matrix.ROWS if row.name == "replayed_outputs"]
    assert prison.run(row, seed=0).earned == 2
    assert prison.run(row, seed=1).earned == 0


def test_a_dead_warm_process_is_replaced(prison):
    prison.workers.warm(trusted=False)
    before = prison.workers._forkserver
    before._popen.kill()
    before._popen.wait()
    assert prison.honest().earned == matrix.POINTS
    assert prison.workers._forkserver is not before


def test_a_jail_that_ends_while_a_file_runs_is_an_error_of_the_grader(prison):
    """No candidate can end the warm process."""
    prison.workers.limits = LOOSE
    session = prison.workers.session("answer", b"import time\ndef f():\n    time.sleep(60)\n")
    session.begin(seed=1)
    prison.workers._forkserver._popen.kill()
    with pytest.raises(GraderError, match=r"jail ended while answer\.py ran"):
        session.candidate.f()
    assert prison.honest().earned == matrix.POINTS


def test_every_file_has_a_row_and_every_row_a_file():
    files = {path.stem for path in (Path(__file__).parent / "hostile").glob("*.py")} - {"__init__"}
    assert files == {row.name for row in matrix.ROWS}
    assert len(matrix.ROWS) == len(files)


def test_the_page_shows_this_table():
    assert matrix.in_page() == matrix.table(), "python -m tests.security.matrix --write"
