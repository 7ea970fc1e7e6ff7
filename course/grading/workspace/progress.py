"""A student's progress: `work/.progress.json`, which is written completely or not at all, and never deleted."""

import json
import time

from course import paths
from course.errors import CourseError
from course.grading.workspace import shown, write_whole

VERSION = 1


class Progress:
    """The best and the last result of every exercise, and the number of hints that were shown.

    Attributes:
        note: A sentence for the student if the file was damaged and has been renamed, else "".
    """

    def __init__(self):
        self.path = paths.work() / ".progress.json"
        self.note = ""
        self._exercises = self._read()

    def best(self, exercise):
        """Return the most points that an exercise has earned, or None if it was never checked."""
        entry = self._exercises.get(exercise.name, {})
        return min(entry["best"], exercise.within_reach) if "best" in entry else None

    def hints(self, exercise):
        """Return the number of hints of an exercise that have been shown."""
        return min(self._exercises.get(exercise.name, {}).get("hints", 0), len(exercise.hints))

    def record(self, report):
        """Store the points of a `Report`; a report that could not be judged is ignored."""
        if not report.judged:
            return
        old = self._exercises.get(report.exercise, {})
        self._exercises[report.exercise] = old | {
            "points": report.points,
            "earned": report.earned,
            "best": max(report.earned, old.get("best", 0)),
            "backend": report.backend,
            "when": time.strftime("%Y-%m-%dT%H:%M:%S"),
        }

    def show_hint(self, exercise):
        """Count one more hint as shown."""
        entry = self._exercises.setdefault(exercise.name, {})
        entry["hints"] = min(entry.get("hints", 0) + 1, len(exercise.hints))

    def save(self):
        """Write the file."""
        content = {"version": VERSION, "exercises": self._exercises}
        try:
            write_whole(self.path, (json.dumps(content, indent=1, sort_keys=True) + "\n").encode())
        except OSError as error:
            raise CourseError(f"{shown(self.path)} cannot be written: {error.strerror}.") from None

    def _read(self):
        try:
            content = json.loads(self.path.read_bytes())
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise CourseError(f"{shown(self.path)} cannot be read: {error.strerror}.") from None
        except (ValueError, RecursionError):
            return self._set_aside()
        return content["exercises"] if _is_sound(content) else self._set_aside()

    def _set_aside(self):
        number = 1
        while (aside := self.path.with_name(f".progress.broken-{number}.json")).exists():
            number += 1
        self.path.rename(aside)
        self.note = f"{shown(self.path)} could not be read. It was renamed to {aside.name}, and a new file was started."
        return {}


def _is_sound(content):
    if not isinstance(content, dict) or content.get("version") != VERSION:
        return False
    entries = content.get("exercises")
    return isinstance(entries, dict) and all(
        isinstance(entry, dict)
        and all(type(entry.get(key, 0)) is int and entry.get(key, 0) >= 0 for key in ("best", "hints"))
        for entry in entries.values()
    )
