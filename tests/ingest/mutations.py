"""Broken inputs, by number: seed files of every format and the ways in which files break. Deterministic.

Used by a small test and, with 20,000 of them, by bench/ingest.py.
"""

import csv
import datetime
import io
import json
import random
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

EXAMPLES = Path(__file__).parents[2] / "examples" / "questionnaires"
ROWS = [
    ["patient", "Date", "Dormez-vous bien ?", "Fumez-vous ?", "PHQ9_1", "Commentaire"],
    ["P1", "12/03/2024", "Non, mal", "5 cig/jour", "2", "né le 12/03/1950, tel 06 12 34 56 78"],
    ["P2", "13/03/2024", "Oui", "non", "0", "RAS"],
    ["P3", "14/03/2024", "-", "NSP", "9", "voir Mme Dupont ; « ça va »"],
    ["P4", "15/03/2024", "", "jamais", "3", '5" de long'],
]
DICTIONARY = (
    '"Variable / Field Name","Form Name","Section Header","Field Type","Field Label","Choices, Calculations, OR Slider Labels"\n'
    'record_id,f,,text,ID,\nq1,f,,radio,Dormez-vous bien ?,"0, Non | 1, Oui"\nq2,f,,checkbox,Quels symptômes ?,"1, Fatigue | 2, Douleur"\n'
)
Seed = tuple[str, bytes]


def _workbook() -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    for row in ROWS:
        sheet.append(row)
    sheet.append(["P5", datetime.datetime(2024, 3, 16), "=1+1", "=cmd|' /C calc'!A0", 1, 3.5])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _xls() -> bytes:
    import xlwt

    book = xlwt.Workbook()
    sheet = book.add_sheet("F")
    for r, row in enumerate(ROWS):
        for c, value in enumerate(row):
            sheet.write(r, c, value)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _ods() -> bytes:
    cells = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{v.replace("&", "").replace("<", "")}</text:p></table:table-cell>'
            for v in row
        )
        + "</table:table-row>"
        for row in ROWS
    )
    content = (
        '<?xml version="1.0"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2">'
        f'<office:body><office:spreadsheet><table:table table:name="F">{cells}</table:table></office:spreadsheet></office:body></office:document-content>'
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
    return out.getvalue()


def _csv(delimiter: str, encoding: str) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerows(ROWS)
    return out.getvalue().encode(encoding, "replace")


def _parquet() -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist([dict(zip(ROWS[0], row, strict=True)) for row in ROWS[1:]]), out)
    return out.getvalue()


