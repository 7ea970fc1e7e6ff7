"""What a submission holds besides answers: a sentence for each file, so that nothing is passed over silently."""

from collections import Counter

from course.grading.batch.manifest import NAME
from course.grading.batch.naming import OURS, Match, below_work, is_notebook, match, notebook
from course.grading.batch.submission import shown

_SENTENCES = 40  # for one submission; the rest is counted


def note_notebooks(submission, paths, catalog):
    """Say at the exercise that a notebook is no answer; returns the paths that were named.

    Call it after the files of the submission have been taken.
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
            submission.note("passed over", message, name)
            continue
        message = (
            f"{shown(path)} is a notebook and cannot be graded: hand in {found.exercise.id}.py "
            "(in Jupyter: File, Save and Export Notebook As, Executable Script)"
        )
        submission.refused.setdefault(name, message)
        submission.note("refused", message, name)
    return named


def note_loose(submission, paths, catalog):
    """Write a sentence about each file that is no answer; those in folders named like ours are only counted."""
    loose, ours = [], Counter()
    for path in sorted(paths):
        if match(path, catalog) is not None:  # it was taken, or was spoken of
            continue
        *folders, file = below_work(path).split("/")
        folder = next((folder for folder in folders if folder in OURS), None)
        if folder is not None:
            ours[folder] += 1
        elif file != NAME and not _is_task(path, catalog):
            loose.append(path)
    for path in loose[:_SENTENCES]:
        submission.note("passed over", f"{shown(path)}: {_why(path)}")
    if len(loose) > _SENTENCES:
        submission.note("passed over", f"{len(loose) - _SENTENCES} more files are no answers to exercises")
    for folder, count in sorted(ours.items()):
        files = (
            "1 file that is no answer to an exercise"
            if count == 1
            else f"{count} files that are no answers to exercises"
        )
        message = f"the folder {folder}/ holds {files}; its name is one of the course's"
        submission.note("passed over", message)


def _is_task(path, catalog):
    """`course start` puts the task of an exercise beside the answer, with the same name."""
    return isinstance(match(path, catalog, (".md",)), Match)


def _why(path):
    if is_notebook(path):
        return "it is a notebook, which is not graded: hand in files like u02/ex01_softmax.py"
    if path.casefold().endswith(".py"):
        return "it is not named like an exercise, and answers cannot import it: names are like u02/ex01_softmax.py"
    return "it is no answer to an exercise: names are like u02/ex01_softmax.py"
