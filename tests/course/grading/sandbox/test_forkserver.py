"""Processes that the warm process prepares: one for each list of forbidden names, and only the last used ones stay."""

import sys

import pytest

from course.grading.sandbox import forkserver
from course.grading.sandbox.forkserver import ForkServer, ForkServerGone
from course.grading.sandbox.limits import Allowance
from course.processes.launcher import Launch

pytestmark = [
    pytest.mark.backend_independent,
    pytest.mark.skipif(sys.platform != "linux", reason="a warm process forks on Linux alone"),
]

# In place of a real warm process: it prepares threads, and prints when one is prepared and when its socket closes.
WARM = """
import json, os, socket, sys, threading
control = socket.socket(fileno=0)
control.send(b'{"ready": true}')

def be_prepared(own, names):
    print("prepared", *names, file=sys.stderr, flush=True)
    own.send(b'{"ready": true}')
    while own.recv(65536):
        own.send(b'{"ended": 0}')
    print("closed", *names, file=sys.stderr, flush=True)

while True:
    packet, descriptors, _, _ = socket.recv_fds(control, 65536, 1)
    if not packet:
        break
    names = json.loads(packet)["forbidden"]
    if names == ["broken"]:
        os.close(descriptors[0])
        continue
    threading.Thread(target=be_prepared, args=(socket.socket(fileno=descriptors[0]), names), daemon=True).start()
"""


@pytest.fixture
def server(tmp_path):
    made = ForkServer(Launch([sys.executable, "-c", WARM], {}, jailed=False), tmp_path)
    assert made.report(20) == {"ready": True}
    yield made
    made.end()


def run(server, *names):
    fork = server.fork(Allowance(), names, seconds=20)
    assert fork.wait(20) == (0, None)
    fork.end()


def test_one_process_for_each_list_of_names_and_the_last_used_ones_stay(server, monkeypatch):
    monkeypatch.setattr(forkserver, "PREPARED", 2)
    for name in ("a", "b", "a", "c", "a", "b"):
        run(server, name)
    server.end()
    lines = server.output.text().split("\n")
    assert [line for line in lines if line.startswith("prepared")] == [
        f"prepared {name}" for name in ("a", "b", "c", "b")
    ]
    assert sum(line.startswith("closed b") for line in lines) == 1
    # what the next process takes is measured when the earlier one has given its memory back
    assert lines.index("closed b") < lines.index("prepared c")
    assert "closed a" not in lines[: lines.index("prepared c")]


def test_a_process_that_cannot_be_prepared_is_reported(server):
    with pytest.raises(ForkServerGone):
        server.fork(Allowance(), ("broken",), seconds=20)
    run(server, "a")
