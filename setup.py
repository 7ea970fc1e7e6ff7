"""Builds the package that `setup.cfg` describes. A wheel also holds `datasets/` and `slides/`, as `course/content/`."""

from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

CONTENT = ("datasets", "slides")  # beside the packages in a clone, inside of `course` where it is installed


class BuildWithContent(build_py):
    """The step that collects the files of a package; an installation with `-e` reads the clone instead."""

    def content(self):
        """The pairs (file of the clone, file of the package)."""
        files = (file for name in CONTENT for file in sorted(Path(name).rglob("*")) if file.is_file())
        return [(file, Path(self.build_lib, "course", "content", file)) for file in files]

    def run(self):
        """Collect the packages, then what is beside them."""
        super().run()
        for source, target in [] if self.editable_mode else self.content():
            self.mkpath(str(target.parent))
            self.copy_file(str(source), str(target))

    def get_outputs(self, include_bytecode=True):
        """Name all files that were made."""
        content = [] if self.editable_mode else [str(target) for _, target in self.content()]
        return [*super().get_outputs(include_bytecode), *content]


setup(cmdclass={"build_py": BuildWithContent})
