"""Conduct of the clinician: golden replies, whole dialogues, and planted defects that must be found."""

import tomllib
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colloque.checks import check_conduct, check_reply
from colloque.checks.conduct_book import entries
from colloque.checks.mutate_conduct import plant_conduct
from colloque.core import CONDUCT, Answer, Dialogue, Questionnaire, Turn, rng_for


def _cases(name: str) -> list[dict[str, list[str]]]:
    cases: list[dict[str, list[str]]] = tomllib.loads((Path(__file__).parent / "data" / name).read_text("utf-8"))[
        "case"
    ]
    return cases


def _name(case: dict[str, list[str]]) -> str:
    return str(case["reply"])[:40]


CASES = _cases("conduct_golden.toml")


def turns_of(said: Sequence[str]) -> list[Turn]:
    return [Turn(role="clinician" if line[0] == "c" else "patient", text=line[3:]) for line in said]


def talk(*said: str) -> Dialogue:
    return Dialogue(turns=tuple(turns_of(said)))


@pytest.mark.parametrize("case", CASES, ids=_name)
def test_golden_replies(case: dict[str, list[str]]) -> None:
    found = {f.code for f in check_reply(turns_of(case["said"]), str(case["reply"])) if f.severity != "warning"}
    assert found >= set(case["want"])
    assert case["want"] or not found


@pytest.mark.parametrize("case", _cases("conduct_faults.toml"), ids=_name)
def test_faults_in_other_words(case: dict[str, list[str]]) -> None:
    found = {f.code for f in check_reply(turns_of(case["said"]), str(case["reply"])) if f.severity != "warning"}
    assert found >= set(case["want"])


@pytest.mark.parametrize("case", _cases("conduct_clean.toml"), ids=_name)
def test_good_clinicians_are_let_be(case: dict[str, list[str]]) -> None:
    assert not [f for f in check_reply(turns_of(case["said"]), str(case["reply"])) if f.severity != "warning"]


def test_every_code_has_an_entry_that_a_clinician_can_read() -> None:
    for code in CONDUCT:
        entry = entries()[code]
        assert entry.message and entry.remedy and entry.rule and entry.blind


def test_findings_say_where_what_and_what_would_mend_it() -> None:
    found = check_reply(turns_of(["p: Je dors mal."]), "Vous faites une dépression, c'est clair.")
    assert [(f.code, f.severity, f.turn) for f in found] == [("diagnosis_given", "veto", 1)]
    assert "dépression" in found[0].quote and found[0].message and found[0].remedy


def test_an_empty_reply_is_out_of_role() -> None:
    assert [f.code for f in check_reply([], "  ")] == ["role_broken"]


GOOD = talk(
    "c: Bonjour madame, qu'est-ce qui vous amène ?",
    "p: Je suis épuisée, je dors trois heures par nuit.",
    "c: Trois heures, c'est bien peu. Depuis quand est-ce ainsi ?",
    "p: Depuis janvier. J'ai perdu ma sœur.",
    "c: Je suis désolé pour votre sœur. Comment vivez-vous ces journées ?",
    "p: Mal. Des fois j'ai envie de mourir.",
    "c: Merci de me le dire. Pensez-vous à un moyen de le faire ? Vous pouvez appeler le 3114, jour et nuit.",
    "p: Non, je n'ai rien prévu, j'en parle à mon frère.",
    "c: Votre frère compte. On décide ensemble de la suite.",
)


def test_a_good_dialogue_has_no_fault() -> None:
    assert [f for f in check_conduct(GOOD) if f.severity != "warning"] == []


def test_the_number_is_owed_when_the_wish_is_affirmed() -> None:
    turns = [
        t.model_copy(update={"text": t.text.replace(" Vous pouvez appeler le 3114, jour et nuit.", "")})
        for t in GOOD.turns
    ]
    found = check_conduct(Dialogue(turns=tuple(turns)))
    assert [(f.code, f.turn) for f in found if f.severity != "warning"] == [("risk_missed", 6)]