def _xpt() -> bytes:
    """Two columns, three rows, as SAS writes them."""

    def card(text: str) -> bytes:
        return text.encode().ljust(80)

    def variable(number: int, kind: int, length: int, name: str, label: str, at: int) -> bytes:
        head = kind.to_bytes(2, "big") + b"\0\0" + length.to_bytes(2, "big") + number.to_bytes(2, "big")
        raw = head + name.encode().ljust(8) + label.encode().ljust(40) + b"\0" * 28
        return raw[:84].ljust(84, b"\0") + at.to_bytes(4, "big") + b"\0" * 52

    names = variable(1, 1, 8, "SEQN", "Sequence number", 0) + variable(2, 2, 12, "SLEEP", "Do you sleep well?", 8)
    rows = b"".join(
        bytes.fromhex(f"41{n}0000000000000"[:16]) + text.encode().ljust(12)
        for n, text in ((1, "no"), (2, "yes"), (3, "badly"))
    )
    return b"".join([
        card("HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!000000000000000000000000000000"),
        card("SAS     SAS     SASLIB  9.4"), card("01JAN24:00:00:00"),
        card("HEADER RECORD*******MEMBER  HEADER RECORD!!!!!!!000000000000000001600000000140"),
        card("HEADER RECORD*******DSCRPTR HEADER RECORD!!!!!!!000000000000000000000000000000"),
        card("SAS     F       SASDATA 9.4"), card("01JAN24:00:00:00"),
        card("HEADER RECORD*******NAMESTR HEADER RECORD!!!!!!!000000000200000000000000000000"),
        names.ljust(-(-len(names) // 80) * 80),
        card("HEADER RECORD*******OBS     HEADER RECORD!!!!!!!000000000000000000000000000000"),
        rows.ljust(80),
    ])  # fmt: skip


def _sav() -> bytes:
    """An SPSS file, when pyreadstat is there to write one."""
    import tempfile

    import pandas
    import pyreadstat

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "f.sav"
        frame = pandas.DataFrame({"subjid": [1.0, 2.0], "Q1": [0.0, 9.0], "Q2": ["mal", "bien"]})
        pyreadstat.write_sav(frame, str(path), column_labels=["Sujet", "Dormez-vous mal ?", "Comment allez-vous ?"])
        return path.read_bytes()


@cache
def seeds() -> list[Seed]:
    """One small whole file of each format: (name, bytes)."""
    fhir = (EXAMPLES / "fhir" / "QuestionnaireResponse-cardio-1.json").read_bytes()
    bundle = (EXAMPLES / "fhir" / "Bundle-suivi.json").read_bytes()
    records = [
        json.dumps({"patient": row[0], "answers": [{"question": ROWS[0][2], "answer": row[2]}]}, ensure_ascii=False)
        for row in ROWS[1:]
    ]
    ndjson = "\n".join([json.dumps(json.loads(fhir)), *records]) + "\n"
    redcap = "record_id,redcap_event_name,q1,q2___1,q2___2,f_complete\n1,a,1,0,1,2\n1,b,0,0,0,0\n2,a,UNK,1,1,2\n"
    lime = "Response ID\tDate submitted\tLast page\tComment ?\nid\tsubmitdate\tlastpage\tQ1\n1\t2024-01-02\t2\tBien{newline}mais {lbrace}\n"
    found = [
        ("fatigue.md", (EXAMPLES / "fatigue.md").read_bytes()),
        ("humeur.md", (EXAMPLES / "humeur.md").read_bytes()),
        ("maternite.md", (EXAMPLES / "maternite-pediatrie.md").read_bytes()),
        ("douleur.txt", (EXAMPLES / "douleur.txt").read_bytes()),
        ("consultations.csv", (EXAMPLES / "consultations.csv").read_bytes()),
        ("wide.csv", _csv(";", "cp1252")), ("comma.csv", _csv(",", "utf-8-sig")), ("tab.tsv", _csv("\t", "utf-16")),
        ("one.json", fhir), ("bundle.json", bundle), ("lines.ndjson", ndjson.encode()),
        ("redcap.csv", redcap.encode()), ("dictionary.csv", DICTIONARY.encode()), ("vv.csv", lime.encode()),
        ("book.xlsx", _workbook()), ("book.ods", _ods()), ("data.parquet", _parquet()), ("data.xpt", _xpt()),
    ]  # fmt: skip
    for name, make in (("book.xls", _xls), ("data.sav", _sav)):
        try:
            found.append((name, make()))
        except ImportError:
            continue
    return found


def _truncated(data: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data) + 1)]


def _flipped(data: bytes, rng: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.choice((1, 3, 10, 100))):
        if changed:
            changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


def _nuls(data: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(data) + 1)
    return data[:at] + b"\0" * rng.choice((1, 7, 4096)) + data[at:]


def _recoded(data: bytes, rng: random.Random) -> bytes:
    text = data.decode("utf-8", "replace")
    return text.encode(
        rng.choice(("utf-16", "utf-16-le", "utf-32", "cp850", "mac_roman", "cp1252", "utf-7", "ascii")), "replace"
    )


def _shuffled_lines(data: bytes, rng: random.Random) -> bytes:
    lines = data.split(b"\n")
    rng.shuffle(lines)
    return b"\n".join(lines)


def _swapped_columns(data: bytes, rng: random.Random) -> bytes:
    mark = rng.choice((b";", b",", b"\t", b"|"))
    lines = []
    for line in data.split(b"\n"):
        cells = line.split(mark)
        rng.shuffle(cells)
        lines.append(mark.join(cells))
    return b"\n".join(lines)


def _dropped_and_doubled(data: bytes, rng: random.Random) -> bytes:
    lines = [line for line in data.split(b"\n") for _ in range(rng.choice((0, 1, 1, 1, 2)))]
    return b"\n".join(lines)


def _unquoted(data: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(data) + 1)
    return (
        data[:at]
        + rng.choice((b'"', b"'", b'"""', b"\r", b";", b"|", b"**", b"[", b"{")) * rng.choice((1, 1, 30))
        + data[at:]
    )


def _formulas(data: bytes, rng: random.Random) -> bytes:
    evil = rng.choice(
        (
            b"=cmd|' /C calc'!A0",
            b'=HYPERLINK("http://x")',
            b"@SUM(1)",
            b"+1+1",
            b"-2+3",
            b"<script>alert(1)</script>",
            b"{{ 7*7 }}",
            b"../../etc/passwd",
            b"%s%n",
            "\u202e\u0000😀".encode(),
        )
    )
    return data.replace(rng.choice((b"Non", b"non", b"oui", b"2", b"e ")), evil)


def _joined(data: bytes, rng: random.Random) -> bytes:
    return data + rng.choice(seeds())[1]


