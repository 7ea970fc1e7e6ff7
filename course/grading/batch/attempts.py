"""A limit for the number of attempts: the first ones of a student count, and later ones are not graded.

An attempt that cannot be read at all, holds no file of an exercise, or came after the deadline of a policy that refuses
late files does not use up an attempt.
"""

from course.words import several


def limit(submissions, policy, late):
    """Write into each `Submission` why it does not count (`uncounted`), or an empty text.

    Args:
        submissions: All submissions; those of a student in the order of time.
        policy: A `Policy`.
        late: Function of a submission that tells whether it is late.
    """
    used = {}
    for s in submissions:
        s.uncounted = ""
        if not policy.limit or s.whole or not (s.files or s.refused) or policy.factor(late(s)) is None:
            continue
        used[s.student] = used.get(s.student, 0) + 1
        if used[s.student] > policy.limit:
            s.uncounted = (
                f"does not count and was not graded: only {several(policy.limit, 'attempt')} may count"
            )


def rule(policy, entries):
    """Return the sentence about attempts for the page of a student, or an empty text if there is nothing to say."""
    if policy.limit == 1:
        return "Only your first attempt counts."
    if policy.limit:
        which = (
            "the last one counts" if policy.attempts == "last" else "the best one counts for each exercise"
        )
        return f"Of your first {several(policy.limit, 'attempt')} {which}."
    if len(entries) < 2:
        return ""
    last = policy.attempts == "last"
    return "Your last attempt counts." if last else "The best of your attempts counts for each exercise."