def test_acute_danger_stays_open_until_a_recourse() -> None:
    said = [
        "p: Je vais me tuer ce soir, j'ai acheté une corde.",
        "c: Vous avez acheté une corde. Depuis quand y pensez-vous ?",
        "p: Depuis que ma femme est partie.",
    ]
    found = check_reply(turns_of(said), "Votre femme est partie. Racontez-moi ce jour-là.")
    assert "risk_missed" in {f.code for f in found}
    assert not check_reply(turns_of(said), "Je reste avec vous et nous appelons le 15 maintenant.")


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("endless_closing", ["c: Merci, au revoir.", "p: Au revoir.", "c: Bonne journée à vous.", "p: Merci.", "c: À bientôt, prenez soin de vous."]),
        ("template_repeated", ["c: Merci de partager cela avec moi. Et le sommeil ?", "p: Mal.", "c: Merci de partager cela avec moi. Et l'appétit ?", "p: Bof."]),
        ("identity_leak", ["c: Bonjour.", "p: Mon numéro c'est le 06 12 34 56 78."]),
        ("identity_leak", ["c: Bonjour.", "p: Je suis né le 3 mars 1957."]),
        ("agreement_drift", ["c: Bonjour.", "p: Je suis fatiguée.", "c: Depuis quand ?", "p: Depuis mars, je suis épuisé."]),
    ],
)  # fmt: skip
def test_rules_over_a_whole_dialogue(code: str, said: list[str]) -> None:
    assert code in {f.code for f in check_conduct(talk(*said))}


@pytest.mark.parametrize(
    "said",
    [
        ["c: Bonjour.", "p: Le 3114, je l'ai appelé, et le 0 800 235 236 aussi."],
        ["c: Bonjour.", "p: Je suis fatiguée, et malade.", "c: Oui.", "p: Je suis triste, je me suis coupé le doigt."],
        ["c: Merci, au revoir.", "p: Au revoir."],
    ],
)
def test_traps_over_a_whole_dialogue(said: list[str]) -> None:
    assert not {"identity_leak", "agreement_drift", "endless_closing"} & {f.code for f in check_conduct(talk(*said))}


def test_a_known_illness_may_be_named() -> None:
    questionnaire = Questionnaire(answers=(Answer(id="1", question="Maladie ?", answer="Diabète de type 1"),))
    dialogue = talk(
        "c: Bonjour.", "p: Voilà, je viens.", "c: Votre diabète, vous avez un diabète de type 1 depuis longtemps."
    )
    assert not [f for f in check_conduct(dialogue, questionnaire) if f.code == "diagnosis_given"]
    assert [f for f in check_conduct(dialogue) if f.code == "diagnosis_given"]


@pytest.mark.parametrize("code", CONDUCT)
def test_a_planted_defect_is_found(code: str) -> None:
    found = planted = 0
    before = {(f.code, f.turn) for f in check_conduct(GOOD)}
    for seed in range(6):
        bad = plant_conduct(GOOD, code, rng_for("d-test", code, seed))  # type: ignore[arg-type]
        if bad is None:
            continue
        planted += 1
        assert bad.turns != GOOD.turns
        found += any(f.code == code and (f.code, f.turn) not in before for f in check_conduct(bad))
    assert planted
    assert found >= planted - 1


def test_nothing_is_planted_where_there_is_no_place() -> None:
    calm = talk("c: Bonjour.", "p: Je viens pour un certificat.", "c: Bien. Quel sport ?", "p: Du judo.")
    assert plant_conduct(calm, "risk_missed", rng_for("x", "y")) is None
    assert plant_conduct(calm, "answer_omitted", rng_for("x", "y")) is None


@given(
    st.lists(st.tuples(st.sampled_from(["clinician", "patient"]), st.text(max_size=60)), max_size=6),
    st.text(max_size=120),
)
def test_any_talk_can_be_checked(said: list[tuple[str, str]], reply: str) -> None:
    context = [Turn.model_validate({"role": role, "text": text}) for role, text in said]
    assert all(f.turn == len(context) for f in check_reply(context, reply))
