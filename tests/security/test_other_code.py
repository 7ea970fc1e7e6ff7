"""Code that a file writes, executes or hands to a library calls no forbidden function that libraries may call."""

import numpy as np
import pytest

from course.grading.errors import CandidateError
from tests.course.grading.conftest import workers  # noqa: F401
from tests.security.test_forbidden_routes import names_of, session  # noqa: F401

Z = np.array([[1, 2, 3.5], [0, -1, 2]], "float32")
WRITTEN = """
import importlib
import importlib.util
import os
import sys
import tempfile
import types

import keras
import numpy as np
from keras import ops

TEXT = "import gc\\nimport sys\\nimport numpy as np\\ndef half(a): return np.linalg.svd(a)[1]\\n"
FOLDER = tempfile.mkdtemp(dir=os.getcwd())
sys.path.insert(0, FOLDER)


def write(name, text=TEXT):
    with open(os.path.join(FOLDER, name), "w") as stream:
        stream.write(text)

def another_file(z):
    write("another.py")
    return importlib.import_module("another").half(z)

def another_file_called_back(z):
    write("third.py")
    return np.apply_along_axis(lambda row: importlib.import_module("third").half(row[None]), 1, z)

def at_the_import_of_another_file(z):
    write("second.py", TEXT + "y = half(np.eye(2))")
    return importlib.import_module("second").y

def another_module(z):
    module = sys.modules["of_my_own"] = types.ModuleType("of_my_own")
    exec(TEXT, vars(module))
    return module.half(z)

def names_of_a_library(z):
    exec("found = linalg.svd(eye(2))", vars(np))
    return np.found[1]

def names_of_a_library_called_back(z):
    exec(compile("def found(row): return linalg.svd(row[None])[1]", "<a name>", "exec"), vars(np))
    return np.apply_along_axis(np.found, 1, z)

def file_of_a_library(z):
    exec(compile("found = linalg.svd(eye(2))", np.__file__, "exec"), vars(np))
    return np.found[1]

def function_of_a_library(z):
    def f():
        return linalg.svd(eye(2))[1]
    return types.FunctionType(f.__code__.replace(co_filename=np.__file__), vars(np))()

def code_of_a_function_of_a_library(z):
    def f():
        return linalg.svd(eye(2))[1]
    made = types.FunctionType((lambda: None).__code__, vars(np))
    made.__code__ = f.__code__.replace(co_filename=np.__file__)
    return made()

def other_text_of_a_library(z):
    import numpy.rec as module
    loader, text = importlib.machinery.SourceFileLoader, TEXT
    read = loader.get_data
    loader.get_data = lambda self, path: text.encode() if path == module.__file__ else read(self, path)
    loader.path_stats = lambda self, path: {"mtime": 1, "size": 1}
    try:
        return importlib.reload(module).half(z)
    finally:
        del loader.path_stats, loader.get_data

def other_bytecode_of_a_library(z):
    import py_compile
    import numpy.rec as module
    sys.pycache_prefix = FOLDER
    cached = importlib.util.cache_from_source(module.__file__)
    write("evil.py")
    py_compile.compile(os.path.join(FOLDER, "evil.py"), cached)  # the import gives it the library's file name
    about = os.stat(module.__file__)
    with open(cached, "r+b") as stream:
        stream.seek(8)
        stream.write(int(about.st_mtime).to_bytes(4, "little") + about.st_size.to_bytes(4, "little"))
    return importlib.reload(module).half(z)

def text_called_back(z):
    return np.apply_along_axis(eval("lambda row: np.linalg.svd(row[None])[1]"), 1, z)

def in_a_layer(z):
    return keras.layers.Lambda(ops.svd)(z)[1]

def in_an_object(z):
    return np.vectorize(np.linalg.svd, signature="(m,n)->(m,m),(k),(n,n)")(z)[1]

def in_a_transformer(z):
    from sklearn.preprocessing import FunctionTransformer
    return FunctionTransformer(np.linalg.svd).transform(ops.convert_to_numpy(z))[1]
"""
COPIES = """
import importlib
import os
import sys
import tempfile

import keras

FOLDER = os.path.join(os.path.dirname(keras.__file__), "src", "los" + "ses")


def from_its_folder(z):
    sys.path.insert(0, FOLDER)
    return importlib.import_module("los" + "ses").mean_squared_error(z, 2 * z)

def by_a_link(z):
    own = tempfile.mkdtemp(dir=os.getcwd())
    os.symlink(os.path.join(FOLDER, "los" + "ses.py"), os.path.join(own, "linked.py"))
    sys.path.insert(0, own)
    return importlib.import_module("linked").mean_squared_error(z, 2 * z)
"""
SEARCHES = (
    WRITTEN.partition("def another_file(")[0]
    + """
class Equal:
    __hash__ = None

    def __eq__(self, other):
        import gc
        gc.get_objects()
        return False

def while_the_trap_looks(z):
    import gc
    exec("gc.get_objects()", {"gc": gc, "__file__": Equal()})

def garbage_from_another_file(z):
    write("search.py", "import gc\\ndef search(): return gc.get_objects()\\n")
    return importlib.import_module("search").search()

def frames_from_another_file(z):
    write("frames.py", "import sys\\ndef search(): return sys._getframe()\\n")
    return importlib.import_module("frames").search()

def frames_from_a_text(z):
    exec(compile("sys._getframe()", "<a name>", "exec"))
"""
)
HONEST = """
import collections
import dataclasses
import importlib
import os
import sys

import keras
import numpy as np

@dataclasses.dataclass
class Pair:
    svd: int = 1

def answer(z):
    with open("mine.py", "w") as stream:
        stream.write("def double(x): return 2 * x\\n")
    sys.path.insert(0, os.getcwd())
    double = importlib.import_module("mine").double
    collections.namedtuple("svd", "u s v")
    Pair()
    layer = keras.layers.Lambda(lambda x: keras.ops.norm(x, ord=2))
    return double(np.linalg.matrix_norm(np.eye(2), ord=2) + np.linalg.cond(np.eye(2))) + layer(np.eye(2))
"""


