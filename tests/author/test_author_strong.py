"""What a strong model really answered to the author's and the reformulator's prompts, recorded: read, checked, repaired, kept.

Twenty questionnaires of the development corpus, ten of them reformulated three times; the model saw only the messages that an endpoint gets.
"""

import json
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from colloque.augment.model import likeness, reformulate_with
from colloque.core import Answer, Dialogue, Drop, Questionnaire
from colloque.llm import Request, ScriptedModel
from colloque.write.author import author_dialogues

CORPUS = Path(__file__).parents[2] / "../shared/corpus/dialogues.jsonl"


needs_corpus = pytest.mark.skipif(not CORPUS.exists(), reason="the development corpus is not beside this checkout")


def rows(name: str) -> list[dict[str, Any]]:
    path = Path(__file__).parent / "data" / name
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def records() -> dict[str, Questionnaire]:
    corpus = map(json.loads, CORPUS.read_text("utf-8").splitlines())
    return {
        row["record"]["id"]: Questionnaire(
            id=row["record"]["id"], answers=tuple(Answer.model_validate(a) for a in row["record"]["answers"])
        )
        for row in corpus
    }


def authored() -> list[Dialogue | Drop]:
    recorded = {(row["record"], row["attempt"]): row["text"] for row in rows("strong_author.jsonl")}
    known = records()

    def script(request: Request) -> str:
        _, record, attempt = request.id.split("/")
        return str(recorded.get((record, int(attempt)), recorded[record, 0]))

    asked = [known[record] for record, attempt in recorded if attempt == 0]
    return list(author_dialogues(asked, ScriptedModel(script, name="strong"), 0, attempts=2))


@needs_corpus
def test_what_a_strong_model_writes_is_kept() -> None:
    made = authored()
    kept = [m for m in made if isinstance(m, Dialogue)]
    # 20 when it was recorded, 18 of them at once. Checks move; a check that refuses two of these is too strict.
    assert len(made) == 20
    assert len(kept) >= 19, [f"{m.id} {m.reason}: {m.detail}" for m in made if isinstance(m, Drop)]


@needs_corpus
def test_what_a_strong_model_reformulates_says_the_same_in_other_words() -> None:
    texts = {(row["record"], row["number"]): row["text"] for row in rows("strong_reformulator.jsonl")}
    known, parents = records(), {m.questionnaire: m for m in authored() if isinstance(m, Dialogue)}
    pairs = [(known[record], parents[record]) for record in dict.fromkeys(r for r, _ in texts) if record in parents]
    record_of = {parent.id: parent.questionnaire for _, parent in pairs}

    def script(request: Request) -> str:
        _, parent, number, _ = request.id.split("/")
        return str(texts[record_of[parent], int(number)])

    made = list(reformulate_with(ScriptedModel(script, name="strong"), pairs, 3, attempts=1))
    kept = [m for m in made if isinstance(m, Dialogue)]
    # 19 of 30 at once when recorded; the eleven others said the same facts too, and were refused for colour ("fourmi" as a
    # nickname) or a stammer ("sept… sept virgule un"). All 30 pass since; fewer than nine in ten is a check grown too strict.
    assert len(kept) >= 9 * len(made) // 10, [f"{m.id} {m.reason}: {m.detail}" for m in made if isinstance(m, Drop)]
    assert not [m for m in made if isinstance(m, Drop) and m.reason == "too_near"]
    for _, parent in pairs:
        family = [parent, *(child for child in kept if child.parent == parent.id)]
        assert max((likeness(a.turns, b.turns) for a, b in combinations(family, 2)), default=0.0) < 0.15
