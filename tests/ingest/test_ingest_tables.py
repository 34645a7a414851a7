"""Tables: delimiters, encodings, shapes, broken rows, sentinels, maps, survey tools, workbooks, SAS, SPSS."""

import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
import zstandard

from colloque.core import Drop, Questionnaire
from colloque.errors import InputError
from colloque.ingest import Account, load_map, preview, read_with_drops, write_map
from colloque.ingest.readers.delimited import delimiter_of
from colloque.ingest.readers.xpt import ibm_number

Told = list[tuple[str, str, str]]


def read(path: Path, **more: Any) -> tuple[list[Questionnaire], list[Drop]]:
    drops: list[Drop] = []
    return list(read_with_drops([path], on_drop=drops.append, **more)), drops


def told(one: Questionnaire) -> Told:
    return [(a.question, a.answer, a.state) for a in one.answers]


def written(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_any_delimiter_and_encoding(tmp_path: Path, delimiter: str, encoding: str, end: str) -> None:
    out = io.StringIO(newline="")
    rows = [
        ["N° patient", "Êtes-vous fatigué(e) ?", "Depuis quand ?"],
        ["1", "Oui ; très, même", '3 "mois"\nenviron'],
        ["2", "Non", "7,5 jours"],
    ]
    csv.writer(out, delimiter=delimiter, lineterminator=end).writerows(rows)
    found, drops = read(written(tmp_path / "t.csv", out.getvalue(), encoding))
    assert not drops
    assert [[a.answer for a in one.answers] for one in found] == [
        ["Oui ; très, même", '3 "mois"\nenviron'],
        ["Non", "7,5 jours"],
    ]
    assert [one.source.place for one in found] == ["row 2", "row 3"]


def test_the_delimiter_is_voted_for() -> None:
    assert delimiter_of(["a;b;c", "1,5;2,5;3,5", "1,5;2,5;4"]) == (";", 3)
    assert delimiter_of(['"a, b",c', '"x, y",d']) == (",", 2)
    assert delimiter_of(["prose, rien d'autre", "une autre ligne"]) != (",", 3)


def test_long_tables_are_put_together_even_when_mixed(tmp_path: Path) -> None:
    text = "patient;date;question;réponse\n1;12/03/2024;Dormez-vous ?;Oui\n2;12/03/2024;Dormez-vous ?;Non\n1;12/03/2024;Fumez-vous ?;Non\n1;19/03/2024;Dormez-vous ?;Mal\n"
    found, _ = read(written(tmp_path / "t.csv", text))
    assert [(one.authored, [a.answer for a in one.answers]) for one in found] == [
        ("2024-03-12", ["Oui", "Non"]), ("2024-03-12", ["Non"]), ("2024-03-19", ["Mal"]),
    ]  # fmt: skip
    assert len({one.respondent for one in found}) == 2


def test_a_large_mixed_table_is_laid_out_on_disk_with_the_same_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from colloque.ingest.readers import long

    rows = [f"{n % 50};Question {n // 50} ?;réponse {n}" for n in range(400)]
    path = written(tmp_path / "t.csv", "patient;question;réponse\n" + "\n".join(rows) + "\n")
    whole, _ = read(path)
    monkeypatch.setattr(long, "IN_MEMORY", 60)
    parted, _ = read(path)
    assert sorted(one.id for one in whole) == sorted(one.id for one in parted)
    ordered = written(
        tmp_path / "o.csv",
        "patient;question;réponse\n" + "\n".join(sorted(rows, key=lambda r: int(r.split(";")[0]))) + "\n",
    )
    streamed, _ = read(ordered)
    assert sorted(one.respondent for one in streamed) == sorted(one.respondent for one in whole)


def test_an_unclosed_quote_costs_one_row(tmp_path: Path) -> None:
    rows = [f"{n};{'ça va' if n != 3 else chr(34) + 'mal'};non" for n in range(1, 2500)]
    found, drops = read(
        written(tmp_path / "t.csv", "patient;Comment allez-vous ?;Fumez-vous ?\n" + "\n".join(rows) + "\n")
    )
    assert [drop.source.place for drop in drops] == ["row 4"]
    assert len(found) == 2498


def test_title_rows_comments_sep_and_blank_rows(tmp_path: Path) -> None:
    text = "sep=;\nQuestionnaires du service\n\npatient;Dormez-vous bien ?;Fumez-vous ?\n\n1;Oui;Non\n;;\n2;Non;Oui\n"
    found, drops = read(written(tmp_path / "t.csv", text))
    assert [[a.answer for a in one.answers] for one in found] == [["Oui", "Non"], ["Non", "Oui"]]
    assert not drops


def test_missing_is_not_one_thing(tmp_path: Path) -> None:
    answers = ["NSP", "Refus", "Non concerné", "", "-", "je ne sais pas", "31-12-2999", "RAS", "n/a"]
    text = (
        "patient;" + ";".join(f"Question numéro {n} ?" for n in range(len(answers))) + "\n1;" + ";".join(answers) + "\n"
    )
    (one,), _ = read(written(tmp_path / "t.csv", text))
    assert [a.state for a in one.answers] == [
        "unknown", "refused", "not_applicable", "skipped", "skipped", "answered", "skipped", "answered", "not_applicable",
    ]  # fmt: skip
    assert [a.answer for a in one.answers] == answers
    assert [a.answer for a in one.told] == ["je ne sais pas", "RAS"]


def test_sentinels_are_seen_in_their_column(tmp_path: Path) -> None:
    rows = [f"{n};{(0, 1, 2, 99)[n % 4]};{45 + n};{(3, -99)[n % 2]}" for n in range(1, 60)]
    text = (
        "patient;Combien de crises par jour ?;Quel est votre poids ?;Combien de verres par jour ?\n"
        + "\n".join(rows)
        + "\n"
    )
    found, _ = read(written(tmp_path / "t.csv", text))
    crises, poids, verres = (Counts([one.answers[n] for one in found]) for n in range(3))
    assert crises.states("99") == {"skipped"}
    assert poids.states("99") == {"answered"}
    assert verres.states("-99") == {"skipped"}


class Counts:
    def __init__(self, answers: list[Any]) -> None:
        self.answers = answers

    def states(self, value: str) -> set[str]:
        return {a.state for a in self.answers if a.answer == value}


def test_an_opaque_table_asks_for_a_map_and_reads_with_it(tmp_path: Path) -> None:
    path = written(tmp_path / "t.csv", "V1;V2;V3\nA;1;9\nB;2;1\n")
    with pytest.raises(InputError, match="no rule understands"):
        read(path)
    assert "no rule understands" in preview([path])
    draft = write_map(path)
    assert load_map(written(tmp_path / "m.yaml", draft)) is not None
    map_file = written(
        tmp_path / "map.yaml",
        "respondent: V1\ncolumns: {V2: 'Dormez-vous bien ?', V3: 'Fumez-vous ?'}\ncodes: {1: Oui, 2: Non}\nmissing: {9: refused}\n",
    )
    found, _ = read(path, map=map_file)
    assert [told(one) for one in found] == [
        [("Dormez-vous bien ?", "Oui", "answered"), ("Fumez-vous ?", "9", "refused")],
        [("Dormez-vous bien ?", "Non", "answered"), ("Fumez-vous ?", "Oui", "answered")],
    ]
    assert "Dormez-vous bien ? → Oui" in preview([path], map_file)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("respondant: V1\n", "did you mean `respondent`"),
        ("respondent: V9\n", "not there"),
        ("- a\n", "no keys"),
        ("a: [\n", "no YAML"),
    ],
)
def test_a_bad_map_is_refused_with_its_remedy(tmp_path: Path, text: str, words: str) -> None:
    path = written(tmp_path / "t.csv", "V1;V2\nA;1\n")
    with pytest.raises(InputError) as caught:
        read(path, map=written(tmp_path / "map.yaml", text))
    assert words in caught.value.line()


