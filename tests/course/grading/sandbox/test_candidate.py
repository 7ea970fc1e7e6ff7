"""A candidate in its own process: the values that it can send, and all kinds of failures."""

import collections
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from course.grading.candidate import Handle
from course.grading.errors import CandidateEnded, CandidateError, GraderError
from course.grading.sandbox.launcher import plain
from course.grading.sandbox.workers import Workers
from course.grading.time_limits import Limits
from course.processes.launcher import Launch
from course.processes.protocol import FrameError

ANSWER = """
import collections, io, itertools, os, sys
from decimal import Decimal
from fractions import Fraction
import keras, numpy as np
from keras import ops

RATE = 0.5

class Dense(keras.layers.Layer):
    def __init__(self, units):
        super().__init__()
        self.units = units

    def build(self, shape):
        self.kernel = self.add_weight(shape=(shape[-1], self.units), initializer="ones")

    def call(self, x):
        return ops.matmul(x, self.kernel)

    def broken(self):
        return {}["key"]

class Point:
    def __init__(self):
        self.x, self.path, self.next = 1.5, [1, 2], None

def double(x):
    return 2 * x

def kind(x):
    return [ops.is_tensor(x), isinstance(x, np.ndarray), keras.backend.standardize_dtype(x.dtype)]

def values():
    v = keras.Variable(np.array([1, 2], "float32"))
    return {"list": [1, 2.5, None, "x"], "tuple": (ops.ones((2, 1)), v), "nan": float("nan")}

def mutate(x):
    x[0] = 99
    return x

def keyword(x, *, times):
    return x * times

def total(layer, x):
    return ops.sum(layer(x))

def draw():
    return keras.random.normal((3,)), np.random.rand()

def objects():
    return np.array([None, 1], dtype=object)

def half():
    return ops.cast(ops.ones(2), "bfloat16")

def day():
    return np.array(["2026-11-20"], dtype="datetime64[D]")

def endless():
    return itertools.count()

def inside_itself():
    box = np.empty((), object)
    box[()] = box
    return box

def text_lines():
    return io.BytesIO().readable

def mapped():
    return map(lambda n: n / 2, range(3))

def of_a_dictionary():
    return {"a": 0, "b": 0.5, "c": 1}.values()

def queue():
    return collections.deque([0, 0.5, 1])

def fractions():
    return [fraction() * n for n in range(3)]

def of_objects():
    return np.array(fractions())

def fraction():
    return Fraction(1, 2)

def decimal():
    return Decimal("0.5")

def rows():
    return list(ops.reshape(ops.arange(6), (2, 3)))

def imaginary():
    return 0.5j

def word():
    return np.select([False], ["whole"], "half")

def long():
    return np.array([0.5], np.longdouble)

def uneven():
    for n in range(2):
        yield (i for i in range(n + 1))

def breaks_off():
    for n in (1, 0):
        yield 1 / n

def huge():
    return np.zeros((9 << 20,))

def numbers():
    return (i / 2 for i in range(3))

def deep(n=0):
    return deep(n + 1)

def boom(x):
    if x > 0:
        y = 1 / 0   # here
    return y

def long_message():
    raise ValueError("word " * 10_000)

class Odd(Exception):
    def __str__(self):
        raise RuntimeError

def odd():
    raise Odd

def leave():
    sys.exit("bye")

def interrupt():
    raise KeyboardInterrupt

def chatter():
    for i in range(3000):
        print("line", i)
    print("err", file=sys.stderr)
    return 7

def forge():
    os.write(1, b'MEDL{"value": 1}')
    sys.__stdout__.write('{"value": 1}')
    return 8
"""


@pytest.fixture
def answer(candidate):
    return candidate(ANSWER)


def error_of(function, *args, **kwargs):
    with pytest.raises(CandidateError) as caught:
        function(*args, **kwargs)
    return caught.value


