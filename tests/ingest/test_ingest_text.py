"""Question/answer text in the forms in which people write it: what each becomes, golden."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from colloque.ingest import read_with_drops

SLEEP, SMOKE = "Dormez-vous bien ?", "Fumez-vous ?"


def talk(path: Path, text: str, encoding: str = "utf-8") -> list[list[tuple[str, str]]]:
    file = path / "t.md"
    file.write_bytes(text.encode(encoding))
    return [[(a.question, a.answer) for a in q.answers] for q in read_with_drops([file])]


ONE: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "no-break spaces": (
        "Q\u00a0: Dormez-vous bien\u202f?\nR\u00a0: Non, depuis\u00a03 mois.\n",
        [(SLEEP, "Non, depuis 3 mois.")],
    ),
    "an answer of several lines": (
        f"Q : {SLEEP}\nR : Non.\nJe me réveille\nà trois heures.\n\nTous les jours.\n\nQ : {SMOKE}\nR : non\n",
        [(SLEEP, "Non. Je me réveille à trois heures.\nTous les jours."), (SMOKE, "non")],
    ),
    "numbered marks": (
        f"Question 1 : {SLEEP}\nRéponse 1 : Non\nQuestion 2 : {SMOKE}\nRéponse 2 : 5 par jour\n",
        [(SLEEP, "Non"), (SMOKE, "5 par jour")],
    ),
    "bold questions": (
        f"**{SLEEP}**\n\nNon, mal.\n\n**{SMOKE}** Oui, un peu\n",
        [(SLEEP, "Non, mal."), (SMOKE, "Oui, un peu")],
    ),
    "bold marks": (f"**Q : {SLEEP}**\n**R :** *Non*\n", [(SLEEP, "Non")]),
    "headings": (
        f"### {SLEEP}\nNon.\n\n### {SMOKE}\nOui ?\nPeut-être.\n",
        [(SLEEP, "Non."), (SMOKE, "Oui ? Peut-être.")],
    ),
    "numbers": (f"1. {SLEEP} Non\n2) {SMOKE}\n   Oui, du gris\n", [(SLEEP, "Non"), (SMOKE, "Oui, du gris")]),
    "numbers without question marks": (
        "1. Sommeil\nmauvais\n2. Appétit\nbon\n",
        [("Sommeil", "mauvais"), ("Appétit", "bon")],
    ),
    "bullets": (f"- {SLEEP} Non\n- {SMOKE} Oui\n", [(SLEEP, "Non"), (SMOKE, "Oui")]),
    "labels": ("Sommeil : mauvais\nAppétit : perdu\n", [("Sommeil", "mauvais"), ("Appétit", "perdu")]),
    "a table": (
        f"| Question | Réponse |\n|---|---|\n| {SLEEP} | **Non** \\| mal |\n| {SMOKE} | oui |\n",
        [(SLEEP, "Non | mal"), (SMOKE, "oui")],
    ),
    "boxes": (
        f"Quels symptômes avez-vous ?\n- [x] Fatigue\n- [ ] Douleurs\n- [x] Vertiges\n\n{SMOKE}\n☒ Oui\n☐ Non\n",
        [("Quels symptômes avez-vous ?", "Fatigue ; Vertiges"), (SMOKE, "Oui")],
    ),
    "a talk": (
        f"Médecin : {SLEEP}\nPatient : Mal.\nMédecin : {SMOKE}\nPatient : Non.\n",
        [(SLEEP, "Mal."), (SMOKE, "Non.")],
    ),
    "arrows": (f"{SLEEP}\n→ Mal\n{SMOKE}\n→ non\n", [(SLEEP, "Mal"), (SMOKE, "non")]),
    "one line": (f"Q : {SLEEP} R : Non\nQ : {SMOKE} R : Oui\n", [(SLEEP, "Non"), (SMOKE, "Oui")]),
    "rules between pairs": (
        f"Q : {SLEEP}\nR : 1\n---\nQ : {SMOKE}\nR : 2\n---\nQ : Buvez-vous ?\nR : 3\n",
        [(SLEEP, "1"), (SMOKE, "2"), ("Buvez-vous ?", "3")],
    ),
    "odd answers": (
        f"Q : {SLEEP}\nR : RAS\nQ : {SMOKE}\nR : <b>non</b> {{x}} 😀\n",
        [(SLEEP, "RAS"), (SMOKE, "<b>non</b> {x} 😀")],
    ),
    "quoted": (f"> Q : {SLEEP}\n> R : Oui\n", [(SLEEP, "Oui")]),
    "English marks": ("Q: Do you smoke?\nA: No\n", [("Do you smoke?", "No")]),
    "pipes": (f"{SLEEP} | Non\n{SMOKE} | Oui\n", [(SLEEP, "Non"), (SMOKE, "Oui")]),
    "dashes": (f"Q - {SLEEP}\nR - Non\n", [(SLEEP, "Non")]),
}


@pytest.mark.parametrize("name", ONE)
def test_one_patient(tmp_path: Path, name: str) -> None:
    text, wanted = ONE[name]
    assert talk(tmp_path, text) == [wanted]
    assert talk(tmp_path, text.replace("\n", "\r\n")) == [wanted]


SEVERAL = {
    "headings": f"# Patient 12\nQ : {SLEEP}\nR : Non\n\n# Patient 13\nQ : {SLEEP}\nR : Oui\n",
    "files": f"Dossier n° A-4\nQ : {SLEEP}\nR : Non\nDossier n° A-5\nQ : {SLEEP}\nR : Oui\n",
    "rules": f"{SLEEP}\nNon\n{SMOKE}\nOui\n---\n{SLEEP}\nOui\n{SMOKE}\nNon\n",
    "the same questions again": f"Q : {SLEEP}\nR : Non\nQ : {SMOKE}\nR : 1\n\nQ : {SLEEP}\nR : Oui\nQ : {SMOKE}\nR : 2\n",
    "a table of people": f"| Patient | {SLEEP} |\n|---|---|\n| A | Non |\n| B | Oui |\n",
    "a long table": f"| Patient | Question | Réponse |\n|---|---|---|\n| A | {SLEEP} | Non |\n| A | {SMOKE} | x |\n| B | {SLEEP} | Oui |\n",
}


@pytest.mark.parametrize("name", SEVERAL)
def test_several_patients(tmp_path: Path, name: str) -> None:
    found = talk(tmp_path, SEVERAL[name])
    assert [one[0] for one in found] == [(SLEEP, "Non"), (SLEEP, "Oui")]


def test_front_matter_and_dates(tmp_path: Path) -> None:
    (tmp_path / "t.md").write_text(
        f"---\npatient: P-9\ndate: 12 mars 2024\n---\nQ : {SLEEP}\nR : Oui\n", encoding="utf-8"
    )
    (one,) = read_with_drops([tmp_path / "t.md"])
    assert one.authored == "2024-03-12"
    assert one.source.place == "lines 5–6"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "cp1252", "mac_roman", "cp850"])
def test_whatever_an_office_saved(tmp_path: Path, encoding: str) -> None:
    text = f"Q : {SLEEP}\nR : Très mal, j'ai été opéré à Noël, ça dure, forêt, où, être.\n" * 1
    assert talk(tmp_path, text, encoding) == [[(SLEEP, text.split("R : ")[1].strip())]]


_WORDS = st.text(
    st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="*_|`#[]()<>\u2028\u2029"),
    min_size=1,
    max_size=60,
)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(answer=_WORDS)
def test_any_answer_comes_back(tmp_path: Path, answer: str) -> None:
    """What is written after `R :` is what is read, but for white space at its ends and identities."""
    import unicodedata

    from colloque.ingest.words import tidy

    wanted = tidy(unicodedata.normalize("NFC", answer))
    file = tmp_path / "t.md"
    file.write_text(f"Q : {SLEEP}\nR : {answer}\nQ : {SMOKE}\nR : non\n", encoding="utf-8")
    (one,) = read_with_drops([file], deidentify=False)
    assert [a.answer for a in one.answers] == [wanted, "non"] or " R :" in answer