def _nested(data: bytes, rng: random.Random) -> bytes:
    depth = rng.choice((50, 500, 5_000, 100_000))
    kind = rng.randrange(4)
    if kind == 0:
        return b"[" * depth + b"]" * depth
    if kind == 1:
        return b'{"item":' * depth + b"1" + b"}" * depth
    if kind == 2:
        inner = (
            b'{"linkId":"1","text":"Q ?","answer":[{"valueString":"a"}]'
            + b',"item":[{"linkId":"1","text":"Q ?","answer":[{"valueString":"b"}]' * min(depth, 5000)
        )
        return b'{"resourceType":"QuestionnaireResponse","item":[' + inner + b"}]" * min(depth, 5000) + b"}]}"
    return b"> " * depth + b"Q : a ?\n" + b"  " * depth + b"R : b\n" + b"(" * depth


def _huge_cell(data: bytes, rng: random.Random) -> bytes:
    filler = rng.choice(
        (b"a", b"a ", b"Dr A ", b'""', b"0 ", b"?", b"Q : ", b"**", b"-", b"a@", "é".encode(), b"Marie Dupont ", b"06 ")
    )
    huge = filler * (rng.choice((200_000, 10_000_000)) // len(filler))
    kind = rng.randrange(4)
    if kind == 0:
        return b"patient;Dormez-vous bien ?;Fumez-vous ?\n1;" + huge + b";oui\n2;non;non\n"
    if kind == 1:
        return b"Q : Dormez-vous bien ?\nR : " + huge + b"\n"
    if kind == 2:
        return json.dumps({"answers": [{"question": "Dormez-vous bien ?", "answer": huge.decode("utf-8")}]}).encode()
    at = rng.randrange(len(data) + 1)
    return data[:at] + huge + data[at:]


def _bomb(data: bytes, rng: random.Random) -> bytes:
    """A workbook whose sheet unpacks to far more than it weighs, or that declares entities that multiply."""
    out = io.BytesIO()
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    xml = f'<?xml version="1.0"?><!DOCTYPE z [<!ENTITY l0 "ha">{laughs}]><worksheet><sheetData><row><c t="inlineStr"><is><t>&l11;</t></is></c></row></sheetData></worksheet>'
    source = zipfile.ZipFile(io.BytesIO(dict(seeds())["book.xlsx"]))
    kind = rng.randrange(3)
    with source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            if name.endswith("sheet1.xml") and kind == 0:
                archive.writestr(
                    name,
                    b"<worksheet><sheetData>"
                    + b" " * rng.choice((20_000_000, 300_000_000))
                    + b"</sheetData></worksheet>",
                )
            elif name.endswith("sheet1.xml") and kind == 1:
                archive.writestr(name, xml)
            elif name.endswith("sheet1.xml"):
                rows = b'<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row>'
                archive.writestr(
                    name,
                    b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>patient</t></is></c></row>'
                    + rows
                    + b"</sheetData></worksheet>",
                )
            else:
                archive.writestr(name, source.read(name))
    return out.getvalue() if kind != 1 or rng.random() < 0.7 else xml.encode()


def _many_columns(data: bytes, rng: random.Random) -> bytes:
    count = rng.choice((300, 5_000, 50_000))
    return (
        b";".join(b"Question %d ?" % n for n in range(count))
        + b"\n"
        + b";".join(b"%d" % (n % 4) for n in range(count))
        + b"\n"
    )


def _noise(data: bytes, rng: random.Random) -> bytes:
    return rng.randbytes(rng.choice((0, 1, 3, 80, 5_000)))


COMMON: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    _truncated, _flipped, _flipped, _nuls, _recoded, _shuffled_lines, _swapped_columns, _dropped_and_doubled, _unquoted,
    _unquoted, _formulas, _joined, _noise,
)  # fmt: skip
HEAVY: tuple[Callable[[bytes, random.Random], bytes], ...] = (_nested, _huge_cell, _bomb, _many_columns)


def mutated(number: int, heavy: float = 0.03) -> tuple[str, str, bytes]:
    """The broken input of this number: (how it was broken, file name, bytes). `heavy`: share of large ones."""
    rng = random.Random(number)
    name, data = rng.choice(seeds())
    ways = [rng.choice(HEAVY)] if rng.random() < heavy else [rng.choice(COMMON) for _ in range(rng.choice((1, 1, 2)))]
    for way in ways:
        data = way(data, rng)
    if rng.random() < 0.1:
        name = rng.choice(("questionnaires.dat", "export.xlsx", "x.json", "sans-extension"))
    return "+".join(way.__name__.strip("_") for way in ways), name, data