def test_arrays_and_plain_values_come_back(answer):
    c = answer.candidate
    assert c.RATE == 0.5
    got = c.double(np.float32([1, 2]))
    assert type(got) is np.ndarray
    assert got.dtype == np.float32
    np.testing.assert_array_equal(got, [2, 4])
    assert c.double(3) == 6
    assert c.double("ab") == "abab"
    back = c.values()
    assert back["list"] == [1, 2.5, None, "x"]
    assert isinstance(back["tuple"], tuple)
    np.testing.assert_array_equal(back["tuple"][0], np.ones((2, 1)))
    np.testing.assert_array_equal(back["tuple"][1], [1, 2])
    assert np.isnan(back["nan"])
    assert c.keyword(2, times=3) == 6


def test_inputs_are_tensors_of_the_same_dtype_on_every_backend(answer):
    for sent, arrives in (
        ("float64", "float32"),
        ("int64", "int32"),
        ("float32", "float32"),
        ("bool", "bool"),
    ):
        assert answer.candidate.kind(np.ones(2, sent)) == [True, False, arrives]


def test_inputs_stay_numpy_where_the_exercise_says_so(candidate):
    c = candidate(ANSWER, arrays="numpy").candidate
    assert c.kind(np.ones(2)) == [False, True, "float64"]
    x = np.zeros(2)
    for _ in range(2):  # every call gets its own copy
        np.testing.assert_array_equal(c.mutate(x), [99, 0])
    np.testing.assert_array_equal(x, 0)


def test_other_objects_stay_in_the_process_and_get_handles(answer):
    c = answer.candidate
    layer = c.Dense(3)
    assert isinstance(layer, Handle)
    assert layer.noun == "an object of type Dense"
    x = np.ones((2, 4), "float32")
    np.testing.assert_array_equal(layer(x), np.full((2, 3), 4))
    assert layer.kernel.shape == (4, 3)
    np.testing.assert_array_equal(layer.call(x), layer(x))
    layer.set_weights([np.zeros((4, 3), "float32")])
    assert c.total(layer, x) == 0
    assert [w.shape for w in layer.weights] == [(4, 3)]
    point = c.Point()
    assert (point.x, point.path, point.next) == (1.5, [1, 2], None)
    assert c.total.noun == "the function total"


def test_lists_of_objects_can_be_iterated(candidate):
    c = candidate(
        "import keras\ndef make():\n    return keras.Sequential([keras.layers.ReLU()] * 1)"
    ).candidate
    model = c.make()
    layers = model.layers
    assert [layer.noun for layer in layers] == ["an object of type ReLU"]
    assert not layers[0].built or layers[0].built is True


def test_a_handle_has_no_special_methods_of_numpy(answer):
    point = answer.candidate.Point()
    assert np.asarray(point).dtype == object
    assert bool(point)


def test_the_same_seed_draws_the_same(candidate):
    session = candidate(ANSWER)
    draws = []
    for seed in (1, 1, 2):
        session.begin(seed)
        draws.append(session.candidate.draw())
    np.testing.assert_array_equal(draws[0][0], draws[1][0])
    assert draws[0][1] == draws[1][1]
    assert not np.array_equal(draws[0][0], draws[2][0])
    assert draws[0][1] != draws[2][1]


@pytest.mark.backend_independent
def test_an_exception_names_its_line(answer):
    error = error_of(answer.candidate.boom, 1)
    assert (error.kind, error.message, error.where) == ("ZeroDivisionError", "division by zero", "boom")
    assert error.text.strip() == "y = 1 / 0   # here"
    assert ANSWER.splitlines()[error.line - 1] == error.text
    assert "ArithmeticError" in error.kinds
    assert error_of(answer.candidate.Dense(2).broken).where == "Dense.broken"


def test_an_exception_inside_a_library_names_the_line_that_called_it(answer):
    error = error_of(answer.candidate.total, "no layer", 1)
    assert error.text.strip() == "return ops.sum(layer(x))"


def test_unusual_exceptions_are_described_too(answer):
    c = answer.candidate
    assert len(error_of(c.long_message).message) == 2000
    assert (error_of(c.odd).kind, error_of(c.odd).message) == ("Odd", "")
    assert error_of(c.deep).kind == "RecursionError"
    assert error_of(c.leave).kind == "SystemExit"
    assert error_of(c.interrupt).kind == "KeyboardInterrupt"
    assert c.double(1) == 2  # the process still works


