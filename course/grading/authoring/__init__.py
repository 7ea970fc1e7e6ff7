"""An exercise from one source: its stub and its known mistakes are derived from the solution, and it is certified.

May import catalog and grading. The catalog calls it for the derived files of an exercise; the commands
`course certify`, `course mistake` and `course new exercise` call it too.

| file | idea |
| --- | --- |
| `markers.py` | the comments of a `solution.py` for its stub: `# given`, `# BEGIN SOLUTION`, `# END SOLUTION` |
| `stub.py` | the stub: the solution without its answers |
| `mistakes.py` | `mistakes.diff`: named changes of the solution |
| `derived.py` | the derived files of an exercise, as the grader reads them |
| `new.py` | the files of a new exercise |
| `certify.py`, `signatures.py` | test an exercise before it is used for grading |

Except for `certify.py`, these modules only process text: they do not run any file of an exercise.
"""
