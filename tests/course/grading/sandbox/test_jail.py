"""The jail: what it contains, what it does not contain, and the messages if it cannot be built."""

import mmap
import os
import subprocess
import sys
from pathlib import Path

import pytest

import course
from course.errors import CourseError
from course.grading.sandbox import jail, kernel, limits, mounts
from course.grading.sandbox.launcher import plain

HERE = Path(course.__file__).resolve().parent

pytestmark = pytest.mark.backend_independent


@pytest.fixture
def there():
    found = jail.examine()
    if not found.there:
        if os.environ.get("CI", "").lower() in ("1", "true"):
            pytest.fail(f"CI needs the jail: {found.message} {found.mend}")
        pytest.skip(f"no jail: {found.message} {found.mend}")
    return found


@pytest.fixture
def inside(there):
    """Function of a Python text that returns what it prints in the jail."""

    def run(text):
        command = [*jail._wrapper(there.way), sys.executable, "-P", "-c", text]
        done = subprocess.run(
            command, env=jail._environment("jax"), capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


@pytest.fixture
def forgetful():
    """Examine this machine again before and after the test."""
    jail.examine.cache_clear()
    yield
    jail.examine.cache_clear()


def test_the_jail_contains_all_of_course_except_catalog_and_grading(inside):
    """An answer that imports any module of `course`, present or future, can run and gets its points."""
    tops = {path.stem for path in HERE.glob("*.py")} | {
        path.parent.name for path in HERE.glob("*/__init__.py")
    }
    assert {"context", "errors", "training", "data"} <= tops
    found = "from course.grading.sandbox.found import found\n"
    names = sorted(f"course.{name}" for name in tops - {"__init__", "notebooks"})
    missing = inside(f"{found}print([name for name in {names!r} if not found(name)])")
    assert missing == "[]\n"
    judges = [
        ".".join(path.relative_to(HERE.parent).with_suffix("").parts)
        for room in ("catalog", "grading", "notebooks")
        for path in (HERE / room).rglob("*.py")
        if path.stem != "__init__"
    ]
    there = set(inside(f"{found}print(*[name for name in {judges!r} if found(name)])").split())
    sandbox = {
        f"course.grading.sandbox.{name}" for name in ("worker", "candidate_server", "namespace", "traps")
    }
    assert sandbox | {"course.catalog.forbidden"} <= there
    assert {name for name in judges if mounts.withheld(name)} == {*judges} - there
    kept = {"course.grading.runner", "course.grading.checks", "course.grading.authoring.certify"}
    assert kept | {"course.catalog.reading", "course.grading.batch.grade"} <= {*judges} - there


def test_what_a_candidate_may_import_by_the_names_of_the_course(inside):
    names = [name for name in course.__all__ if name not in ("check", "grading", "__version__")]
    assert "experiments" in names
    inside(f"import course\nfor name in {names!r}: getattr(course, name)")


def test_the_jail_contains_no_answer_and_no_check(inside):
    seen = inside(
        "import os\n"
        "for top in ('/opt', '/tmp', '/home', '/root', '/srv', '/var', '/mnt'):\n"
        "    for folder, folders, files in os.walk(top):\n"
        "        folders[:] = [f for f in folders if f not in ('site-packages', 'python3.11', 'bin')]\n"
        "        print(*(os.path.join(folder, f) for f in files), sep='\\n')\n"
    )
    files = {Path(line).name for line in seen.split()}
    assert "worker.py" in files
    judges = (
        "runner.py",
        "checks.py",
        "certify.py",
        "reading.py",
        "session.py",
        "solution.py",
        "exercise.toml",
        "mistakes.diff",
    )
    assert not files & set(judges)


def test_the_jail_does_not_contain_the_clone(inside):
    roots = [str(HERE.parent), str(HERE), str(HERE.parent / "units"), str(HERE.parent / ".git")]
    assert (
        inside(f"import os; print([p for p in {roots!r} if os.path.exists(os.path.join(p, 'course'))])")
        == "[]\n"
    )
    assert inside("import course; print(course.__file__)") == f"{mounts.HOME}/course/__init__.py\n"
    assert "No module" in inside("try:\n import units\nexcept ImportError as e: print(e)")


def test_system_and_packages_are_read_only(inside):
    out = inside(
        "import sys, os\n"
        # the folder of a virtual environment under /tmp is writable, its contents are not
        "own = sys.prefix if not sys.prefix.startswith('/tmp/') else sys.prefix + '/bin'\n"
        "for place in ('/', '/usr', '/opt/medl/course', '/dev', '/etc', *sys.path[1:], own, sys.prefix + '/lib'):\n"
        "    try:\n"
        "        open(os.path.join(place, 'x'), 'w')\n"
        "        print('wrote', place)\n"
        "    except OSError as error: pass\n"
    )
    assert out == ""


def test_the_environment_is_chosen_by_the_grader(inside, monkeypatch):
    monkeypatch.setenv("COURSE_TOKEN", "secret")
    out = inside("import os; print(dict(os.environ))")
    assert "COURSE_TOKEN" not in out
    assert "'HOME': '/tmp'" in out


def test_there_is_no_network(inside):
    assert inside("import socket; print(socket.if_nameindex())") == "[(1, 'lo')]\n"


def test_answers_below_a_mounted_folder_are_covered(monkeypatch, tmp_path):
    """An installed `units`, or a clone inside the virtual environment."""
    folder = tmp_path / "site"
    (folder / "units" / "u01").mkdir(parents=True)
    (folder / "keras").mkdir()
    monkeypatch.setattr(mounts.site, "getsitepackages", lambda: [str(folder)])
    arguments = mounts.arguments()
    at = arguments.index(str(folder / "units"))
    assert arguments[at - 1] == "--tmpfs"
    assert arguments.index(str(folder)) < at
    assert str(folder / "keras") not in arguments


@pytest.fixture
def home(tmp_path):
    """A folder with a package, a private file, and a checkout of the course with answers and an environment in it."""
    texts = {
        "helpful/__init__.py": "",
        "private.txt": "grades",
        "checkout/setup.cfg": "",
        "checkout/course/catalog.py": "",
        "checkout/units/u01/solution.py": "",
        "checkout/.git/objects": "solution",
        "checkout/.venv/site-packages/wheel-1.0.dist-info/RECORD": "",
        "checkout/.venv/site-packages/wheel.py": "",
    }
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


SEEN = (
    "import os; print(sorted(os.path.join(f, n)[len({0!r}) + 1:] for f, _, ns in os.walk({0!r}) for n in ns))"
)


def test_of_a_folder_on_the_path_only_packages_are_mounted(inside, home, monkeypatch):
    """PYTHONPATH or a `.pth` file may name a home folder."""
    monkeypatch.setattr(sys, "path", [str(home), *sys.path])
    assert inside(SEEN.format(str(home))) == "['helpful/__init__.py']\n"
    inside("import helpful")


def test_a_folder_of_packages_that_holds_the_checkout_does_not_show_its_answers(inside, home, monkeypatch):
    """An environment below the checkout is mounted nevertheless."""
    (home / "helpful-1.0.dist-info").mkdir()
    monkeypatch.setattr(
        sys, "path", [*sys.path, str(home), str(home / "checkout" / ".venv" / "site-packages")]
    )
    monkeypatch.setenv("COURSE_HOME", str(home / "checkout"))
    seen = inside(SEEN.format(str(home)))
    assert "helpful/__init__.py" in seen
    assert "checkout/.venv/site-packages/wheel.py" in seen
    assert not any(name in seen for name in ("solution", "catalog.py", ".git", "setup.cfg"))
    covered = str(home / "checkout")
    assert "Read-only" in inside(f"try: open({covered!r} + '/x', 'w')\nexcept OSError as e: print(e)")


def test_a_checkout_and_what_is_secret_in_it_is_never_a_folder_of_packages(home, monkeypatch):
    checkout = home / "checkout"
    monkeypatch.setattr(
        sys, "path", [str(checkout), str(checkout / "units"), str(checkout / "units" / "u01")]
    )
    monkeypatch.setenv("COURSE_HOME", str(checkout))
    assert not any(str(home) in option for option in mounts.arguments())


def test_a_package_that_is_a_link_is_mounted(inside, home, monkeypatch, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "linked"
    elsewhere.mkdir()
    (elsewhere / "__init__.py").write_text("")
    (home / "linked").symlink_to(elsewhere)
    monkeypatch.setattr(sys, "path", [str(home), *sys.path])
    inside("import linked")


def test_the_checker_works_in_an_environment_that_reaches_its_packages_by_a_pth_file(
    there, tmp_path, backend
):
    """Uses a real environment next to the checkout; the package of PYTHONPATH is mounted too."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "env"], check=True)
    (own,) = tmp_path.glob("env/lib/python*/site-packages")
    (own / "others.pth").write_text("\n".join(path for path in sys.path if path.endswith("-packages")))
    (tmp_path / "extra" / "mine").mkdir(parents=True)
    (tmp_path / "extra" / "mine" / "__init__.py").write_text("")
    trial = (
        "import keras, mine\n"
        "from course.grading.sandbox import jail, trial\n"
        f"trial._ANSWER += b'import mine'\n"
        f"trial.trial({backend!r}, jail.jail)\n"
        "print('it works')"
    )
    env = dict(os.environ, PYTHONPATH=os.pathsep.join([str(HERE.parent), str(tmp_path / "extra")]))
    command = [tmp_path / "env" / "bin" / "python", "-P", "-c", trial]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.stdout == "it works\n", done.stderr


def test_the_jail_runs_the_command_of_the_plain_launcher(there):
    launch = jail.jail("torch", "unused")
    assert launch.jailed
    assert launch.argv[-4:] == plain("torch", "unused").argv[-4:]
    for option in ("--unshare-net", "--unshare-pid", "--unshare-ipc", "--die-with-parent", "--new-session"):
        assert option in launch.argv
    assert jail.best_launcher()[:2] == (jail.jail, True)


@pytest.mark.parametrize(
    ("which", "attempt", "message", "mend"),
    [
        (None, None, "not installed", "apt-get install -y bubblewrap"),
        ("bwrap", "setting up uid map: Permission denied", "uid map: Permission denied", "userns"),
    ],
)
def test_without_a_jail_the_message_has_the_reason_and_a_command(
    monkeypatch, forgetful, which, attempt, message, mend
):
    monkeypatch.setattr(jail.sys, "platform", "linux")
    monkeypatch.setattr(jail.shutil, "which", lambda name: which)
    monkeypatch.setattr(jail, "_try", lambda way: attempt)
    found = jail.examine()
    assert not found.there
    assert message in found.message
    assert mend in found.mend
    launcher, jailed, why = jail.best_launcher()
    assert (launcher, jailed) == (plain, False)
    assert message in why
    with pytest.raises(CourseError, match="Grading needs a jail"):
        jail.best_launcher(require=True)
    with pytest.raises(CourseError, match="There is no jail here"):
        jail.jail("jax", "unused")


def test_other_systems_have_no_jail(monkeypatch, forgetful):
    monkeypatch.setattr(jail.sys, "platform", "darwin")
    assert "Linux only" in jail.examine().message


def test_a_failure_inside_the_jail_is_reported(there):
    """The test of the jail really runs: with an unknown option of bubblewrap there is no jail."""
    assert "no-such-option" in jail._try(("--no-such-option",))


def limited(text, **allowance):
    """Return exit status and output of a Python text under limits."""
    code = f"from course.grading.sandbox.limits import *\nimpose(Allowance(**{allowance!r}), alone=False)\n{text}"
    env = {**os.environ, "PYTHONPATH": str(HERE.parent)}
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], env=env, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="limits are imposed on Linux")
def test_limits_hold(tmp_path):
    assert "MemoryError" in limited("x = bytearray(200 << 20)", memory=100)[1]
    assert limited("x = bytearray(50 << 20); print(len(x))", memory=100) == (0, f"{50 << 20}\n")
    assert "too large" in limited(f"open({str(tmp_path / 'x')!r}, 'wb').write(b'x' * (3 << 20))", files=2)[1]
    assert limited("while True: pass", cpu=1)[0] < 0
    assert "Too many open files" in limited("x = [open('/dev/null') for _ in range(99)]", descriptors=32)[1]


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("visible", ["MAP_PRIVATE", "MAP_SHARED"])
def test_the_memory_of_a_process_is_measured(visible):
    before = limits.memory_of("self")
    # pages of the system: memory of the heap may already belong to the process
    with mmap.mmap(-1, 64 << 20, flags=getattr(mmap, visible) | mmap.MAP_ANONYMOUS) as kept:
        for page in range(0, len(kept), mmap.PAGESIZE):
            kept[page] = 1
        assert limits.memory_of("self") - before > 60 << 20
    assert limits.memory_of("self") - before < 60 << 20
    assert limits.usage([os.getpid(), 2**22 + 1])[0] > 0


def test_a_refused_system_call_is_named():
    with pytest.raises(OSError, match="mount /no/such/place"):
        kernel.mount("tmpfs", "/no/such/place", "tmpfs")


def test_a_module_of_the_instructor_is_not_missing_in_the_jail(tmp_path, monkeypatch):
    """A file that imports it fails everywhere; it must not end as "not judged"."""
    (tmp_path / "of_the_instructor.py").write_text("")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    assert mounts.withheld("of_the_instructor")
    assert mounts.withheld("tests.security")
    assert not any(map(mounts.withheld, ("numpy.linalg", "json", "sys", "keras", "course.data")))
