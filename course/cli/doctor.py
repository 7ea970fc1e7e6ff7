"""`course doctor`: is everything installed, and if not, which command solves the problem?"""

import importlib.util
import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from course import backend as backends
from course import catalog as catalogs
from course import data as datasets
from course import fast, paths
from course.cli.screen import error_console, print_json, screen
from course.data import cache
from course.errors import CourseError
from course.words import several

_NEEDED = ("keras", "numpy", "scipy", "scikit-learn", "matplotlib")


def register(app):
    """Add the command to the application."""
    app.command("doctor")(doctor)


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON only.")] = False,
    backend: Annotated[str | None, typer.Option(metavar="NAME", help="Check this backend.")] = None,
):
    """Show what is installed, which backend is used and why, where the files are, and what is missing.

    [cyan]course doctor[/]                    the backend that would run now
    [cyan]course doctor --backend torch[/]    another one

    Every problem comes with the command that solves it. Exit code: 0 if there is none, 1 otherwise.
    """
    console = error_console() if as_json else screen()
    if console.is_terminal:
        with console.status("Checking the installation …"):
            found = examine(backend)
    else:
        found = examine(backend)
    if as_json:
        print_json(found)
    else:
        _show(console, found)
    if found["problems"]:
        raise typer.Exit(1)


def examine(backend=None):
    """Return all results of the doctor in types that JSON has. Imports Keras if a backend can be chosen."""
    found = {"problems": []}
    complain = found["problems"].append
    found["versions"] = versions = backends.versions()
    for name in _NEEDED:
        if versions[name] is None:
            complain({"message": f"{name} is not installed.", "mend": _install()})
    found["executable"] = sys.executable
    found["backends"] = {name: versions[name] for name in backends.BACKENDS}
    found["backend"], found["because"], found["device"] = _backend(backend, complain)
    found["fast_paths_off"] = _fast_paths_off(found["backend"], complain) if found["backend"] else None
    found["threads"] = {
        "processors": os.cpu_count(),
        "usable": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS"),
    }
    found["jail"] = _jail(found["backend"], complain)
    found["places"] = _places(complain)
    found["content"] = _content(complain)
    found["data"] = _data(complain)
    return found


def _backend(name, complain):
    try:
        choice = backends.start(name)
    except CourseError as error:
        text, _, mend = str(error).partition(": pip install")
        available = [backend for backend in backends.BACKENDS if backends.installed(backend)]
        other = f"KERAS_BACKEND={available[0]}" if available else backends.install("jax")
        complain({"message": text, "mend": f"pip install{mend}" if mend else other})
        return None, None, None
    except Exception as error:  # a broken installation may raise any exception; the doctor reports it
        broken = os.environ.get("KERAS_BACKEND")
        complain(
            {
                "message": f"{broken} is installed but does not start: {type(error).__name__}: {error}",
                "mend": f"{backends.install(broken)} --force-reinstall",
            }
        )
        return broken, None, None
    return choice.name, choice.why, backends.device()


def _fast_paths_off(backend, complain):
    try:
        return fast.why_off(backend)
    except CourseError as error:
        complain({"message": str(error), "mend": f"unset {fast.VARIABLE}"})
        return str(error)


def _install():
    """Return the command that installs the course again with the installed backends."""
    there = [name for name in backends.BACKENDS if backends.installed(name)]
    return backends.install(*(there or ["jax"]))


def _jail(backend, complain):
    """Say whether files can be graded in a jail: start it, and import the course, Keras and the backend in it.

    The course works without a jail, but its results are advisory.
    """
    from course.grading.sandbox import cgroup, jail
    from course.grading.sandbox.trial import trial

    there, message, mend, _ = jail.examine()
    works, counts = None, cgroup.examine() if there else None
    if there and backend:
        try:
            trial(backend, jail.jail)
            works = True
        except CourseError as error:
            works = False
            complain({"message": f"No file can be graded in the jail. {error}", "mend": _install()})
    memory = counts and (counts.message if counts.there else f"the grader itself: {counts.message}")
    return {"there": there, "works": works, "message": message, "mend": mend, "memory": memory}


def _places(complain):
    root = paths.root()
    places = {"root": str(root), "work": str(paths.work()), "runs": str(paths.runs())}
    for name in ("course", "units"):
        spec = importlib.util.find_spec(name)
        homes = [str(Path(home).resolve()) for home in spec.submodule_search_locations] if spec else []
        places[name] = homes[0] if homes else None
        own = (root / name).resolve()
        if os.environ.get("COURSE_HOME") and not (own / "__init__.py").exists():
            continue  # COURSE_HOME names other content for this engine
        if not homes:
            complain(
                {"message": f"Python does not find the package {name}.", "mend": f"cd {root} && {_install()}"}
            )
        elif str(own) not in homes:
            complain(
                {
                    "message": f"Python imports another package called {name}: {homes[0]} instead of {own}.",
                    "mend": f"cd {root} && {_install()} (and do not start Python in the folder of the other package)",
                }
            )
    stray = sorted(str(path) for path in paths.content("datasets").rglob("*.py"))
    if stray:
        complain(
            {
                "message": f"datasets/ holds data only, and {stray[0]} would hide the package `datasets`.",
                "mend": f"move {stray[0]} elsewhere",
            }
        )
    return places


