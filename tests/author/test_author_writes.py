"""The author: what it is told, what is made of its replies, and the way over a real server process."""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from colloque.checks import check_dialogue
from colloque.core import Answer, Dialogue, Drop, Finding, Questionnaire
from colloque.ingest.cohort import cohort
from colloque.llm import BudgetConfig, ChatModel, ModelConfig, Reply, Request, ScriptedModel, open_model
from colloque.llm.stub import StubOptions
from colloque.llm.stub_process import StubProcess
from colloque.store import Context, read_records, write_records
from colloque.write import WriteConfig, run_write
from colloque.write.author import author_dialogues, author_messages, author_version, plan_talk
from colloque.write.standin import author_stub

QUESTIONNAIRE = Questionnaire(
    id="q-1",
    respondent="r-1",
    split="preference",
    answers=(
        Answer(id="1", question="Avez-vous des problèmes de sommeil ?", answer="Oui, je dors mal depuis 3 semaines."),
        Answer(id="2", question="Prenez-vous des médicaments ?", answer="Non"),
        Answer(id="3", question="Buvez-vous de l'alcool ?", answer="", state="skipped"),
    ),
)


def turns(begins: str = "clinician") -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = [
        {"role": "clinician", "text": "Bonjour. Comment sont vos nuits ?", "states": []},
        {"role": "patient", "text": "Ben… je dors mal. Ça fait trois semaines que ça dure.", "states": ["1"]},
        {"role": "clinician", "text": "Trois semaines, c'est long. Vous prenez des médicaments ?", "states": []},
        {"role": "patient", "text": "Non, aucun. Je prends pas de médicaments.", "states": ["2"]},
        {"role": "clinician", "text": "Merci, nous allons reprendre tout cela ensemble.", "states": []},
    ]
    return told if begins == "clinician" else told[1:]


def reply(*, drop: str = "", begins: str = "clinician") -> str:
    lines = turns(begins)
    if drop:
        lines = [
            {**line, "text": "Je ne sais pas.", "states": []} if line["states"] == [drop] else line for line in lines
        ]
    return json.dumps({"turns": lines}, ensure_ascii=False)


def clinician_first_seed() -> int:
    return next(seed for seed in range(50) if not plan_talk(QUESTIONNAIRE, seed).patient_begins)


def write(*said: str | Reply, attempts: int = 3) -> tuple[Dialogue | Drop, list[Request]]:
    model = ScriptedModel(said)
    (made,) = author_dialogues([QUESTIONNAIRE], model, clinician_first_seed(), attempts)
    return made, model.requests


def test_a_good_reply_becomes_a_dialogue_with_its_provenance() -> None:
    made, asked = write(reply())
    assert isinstance(made, Dialogue)
    assert (made.questionnaire, made.respondent, made.split, made.writer) == ("q-1", "r-1", "preference", "scripted")
    assert [tuple(s.answer for s in turn.states) for turn in made.turns] == [(), ("1",), (), ("2",), ()]
    assert len(asked) == 1
    assert not [f for f in check_dialogue(QUESTIONNAIRE, made) if f.severity != "warning"]


@pytest.mark.parametrize(
    "wrapped",
    [
        "Voici :\n```json\n{}\n```\nBonne lecture !",
        "<think>Il faut {d'abord} réfléchir.</think>\n{}",
        "{}",
        "\ufeff{}\n\n",
        "Consultation : {} (fin)",
    ],
)
def test_replies_are_read_as_models_write_them(wrapped: str) -> None:
    made, _ = write(wrapped.replace("{}", reply()))
    assert isinstance(made, Dialogue)


def test_french_keys_and_roles_are_read_too() -> None:
    lines = [
        {"role": {"clinician": "Médecin", "patient": "Patiente"}[str(line["role"])], "texte": line["text"],
         "reponses": line["states"]}
        for line in turns()
    ]  # fmt: skip
    made, _ = write(json.dumps({"tours": lines}, ensure_ascii=False).replace("]}]}", "]},]}"))
    assert isinstance(made, Dialogue), "a comma too many is no reason to pay again"


