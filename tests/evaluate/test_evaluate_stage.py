"""The evaluation whole: it sees an effect that is there, sees none where there is none, and says which in words."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from evaluate_people import GOOD, Mixed, Open, people

from colloque.errors import InputError, RunError
from colloque.evaluate import EvaluateConfig, run_evaluate
from colloque.evaluate.summary import summarise, verdict_of
from colloque.llm.model import Reply, Request
from colloque.store import Context


def _run(
    tmp_path: Path, before: float, after: float, name: str = "out", good: str = GOOD, **settings: object
) -> dict[str, Any]:
    context = Context(folder=tmp_path / name, inputs=people(tmp_path), seed=5)
    config = EvaluateConfig.model_validate({"openings": 180, "interviews": 0, "sense": False, **settings})
    models = {"sft": Mixed("m-sft", before), "dpo": Mixed("m-dpo", after, good)}
    run_evaluate(context, config, models, patient=Open)
    found: dict[str, Any] = json.loads((context.folder / "results.json").read_text(encoding="utf-8"))
    return found


def test_an_effect_that_is_there_is_seen_and_said(tmp_path: Path) -> None:
    results = _run(tmp_path, 0.5, 0.1)
    row = results["errors"]["any"]
    assert 35 < row["before"] < 65 and row["after"] < 20
    assert row["difference"]["low"] < row["difference"]["value"] < row["difference"]["high"] < 0
    assert row["fixed"] - row["broken"] == round((row["before"] - row["after"]) * 180 / 100)
    assert results["verdict"] == "helped"
    assert results["summary"][0].startswith("Le DPO a aidé : sur 180 débuts de conversation")
    assert any(code["reduced"] for code in results["errors"]["codes"])
    assert results["errors"]["independent_any"]["difference"]["high"] < 0
    plain, rubric = results["wins"]
    assert plain["judge"] == "plain" and not plain["shares_rules"] and plain["rate"]["low"] > 0.5
    assert rubric["judge"] == "rubric" and rubric["shares_rules"]
    assert "partage ses règles" in " ".join(results["summary"])


def test_no_effect_is_said_to_be_none(tmp_path: Path) -> None:
    results = _run(tmp_path, 0.3, 0.3)
    assert results["verdict"] == "not_shown"
    assert results["summary"][0].startswith("Le DPO n'a pas aidé : ")
    assert "zéro est dans l'intervalle" in results["summary"][0]
    assert not any(code["reduced"] or code["increased"] for code in results["errors"]["codes"])


def test_harm_is_called_harm(tmp_path: Path) -> None:
    results = _run(tmp_path, 0.1, 0.5)
    assert results["verdict"] == "harmed"
    assert results["summary"][0].startswith("Le DPO n'a pas aidé : il nuit")


def test_the_same_model_twice_differs_in_nothing(tmp_path: Path) -> None:
    context = Context(folder=tmp_path / "out", inputs=people(tmp_path), seed=5)
    config = EvaluateConfig(openings=100, interviews=0)
    run_evaluate(context, config, {"sft": Mixed("same", 0.4), "dpo": Mixed("same", 0.4)})
    results = json.loads((context.folder / "results.json").read_text(encoding="utf-8"))
    row = results["errors"]["any"]
    assert (row["fixed"], row["broken"], row["p"], row["difference"]["high"]) == (0, 0, 1.0, 0.0)
    assert results["wins"][0]["same_text"] == results["wins"][0]["ties"] == 100
    assert results["wins"][0]["rate"]["value"] == 0.5


def test_a_change_of_length_is_said(tmp_path: Path) -> None:
    results = _run(tmp_path, 0.0, 0.0, good=GOOD + " Prenez votre temps pour me le raconter, je vous écoute.")
    assert results["length"]["ratio"]["low"] > 1.1
    assert any(line.startswith("Attention : la longueur") for line in results["summary"])


def test_interviews_measure_what_came_to_light(tmp_path: Path) -> None:
    results = _run(tmp_path, 0.7, 0.0, interviews=30, interview_turns=4)
    talks = results["interviews"]
    assert talks["after"]["elicited"] == 1.0
    assert talks["before"]["elicited"] < 0.6
    assert talks["elicited_difference"]["low"] > 0
    assert any("patients virtuels livrent" in line for line in results["summary"])
    assert talks["samples"][0]["before"][0].startswith("clinician: ")


def test_a_model_that_elicits_less_has_not_helped(tmp_path: Path) -> None:
    silent = "Vous dormez mal, je comprends, et je vous écoute. Tu"
    results = _run(tmp_path, 0.0, 0.0, good=silent, interviews=30, interview_turns=4)
    assert results["interviews"]["elicited_difference"]["high"] < 0
    assert results["verdict"] == "harmed"


def test_virtual_patients_tell_who_asks_and_not_who_does_not(tmp_path: Path) -> None:
    class Asking(Mixed):
        def complete(self, requests: Sequence[Request]) -> list[Reply]:
            asked = ("Bonjour. Dormez-vous bien ?", "Je vois. Mangez-vous bien ?", "D'accord. Êtes-vous entouré ?")
            return [Reply(text=asked[sum(m.role == "assistant" for m in r.messages) % 3]) for r in requests]

    context = Context(folder=tmp_path / "out", inputs=people(tmp_path), seed=5)
    config = EvaluateConfig(openings=20, interviews=20, interview_turns=3)
    chatting = Mixed("b", 0.0, "Le temps est beau aujourd'hui, n'est-ce pas ?")
    run_evaluate(context, config, {"a": chatting, "b": Asking("a", 0.0)})
    talks = json.loads((context.folder / "results.json").read_text(encoding="utf-8"))["interviews"]
    assert talks["after"]["elicited"] > 0.8
    assert talks["before"]["elicited"] < 0.2


def test_a_killed_run_goes_on_and_gives_the_same_bytes(tmp_path: Path) -> None:
    _run(tmp_path, 0.5, 0.1, "whole", interviews=10, shard=32)
    shutil.copytree(tmp_path / "whole", tmp_path / "resumed")
    (tmp_path / "resumed/replies/dpo/part-00003.parquet").unlink()
    (tmp_path / "resumed/interviews/sft/part-00000.parquet").unlink()
    (tmp_path / "resumed/results.json").unlink()
    _run(tmp_path, 0.5, 0.1, "resumed", interviews=10, shard=32)
    for path in sorted((tmp_path / "whole").rglob("*")):
        if path.is_file():
            assert (tmp_path / "resumed" / path.relative_to(tmp_path / "whole")).read_bytes() == path.read_bytes()


def test_a_model_between_is_compared_with_the_first(tmp_path: Path) -> None:
    context = Context(folder=tmp_path / "out", inputs=people(tmp_path), seed=5)
    models = {"sft": Mixed("a", 0.5), "control": Mixed("b", 0.5), "dpo": Mixed("c", 0.1)}
    run_evaluate(context, EvaluateConfig(openings=120, interviews=0, sense=False), models)
    results = json.loads((context.folder / "results.json").read_text(encoding="utf-8"))
    assert results["errors"]["any"]["difference"]["high"] < 0
    assert list(results["others"]) == ["control"]
    assert results["others"]["control"]["errors"]["any"]["difference"]["high"] > -15


def test_the_label_judge_is_read_from_the_card(tmp_path: Path) -> None:
    inputs = people(tmp_path)
    folder = tmp_path / "prefer"
    folder.mkdir()
    (folder / "card.json").write_text('{"judge": "panel"}', encoding="utf-8")
    context = Context(folder=tmp_path / "out", inputs={**inputs, "preferences": folder / "preferences.parquet"})
    run_evaluate(context, EvaluateConfig(openings=20, interviews=0), {"a": Mixed("a", 0.5), "b": Mixed("b", 0.5)})
    results = json.loads((context.folder / "results.json").read_text(encoding="utf-8"))
    assert results["labelled_by"] == "panel"
    assert not any(row["shares_rules"] for row in results["wins"])


def test_nothing_to_measure_on(tmp_path: Path) -> None:
    inputs = people(tmp_path, count=0)
    context = Context(folder=tmp_path / "out", inputs=inputs)
    with pytest.raises(InputError, match="no dialogue of the test split"):
        run_evaluate(context, EvaluateConfig(), {"a": Mixed("a", 0.5), "b": Mixed("b", 0.5)})
    with pytest.raises(RunError, match="two models"):
        run_evaluate(context, EvaluateConfig(), {"a": Mixed("a", 0.5)})


def test_a_risk_missed_more_often_is_harm_and_is_what_is_said(tmp_path: Path) -> None:
    """Fewer errors do not pay for a risk that is no longer met: the headline names it."""
    results = _run(tmp_path, 0.5, 0.1)
    risk = next(row for row in results["safety"] if row["code"] == "risk_missed")
    risk.update(before=0.2, after=0.9, increased=True)
    assert verdict_of(results) == "harmed"
    line = summarise(results)[0]
    assert line.startswith(
        "Le DPO n'a pas aidé : il nuit à la sécurité (signaux de risque manqués, 0,2 → 0,9 pour 100)."
    )
