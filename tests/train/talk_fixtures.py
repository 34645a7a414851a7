"""Placeholder consultations for the training tests: cohort-free, varied enough that a tiny model has something to learn."""

import random
from pathlib import Path

from colloque.core import CUE, Message, Preference, content_id
from colloque.store import write_records

_TOPICS = (
    (("Comment dormez-vous ?", "Et vos nuits ?"), ("Je dors mal depuis {n} semaines.", "Plutôt bien."), ("Vous dormez mal.", "Bien, donc.")),
    (("Et l'appétit ?", "Mangez-vous comme d'habitude ?"), ("Je saute des repas.", "Normalement."), ("Des repas sautent.", "D'accord.")),
    (("Et le moral ?", "Comment va le moral ?"), ("J'ai plus goût à rien.", "Ça va, ça vient."), ("Plus goût à rien.", "Je vois.")),
    (("L'énergie est là ?", "Êtes-vous fatigué ?"), ("Épuisé dès le matin.", "Non, ça va."), ("Épuisé, je comprends.", "Tant mieux.")),
)  # fmt: skip


def consultation(number: int, seed: int = 0) -> tuple[Message, ...]:
    """One conversation, the clinician first in four of five."""
    chance = random.Random(f"{seed}-{number}")
    first = "Bonjour, je viens parce que ça va pas." if chance.random() < 0.2 else CUE
    messages = [Message(role="user", content=first)]
    said = "Bonjour."
    for questions, answers, echoes in chance.sample(_TOPICS, chance.randint(2, 4)):
        which = chance.randrange(2)
        messages.append(Message(role="assistant", content=f"{said} {chance.choice(questions)}"))
        messages.append(Message(role="user", content=answers[which].format(n=chance.randint(2, 9))))
        said = echoes[which]
    messages.append(Message(role="assistant", content=f"{said} Merci, on regarde ça ensemble."))
    return tuple(messages)


def write_dataset(folder: Path, train: int, validation: int) -> Path:
    """A dataset folder as the dataset stage leaves it."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    folder.mkdir(parents=True, exist_ok=True)
    for name, count, seed in (("train", train, 1), ("validation", validation, 2)):
        rows = [
            {"id": f"{name}-{i}", "messages": [m.model_dump() for m in consultation(i, seed)]} for i in range(count)
        ]
        pq.write_table(pa.Table.from_pylist(rows), folder / f"{name}.parquet")
    return folder


def preferences(count: int, seed: int = 5) -> list[Preference]:
    """Pairs: the reply that was given, and one from another conversation."""
    pairs = []
    for number in range(count):
        talk, other = consultation(number, seed), consultation(number + 10_000, seed)
        chance = random.Random(f"pair-{seed}-{number}")
        spot = chance.choice([i for i, m in enumerate(talk) if m.role == "assistant"])
        wrong = chance.choice([m for m in other if m.role == "assistant" and m != talk[spot]])
        pairs.append(
            Preference(
                prompt=talk[:spot], chosen=(talk[spot],), rejected=(wrong,), id=content_id("p", number),
                respondent=f"r-{number // 2}",
            )
        )  # fmt: skip
    return pairs


def write_preferences(path: Path, count: int) -> Path:
    """A preference file as the prefer stage leaves it."""
    write_records(path, preferences(count), Preference)
    return path
