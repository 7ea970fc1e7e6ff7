"""Settings of the handbook: `make docs` builds it from the Markdown pages of the whole repository.

The source folder is the root of the repository, so links between pages are those that a reader of the repository
follows. What is not written by hand (tables of exercises, results, the reference) is added by `course.handbook`.
"""

import warnings

# Keras asks an array for a copy in a way that NumPy 2.4 deprecates; setup.cfg says the same to pytest.
warnings.filterwarnings("ignore", message="__array__ implementation doesn't accept a copy keyword")

project = "medl-course"
author = "The medl-course authors"
copyright = author
language = "en"

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "course.handbook.extension"]
root_doc = "docs/README"
include_patterns = [
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "docs/*.md",
    "datasets/README.md",
    "datasets/*/README.md",
    "units/*/*.md",
    "units/*/exercises/*/task.md",
]
exclude_patterns = [".*", "build", "course", "runs", "slides", "tests", "work"]
source_suffix = {".md": "markdown"}

myst_enable_extensions = ["dollarmath", "attrs_inline"]
myst_fence_as_directive = ["math"]
myst_heading_anchors = 3
suppress_warnings = ["myst.header"]  # a task may go from its title to a heading of the third level

autodoc_typehints = "none"
autodoc_member_order = "bysource"
default_role = "literal"
napoleon_numpy_docstring = False

html_theme = "furo"
html_title = "medl-course"
html_math_renderer = "mathml"
html_static_path = ["../course/handbook/static"]
html_css_files = ["handbook.css"]
html_copy_source = False
html_show_sphinx = False
html_additional_pages = {"index": "to_handbook.html"}
templates_path = ["../course/handbook/templates"]
pygments_style = "tango"
pygments_dark_style = "monokai"
