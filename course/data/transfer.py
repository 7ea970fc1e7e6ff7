"""Fetch one file from a URL: with a timeout, an upper limit and a progress bar."""

import http.client
import urllib.error
import urllib.request

TIMEOUT = 20  # seconds without an answer
PATIENCE = 5  # seconds, for the question whether a file exists
BLOCK = 1 << 16  # bytes


class Unreachable(Exception):
    """The download failed or is incomplete; the message is the reason."""


class NotThere(Exception):
    """The server answered that it has no such file."""


class TooLong(Exception):
    """The file is longer than its content can be."""


def exists(url):
    """Ask whether a file is there, without fetching it."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method="HEAD"), timeout=PATIENCE):
            return True
    except (OSError, ValueError, http.client.HTTPException):
        return False


def download(url, limit):
    """Return the bytes of a file on the web.

    Args:
        url: http or https address.
        limit: number of bytes after which to stop.

    Raises:
        NotThere: the server has no such file.
        TooLong: it is longer than ``limit``.
        Unreachable: no server, no answer in time, or the connection broke.
    """
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT) as response:
            declared = response.headers.get("Content-Length")
            length = int(declared) if declared and declared.isdigit() else None
            if length is not None and length > limit:
                raise TooLong(f"it has {length} bytes, at most {limit} were expected")
            content = _blocks(response, length, limit, url.rsplit("/", 1)[-1])
    except urllib.error.HTTPError as error:
        error.close()
        if error.code in (404, 410):
            raise NotThere(url) from error
        raise Unreachable(f"{url} answered {error.code} {error.reason}") from error
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise Unreachable(f"{url}: {getattr(error, 'reason', None) or error}") from error
    if length is not None and len(content) < length:
        raise Unreachable(f"{url}: the connection broke after {len(content)} of {length} bytes")
    return content


def _blocks(response, length, limit, title):
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    console = Console(stderr=True)
    columns = TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn()
    content = bytearray()
    with Progress(
        *columns, console=console, disable=not (console.is_terminal or console.is_jupyter)
    ) as progress:
        task = progress.add_task(title, total=length)
        while block := response.read(BLOCK):
            content += block
            progress.update(task, completed=len(content))
            if len(content) > limit:
                raise TooLong(f"it has more than {limit} bytes")
    return bytes(content)
