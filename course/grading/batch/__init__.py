"""Grades a class: reads a folder of submissions and writes a gradebook and its exports.

May import grading, platforms, sandbox, workspace and processes. `course grade` calls it.

| file | idea |
| --- | --- |
| `contents.py`, `archive.py`, `members.py`, `folder.py` | the files of a zip or a folder, read with size limits |
| `packed.py` | messages about archives that are not zips |
| `naming.py`, `loose.py`, `source.py`, `manifest.py` | the exercise of each file; its text; the manifest |
| `submission.py`, `filling.py`, `intake.py` | one attempt of one student; its files; all submissions |
| `roster.py`, `times.py`, `policy.py`, `attempts.py`, `audit.py` | class, times, rules, notes for the instructor |
| `seeds.py`, `address.py`, `steady.py` | the inputs of a file; a key of everything on which a result depends |
| `submission_workers.py`, `grading_queue.py`, `turns.py` | the processes and the order of the work |
| `shards.py`, `joining.py` | a share of the class for each machine; their gradebooks in one |
| `marks.py` | points by hand |
| `gradebook.py`, `scores.py`, `differential.py`, `grade.py` | results → grades; several backends → a verdict |
| `exports.py`, `tables.py`, `junit.py`, `gradescope.py` | CSV, JSON, JUnit XML, Gradescope |
| `disclosure.py` | what a student may read |
| `html_page.py`, `html_student.py`, `html_class.py`, `histogram.py` | HTML pages |
"""
