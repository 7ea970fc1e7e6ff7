"""The tamper matrix: the attacks of hostile files, and how each file must end.

Every row is a file in `hostile/`; `test_tamper_matrix.py` runs it in the jail against the exercise ex01_centre of the
mini course (4 points) and compares the result with its row. `docs/tamper_matrix.md` shows the table:

    python -m tests.security.matrix           # print it
    python -m tests.security.matrix --write   # put it into the page, between its markers
"""

import ast
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs/tamper_matrix.md"
BEGIN, END = "<!-- tamper matrix: begin -->", "<!-- tamper matrix: end -->"
POINTS = 4


@dataclass(frozen=True)
class Row:
    """One hostile file: its end in words, the message that names the reason, and the points that it may earn."""

    name: str
    ends: str
    message: str  # a regular expression that the message of some part matches
    earned: int = 0
    loops: bool = False  # True if the time limit has to stop the file

    @property
    def file(self):
        """The path of the hostile file."""
        return HERE / "hostile" / f"{self.name}.py"

    @property
    def tries(self):
        """The first line of the file's docstring."""
        return ast.get_docstring(ast.parse(self.file.read_text(encoding="utf-8"))).splitlines()[0]

    def source(self, **places):
        """The text of the file, in which `@NAME@` is replaced by a value that an attacker could have found out."""
        text = self.file.read_text(encoding="utf-8")
        for name, value in places.items():
            text = text.replace(f"@{name}@", str(value))
        return text


