"""check_dialogue on small talks: what each rule must find, and what it must let be."""

import pytest

from colloque.checks import check_fidelity
from colloque.core import Answer, Dialogue, Questionnaire, Turn

RECORD = Questionnaire(
    answers=(
        Answer(id="1", question="Comment dormez-vous ?", answer="mal, je me réveille toutes les 2h"),
        Answer(id="2", question="Depuis quand ?", answer="environ 3 semaines"),
        Answer(id="3", question="Avez-vous perdu l'appétit ?", answer="Oui, je saute des repas"),
        Answer(id="4", question="Avez-vous des vertiges ?", answer="Non"),
        Answer(
            id="5", question="Y a-t-il des maladies du cœur dans la famille ?", answer="mon père, infarctus à 52 ans"
        ),
    )
)

FAITHFUL = (
    ("clinician", "Bonjour. Vos nuits, comment sont-elles ?"),
    ("patient", "Je dors comme un bébé : réveillé toutes les deux heures."),
    ("clinician", "Cela dure depuis longtemps ?"),
    ("patient", "Une vingtaine de jours, trois semaines quoi."),
    ("clinician", "Et l'appétit, il est toujours là ?"),
    ("patient", "Non, il s'est fait la malle. J'en saute, des repas."),
    ("clinician", "Avez-vous des vertiges ?"),
    ("patient", "Non, aucun."),
    ("clinician", "Et dans la famille, côté cœur ?"),
    ("patient", "Mon père. Un infarctus, à cinquante-deux ans."),
)  # fmt: skip


def talk(**changes: str) -> Dialogue:
    """The faithful talk with some turns (`t5`: turn 5) replaced."""
    turns = [Turn(role=role, text=changes.get(f"t{i}", text)) for i, (role, text) in enumerate(FAITHFUL)]
    return Dialogue(questionnaire=RECORD.id, turns=tuple(turns))


def test_the_faithful_talk_has_no_error() -> None:
    assert [f for f in check_fidelity(RECORD, talk()) if f.severity != "warning"] == []


@pytest.mark.parametrize(
    ("changes", "code", "turn"),
    [
        ({"t3": "Oh, bien trois mois."}, "quantity_changed", 3),
        ({"t1": "Mal. Réveillé toutes les quatre heures."}, "quantity_changed", 1),
        ({"t7": "Oui, j'ai la tête qui tourne."}, "answer_contradicted", 7),
        ({"t7": "Non, aucun. Par contre j'ai les mains qui tremblent."}, "symptom_invented", 7),
        ({"t5": "Non, je saute des repas. On m'avait opéré de l'appendicite."}, "history_invented", 5),
        ({"t9": "J'ai fait un infarctus à cinquante-deux ans."}, "attribution_changed", 9),
        ({"t8": "Très bien.", "t9": "Merci docteur."}, "answer_omitted", 9),
    ],
)
def test_a_defect_is_found(changes: dict[str, str], code: str, turn: int) -> None:
    found = [(f.code, f.turn) for f in check_fidelity(RECORD, talk(**changes)) if f.severity == "error"]
    assert (code, turn) in found


@pytest.mark.parametrize(
    "changes",
    [
        {"t3": "Ça fait 21 jours, je dirais."},
        {"t1": "Toutes les deux heures je suis réveillée, alors... mal."},
        {"t7": "Jamais, de ce côté-là rien à signaler."},
        {
            "t9": "Mon père, oui. Il avait cinquante-deux ans quand il a fait son infarctus. Je l'adorais, il jouait aux boules."
        },
    ],
)
def test_other_words_for_the_same_are_let_be(changes: dict[str, str]) -> None:
    assert [f for f in check_fidelity(RECORD, talk(**changes)) if f.severity == "error"] == []
