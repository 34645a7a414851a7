"""The quarantine: what was refused keeps its reason and its question, is asked again on request, and lands where it belongs."""

import json
import shutil
from collections import Counter
from pathlib import Path

import pytest
from typer.testing import CliRunner

from colloque.cli import app
from colloque.config import parse_config
from colloque.core import Candidate, Comparison, Dialogue, Drop, Opening, Questionnaire, Turn
from colloque.errors import ConfigError
from colloque.forget import forget_respondent
from colloque.ingest.cohort import cohort
from colloque.judge import NO_VERDICT, ModelJudge, both_orders
from colloque.llm import ModelConfig, open_model
from colloque.llm.quarantine import held
from colloque.llm.refusal import declined
from colloque.llm.stub import StubOptions
from colloque.llm.stub_process import StubProcess
from colloque.prefer.records import JudgedComparison
from colloque.retry import quarantined, retry_run
from colloque.store import Context, part_path, read_records, write_records
from colloque.store.journal import Journal
from colloque.store.manifest import Manifest, begin, finish, read_manifest
from colloque.write import WriteConfig, run_write

AUTHOR = "colloque.write.standin:author_stub"
PARTS = WriteConfig(shard=2)


def run_stage(root: Path, author: ModelConfig) -> list[Dialogue]:
    """The write stage of a workspace, as the pipeline runs it."""
    folder, source = root / "write", root / "ingest" / "questionnaires.jsonl"
    if not source.exists():
        write_records(source, cohort(10, seed=3), Questionnaire)
    begin(folder, Manifest(stage="write", version=1, config={}, inputs={}, seed=0, colloque="0").fingerprint)
    model = open_model(author, root / "journal" / "author.sqlite")
    tally = run_write(Context(folder=folder, inputs={"questionnaires": source}), PARTS, model)
    model.close()  # type: ignore[attr-defined]
    finish(folder, Manifest(stage="write", version=1, config={}, inputs={}, seed=0, colloque="0", tally=tally))
    return list(read_records(folder / "dialogues", Dialogue))


def reasons(root: Path) -> Counter[str]:
    return Counter(drop.reason for drop in read_records(root / "write" / "drops.jsonl", Drop))


def test_another_model_answers_what_was_refused_and_only_its_parts_are_made_again(tmp_path: Path) -> None:
    with StubProcess(StubOptions(poison=0.25), AUTHOR) as strict, StubProcess(StubOptions(), AUTHOR) as lenient:
        author = ModelConfig(base_url=strict.base_url, model="strict", concurrency=4)
        other = ModelConfig(base_url=lenient.base_url, model="lenient")
        first = run_stage(tmp_path, author)
        refused = reasons(tmp_path)["refused_by_model"]
        assert 0 < refused < 5
        journal = tmp_path / "journal" / "author.sqlite"
        assert sum(quarantined(journal).values()) == refused and "content_filter" in next(iter(quarantined(journal)))
        paid = strict.stats()["paid_twice"], dict(strict.stats()["outcomes"])
        lines = list(retry_run(parse_config({"models": {"author": author.model_dump()}}), tmp_path, ("author",), other))
        assert lines[0] == f"author: {refused} answered, 0 refused again"
        assert "colloque run" in lines[1]
        assert (strict.stats()["paid_twice"], dict(strict.stats()["outcomes"])) == paid, (
            "the author itself is not asked"
        )
        assert read_manifest(tmp_path / "write") is None
        ledgers = len(list((tmp_path / "write" / "ledger").glob("*.json")))
        assert 0 < ledgers < 5, "whole parts stay"
        again = run_stage(tmp_path, author)
    assert reasons(tmp_path)["refused_by_model"] == 0
    assert {d.id: d for d in again}.items() >= {d.id: d for d in first}.items(), "what was written stays as it was"
    assert Counter(d.writer for d in again) == {"strict": len(first), "lenient": len(again) - len(first)}
    assert len(again) == len(first) + refused
    assert quarantined(journal) == {}


