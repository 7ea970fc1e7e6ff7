"""`course bench`: the time of a training step compared with native loops."""

import contextlib
import json
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from course import backend as backends
from course import fast, paths
from course.bench import bars, case, machine, run
from course.cli.screen import error_console, print_json, screen
from course.errors import CourseError
from course.experiments import folders
from course.processes.threads import cores
from course.words import several


def register(app):
    """Add the command to the application."""
    app.command("bench")(bench)


def bench(
    cases: Annotated[list[str] | None, typer.Argument(metavar="CASE", help="All without it.")] = None,
    backend: Annotated[str | None, typer.Option(metavar="NAME", help="This backend only.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Exit code 1 if a bar is missed.")] = False,
    processes: Annotated[int, typer.Option(min=1, help="Measure in so many processes.")] = 3,
    repeats: Annotated[int, typer.Option(min=1, help="Rounds in each; the median of all counts.")] = 5,
    steps: Annotated[int | None, typer.Option(min=1, help="Steps in an epoch; by case.")] = None,
    epochs: Annotated[int | None, typer.Option(min=1, help="Epochs in each fit of a round; by case.")] = None,
    start: Annotated[bool, typer.Option(help="Also the first step and the memory of each alone.")] = True,
    fastest: Annotated[
        bool, typer.Option(help="Also the fastest kind of native loop; compiling it takes minutes.")
    ] = True,
    plain: Annotated[bool, typer.Option("--plain", help="Also our fit without its fast paths.")] = False,
    threads: Annotated[
        int | None, typer.Option(min=1, help="Cores for a child; else the libraries'.")
    ] = None,
    device: Annotated[str, typer.Option(metavar="cpu|gpu", help="Where to compute.")] = "cpu",
    precision: Annotated[
        str, typer.Option(metavar="float32|bfloat16", help="Of the mathematics.")
    ] = "float32",
    time_to: Annotated[
        float | None, typer.Option(metavar="SHARE", help="Also seconds to this accuracy on MNIST.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of data and weights.")] = 0,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write to this folder instead of runs/bench.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON only.")] = False,
):
    """Measure a training step: our fit beside Keras's own fit and native loops.

    [cyan]course bench[/]                        every case on every installed backend
    [cyan]course bench mlp --backend torch[/]    one case on one backend
    [cyan]course bench --check[/]                and name every bar that is missed
    [cyan]course bench mlp --threads 1[/]        on one core, in processor time
    [cyan]course bench --device gpu --precision bfloat16 --time-to 0.99[/]

    The variants train side by side in one process, from the same weights on
    the same batches, and have to reach the same loss before times count.
    Variants take turns in a round; a ratio is the median over the rounds of
    several processes of the ratio within a round. A round is one `fit`, with
    what it does once a fit and once an epoch.

    There are two native loops: the plain one, to which the bars apply, and the
    fastest kind that the framework offers: native_scan (lax.scan over the
    batches), native_xla (tf.function with jit_compile) or native_compile
    (torch.compile). --plain adds our fit without its fast paths; with
    COURSE_FAST=0 it runs without them everywhere.

    Exit code: 1 if a case failed or the variants do not reach the same loss,
    with --check also if a bar is missed; 2 for a request that makes no sense.
    """
    if find_spec("resource") is None:
        raise CourseError(
            "course bench measures memory by a module of Linux and macOS, and this Python does not have it."
            " On Windows run it in WSL 2."
        )
    names, chosen = _cases(cases, precision), _backends(backend, device, precision)
    options = {
        "processes": processes, "repeats": repeats, "steps": steps, "epochs": epochs, "seed": seed, "threads": threads,
        "device": device, "precision": precision, "fastest": fastest, "plain": plain,
        "start": start,
    }  # fmt: skip
    console = error_console() if as_json else screen()
    started = datetime.now().astimezone()
    stamp = f"{started:%Y%m%d-%H%M%S}"
    folder = folders.new(paths.runs() / "bench", stamp) if out is None else folders.chosen(out)
    _warn_if_busy(console)
    for one in chosen:
        if reason := fast.why_off(one):
            console.print(f"[yellow]{one}: {escape(reason)}[/]", soft_wrap=True)
    results = []
    for name in names:
        for one in chosen:
            with console.status(f"{name} on {one} …") if console.is_terminal else contextlib.nullcontext():
                results.append(run.measure(name, one, options))
            if "traceback" in results[-1]:
                (folder / f"{name}-{one}.log").write_text(results[-1].pop("traceback"), encoding="utf-8")
            if not as_json and not console.is_terminal:
                console.print(f"[dim]{name} on {one}: done[/]")
    times = [run.time_to(one, time_to, options) for one in chosen] if time_to is not None else []
    for entry in times:
        entry.pop("traceback", None)
    content = run.record(results, options, started.isoformat(timespec="seconds"), times)
    (folder / "bench.json").write_text(json.dumps(content, indent=2), encoding="utf-8")

    from course.bench import chart

    picture = chart.draw(results, folder)
    if as_json:
        print_json(content | {"folder": str(folder)})
    else:
        console.print(table(results))
        _tell(console, content, check)
        if picture:
            console.print(f"Chart: [cyan]{escape(str(picture))}[/]", soft_wrap=True)
        console.print(f"Numbers: [cyan]{escape(str(folder / 'bench.json'))}[/]", soft_wrap=True)
    broken = any(r.get("error") or r["disagreement"] for r in results) or any("error" in t for t in times)
    if broken or (check and content["missed"]):
        raise typer.Exit(1)


