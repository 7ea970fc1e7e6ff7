"""One child process with a framed pipe, with which the parent exchanges frames and which it ends as a group."""

import contextlib
import os
import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor

from course.processes.channel import Channel

# Linux ends a jail when the thread that started it ends, so one permanent thread starts all of them
_starter = ThreadPoolExecutor(1, thread_name_prefix="medl-start")


def start(launch, scratch, **pipes):
    """Start the command of a launcher in the folder `scratch`, in its own process group."""
    own_group = {"start_new_session": True} if os.name == "posix" else {"creationflags": 0x200}
    options = {"env": launch.env, "cwd": scratch, **own_group, **pipes}
    return _starter.submit(subprocess.Popen, launch.argv, **options).result()


def end(popen):
    """End a process and all of its group, at once, and wait for it."""
    with contextlib.suppress(OSError):
        if os.name == "posix":
            os.killpg(popen.pid, signal.SIGKILL)
        else:
            subprocess.run(["taskkill", "/F", "/T", "/PID", str(popen.pid)], capture_output=True, check=False)
    with contextlib.suppress(OSError):
        popen.kill()
    popen.wait()


class Process(Channel):
    """A running worker.

    Args:
        launch: The command from a launcher.
        scratch: The folder to start it in.
    """

    def __init__(self, launch, scratch):
        pipe = subprocess.PIPE
        self._popen = start(launch, scratch, stdin=pipe, stdout=pipe, stderr=pipe)
        super().__init__(self._popen.stdin, self._popen.stdout, self._popen.stderr)

    def wait(self, seconds=2.0):
        """Return how the process has ended (−n: by the signal n), or None if it has not; and no other reason."""
        try:
            return self._popen.wait(seconds), None
        except subprocess.TimeoutExpired:
            return None, None

    def end(self):
        """End the process and all of its group, at once, and wait for it."""
        end(self._popen)
        self.hang_up()
        self.join()