def test_an_omitted_answer_is_sent_back_with_what_to_mend() -> None:
    made, asked = write(reply(drop="2"), reply())
    assert isinstance(made, Dialogue)
    assert [request.sampling.draw for request in asked] == [0, 1]
    mend = asked[1].messages[-1].content
    assert "n'est pas dite" in mend
    assert '"Non"' in mend, "the answer that is missing is quoted as data"
    assert asked[1].messages[-2].role == "assistant"


def test_a_fault_that_stays_becomes_a_drop_with_its_reason() -> None:
    made, asked = write(*[reply(drop="2")] * 3)
    assert isinstance(made, Drop)
    assert (made.stage, made.reason, len(asked)) == ("write", "answer_omitted", 3)
    assert Questionnaire.model_validate_json(made.record) == QUESTIONNAIRE


def test_a_changed_fact_is_seen_by_the_checks_and_not_kept() -> None:
    wrong = reply().replace("trois semaines que", "trois mois que").replace("Trois semaines", "Trois mois")
    made, _ = write(wrong, attempts=1)
    assert isinstance(made, Drop)
    assert made.reason in ("quantity_changed", "answer_contradicted", "answer_omitted")


def test_a_refusal_is_asked_once_and_kept_with_its_reason() -> None:
    made, asked = write(Reply(text="", finish="filtered", reason="content_filter: self-harm"))
    assert isinstance(made, Drop)
    assert (made.reason, made.detail, len(asked)) == ("refused_by_model", "content_filter: self-harm", 1)


def test_a_cut_reply_is_asked_again_with_more_room() -> None:
    made, asked = write(Reply(text=reply()[:80], finish="length"), reply())
    assert isinstance(made, Dialogue)
    assert asked[1].sampling.max_tokens == 2 * asked[0].sampling.max_tokens


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ("Je ne peux pas faire cela.", "unreadable_reply"),
        ('{"turns": []}', "unreadable_reply"),
        ('{"turns": ["bonjour"]}', "unreadable_reply"),
        (reply(begins="patient"), "role_broken"),
        (json.dumps({"turns": turns()[:-1]}), "role_broken"),
        (json.dumps({"turns": [turns()[0], *turns()]}), "role_broken"),
        (reply().replace('["2"]', '["2", "9"]'), "format_leak"),
        (reply().replace("Ben…", "(soupir) Ben…"), "format_leak"),
        (reply().replace("Ben…", "**Ben**…"), "format_leak"),
        (reply().replace("Bonjour.", "<|im_start|>assistant Bonjour."), "format_leak"),
        (reply().replace("Bonjour.", "Clinicien : Bonjour."), "format_leak"),
    ],
)
def test_bad_form_is_not_kept(broken: str, reason: str) -> None:
    made, _ = write(broken, attempts=1)
    assert isinstance(made, Drop)
    assert made.reason == reason


def test_nobody_is_asked_about_a_questionnaire_without_answers() -> None:
    empty = Questionnaire(id="q-0", answers=(Answer(id="1", question="Dormez-vous bien ?"),))
    model = ScriptedModel([])
    (made,) = author_dialogues([empty], model)
    assert isinstance(made, Drop)
    assert made.reason == "no_answers"
    assert not model.requests


def test_only_told_answers_and_nothing_of_the_person_are_in_the_prompt() -> None:
    asked = author_messages(QUESTIONNAIRE, plan_talk(QUESTIONNAIRE))
    text = "\n".join(message.content for message in asked)
    assert "alcool" not in asked[1].content
    assert "q-1" not in text and "r-1" not in text


def test_prompts_have_a_version() -> None:
    assert len(author_version().split("-")) == 3


def test_results_keep_the_order_and_every_questionnaire_has_one() -> None:
    many = [QUESTIONNAIRE.model_copy(update={"id": f"q-{i}"}) for i in range(150)]

    def script(request: Request) -> str:
        number = int(request.id.split("/")[1].removeprefix("q-"))
        begins = "patient" if plan_talk(many[number]).patient_begins else "clinician"
        return "non" if number % 7 == 0 else reply(begins=begins)

    made = list(author_dialogues(many, ScriptedModel(script)))
    assert [m.questionnaire if isinstance(m, Dialogue) else m.id for m in made] == [q.id for q in many]
    assert sum(isinstance(m, Drop) for m in made) == len(range(0, 150, 7))