def test_limesurvey_csv(tmp_path: Path) -> None:
    text = (
        '"ID de la réponse","Date de soumission","Dernière page","Langue de départ","Tête de série","Adresse IP","Genre. Vous êtes :",'
        '"Sy[SQ001]. Quels symptômes ? [Fatigue]","Sy[SQ002]. Quels symptômes ? [Douleurs]","Sy[other]. Quels symptômes ? [Autre]","En. Êtes-vous enceinte ?","Temps total"\n'
        '"1","2024-03-12 10:11:12","3","fr","123","81.2.3.4","Une femme","Oui","Non","vertiges","Non","33"\n"2","","2","fr","124","81.2.3.5","Un homme","Non","Non","","N/A","12"\n'
    )
    found, _ = read(written(tmp_path / "t.csv", text, "utf-8-sig"))
    assert told(found[0]) == [
        ("Vous êtes :", "Une femme", "answered"),
        ("Quels symptômes ?", "Fatigue ; vertiges", "answered"),
        ("Êtes-vous enceinte ?", "Non", "answered"),
    ]
    assert told(found[1])[1:] == [("Quels symptômes ?", "", "skipped"), ("Êtes-vous enceinte ?", "N/A", "not_shown")]
    assert found[0].authored == "2024-03-12"
    assert "81.2" not in found[0].model_dump_json()


