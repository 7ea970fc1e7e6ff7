"""One child process with a framed pipe: the parent asks it, waits with a time limit, and ends its process group."""

import contextlib
import os
import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor

from course.processes import processor_time
from course.processes.channel import Channel

# Linux ends a jail when the thread that started it ends. Therefore one thread, which never ends, starts all of them.
_starter = ThreadPoolExecutor(1, thread_name_prefix="medl-start")


def start(launch, scratch, **pipes):
    """Start the `Launch` of a launcher in the folder `scratch`, in its own process group."""
    own_group = {"start_new_session": True} if os.name == "posix" else {"creationflags": 0x200}
    options = {"env": launch.env, "cwd": scratch, **own_group, **pipes}
    return _starter.submit(subprocess.Popen, launch.argv, **options).result()


def end(popen):
    """Kill a process and all of its group, and wait until it has ended."""
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
        launch: The `Launch` that a launcher returned.
        scratch: The working directory of the process.
    """

    def __init__(self, launch, scratch):
        pipe = subprocess.PIPE
        self._popen = start(launch, scratch, stdin=pipe, stdout=pipe, stderr=pipe)
        super().__init__(self._popen.stdin, self._popen.stdout, self._popen.stderr)

    def wait(self, seconds=2.0):
        """Return `(exit status, None)`: −n after the signal n, and None if the process still runs.

        The second value is a reason, which a plain process never has.
        """
        try:
            return self._popen.wait(seconds), None
        except subprocess.TimeoutExpired:
            return None, None

    def use(self, look=True):
        """Return the `Use` of the processor, or None where the system does not tell."""
        return processor_time.use(self._popen.pid, look)

    def end(self):
        """Kill the process and all of its group, and wait until it has ended."""
        end(self._popen)
        self.hang_up()
        self.join()
