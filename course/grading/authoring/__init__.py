"""An exercise from one source: its stub and known mistakes are derived from the solution, and it proves itself.

May import catalog, grading and sandbox. The catalog calls it for the derived files of an exercise, and so do the
commands `course certify`, `course mistake` and `course new exercise`.

| file | idea |
| --- | --- |
| `markers.py` | the comments of a `solution.py` that steer its stub: `# given`, `# BEGIN SOLUTION`, `# END SOLUTION` |
| `stub.py` | the stub: the solution without its answers |
| `mistakes.py` | `mistakes.diff`: named changes of the solution |
| `derived.py` | the derived files of an exercise, as the grader reads them |
| `new.py` | the files that a new exercise begins with |
| `certify.py`, `signatures.py` | an exercise proves itself before it may judge anyone |

But for `certify.py` all of it works on text alone: nothing runs a file of an exercise.
"""