def test_limesurvey_vv(tmp_path: Path) -> None:
    rows = [
        "Response ID\tDate submitted\tLast page\tComment allez-vous ?\tPrécisez",
        "id\tsubmitdate\tlastpage\tQ1\tQ2",
        "1\t2024-01-02 10:00\t2\tBien{newline}mais {lbrace}las}\t{question_not_shown}",
    ]
    (one,), _ = read(written(tmp_path / "t.csv", "\n".join(rows) + "\n"))
    assert told(one) == [
        ("Comment allez-vous ?", "Bien\nmais {las}", "answered"),
        ("Précisez", "{question_not_shown}", "not_shown"),
    ]


def test_google_forms(tmp_path: Path) -> None:
    text = 'Horodateur,Adresse e-mail,Quel est votre âge ?,"À quelle fréquence [Vertiges]"\n"2024/03/12 10:11:12 AM UTC+1",a@ex.fr,34,Jamais\n"2024/03/13 10:11:12 AM UTC+1",a@ex.fr,34,Parfois\n'
    found, _ = read(written(tmp_path / "t.csv", text))
    assert told(found[0]) == [
        ("Quel est votre âge ?", "34", "answered"),
        ("À quelle fréquence : Vertiges", "Jamais", "answered"),
    ]
    assert [one.authored for one in found] == ["2024-03-12", "2024-03-13"]
    assert len({one.respondent for one in found}) == 1


