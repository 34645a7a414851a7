"""The journal: what is acknowledged is on the disk, whatever kills the process; what it refuses, it says in words."""

import os
import signal
import sqlite3
import subprocess
import sys
from concurrent.futures import Future
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from colloque.errors import InputError
from colloque.store.journal import Entry, Journal, Spent

WRITER = """
import sys
from pathlib import Path
from colloque.store.journal import Entry, Journal
journal = Journal(Path(sys.argv[1]))
for number in range(100_000):
    journal.write(Entry(f"k{number}", "m", f"r{number}", "ok", body=b"x" * 2000))
    print(number, flush=True)
"""


def entry(key: str, **keys: object) -> Entry:
    return Entry(key, "m", f"r-{key}", "ok")._replace(**keys)  # type: ignore[arg-type]


@given(body=st.binary(max_size=3000), note=st.text(max_size=50))
@settings(max_examples=25, deadline=None)
def test_what_is_written_is_read(tmp_path_factory: pytest.TempPathFactory, body: bytes, note: str) -> None:
    note = note.encode("utf-8", "replace").decode().replace("\0", "")
    journal = Journal(tmp_path_factory.mktemp("j") / "journal.sqlite")
    journal.write(entry("k", body=body, note=note, prompt_tokens=3, completion_tokens=5))
    assert journal.get("k") == entry("k", body=body, note=note, prompt_tokens=3, completion_tokens=5)
    assert journal.get("other") is None
    journal.close()


def test_kill_9_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    for _ in range(3):
        process = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        acknowledged = [int(process.stdout.readline()) for _ in range(40)]
        process.send_signal(signal.SIGKILL)
        acknowledged += [int(line) for line in process.stdout.read().split("\n")[:-1] if line.isdigit()]
        process.wait()
        process.stdout.close()
        journal = Journal(path)
        assert all(journal.get(f"k{number}") for number in acknowledged)
        assert journal.release() >= len(acknowledged)
        journal.close()


def test_plain_tools_read_it(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    journal = Journal(path)
    journal.write(entry("k", body="déjà payé".encode()))
    with sqlite3.connect(path) as connection:
        (row,) = connection.execute("SELECT model, request, state, body FROM reply")
    assert row[:3] == ("m", "r-k", "ok")
    assert zstandard.ZstdDecompressor().decompress(row[3]).decode() == "déjà payé"
    journal.close()


def test_states_are_counted_released_and_pruned(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    journal = Journal(path)
    for number in range(20):
        state = "refused" if number % 4 == 0 else "ok"
        journal.write(entry(f"k{number}", state=state, prompt_tokens=10, completion_tokens=1, body=b"y" * 50_000))
    assert journal.spent("m") == Spent(20, 200, 20)
    assert [e.request for e in journal.entries("refused")] == [f"r-k{n}" for n in (0, 4, 8, 12, 16)]
    assert journal.release("refused", model="other") == 0
    assert journal.release("refused") == 5
    assert len(list(journal.entries())) == 15
    journal.release()
    journal.prune()
    assert journal.spent() == Spent()
    journal.close()


def test_a_row_asked_again_keeps_what_both_calls_cost(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.sqlite")
    journal.write(entry("k", state="broken", prompt_tokens=10, body=b"?"))
    journal.write(entry("k", prompt_tokens=10, body=b"!"))
    assert journal.get("k") == entry("k", prompt_tokens=20, body=b"!")
    journal.close()


def test_many_writers_are_committed_together(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.sqlite")
    futures: list[Future[None]] = []
    for number in range(500):
        future: Future[None] = Future()
        journal.put(entry(f"k{number}"), lambda error, future=future: future.set_result(error))  # type: ignore[misc]
        futures.append(future)
    assert {future.result(30) for future in futures} == {None}
    journal.close()


def test_what_is_no_journal_is_refused_in_words(tmp_path: Path) -> None:
    other = tmp_path / "other.sqlite"
    other.write_bytes(b"not a database at all, but long enough to be taken for one" * 50)
    with pytest.raises(InputError, match="not a journal"):
        Journal(other)
    if os.getuid() != 0:
        (tmp_path / "closed").mkdir(mode=0o500)
        with pytest.raises(InputError):
            Journal(tmp_path / "closed" / "journal.sqlite")
