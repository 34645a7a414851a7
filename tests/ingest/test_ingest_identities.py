"""De-identification, measured: 300 planted identities, ordinary sentences, consistency, and what must not be touched."""

import re
import tomllib
from itertools import cycle
from pathlib import Path

import pytest

from colloque.ingest import Account, read_with_drops
from colloque.ingest.deidentify import clean_text
from colloque.ingest.deidentify.labels import identity_kind
from colloque.ingest.deidentify.numbers import iban_valid, nir_key
from colloque.ingest.preview import audit

HERE = Path(__file__).parent


def planted(count: int = 300) -> list[tuple[str, list[tuple[str, str]]]]:
    """Sentences with the identities that they hold: (text, [(kind, value)]), `count` identities in all."""
    data = tomllib.loads((HERE / "planted.toml").read_text(encoding="utf-8"))
    turns = {kind: cycle(values) for kind, values in data["values"].items()}
    found: list[tuple[str, list[tuple[str, str]]]] = []
    total = 0
    for sentence in cycle(data["sentence"]):
        values: list[tuple[str, str]] = []

        def fill(match: re.Match[str], values: list[tuple[str, str]] = values) -> str:
            value: str = next(turns[match[1]])
            values.append((match[1], value))
            return value

        text = re.sub(r"\{(\w+)\}", fill, sentence["text"])
        found.append((text, values))
        total += len(values)
        if total >= count:
            return found
    return found


def left(text: str, value: str) -> bool:
    """Does the cleaned text still hold the identity, or a telling part of it?"""
    telling = (
        [part for part in re.split(r"[ ,]+", value) if len(part) > 3 and not part.islower()]
        if value[:1].isalpha()
        else []
    )
    return value in text or any(re.search(rf"(?<!\w){re.escape(part)}(?!\w)", text) for part in telling)


def test_planted_identities_are_found() -> None:
    missed: list[str] = []
    count = 0
    for text, values in planted():
        cleaned = clean_text(text)
        for kind, value in values:
            count += 1
            if left(cleaned, value):
                missed.append(f"{kind}: {value} in {cleaned}")
    assert count >= 300
    assert len(missed) <= 0.03 * count, "\n".join(missed)


ORDINARY = (
    "Je dors 5 h par nuit depuis 3 semaines, de 23 h à 4 h 30.",
    "Tension 14/8, poids 72,5 kg, taille 1 m 78, température 38,2.",
    "J'ai pris 10000 pas et 1 500 euros, douleur 7/10, 2 comprimés de 500 mg.",
    "La rose sent bon, la place est prise, je marche dans la rue, c'est un cours de pierre.",
    "Mon père a un Alzheimer, ma mère un Parkinson, mon frère AVC à 60 ans.",
    "Depuis Noël je prends du Xanax et du Doliprane, 3114 m'a aidé, le 15 aussi.",
    "JE NE DORS PLUS DU TOUT ET JE NE MANGE PAS",
    "Oui, docteur. J'ai mal. Bonjour monsieur. Comment allez-vous ?",
    "Opéré le 12/03/2019 à l'hôpital Robert Debré, revu le 3 mai 2020.",
    "Ça va, merci. Rien de neuf. RAS. Non. Aucun.",
    "Je suis d'un naturel calme, un peu grand, petit mangeur, le matin surtout.",
    "J'ai appelé le 3919 puis le 0 800 235 236 et le 114.",
)


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_words_are_left_alone(text: str) -> None:
    assert clean_text(text) == text


def test_stand_ins_are_consistent_and_keep_kind_gender_and_form() -> None:
    text = clean_text(
        "Marie Dupont, je dis bien DUPONT, MARIE quoi. Tel 06 12 34 56 78 ou 0612345678.", ["Marie Dupont"]
    )
    first, last = text.split()[:2]
    assert last.strip(",").upper() in text
    assert first.upper() in text
    assert "Marie" not in text
    numbers = re.findall(r"06[ \d]{8,}", text)
    assert len({number.replace(" ", "") for number in numbers}) == 1
    assert numbers[0].count(" ") >= 4
    assert clean_text("Je m'appelle Marie") == clean_text("Je m'appelle Marie")


def test_nir_key_and_iban_check() -> None:
    assert nir_key("2550814168025") == 38  # the specimen card of the national insurance: 2 55 08 14 168 025 38
    corsican = nir_key("294032A120005")
    assert corsican == 97 - 2940319120005 % 97
    assert iban_valid("FR76 3000 6000 0112 3456 7890 189")
    assert not iban_valid("FR76 3000 6000 0112 3456 7890 188")


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Nom de naissance", "name"),
        ("Comment vous appelez-vous ?", "name"),
        ("Numéro d'inscription au Répertoire (NIR)", "nir"),
        ("Date de naissance :", "birth"),
        ("Votre adresse e-mail ?", "mail"),
        ("Code postal", "address"),
        ("Quel est le nom de votre médicament ?", None),
        ("Comment dormez-vous ?", None),
        ("À quelle adresse de consultation préférez-vous venir ?", None),
        ("Avez-vous mal au dos ?", None),
    ],
)
def test_which_questions_identify(question: str, kind: str | None) -> None:
    assert identity_kind(question) == kind


def test_names_of_the_record_leave_its_text_and_the_audit_does_not_repeat_them(tmp_path: Path) -> None:
    rows = "Nom;Prénom;Date de naissance;Comment allez-vous ?\nZweifel;Ottilie;12/03/1950;ottilie va mal, dit zweifel\n"
    (tmp_path / "p.csv").write_text(rows, encoding="utf-8")
    account = Account()
    (one,) = read_with_drops([tmp_path / "p.csv"], account=account)
    assert [answer.question for answer in one.answers] == ["Comment allez-vous ?"]
    written = one.model_dump_json() + audit(account)
    assert "zweifel" not in written.lower()
    assert "ottilie" not in written.lower()
    assert "name × 4" in audit(account)


def test_without_deidentification_nothing_changes(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("Nom;Comment allez-vous ?\nDupont;Mal, dit Dupont\n", encoding="utf-8")
    (one,) = read_with_drops([tmp_path / "p.csv"], deidentify=False)
    assert [(a.question, a.answer) for a in one.answers] == [
        ("Nom", "Dupont"),
        ("Comment allez-vous ?", "Mal, dit Dupont"),
    ]


def test_the_respondent_is_a_keyed_hash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "p.csv").write_text("patient;Comment allez-vous ?\nP-17;Mal\n", encoding="utf-8")
    monkeypatch.delenv("COLLOQUE_KEY", raising=False)
    public = next(iter(read_with_drops([tmp_path / "p.csv"])))
    monkeypatch.setenv("COLLOQUE_KEY", "a secret of the team")
    secret = next(iter(read_with_drops([tmp_path / "p.csv"])))
    assert public.respondent != secret.respondent
    assert public.id != secret.id
    assert re.fullmatch(r"r-[0-9a-f]{12}", secret.respondent)
