"""Checks asked of a model: complete, with evidence that was said, or asked again."""

import json
from typing import Any

from colloque.core import Turn
from colloque.judge.asked import Asked, Given, agreement, ask_replies, findings_asked, questions, read_answers
from colloque.llm.scripted import ScriptedModel

CONTEXT = (Turn(role="patient", text="Mon père est mort mardi. Je tiens à peine debout."),)
REPLY = "D'accord. Et l'appétit ?"


def verdict(**changes: dict[str, str]) -> str:
    rows: dict[str, dict[str, Any]] = {
        "J1a": {"answer": "oui", "quote": "Mon père est mort mardi"},
        "J1b": {"answer": "non", "quote": ""},
        "J2a": {"answer": "oui", "quote": "Et l'appétit ?"},
        "J2b": {"answer": "non", "quote": ""},
        "J3": {"answer": "non", "quote": ""},
        "J4": {"answer": "non", "quote": ""},
        "J5": {"answer": "non", "quote": ""},
        "J6a": {"answer": "non", "quote": ""},
        "J6b": {"answer": "sans objet", "quote": ""},
        "J7": {"answer": "non", "quote": ""},
        "J8a": {"answer": "non", "quote": ""},
    }
    rows |= changes
    return json.dumps({"answers": [{"id": key, **row} for key, row in rows.items()]}, ensure_ascii=False)


def test_a_complete_verdict_is_read_with_its_faults() -> None:
    asked = ask_replies(ScriptedModel([verdict()]), [(CONTEXT, REPLY)])[0]
    assert asked.complete
    assert [f.code for f in findings_asked(asked, 1)] == ["last_answer_ignored"]


def test_an_incomplete_verdict_is_asked_again() -> None:
    partial = json.dumps({"answers": [{"id": "J1a", "answer": "non", "quote": ""}]})
    model = ScriptedModel([partial, "je ne sais pas", verdict()])
    assert ask_replies(model, [(CONTEXT, REPLY)])[0].complete
    assert [r.sampling.draw for r in model.requests] == [0, 1, 2]
    assert [r.sampling.temperature > 0 for r in model.requests] == [False, True, True]


def test_evidence_that_nobody_said_is_no_evidence() -> None:
    invented = verdict(J3={"answer": "oui", "quote": "Secouez-vous un peu"})
    asked = ask_replies(ScriptedModel([invented] * 3), [(CONTEXT, REPLY)])[0]
    assert not asked.complete and "J3" in asked.why
    assert findings_asked(asked) == []


def test_what_makes_a_verdict_incomplete() -> None:
    said = [turn.text for turn in CONTEXT]
    assert read_answers("rien", said, REPLY)[1] == "unreadable"
    assert "J1b" in read_answers(verdict(J1b={"answer": "sans objet", "quote": ""}), said, REPLY)[1]
    assert "unknown" in read_answers(verdict(J99={"answer": "oui", "quote": ""}), said, REPLY)[1]
    doubled = json.loads(verdict())
    doubled["answers"].append(doubled["answers"][0])
    assert "twice" in read_answers(json.dumps(doubled), said, REPLY)[1]


def test_a_question_that_was_not_opened_may_stay_away() -> None:
    rows = json.loads(verdict(J1a={"answer": "non", "quote": ""}))["answers"]
    kept = [row for row in rows if row["id"] != "J1b"]
    answers, why = read_answers(json.dumps({"answers": kept}), [t.text for t in CONTEXT], REPLY)
    assert why == "" and "J1b" not in {a.id for a in answers}


def test_the_flow_only_leans_on_earlier_questions() -> None:
    seen: set[str] = set()
    for question in questions():
        assert question.only_if is None or question.only_if["id"] in seen
        assert question.id not in seen
        seen.add(question.id)


def test_agreement_with_the_rules_counts_verdicts_only() -> None:
    ignored = Asked(answers=(Given(id="J1a", answer="oui", quote="x"), Given(id="J1b", answer="non")), model="m")
    found = findings_asked(ignored)
    table = agreement([ignored, ignored, Asked(why="cut")], [found, [], found])
    assert table["last_answer_ignored"] == {"both": 1, "model": 1, "rules": 0, "neither": 0}
    assert table["risk_missed"] == {"both": 0, "model": 0, "rules": 0, "neither": 2}
