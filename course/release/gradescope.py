"""Writes the autograder for Gradescope: a zip with the course, its checks, and two scripts that Gradescope runs.

Gradescope unpacks the zip to /autograder/source and runs `setup.sh` once, when it builds the image of the autograder.
For every submission it starts a new container and runs `run_autograder`, which calls
`course/cli/container.py`. The specification is at https://gradescope-autograders.readthedocs.io/en/latest/specs/.
"""

import configparser
import io
import json
import os
import zipfile
from pathlib import Path

import course
from course.errors import CourseError
from course.grading.workspace import write_whole

_FOLDERS = ("units", "datasets")
_LEFT_OUT = {"__pycache__", ".git", ".ipynb_checkpoints"}
_TIME = (2020, 1, 1, 0, 0, 0)  # equal contents give equal zips

_SETUP = """#!/usr/bin/env bash
# Runs once, when the image of the autograder is built. If COURSE_PYTHON names an interpreter, nothing is installed.
set -euo pipefail
here=/autograder/source
if [ -z "${COURSE_PYTHON:-}" ]; then
  export DEBIAN_FRONTEND=noninteractive
  apt-get update
  apt-get install -y --no-install-recommends bubblewrap libseccomp2 python3 python3-venv
  python=python3
  if ! $python -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    apt-get install -y --no-install-recommends python3.11 python3.11-venv
    python=python3.11
  fi
  $python -m venv /autograder/venv
  /autograder/venv/bin/python -m pip install --no-cache-dir -r $here/requirements.txt -c $here/constraints.txt
  COURSE_PYTHON=/autograder/venv/bin/python
fi
ln -sf "$COURSE_PYTHON" /autograder/course-python
# No file of a student may read the answers, the checks and the seed.
chmod -R go-rwx $here
chmod 755 $here
chmod -R go+rX $here/course
cd $here
COURSE_HOME=$here PYTHONPATH=$here "$COURSE_PYTHON" -P -m course.cli.container --try
"""

_RUN = """#!/usr/bin/env bash
# Runs once for each submission; what it prints is for the instructor only.
set -euo pipefail
cd /autograder/source
export COURSE_HOME=/autograder/source PYTHONPATH=/autograder/source
exec "$(readlink /autograder/course-python)" -P -m course.cli.container
"""


def write_autograder(path, catalog, exercises, seed, settings):
    """Write the zip.

    Args:
        path: The path of the zip; an older one is replaced.
        catalog: The `Catalog` of the course.
        exercises: The exercises of the assignment.
        seed: The secret of the class.
        settings: Everything else that `container.py` reads, as a dict; `backend` is one of its names.

    Raises:
        CourseError: An exercise has no check, or the zip cannot be written.
    """
    for exercise in exercises:
        if not exercise.check.is_file():
            raise CourseError(f"{exercise.name} has no check.py: the student edition cannot grade a class.")
    engine = Path(course.__file__).resolve().parent
    content = dict(settings, exercises=[exercise.name for exercise in exercises])
    texts = {
        "setup.sh": _SETUP,
        "run_autograder": _RUN,
        "requirements.txt": "\n".join(_requirements(engine.parent, settings["backend"])) + "\n",
        "constraints.txt": _read(engine.parent / "constraints.txt"),
        "class.seed": f"{seed}\n",
        "settings.json": json.dumps(content, indent=1, sort_keys=True) + "\n",
    }
    path, stream = Path(path), io.BytesIO()
    try:
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
            for name, text in texts.items():
                _add(made, name, text.encode(), 0o755 if name in ("setup.sh", "run_autograder") else 0o600)
            _add_folder(made, engine, "course")
            for name in _FOLDERS:
                _add_folder(made, catalog.root / name, name)
        write_whole(path, stream.getvalue(), mode=0o600)  # it holds the answers
    except OSError as error:
        raise CourseError(f"{path} cannot be written: {error.strerror}.") from None


def _add_folder(made, folder, name):
    for place, folders, files in sorted(os.walk(folder)):
        folders[:] = sorted(set(folders) - _LEFT_OUT)
        for file in sorted(files):
            if not file.endswith((".pyc", ".pyo")):
                inside = Path(name, Path(place).relative_to(folder), file).as_posix()
                _add(made, inside, Path(place, file).read_bytes(), 0o644)


def _add(made, name, data, mode):
    about = zipfile.ZipInfo(name, _TIME)
    about.external_attr = (0o100000 | mode) << 16
    about.compress_type = zipfile.ZIP_DEFLATED
    made.writestr(about, data)


def _requirements(root, backend):
    """Return the packages that the course needs on Linux, with those of a backend."""
    setup = configparser.ConfigParser()
    if not setup.read(root / "setup.cfg"):
        raise CourseError(
            "The autograder is written in a clone of the course: it needs setup.cfg and constraints.txt."
        )
    needed = setup["options"]["install_requires"].splitlines()
    needed += setup["options.extras_require"][backend].splitlines()
    needed += setup["options.extras_require"]["rl"].splitlines()
    return [line.strip() for line in needed if line.strip() and not line.strip().startswith("#")]


def _read(path):
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise CourseError(f"{path} cannot be read: {error.strerror}.") from None
