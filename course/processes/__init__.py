"""Child processes: how a process is started, how it is asked, and how it is ended.

Imports no other room. Experiments and grading call it to run their work in processes; the bench, training and
`course.backend` use the compiler's flags and the number of threads.

| file | idea |
| --- | --- |
| `launcher.py`, `process.py`, `output.py` | the command of a process; one process with its group; its output |
| `protocol.py`, `channel.py`, `pipes.py` | frames of JSON and raw arrays; the parent's end of a pipe, and the child's |
| `processor_time.py` | how much processor time a process and its descendants have used |
| `threads.py`, `xla_threads.py` | cores and threads; XLA's threads |
| `xla_flags.py`, `short_runs.py` | how XLA compiles in a process; fewer optimizations in runs of seconds |
| `garbage.py` | how often Python looks for garbage |
"""