@pytest.mark.parametrize(
    ("source", "forbidden"), [(WRITTEN, "*.svd"), (COPIES, "keras.losses.*"), (SEARCHES, "*.svd")]
)
def test_no_code_of_the_file_calls_a_forbidden_function(session, source, forbidden):  # noqa: F811
    for name in names_of(source):
        if name == "write":
            continue
        asked = session(source, forbidden)
        with pytest.raises(CandidateError) as caught:
            pytest.fail(f"{name} returned {getattr(asked.candidate, name)(Z)}")
        assert caught.value.kind == "ForbiddenShortcut", f"{name}: {caught.value}"
        assert list(asked.forbidden_calls) == [forbidden], name


def test_these_ways_work_if_nothing_is_forbidden(session):  # noqa: F811
    for source in (WRITTEN, COPIES):
        for name in names_of(source):
            if name != "write":
                getattr(session(source).candidate, name)(Z)


def test_libraries_call_the_function_for_their_own_purposes(session):  # noqa: F811
    asked = session(HONEST, "*.svd", "keras.losses.*")
    np.testing.assert_allclose(asked.candidate.answer(Z), 5, rtol=1e-6)
    assert not asked.forbidden_calls


def test_a_file_may_import_a_module_of_python_that_makes_functions(session):  # noqa: F811
    """`asyncio` changes code objects while it is imported; some libraries import it, and not in every environment."""
    source = (
        "import sys\n"
        "for name in [n for n in sys.modules if n.partition('.')[0] == 'asyncio']:\n"
        "    del sys.modules[name]\n"
        "import asyncio\n\n\n"
        "def answer(z):\n    return z / 2\n"
    )
    asked = session(source, "*.softmax", "*.svd")
    np.testing.assert_array_equal(asked.candidate.answer(Z), Z / 2)
    assert not asked.forbidden_calls
