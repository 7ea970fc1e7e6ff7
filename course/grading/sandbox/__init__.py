"""The candidate's process and the jail around it.

May import catalog (what is forbidden), grading (its errors, the session), processes and, in the child, training. The
session, the runner's callers and the commands call it. In a jail only those files of `course/grading` and
`course/catalog` exist that `worker.py` imports itself.

| file | idea |
| --- | --- |
| `launcher.py`, `jail.py`, `mounts.py` | how a process is started; bubblewrap; what of the machine is in there |
| `workers.py`, `forkserver.py` | the grader's side: warm processes, and a fork of them for every file |
| `worker.py`, `candidate_server.py`, `wrapping.py` | the child's side: requests, the loaded file, answers |
| `forkserver_child.py` | the child's side: a warm process that forks for every file |
| `namespace.py`, `limits.py`, `kernel.py` | what a fork gets inside the jail: namespaces, limits, no privileges |
| `traps.py`, `trap.py`, `late.py`, `torch_functions.py` | what is forbidden raises where the candidate calls it |
| `found.py`, `trial.py` | whether a module could be imported; the checker is tried out with a file of ours |
"""
