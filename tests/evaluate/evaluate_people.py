"""Dialogues, models and a patient small enough to reason about."""

from collections.abc import Sequence
from pathlib import Path

from colloque.core import Answer, Dialogue, Questionnaire, Stated, Turn, rng_for
from colloque.llm.model import Reply, Request
from colloque.store import write_records

GOOD = "Vous dormez mal, je comprends. Que se passe-t-il quand vous vous couchez ?"
BAD = "Tu dois dormir, tu sais. Tu manges bien ? Tu sors un peu ?"


class Mixed:
    """Gives the bad reply in a set share of its replies, by the request's own draw."""

    def __init__(self, name: str, bad: float, good: str = GOOD) -> None:
        self.name, self.bad, self.good = name, bad, good
        self.asked = 0

    def complete(self, requests: Sequence[Request]) -> list[Reply]:
        self.asked += len(requests)
        return [Reply(text=BAD if self._draw(r) < self.bad else self.good, model=self.name) for r in requests]

    def _draw(self, request: Request) -> float:
        return rng_for(request.id, self.name).random()


class Open:
    """A patient that gives the next answer of its record to anything that holds a question mark."""

    def __init__(self, form: Questionnaire, seed: int) -> None:
        self.form = form

    def answer(self, context: list[Turn]) -> Turn:
        given = {stated.answer for turn in context for stated in turn.states}
        left = [answer for answer in self.form.told if answer.id not in given]
        if not left or "Tu" in context[-1].text:
            return Turn(role="patient", text="Je ne sais pas trop.")
        return Turn(role="patient", text=left[0].answer, states=(Stated(answer=left[0].id),))


def people(tmp_path: Path, count: int = 60) -> dict[str, Path]:
    """Dialogues and questionnaires of `count` respondents of the test split and a few of train, as files."""
    forms, talks = [], []
    for number in range(count + 5):
        split = "test" if number < count else "train"
        who = f"r-{number}"
        answers = tuple(
            Answer(id=str(i), question=q, answer=a)
            for i, (q, a) in enumerate(
                (
                    ("Dormez-vous bien ?", f"Non, depuis {number} jours."),
                    ("Mangez-vous ?", "Peu."),
                    ("Entouré ?", "Oui."),
                )
            )
        )
        forms.append(
            Questionnaire.model_validate({"id": f"q-{number}", "respondent": who, "split": split, "answers": answers})
        )
        turns = [
            Turn(role="clinician", text="Bonjour. Comment dormez-vous ?"),
            Turn(role="patient", text=answers[0].answer),
        ]
        turns += [Turn(role="clinician", text="Et les repas ?"), Turn(role="patient", text="Je mange peu.")]
        turns += [Turn(role="clinician", text="Qui vous entoure ?"), Turn(role="patient", text="Ma sœur."), turns[0]]
        talks.append(
            Dialogue.model_validate({"questionnaire": f"q-{number}", "respondent": who, "split": split, "turns": turns})
        )
    write_records(tmp_path / "questionnaires/part-00000.parquet", forms)
    write_records(tmp_path / "dialogues/part-00000.parquet", talks)
    return {"questionnaires": tmp_path / "questionnaires", "dialogues": tmp_path / "dialogues"}
