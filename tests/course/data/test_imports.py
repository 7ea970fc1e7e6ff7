import subprocess
import sys

SCRIPT = """
import sys
import course.data
course.data.names(), course.data.card("mnist"), course.data.where("iris")
course.data.load("moons"), course.data.load("world_data")
heavy = {"keras", "sklearn", "scipy", "PIL", "rich", "jax", "tensorflow", "torch"} & set(sys.modules)
assert not heavy, heavy
course.data.load("iris")
assert "keras" not in sys.modules
"""


def test_data_needs_no_keras_and_scikit_learn_only_when_asked():
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
