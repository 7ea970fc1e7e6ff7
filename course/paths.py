"""Where things are: the course's content, the student's work, and the results of runs.

| function | place | moved by |
| --- | --- | --- |
| `root()` | the folder that holds `units/` and `datasets/` | `COURSE_HOME` |
| `content(name)` | `datasets/` or `slides/`; a wheel holds them inside of `course` | `COURSE_HOME` |
| `work()` | where students edit | `COURSE_WORK` |
| `runs()` | what experiments wrote | `COURSE_RUNS` |

`work()` is found upwards: the nearest folder `work` in the current folder or above it that is empty or holds answers
(`u01`, `u02`, …). Where there is none, it is the one in `COURSE_HOME`, if there is one. Otherwise it will be
made: in the clone if the current folder lies inside it, else in the current folder. `runs()` lies in the clone if the
current folder lies inside it, otherwise in the current folder. Nothing is ever written beside the installed files.
"""

import os
import re
from pathlib import Path

_UNIT = re.compile(r"u\d\d")


def root():
    """Return the folder that holds `units/` and `datasets/`."""
    return _from_environment("COURSE_HOME") or Path(__file__).resolve().parent.parent


def is_clone():
    """Tell whether the package that runs lies in a clone; otherwise it was installed from a wheel."""
    return (Path(__file__).resolve().parents[1] / "setup.cfg").is_file()


def content(name):
    """Return the folder `datasets` or `slides`: that of `COURSE_HOME` if it has one, otherwise the course's own.

    A wheel holds them inside of the package, where no other package can have a folder of the same name.
    """
    package = Path(__file__).resolve().parent
    inside = package / "content" / name
    own = inside if inside.is_dir() else package.parent / name
    home = root() / name
    return home if root() != package.parent and home.is_dir() else own


def work():
    """Return the folder in which students edit; it need not exist yet."""
    here = Path.cwd().resolve()
    return _from_environment("COURSE_WORK") or _above(here) or _of_home() or _base(here) / "work"


def runs():
    """Return the folder in which every run gets its own folder; it need not exist yet."""
    return _from_environment("COURSE_RUNS") or _base(Path.cwd().resolve()) / "runs"


def home():
    """Return the home folder of the user, or None if the system knows none."""
    try:
        return Path.home()
    except RuntimeError:  # no HOME, and a user without an entry in the system's list
        return None


def expanded(path):
    """Return a path with `~` replaced by the home of the user; as it is where there is none."""
    try:
        return Path(path).expanduser()
    except RuntimeError:
        return Path(path)


def _from_environment(name):
    value = os.environ.get(name)
    return expanded(value).resolve() if value else None


def _above(here):
    """Return the nearest folder `work` of a student, beside or above `here`, or None."""
    return next((folder / "work" for folder in (here, *here.parents) if _is_work(folder / "work")), None)


def _is_work(folder):
    """Tell whether a folder is a student's: empty, or with folders of units; there are other folders called work."""
    try:
        names = [path.name for path in folder.iterdir()]
    except OSError:
        return False
    return not names or ".progress.json" in names or any(map(_UNIT.fullmatch, names))


def _of_home():
    """Return the folder `work` in `COURSE_HOME`, or None."""
    folder = root() / "work"
    return folder if os.environ.get("COURSE_HOME") and _is_work(folder) else None


def _base(here):
    place = root()
    return place if here.is_relative_to(place) else here
