"""JSON and JSON lines → objects, one by one: which of them are FHIR and which are ours is decided object by object.

Holds one line, or one whole JSON document of bounded size. Deep nesting is reported, not followed.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from colloque.errors import InputError
from colloque.ingest.decode import encoding_of, sample_of
from colloque.ingest.raw import Fault, Form, Hints
from colloque.ingest.readers.fhir import fhir_forms, is_fhir
from colloque.ingest.readers.json_stream import elements_of
from colloque.ingest.readers.records import lines_of, read_objects

__all__ = ["read_json", "read_json_lines"]

LONGEST = 64_000_000
"""Bytes of one JSON line. One resource of a real server stays below 1 MB; 64 MB take about 700 MB as Python objects."""


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    if path.name.endswith((".zst", ".zstd")) or sample_of(path, 4) == b"\x28\xb5\x2f\xfd":
        import io

        import zstandard

        with (
            path.open("rb") as raw,
            zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(raw, read_across_frames=True) as packed,
        ):
            yield io.BufferedReader(packed)
    else:
        with path.open("rb") as file:
            yield file


def read_json_lines(path: Path, hints: Hints) -> Iterator[Form | Fault]:
    """An object a line; a line that is none is a Fault. Raises InputError for a broken compressed file."""
    import zstandard

    try:
        with _opened(path) as file:
            yield from _mixed(_parsed(file), hints)
    except zstandard.ZstdError as error:
        raise InputError(f"the compressed file is broken: {error}", hint="compress it again") from error


def _parsed(file: BinaryIO) -> Iterator[tuple[str, Any] | Fault]:
    for number, line in lines_of(file, LONGEST):  # type: ignore[arg-type]
        place = f"line {number}"
        if line is None:
            yield Fault(place, "too_large", f"a line beyond {LONGEST // 1_000_000} MB", "write one record a line")
            continue
        if not line.strip():
            continue
        try:
            yield place, json.loads(line.decode(encoding_of(line[:65536]), "replace").lstrip("\ufeff"))
        except RecursionError:
            yield Fault(place, "broken_row", "nested too deeply to be a questionnaire", "export it anew")
        except ValueError as error:
            yield Fault(place, "broken_row", f"not JSON: {error}", "one JSON object a line", _head(line))


def _head(line: bytes) -> str:
    return line[:2000].decode("utf-8", "replace")


def _mixed(objects: Iterator[tuple[str, Any] | Fault], hints: Hints) -> Iterator[Form | Fault]:
    """FHIR resources go their way, all others theirs, in one stream."""

    def others() -> Iterator[tuple[str, Any] | Fault]:
        for entry in objects:
            if not isinstance(entry, Fault) and is_fhir(entry[1]):
                waiting.extend(fhir_forms(entry[1], entry[0], hints))
                if waiting:
                    yield Fault("", "")
            else:
                yield entry

    waiting: list[Form | Fault] = []
    for form in read_objects(others(), hints):
        if waiting:
            yield from waiting
            waiting.clear()
        if not (isinstance(form, Fault) and not form.reason):
            yield form
    yield from waiting


def read_json(path: Path, hints: Hints) -> Iterator[Form | Fault]:
    """One JSON document: a resource, a Bundle, a record, a list. The elements of a long list are read one by one."""
    yield from _mixed(elements_of(path), hints)