def test_the_way_over_a_server_process(tmp_path: Path) -> None:
    questionnaires = list(cohort(60, seed=4))
    options = StubOptions(latency_s=0.01, failed=0.03, throttled=0.03, retry_after_s=0.05, poison=0.03)

    def lenient(questionnaire: Questionnaire, dialogue: Dialogue) -> Sequence[Finding]:
        return [f for f in check_dialogue(questionnaire, dialogue) if f.code == "answer_omitted"]

    def run() -> list[Dialogue | Drop]:
        model = open_model(ModelConfig(base_url=stub.base_url, model="strong"), tmp_path / "journal.sqlite")
        made = list(author_dialogues(questionnaires, model, 2, check=lenient))
        model.close()  # type: ignore[attr-defined]
        return made

    with StubProcess(options, "colloque.write.standin:author_stub", faulty=0.2, hopeless=0.1) as stub:
        made = run()
        calls = stub.stats()
        assert run() == made, "what the journal holds makes the same set again"
        assert stub.stats()["calls"] == calls["calls"], "and nothing is paid twice"
    reasons = Counter(m.reason if isinstance(m, Drop) else "kept" for m in made)
    assert len(made) == 60
    assert reasons["kept"] > 40
    assert reasons["answer_omitted"] > 0
    assert reasons["refused_by_model"] == calls["poison_calls"]
    assert calls["paid_twice"] == 0


def test_parts_are_written_without_a_pause_between_them_and_come_back_whole(tmp_path: Path) -> None:
    forms = [q.model_copy(update={"id": f"q-{n}"}) for n, q in enumerate(cohort(18, seed=4))]
    forms[6] = forms[6].model_copy(update={"answers": ()})
    write_records(tmp_path / "in.jsonl", forms, Questionnaire)

    def run(name: str, model: ChatModel) -> list[str]:
        context = Context(folder=tmp_path / name, inputs={"questionnaires": tmp_path / "in.jsonl"})
        tally = run_write(context, WriteConfig(shard=5, per=2), model)
        assert (tally.read, tally.dropped["no_answers"]) == (18, 1)
        return [d.id for d in read_records(context.folder / "dialogues", Dialogue)]

    with StubProcess(StubOptions(latency_s=0.1), "colloque.write.standin:author_stub") as stub:
        model = open_model(ModelConfig(base_url=stub.base_url, model="strong", concurrency=32))
        made = run("endpoint", model)
        model.close()  # type: ignore[attr-defined]
        assert stub.stats()["peak"] > 2 * 5, "calls of several parts at once"
    answer = author_stub()
    assert run("batches", ScriptedModel(lambda request: answer(request.messages), name="strong")) == made
    assert 30 <= len(made) == len(set(made)) <= 34, "but for what the checks refuse of the stand-in's"


def test_the_pilot_foretells_and_the_tally_says_what_it_took(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    write_records(tmp_path / "in.jsonl", cohort(36, seed=4), Questionnaire)
    budget = BudgetConfig(prompt_price=2.0, completion_price=6.0)
    with StubProcess(StubOptions(latency_s=0.02), "colloque.write.standin:author_stub", faulty=0.3) as stub:
        model = open_model(ModelConfig(base_url=stub.base_url, model="strong", concurrency=8, pilot=12, budget=budget))
        context = Context(folder=tmp_path / "write", inputs={"questionnaires": tmp_path / "in.jsonl"})
        figures = run_write(context, WriteConfig(shard=15), model).figures
        spent = figures["spent"]
        model.close()  # type: ignore[attr-defined]
        calls = stub.stats()["calls"]
    told = capfd.readouterr().err
    assert (
        "write by strong: 36 records: " in told and "€" in told and "minutes (95 % interval, from 12 records)" in told
    )
    foretold = spent["forecast"]
    assert (spent["records"], spent["calls"], foretold["pilot"], foretold["records"]) == (36, calls, 12, 36)
    for unit in ("calls", "tokens", "euros"):
        low, middle, high = foretold[unit]
        assert low < spent[unit] < high, unit
        assert low < middle < high
    assert spent["euros"] > 0 and foretold["hours"][1] > 0
    assert figures["prompts"] == author_version()
