"""Calls what an exercise never needs: other processes, programs in the kernel, namespaces, mounts, new sockets."""

import ctypes
import errno
import os

libc = ctypes.CDLL(None, use_errno=True)
number_of = ctypes.CDLL("libseccomp.so.2").seccomp_syscall_resolve_name  # the numbers of this machine
CALLS = (
    *("ptrace", "process_vm_readv", "perf_event_open", "bpf", "userfaultfd", "io_uring_setup", "pidfd_open"),
    *(
        "pidfd_getfd",
        "unshare",
        "setns",
        "mount",
        "open_tree",
        "chroot",
        "socket",
        "setsockopt",
        "memfd_create",
        "shmget",
    ),
    *("msgget", "semget", "mq_open", "keyctl", "personality"),
)
NEW_USER = 0x10000000


def refused(number, *arguments):
    ctypes.set_errno(0)
    status = libc.syscall(number, *[ctypes.c_long(a) for a in (*arguments, 0, 0, 0, 0)][:5])
    return status == -1 and ctypes.get_errno() in (errno.EPERM, errno.ENOSYS)


def centre(x):
    numbers = {name: number_of(name.encode()) for name in CALLS}
    allowed = [name for name, number in numbers.items() if number >= 0 and not refused(number, 0)]
    unknown = [name for name, number in numbers.items() if number < 0]
    child = libc.syscall(
        number_of(b"clone"), ctypes.c_long(NEW_USER | 17), 0, 0, 0, 0
    )  # with a new user namespace
    if child == 0:
        os._exit(0)
    if child > 0:
        allowed.append("clone")
    raise LookupError(f"not refused: {allowed}" + (f", unknown here: {unknown}" if len(unknown) > 3 else ""))