@pytest.mark.backend_independent
def test_what_cannot_be_checked_is_named(answer):
    c = answer.candidate
    assert c.objects() == [None, 1]
    assert "dtype datetime64" in error_of(c.day).message
    assert "limit is 64 MiB" in error_of(c.huge).message
    assert "more than 200000 values" in error_of(c.endless).message
    assert "deep" in error_of(c.inside_itself).message
    assert isinstance(c.text_lines(), Handle)
    assert c.double(1) == 2


def test_numbers_in_other_containers_and_types_are_converted(answer):
    c = answer.candidate
    for series in (c.numbers(), c.mapped(), c.of_a_dictionary(), c.queue(), c.fractions(), c.of_objects()):
        np.testing.assert_array_equal(series, [0.0, 0.5, 1.0])
    assert (c.fraction(), c.decimal(), c.word()) == (0.5, 0.5, "half")
    np.testing.assert_array_equal(c.rows(), [[0, 1, 2], [3, 4, 5]])
    assert c.imaginary() == 0.5j
    assert c.long().dtype == "float64"
    np.testing.assert_array_equal(c.long(), [0.5])
    np.testing.assert_array_equal(c.half(), [1.0, 1.0])
    assert [list(rows) for rows in c.uneven()] == [[0], [0, 1]]
    error = error_of(c.breaks_off)
    assert (error.kind, error.text.strip()) == ("ZeroDivisionError", "yield 1 / n")


@pytest.mark.backend_independent
def test_a_missing_name_gets_a_suggestion(answer):
    error = error_of(lambda: answer.candidate.doubel)
    assert error.message == "there is no `doubel` in answer.py; did you mean `double`?"
    error = error_of(lambda: answer.candidate.Dense(1).kernl)
    assert error.message.startswith("your Dense has no `kernl`")
    assert "mean" not in error_of(lambda: answer.candidate.qqqq).message


def test_printed_text_is_read_and_is_not_an_answer(answer):
    assert answer.candidate.chatter() == 7
    assert answer.candidate.forge() == 8
    answer.close()
    assert answer.printed.startswith("line 0\nline 1\n")
    assert "bytes …" in answer.printed
    assert len(answer.printed) < 9000


def test_objects_of_one_part_are_deleted_before_the_next(answer):
    point = answer.candidate.Point()
    answer.begin(seed=2)
    with pytest.raises(CandidateError):
        point.x  # noqa: B018


@pytest.mark.backend_independent
def test_functions_and_objects_cannot_be_sent(answer):
    for value in (len, object(), {1, 2}):
        with pytest.raises(FrameError, match="cannot be sent to a candidate"):
            answer.candidate.double(value)


@pytest.mark.backend_independent
@pytest.mark.parametrize(
    ("source", "kind", "line", "message"),
    [
        ("x = 1\ndef f(:\n    pass", "SyntaxError", 2, "invalid syntax"),
        ("def f():\nreturn 1", "IndentationError", 2, "expected an indented block"),
        (b"x = '\xff'", "SyntaxError", 1, "utf-8"),
        (b"x = '\x00'", "SyntaxError", None, "null bytes"),
        ("y = 2\nx = y / 0", "ZeroDivisionError", 2, "division"),
        ("import sys\nsys.exit(0)", "SystemExit", 2, "0"),
        ("import units", "ImportError", 1, "cannot import from `units`"),
        ("from units.u02_logistic_softmax import softmax", "ImportError", 1, "cannot import from `units`"),
        ("import helpers_of_mine", "ModuleNotFoundError", 1, "No module named"),
    ],
)
def test_a_file_that_cannot_be_loaded_says_where(candidate, source, kind, line, message):
    error = error_of(candidate, source)
    assert error.kind == kind
    assert error.line == line
    assert message in error.message
    assert error.where == "answer.py"


