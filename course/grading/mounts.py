"""What of this machine is inside a jail, all of it read-only: the system, the interpreter, the packages, the child.

Of `course` only the files that a candidate's process runs are there. What might be met on the way, because it lies
in a folder that is mounted (an installed `units`, a clone inside the virtual environment), is covered by an empty
folder.
"""

import os
import site
import sys
from pathlib import Path

import course
from course import paths as places

HOME = "/opt/medl"  # where the child's part of `course` is, inside
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_SETTINGS = ("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "alternatives", "localtime")
_CHILD = ("__init__.py", "backend.py", "errors.py", "quick_compile.py", "training", "distribution")
_CHILD_GRADING = (
    *("__init__.py", "desk.py", "forbidden.py", "kernel.py", "limits.py", "protocol.py", "template.py"),
    *("late.py", "trap.py", "traps.py", "worker.py", "world.py"),
)
_SECRET = ("course", "units", "solutions", "tests", "work", "runs", "datasets", "slides")


def arguments():
    """Return bubblewrap's arguments for all that is mounted; the last ones make the rest read-only."""
    mounted = [*_system(), *_interpreter()]
    options = ["--tmpfs", "/tmp"]  # first: the clone itself may lie under /tmp
    options += _folders([what[-1] for what in mounted] + [f"{HOME}/course/grading/worker.py"])
    options += [option for what in mounted for option in what]
    options += ["--ro-bind-try", "/sys/devices/system/cpu", "/sys/devices/system/cpu"]
    for name in _SETTINGS:
        options += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
    options += ["--proc", "/proc", "--dev", "/dev", "--dir", "/dev/shm"]
    options += [option for path in _covered(mounted) for option in ("--tmpfs", path)]
    options += _child()
    return [*options, "--remount-ro", "/dev", "--remount-ro", "/"]


def under_tmp():
    """Return what is mounted under /tmp, and has to be seen again where a new /tmp is mounted over it."""
    return [where for _, _, where in (*_system(), *_interpreter()) if Path(where).is_relative_to("/tmp")]


def _folders(paths):
    """Return arguments that make the folders above all paths, for everybody to enter: bubblewrap's own are not."""
    above = {str(parent) for path in paths for parent in Path(path).parents} - {"/", "/usr", "/tmp"}
    return [option for path in sorted(above, key=len) for option in ("--dir", path)]


def _system():
    for folder in _SYSTEM:
        if os.path.islink(folder):
            yield "--symlink", os.readlink(folder), folder
        elif os.path.isdir(folder):
            yield "--ro-bind", folder, folder


def _interpreter():
    """Yield mounts for Python and its packages at the places where they are outside, links followed too."""
    wanted = []
    for prefix in dict.fromkeys((sys.base_prefix, sys.base_exec_prefix, sys.prefix, sys.exec_prefix)):
        wanted += [os.path.join(prefix, name) for name in ("bin", "lib", "lib64", "pyvenv.cfg")]
    wanted += site.getsitepackages()
    if site.ENABLE_USER_SITE:
        wanted.append(site.getusersitepackages())
    wanted += [os.path.dirname(path) for path in _links(sys.executable)]
    seen = []
    for path in wanted:
        for there in dict.fromkeys((path, os.path.realpath(path))):
            inside = any(Path(there).is_relative_to(other) for other in ("/usr", *seen))
            if os.path.exists(there) and not inside:
                seen.append(there)
                yield "--ro-bind", there, there


def _links(path):
    """Yield a path and, where it is a symbolic link, those that it leads through."""
    while True:
        yield path
        if not os.path.islink(path):
            return
        path = os.path.join(os.path.dirname(path), os.readlink(path))


def _covered(mounted):
    """Return folders under a mounted one that hold what no candidate may read."""
    folders = {Path(path) for kind, path, _ in mounted if kind == "--ro-bind" and os.path.isdir(path)}
    roots = {
        Path(course.__file__).resolve().parent.parent,
        places.root(),
        places.work().parent,
        places.runs().parent,
    }
    sites = {Path(path) for path in (*site.getsitepackages(), site.getusersitepackages())}
    secret = {root / name for root in roots | sites for name in _SECRET}
    secret |= {places.work(), places.runs()}
    return sorted(
        str(path)
        for path in secret
        if path.is_dir() and any(path.is_relative_to(folder) for folder in folders)
    )


def _child():
    """Return the arguments that mount the candidate's side of `course`, file by file."""
    here = Path(course.__file__).resolve().parent
    options = []
    for base, names in ((here, _CHILD), (here / "grading", _CHILD_GRADING)):
        inside = f"{HOME}/{base.relative_to(here.parent)}"
        for name in names:
            options += ["--ro-bind-try", str(base / name), f"{inside}/{name}"]
    return options
