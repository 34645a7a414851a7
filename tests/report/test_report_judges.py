"""A wrong judge is noticed, and said in words, in the set's card and on the page: inverted, of length, of position."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from colloque.core import Comparison, Opening, Turn, Verdict, content_id, rng_for, uniform
from colloque.judge import Judge, RubricJudge
from colloque.llm.model import Reply, Request
from colloque.prefer import PreferConfig, run_prefer
from colloque.report import build_report
from colloque.store import Context, write_records
from colloque.store.manifest import Identity, Manifest, begin, finish

SAID = (
    "Je dors mal depuis un mois.",
    "Je n'ai plus d'appétit.",
    "Mon chef me crie dessus.",
    "Je bois le soir.",
    "J'ai mal au dos.",
)
SOUND = (
    "Vous en parlez avec peine. Depuis quand est-ce comme ça ?",
    "Merci de me le dire. Que se passe-t-il, ces jours-là ?",
    "Je vous entends, cela pèse sur vos journées. Qu'est-ce qui vous aide, un peu ?",
    "D'accord. Et le matin ?",
)
FAULTY = (
    "Ce n'est rien du tout, ne vous inquiétez pas, ça va passer tout seul, vous verrez.",
    "C'est sûrement une dépression.",
    "Tu devrais sortir plus. Tu vois des amis ? Tu fais du sport ? Tu manges bien ?",
    "Prenez un somnifère le soir.",
    "Vous auriez dû venir plus tôt, c'est votre faute.",
)


class Talker:
    """Draws a sound or a faulty reply, from the request alone."""

    name = "talker"

    def complete(self, requests: Sequence[Request]) -> list[Reply]:
        return [Reply(text=rng_for(r.id, "talk").choice(SOUND + FAULTY), model=self.name) for r in requests]


class Inverted(RubricJudge):
    """The rubric, its choice turned round for 30 % of the pairs, whatever the order."""

    def compare(self, comparisons: Sequence[Comparison]) -> list[Verdict]:
        verdicts = super().compare(comparisons)
        return [v.swap() if uniform(c.id, "wrong") < 0.3 else v for c, v in zip(comparisons, verdicts, strict=True)]


class OfLength(RubricJudge):
    """The rubric, but the longer reply wins in seven of ten pairs."""

    def compare(self, comparisons: Sequence[Comparison]) -> list[Verdict]:
        verdicts = super().compare(comparisons)
        return [self._lean(c) if uniform(c.id, "lean") < 0.7 else v for c, v in zip(comparisons, verdicts, strict=True)]

    def _lean(self, c: Comparison) -> Verdict:
        longer = len(c.a.text) - len(c.b.text)
        choice: Any = "a" if longer > 0 else "b" if longer < 0 else "tie"
        return Verdict(choice=choice, margin=1.0, judge=self.name)


class OfPosition(RubricJudge):
    """The rubric, but whoever is read first wins in four of ten pairs."""

    def compare(self, comparisons: Sequence[Comparison]) -> list[Verdict]:
        verdicts = super().compare(comparisons)
        first = Verdict(choice="a", margin=1.0, judge=self.name)
        return [first if uniform(c.id, "lean") < 0.4 else v for c, v in zip(comparisons, verdicts, strict=True)]


def page(workspace: Path, judge: Judge) -> tuple[dict[str, Any], str, str]:
    """(card, its README, the page) of a set of 300 openings labelled by this judge."""
    openings = [
        Opening(
            id=content_id("o", n), turns=(Turn(role="patient", text=SAID[n % len(SAID)]), Turn(role="clinician", text=f"Je note, {n}."),
                                          Turn(role="patient", text=f"Voilà, c'est la {n}e fois.")),
            origin="dialogue", kind="middle", respondent=f"r-{n}",
        )
        for n in range(300)
    ]  # fmt: skip
    write_records(workspace / "openings.parquet", openings, Opening)
    folder = workspace / "prefer"
    identity = Identity(stage="prefer", version=1, config={}, inputs={}, seed=3)
    begin(folder, identity.fingerprint)
    context = Context(folder=folder, inputs={"openings": workspace / "openings.parquet"}, seed=3)
    tally = run_prefer(context, PreferConfig(sense=False, draws=2, least_accuracy=0.0), Talker(), judge)
    finish(folder, Manifest(**identity.model_dump(), colloque="0", tally=tally, started="2026-11-25T00:00:00"))
    html = build_report(workspace).read_text(encoding="utf-8")
    card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
    return card, (folder / "README.md").read_text(encoding="utf-8"), html


@pytest.mark.parametrize(
    ("judge", "words"),
    [
        (Inverted(), "ses choix sont en partie faux"),
        (OfLength(), "La réponse préférée est la plus longue"),
        (OfPosition(), "il juge en partie la place"),
    ],
    ids=["inverted", "length", "position"],
)
def test_a_wrong_judge_is_said_in_words(tmp_path: Path, judge: Judge, words: str) -> None:
    card, readme, html = page(tmp_path, judge)
    assert any(words in warning for warning in card["warnings"]), card["warnings"]
    assert words in readme and f"⚠ {card['warnings'][0]}" in readme
    assert html.count(words) >= 1 and "Attention : " in html


def test_a_sound_judge_is_not_accused(tmp_path: Path) -> None:
    card, readme, html = page(tmp_path, RubricJudge())
    for words in ("en partie faux", "suivent la longueur", "en partie la place", "se contredisent"):
        assert words not in readme and words not in html
    assert card["passport"]["accuracy"] >= 0.85
