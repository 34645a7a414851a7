"""The plain detectors: what they see, what they let pass, and that they share nothing with what labels."""

import ast
import json
from pathlib import Path

import pytest

import colloque.evaluate.plain as plain
from colloque.core import Candidate, Comparison, Opening, Turn
from colloque.evaluate import PlainJudge, plain_faults

CORPUS = Path(__file__).parents[2] / "../shared/corpus"


def _talk(*texts: str) -> list[Turn]:
    """Turns that end with the patient."""
    roles = ("patient", "clinician")
    return [Turn.model_validate({"role": roles[i % 2], "text": text}) for i, text in enumerate(reversed(texts))][::-1]


@pytest.mark.parametrize(
    ("talk", "reply", "fault"),
    [
        (("Je dors mal.",), "Vous dormez mal. Depuis quand ? Combien d'heures dormez-vous ?", None),
        (("Je dors mal.",), "Vos nuits sont courtes ? Depuis quand dormez-vous mal ?", "several_questions"),
        (("Comment dormez-vous la nuit ?", "Mal."), "Et comment dormez-vous, la nuit ?", "asked_again"),
        (("Je dors mal.",), "Et le travail, ça se passe comment ?", "nothing_taken_up"),
        (("Je dors mal.",), "Ce mauvais sommeil, vous dormez combien, 6 heures ?", "number_from_nowhere"),
        (("Je dors mal.",), "Vous dormez mal mal depuis", "broken_text"),
        (("J'ai envie d'en finir.",), "Je comprends. Et l'appétit, comment ça va ?", "risk_unheard"),
        (("Des idées noires ?", "Non, jamais."), "D'accord. Et l'appétit ?", None),
        (("Je dors mal.",), "Tu dors mal depuis quand ?", "tutoiement"),
        (("Je dors mal.",), "Vous dormez mal : prenez un somnifère ce soir. Ça irait ?", "advice"),
        (("Je dors mal.",), "Vous dormez mal, ce n'est rien. Depuis quand ?", "comfort"),
    ],
)
def test_what_the_detectors_see(talk: tuple[str, ...], reply: str, fault: str | None) -> None:
    found = plain_faults(_talk(*talk), reply)
    if fault:
        assert fault in found
    else:
        assert not {"risk_unheard", "tutoiement", "advice", "comfort", "broken_text"} & set(found)


def test_the_judge_is_blind_to_seats_and_length() -> None:
    opening = Opening(id="o", turns=(Turn(role="patient", text="Je dors mal."),))
    good = Candidate(text="Vous dormez mal. Depuis quand, à peu près ?")
    long = Candidate(
        text="Vous dormez mal, je vous ai bien entendu. Depuis quand, à peu près, est-ce ainsi pour vous ?"
    )
    bad = Candidate(text="Tu dors mal. Prenez un somnifère.")
    judge = PlainJudge()
    for a, b, choice in ((good, bad, "a"), (bad, good, "b"), (good, long, "tie"), (long, good, "tie")):
        [verdict] = judge.compare([Comparison(id="c", opening=opening, a=a, b=b)])
        assert verdict.choice == choice


def test_the_plain_measure_shares_no_code_with_the_checks() -> None:
    tree = ast.parse(Path(plain.__file__).read_text(encoding="utf-8"))
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    assert {name for name in imported if name.startswith("colloque")} == {"colloque.core"}


@pytest.mark.skipif(not CORPUS.exists(), reason="the labelled corpus is not here")
def test_on_the_corpus_the_plain_judge_is_seldom_wrong_where_it_decides() -> None:
    rows = [json.loads(line) for line in (CORPUS / "judgements.jsonl").read_text(encoding="utf-8").splitlines()]
    right = wrong = 0
    for row in rows:
        opening = Opening(id=row["id"], turns=tuple(Turn.model_validate(turn) for turn in row["context"]))
        a, b = Candidate(text=row["a"]), Candidate(text=row["b"])
        [verdict] = PlainJudge().compare([Comparison(id=row["id"], opening=opening, a=a, b=b)])
        right += verdict.choice == row["better"]
        wrong += verdict.choice not in ("tie", row["better"])
    assert right + wrong >= 0.4 * len(rows)
    assert right >= 3 * wrong
