"""The autograder in containers made from nothing: Debian's base system, apt, pip, submissions (run by name: -m slow).

debootstrap makes the root folder, and `setup.sh` runs in it as it is. For every submission a new layer of files lies
over the result, as in a new container; processes, memory and the name of the machine are new too, and there are only
the capabilities that Docker gives by default. In such a container no jail can be built. The network is that of this
machine, with its settings for apt and pip.
"""

import json
import os
import shutil
import ssl
import subprocess
import zipfile
from pathlib import Path

import keras
import pytest
from typer.testing import CliRunner

from course import catalog as catalogs
from course import cli
from tests.course.grading.conftest import MINI
from tests.security.matrix import ROWS

NEEDED = ("debootstrap", "unshare", "setpriv", "chroot")
MISSING = [name for name in NEEDED if shutil.which(name) is None]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.backend_independent,
    pytest.mark.timeout(1800),
    pytest.mark.skipif(getattr(os, "geteuid", int)() != 0, reason="only root can make a root folder"),
    pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}"),
]
SETTINGS = ("/etc/resolv.conf", "/etc/hosts", "/etc/pip.conf", "/etc/xdg/pip", "/etc/apt/apt.conf.d")
SETTINGS += ("/etc/apt/sources.list.d",)
CERTIFICATES = "/etc/certificates"  # a copy of this machine's, which no package changes
VARIABLES = ("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
CAPABILITIES = (
    "chown dac_override fowner fsetid kill setgid setuid setpcap net_bind_service net_raw sys_chroot"
)
CAPABILITIES += " mknod audit_write setfcap"
ENTER = """set -euo pipefail
if [ -n "$layer" ]; then
  mount -t tmpfs layer "$layer"; mkdir "$layer"/files "$layer"/work "$layer"/root
  mount -t overlay -o "lowerdir=$image,upperdir=$layer/files,workdir=$layer/work" container "$layer/root"
  cd "$layer/root"
  for name in submission results; do mkdir autograder/$name; mount --bind "$place/$name" autograder/$name; done
else
  mount --bind "$image" "$image"; cd "$image"
fi
mount -t proc proc proc
for name in null zero full random urandom; do touch dev/$name; mount --bind /dev/$name dev/$name; done
mkdir -p dev/shm; mount -t tmpfs -o mode=1777 memory dev/shm
for folder in $shown; do mkdir -p ".$folder"; mount --rbind -o ro "$folder" ".$folder"; done
hostname jail  # the name that leaves_a_socket expects where nobody has changed it
exec setpriv --bounding-set="$bounding" --inh-caps=-all chroot . "$@"
"""


class Containers:
    """An image with the autograder of the mini course, and containers that begin with it."""

    def __init__(self, place):
        self.place, self.image = place, place / "image"
        for name in ("submission", "results", "layer"):
            (place / name).mkdir()

    def run(self, script, keep=False):
        """Run a script in a new container, or with `keep` in the image itself; return exit status and output."""
        links = [path for path in os.environ.get("PIP_FIND_LINKS", "").split() if Path(path).is_dir()]
        variables = {
            name: text for name, text in os.environ.items() if name in VARIABLES or name[:4] == "PIP_"
        }
        variables |= {"PIP_CERT": CERTIFICATES, "SSL_CERT_FILE": CERTIFICATES, "LANG": "C.UTF-8"}
        variables |= {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
        env = os.environ | {"image": str(self.image), "place": str(self.place), "shown": " ".join(links)}
        env["layer"] = "" if keep else str(self.place / "layer")
        env["bounding"] = ",".join(["-all", *(f"+{name}" for name in CAPABILITIES.split())])
        inside = ["env", "-i", *(f"{name}={text}" for name, text in variables.items()), "bash", script]
        alone = ("unshare", "--mount", "--pid", "--ipc", "--uts", "--fork", "--kill-child")
        command = [*alone, "--propagation", "private", "bash", "-c", ENTER, "enter", *inside]
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=900, check=False)
        return done.returncode, done.stdout + done.stderr

    def hand_in(self, text):
        """Hand in a file for the first exercise; return the points, all that the student reads, and the output."""
        for name in ("submission", "results"):
            shutil.rmtree(self.place / name)
            (self.place / name).mkdir()
        (self.place / "submission" / "ex01_centre.py").write_text(text)
        status, output = self.run("/autograder/run_autograder")
        assert status == 0, output
        results = json.loads((self.place / "results" / "results.json").read_text())
        return results["score"], " ".join(test["output"] for test in results["tests"]), output


@pytest.fixture(scope="module")
def containers(tmp_path_factory):
    made = Containers(tmp_path_factory.mktemp("gradescope"))
    command = ["debootstrap", "--variant=minbase", "bookworm", str(made.image)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)
    if done.returncode:
        pytest.skip(f"debootstrap has no mirror here: {(done.stdout + done.stderr).strip().splitlines()[-1]}")
    for path in map(Path, SETTINGS):
        into = made.image / str(path).lstrip("/")
        if path.is_dir():
            shutil.copytree(path, into, dirs_exist_ok=True)
        elif path.is_file():
            into.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, into)
    shutil.copy(ssl.get_default_verify_paths().cafile, made.image / CERTIFICATES.lstrip("/"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COURSE_HOME", str(MINI))
        words = ["release", str(made.place / "made.zip"), "--gradescope", "--exercise", "1.1"]
        result = CliRunner().invoke(cli.app, [*words, "--backend", keras.config.backend()])
    assert result.exit_code == 0, result.output
    source = made.image / "autograder" / "source"
    source.mkdir(parents=True)
    with zipfile.ZipFile(made.place / "made.zip") as packed:
        for about in packed.infolist():
            Path(packed.extract(about, source)).chmod(about.external_attr >> 16 & 0o777)
    shutil.copy(source / "run_autograder", source.parent)
    status, output = made.run("/autograder/source/setup.sh", keep=True)
    assert status == 0, output[-4000:]
    assert "A file can be graded here, without a jail" in output
    return made


def test_a_right_file_and_a_stub(containers):
    (exercise, _) = catalogs.load(MINI).exercises
    score, _, output = containers.hand_in(exercise.solution.read_text())
    assert score == 4
    assert "Each file runs as a user of its own" in output
    assert containers.hand_in(exercise.stub.read_text())[0] == 0


@pytest.mark.parametrize(
    "name",
    [
        *("leaves_a_letter", "leaves_a_key", "leaves_a_socket", "refused_calls", "starts_programs"),
        *("replaces_its_program", "memory_without_owner", "network", "reads_the_answers", "kills_the_parent"),
    ],
)
def test_a_hostile_file_gains_nothing_and_leaves_nothing(containers, name):
    """Each file is handed in twice: the second time it would find what the first one has left."""
    (row,) = [row for row in ROWS if row.name == name]
    text = row.source(COURSE="/autograder/source", TMP="/tmp", HOME="/root", MARKER="medl-hostile", PORT=9)
    for _ in range(2):
        score, read, _ = containers.hand_in(text)
        assert score == row.earned, read
