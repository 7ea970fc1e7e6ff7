"""The candidate's process and the jail around it.

May import catalog (what is forbidden), grading (its errors, the session), processes and, in the child, training. The
session, the runner's callers and the commands call it. In a jail only those files of `course/grading` and
`course/catalog` exist that `worker.py` imports itself.

| file | idea |
| --- | --- |
| `launcher.py`, `jail.py`, `mounts.py` | how a process is started; bubblewrap; what of the machine is in there |
| `workers.py`, `copies.py` | the grader's side: warm processes, and copies of them for every file |
| `worker.py`, `desk.py`, `template.py`, `wrapping.py` | the child's side: requests, the loaded file, copies, answers |
| `world.py`, `limits.py`, `kernel.py` | what a copy gets inside the jail: a world, limits, no privileges |
| `traps.py`, `trap.py`, `late.py`, `torch_functions.py` | what is forbidden raises where the candidate calls it |
| `found.py`, `trial.py` | whether a module could be imported; the checker is tried out with a file of ours |
"""
