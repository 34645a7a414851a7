"""Counts of what real files hold, made without any of the readers: plain csv, json and struct, written anew.

Used by the tests and by bench/ingest.py to check the readers' figures. Answers that identify are counted as answered
here: the readers take them out and say how many.
"""

import csv
import json
import struct
from collections import Counter
from pathlib import Path
from typing import Any

STATES = ("answered", "skipped", "not_shown", "refused", "unknown", "not_applicable")
DPQ_ITEMS = [f"DPQ{number:03d}" for number in range(10, 110, 10)]


def count_fhir(path: Path, blank: Path | None = None) -> Counter[str]:
    """Answers of one FHIR response by state: a question with a value is answered, one without is skipped."""
    response = json.loads(path.read_text(encoding="utf-8"))
    form = json.loads(blank.read_text(encoding="utf-8")) if blank else {}
    asked: dict[str, dict[str, Any]] = {}
    _gather(form.get("item", []), asked)
    counts: Counter[str] = Counter()

    def visit(items: list[dict[str, Any]], expected: list[dict[str, Any]]) -> None:
        present = {item["linkId"] for item in items}
        for item in items:
            answers = item.get("answer", [])
            if answers:
                counts["answered"] += 1
            elif not item.get("item") and item.get("text"):
                counts["skipped"] += 1
            below = list(item.get("item", []))
            if below:
                visit(below, asked.get(item["linkId"], {}).get("item", []))
            for answer in answers:
                if answer.get("item"):
                    visit(answer["item"], [])
        for one in expected:
            if one["linkId"] not in present and one.get("type") not in ("group", "display") and one.get("text"):
                counts["not_shown" if one.get("_conditional") else "skipped"] += 1

    visit(response["item"], form.get("item", []))
    return counts


def _gather(items: list[dict[str, Any]], into: dict[str, dict[str, Any]], conditional: bool = False) -> None:
    for item in items:
        item["_conditional"] = conditional or bool(item.get("enableWhen"))
        into[item["linkId"]] = item
        _gather(item.get("item", []), into, item["_conditional"])


def count_redcap(data: Path, dictionary: Path) -> tuple[int, Counter[str]]:
    """Respondents, and answers by state, of a REDCap project; the two conditions of the longitudinal one written out."""
    with dictionary.open(encoding="utf-8", newline="") as file:
        fields = [row for row in csv.DictReader(file) if row["Field Type"] not in ("descriptive", "file", "sql")]
    with data.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    key = next(iter(rows[0]))
    conditions = {
        "given_birth": lambda row: row["sex"] == "0",
        "num_children": lambda row: row["sex"] == "0" and row["given_birth"] == "1",
    }
    counts: Counter[str] = Counter()
    empty = {row[key] for row in rows}
    for row in rows:
        for form in dict.fromkeys(field["Form Name"] for field in fields):
            if row.get("redcap_repeat_instrument") and row["redcap_repeat_instrument"] != form:
                continue
            states = []
            for field in fields:
                name = field["Variable / Field Name"]
                if field["Form Name"] != form or name == key:
                    continue
                boxes = [value for column, value in row.items() if column.startswith(name + "___")]
                value = "x" if "1" in boxes else "" if boxes else row.get(name)
                if value is None:
                    continue
                if value:
                    states.append("not_shown" if field["Field Type"] == "calc" else "answered")
                else:
                    states.append("not_shown" if name in conditions and not conditions[name](row) else "skipped")
            touched = any(state == "answered" for state in states) or row.get(f"{form}_complete") in ("1", "2")
            if states and touched:
                counts.update(states)
                empty.discard(row[key])
    forms = [f for f in fields if f["Variable / Field Name"] != key]
    counts["skipped"] += len(empty) * sum(f["Form Name"] == forms[0]["Form Name"] for f in forms)
    return len({row[key] for row in rows}), counts


def nhanes_csv(path: Path) -> dict[int, list[int | None]]:
    """SEQN → the ten raw codes of the PHQ-9 screener, None where blank."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {int(float(r["SEQN"])): [int(float(r[n])) if r[n] else None for n in DPQ_ITEMS] for r in rows}


def nhanes_xpt(path: Path) -> dict[int, list[int | None]]:
    """The same from the SAS transport file: eleven IBM doubles a row, after the fixed headers."""
    raw = path.read_bytes()
    start = raw.index(b"HEADER RECORD*******OBS     HEADER RECORD") + 80
    found = {}
    for at in range(start, len(raw) - 87, 88):
        values = [_ibm(raw[at + 8 * n : at + 8 * n + 8]) for n in range(11)]
        if values[0]:
            found[values[0]] = values[1:]
    return found


def _ibm(eight: bytes) -> int | None:
    if eight[:1] == b"." or eight == b" " * 8:
        return None
    (bits,) = struct.unpack(">Q", eight)
    return int((bits & ((1 << 56) - 1)) * 16.0 ** (((bits >> 56) & 0x7F) - 78) + 0.5)


def count_nhanes(answers: dict[int, list[int | None]]) -> Counter[str]:
    """Answers by state: 7 refused, 9 does not know; the tenth is not asked when the nine are zero."""
    counts: Counter[str] = Counter()
    for codes in answers.values():
        for number, code in enumerate(codes, start=1):
            if code is None:
                unasked = number == 10 and all(other == 0 for other in codes[:9])
                counts["not_shown" if unasked else "skipped"] += 1
            else:
                counts[{7: "refused", 9: "unknown"}.get(code, "answered")] += 1
    return counts
