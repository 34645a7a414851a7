"""Instruments: recognised by code and wording, options in words, totals checked, added by users; REDCap's own logic."""

from pathlib import Path

import pytest

from colloque.errors import InputError
from colloque.ingest import Account, read_with_drops
from colloque.ingest.instruments import add_instruments, instruments, item_by_code, item_by_words
from colloque.ingest.instruments.catalogue import Instrument
from colloque.ingest.readers.redcap_dictionary import choices_of
from colloque.ingest.readers.redcap_logic import shown


def table(path: Path, header: list[str], *rows: list[str]) -> Path:
    file = path / "t.csv"
    file.write_text("\n".join(";".join(row) for row in (header, *rows)) + "\n", encoding="utf-8")
    return file


@pytest.mark.parametrize("name", ["phq-9", "phq-2", "gad-7", "gad-2"])
def test_shipped_instruments_are_whole(name: str) -> None:
    one = instruments()[name]
    scored = [item for item in one.items if item.scored]
    assert len(scored) == int(name[-1])
    assert "No permission required to reproduce" in one.notice
    for item in one.items:
        assert set(item.words) == {"fr-FR", "fr-CA", "en"}
        assert [option.score for option in item.options] == [0, 1, 2, 3]
    top = 3 * len(scored)
    assert [one.severity_of(score) != "" for score in range(top + 1)] == [True] * (top + 1)
    assert one.severity_of(top + 1) == ""


def test_cut_offs() -> None:
    phq9, gad7 = instruments()["phq-9"], instruments()["gad-7"]
    assert [phq9.severity_of(score) for score in (4, 5, 10, 15, 20)] == [
        "minimale",
        "légère",
        "modérée",
        "modérément sévère",
        "sévère",
    ]
    assert [gad7.severity_of(score) for score in (4, 5, 10, 15)] == ["minimale", "légère", "modérée", "sévère"]


@pytest.mark.parametrize(
    ("code", "loinc"),
    [
        ("PHQ9_1", "44250-9"),
        ("phq9_q3", "44259-0"),
        ("PHQ-9.9", "44260-8"),
        ("PHQ9[SQ002]", "44255-8"),
        ("DPQ090", "44260-8"),
        ("/69725-0", "69725-0"),
        ("GAD7_7", "69736-7"),
        ("phq9_01", "44250-9"),
        ("poids", None),
    ],
)
def test_items_by_code(code: str, loinc: str | None) -> None:
    found = item_by_code(code)
    assert (found.loinc if found else None) == loinc


@pytest.mark.parametrize(
    ("words", "loinc"),
    [
        ("1. Peu d’intérêt ou de plaisir à faire les choses", "44250-9"),
        ("Se sentir triste, déprimé(e) ou désespéré(e)", "44255-8"),
        ("Feeling tired or having little energy", "44254-1"),
        ("Avez-vous été incapable d'arrêter de vous inquiéter ou de contrôler vos inquiétudes ?", "68509-9"),
        ("Avez-vous des problèmes de sommeil ?", None),
        ("Comment vous sentez-vous ces derniers temps ?", None),
    ],
)
def test_items_by_wording(words: str, loinc: str | None) -> None:
    found = item_by_words(words)
    assert (found.loinc if found else None) == loinc


def test_codes_become_words_and_the_total_is_checked(tmp_path: Path) -> None:
    header = ["patient", *(f"GAD7_{n}" for n in range(1, 8)), "GAD7_total"]
    path = table(
        tmp_path,
        header,
        ["1", "0", "1", "2", "3", "0", "1", "2", "9"],
        ["2", "3", "3", "3", "3", "3", "3", "3", "20"],
        ["3", "1", "", "1", "1", "1", "1", "1", ""],
    )
    account = Account()
    one, two, three = read_with_drops([path], account=account)
    assert [a.answer for a in one.answers[:4]] == [
        "Jamais",
        "Plusieurs jours",
        "Plus de la moitié des jours",
        "Presque tous les jours",
    ]
    assert (one.instrument, one.score, one.severity) == ("gad-7", 9, "légère")
    assert one.answers[-1].state == "not_shown"  # nobody asked the patient for the total
    assert (two.score, two.severity) == (21, "sévère")
    assert (three.score, three.severity) == (None, None)
    assert account.files[0].remarks == ["row 3: the file says GAD-7 = 20, the answers add up to 21"]


def test_two_instruments_in_a_row_have_no_single_total(tmp_path: Path) -> None:
    header = ["patient", *(f"PHQ9_{n}" for n in range(1, 10)), *(f"GAD7_{n}" for n in range(1, 8))]
    (one,) = read_with_drops([table(tmp_path, header, ["1", *["1"] * 16])])
    assert (one.instrument, one.score) == (None, None)
    assert {a.code for a in one.answers} >= {"44250-9", "69736-7"}