def test_microsoft_forms_workbook_with_a_hidden_sheet(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    pytest.importorskip("python_calamine")
    import datetime

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(
        [
            "ID",
            "Heure de début",
            "Heure de fin",
            "Adresse de messagerie",
            "Nom",
            "Comment dormez-vous ?",
            "Quels traitements ?",
            "Total",
        ]
    )
    start = datetime.datetime(2024, 3, 12, 10, 1)
    sheet.append([1, start, start, "anonymous", None, "Mal", "Doliprane;Xanax;", "=1+1"])
    sheet.append([2, start, start, "anonymous", None, "Bien", "Aucun;", None])
    hidden = book.create_sheet("cache")
    hidden.sheet_state = "hidden"
    hidden.append(["Question", "Réponse"])
    book.save(tmp_path / "f.xlsx")
    found, _ = read(tmp_path / "f.xlsx")
    assert [told(one)[:2] for one in found] == [
        [("Comment dormez-vous ?", "Mal", "answered"), ("Quels traitements ?", "Doliprane ; Xanax", "answered")],
        [("Comment dormez-vous ?", "Bien", "answered"), ("Quels traitements ?", "Aucun", "answered")],
    ]
    assert len({one.respondent for one in found}) == 2
    with pytest.raises(InputError, match=r"its sheets: Sheet, cache|no sheet"):
        read(tmp_path / "f.xlsx", map={"sheet": "absente"})


def test_a_zip_that_is_no_workbook_and_a_bomb(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("readme.txt", "x")
    with pytest.raises(InputError, match="archive"):
        read(tmp_path / "a.xlsx")
    with zipfile.ZipFile(tmp_path / "b.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * 200_000_000)
    with pytest.raises(InputError, match="unpacks to 200 MB"):
        read(tmp_path / "b.xlsx")


def test_spss_labels_and_declared_missing(tmp_path: Path) -> None:
    pyreadstat = pytest.importorskip("pyreadstat")
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"subjid": [1.0, 2.0, 3.0], "Q1": [0.0, 3.0, 9.0], "Q2": ["mal", "", "bien"]})
    pyreadstat.write_sav(
        frame, str(tmp_path / "f.sav"), column_labels=["Sujet", "Dormez-vous mal ?", "Comment allez-vous ?"],
        variable_value_labels={"Q1": {0: "Jamais", 3: "Tous les jours", 9: "Ne sait pas"}}, missing_ranges={"Q1": [9]},
    )  # fmt: skip
    found, _ = read(tmp_path / "f.sav")
    assert [told(one) for one in found] == [
        [("Dormez-vous mal ?", "Jamais", "answered"), ("Comment allez-vous ?", "mal", "answered")],
        [("Dormez-vous mal ?", "Tous les jours", "answered"), ("Comment allez-vous ?", "", "skipped")],
        [("Dormez-vous mal ?", "Ne sait pas", "unknown"), ("Comment allez-vous ?", "bien", "answered")],
    ]


def test_ibm_numbers() -> None:
    assert ibm_number(bytes.fromhex("4110000000000000")) == "1"
    assert ibm_number(bytes.fromhex("0000000000000000")) == "0"
    assert ibm_number(bytes.fromhex("C118000000000000")) == "-1.5"
    assert ibm_number(bytes.fromhex("2E00000000000000")) == ""
    assert ibm_number(bytes.fromhex("5200000000000000")) == ".R"


def test_records_of_ours_come_back_as_they_are(tmp_path: Path) -> None:
    from colloque.store import write_records

    source, _ = read(written(tmp_path / "t.csv", "patient;Dormez-vous bien ?;Fumez-vous ?\n1;Non;NSP\n2;Oui;\n"))
    for name in ("r.jsonl", "r.jsonl.zst", "r.parquet"):
        write_records(tmp_path / name, source, Questionnaire)
        again, drops = read(tmp_path / name)
        assert again == source
        assert not drops


def test_json_that_looks_like_records(tmp_path: Path) -> None:
    lines = [
        {"record": {"answers": [{"question": "Dormez-vous ?", "answer": "Non"}]}},
        {"patient": 4, "reponses": {"Dormez-vous ?": "Oui"}},
        "x",
    ]
    path = tmp_path / "t.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in lines) + "\n{cassé\n", encoding="utf-8")
    found, drops = read(path)
    assert [told(one) for one in found] == [
        [("Dormez-vous ?", "Non", "answered")],
        [("Dormez-vous ?", "Oui", "answered")],
    ]
    assert [(drop.source.place, drop.reason) for drop in drops] == [("line 3", "broken_row"), ("line 4", "broken_row")]
    flat = tmp_path / "t.json"
    flat.write_text(
        json.dumps([{"patient": 1, "Dormez-vous bien ?": "Non"}, {"patient": 2, "Dormez-vous bien ?": "Oui"}]),
        encoding="utf-8",
    )
    found, _ = read(flat)
    assert [told(one) for one in found] == [
        [("Dormez-vous bien ?", "Non", "answered")],
        [("Dormez-vous bien ?", "Oui", "answered")],
    ]


def test_a_broken_zst_is_one_line(tmp_path: Path) -> None:
    packed = zstandard.ZstdCompressor().compress(b'{"answers": [{"question": "A ?", "answer": "b"}]}\n' * 100)
    (tmp_path / "t.jsonl.zst").write_bytes(packed[: len(packed) // 2])
    with pytest.raises(InputError):
        read(tmp_path / "t.jsonl.zst")


def test_the_summary_adds_up(tmp_path: Path) -> None:
    path = written(tmp_path / "t.csv", "patient;Dormez-vous bien ?;Fumez-vous ?\n1;Non;NSP\n2;Oui\n3;Oui;Non\n")
    account = Account()
    kept = list(read_with_drops([path], account=account))
    assert (account.read, account.kept, dict(account.dropped)) == (3, len(kept), {"broken_row": 1})
    assert "t.csv" in account.table()
    assert "dropped: broken_row × 1" in account.table()
