"""The journal of model replies: every raw reply is on the disk before anybody reads it, so that nothing is paid twice.

One SQLite file (write-ahead log, every commit flushed), one row a call, the raw body as a zstd frame. Plain tools read
it: `sqlite3 journal.sqlite "select model, request, state, note from reply"`; a body is one frame for `zstd -d`.
Knows nothing of dialogues, of HTTP or of what a reply means. The file must not live on a network file system.
"""

import queue
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Literal, NamedTuple

from colloque.errors import ColloqueError, DiskError, InputError, RunError

__all__ = ["Entry", "Journal", "Spent", "State"]

State = Literal["ok", "refused", "failed", "broken"]
"""ok: the server answered. refused: it would not, and is not asked again. failed, broken: to be asked again. Refused and failed
rows are the quarantine: their body is what was asked, as JSON."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS reply (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  model TEXT NOT NULL,
  request TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('ok', 'refused', 'failed', 'broken')),
  note TEXT NOT NULL DEFAULT '',
  prompt_tokens INTEGER NOT NULL DEFAULT 0,
  completion_tokens INTEGER NOT NULL DEFAULT 0,
  body BLOB NOT NULL
)
"""
_PUT = (
    "INSERT INTO reply (key, model, request, state, note, prompt_tokens, completion_tokens, body) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO UPDATE SET model = excluded.model, state = excluded.state, note = excluded.note, "
    "prompt_tokens = prompt_tokens + excluded.prompt_tokens, "
    "completion_tokens = completion_tokens + excluded.completion_tokens, body = excluded.body"
)
_COLUMNS = "key, model, request, state, note, prompt_tokens, completion_tokens, body"
_LEVEL = 3  # 2 kB of French: level 3 costs 30 µs a reply and keeps 45 %; level 12 costs ten times that for 2 points


class Entry(NamedTuple):
    """One call: its key, who answered, the caller's id of the request, what became of it, and the raw body."""

    key: str
    model: str
    request: str
    state: State
    note: str = ""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    body: bytes = b""


class Spent(NamedTuple):
    """What a journal has cost so far: calls that were answered or refused, and tokens as the server counted them."""

    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0


Done = Callable[[BaseException | None], None]


class Journal:
    """Open (or begin) a journal. Reads are immediate; writes go through one thread that commits whatever is waiting.

    Raises InputError when the file is no journal or may not be written, DiskError when the disk is full.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        try:
            self._reader = _connect(path)
        except sqlite3.Error as error:
            raise _translate(error, path) from error
        self._waiting: queue.SimpleQueue[tuple[Entry, Done] | None] = queue.SimpleQueue()
        self._writer: threading.Thread | None = None

    def get(self, key: str) -> Entry | None:
        """The row of a key, whatever its state."""
        with self._lock:
            row = self._reader.execute(f"SELECT {_COLUMNS} FROM reply WHERE key = ?", (key,)).fetchone()
        return self._entry(row) if row else None

    def put(self, entry: Entry, done: Done) -> None:
        """Hand over one row; `done(None)` is called from the writer's thread once it is on the disk, else with the error."""
        if self._writer is None:
            with self._lock:
                if self._writer is None:
                    self._writer = threading.Thread(target=self._write, name="journal", daemon=True)
                    self._writer.start()
        self._waiting.put((entry, done))

    def write(self, entry: Entry) -> None:
        """Write one row and wait until it is on the disk."""
        future: Future[None] = Future()
        self.put(entry, lambda error: future.set_exception(error) if error else future.set_result(None))
        future.result()

    def spent(self, model: str | None = None) -> Spent:
        """What has been paid, by one model or by all."""
        where, values = ("WHERE model = ?", (model,)) if model else ("", ())
        query = (
            f"SELECT count(*), coalesce(sum(prompt_tokens), 0), coalesce(sum(completion_tokens), 0) FROM reply {where}"
        )
        with self._lock:
            return Spent(*self._reader.execute(query, values).fetchone())

    def entries(self, *states: State) -> Iterator[Entry]:
        """All rows in the order in which they came, or those in some states: `entries("refused")` is the quarantine."""
        marks = ", ".join("?" * len(states))
        where = f"WHERE state IN ({marks})" if states else ""
        last = -1
        while True:
            query = (
                f"SELECT id, {_COLUMNS} FROM reply {where} {'AND' if where else 'WHERE'} id > ? ORDER BY id LIMIT 500"
            )
            with self._lock:
                rows = self._reader.execute(query, (*states, last)).fetchall()
            if not rows:
                return
            last = rows[-1][0]
            yield from (self._entry(row[1:]) for row in rows)

    def reopen(self, model: str) -> int:
        """Let a model's refused rows be asked again; they stay, with what was asked, until an answer takes their place."""
        query = "UPDATE reply SET state = 'failed' WHERE state = 'refused' AND model = ?"
        with self._lock, self._reader:
            return self._reader.execute(query, (model,)).rowcount

    def release(self, *states: State, model: str | None = None) -> int:
        """Forget the rows in these states, so that they are asked again; returns how many. Without states: all rows."""
        clauses = [f"state IN ({', '.join('?' * len(states))})"] if states else []
        values: list[str] = [*states]
        if model:
            clauses.append("model = ?")
            values.append(model)
        query = "DELETE FROM reply" + (f" WHERE {' AND '.join(clauses)}" if clauses else "")
        with self._lock, self._reader:
            return self._reader.execute(query, values).rowcount

    def prune(self) -> None:
        """Give the space of forgotten rows back to the disk."""
        with self._lock:
            self._reader.execute("VACUUM")

    def close(self) -> None:
        """Write what is waiting, then let go of the file."""
        if self._writer is not None:
            self._waiting.put(None)
            self._writer.join()
            self._writer = None
        with self._lock:
            self._reader.close()

    def _entry(self, row: tuple[str, str, str, State, str, int, int, bytes]) -> Entry:
        import zstandard

        return Entry(*row[:7], zstandard.ZstdDecompressor().decompress(row[7]))

    def _write(self) -> None:
        import zstandard

        packer = zstandard.ZstdCompressor(level=_LEVEL)
        connection = _connect(self.path)
        last = False
        while not last:
            batch = [self._waiting.get()]
            while not self._waiting.empty():
                batch.append(self._waiting.get())
            last = None in batch
            rows = [item for item in batch if item is not None]
            error = _commit(connection, [(*entry[:7], packer.compress(entry.body)) for entry, _ in rows], self.path)
            for _, done in rows:
                done(error)
        connection.close()


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=60.0, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(
        "PRAGMA synchronous = FULL"
    )  # each commit reaches the disk: power loss costs calls in flight only
    with connection:
        connection.execute(_SCHEMA)
    return connection


def _commit(connection: sqlite3.Connection, rows: list[tuple[object, ...]], path: Path) -> ColloqueError | None:
    if not rows:
        return None
    try:
        with connection:
            connection.executemany(_PUT, rows)
    except sqlite3.Error as error:
        return _translate(error, path)
    return None


def _translate(error: sqlite3.Error, path: Path) -> ColloqueError:
    text = str(error)
    if "full" in text or "disk I/O" in text:
        return DiskError(f"{path}: {text}", hint="free some space, then run the same command: no reply is paid twice")
    if "not a database" in text or "malformed" in text:
        return InputError("not a journal of replies", file=path, hint="name another file or remove this one")
    if "readonly" in text or "unable to open" in text:
        return InputError(text, file=path, hint="check the rights of the file and its folder")
    return RunError(f"{path}: {text}", hint="run the same command again: what was written is kept")