ROWS = (
    Row("exit_at_import", "ended, exit status 0", r"ended itself \(exit status 0\)"),
    Row("exit_in_call", "ended, exit status 0", r"ended itself \(exit status 0\)"),
    Row("exits_like_the_jail", "ended, exit status 117", r"ended itself \(exit status 117\)"),
    Row("sys_exit_at_import", "an exit is an error", r"ended the program with exit\(\)"),
    Row("sys_exit_in_call", "an exit is an error", r"ended the program with exit\(\)"),
    Row("atexit_hook", "wrong values", "values differ"),
    Row("patched_numpy", "wrong values", "values differ"),
    Row("patched_builtins", "its own process breaks", "ended itself|broke the connection|expected"),
    Row("shadow_modules", "an error, or wrong values", "raised|values differ|exit|connection"),
    Row("frame_walking", "finds nothing", "no expected value in any frame"),
    Row("gc_search", "finds nothing", "no centred array in memory"),
    Row("reads_the_answers", "finds nothing", r"of the answers there is here: \[\]"),
    Row("asks_for_the_judge", "an error of the file", "No module named 'course.grading.runner'"),
    Row("blames_the_checker", "an error of the file", "No module named 'course.context'"),
    Row("reads_proc", "finds nothing of others", r"of others there is here: \[\]"),
    Row("reads_the_machine", "finds nothing of the machine", r"told of the machine: \[\]"),
    Row("writes_results", "wrong values; nothing written", "values differ"),
    Row("every_descriptor", "only its own answers are damaged", "broke the connection|expected"),
    Row("fake_json_on_stdout", "wrong values", "values differ"),
    Row("array_subclass", "wrong values, as plain numbers", "values differ"),
    Row("equals_everything", "an object is not an array", "an object of type Agreeable"),
    Row("nan_and_inf", "not finite", "not finite"),
    Row("object_dtype", "its objects are not numbers", "not an array .it holds an object of type Trap"),
    Row("huge_integer", "a wrong value", "a number of too many digits"),
    Row("lazy_output", "an object is not an array", "an object of type Lazy"),
    Row("mutated_inputs", "wrong values", "values differ"),
    Row("replayed_outputs", "wrong values: fresh inputs", "values differ"),
    Row("infinite_loop", "stopped by the time limit", "was still running", loops=True),
    Row("infinite_recursion", "RecursionError", "raised RecursionError"),
    Row("stack_overflow", "ended by signal 11", "signal 11|RecursionError|MemoryError"),
    Row("ignores_signals", "stopped by the time limit", "was still running", loops=True),
    Row("threads_and_daemons", "honest points; nothing left", "^$", earned=POINTS),
    Row("fork_bomb", "ended: too many processes", "more than 16 processes"),
    Row("memory_bomb", "MemoryError, or ended", "MemoryError|MiB of memory"),
    Row("memory_of_many", "ended: too much memory", "MiB of memory"),
    Row("memory_of_sockets", "ended: too much memory", "took more than 512 MiB of memory"),
    Row("memory_of_tables", "ended: too much memory", "took more than 512 MiB of memory"),
    Row("memory_of_forks", "ended: too much memory", "took more than 512 MiB of memory"),
    Row("disk_fill", "No space left; nothing outside", "No space left|too large"),
    Row("huge_stdout", "wrong values; 8 KiB are kept", "values differ"),
    Row("huge_array", "too large to be sent", "cannot be checked: arrays of 128 MiB"),
    Row("flood", "only its own answers are damaged", "expected|connection|still running", loops=True),
    Row("segfault", "ended by signal 11", "signal 11"),
    Row("network", "reaches no address", r"reachable from here: \[\]"),
    Row("kills_the_parent", "reaches no other process", r"of others could be traced: \[\]"),
    Row("environment_secrets", "finds no secret", "raised LookupError"),
    Row("leaves_a_letter", "the next file finds nothing", "nobody has left a letter"),
    Row("leaves_a_key", "no key can be left", "no key can be read or left"),
    Row("leaves_a_socket", "the next file finds nothing", "nobody listens here"),
    Row("leaves_a_flag", "the next file finds nothing", "nobody has left a flag"),
    Row("leaves_a_time", "no time can be set", r"times that can be set: \[\]"),
    Row(
        "child_of_the_outside",
        "the kernel refuses them",
        "no child of another process: Operation not permitted",
    ),
    Row("writes_into_proc", "nothing can be written", r"can be written: \[\]"),
    Row("memory_without_owner", "no way to hold it", r"memory without an owner: \[\]"),
    Row("refused_calls", "the kernel refuses them", r"not refused: \[\]"),
    Row("climbs_out", "stays in the jail", "no way out"),
    Row("raises_its_limits", "all limits hold", "every limit holds"),
    Row("replaces_its_program", "the kernel refuses it", "PermissionError"),
    Row("loads_machine_code", "the kernel refuses it", r"machine code was loaded from: \[\]"),
    Row("starts_programs", "the kernel refuses them", r"started: \[\]"),
    Row("closes_every_file", "its own process ends", "ended|connection"),
    Row("signals_everybody", "reaches no other process", r"others that got a signal: \[\]"),
    Row("nested_list", "cannot be sent", "deep|RecursionError"),
    Row("list_in_itself", "cannot be sent", "deep|RecursionError"),
    Row("long_list", "cannot be sent", "values in lists"),
    Row("endless_generator", "cannot be sent", "values in lists"),
    Row("long_text", "too large to be sent", "limit|cannot be checked"),
    Row("page_in_message", "the text is shown as text", "raised LookupError"),
    Row("error_without_text", "an error", "raised Odd"),
    Row("no_ordinary_error", "an error", "raised Mine|ended"),
    Row("looks_like_an_array", "an object is not an array", "Pretender|ndarray|expected"),
    Row("empty_but_wide", "a wrong shape", "shape"),
    Row("record_dtype", "cannot be sent", "dtype|void|cannot be checked"),
    Row("patched_protocol", "only its own answers are damaged", "values differ|connection|expected"),
    Row("watches_its_caller", "finds nothing", "no caller has the centred array"),
    Row("blocks_imports", "an error of the file", "No module named 'numpy'|ended|connection"),
    Row("timers", "its own process breaks", "the bell|ended|values differ|connection"),
    Row("higher_priority", "stays as it is", r"priorities that were raised: \[\]"),
    Row("many_empty_files", "the number is limited", "the number of files is limited"),
    Row("sleeps", "stopped by the time limit", "was still running", loops=True),
    Row("busy_processes", "honest points; nothing left", "^$", earned=POINTS),
    Row("links_to_the_outside", "finds nothing", r"behind links there is: \[\]"),
    Row("hangs_up_and_stays", "counted as ended; nothing left", "the program ended"),
)


def table():
    """Return the table in Markdown."""
    lines = ["| hostile file | tries | ends | points |", "| --- | --- | --- | --- |"]
    for row in ROWS:
        points = f"{row.earned} of {POINTS}" + (", as honest" if row.earned else "")
        link = f"[{row.name}](../tests/security/hostile/{row.name}.py)"
        lines.append(f"| {link} | {row.tries.rstrip('.')} | {row.ends} | {points} |")
    return "\n".join(lines)


def in_page():
    """Return the table that the page shows, or None."""
    _, begin, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    inside, end, _ = rest.partition(END)
    return inside.strip() if begin and end else None


def write():
    """Put the table into the page."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n{table()}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    write() if "--write" in sys.argv else print(table())