def test_a_syntax_error_has_line_and_column(candidate):
    error = error_of(candidate, "x = 1\ny = = 2\n")
    assert (error.line, error.column) == (2, 5)
    assert error.text.rstrip() == "y = = 2"


@pytest.mark.backend_independent
@pytest.mark.parametrize("source", [b"\xef\xbb\xbfdef f():\r\n    return 1\r\n", b"def f():\r    return 1\r"])
def test_byte_order_marks_and_other_line_ends_are_accepted(candidate, source):
    assert candidate(source).candidate.f() == 1


@pytest.mark.backend_independent
def test_files_do_not_see_each_other(candidate):
    first = candidate(
        "import builtins, keras\nbuiltins.secret = 1\nkeras.secret = 1\nopen('left', 'w').close()"
    )
    first.close()
    second = candidate(
        "import builtins, keras\ndef f():\n    return hasattr(builtins, 'secret'), hasattr(keras, 'secret')"
    )
    assert second.candidate.f() == (False, False)


def test_a_process_of_many_files_keeps_the_last_only(candidate):
    """The course's own files share a process: a class of them must not fill its file system."""
    source = (
        "import os, sys\nfrom pathlib import Path\n"
        "def f():\n    return len(os.listdir(Path(__file__).parents[1])), list(sys.modules)"
    )
    counts = []
    for name in ("first", "second", "third"):
        session = candidate(source, trusted=True, name=name)
        count, modules = session.candidate.f()
        assert {"first", "second", "third"} & set(modules) <= {name}
        counts.append(count)
        session.close()
    assert counts[1] == counts[2]


@pytest.mark.backend_independent
def test_the_course_may_be_imported(candidate):
    c = candidate("import course\ndef f():\n    return issubclass(course.Model, object)").candidate
    assert c.f() is True


ENDS = """
import ctypes, os, signal
def crash():
    ctypes.string_at(0)
def leave():
    os._exit(0)
def kill():
    os.kill(os.getpid(), signal.SIGKILL)
def fine():
    return 1
"""


@pytest.mark.backend_independent
@pytest.mark.parametrize(
    ("name", "reason", "message"),
    [("crash", "signal", "signal 11"), ("leave", "exit", "exit status 0"), ("kill", "signal", "signal 9")],
)
def test_a_process_that_ends_fails_only_its_part(candidate, name, reason, message):
    session = candidate(ENDS)
    with pytest.raises(CandidateEnded, match=message) as caught:
        getattr(session.candidate, name)()
    assert caught.value.reason == reason
    with pytest.raises(CandidateEnded, match="already ended"):
        session.candidate.fine()
    session.begin(seed=2)
    assert session.candidate.fine() == 1


@pytest.mark.backend_independent
def test_a_file_that_cannot_be_loaded_is_tried_once(workers, monkeypatch):
    session = workers.session("answer", b"import os\nos._exit(3)")
    with pytest.raises(CandidateEnded, match="exit status 3"):
        session.begin(seed=1)
    monkeypatch.setattr(workers, "acquire", None)
    with pytest.raises(CandidateEnded, match="exit status 3"):
        session.begin(seed=1)


LOOPS = """
import subprocess, sys, time
def spawn():
    return subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]).pid
def forever():
    while True:
        try:
            time.sleep(1)
        except BaseException:
            pass
def fine():
    return 1
"""


@pytest.mark.backend_independent
def test_loops_are_stopped_and_leave_no_process(workers, candidate):
    """Uses its own pool. The second process works as on macOS and Windows: one process for every file."""
    with Workers(workers.backend, limits=Limits(part=4.0, exercise=12.0)) as pool:
        session = candidate(LOOPS, pool=pool)
        child = session.candidate.spawn()
        with pytest.raises(CandidateEnded, match=r"forever was still running after 4 s") as caught:
            session.candidate.forever()
        assert caught.value.reason == "timeout"
        assert not is_running(child)
        pool.forks = False
        session.begin(seed=2)  # the start of the new process does not count as time of the candidate
        assert session.candidate.fine() == 1
        process = session._process
        folder = pool._scratch[process]
        session.close()
        assert process.wait(0) != (None, None)
        assert not Path(folder).exists()


