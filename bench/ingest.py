"""How whole, how safe and how fast questionnaires are read: the figures of the "must show" lines of the issue on ingest.

    python bench/ingest.py real         each real file: respondents and answers by state, beside counts made without the readers
    python bench/ingest.py identities   300 planted identities found, ordinary words masked by mistake
    python bench/ingest.py mutations    20,000 broken inputs: tracebacks, hangs over 10 s, peak memory
    python bench/ingest.py speed        a million-row CSV and a 200 MB NDJSON beside pyarrow and polars; peak memory

Real files are looked for in ../shared/data and ../shared/corpus; what is absent is said to be.
"""

import argparse
import json
import multiprocessing
import multiprocessing.connection
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "../shared/data"
CORPUS = ROOT / "../shared/corpus/dialogues.jsonl"
sys.path.insert(0, str(ROOT / "tests" / "ingest"))

import independent_counts as independent  # noqa: E402

STATES = independent.STATES


def real() -> None:
    """Table: file, respondents, answers by state, and whether the independent count agrees."""
    from colloque.errors import InputError
    from colloque.ingest import Account, read_with_drops

    aphp = DATA / "fhir_aphp_fr" / "Questionnaire-UsageCore.json"
    cases: list[tuple[Path, int, Counter[str]]] = []
    for path in sorted(DATA.glob("fhir_*/*.json")):
        if json.loads(path.read_text(encoding="utf-8"))["resourceType"] == "QuestionnaireResponse":
            cases.append((path, 1, independent.count_fhir(path, aphp if "aphp" in str(path) else None)))
    for path in sorted(DATA.glob("redcap_redcapr/*__data.csv")):
        people, counts = independent.count_redcap(path, Path(str(path).replace("__data", "__dictionary")))
        cases.append((path, people, counts))
    for name, load in (("DPQ_J.csv", independent.nhanes_csv), ("DPQ_J.XPT", independent.nhanes_xpt)):
        raw = load(DATA / "nhanes_dpq" / name)
        cases.append((DATA / "nhanes_dpq" / name, len(raw), independent.count_nhanes(raw)))
    print(f"{'file':58} {'people':>7} " + " ".join(f"{state:>14}" for state in STATES) + "  identities  agrees")
    for path, people, counts in cases:
        account = Account()
        try:
            for _ in read_with_drops([path], account=account):
                pass
        except InputError as error:
            print(f"{path.name:58} {error.line()}")
            continue
        left = sum((file.identities for file in account.files), Counter())
        outside = left.total() and _outside(path)
        seen = account.states + left
        seen["answered"] -= outside
        agrees = +seen == +counts and len(account.people) == people
        name = path.name.replace("inst__test-data__projects__", "")
        cells = " ".join(f"{account.states[state]:>14,}" for state in STATES)
        print(
            f"{name:58} {len(account.people):>7,} {cells}  {left.total():>10,}  {'yes' if agrees else f'NO: {dict(counts)}'}"
        )
    _totals()


def _outside(path: Path) -> int:
    """Identities that stand outside the items of a response: its subject's, its contained patient's, its author's."""
    response = json.loads(path.read_text(encoding="utf-8")) if path.suffix == ".json" else {}
    subject = response.get("subject") or {}
    count = sum(bool((response.get(role) or {}).get("display")) for role in ("subject", "author", "source"))
    for inner in response.get("contained", []):
        if "#" + inner.get("id", "") == subject.get("reference"):
            count += len(inner.get("identifier", [])) + ("birthDate" in inner) + 2 * len(inner.get("name", []))
    return count


def _totals() -> None:
    from colloque.ingest import read_with_drops

    raw = independent.nhanes_csv(DATA / "nhanes_dpq" / "DPQ_J.csv")
    found = list(read_with_drops([DATA / "nhanes_dpq" / "DPQ_J.XPT"]))
    sums = [
        sum(c for c in codes[:9] if c is not None) if all(c is not None and c <= 3 for c in codes[:9]) else None
        for codes in raw.values()
    ]
    print(
        f"PHQ-9 totals: {sum(s is not None for s in sums):,} complete, {sum(q.score == s for q, s in zip(found, sums, strict=True)):,} of {len(sums):,} as the raw codes"
    )
    both = list(read_with_drops([DATA / "nhanes_dpq" / "DPQ_J.csv"]))
    same = sum(
        (a.id, a.respondent, a.answers, a.score) == (b.id, b.respondent, b.answers, b.score)
        for a, b in zip(found, both, strict=True)
    )
    print(f"XPT and CSV: {same:,} of {len(found):,} questionnaires equal")


