"""An exercise is written once, as a solution; what students begin with and the known mistakes are derived from it.

| file | idea |
| --- | --- |
| `markers.py` | the comments of a `solution.py` that steer its stub: `# given`, `# BEGIN SOLUTION`, `# END SOLUTION` |
| `stub.py` | the stub: the solution without its answers |
| `mistakes.py` | `mistakes.diff`: named changes of the solution |
| `derived.py` | the derived files of an exercise, as the grader reads them |
| `new.py` | the files that a new exercise begins with |

It works on text alone: nothing here runs a file of an exercise.
"""