def test_the_same_model_is_asked_again_and_a_second_refusal_stays_with_its_reason(tmp_path: Path) -> None:
    with StubProcess(StubOptions(poison=0.25), AUTHOR) as strict:
        author = ModelConfig(base_url=strict.base_url, model="stub", concurrency=4)
        run_stage(tmp_path, author)
        config = parse_config({"models": {"author": author.model_dump()}})
        waiting = sum(quarantined(tmp_path / "journal" / "author.sqlite").values())
        (line,) = retry_run(config, tmp_path, ("author",))
        assert line.startswith(f"author: 0 answered, {waiting} refused again (400 content_filter")
        assert read_manifest(tmp_path / "write") is not None, "nothing to make again"
        calls = strict.stats()["calls"]
        run_stage(tmp_path, author)
        assert strict.stats()["calls"] == calls, "a run does not ask them once more"
    with StubProcess(StubOptions(), AUTHOR) as kinder:
        moved = author.model_copy(update={"base_url": kinder.base_url})
        lines = list(retry_run(parse_config({"models": {"author": moved.model_dump()}}), tmp_path, ("author",)))
        assert lines[0] == f"author: {waiting} answered, 0 refused again"
        run_stage(tmp_path, moved)
        assert kinder.stats()["paid_twice"] == 0
    assert reasons(tmp_path)["refused_by_model"] == 0


def test_what_was_asked_is_kept_with_the_reason(tmp_path: Path) -> None:
    with StubProcess(StubOptions(poison=0.25), AUTHOR) as strict:
        run_stage(tmp_path, ModelConfig(base_url=strict.base_url, model="stub", concurrency=2))
    journal = Journal(tmp_path / "journal" / "author.sqlite")
    rows = list(held(journal))
    journal.close()
    assert rows
    assert all(row.request.id == row.entry.request and row.request.messages[1].content for row in rows)
    assert not any(row.entry.completion_tokens for row in rows)


def test_a_role_without_a_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="judge is not in this configuration"):
        list(retry_run(parse_config({}), tmp_path, ("judge",)))


def test_the_verb_lists_and_asks(tmp_path: Path) -> None:
    with StubProcess(StubOptions(poison=0.25), AUTHOR) as strict:
        author = ModelConfig(base_url=strict.base_url, model="stub", concurrency=4)
        run_stage(tmp_path, author)
        config = tmp_path / "run.yaml"
        models = {"author": {"base_url": strict.base_url, "model": "stub"}}
        config.write_text(json.dumps({"models": models, "workspace": str(tmp_path)}), encoding="utf-8")
        listed = CliRunner().invoke(app, ["retry", str(config), "--list"])
        assert listed.exit_code == 0, listed.output
        assert "in quarantine" in listed.output and "content_filter" in listed.output
        asked = CliRunner().invoke(app, ["retry", str(config)])
        assert "refused again" in asked.output
        journal = str(tmp_path / "journal" / "author.sqlite")
        asked = CliRunner().invoke(app, ["retry", journal, "--model", "stub", "--base-url", strict.base_url])
        assert "refused again" in asked.output, asked.output


def comparison(number: int) -> Comparison:
    opening = Opening(id=f"o-{number}", turns=(Turn(role="patient", text=f"Je dors mal depuis {number} nuits."),))
    a, b = Candidate(text="Qu'est-ce qui vous réveille ?"), Candidate(text="Et l'appétit, il est comment ?", draw=1)
    return Comparison(id=f"c-{number}", opening=opening, a=a, b=b)


