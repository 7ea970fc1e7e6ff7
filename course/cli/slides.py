"""`course slides`: the decks as pages that open without a network."""

import tempfile
import webbrowser
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from course import catalog as catalogs
from course import paths
from course.cli import units
from course.cli.screen import screen
from course.words import several

_ADVICE = "slides are built by the unit, `course slides {unit}`"


def register(app):
    """Add the command to the application."""
    app.command("slides")(slides)


def slides(
    what: Annotated[
        list[str] | None, typer.Argument(metavar="check|UNIT|all", help="All units without it.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write to this folder instead of runs/slides.")
    ] = None,
    run: Annotated[bool, typer.Option(help="Run the experiments whose figures are missing.")] = True,
    pdf: Annotated[bool, typer.Option("--pdf", help="Also a PDF of each deck, by Chromium.")] = False,
    show: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
    backend: Annotated[
        str | None, typer.Option(metavar="NAME", help="jax, tensorflow or torch, for missing figures.")
    ] = None,
):
    """Build the slides: one folder that opens by a double click, without a network.

    [cyan]course slides[/]              all decks, to runs/slides/index.html
    [cyan]course slides u03 --open[/]   one unit, and open it in the browser
    [cyan]course slides u03 --pdf[/]    also as PDF
    [cyan]course slides --no-run[/]     leave missing figures empty
    [cyan]course slides check u03[/]    do slides fit, is their text large enough? (Chromium)

    Figures are the newest of each experiment in runs/. An experiment that has
    none there is run, in quick mode.

    Exit code: 0; 1 if a figure cannot be drawn, with check if a slide does
    not fit; 2 for an invalid request or an error in the slides.
    """
    from course import slides as decks
    from course.slides import browser
    from course.slides import page as slides_page

    slides_page.require()
    words = list(what or [])
    checking = words[:1] == ["check"]
    catalog = catalogs.load()
    chosen = [decks.load(unit) for unit in units.named(catalog, words[checking:], _ADVICE)]
    console = screen()
    if checking:
        raise typer.Exit(_check(console, catalog, chosen))
    if pdf:
        browser.find()  # before anything is run
    folder = slides_page.folder(paths.expanded(out or paths.runs() / "slides").resolve())
    slides_page.assets(folder)
    built = _build(catalog, chosen, folder)
    code, missing = 0, _missing(built)
    if missing and run:
        code = _draw(console, catalog, missing, backend)
        built = _build(catalog, chosen, folder)
        missing = _missing(built)
        code = code or int(bool(missing))
    for deck, page, renderer in built:
        figures = several(len(renderer.used), "figure")
        console.print(
            f"[bold]{deck.unit.name}[/]  {several(len(deck.slides), 'slide')}, {figures}  [dim]{escape(str(page))}[/]",
            soft_wrap=True,
        )
        if pdf:
            written = browser.pdf(page, page.with_suffix(".pdf"))
            console.print(f"     [dim]{escape(str(written))}[/]", soft_wrap=True)
    if missing:
        names = list(dict.fromkeys(experiment for experiment, _ in missing))
        verb, them = ("are", "them") if len(missing) > 1 else ("is", "it")
        console.print(
            f"[yellow]{several(len(missing), 'figure')} {verb} missing: "
            f"`course run {' '.join(names)}` draws {them}.[/]",
            soft_wrap=True,
        )
    index = slides_page.index(catalog.units, folder)
    console.print(f"Slides: [cyan]{escape(str(index))}[/]", soft_wrap=True)
    if show:
        page = built[0][1] if len(built) == 1 else index
        if not webbrowser.open(page.as_uri()):
            console.print("[yellow]No browser could be opened: open the file by hand.[/]")
    raise typer.Exit(code)


def _build(catalog, chosen, folder):
    from course.slides import figures as slides_figures
    from course.slides import page as slides_page

    figures, names = slides_figures.drawn(), {experiment.name for experiment in catalog.experiments}
    return [(deck, *slides_page.build(deck, folder, figures, experiments=names)) for deck in chosen]


def _missing(built):
    return list(dict.fromkeys(key for _, _, renderer in built for key in renderer.missing))


def _draw(console, catalog, missing, backend):
    """Run the experiments of the figures; return the exit code."""
    from course.slides import figures as slides_figures

    experiments = [catalog.find(name) for name in dict.fromkeys(experiment for experiment, _ in missing)]
    console.print(
        f"{several(len(missing), 'figure')} of {several(len(experiments), 'experiment')} not drawn yet: "
        "running what draws them.",
        soft_wrap=True,
    )
    report = slides_figures.draw(experiments, console, backend)
    return 130 if report.interrupted else 0


def _check(console, catalog, chosen):
    """Measure every slide; return the exit code."""
    from course.slides import browser
    from course.slides import page as slides_page

    browser.find()
    with tempfile.TemporaryDirectory() as name:
        folder = slides_page.folder(Path(name))
        slides_page.assets(folder)
        bad = 0
        for deck, page, _ in _build(catalog, chosen, folder):
            fits = browser.measure(page)
            for fit in fits:
                if fit.problems:
                    bad += 1
                    console.print(
                        f"[bold red]{deck.unit.name}[/] slides/{deck.path.name}, line {fit.line} "
                        f"(“{escape(fit.title)}”): {' and '.join(fit.problems)}",
                        soft_wrap=True,
                    )
            console.print(f"[dim]{deck.unit.name}: {several(len(fits), 'slide')} measured[/]")
    if bad:
        console.print(f"[bold red]{several(bad, 'slide')} to change: shorten or divide them.[/]")
        return 1
    console.print("[bold green]Every slide fits, and the text of its figures can be read.[/]")
    return 0
