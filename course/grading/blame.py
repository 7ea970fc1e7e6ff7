"""Whose doing a failure is, where that is not plain: the candidate's or the checker's own.

Nothing that a candidate's process says decides this. What decides is what happens without the candidate:

* A module could not be imported. If it is installed here and a process that has seen no candidate's line does not
  find it either, then the checker lacks it, and no part that failed is judged.
* The check itself raised an exception. If the course's own solution passes that part, with the same inputs, then what
  the candidate returned brought it about: the part has failed, and the author of the check is told. If the solution
  does not pass either, the check is broken, and the part is not judged.
"""

from course.grading.report import ENDED, ERROR, FAILED, PASSED, TROUBLE


def find_blame(exercise, parts, results, missing, workers, seed, run_part):
    """Turn failed parts into trouble where the checker is to blame, and trouble into failed ones where it is not.

    Args:
        exercise: An `Exercise`.
        parts: Its parts; `results` are their `PartResult`s, which are changed.
        missing: Names of modules that the candidate's process could not import.
        workers: The `Workers` that the parts ran in.
        seed: The seed of their inputs.
        run_part: The function that runs one.
    """
    for module in missing:
        if workers.lacks(module):
            for result in results:
                if result.status in (FAILED, ERROR, ENDED):
                    message = f"the checker lacks the module {module}, which is installed here"
                    _not_judged(result, f"This is not your answer: {message}. `course doctor` shows more.")
    fallen = [i for i, result in enumerate(results) if result.fault]
    if not fallen or not exercise.solution.is_file():  # the student edition has no solutions
        return
    session = workers.session(exercise.id, exercise.solution.read_bytes(), exercise.arrays, trusted=True)
    try:
        for i in fallen:
            own, _ = run_part(parts[i], session, seed)
            if own.status != PASSED and results[i].status != TROUBLE:
                message = f"the check fails on the course's own solution too ({results[i].fault})"
                _not_judged(results[i], f"This is not your answer: {message}.")
            elif own.status == PASSED and results[i].status == TROUBLE:
                results[i].status = FAILED
                results[i].message = f"The check cannot use your answer: {results[i].fault}."
    finally:
        session.close()


def _not_judged(result, message):
    result.status, result.earned, result.hint, result.where = TROUBLE, 0, "", ""
    result.message = message