def test_refusals_and_unknowns_of_an_item_stay_apart(tmp_path: Path) -> None:
    header = ["SEQN", *(f"DPQ0{n}0" for n in range(1, 10)), "DPQ100"]
    (one,) = read_with_drops([table(tmp_path, header, ["1", "7", "9", "", *["0"] * 6, ""])])
    assert [a.state for a in one.answers[:3]] == ["refused", "unknown", "skipped"]
    (zero,) = read_with_drops([table(tmp_path, header, ["1", *["0"] * 9, ""])])
    assert zero.answers[-1].state == "not_shown"
    assert (zero.score, zero.severity) == (0, "minimale")


OWN = """
id = "fatigue-3"
title = "Fatigue-3"
[[options]]
score = 0
fr-FR = "Non"
[[options]]
score = 1
fr-FR = "Oui"
[[items]]
codes = ["FAT1"]
fr-FR = "Êtes-vous fatigué dès le réveil ?"
[[items]]
codes = ["FAT2"]
fr-FR = "Devez-vous vous allonger dans la journée ?"
[[severity]]
from = 0
to = 2
fr = "relevée"
"""


def test_users_add_instruments_as_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from colloque.ingest.instruments import catalogue

    added: dict[str, Instrument] = {}
    monkeypatch.setattr(catalogue, "_ADDED", added)
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "f.toml").write_text(OWN, encoding="utf-8")
    assert add_instruments(folder) == ["fatigue-3"]
    (one,) = read_with_drops([table(tmp_path, ["patient", "FAT1", "FAT2"], ["1", "1", "0"])])
    assert (one.instrument, one.score, one.severity) == ("fatigue-3", 1, "relevée")
    assert [a.answer for a in one.answers] == ["Oui", "Non"]
    (folder / "g.toml").write_text("id = 3\n", encoding="utf-8")
    with pytest.raises(InputError, match="not an instrument file"):
        add_instruments(folder)
    added.clear()
    for cached in (
        catalogue._by_code,
        catalogue._by_words,
        catalogue._vocabulary,
        catalogue.item_by_words,
        catalogue.item_by_code,
    ):
        cached.cache_clear()


@pytest.mark.parametrize(
    ("logic", "visible"),
    [
        ("", True),
        ('[sex] = "0"', True),
        ("[sex] = '1'", False),
        ('[sex] = "0" and [age] > 30', False),
        ('[sex] = "0" or [age] > 30', True),
        ('([sex] = "1" or [check(1)] = "1") and [age] <= 20', True),
        ('[visit_arm_1][age] <> ""', None),
        ('datediff([dob], "today", "y") > 3', None),
        ("[sex] =", None),
        ("not ([sex] = '1')", True),
    ],
)
def test_branching_logic(logic: str, visible: bool | None) -> None:
    known = {"sex": "0", "age": "20", "check(1)": "1"}
    assert shown(logic, lambda event, name: None if event else known.get(name)) is visible


def test_choices_may_hold_commas_and_html() -> None:
    assert choices_of("0, Non | 1, Oui, <b>souvent</b> | -99, Refus") == {
        "0": "Non",
        "1": "Oui, souvent",
        "-99": "Refus",
    }


def test_a_redcap_project_with_its_traps(tmp_path: Path) -> None:
    dictionary = (
        '"Variable / Field Name","Form Name","Section Header","Field Type","Field Label","Choices, Calculations, OR Slider Labels","Identifier?","Branching Logic (Show field only if...)"\n'
        'record_id,nuit,,text,ID,,,\nq1,nuit,,radio,Dormez-vous bien ?,"0, Non | 1, Oui | -99, Ne souhaite pas répondre",,\n'
        'q2,nuit,,text,Depuis quand ?,,,"[q1] = ""0"""\nq3,nuit,,checkbox,Quels symptômes ?,"1, Fatigue | -9, Autre",,\nnom,nuit,,text,Qui ?,,y,\n'
    )
    (tmp_path / "dictionary.csv").write_text(dictionary, encoding="utf-8")
    rows = "record_id,redcap_event_name,q1,q2,q3___1,q3____9,nom,nuit_timestamp,nuit_complete\n1,a,0,3 mois,1,1,Zweifel,2024-03-12 10:00,2\n1,b,1,,0,0,,[not completed],0\n2,a,-99,UNK,0,0,,,2\n"
    (tmp_path / "data.csv").write_text(rows, encoding="utf-8")
    first, second, third = read_with_drops([tmp_path / "data.csv"])
    assert [(a.question, a.answer, a.state) for a in first.answers] == [
        ("Dormez-vous bien ?", "Non", "answered"), ("Depuis quand ?", "3 mois", "answered"), ("Quels symptômes ?", "Fatigue ; Autre", "answered"),
    ]  # fmt: skip
    assert first.authored == "2024-03-12"
    assert second.authored is None
    assert [a.state for a in second.answers] == ["answered", "not_shown", "skipped"]
    assert first.respondent == second.respondent != third.respondent
    assert third.answers[0].state == "refused"
    (tmp_path / "dictionary.csv").unlink()
    with pytest.raises(InputError, match="without its data dictionary"):
        list(read_with_drops([tmp_path / "data.csv"]))
