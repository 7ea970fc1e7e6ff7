"""What the columns of a roster say about a person, as Moodle, Canvas, Gradescope or a spreadsheet name them.

| platform | its columns |
| --- | --- |
| ours | `student`, `name`, `deadline`, `received` |
| Moodle, participants or grades | First name, Last name (or Surname), ID number, Email address |
| Moodle, grading worksheet | Identifier (`Participant 815`), Full name, Grade, Last modified (grade), … |
| Canvas, gradebook | Student (`Müller, Anna`), ID, SIS User ID, SIS Login ID, Section, assignments |
| Gradescope, roster or scores | First Name, Last Name, SID, Email, Sections |

Moodle's columns have the language of the course; those of English, German, French and, in part, Spanish are known.
"""

import re

MOODLE, WORKSHEET, CANVAS, GRADESCOPE, PLAIN = "moodle", "worksheet", "canvas", "gradescope", "plain"

# What a column says → its names in lower case.
_NAMES = {
    "student": ("student",),
    "name": ("name", "full name", "student name", "vollständiger name", "nom complet", "nombre completo"),
    "first": ("first name", "firstname", "preferred/first name", "vorname", "prénom", "nombre"),
    "last": ("last name", "lastname", "surname", "nachname", "nom de famille", "apellido(s)", "apellidos"),
    "email": (
        *("email address", "email", "e-mail", "e-mail address", "mail", "e-mail-adresse", "e-mailadresse"),
        *("adresse de courriel", "dirección de correo", "dirección email"),
    ),
    "login": ("sis login id", "login id", "login", "username", "user name", "anmeldename", "nutzername"),
    "number": (
        *("sis user id", "id number", "sid", "student id", "student number", "idnumber"),
        *("id-nummer", "matrikelnummer", "numéro d'identification", "número de id"),
    ),
    "platform": ("id", "identifier", "identifiant"),
    "role": ("role", "roles", "rolle", "rollen", "rôle", "rôles", "rol", "roles"),
    "deadline": ("deadline",),
    "received": (
        *("received", "last modified (submission)", "submission time"),
        *("zuletzt geändert (abgabe)", "dernière modification (travail remis)"),
    ),
    "grade": ("grade", "bewertung", "note"),
    "maximum": ("maximum grade", "bestwertung", "note maximale"),
    "graded": ("last modified (grade)", "zuletzt geändert (bewertung)", "dernière modification (note)"),
}
_STAFF = re.compile(
    r"instructor|\bta\b|reader|teacher|lehrer|trainer|manager|enseignant|profesor|observer", re.IGNORECASE
)
_ORDER = {  # the columns that can name a student in our own files, the first one first
    CANVAS: ("login", "number", "platform"),
    MOODLE: ("email", "login", "number", "platform", "name"),
    WORKSHEET: ("email", "number", "platform", "name"),
    GRADESCOPE: ("email", "number", "name"),
    PLAIN: ("student", "email", "login", "number", "name"),
}


class Columns:
    """The columns of a roster.

    Args:
        names: The names of the columns as they stand in the file.

    Attributes:
        platform: One of the constants of this module.
    """

    def __init__(self, names):
        self.names = list(names)
        lower = {}
        for name in self.names:
            lower.setdefault(" ".join(name.casefold().split()), name)
        self.platform = _platform(set(lower))
        self._of = {}
        for what, known in _NAMES.items():
            if self.platform == CANVAS and what == "student":
                continue  # Canvas writes the person's name there
            self._of[what] = [lower[name] for name in known if name in lower]
        if self.platform == CANVAS:
            self._of["name"] = [lower[name] for name in ("student",) if name in lower] + self._of["name"]

    def cell(self, cells, what):
        """Return the first cell that says this about a person and is not empty, or an empty text."""
        return next((cells[name] for name in self._of.get(what, ()) if cells[name]), "")

    def all(self, cells, *whats):
        """Return all cells that say one of these things, each once."""
        found = [cells[name] for what in whats for name in self._of.get(what, ()) if cells[name]]
        return tuple(dict.fromkeys(found))

    def named(self, what):
        """Return the name of the column that says this about a person, or None."""
        return next(iter(self._of.get(what, ())), None)

    def student(self, cells):
        """Return the text that names the student in our own files."""
        return next(filter(None, (self.cell(cells, what) for what in _ORDER[self.platform])), "")

    def platform_number(self, cells):
        """Return the number by which Canvas or Moodle names the files of a person, or an empty text."""
        number = re.search(r"\d+$", self.cell(cells, "platform"))
        return number[0] if number and self.platform in (CANVAS, WORKSHEET) else ""

    @property
    def identifying(self):
        """True if some column can name a student."""
        whats = (*_ORDER[self.platform], "first", "last")
        return any(self._of.get(what) for what in whats)

    def full_name(self, cells):
        """Return the name of a person, first name first."""
        name = self.cell(cells, "name")
        if not name:
            return " ".join(filter(None, (self.cell(cells, "first"), self.cell(cells, "last"))))
        last, comma, first = name.partition(",")
        return f"{first.strip()} {last.strip()}" if comma and self.platform == CANVAS else name

    def is_student(self, cells):
        """Tell whether a row is a student: no member of the staff, no line about points, no test student of Canvas."""
        if _STAFF.search(self.cell(cells, "role")):
            return False
        if self.platform != CANVAS:
            return True
        name = self.cell(cells, "name").casefold()
        if "points possible" in name or name in ("student, test", "test student"):
            return False
        return bool(self.all(cells, "login", "number", "platform"))


def _platform(lower):
    if {"id", "section"} <= lower and ({"student"} <= lower or {"lastname", "firstname"} <= lower):
        return CANVAS
    if all({*_NAMES[what]} & lower for what in ("platform", "grade", "graded")):
        return WORKSHEET
    if "student" in lower:
        return PLAIN
    if {"sid", "email"} <= lower or {"sections", "email"} <= lower:
        return GRADESCOPE
    if {*_NAMES["first"], *_NAMES["last"]} & lower and {*_NAMES["email"], *_NAMES["number"]} & lower:
        return MOODLE
    return PLAIN
