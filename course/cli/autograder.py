"""`course release --gradescope`: the autograder of an assignment on Gradescope."""

from course import backend as backends
from course import catalog as catalogs
from course.cli.shards import read_seed
from course.errors import CourseError
from course.words import several


def write(path, backend, units, exercises, seed_file, policy, feedback, timeout):
    """Write the zip and return a sentence for the instructor. Without `feedback` or `timeout` they are as in a class.

    Raises:
        CourseError: An option has a wrong value, or no exercise is named.
    """
    from course.grading.batch import seeds
    from course.grading.batch.disclosure import HINTS, LEVELS
    from course.grading.batch.policy import read_policy, rules_of
    from course.grading.time_limits import Limits
    from course.release.gradescope import write_autograder

    if path.suffix != ".zip":
        raise CourseError(f"{path}: the autograder is a zip; name it like autograder.zip.")
    feedback, timeout = feedback or HINTS, timeout or Limits.exercise
    if feedback not in LEVELS:
        raise CourseError(f"--feedback {feedback}: it is one of {', '.join(LEVELS)}.")
    read_policy(policy)
    others = [rule for rule in rules_of(policy) if not rule.startswith("late=")]
    if others:
        raise CourseError(
            f"--policy {others[0]}: Gradescope keeps the attempts and the roster, so only late=… has a meaning "
            "with --gradescope."
        )
    catalog = catalogs.load()
    names = {one.name for text in (*units, *exercises) for one in catalog.exercises_of(text)}
    if not names:
        raise CourseError("Name the exercises of the assignment: --unit 2, or --exercise 2.1 --exercise 2.2.")
    chosen = [one for one in catalog.exercises if one.name in names]
    seed = read_seed(None, seed_file)
    settings = {"backend": backend or backends.choose(None).name, "policy": policy, "feedback": feedback}
    if settings["backend"] not in backends.BACKENDS:
        raise CourseError(f"--backend {backend}: it is one of {', '.join(backends.BACKENDS)}.")
    settings["timeout"] = timeout
    write_autograder(path, catalog, chosen, seeds.draw() if seed is None else seed, settings)
    points = sum(one.points for one in chosen)
    return (
        f"{path} is the autograder of {several(len(chosen), 'exercise')} with {several(points, 'point')} on "
        f"{settings['backend']}. It contains solutions and checks: upload it to Gradescope, and give it to nobody else."
    )
