"""The application: `course list`, and the commands of the other modules; an error is shown as one sentence."""

import errno
import os
import sys
import traceback
from typing import Annotated

import typer
from rich.markup import escape
from rich.padding import Padding
from rich.segment import Segment, Segments
from rich.table import Table
from typer.core import TyperGroup

from course import catalog as catalogs
from course import paths
from course.cli import (
    author,
    bench,
    doctor,
    grade,
    hand_in,
    instructor,
    mark,
