"""Learning platforms: reads what Moodle, Canvas and Gradescope export, and writes grades that they import.

May import batch. The room batch calls it for rosters, for the names of downloaded submissions and for exports.

| file | idea |
| --- | --- |
| `spreadsheet.py` | CSV files of every spreadsheet, read and written |
| `columns.py` | the names of columns, and what they say about a person |
| `dates.py` | times as platforms write them |
| `downloads.py`, `gradescope_folder.py` | the names of downloaded files and folders |
| `people.py` | a name of a submission → a person of the roster |
| `exports.py` | grades with a platform's own columns and numbers of persons |
"""
