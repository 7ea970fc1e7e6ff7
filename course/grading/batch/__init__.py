"""Grades a class: from a folder of submissions to a gradebook and its exports.

May import grading, sandbox, workspace and processes. `course grade` calls it.

| file | idea |
| --- | --- |
| `contents.py`, `archive.py`, `members.py`, `folder.py` | what lies in a zip or a folder, read within caps |
| `packed.py` | archives that are no zip, and what to say of them |
| `naming.py`, `loose.py`, `source.py`, `manifest.py` | which file is for which exercise, or for none; text; manifest |
| `submission.py`, `intake.py` | one attempt of one student; all of them |
| `roster.py`, `times.py`, `policy.py`, `audit.py` | who, when, what counts, and what an instructor should know of |
| `seeds.py`, `address.py`, `steady.py` | the inputs of a file; what a result depends on, and nothing else |
| `submission_workers.py`, `grading_queue.py` | processes for a submission; several side by side |
| `gradebook.py`, `scores.py`, `differential.py`, `grade.py` | results → grades; several backends → a verdict |
| `exports.py`, `tables.py`, `junit.py`, `gradescope.py` | CSV, JSON, JUnit XML, Gradescope |
| `html_page.py`, `html_student.py`, `html_class.py`, `histogram.py` | pages for people |
"""
