"""Planted pairs: the writer's own turn against the same turn with one named error put into it. Labelled, capped, optional.

They teach errors that a model's own replies show too seldom to be seen; too many of them teach a difference that is no
reply's own (at most 30 % of a set). The people are those of the preference split.
"""

from collections.abc import Iterator, Sequence

from colloque.checks import plant
from colloque.core import (
    CONDUCT,
    Code,
    Dialogue,
    Preference,
    Questionnaire,
    Turn,
    content_id,
    messages_from,
    reply_message,
    uniform,
)
from colloque.store import Context, read_records

__all__ = ["planted_pairs"]


def planted_pairs(context: Context, share: float, pairs: int) -> list[Preference]:
    """So many planted pairs that they are `share` of the set beside `pairs` others, every code in turn.

    Reads the inputs "dialogues" and "questionnaires". Fewer come back where the dialogues offer no more places.
    """
    wanted = round(pairs * share / (1 - share))
    if not wanted:
        return []
    forms = {form.id: form for form in read_records(context.inputs["questionnaires"], Questionnaire)}
    talks = [
        dialogue
        for dialogue in read_records(context.inputs["dialogues"], Dialogue)
        if dialogue.split == "preference" and dialogue.parent is None and dialogue.questionnaire in forms
    ]
    lanes = [_lane(code, forms, talks, context.seed) for code in CONDUCT]
    found: list[Preference] = []
    while lanes and len(found) < wanted:
        turn = [(lane, next(lane, None)) for lane in lanes]
        lanes = [lane for lane, pair in turn if pair is not None]
        found += [pair for _, pair in turn if pair is not None]
    return found[:wanted]


def _lane(code: Code, forms: dict[str, Questionnaire], talks: Sequence[Dialogue], seed: int) -> Iterator[Preference]:
    """The pairs of one error, a dialogue each, in an order of its own."""
    for talk in sorted(talks, key=lambda talk: (uniform(talk.id, f"planted {code}", seed), talk.id)):
        planted = plant(forms[talk.questionnaire], talk, code, seed)
        if planted is None or not planted.turn:
            continue
        spot, after = planted.turn, planted.dialogue.turns
        if len(after) != len(talk.turns) or not _one_turn(talk.turns, after, spot):
            continue
        yield Preference(
            prompt=messages_from(talk.turns[:spot]),
            chosen=reply_message(talk.turns[spot].text),
            rejected=reply_message(after[spot].text),
            id=content_id("p", talk.id, spot, after[spot].text),
            opening=content_id("o", talk.id, spot),
            respondent=talk.respondent,
            split=talk.split,
            origin="planted",
            judges=("planted",),
            criterion=code,
        )


def _one_turn(before: Sequence[Turn], after: Sequence[Turn], spot: int) -> bool:
    """The clinician's turn at `spot`, on the patient's words, is all that differs."""
    same = all(old.text == new.text for i, (old, new) in enumerate(zip(before, after, strict=True)) if i != spot)
    return (
        same
        and before[spot].role == "clinician"
        and before[spot - 1].role == "patient"
        and before[spot].text != after[spot].text
    )
