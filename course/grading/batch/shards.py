"""Divides a class among several machines: each student belongs to one shard, whatever else was handed in.

The number of a student's shard is a hash of the student's name. Therefore all machines divide the class in the same
way without speaking to each other, and a student who hands in later changes the shard of nobody else.
"""

import hashlib
import re
from dataclasses import dataclass

from course.errors import CourseError

MOST = 10_000


@dataclass(frozen=True)
class Shard:
    """Shard `number` of `count`; numbers begin with 1."""

    number: int
    count: int

    def __str__(self):
        return f"{self.number}/{self.count}"

    def holds(self, student):
        """Tell whether a student belongs to this shard."""
        return shard_of(student, self.count) == self.number


def shard_of(student, count):
    """Return the number of a student's shard, from 1 to `count`."""
    digest = hashlib.sha256(student.encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big") % count + 1


def read_shard(text):
    """Return the `Shard` that a text like `2/8` names.

    Raises:
        CourseError: The text has another form, or there is no such shard.
    """
    found = re.fullmatch(r"(\d{1,5})/(\d{1,5})", text, re.ASCII)
    shard = Shard(*map(int, found.groups())) if found else None
    if shard is None or not 1 <= shard.number <= shard.count <= MOST:
        raise CourseError(f"--shard {text}: it is a number and how many shards there are, from 1/8 to 8/8.")
    return shard
