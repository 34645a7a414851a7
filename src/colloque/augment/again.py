"""Another realisation of the same facts: other persona, other order where it is free, other words."""

from colloque.core import Dialogue, Questionnaire, seed_for
from colloque.speech import draw_plan, realise

__all__ = ["reformulate", "words_alike"]


def reformulate(questionnaire: Questionnaire, dialogue: Dialogue, seed: int = 0) -> Dialogue:
    """A new dialogue of the same answers, unlike `dialogue` in plan and words; its `parent` is `dialogue`.

    The facts come from the questionnaire, never from the parent's words, so that nothing can drift.
    """
    own = seed_for(dialogue.id, "reformulate", seed) >> 32
    made = realise(draw_plan(questionnaire, own), questionnaire)
    return made.model_copy(update={"parent": dialogue.id})


def words_alike(one: Dialogue, other: Dialogue, size: int = 5) -> float:
    """Jaccard similarity of the word 5-grams of two dialogues, in [0, 1]; exact."""
    a, b = _grams(one, size), _grams(other, size)
    return len(a & b) / len(a | b) if a | b else 1.0


def _grams(dialogue: Dialogue, size: int) -> set[tuple[str, ...]]:
    words = dialogue.text().lower().split()
    return {tuple(words[i : i + size]) for i in range(max(1, len(words) - size + 1))}
