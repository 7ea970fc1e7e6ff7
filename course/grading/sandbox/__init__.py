"""The candidate's process and the jail around it.

May import catalog (forbidden names), grading (errors, session), processes and, in the child, training. The session,
the callers of the runner and the commands call it. Of `course/grading` and `course/catalog` a jail contains only the
files that `worker.py` imports.

| file | idea |
| --- | --- |
| `launcher.py`, `jail.py`, `mounts.py` | how a process is started; bubblewrap; the files that the jail contains |
| `other_user.py` | a process of another user, where no jail can be built |
| `workers.py`, `forkserver.py` | the grader's side: warm processes, and forks of them for every file |
| `worker.py`, `candidate_server.py`, `wrapping.py` | the child's side: requests, the loaded file, answers |
| `forkserver_child.py` | the child's side: a warm process, prepared ones with traps, a fork for every file |
| `supervisor.py`, `namespace.py`, `limits.py`, `kernel.py` | inside the jail: namespaces, limits, no privileges |
| `system_calls.py` | the system calls that the kernel refuses to a candidate |
| `traps.py` and what it imports | a forbidden call raises an exception |
| `found.py`, `trial.py` | whether a module can be imported; a test of the checker with a file of the course |
"""
