"""Writes a `Book` to a folder: equal books give equal bytes, and no reader ever sees an incomplete file.

| file | for |
| --- | --- |
| `grades.csv`, `audit.csv` | a spreadsheet |
| `grades.json` | a program: everything |
| `junit.xml` | a CI server: a student is a suite, an exercise a case |
| `gradescope/STUDENT/results.json` | Gradescope's autograder |
| `students/STUDENT.html`, `index.html` | people |
| `export/PLATFORM.csv` | a learning platform (`platforms/exports.py`) |
"""

import hashlib
import os
import re
import shutil

from course.grading.batch.gradescope import results_json
from course.grading.batch.html_class import class_page
from course.grading.batch.html_student import student_page
from course.grading.batch.junit import junit_xml
from course.grading.batch.tables import audit_csv, grades_csv, grades_json
from course.grading.platforms.exports import KINDS, export
from course.grading.workspace import PART, write_whole

_RESERVED = {"con", "prn", "aux", "nul", *(f"{d}{n}" for d in ("com", "lpt") for n in range(10))}


def write_exports(book, out):
    """Write all files, remove the files of students who are no longer in the book, and return the path of the page."""
    names = file_names([student.id for student in book.students])
    files = {
        "grades.csv": grades_csv(book),
        "audit.csv": audit_csv(book),
        "grades.json": grades_json(book),
        "junit.xml": junit_xml(book),
        "index.html": class_page(book, names),
    }
    for kind in book.settings.exports:
        files[f"export/{kind}.csv"] = export(kind, book, book.settings.assignment)
    for student in book.students:
        files[f"students/{names[student.id]}.html"] = student_page(book, student)
        files[f"gradescope/{names[student.id]}/results.json"] = results_json(book, student)
    for name, text in files.items():
        path = out / name
        data = text if isinstance(text, bytes) else text.encode("utf-8", "replace")
        if not path.is_file() or path.read_bytes() != data:
            write_whole(path, data)
    _remove_others(out, files)
    return out / "index.html"


def file_names(students):
    """Return student → a name for files that is valid on every file system and unique."""
    names, taken = {}, set()
    for student in sorted(students):
        name = re.sub(r"[^A-Za-z0-9._-]", "_", student).strip("._") or "student"
        changed = name != student or name.casefold() in taken or name.casefold().split(".")[0] in _RESERVED
        if changed or len(name) > 60:
            name = f"{name[:60]}-{hashlib.sha256(student.encode('utf-8', 'replace')).hexdigest()[:8]}"
        taken.add(name.casefold())
        names[student] = name
    return names


def _remove_others(out, files):
    """Remove exports of an earlier run that are not among `files`, and what a killed run has written in part."""
    for path in sorted(out.rglob(f".*{PART}")):
        os.unlink(path)
    for path in sorted((out / "students").glob("*.html")):
        if f"students/{path.name}" not in files:
            os.unlink(path)
    for kind in KINDS:
        if f"export/{kind}.csv" not in files:
            (out / "export" / f"{kind}.csv").unlink(missing_ok=True)
    for path in sorted((out / "gradescope").glob("*")):
        if f"gradescope/{path.name}/results.json" not in files:
            shutil.rmtree(path, ignore_errors=True)