def _content(complain):
    try:
        catalog = catalogs.load()
    except CourseError as error:
        complain({"message": str(error), "mend": "restore the file: git checkout -- units"})
        return None
    if not catalog.units:
        complain(
            {"message": f"There is no unit in {catalog.root / 'units'}.", "mend": "git checkout -- units"}
        )
    return {
        "units": len(catalog.units),
        "experiments": len(catalog.experiments),
        "exercises": len(catalog.exercises),
    }


def _data(complain):
    sets, used = [], {}
    try:
        experiments = catalogs.load().experiments
    except CourseError:
        experiments = []
    for experiment in experiments:
        for name in experiment.accepts:
            used.setdefault(name, []).append(experiment.name)
    for name in datasets.names():
        try:
            where = datasets.where(name)
        except CourseError as error:
            where = "unknown"
            complain({"message": str(error), "mend": "course doctor, once the mirror answers"})
        sets.append({"name": name, "found": where, "used_by": used.get(name, [])})
    for name in sorted(set(used) - set(datasets.names())):
        complain(
            {
                "message": f"{used[name][0]} uses {name}, which has no card.",
                "mend": f"add datasets/{name}/card.toml",
            }
        )
    folder = cache.folder()
    return {"cache": str(folder) if folder else None, "mirror": os.environ.get("COURSE_MIRROR"), "sets": sets}


def _show(console, found):
    facts = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    facts.add_column(style="dim", no_wrap=True)
    facts.add_column(overflow="fold")
    versions, threads, places = found["versions"], found["threads"], found["places"]
    facts.add_row("python", f"{versions['python']}  {found['executable']}")
    facts.add_row("course", f"{versions['medl-course'] or 'not installed'}  {places['course']}")
    facts.add_row("units", f"{places['units'] or 'not found'}")
    content = found["content"]
    if content:
        message = ", ".join(several(content[f"{noun}s"], noun) for noun in ("unit", "experiment", "exercise"))
        facts.add_row("content", message)
    packages = ("keras", "numpy", "scipy", "scikit-learn", "matplotlib")
    facts.add_row("packages", ", ".join(f"{name} {versions[name] or 'missing'}" for name in packages))
    installed = [f"{name} {version or 'not installed'}" for name, version in found["backends"].items()]
    facts.add_row("backends", ", ".join(installed))
    if found["backend"]:
        facts.add_row("runs on", f"[bold]{found['backend']}[/]  [dim]{escape(found['because'] or '')}[/]")
        facts.add_row("device", found["device"] or "unknown")
        facts.add_row("fast paths", escape(found["fast_paths_off"] or "on"))
    omp = threads["OMP_NUM_THREADS"]
    facts.add_row(
        "threads",
        f"{threads['usable']} of {several(threads['processors'], 'processor')}, "
        + (f"OMP_NUM_THREADS={omp}" if omp else "OMP_NUM_THREADS is not set"),
    )
    jail = found["jail"]
    if jail["there"] and jail["works"] is False:
        facts.add_row(
            "jail",
            f"[red]{escape(jail['message'])} is installed, but what is needed cannot be imported in it[/]",
        )
    elif jail["there"]:
        tried = f"; course, Keras and {found['backend']} were imported in it" if jail["works"] else ""
        facts.add_row("jail", f"{escape(jail['message'])}: files are graded in a jail{tried}")
        facts.add_row("memory", f"is counted by {escape(jail['memory'])}")
    else:
        mend = f"Verdicts are advisory until then: [cyan]{escape(jail['mend'])}[/]"
        facts.add_row("jail", f"[yellow]none[/]: {escape(jail['message'])} {mend}")
    facts.add_row("work", escape(places["work"]))
    facts.add_row("runs", escape(places["runs"]))
    no_cache = "none, for this user has no home folder: set COURSE_CACHE to a folder"
    facts.add_row("data cache", escape(found["data"]["cache"] or no_cache))
    facts.add_row("data mirror", escape(found["data"]["mirror"] or "COURSE_MIRROR is not set"))
    console.print(facts)

    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for column in ("\ndata set", "\nfound", "\nused by"):
        table.add_column(column, overflow="fold")
    absent = []
    for entry in found["data"]["sets"]:
        here = entry["found"] in ("embedded", "generated", "cache", "mirror")
        if not here and entry["used_by"]:
            absent.append(entry)
        experiments = ", ".join(entry["used_by"][:3]) + (" …" if len(entry["used_by"]) > 3 else "")
        table.add_row(
            entry["name"], f"[{'green' if here else 'yellow'}]{escape(entry['found'])}[/]", experiments
        )
    console.print(table)

    console.print()
    if absent:
        names = ", ".join(entry["name"] for entry in absent)
        console.print(
            f"Not downloaded yet, and needed only for --full or --data: {names}. The download starts when "
            "the data are first used; without a network set COURSE_MIRROR to a folder or address that has it.",
            soft_wrap=True,
        )
    for problem in found["problems"]:
        console.print(f"[bold red]{escape(problem['message'])}[/]", soft_wrap=True)
        console.print(f"  To solve it: [cyan]{escape(problem['mend'])}[/]", soft_wrap=True)
    if not found["problems"]:
        console.print("[bold green]Everything that the course needs is installed.[/]")