SLOW = """
import time

def work(seconds):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        pass
    return 1

def sleep(seconds):
    time.sleep(seconds)
    return 1

def forever():
    while True:
        pass
"""


@pytest.fixture
def busy_core():
    """Function that binds a process to a processor on which four others compute."""
    core, others = {min(os.sched_getaffinity(0))}, []

    def bind(pid):
        os.sched_setaffinity(pid, core)
        for _ in range(4):
            others.append(subprocess.Popen([sys.executable, "-c", "while True: pass"]))
            os.sched_setaffinity(others[-1].pid, core)

    yield bind
    for other in others:
        other.kill()
        other.wait()


@pytest.mark.backend_independent
@pytest.mark.skipif(
    not hasattr(os, "sched_setaffinity"), reason="this system does not bind processes to processors"
)
def test_a_limit_does_not_count_the_time_of_other_programs(workers, candidate, busy_core):
    """The first file works for 1.3 s, in which it gets a part of its processor; the limit is 1 s."""
    with Workers(workers.backend, limits=Limits(part=1.0, exercise=3.0)) as pool:
        pool.warm(trusted=False)
        busy_core(pool._forkserver.pid)  # its forks inherit the processor
        session = candidate(SLOW, pool=pool)
        assert session.candidate.work(1.3) == 1
        session.begin(seed=2)
        with pytest.raises(CandidateEnded, match="was still running after 1 s"):
            session.candidate.sleep(20)  # it does not wait for the processor
        session.begin(seed=3)
        with pytest.raises(CandidateEnded, match="was still running"):
            session.candidate.forever()


def test_a_line_of_a_notebook_that_checks_an_exercise_does_nothing(candidate):
    session = candidate('import course\nfound = course.check("1.1")\ndef f():\n    return 1\n')
    assert session.candidate.f() == 1


SERIES = """
class Series:
    def __len__(self):
        return 1_000_000
    def __getitem__(self, key):
        return [float(i) for i in range(20_000)]
def series():
    return Series()
def fine():
    return 1
"""


def test_all_answers_together_have_a_limit(candidate, monkeypatch):
    """Without it, each item that a check reads makes the grader's memory grow."""
    monkeypatch.setattr("course.grading.session.TEXT_BYTES", 1 << 20)
    session = candidate(SERIES)
    items = iter(session.candidate.series())
    with pytest.raises(CandidateEnded, match="all answers together are too large"):
        collections.deque(items, maxlen=0)
    with pytest.raises(CandidateEnded, match="too large"):  # a new process does not renew the budget
        session.begin(seed=2)


def is_running(pid):
    """Tell whether a process still runs; a zombie does not count."""
    try:
        os.kill(pid, 0)
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


def test_the_environment_of_a_candidate_is_chosen_by_the_grader(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_TOKEN", "secret")
    launch = plain("jax", str(tmp_path))
    assert "COURSE_TOKEN" not in launch.env
    assert launch.env["KERAS_BACKEND"] == "jax"
    assert launch.env["HOME"] == str(tmp_path)
    assert not launch.jailed


def pretends(source):
    """A launcher of a program that is not a worker."""
    return lambda backend, scratch: Launch([sys.executable, "-c", source], dict(os.environ))


@pytest.mark.backend_independent
@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("import sys; sys.exit('no such backend')", "it ended at once: no such backend"),
        ("print('hello ' * 20)", "this is not a frame"),
        ("import time; time.sleep(60)", "it was not ready after 0.5 s"),
    ],
)
def test_a_checker_that_cannot_start_says_so(source, message):
    with (
        Workers("jax", pretends(source), Limits(start=0.5 if "sleep" in source else 30.0)) as pool,
        pytest.raises(GraderError, match=message),
    ):
        pool.warm(trusted=True)
    assert not pool._scratch


def test_a_missing_command_is_an_error_of_the_grader():
    with (
        Workers("jax", lambda *_: Launch(["no-such-command"], {})) as pool,
        pytest.raises(GraderError, match="could not be started"),
    ):
        pool.warm(trusted=False)
