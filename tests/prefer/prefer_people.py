"""Dialogues, a model and judges small enough to reason about: the stages are real, these are the people around them."""

from collections.abc import Sequence
from pathlib import Path

from colloque.core import Comparison, Dialogue, Split, Turn, Verdict, rng_for
from colloque.llm.model import Reply, Request
from colloque.store import write_records

GOOD = ("Depuis quand cela dure-t-il ?", "Comment sont vos nuits ?", "Que se passe-t-il le matin, au réveil ?")
BAD = (
    "Tu dors mal. Et toi, tu manges ? Tu sors ?",
    "Prenez un somnifère. Vous dormez ? Vous mangez ?",
    "Ce n'est rien.",
)


class Talker:
    """Draws one of a few replies from the request's own seed and draw; counts what it is asked."""

    name = "talker"

    def __init__(self, replies: Sequence[str] = GOOD + BAD, finish: str = "stop") -> None:
        self.replies, self.finish = replies, finish
        self.asked = 0

    def complete(self, requests: Sequence[Request]) -> list[Reply]:
        self.asked += len(requests)
        return [self._one(request) for request in requests]

    def _one(self, request: Request) -> Reply:
        rng = rng_for(str(request.sampling.seed), str(request.sampling.draw))
        text = rng.choice(self.replies)
        return Reply.model_validate({"text": text, "finish": self.finish, "model": self.name})


class Fewer:
    """Prefers what is not in BAD; a stand-in for a sound judge."""

    name = "fewer"

    def compare(self, comparisons: Sequence[Comparison]) -> list[Verdict]:
        return [self.one(c.a.text, c.b.text) for c in comparisons]

    def one(self, a: str, b: str) -> Verdict:
        gap = (b in BAD) - (a in BAD)
        choice = "a" if gap > 0 else "b" if gap < 0 else "tie"
        return Verdict.model_validate(
            {"choice": choice, "margin": abs(gap), "criterion": "conduct", "judge": self.name}
        )


class First(Fewer):
    """Always prefers the reply it reads first."""

    name = "first"

    def one(self, a: str, b: str) -> Verdict:
        return Verdict(choice="a", margin=1.0, judge=self.name)


class Longer(Fewer):
    """Always prefers the longer reply."""

    name = "longer"

    def one(self, a: str, b: str) -> Verdict:
        gap = len(a) - len(b)
        choice = "a" if gap > 0 else "b" if gap < 0 else "tie"
        return Verdict.model_validate({"choice": choice, "margin": 1.0, "judge": self.name})


def dialogue(number: int, split: Split = "preference", respondent: str = "") -> Dialogue:
    """Six turns whose words differ from one number to the next."""
    talk = (
        ("clinician", f"Bonjour, qu'est-ce qui vous amène, dossier {number} ?"),
        ("patient", f"Je dors mal depuis {number} jours."),
        ("clinician", "Et l'appétit ?"),
        ("patient", "Ça va." if number % 2 else "J'ai des idées noires, je voudrais mourir."),
        ("clinician", "Qui vous entoure ?"),
        ("patient", f"Ma sœur, elle habite au {number}."),
        ("clinician", "Merci de votre confiance."),
    )
    return Dialogue.model_validate(
        {
            "questionnaire": f"q-{number}",
            "respondent": respondent or f"r-{split}-{number}",
            "split": split,
            "turns": [Turn(role="clinician" if role == "clinician" else "patient", text=text) for role, text in talk],
        }
    )


_SPLITS: tuple[Split, ...] = ("preference", "preference", "train", "test")


def forty(tmp_path: Path) -> Path:
    """A folder of 40 dialogues: 20 of the preference split, 10 of train, 10 of test."""
    splits: list[Split] = [split for split in _SPLITS for _ in range(10)]
    folder = tmp_path / "dialogues"
    write_records(folder / "part-00000.parquet", (dialogue(i, split) for i, split in enumerate(splits)), Dialogue)
    return folder
