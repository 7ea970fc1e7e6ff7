"""The first cell of every notebook: it installs the course on Colab and Kaggle, and does nothing elsewhere."""

_CELL = """\
# On Colab and Kaggle this cell installs the course and chooses the backend. Elsewhere it does nothing.
import os
import subprocess
import sys

SOURCE = {source!r}  # the address of the course's Git repository

if "COLAB_RELEASE_TAG" in os.environ or "KAGGLE_KERNEL_RUN_TYPE" in os.environ:
    if not SOURCE:
        raise SystemExit(
            "Write the address of the course's Git repository, which your instructor knows, between the quotation "
            "marks of SOURCE above, and run this cell again."
        )
    os.environ.setdefault("KERAS_BACKEND", {backend!r})  # before Keras is imported; or "tensorflow", "torch"
    if not os.path.isdir("medl-course"):
        subprocess.run(["git", "clone", "--quiet", "--depth", "1", SOURCE, "medl-course"], check=True)
    if not os.path.exists("medl-course/.installed"):  # if the installation fails, the next run tries it again
        pip = [sys.executable, "-m", "pip"]
        subprocess.run([*pip, "install", "--quiet", "-e", ".[tune,rl]"], check=True, cwd="medl-course")
        open("medl-course/.installed", "w").close()
    sys.path.insert(0, os.path.abspath("medl-course"))  # the running kernel does not see the new package otherwise"""


def cell(source="", backend="jax"):
    """Return the code of the first cell.

    Args:
        source: The address of the Git repository that is installed; empty if the reader has to write it.
        backend: The backend on Colab and Kaggle, where all three are installed.
    """
    return _CELL.format(source=source, backend=backend)
