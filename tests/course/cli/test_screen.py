"""Sentences on a terminal end between two words; commands and paths stay whole."""

import io

import pytest

from course.cli.screen import WordConsole

pytestmark = pytest.mark.backend_independent
SENTENCE = "Several results are not judged, because no machine had time for them:"
COMMAND = "course grade handed_in --out grades --slow 40 --regrade u02/ex01"


def printed(terminal, *words, **options):
    stream = io.StringIO()
    console = WordConsole(file=stream, force_terminal=terminal, width=40, no_color=True, highlight=False)
    console.print(*words, **options)
    return stream.getvalue().replace("\x1b[1m", "").replace("\x1b[0m", "").splitlines()


def test_a_terminal_gets_lines_of_whole_words():
    lines = printed(True, f"{SENTENCE} [cyan]{COMMAND}[/], then [bold]merge[/] again.", soft_wrap=True)
    assert " ".join(line.strip() for line in lines) == f"{SENTENCE} {COMMAND}, then merge again."
    assert sum(COMMAND in line for line in lines) == 1
    assert all(len(line.rstrip()) <= 40 for line in lines if COMMAND not in line)
    assert len(lines) > 2


def test_a_file_gets_one_line():
    assert printed(False, f"{SENTENCE} [cyan]{COMMAND}[/]", soft_wrap=True) == [f"{SENTENCE} {COMMAND}"]


def test_an_empty_line_and_a_second_paragraph_stay():
    assert printed(True, "one\n\ntwo", soft_wrap=True) == ["one", "", "two"]
