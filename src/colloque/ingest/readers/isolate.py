"""Rows from a child process (`child.py`): whatever the file does to the library that reads it, this process goes on.

A child that says nothing for too long is ended; one that dies is a broken file. Knows nothing of the formats.
"""

import marshal
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from colloque.errors import DependencyError, InputError
from colloque.ingest.raw import Row

__all__ = ["Replay", "ask", "messages"]

_CHILD = Path(__file__).with_name("child.py")
_SILENCE = 5.0
"""Seconds without a message for a small file; a second more for each megabyte."""
_KEPT = 1000
_INSTALL = {
    "python_calamine": "pip install 'colloque[tables]'",
    "pyreadstat": "pip install 'colloque[tables]'",
}


def messages(what: str, path: Path, *more: str) -> Iterator[tuple[str, Any]]:
    """The child's messages. Raises InputError for a broken file, DependencyError when the library is missing."""
    silence = _SILENCE + path.stat().st_size / 1_000_000
    command = [sys.executable, "-P", str(_CHILD), what, str(path), *more]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as child:
        assert child.stdout is not None
        try:
            yield from _received(child, child.stdout, silence)
        finally:
            child.kill()


def _received(child: "subprocess.Popen[bytes]", stream: Any, silence: float) -> Iterator[tuple[str, Any]]:
    while True:
        timer = threading.Timer(silence, child.kill)
        timer.daemon = True
        timer.start()
        message = _one(stream)
        late = timer.finished.is_set()
        timer.cancel()
        if message is None:
            what = (
                f"no answer from its reader for {silence:.0f} s"
                if late
                else "its reader gave up (out of memory, or a broken file)"
            )
            raise InputError(
                f"the file could not be read: {what}", hint="open it in its own program and save it again, or as CSV"
            )
        kind, value = message
        if kind == "missing":
            raise DependencyError(f"reading this file needs {value}", hint=_INSTALL.get(value, f"pip install {value}"))
        if kind == "error":
            locked = "password" in value.lower() or "encrypt" in value.lower()
            what = "protected by a password" if locked else f"broken ({value})"
            raise InputError(f"the file is {what}", hint="open it in its own program and save it again")
        if kind == "end":
            return
        yield kind, value


def _one(stream: BinaryIO) -> tuple[str, Any] | None:
    head = stream.read(4)
    if len(head) < 4:
        return None
    (length,) = struct.unpack(">I", head)
    data = stream.read(length)
    if len(data) < length:
        return None
    found: tuple[str, Any] = marshal.loads(data)
    return found


def ask(what: str, path: Path) -> Any:
    """The value of a child's only message."""
    return next(iter([value for _, value in messages(what, path)]), None)


class Replay:
    """Rows of one child, as often as they are asked for: the first thousand are kept, the rest is read on or read anew."""

    def __init__(self, open_rows: Callable[[], Iterator[Row]]) -> None:
        self._open = open_rows
        self._live: Iterator[Row] | None = open_rows()
        self._kept: list[Row] = []
        self._whole = False

    def rows(self) -> Iterator[Row]:
        """The rows from the first on."""
        at = 0
        while True:
            if at < len(self._kept):
                yield self._kept[at]
                at += 1
            elif self._whole:
                return
            elif self._live is not None and len(self._kept) < _KEPT:
                row = next(self._live, None)
                if row is None:
                    self._whole = True
                    return
                self._kept.append(row)
            else:
                break
        live, self._live = self._live, None
        yield from live if live is not None else islice(self._open(), at, None)
