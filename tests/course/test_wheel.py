"""A wheel holds the units, the cards of the data and the slides, and works without the clone."""

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from importlib import metadata
from pathlib import Path

import pytest

from course import backend, paths

pytestmark = pytest.mark.backend_independent
ROOT = Path(__file__).resolve().parents[2]
PACKAGES, CONTENT = ("course", "units"), ("datasets", "slides")
PLACE = "Zoë Übung"  # a space, and letters that are not ASCII


def version(package):
    try:
        return tuple(int(part) for part in metadata.version(package).split(".")[:2])
    except metadata.PackageNotFoundError:
        return (0, 0)


def copied(place):
    """A copy of what a wheel is made from, so that nothing is written into the clone."""
    for name in (*PACKAGES, *CONTENT):
        shutil.copytree(ROOT / name, place / name, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    for name in ("setup.py", "setup.cfg", "pyproject.toml", "MANIFEST.in", "README.md"):
        shutil.copy(ROOT / name, place)
    return place


def files(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.skipif(version("setuptools") < (68, 0), reason="pyproject.toml asks for a newer setuptools")
def test_everything_is_in_a_wheel(tmp_path):
    clone, build = copied(tmp_path / "clone"), tmp_path / "build"
    done = subprocess.run(
        [sys.executable, "setup.py", "-q", "build_py", "--build-lib", str(build)],
        cwd=clone,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    expected = {f"{name}/{file}" for name in PACKAGES for file in files(clone / name)}
    expected |= {f"course/content/{name}/{file}" for name in CONTENT for file in files(clone / name)}
    assert len(expected) > 1500
    assert files(build) == expected


def test_content_of_a_clone_of_a_wheel_and_of_a_home(monkeypatch, tmp_path):
    monkeypatch.delenv("COURSE_HOME", raising=False)
    assert paths.is_clone()
    assert paths.content("slides") == ROOT / "slides"

    site = tmp_path / "site-packages"
    (site / "course" / "content" / "datasets").mkdir(parents=True)
    (site / "datasets").mkdir()  # another package has this name
    monkeypatch.setattr(paths, "__file__", str(site / "course" / "paths.py"))
    assert not paths.is_clone()
    assert paths.content("datasets") == site / "course" / "content" / "datasets"
    monkeypatch.setenv("COURSE_HOME", str(site))  # as the processes of experiments have it
    assert paths.content("datasets") == site / "course" / "content" / "datasets"

    home = tmp_path / "home"
    (home / "datasets").mkdir(parents=True)
    monkeypatch.setenv("COURSE_HOME", str(home))
    assert paths.content("datasets") == home / "datasets"


def test_the_command_that_installs_an_extra_without_a_clone(monkeypatch):
    needed = [
        "keras>=3.15",
        'jax>=0.10; extra == "jax"',
        'optax ; extra == "bench"',
        'torch; extra == "torch"',
    ]
    monkeypatch.setattr(backend.metadata, "requires", lambda name: needed)
    assert backend.install("jax", "bench") == 'pip install -c constraints.txt -e ".[jax,bench]"'
    monkeypatch.setattr(paths, "is_clone", lambda: False)
    assert backend.install("jax", "bench") == 'pip install "jax>=0.10" "optax"'


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.skipif(version("setuptools") < (70, 1), reason="setuptools cannot build a wheel by itself")
def test_the_way_of_a_student_with_a_wheel(tmp_path):
    """In a folder with a space and an umlaut, and with a home in which an ordinary user cannot write."""
    clone, place = copied(tmp_path / "clone"), tmp_path / PLACE
    home, work = place / "home", place / "meine Arbeit"
    for folder in (home, work):
        folder.mkdir(parents=True)
    home.chmod(0o555)
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith(("COURSE_", "PYTHON"))
    }
    environment["HOME"] = str(home)

    def run(*command, cwd=work):
        done = subprocess.run(
            command, cwd=cwd, env=environment, capture_output=True, text=True, encoding="utf-8", check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    venv.create(place / "venv", with_pip=True)
    scripts = place / "venv" / ("Scripts" if os.name == "nt" else "bin")
    site = Path(
        run(str(scripts / "python"), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip()
    )
    (site / "shared.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    wheels = ("-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", str(place), ".")
    run(sys.executable, *wheels, cwd=clone)
    (wheel,) = place.glob("*.whl")
    run(str(scripts / "python"), "-m", "pip", "install", "-q", "--no-deps", "--no-index", str(wheel))
    shutil.rmtree(clone)

    course = str(scripts / "course")
    assert str(site) in run(course, "doctor", "--json")
    assert "1 in the expected bands" in run(course, "run", "u01/kmeans_animation")
    run(course, "start", "1.1")
    shutil.copy(
        site / "units/u01_machine_learning/exercises/ex01_four_kinds/solution.py",
        work / "work/u01/ex01_four_kinds.py",
    )
    assert "All 10 points" in run(course, "check", "1.1")
    run(course, "slides", "u01", "--no-run")
    assert "Machine Learning" in (work / "runs" / "slides" / "u01.html").read_text(encoding="utf-8")
    home.chmod(0o755)
