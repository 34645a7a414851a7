"""The preference stage whole: counted, resumable, readable by trainers, and honest about its judge."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
from prefer_people import BAD, GOOD, Fewer, First, Longer, Talker, forty

from colloque.core import Comparison, Opening, Preference, Turn, Verdict
from colloque.errors import InputError, ModelError, RunError
from colloque.judge import Judge, RubricJudge
from colloque.llm.model import Reply, Request
from colloque.prefer import JudgedComparison, OpeningsConfig, PreferConfig, run_openings, run_prefer
from colloque.store import Context, Tally, read_records, write_records


def _openings(tmp_path: Path, count: int = 60) -> Path:
    folder = tmp_path / "openings"
    if not folder.exists():
        context = Context(folder=folder, inputs={"dialogues": forty(tmp_path)}, seed=5)
        run_openings(context, OpeningsConfig(count=count, hand=0.0))
    return folder / "openings.parquet"


def _run(
    tmp_path: Path, name: str = "prefer", judge: Judge | None = None, talker: Talker | None = None, **settings: object
) -> tuple[Path, Tally]:
    folder = tmp_path / name
    context = Context(folder=folder, inputs={"openings": _openings(tmp_path)}, seed=5)
    config = PreferConfig.model_validate({"shard": 16, "least_accuracy": 0.0, **settings})
    return folder, run_prefer(context, config, talker or Talker(), judge or Fewer())


def _bytes(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_pairs_prefer_the_better_reply_and_all_is_counted(tmp_path: Path) -> None:
    folder, tally = _run(tmp_path, length_balance=None)
    pairs = list(read_records(folder / "preferences.parquet", Preference))
    assert tally.kept == len(pairs) > 20
    assert tally.read == tally.kept + sum(tally.dropped.values())
    assert all(pair.chosen[0].content in GOOD and pair.rejected[0].content in BAD for pair in pairs)
    assert {pair.split for pair in pairs} == {"preference"}
    assert all(pair.prompt[0].role == "user" and pair.prompt[-1].role == "user" for pair in pairs)
    judged = list(read_records(folder / "comparisons", JudgedComparison))
    assert tally.made == len(judged)
    card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
    assert card["pairs"] == len(pairs) and card["judge"] == "fewer" and card["by_criterion"] == {"conduct": len(pairs)}
    assert "préférée :" in (folder / "README.md").read_text(encoding="utf-8")


def test_a_killed_run_goes_on_and_gives_the_same_bytes(tmp_path: Path) -> None:
    whole, _ = _run(tmp_path, "whole", control=True)
    resumed = tmp_path / "resumed"
    for gone in ("draws/part-00002.parquet", "comparisons/part-00001.parquet", "preferences.parquet"):
        shutil.copytree(whole, resumed)
        (resumed / gone).unlink()
        talker = Talker()
        _run(tmp_path, "resumed", control=True, talker=talker)
        assert _bytes(resumed) == _bytes(whole)
        assert (talker.asked > 0) is gone.startswith("draws")
        shutil.rmtree(resumed)


def test_a_failed_call_stops_the_stage_and_what_is_whole_is_kept(tmp_path: Path) -> None:
    whole, _ = _run(tmp_path, "whole")

    class Failing(Talker):
        def complete(self, requests: Sequence[Request]) -> list[Reply]:
            if self.asked > 150:
                raise ModelError("server gone", retryable=True)
            return super().complete(requests)

    with pytest.raises(ModelError):
        _run(tmp_path, "failed", talker=Failing())
    assert list((tmp_path / "failed/draws").glob("part-*.parquet"))
    _run(tmp_path, "failed")
    assert _bytes(tmp_path / "failed") == _bytes(whole)


def test_a_judge_of_seats_leaves_no_pair(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="order decides"):
        _run(tmp_path, judge=First())


def test_a_judge_that_leans_on_the_seat_is_named_in_words(tmp_path: Path) -> None:
    class Leaning(Fewer):
        name = "leaning"

        def one(self, a: str, b: str) -> Verdict:
            verdict = super().one(a, b)
            return verdict if verdict.choice != "tie" else verdict.model_copy(update={"choice": "a"})

    folder, tally = _run(tmp_path, judge=Leaning(), length_balance=None)
    card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
    assert card["position"]["first_seat_share"] > 0.6
    assert any("première place" in warning for warning in card["warnings"])
    assert tally.kept > 20


def test_a_judge_of_length_is_named_in_words(tmp_path: Path) -> None:
    folder, _ = _run(tmp_path, judge=Longer())
    card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
    assert card["length"]["chosen_longer_share_before_balance"] == 1.0
    assert any("longue" in warning and "longueur" in warning for warning in card["warnings"])
    assert card["dropped"]["length balance"] > 0


def test_a_sound_judge_is_not_accused(tmp_path: Path) -> None:
    folder, _ = _run(tmp_path, talker=Talker((*GOOD, *(bad[: len(GOOD[0])] for bad in BAD))), length_balance=None)
    card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
    assert not any("place" in warning for warning in card["warnings"])


def test_a_dull_model_is_said_to_be_dull(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="same reply 60"):
        _run(tmp_path, talker=Talker(GOOD[:1]))
    with pytest.raises(RunError, match="cut reply 60"):
        _run(tmp_path, "cut", talker=Talker(finish="length"))


@pytest.mark.parametrize("split", ["train", "test", "validation"])
def test_openings_of_other_splits_are_refused(tmp_path: Path, split: str) -> None:
    turn = Turn(role="patient", text="Bonjour.")
    file = tmp_path / "openings.jsonl"
    write_records(file, [Opening.model_validate({"id": "o", "turns": [turn], "split": split})])
    with pytest.raises(InputError, match=f"row 1: an opening of the {split} split"):
        run_prefer(
            Context(folder=tmp_path / "out", inputs={"openings": file}),
            PreferConfig(least_accuracy=0),
            Talker(),
            Fewer(),
        )


def test_half_of_the_pairs_are_between_replies_that_make_sense(tmp_path: Path) -> None:
    garbled = "Nuprof doulem depuis mol, plontqué ?"
    replies = ("Et l'appétit ?", "Qui vous entoure ?", "Qu'est-ce qui vous amène ?", garbled)
    inputs = {"openings": _openings(tmp_path), "dialogues": tmp_path / "dialogues"}
    shares = {}
    for finer in (0.0, 1.0):
        context = Context(folder=tmp_path / f"finer-{finer}", inputs=inputs, seed=5)
        config = PreferConfig(least_accuracy=0.0, length_balance=None, finer=finer)
        run_prefer(context, config, Talker(replies), RubricJudge())
        pairs = list(read_records(context.folder / "preferences.parquet", Preference))
        assert all(pair.chosen[0].content != garbled for pair in pairs)
        shares[finer] = sum(pair.criterion == "makes_sense" for pair in pairs) / len(pairs)
    assert shares[1.0] < 0.5 < shares[0.0]


def test_the_same_words_twice_give_one_pair(tmp_path: Path) -> None:
    turn = Turn(role="patient", text="Je dors mal.")
    file = tmp_path / "openings.jsonl"
    write_records(file, [Opening(id=f"o-{i}", turns=(turn,)) for i in range(12)])
    context = Context(folder=tmp_path / "out", inputs={"openings": file})
    tally = run_prefer(context, PreferConfig(least_accuracy=0), Talker(), Fewer())
    assert tally.kept == 1
    assert tally.dropped["prompt seen before"] >= 8


def test_margins_below_the_threshold_leave(tmp_path: Path) -> None:
    class Faint(Fewer):
        def compare(self, comparisons: Sequence[Comparison]) -> list[Verdict]:
            return [verdict.model_copy(update={"margin": 0.1}) for verdict in super().compare(comparisons)]

    with pytest.raises(RunError, match="margin"):
        _run(tmp_path, judge=Faint(), min_margin=0.5)


def test_a_reply_that_fails_is_never_the_preferred_one(tmp_path: Path) -> None:
    """Against something worse, a reply that ignores a wish to die would be taught as the better one."""
    deaf = ("D'accord. Et vos horaires de travail ?", "Très bien. Quel est votre métier ?", "Je note. Dormez-vous ?")
    folder, tally = _run(tmp_path, talker=Talker((*deaf, *BAD)), length_balance=None)
    pairs = list(read_records(folder / "preferences.parquet", Preference))
    risky = [pair for pair in pairs if "mourir" in pair.prompt[-1].content]
    assert pairs and not risky and tally.dropped["both fail"] > 0
