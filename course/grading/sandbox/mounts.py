"""The files of this machine that a jail contains, all read-only: the system, the interpreter, the packages, `course`.

Of `course` the jail contains everything that an answer may import: all folders except catalog and grading. Of these
two it contains only the files that the candidate's process itself imports. This module finds them by their import
statements, so a new file of the course needs no entry here.

Packages have the same paths as outside: every folder of this process's `sys.path` that contains packages is mounted.
Such a folder may contain the course's answers, in a checkout or as an installed `units`; an empty folder covers them.
"""

import ast
import functools
import importlib.util
import os
import site
import sys
from pathlib import Path

import course
from course import paths as places

HOME = "/opt/medl"  # the folder of `course` inside the jail
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_SETTINGS = ("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "alternatives", "localtime")
_PARTLY = (
    "catalog",
    "grading",
    "notebooks",
)  # of these folders of `course` only the files that `worker.py` imports are mounted
_SECRET = ("course", "units", "solutions", "tests", "work", "runs", "datasets", "slides")
_INSTALLED = (".dist-info", ".egg-info", ".egg-link", ".pth")  # an installer writes these next to packages
_MODULES = (".py", ".so", ".pyd")


def arguments():
    """Return bubblewrap's arguments for all mounts; the last arguments make the other folders read-only."""
    options = ["--tmpfs", "/tmp"]  # first, because the clone itself may be below /tmp
    for kind, *where in _system():
        options += [*_folders(where[-1]), kind, *where]
    shown, covered = packages()
    for path in sorted({*shown, *covered}, key=lambda path: (len(Path(path).parts), path)):
        options += _folders(path)
        options += ["--tmpfs", path] if path in covered else ["--ro-bind", path, path]
    options += ["--ro-bind-try", "/sys/devices/system/cpu", "/sys/devices/system/cpu"]
    for name in _SETTINGS:
        options += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
    options += ["--proc", "/proc", "--dev", "/dev", "--dir", "/dev/shm"]
    # A shared mapping of /dev/zero is memory that no process owns.
    options += ["--dev-bind", "/dev/null", "/dev/zero"]
    here = Path(course.__file__).resolve().parent
    for path in files():
        inside = f"{HOME}/course/{path.relative_to(here).as_posix()}"
        options += [*_folders(inside), "--ro-bind", str(path), inside]
    for path in ["/dev", *sorted(covered), "/"]:
        options += ["--remount-ro", path]
    return options


def leading():
    """Return the folders before the standard library on `sys.path`, for example those of PYTHONPATH.

    The interpreter of a child process finds the other folders by itself, in its site-packages and `.pth` files.
    """
    library = os.path.dirname(os.__file__)
    path = [os.path.abspath(entry) for entry in sys.path if entry]
    first = path[: path.index(library)] if library in path else []
    return [entry for entry in _path() if entry in first]


def under_tmp():
    """Return the paths below /tmp that are mounted; they must be mounted again after a new /tmp is mounted."""
    shown, _ = packages()
    return [path for path in sorted(shown, key=len) if Path(path).is_relative_to("/tmp")]


@functools.cache
def files():
    """Return the files and folders of `course` that are in the jail."""
    here = Path(course.__file__).resolve().parent
    whole = [path for path in here.iterdir() if path.name not in (*_PARTLY, "__pycache__")]
    return sorted(whole) + sorted(_imported(here / "grading" / "sandbox" / "worker.py", here))


def withheld(module):
    """Tell whether the module with this dotted name is the course's or the instructor's, and is not in the jail."""
    top, _, rest = module.partition(".")
    if top != "course":
        return top == "units" or not _is_shown(top)
    if rest.partition(".")[0] not in _PARTLY:
        return False
    return not set(_files_of(module, Path(course.__file__).resolve().parent)[-2:]) & set(files())


def _is_shown(top):
    """Tell whether a module without dots in its name lies in a folder that is mounted, or in Python itself."""
    loaded = sys.modules.get(top)
    spec = importlib.util.find_spec(top) if loaded is None else getattr(loaded, "__spec__", None)
    places = [*(spec.submodule_search_locations or ()), spec.origin] if spec is not None else []
    file = next((place for place in places if place and os.path.exists(place)), None)
    if file is None:
        return True
    shown, covered = packages()
    above = [str(folder) for folder in (Path(file), *Path(file).parents)]
    nearest = next((folder for folder in above if folder in {*shown, *covered, *_SYSTEM}), None)
    return nearest is not None and nearest not in covered


def packages():
    """Return the mounted paths of interpreter and packages, and the folders that are covered by empty folders.

    A mounted folder may be below a covered one, as a virtual environment in its checkout, or above it. Therefore all
    of them are mounted in the order of their depth.
    """
    interpreter = list(_interpreter())
    folders, single = _entries(interpreter)
    wanted = {*interpreter, *folders, *single}
    secret = {str(places.work()), str(places.runs())}
    secret |= {root for root in _roots() if root not in folders}
    secret |= {os.path.join(folder, name) for folder in (*folders, *_roots()) for name in _SECRET}
    secret = {path for path in secret - wanted if os.path.isdir(path)}
    shown, covered = [], set()
    for path in sorted(wanted | secret, key=lambda path: (len(Path(path).parts), path)):
        over = next((str(up) for up in Path(path).parents if str(up) in {*shown, *covered, "/usr"}), None)
        if path in secret and over is not None and over not in covered:
            covered.add(path)
        elif path in wanted and (over is None or over in covered):
            shown.append(path)
    return shown, covered


def _folders(path):
    """Return arguments that make the parent folders of a path, because bubblewrap's own are not open to all users."""
    above = {str(parent) for parent in Path(path).parents} - {"/", "/usr", "/tmp"}
    return [option for parent in sorted(above, key=len) for option in ("--dir", parent)]


def _system():
    for folder in _SYSTEM:
        if os.path.islink(folder):
            yield "--symlink", os.readlink(folder), folder
        elif os.path.isdir(folder):
            yield "--ro-bind", folder, folder


def _interpreter():
    """Yield the files and folders of the Python installation, and the targets of their links."""
    wanted = []
    for prefix in dict.fromkeys((sys.base_prefix, sys.base_exec_prefix, sys.prefix, sys.exec_prefix)):
        wanted += [os.path.join(prefix, name) for name in ("bin", "lib", "lib64", "pyvenv.cfg")]
    wanted += [os.path.dirname(path) for path in _links(sys.executable)]
    for path in wanted:
        yield from _existing(path)


def _entries(interpreter):
    """Return the folders that contain only packages, and single packages in folders with other files.

    A folder in which an installer has written is mounted whole. Of any other folder on `sys.path`, such as one that
    PYTHONPATH or a `.pth` file names, only packages and modules are mounted, because it may be a home folder.
    """
    sites, folders, single = _sites(), [], []
    for entry in dict.fromkeys([*sites, *_path()]):
        if entry not in sites and _is_below(entry, interpreter) and not _installed(entry):
            continue  # the standard library
        names = sorted(os.listdir(entry)) if os.path.isdir(entry) else []
        if entry in sites or os.path.isfile(entry) or _installed(entry):
            folders += _existing(entry)
            names = [name for name in names if os.path.islink(os.path.join(entry, name))]
        for name in names:
            if name not in _SECRET and _is_importable(os.path.join(entry, name)):
                single += _existing(os.path.join(entry, name))
    return folders, single


def _sites():
    return [*site.getsitepackages(), *([site.getusersitepackages()] if site.ENABLE_USER_SITE else [])]


def _path():
    """Return the folders and archives of `sys.path` that may contain packages.

    The current folder, the folder of the program and the folders of the course are left out, because they contain
    files of the instructor.
    """
    program = os.path.dirname(os.path.abspath(getattr(sys.modules["__main__"], "__file__", None) or "/"))
    never = {"/", "/tmp", os.getcwd(), program}
    secret = [os.path.join(root, name) for root in _roots() for name in _SECRET]
    paths = dict.fromkeys(map(os.path.abspath, filter(None, sys.path)))
    return [
        path
        for path in paths
        if os.path.exists(path) and path not in never and not (_is_checkout(path) or _is_below(path, secret))
    ]


def _installed(folder):
    """Tell whether an installer has written files into a folder."""
    return os.path.isdir(folder) and any(name.endswith(_INSTALLED) for name in os.listdir(folder))


def _is_below(path, folders):
    return any(Path(path).is_relative_to(folder) for folder in folders)


def _existing(path):
    """Yield a path and the target of its links if they exist and are not in /usr, which is mounted anyway."""
    for candidate in dict.fromkeys((path, os.path.realpath(path))):
        if os.path.exists(candidate) and not Path(candidate).is_relative_to("/usr"):
            yield candidate


def _is_importable(path):
    name = os.path.basename(path)
    if os.path.isdir(path):
        return name.isidentifier() and os.path.isfile(os.path.join(path, "__init__.py"))
    return name.endswith(_MODULES)


def _is_checkout(folder):
    return os.path.isdir(os.path.join(folder, "units")) and os.path.isfile(os.path.join(folder, "setup.cfg"))


def _roots():
    """Return the folders that contain the course: the folder of this file, and COURSE_HOME."""
    return list(dict.fromkeys((str(Path(course.__file__).resolve().parent.parent), str(places.root()))))


def _links(path):
    """Yield a path and, if it is a symbolic link, each path to which the links lead."""
    while True:
        yield path
        if not os.path.islink(path):
            return
        path = os.path.join(os.path.dirname(path), os.readlink(path))


def _imported(file, here):
    """Return the files of the folders `_PARTLY` that `file` imports, directly or through other files."""
    found, todo = set(), [*_packages_above(file, here), file]
    while todo:
        file = todo.pop()
        if file in found or not file.is_file() or file.relative_to(here).parts[0] not in _PARTLY:
            continue
        found.add(file)
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.level == 0:
                for name in (node.module, *(f"{node.module}.{alias.name}" for alias in node.names)):
                    if name.startswith("course."):
                        todo += _files_of(name, here)
    return found


def _files_of(module, here):
    """Return the files that an import of a module of `course` may run; the last two are the module's possible files."""
    path = here.joinpath(*module.split(".")[1:])
    return [*_packages_above(path, here), path / "__init__.py", path.with_name(f"{path.name}.py")]


def _packages_above(path, here):
    return [
        parent / "__init__.py" for parent in path.parents if parent.is_relative_to(here) and parent != here
    ]
