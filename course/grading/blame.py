"""Decides whether the candidate or the checker caused a failure, where this is not clear.

The decision does not depend on what the candidate's process says, but on what happens without the candidate:

* A module could not be imported. If it is installed here, but a new process without the candidate's file cannot import
  it either, then the checker lacks it, and the failed parts are not judged.
* The check itself raised an exception. If the course's solution passes the part with the same inputs, the candidate's
  answer caused the exception: the part has failed, and the author of the check gets a message. If the solution does
  not pass either, the check is broken, and the part is not judged.
"""

from course.grading.report import ENDED, ERROR, FAILED, PASSED, TROUBLE


def find_blame(exercise, parts, results, missing, workers, seed, run_part):
    """Set the status of a part to `TROUBLE` if the checker caused its failure, and to `FAILED` if the candidate did.

    Args:
        exercise: An `Exercise`.
        parts: The parts of the exercise.
        results: The `PartResult`s of the parts; they are changed.
        missing: Names of modules that the candidate's process could not import.
        workers: The `Workers` in which the parts ran.
        seed: The seed of the inputs.
        run_part: The function that runs one part.
    """
    for module in missing:
        if workers.lacks(module):
            for result in results:
                if result.status in (FAILED, ERROR, ENDED):
                    message = f"the checker lacks the module {module}, which is installed here"
                    _not_judged(result, f"This is not your answer: {message}. `course doctor` shows more.")
    raised = [i for i, result in enumerate(results) if result.fault]
    if not raised or not exercise.solution.is_file():  # the student edition has no solutions
        return
    session = workers.session(exercise.id, exercise.solution.read_bytes(), exercise.arrays, trusted=True)
    try:
        for i in raised:
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
