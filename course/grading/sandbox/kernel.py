"""System calls of the Linux kernel that the jail needs and Python 3.11 does not offer."""

import base64
import contextlib
import ctypes
import os

NEW_MOUNTS, NEW_NAMES, NEW_IPC, NEW_PIDS, NEW_NETWORK = (1 << bit for bit in (17, 26, 27, 29, 30))
READ_ONLY, NO_SUID, NO_DEVICES, NO_EXEC, REMOUNT, BIND = 1, 2, 4, 8, 32, 4096
BELOW = 16384  # MS_REC: includes the mounts below
_PRIVATE_BELOW = 0x4000 | (1 << 18)
_SET_DUMPABLE, _BOUNDING_DROP, _NO_NEW_PRIVILEGES, _AMBIENT, _AMBIENT_CLEAR = 4, 24, 38, 47, 4
_SECCOMP, _BY_FILTER, _INSTRUCTION = 22, 2, 8
_CAPABILITIES = 64
_OF_MACHINE = (  # files and folders of /proc
    *("cmdline", "bootconfig", "config.gz", "modules", "kallsyms", "kcore", "kmsg", "keys", "key-users"),
    *("diskstats", "partitions", "swaps", "locks", "interrupts", "softirqs", "timer_list", "sched_debug"),
    *("slabinfo", "vmallocinfo", "iomem", "ioports", "kpagecount", "kpageflags", "kpagecgroup"),
    *("pagetypeinfo", "buddyinfo", "schedstat", "latency_stats", "dma", "execdomains", "consoles"),
    *("acpi", "asound", "scsi", "driver", "pressure", "dynamic_debug", "tty", "mtrr"),
)
# the machine's own, and the folder of terminals
_DEVICES = (*("null", "zero", "full", "random", "urandom", "tty", "console", "ptmx"), "pts")
_CAPABILITY_VERSION = 0x20080522


def unshare(flags):
    """Leave namespaces that this process shares with its parent, and get new ones."""
    _must(_libc().unshare(flags), "unshare")


def enter(descriptor, kind=0):
    """Enter the namespace of an open file of /proc/PID/ns; for a process namespace only later children enter it."""
    _must(_libc().setns(descriptor, kind), "setns")


def mount(what, where, kind=None, flags=0, options=None):
    """Mount a file system."""
    texts = [None if text is None else text.encode() for text in (what, where, kind)]
    options = None if options is None else options.encode()
    _must(_libc().mount(*texts, ctypes.c_ulong(flags), options), f"mount {where}")


def keep_mounts_private():
    """Make all later mounts visible in this mount namespace only."""
    mount(None, "/", flags=_PRIVATE_BELOW)


def drop_privileges(uid=None):
    """Drop all capabilities permanently, and become the user `uid` if it is given."""
    libc = _libc()
    libc.prctl(_AMBIENT, _AMBIENT_CLEAR, 0, 0, 0)
    for capability in range(_CAPABILITIES):
        libc.prctl(
            _BOUNDING_DROP, capability, 0, 0, 0
        )  # fails for capabilities that this kernel does not have
    if uid is not None:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0)
    _must(libc.capset(header, (ctypes.c_uint32 * 6)()), "capset")
    _must(libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0), "prctl")
    libc.prctl(
        _SET_DUMPABLE, 1, 0, 0, 0
    )  # otherwise a process that changed its user cannot read its own /proc/self
    with open("/proc/self/status") as stream:
        lines = dict(line.split(":", 1) for line in stream)
    if any(int(lines[name], 16) for name in ("CapPrm", "CapEff", "CapInh", "CapBnd")):
        raise PermissionError("some privileges could not be dropped")


def filter_system_calls(program):
    """Install the filter of `system_calls.program` for this process and all processes that it starts."""
    code = base64.b64decode(program)
    instructions = ctypes.create_string_buffer(code, len(code))

    class Program(ctypes.Structure):  # struct sock_fprog
        _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p))

    filled = Program(len(code) // _INSTRUCTION, ctypes.addressof(instructions))
    _must(_libc().prctl(_SECCOMP, _BY_FILTER, ctypes.byref(filled), 0, 0), "the filter of system calls")


def hide():
    """Hide the /proc folder of this process from other processes of the same user."""
    _libc().prctl(_SET_DUMPABLE, 0, 0, 0, 0)


def kernel_views():
    """Make the parts of a new /proc read-only through which a privileged user can change the machine.

    What tells of the machine and of the other programs on it, and what no library reads, is empty.
    """
    for name in _OF_MACHINE:
        path = f"/proc/{name}"
        if os.path.isdir(path):
            mount("tmpfs", path, "tmpfs", READ_ONLY | NO_SUID | NO_DEVICES | NO_EXEC, "size=0,mode=555")
        elif os.path.exists(path):
            mount("/dev/null", path, flags=BIND)
    for name in ("sys", "sysrq-trigger", "irq", "bus", "fs"):
        path = f"/proc/{name}"
        with contextlib.suppress(FileNotFoundError):
            mount(path, path, flags=BIND)
            mount(None, path, flags=BIND | REMOUNT | READ_ONLY | NO_SUID | NO_DEVICES | NO_EXEC)


def freeze_devices():
    """Make the devices read-only: they work as before, but nobody can set their times, which later files would find."""
    for name in _DEVICES:
        path = f"/dev/{name}"
        if os.path.ismount(path):
            kept = os.statvfs(path).f_flag & (NO_SUID | NO_DEVICES | NO_EXEC)
            mount(None, path, flags=BIND | REMOUNT | READ_ONLY | kept)


def freeze_proc():
    """Make /proc read-only: its files would let a process write into its memory past Python, and save itself first."""
    mount(None, "/proc", flags=BIND | REMOUNT | READ_ONLY | NO_SUID | NO_DEVICES | NO_EXEC)


def _libc():
    return ctypes.CDLL(None, use_errno=True)


def _must(status, what):
    if status != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
