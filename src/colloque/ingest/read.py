"""Files and folders → questionnaires, as they are read: recognise, read, finish, account for everything.

The public door of this package. Yields lazily; holds one questionnaire at a time.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from colloque.core import Drop, Questionnaire, Source, content_id
from colloque.errors import DependencyError, InputError
from colloque.ingest.account import Account, FileAccount
from colloque.ingest.finish import Finished, Finisher
from colloque.ingest.mapping import TableMap, load_map
from colloque.ingest.raw import Fault, Form, Hints
from colloque.ingest.sniff import format_of, reader_of
from colloque.ingest.sources import files_of, hints_for
from colloque.progress import note

__all__ = ["OnDrop", "read_questionnaires", "read_with_drops"]

OnDrop = Callable[[Drop], None]
_NOTED = 5
MapLike = TableMap | str | Path | dict[str, Any] | None


def read_questionnaires(*paths: str | Path, map: MapLike = None, deidentify: bool = True) -> Iterator[Questionnaire]:
    """Questionnaires of files and folders, as they are read. Broken rows are reported on stderr and passed over.

    Raises InputError when a file that was named cannot be used at all, or when nothing can be read.
    """
    count = 0

    def report(drop: Drop) -> None:
        nonlocal count
        count += 1
        if count <= _NOTED:
            note(_line(drop))

    yield from read_with_drops(paths, map=map, deidentify=deidentify, on_drop=report)
    if count > _NOTED:
        note(f"… and {count - _NOTED} more")


def _line(drop: Drop) -> str:
    where = ", ".join(part for part in (drop.source.file, drop.source.place) if part)
    return f"{where}: {drop.detail or drop.reason}"


def read_with_drops(
    paths: "tuple[str | Path, ...] | list[str | Path] | list[Path] | tuple[Path, ...]",
    *,
    map: MapLike = None,
    deidentify: bool = True,
    on_drop: OnDrop | None = None,
    account: Account | None = None,
    finisher: Finisher | None = None,
) -> Iterator[Questionnaire]:
    """The same, with every Drop handed to `on_drop` and every figure to `account`.

    `finisher` fixes shares of splits, seed and key. Raises InputError as `read_questionnaires` does.
    """
    given = load_map(map)
    account = Account() if account is None else account
    finisher = finisher or Finisher(deidentify=deidentify)
    files = list(files_of([Path(os.fspath(path)) for path in paths]))
    if not files:
        raise InputError("no file was named", hint="name a file or a folder of questionnaires")
    hints = hints_for([file for file, _ in files], given)
    first: InputError | None = None
    for file, named in files:
        shown = FileAccount(file.name)
        account.files.append(shown)
        drops = _Drops(shown, on_drop, finisher.deidentify)
        try:
            yield from _read(file, hints, finisher, account, shown, drops)
        except (InputError, DependencyError) as error:
            if isinstance(error, InputError) and not error.file:
                error = InputError(str(error), file=file, place=error.place, hint=error.hint)
            if (named and (shown.read == 0 or len(files) == 1)) or isinstance(error, DependencyError):
                raise error from None
            first = first or error
            drops.add(Fault("", "unreadable_file", str(error), error.hint))
    if account.states["answered"] == 0 and not any(file.kept and file.format == "redcap" for file in account.files):
        raise first or _nothing(account, files[0][0])


def _nothing(account: Account, file: Path) -> InputError:
    dropped = account.dropped
    if dropped:
        reasons = ", ".join(f"{reason} × {count}" for reason, count in sorted(dropped.items()))
        hint = "a questionnaire needs at least one question with an answer; `colloque ingest --preview` shows what was understood"
        return InputError(f"no questionnaire could be read: {reasons}", file=file, hint=hint)
    return InputError(
        "no questionnaire was found",
        file=file,
        hint="a blank form or a data dictionary holds no answers: give the responses too",
    )


class _Drops:
    """Makes a Drop of each Fault, counts it and hands it on."""

    def __init__(self, shown: FileAccount, on_drop: OnDrop | None, deidentify: bool) -> None:
        self.shown, self.on_drop, self.deidentify = shown, on_drop, deidentify

    def add(self, fault: Fault) -> None:
        self.shown.dropped[fault.reason] += 1
        if self.on_drop is None:
            return
        detail = f"{fault.detail} → {fault.remedy}" if fault.remedy else fault.detail
        self.on_drop(Drop(
            id=content_id("x", self.shown.file, fault.place, fault.reason),
            stage="ingest",
            reason=fault.reason,
            detail=detail,
            source=Source(file=self.shown.file, place=fault.place),
            # A row that could not be understood may hold a name anywhere: it stays in its file alone.
            record="" if self.deidentify else fault.record,
        ))  # fmt: skip


def _read(
    file: Path, hints: Hints, finisher: Finisher, account: Account, shown: FileAccount, drops: _Drops
) -> Iterator[Questionnaire]:  # fmt: skip
    try:
        shown.format = format_of(file)
        if shown.format == "dictionary":
            return
        forms: Iterator[Form | Fault] = reader_of(shown.format)(file, hints)
        for form in forms:
            if isinstance(form, Fault):
                drops.add(form)
                continue
            finished = finisher.finish(form, file.name)
            if isinstance(finished, Fault):
                drops.add(finished)
                continue
            yield _kept(finished, account, shown)
    except PermissionError as error:
        raise InputError("permission denied", file=file, hint="check the rights of the file and its folder") from error


def _kept(finished: Finished, account: Account, shown: FileAccount) -> Questionnaire:
    account.keep(shown, finished.questionnaire, finished.masked, finished.left)
    if finished.remark and len(shown.remarks) < 1000:
        shown.remarks.append(f"{finished.questionnaire.source.place}: {finished.remark}")
    return finished.questionnaire