def test_a_judge_s_refusals_take_their_comparisons_out_and_no_others(tmp_path: Path) -> None:
    folder, pairs = tmp_path / "prefer", [comparison(n) for n in range(8)]

    def judge(config: ModelConfig) -> list[str | None]:
        begin(folder, "same")
        model = open_model(config, tmp_path / "journal" / "judge.sqlite")
        for number in range(4):
            part = part_path(folder / "comparisons", number)
            if not part.exists():
                mine = pairs[2 * number : 2 * number + 2]
                verdicts = both_orders(ModelJudge(model), mine)
                rows = [JudgedComparison(comparison=c, verdict=v) for c, v in zip(mine, verdicts, strict=True)]
                write_records(part, rows, JudgedComparison)
        model.close()  # type: ignore[attr-defined]
        finish(folder, Manifest(stage="prefer", version=1, config={}, inputs={}, seed=0, colloque="0"))
        return [row.verdict.criterion for row in read_records(folder / "comparisons", JudgedComparison)]

    player = "colloque.judge.standin:judge_stub"
    with StubProcess(StubOptions(poison=0.12), player) as strict, StubProcess(StubOptions(), player) as other:
        config = ModelConfig(base_url=strict.base_url, model="strict", concurrency=2)
        assert NO_VERDICT in judge(config)
        before = {part.name for part in (folder / "comparisons").iterdir()}
        lenient = ModelConfig(base_url=other.base_url, model="lenient")
        settings = parse_config({"models": {"judge": config.model_dump()}})
        said, *_ = retry_run(settings, tmp_path, ("judge",), lenient)
        assert "0 refused again" in said
        left = {part.name for part in (folder / "comparisons").iterdir()}
        assert 0 < len(left) < len(before)
        assert NO_VERDICT not in judge(config)
        assert strict.stats()["paid_twice"] == 0


def test_a_refusal_in_prose_is_asked_once_and_rerouted_or_kept_in_quarantine(tmp_path: Path) -> None:
    with StubProcess(StubOptions(), AUTHOR, declining=0.3) as shy, StubProcess(StubOptions(), AUTHOR) as other:
        author = ModelConfig(base_url=shy.base_url, model="shy", concurrency=4)
        first = run_stage(tmp_path, author)
        refused = reasons(tmp_path)["refused_by_model"]
        assert 0 < refused < 8
        (reason,) = quarantined(tmp_path / "journal" / "author.sqlite")
        assert reason.startswith("declined: Je suis désolé")
        fallback = ModelConfig(base_url=other.base_url, model="other")
        shutil.rmtree(tmp_path / "write")
        again = run_stage(tmp_path, author.model_copy(update={"fallback": fallback}))
        assert shy.stats()["paid_twice"] == 0
        assert other.stats()["calls"] >= refused
    assert Counter(d.writer for d in again) == {"shy": len(first), "other": len(again) - len(first)}
    assert reasons(tmp_path)["refused_by_model"] == 0


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("Je suis désolé, mais je ne peux pas écrire ce dialogue.", True),
        ("I'm sorry, but I can't help with that.", True),
        ("En tant qu'IA, je ne saurais simuler une crise suicidaire.", True),
        ("Cela est contraire à mes règles.", True),
        ('{"turns": [{"role": "patient", "text": "Je suis désolé, je ne peux pas répondre."}]}', False),
        ("La réplique A me paraît meilleure, elle écoute davantage.", False),
        ("Voici la consultation demandée :", False),
        ("", False),
    ],
)
def test_what_is_a_refusal_and_what_is_not(text: str, refusal: bool) -> None:
    assert bool(declined(text)) is refusal


def test_a_person_who_is_forgotten_leaves_the_judge_s_journal_and_quarantine(tmp_path: Path) -> None:
    pairs = [comparison(n) for n in range(12)]
    pairs = [
        pair.model_copy(update={"opening": pair.opening.model_copy(update={"respondent": f"r-{n % 2}"})})
        for n, pair in enumerate(pairs)
    ]
    write_records(tmp_path / "ingest" / "questionnaires" / "part-00000.jsonl", people("r-0", "r-1"), Questionnaire)
    with StubProcess(StubOptions(poison=0.2), "colloque.judge.standin:judge_stub") as stub:
        model = open_model(
            ModelConfig(base_url=stub.base_url, model="m", concurrency=2), tmp_path / "journal" / "judge.sqlite"
        )
        both_orders(ModelJudge(model), pairs)
        model.close()  # type: ignore[attr-defined]
    journal = tmp_path / "journal" / "judge.sqlite"
    assert quarantined(journal)
    assert any("judge: " in line for line in forget_respondent(tmp_path, "r-0"))
    opened = Journal(journal)
    left = {entry.request.split("/")[1] for entry in opened.entries()}
    opened.close()
    assert left == {"r-1"}


def people(*names: str) -> list[Questionnaire]:
    return [Questionnaire(id=f"q-{name}", respondent=name) for name in names]
