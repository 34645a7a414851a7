"""The reformulator: same facts, other words; a copy is sent back, a sibling's copy too."""

import json
from typing import Any

from colloque.augment.model import likeness, reformulate_with, reformulator_version, times_for
from colloque.core import Answer, Dialogue, Drop, Questionnaire, Turn
from colloque.llm import Request, ScriptedModel
from colloque.llm.script import Line, Script, script_data

QUESTIONNAIRE = Questionnaire(
    id="q-1",
    respondent="r-1",
    split="train",
    virtual=True,
    answers=(Answer(id="1", question="Avez-vous des problèmes de sommeil ?", answer="Oui, depuis 3 semaines."),),
)
PARENT = Dialogue(
    id="d-1",
    questionnaire="q-1",
    respondent="r-1",
    virtual=True,
    turns=(
        Turn(role="clinician", text="Bonjour. Vos nuits, comment sont-elles ?"),
        Turn(role="patient", text="Mauvaises. J'ai des problèmes de sommeil depuis trois semaines."),
        Turn(role="clinician", text="Merci, nous allons y revenir."),
    ),
)
OTHERS = (
    ("Asseyez-vous, je vous écoute. Le sommeil, ça va ?", "Pas trop, non : ça fait trois semaines que je dors mal.",
     "Je comprends. On reprend tout cela ensemble."),
    ("Entrez. Qu'est-ce qui vous amène aujourd'hui ?", "Je dors pas bien, docteur, et ça dure depuis trois semaines.",
     "Trois semaines à mal dormir, c'est long. Je vous remercie."),
)  # fmt: skip


def said(request: Request, texts: tuple[str, ...]) -> str:
    lines = [Line("clinician", texts[0], ()), Line("patient", texts[1], ("1",)), Line("clinician", texts[2], ())]
    if "Premier mot : au patient" in request.messages[1].content:
        lines = lines[1:]
    return script_data(Script(tuple(lines)))


def family(script: Any, times: int = 2, attempts: int = 3) -> tuple[list[Dialogue | Drop], list[Request]]:
    model = ScriptedModel(script)
    return list(reformulate_with(model, [(QUESTIONNAIRE, PARENT)], times, attempts=attempts)), model.requests


def number_of(request: Request) -> int:
    return int(request.id.split("/")[2])


def test_children_carry_their_parent_and_its_respondent() -> None:
    made, _ = family(lambda request: said(request, OTHERS[number_of(request)]))
    children = [child for child in made if isinstance(child, Dialogue)]
    assert len(children) == 2
    assert {(c.parent, c.respondent, c.split, c.virtual, c.writer) for c in children} == {
        ("d-1", "r-1", "train", True, "scripted")
    }
    assert children[0].turns != children[1].turns


def test_a_copy_of_the_parent_is_sent_back() -> None:
    texts = tuple(turn.text for turn in PARENT.turns)

    def script(request: Request) -> str:
        return said(request, texts if len(request.messages) == 2 else OTHERS[0])

    made, asked = family(script, times=1)
    assert isinstance(made[0], Dialogue)
    assert "trop proche" in asked[1].messages[-1].content


def test_a_copy_of_a_sibling_is_refused_and_says_why() -> None:
    made, _ = family(lambda request: said(request, OTHERS[0]))
    assert isinstance(made[0], Dialogue)
    assert isinstance(made[1], Drop)
    assert (made[1].reason, made[1].stage, made[1].id) == ("too_near", "augment", "d-1/1")
    assert json.loads(made[1].record)["id"] == "d-1"


def test_a_lost_fact_is_refused() -> None:
    texts = ("Bonjour, je vous écoute.", "Je suis venu comme ça, pour voir.", "D'accord, merci.")
    made, _ = family(lambda request: said(request, texts), times=1)
    assert isinstance(made[0], Drop)
    assert made[0].reason == "answer_omitted"


def test_how_many_follows_from_the_target() -> None:
    assert [times_for(target, 100) for target in (50, 100, 101, 300, 301)] == [0, 0, 1, 2, 3]


def test_likeness_is_of_words_and_in_bounds() -> None:
    one = [Turn(role="patient", text="Je dors mal depuis trois semaines.")]
    other = [Turn(role="patient", text="je dors MAL, depuis trois semaines !")]
    assert likeness(one, other) == 1.0
    assert likeness(one, [Turn(role="patient", text="Tout va bien, merci.")]) == 0.0


def test_prompts_have_a_version() -> None:
    assert len(reformulator_version().split("-")) == 3
