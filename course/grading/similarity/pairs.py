"""The pairs of students whose answers to an exercise share the most, after the stub and what is common in the class.

    share of a in b = |own fingerprints of a and b| / |own fingerprints of a|

`similarity` of a pair is the mean of both shares. Short exercises have few good answers, so a high number alone says
little: the median of all pairs of the same exercise is the number to compare with.
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from course.grading.similarity.fingerprints import Prints, decoded

COMMON = 10  # a piece that more answers have is common, if also a third of the class has it
LEAST_PRINTS = 40  # an answer with fewer own fingerprints is too short to be compared


@dataclass(frozen=True)
class Answer:
    """The newest answer of a student to an exercise, in the submission `entry`; `earlier`: in an earlier term."""

    student: str
    entry: str
    data: bytes
    earlier: bool = False


@dataclass(frozen=True)
class Pair:
    """Two answers: the share of each that is in the other, the number of shared fingerprints, texts and slices."""

    one: Answer
    two: Answer
    shares: tuple
    shared: int
    texts: tuple
    slices: tuple

    @property
    def similarity(self):
        """The mean of both shares, from 0 to 1."""
        return sum(self.shares) / 2


@dataclass(frozen=True)
class Compared:
    """An exercise: the pairs above the limit, the most similar first; the median of all pairs; what was left out."""

    exercise: object
    pairs: list
    answers: int
    median: float
    short: int
    unread: list


def compare(exercise, answers, least=0.5, most=20):
    """Compare the answers to an exercise.

    Args:
        exercise: An `Exercise`; its stub does not count.
        answers: A list of `Answer`, one of each student.
        least: The similarity from which a pair is in the report.
        most: The largest number of pairs in the report.
    """
    stub = Prints(decoded(exercise.stub.read_bytes()) or "").own
    made, unread = [], []
    for answer in answers:
        text = decoded(answer.data)
        if text is None:
            unread.append(answer)
        else:
            made.append((answer, Prints(text, stub)))
    _leave_out_common([prints for _, prints in made])
    long = [(answer, prints) for answer, prints in made if len(prints.own) >= LEAST_PRINTS]
    shared, sizes = _matrix([prints.own for _, prints in long])
    pairs, values = [], []
    for i in range(len(long)):
        for j in range(i + 1, len(long)):
            one, two = long[i][0], long[j][0]
            group = one.entry == two.entry and one.earlier == two.earlier
            if group or one.student == two.student or (one.earlier and two.earlier):
                continue  # one submission of several students, or one student in two terms
            shares = shared[i, j] / sizes[i], shared[i, j] / sizes[j]
            values.append(sum(shares) / 2)
            if values[-1] >= least:
                pairs.append((-values[-1], -int(shared[i, j]), one.student, two.student, i, j))
    chosen = [_pair(long[i], long[j], shared[i, j], sizes[[i, j]]) for *_, i, j in sorted(pairs)[:most]]
    median = float(np.median(values)) if values else 0.0
    return Compared(exercise, chosen, len(answers), median, len(made) - len(long), unread)


def _leave_out_common(prints):
    """Remove what many answers have: one would write it without looking at the others."""
    counts = {}
    for one in prints:
        for number in one.own:
            counts[number] = counts.get(number, 0) + 1
    common = {number for number, count in counts.items() if count > max(COMMON, len(prints) / 3)}
    for one in prints if common else ():
        one.leave_out(common)


def _matrix(sets):
    """Return the number of shared fingerprints of each two sets, and the size of each set."""
    columns = {number: place for place, number in enumerate(sorted(set().union(*sets)))}
    rows = np.repeat(np.arange(len(sets)), [len(one) for one in sets])
    places = [columns[number] for one in sets for number in one]
    ones = np.ones(len(places), dtype=np.int32)
    table = sparse.csr_matrix((ones, (rows, places)), shape=(len(sets), max(len(columns), 1)))
    return (table @ table.T).toarray(), np.array([len(one) for one in sets])


def _pair(one, two, shared, sizes):
    slices = one[1].shared_slices(two[1])
    shares = tuple(float(shared / size) for size in sizes)
    return Pair(one[0], two[0], shares, int(shared), (one[1].text, two[1].text), tuple(slices))