def identities() -> None:
    """Shares found by kind, and words of ordinary French that were masked."""
    from test_ingest_identities import ORDINARY, left, planted

    from colloque.ingest.deidentify import clean_text
    from colloque.ingest.deidentify.form import spans_in

    planted_by: Counter[str] = Counter()
    found_by: Counter[str] = Counter()
    for text, values in planted():
        cleaned = clean_text(text)
        for kind, value in values:
            kind = kind.removesuffix("_f").removesuffix("_m")
            planted_by[kind] += 1
            found_by[kind] += not left(cleaned, value)
    for kind, count in sorted(planted_by.items()):
        print(f"{kind:10} {found_by[kind]:>4} of {count}")
    total = planted_by.total()
    print(f"found      {found_by.total()} of {total} ({found_by.total() / total:.1%})")
    texts = list(ORDINARY)
    if CORPUS.exists():
        for line in CORPUS.read_text(encoding="utf-8").splitlines():
            texts += [a["answer"] for a in json.loads(line)["record"]["answers"]]
    words = sum(len(text.split()) for text in texts)
    hits = [text[s.start : s.end] for text in texts for s in spans_in(text, [], lambda kind, value, count: 0)]
    print(f"ordinary   {len(hits)} of {words:,} words masked {sorted(set(hits))[:10]}")


def _worker(pipe: "multiprocessing.connection.Connection") -> None:
    sys.path.insert(0, str(ROOT / "tests" / "ingest"))
    from mutations import mutated

    from colloque.errors import ColloqueError
    from colloque.ingest import read_with_drops

    with tempfile.TemporaryDirectory() as folder:
        while True:
            number = pipe.recv()
            how, name, data = mutated(number)
            path = Path(folder) / name
            path.write_bytes(data)
            del data
            started = time.monotonic()
            mute = named = 0
            pipe.send(("began", how, name))
            try:
                drops: list[bool] = []
                for _ in read_with_drops(
                    [path], on_drop=lambda d, kept=drops: kept.append(bool(d.source.file and d.detail))
                ):
                    pass
                mute = sum(not d for d in drops)
                result = "read"
            except ColloqueError as error:
                named = name in str(error) and bool(error.hint)
                result = "refused" if named else f"unnamed: {error}"
            except BaseException as error:  # noqa: BLE001 - whatever escapes is what is counted
                result = f"traceback: {type(error).__name__}: {str(error)[:200]}"
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            path.unlink()
            pipe.send((result, time.monotonic() - started, peak, mute))


def mutations(count: int, first: int) -> None:
    """Every broken input in a worker that is killed after 10 s; a worker is replaced when its peak passes 900 MB."""
    outcome: Counter[str] = Counter()
    ways: Counter[str] = Counter()
    worst_s, worst_mb, trouble = 0.0, 0, []
    context = multiprocessing.get_context("spawn")
    process = pipe = None
    started = time.monotonic()
    for number in range(first, first + count):
        if process is None or pipe is None:
            pipe, other = context.Pipe()
            process = context.Process(target=_worker, args=(other,), daemon=True)
            process.start()
            other.close()
        pipe.send(number)
        how = name = "?"
        try:
            if pipe.poll(60):
                _, how, name = pipe.recv()
            if not pipe.poll(10):
                raise TimeoutError
            result, seconds, peak, mute = pipe.recv()
        except (TimeoutError, EOFError) as error:
            result, seconds, peak, mute = ("hang" if isinstance(error, TimeoutError) else "crash"), 10.0, 0, 0
        kind = result.split(":")[0]
        outcome[kind] += 1
        ways.update(how.split("+"))
        worst_s, worst_mb = max(worst_s, seconds), max(worst_mb, peak)
        if kind not in ("read", "refused") or mute or peak > 1024:
            trouble.append((number, how, name, result, round(seconds, 1), peak))
            print(trouble[-1], flush=True)
        if kind in ("hang", "crash") or peak > 700:
            process.kill()
            process = pipe = None
        if (number - first + 1) % 1000 == 0:
            print(
                f"{number - first + 1:,} in {time.monotonic() - started:.0f} s: {dict(outcome)}, slowest {worst_s:.1f} s, peak {worst_mb} MB",
                file=sys.stderr,
            )
    print(
        f"{count:,} broken inputs: {dict(outcome)}; slowest {worst_s:.1f} s; peak memory {worst_mb} MB; trouble: {len(trouble)}"
    )
    print(f"ways: {dict(sorted(ways.items()))}")


