"""The system calls that a candidate may not use: a filter of the kernel (seccomp), compiled by libseccomp.

An exercise needs arithmetic, files and threads. A call of the lists below would reach other processes, other
candidates, the network, or memory that the supervisor does not count. The kernel refuses it with the error EPERM. The
grader compiles the filter once; the candidate's process installs it after all its namespaces and limits are set up,
and cannot remove it.
"""

import base64
import errno
import functools
import tempfile

from course.errors import CourseError

MEND = "sudo apt-get install -y libseccomp2 && python -m pip install pyseccomp"
_REFUSED = {
    "messages in the keys of the kernel": ("add_key", "keyctl", "request_key"),
    "memory and state of other processes": (
        *("ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "kcmp", "perf_event_open"),
        *("pidfd_open", "pidfd_getfd", "pidfd_send_signal"),
    ),
    # A new program would have no traps in its libraries (`traps.py`). Forks have those of the candidate.
    "other programs": ("execve", "execveat"),
    "programs in the kernel": ("bpf", "userfaultfd", "io_uring_setup", "io_uring_enter", "io_uring_register"),
    "other namespaces and file systems": (
        *("unshare", "setns", "chroot", "pivot_root", "mount", "umount2", "fsopen", "fsconfig", "fsmount"),
        *("fspick", "open_tree", "move_mount", "mount_setattr", "name_to_handle_at", "open_by_handle_at"),
        *("quotactl", "swapon", "swapoff", "acct", "fanotify_init", "personality"),
    ),
    # A pair of connected sockets stays allowed, because both of its ends belong to the candidate.
    # Its buffers keep the system's size: an option could make them so large that they hold gigabytes.
    "the network, sockets with a name, and options of sockets": (
        *("socket", "connect", "bind", "listen", "accept", "accept4", "setsockopt"),
    ),
    "memory that no process owns": (
        *("memfd_create", "memfd_secret", "shmget", "shmat", "shmctl"),
        *("msgget", "msgsnd", "msgrcv", "msgctl", "semget", "semop", "semtimedop", "semctl"),
        *("mq_open", "mq_unlink"),
    ),
    "the machine": (
        *(
            "reboot",
            "kexec_load",
            "kexec_file_load",
            "init_module",
            "finit_module",
            "delete_module",
            "syslog",
        ),
        *("settimeofday", "clock_settime", "clock_adjtime", "adjtimex", "sethostname", "setdomainname"),
    ),
}
_NEW_NAMESPACES = 0x7E020080  # CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET, NEWTIME
_CHILD_OF_PARENT = 0x8000  # CLONE_PARENT: a child of the process outside that waits for this one only
_SHARED_WITHOUT_FILE = 0x21  # MAP_SHARED and MAP_ANONYMOUS


def refused():
    """Return the names of all system calls that a candidate may not use with any argument."""
    return [name for names in _REFUSED.values() for name in names]


@functools.cache
def program():
    """Return the compiled filter as text that an environment variable can hold.

    Raises:
        CourseError: libseccomp or its Python module is missing.
    """
    try:
        import pyseccomp
    except (ImportError, RuntimeError) as error:
        raise CourseError(f"the filter of system calls needs libseccomp ({error}).") from None
    rules = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
    no = pyseccomp.ERRNO(errno.EPERM)
    for name in refused():
        try:
            rules.add_rule(no, name)
        except OSError:  # an older libseccomp does not know this call
            continue
    for bit in (1 << i for i in range(32) if (_NEW_NAMESPACES | _CHILD_OF_PARENT) >> i & 1):
        rules.add_rule(no, "clone", pyseccomp.Arg(0, pyseccomp.MASKED_EQ, bit, bit))
    # A filter cannot read the arguments of clone3, which lie in memory. The C library then uses clone.
    rules.add_rule(pyseccomp.ERRNO(errno.ENOSYS), "clone3")
    # Pages of such a mapping stay in memory when the process releases them, and belong to no process.
    shared = pyseccomp.Arg(3, pyseccomp.MASKED_EQ, _SHARED_WITHOUT_FILE, _SHARED_WITHOUT_FILE)
    rules.add_rule(no, "mmap", shared)
    with tempfile.TemporaryFile() as file:
        rules.export_bpf(file)
        file.seek(0)
        return base64.b64encode(file.read()).decode()