def table(results):
    """The table of all numbers."""
    shown = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    for column in ("case", "backend", "variant"):
        shown.add_column(column, no_wrap=True)
    steps = all(result.get("unit", "step") == "step" for result in results)
    for column in (
        "ms a step" if steps else "ms",
        "to native",
        "to fastest",
        "quartiles",
        "to Keras",
        "first step s",
        "peak MB",
        "loss after",
    ):
        shown.add_column(column, justify="right", no_wrap=True)
    for result in results:
        head = (result["case"], result["backend"])
        if result.get("error"):
            shown.add_row(*head, "[red]not measured[/]", *[""] * 8)
            continue
        for name, row in result["variants"].items():
            low, high = row["ratio_quartiles"]
            shown.add_row(
                *head,
                name,
                f"{row['ms_per_step']:.3f}",
                _coloured(result, name),
                "" if name == result["fastest"] else f"{row['ratio_to_fastest']:.2f}",
                "" if name == result["base"] else f"{low:.2f}–{high:.2f}",
                "" if row["ratio_to_keras"] is None or name == "keras" else f"{row['ratio_to_keras']:.2f}",
                f"{row['first_seconds']:.2f}" if "first_seconds" in row else "",
                f"{row['peak_mb']:.0f}" if "peak_mb" in row else "",
                f"{row['losses'][-1]:.5g}",
            )
            head = ("", "")
        shown.add_section()
    return shown


def _coloured(result, name):
    ratio = result["variants"][name]["ratio"]
    if name == "ours":
        colour = "green" if ratio <= bars.LIMITS[result["backend"]] else "red"
        return f"[{colour}]{ratio:.2f}[/]"
    return f"{ratio:.2f}"


def _tell(console, content, check):
    for result in content["results"]:
        if result.get("error"):
            continue
        if result["unit"] != "step":
            work = ", ".join(f"{name} {row['work']}" for name, row in result["variants"].items())
            console.print(
                f"[dim]{result['case']} on {result['backend']}: ms a {result['unit']}, of which there are: {work}; "
                f"to {result['base']}, the fastest of the others.[/]",
                soft_wrap=True,
            )
        if result["why_no_keras"]:
            console.print(
                f"[dim]{result['case']} on {result['backend']}: no fit of Keras's own: "
                f"{escape(result['why_no_keras'])}.[/]",
                soft_wrap=True,
            )
        for name, reason in result["failed"].items():
            console.print(
                f"[dim]{result['case']} on {result['backend']}: no {name}: {escape(reason)}.[/]",
                soft_wrap=True,
            )
        if sentence := bars.gap(result):
            console.print(f"[yellow]{escape(sentence)}.[/]", soft_wrap=True)
        if busy(result["load"][1]):
            console.print(f"[yellow]{result['case']} on {result['backend']}: the machine was busy.[/]")
    for entry in content["time_to"]:
        console.print(_time_to(entry), soft_wrap=True)
    for sentence in content["missed"]:
        console.print(f"[{'bold red' if check else 'yellow'}]{escape(sentence)}.[/]", soft_wrap=True)
    if not content["missed"]:
        console.print("[bold green]Every bar is held.[/]")


def _time_to(entry):
    where = f"{entry['data']} to {entry['share']:.2%} on {entry['backend']} in {entry['precision']}"
    if "error" in entry:
        return f"[bold red]{where}: not measured: {escape(entry['error'])}[/]"
    words = []
    for name, found in entry["variants"].items():
        took = "not reached" if found["seconds"] is None else f"{found['seconds']:.1f} s"
        words.append(f"{name} {took} ({several(found['epochs'], 'epoch')}, {found['accuracies'][-1]:.2%})")
    return f"{where}: {', '.join(words)}"


def busy(load):
    """Whether other processes are likely to disturb a measurement: more than one process for each core."""
    return load is not None and load > cores() + 0.5


def _warn_if_busy(console):
    load, there = machine.load(), cores()
    if load is not None and load > 0.5:
        console.print(
            f"[yellow]Other processes keep {load:.1f} of {there} cores busy; the times will vary.[/]",
            soft_wrap=True,
        )


def _cases(names, precision):
    for name in names or ():
        case.check(name)
        if name not in case.names(precision):
            raise CourseError(f"The case {name} is measured in float32 only.")
    return list(names or case.names(precision))


def _backends(name, device, precision):
    for value, known, option in (
        (device, ("cpu", "gpu"), "--device"),
        (precision, ("float32", "bfloat16"), "--precision"),
    ):
        if value not in known:
            raise CourseError(f"{option} {value} is none of {', '.join(known)}.")
    if name is not None and name not in backends.BACKENDS:
        raise CourseError(f"--backend {name} is none of {', '.join(backends.BACKENDS)}.")
    found = [b for b in backends.BACKENDS if backends.installed(b) and name in (None, b)]
    if not found:
        raise CourseError(f"{name or 'No backend'} is not installed: {backends.install(name or 'jax')}")
    if "jax" in found and not backends.installed("optax"):
        raise CourseError(f"The native loop on JAX is written with optax: {backends.install('bench')}")
    if precision == "bfloat16":
        found = [b for b in found if b != "tensorflow"]
        if not found:
            raise CourseError("--precision bfloat16 is measured on jax and torch.")
    return found
