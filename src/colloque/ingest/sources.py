"""Paths → files to read, and what lies beside them: blank FHIR forms and REDCap dictionaries.

Walks folders in a fixed order; passes over hidden files, lock files and the texts that explain a folder.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from colloque.errors import InputError
from colloque.ingest.decode import encoding_of, sample_of
from colloque.ingest.mapping import TableMap
from colloque.ingest.raw import Hints
from colloque.ingest.readers.fhir import definition_keys
from colloque.ingest.readers.fhir_values import dicts
from colloque.ingest.readers.redcap_dictionary import is_dictionary

__all__ = ["files_of", "hints_for"]

_EXPLAINS = re.compile(r"^(readme|lisezmoi|licen[cs]e|copying|notice|source|changelog|authors)\b", re.IGNORECASE)
_BESIDE = 300
"""Files looked at beside those to read; a folder with more is not searched for blank forms."""
_BLANK = 8_000_000


def files_of(paths: Sequence[Path]) -> Iterator[tuple[Path, bool]]:
    """The files in order, with whether each was named by the user rather than found in a folder.

    Raises InputError for a path that is not there, is neither file nor folder, or for an empty folder.
    """
    for path in paths:
        if path.is_dir():
            found = sorted(_inside(path))
            if not found:
                raise InputError(
                    "the folder holds no file to read", file=path, hint="put questionnaires in it, or name the files"
                )
            yield from ((file, False) for file in found)
        elif path.is_file():
            yield path, True
        elif path.exists():
            raise InputError("neither a file nor a folder", file=path, hint="name a file or a folder")
        else:
            raise InputError("no such file or folder", file=path, hint="check the path")


def _inside(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        parts = path.relative_to(folder).parts
        if any(part.startswith((".", "~$", "__MACOSX")) for part in parts) or _EXPLAINS.match(path.name):
            continue
        if path.is_file():
            yield path


def hints_for(files: Sequence[Path], given: TableMap | None) -> Hints:
    """The mapping, and the blank forms and dictionaries among the files and beside them."""
    folders = dict.fromkeys(file.parent for file in files)
    beside = [path for folder in folders for path in _neighbours(folder)]
    definitions: dict[str, Any] = {}
    dictionaries: dict[str, Path] = {}
    for path in dict.fromkeys([*files, *beside]):
        try:
            head = sample_of(path, 4096)
        except OSError:
            continue
        text = head.decode(encoding_of(head), "replace").lstrip("\ufeff \r\n\t")
        if text[:1] in ("{", "["):
            definitions |= _definitions(path, text)
        elif is_dictionary(text.splitlines()[0] if text else ""):
            dictionaries[str(path)] = path
    return Hints(given, definitions, dictionaries)


def _neighbours(folder: Path) -> list[Path]:
    try:
        found = [path for path in sorted(folder.iterdir()) if path.is_file() and not path.name.startswith(".")]
    except OSError:
        return []
    return found if len(found) <= _BESIDE else []


def _definitions(path: Path, head: str) -> dict[str, Any]:
    import json

    if not re.search(r'"resourceType"\s*:\s*"(?:Questionnaire|Bundle)"', head) or path.stat().st_size > _BLANK:
        return {}
    try:
        raw = path.read_bytes()
        document = json.loads(raw.decode(encoding_of(raw[:4096]), "replace").lstrip("\ufeff"))
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(document, dict):
        return {}
    entries = [entry.get("resource") for entry in dicts(document.get("entry"))]
    found: dict[str, Any] = {}
    for resource in (document, *entries):
        if isinstance(resource, dict) and resource.get("resourceType") == "Questionnaire":
            found |= dict.fromkeys(definition_keys(resource), resource)
    return found
