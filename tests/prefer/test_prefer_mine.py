"""Mining: openings are where the model erred, with its own history, from people whom SFT never saw."""

from collections.abc import Sequence
from pathlib import Path

from prefer_people import dialogue, forty

from colloque.core import Answer, Opening, Questionnaire, Stated, Turn
from colloque.llm.model import Reply, Request
from colloque.prefer import OpeningsConfig, run_openings
from colloque.store import Context, read_records, write_records

GOOD = ("Bonjour. Comment dormez-vous ?", "Vous dormez mal, je vois. Et les repas ?", "Peu, donc. Qui vous entoure ?")
BAD = "Tu manges bien ? Tu dors bien ? Tu sors ?"


class Stumbling:
    """Speaks well but for its third turn."""

    name = "stumbling"

    def complete(self, requests: Sequence[Request]) -> list[Reply]:
        return [Reply(text=self._turn(sum(m.role == "assistant" for m in r.messages))) for r in requests]

    def _turn(self, number: int) -> str:
        return BAD if number == 2 else GOOD[number % 3]


class Telling:
    def __init__(self, form: Questionnaire, seed: int) -> None:
        self.form = form

    def answer(self, context: list[Turn]) -> Turn:
        answer = self.form.told[len(context) // 2 % len(self.form.told)]
        return Turn(role="patient", text=answer.answer, states=(Stated(answer=answer.id),))


def test_openings_are_mined_where_the_model_errs(tmp_path: Path) -> None:
    forms = []
    for number in range(30):
        talk = dialogue(number, "preference" if number < 20 else "train")
        answers = (
            Answer(id="1", question="Sommeil ?", answer=f"Je dors {number} minutes."),
            Answer(id="2", question="Repas ?", answer="Peu."),
        )
        forms.append(Questionnaire(respondent=talk.respondent, split=talk.split, answers=answers))
    write_records(tmp_path / "questionnaires.parquet", forms)
    inputs = {"dialogues": forty(tmp_path), "questionnaires": tmp_path / "questionnaires.parquet"}
    context = Context(folder=tmp_path / "out", inputs=inputs, seed=5)
    tally = run_openings(
        context, OpeningsConfig(count=40, hand=0.0, mined=0.5, mine_turns=3, sense=False), Stumbling(), Telling
    )
    found = [o for o in read_records(context.folder / "openings.parquet", Opening) if o.origin == "mined"]
    assert len(found) == 20
    assert {opening.respondent for opening in found} <= {f.respondent for f in forms if f.split == "preference"}
    assert all(len(opening.turns) == 5 - 1 and opening.turns[-1].role == "patient" for opening in found)
    assert [turn.text for turn in found[0].turns if turn.role == "clinician"] == list(GOOD[:2])
    errors = tally.figures["errors_mined"]
    assert errors["multiple_questions"] >= 20 and list(errors.values()) == sorted(errors.values(), reverse=True)
    assert {opening.kind for opening in found} <= set(errors)
