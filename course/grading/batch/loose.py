"""Writes a sentence about each file of a submission that is not an answer, so that no file is ignored silently."""

from collections import Counter

from course.grading.batch.manifest import NAME
from course.grading.batch.naming import OURS, Match, below_work, is_notebook, match, notebook
from course.grading.batch.submission import shown

_SENTENCES = 40  # maximal number for one submission; further files are only counted


def note_notebooks(submission, paths, catalog):
    """Add notes to the exercises for which a notebook was submitted, and return the paths of the notebooks.

    Call this function after the answers have been added to the submission.
    """
    named = set()
    for path in sorted(paths):
        found = notebook(path, catalog)
        if found is None:
            continue
        named.add(path)
        name, file = found.exercise.name, submission.files.get(found.exercise.name)
        if file is not None:
            message = f"{shown(path)}: a notebook is not graded; {file.path} is there and counts"
            submission.note("ignored", message, name)
            continue
        message = (
            f"{shown(path)} is a notebook and cannot be graded: hand in {found.exercise.id}.py "
            "(in Jupyter: File, Save and Export Notebook As, Executable Script)"
        )
        submission.refused.setdefault(name, message)
        submission.note("refused", message, name)
    return named


def note_loose(submission, paths, catalog):
    """Add a note about each file that is not an answer; files in folders named like the course's are only counted."""
    loose, ours = [], Counter()
    for path in sorted(paths):
        if match(path, catalog) is not None:  # the file is an answer, or has a note
            continue
        *folders, file = below_work(path).split("/")
        folder = next((folder for folder in folders if folder in OURS), None)
        if folder is not None:
            ours[folder] += 1
        elif file != NAME and not _is_task(path, catalog):
            loose.append(path)
    for path in loose[:_SENTENCES]:
        submission.note("ignored", f"{shown(path)}: {_why(path)}")
    if len(loose) > _SENTENCES:
        submission.note("ignored", f"{len(loose) - _SENTENCES} more files are not answers to exercises")
    for folder, count in sorted(ours.items()):
        files = (
            "1 file that is not an answer to an exercise"
            if count == 1
            else f"{count} files that are not answers to exercises"
        )
        message = f"the folder {folder}/ holds {files}; the course has a folder of this name"
        submission.note("ignored", message)


def _is_task(path, catalog):
    """Tell whether a file is the task of an exercise, which `course start` writes next to the answer."""
    return isinstance(match(path, catalog, (".md",)), Match)


def _why(path):
    if is_notebook(path):
        return "it is a notebook, which is not graded: hand in files like u02/ex01_softmax.py"
    if path.casefold().endswith(".py"):
        return "it is not named like an exercise, and answers cannot import it: names are like u02/ex01_softmax.py"
    return "it is not an answer to an exercise: names are like u02/ex01_softmax.py"