_READ = """
import resource, sys, time
{imports}
started = time.perf_counter()
{work}
print(count, round(time.perf_counter() - started, 2), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""
_OURS = "from colloque.ingest import Account, read_with_drops\naccount = Account()\nlist(read_with_drops([{small!r}]))\nbase = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024"


def speed(rows: int, megabytes: int) -> None:
    """Rows a second and peak memory, each reader in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        small, table, lines = Path(folder) / "small.md", Path(folder) / "table.csv", Path(folder) / "lines.ndjson"
        small.write_text("Q : Dormez-vous bien ?\nR : Non.\n", encoding="utf-8")
        _write_table(table, rows)
        count = _write_lines(lines, megabytes)
        print(
            f"table.csv: {rows:,} rows, {table.stat().st_size / 1e6:.0f} MB; lines.ndjson: {count:,} resources, {lines.stat().st_size / 1e6:.0f} MB"
        )
        ours = _OURS.format(small=str(small))
        for path in (table, lines):
            _time(
                f"colloque, {path.name}",
                ours,
                f"count = sum(1 for _ in read_with_drops([{str(path)!r}], account=account))\nprint('before', base, 'MB')",
            )
        _time(
            "colloque, table.csv, identities left in",
            ours,
            f"count = sum(1 for _ in read_with_drops([{str(table)!r}], deidentify=False))",
        )
        _time(
            "pyarrow, table.csv",
            "import pyarrow.csv as c",
            f"count = c.read_csv({str(table)!r}, parse_options=c.ParseOptions(delimiter=';')).num_rows",
        )
        _time(
            "pyarrow, lines.ndjson",
            "import pyarrow.json as j",
            f"count = j.read_json({str(lines)!r}, read_options=j.ReadOptions(block_size=1 << 24)).num_rows",
        )
        _time(
            "csv, table.csv",
            "import csv",
            f"count = sum(1 for _ in csv.reader(open({str(table)!r}, encoding='utf-8'), delimiter=';')) - 1",
        )
        _time(
            "json, lines.ndjson",
            "import json",
            f"count = sum(1 for line in open({str(lines)!r}, encoding='utf-8') if json.loads(line))",
        )
        _time("polars, table.csv", "import polars", f"count = len(polars.read_csv({str(table)!r}, separator=';'))")
        _time("polars, lines.ndjson", "import polars", f"count = len(polars.read_ndjson({str(lines)!r}))")


def _time(what: str, imports: str, work: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _READ.format(imports=imports, work=work)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ},
    )
    if done.returncode:
        print(f"{what:42} not run: {done.stderr.strip().splitlines()[-1]}")
        return
    *before, last = done.stdout.strip().splitlines()
    count, seconds, peak = last.split()
    print(
        f"{what:42} {int(count):>10,} in {float(seconds):>7.2f} s  {int(count) / float(seconds):>12,.0f} /s  peak {peak} MB {' '.join(before)}"
    )


def _write_table(path: Path, rows: int) -> None:
    words = ("Jamais", "Plusieurs jours", "Plus de la moitié du temps", "Presque tous les jours")
    said = ("je dors mal depuis 3 semaines", "ça va", "non", "fatigué le matin, un peu mieux le soir", "RAS", "")
    with path.open("w", encoding="utf-8") as file:
        file.write(
            "patient;Date;Comment dormez-vous ?;Avez-vous mal ?;Fumez-vous ?;"
            + ";".join(f"PHQ9_{n}" for n in range(1, 10))
            + "\n"
        )
        for n in range(rows):
            phq = ";".join(words[(n * k) % 4] for k in range(1, 10))
            file.write(
                f"P{n};{1 + n % 28:02d}/03/2024;{said[n % 6]} {n % 50};{said[n % 5]};{'oui' if n % 3 else 'non'};{phq}\n"
            )


def _write_lines(path: Path, megabytes: int) -> int:
    count = 0
    with path.open("w", encoding="utf-8") as file:
        while file.tell() < megabytes * 1_000_000:
            for _ in range(1000):
                items = [
                    {
                        "linkId": str(k),
                        "text": f"Question numéro {k} ?",
                        "answer": [{"valueString": f"réponse {count % 97} à la question {k}"}],
                    }
                    for k in range(1, 9)
                ]
                resource_ = {
                    "resourceType": "QuestionnaireResponse",
                    "status": "completed",
                    "subject": {"reference": f"Patient/{count}"},
                    "authored": "2024-03-12",
                    "item": items,
                }
                file.write(json.dumps(resource_, ensure_ascii=False) + "\n")
                count += 1
    return count


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("real", "identities", "mutations", "speed"))
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--megabytes", type=int, default=200)
    given = parser.parse_args()
    if given.what == "real":
        real()
    elif given.what == "identities":
        identities()
    elif given.what == "mutations":
        mutations(given.count, given.first)
    else:
        speed(given.rows, given.megabytes)


if __name__ == "__main__":
    main()
