"""FHIR responses of every shape: value types, nesting, translations, scores in extensions, blank forms, Bundles, statuses."""

import json
from pathlib import Path
from typing import Any

import pytest

from colloque.core import Drop, Questionnaire
from colloque.errors import InputError
from colloque.ingest import read_with_drops
from colloque.ingest.readers.fhir_blank import loinc_of
from colloque.ingest.readers.fhir_values import value_of

ORDINAL = "http://hl7.org/fhir/StructureDefinition/ordinalValue"


def response(*items: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"resourceType": "QuestionnaireResponse", "status": "completed", "item": list(items), **more}


def item(text: str, *values: Any, link: str = "1", **more: Any) -> dict[str, Any]:
    answers = [value if isinstance(value, dict) else {"valueString": value} for value in values]
    return {"linkId": link, "text": text, "answer": answers, **more}


def read(path: Path, resource: Any, name: str = "r.json") -> tuple[list[Questionnaire], list[Drop]]:
    (path / name).write_text(json.dumps(resource, ensure_ascii=False), encoding="utf-8")
    drops: list[Drop] = []
    return list(read_with_drops([path / name], on_drop=drops.append)), drops


def told(one: Questionnaire) -> list[tuple[str, str]]:
    return [(a.question, a.answer) for a in one.told]


VALUES: list[tuple[dict[str, Any], str]] = [
    ({"valueBoolean": True}, "Oui"),
    ({"valueDecimal": 48.5}, "48.5"),
    ({"valueInteger": 0}, "0"),
    ({"valueInteger64": "12"}, "12"),
    ({"valueDate": "2024-03-12"}, "2024-03-12"),
    ({"valueDateTime": "2024-03-12T10:00:00Z"}, "2024-03-12T10:00:00Z"),
    ({"valueTime": "10:30:00"}, "10:30:00"),
    ({"valueString": " mal "}, "mal"),
    ({"valueText": "STU3 text"}, "STU3 text"),
    ({"valueUri": "urn:x"}, "urn:x"),
    ({"valueCoding": {"code": "a", "display": "Souvent"}}, "Souvent"),
    ({"valueCodeableConcept": {"coding": [{"code": "a"}], "text": "Parfois"}}, "Parfois"),
    ({"valueQuantity": {"value": 72.0, "unit": "kg"}}, "72 kg"),
    ({"valueQuantity": {"comparator": "<", "value": 3, "code": "d"}}, "< 3 d"),
    ({"valueRange": {"low": {"value": 2}, "high": {"value": 3}}}, "2 – 3"),
    ({"valuePeriod": {"start": "2024-01", "end": "2024-03"}}, "2024-01 – 2024-03"),
    ({"valueRatio": {"numerator": {"value": 1}, "denominator": {"value": 2}}}, "1 / 2"),
    ({"valueAttachment": {"title": "photo du dos"}}, "photo du dos"),
    ({"valueReference": {"reference": "Medication/1", "display": "Doliprane"}}, "Doliprane"),
]


@pytest.mark.parametrize(("answer", "words"), VALUES, ids=lambda value: str(value)[:30])
def test_every_value_type(answer: dict[str, Any], words: str) -> None:
    assert value_of(answer).words == words


@pytest.mark.parametrize(
    "broken",
    [
        None,
        3,
        "x",
        [],
        {"valueCoding": None},
        {"valueCoding": 3},
        {"valueQuantity": []},
        {"value": {}},
        {"valueHumanName": {"given": [None, {"a": "b"}]}},
    ],
)
def test_no_value_is_too_broken(broken: Any) -> None:
    assert isinstance(value_of(broken).words, str)


def test_items_under_groups_and_under_answers_keep_their_order(tmp_path: Path) -> None:
    inner = item("Depuis quand ?", "3 jours", link="1.1.1")
    yes = {"valueBoolean": True, "item": [inner]}
    group = {"linkId": "1", "text": "Sommeil", "item": [item("Dormez-vous mal ?", yes, link="1.1")]}
    (one,), _ = read(tmp_path, response(group, item("Fumez-vous ?", "non", link="2")))
    assert told(one) == [("Dormez-vous mal ?", "Oui"), ("Depuis quand ?", "3 jours"), ("Fumez-vous ?", "non")]


def test_repeats_are_one_answer_and_twin_questions_get_their_title(tmp_path: Path) -> None:
    groups = [
        {"linkId": str(n), "text": title, "item": [item("Depuis quand ?", f"{n} ans", link="d")]}
        for n, title in ((1, "Asthme"), (2, "Diabète"))
    ]
    (one,), _ = read(tmp_path, response(item("Quels symptômes ?", "fatigue", "toux"), *groups))
    assert told(one) == [
        ("Quels symptômes ?", "fatigue ; toux"),
        ("Asthme : Depuis quand ?", "1 ans"),
        ("Diabète : Depuis quand ?", "2 ans"),
    ]


def test_translations_beside_the_text_are_preferred_in_french(tmp_path: Path) -> None:
    french = {
        "extension": [
            {
                "url": "http://hl7.org/fhir/StructureDefinition/translation",
                "extension": [
                    {"url": "lang", "valueCode": "fr"},
                    {"url": "content", "valueString": "Dormez-vous bien ?"},
                ],
            }
        ]
    }
    (one,), _ = read(tmp_path, response({**item("Schlafen Sie gut?", "oui"), "_text": french}))
    assert told(one) == [("Dormez-vous bien ?", "oui")]


def test_absent_reasons_and_statuses(tmp_path: Path) -> None:
    def why(code: str) -> dict[str, Any]:
        return {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": code}]}

    items = [
        item(f"Question {code} ?", why(code), link=code)
        for code in ("asked-declined", "asked-unknown", "not-applicable", "not-asked")
    ]
    (one,), _ = read(tmp_path, response(*items, item("Fumez-vous ?", "non")))
    assert [a.state for a in one.answers] == ["refused", "unknown", "not_applicable", "not_shown", "answered"]
    drops: list[Drop] = []
    (tmp_path / "b.json").write_text(
        json.dumps(
            {
                "resourceType": "Bundle",
                "entry": [
                    {"resource": response(item("A ?", "b"), status="entered-in-error")},
                    {"resource": response(item("A ?", "c"))},
                ],
            }
        ),
        encoding="utf-8",
    )
    (kept,) = read_with_drops([tmp_path / "b.json"], on_drop=drops.append)
    assert told(kept) == [("A ?", "c")]
    assert [(drop.reason, drop.source.place) for drop in drops] == [("entered_in_error", "entry 1")]


BLANK = {
    "resourceType": "Questionnaire", "id": "q1", "url": "http://x/Questionnaire/q1", "title": "Nuit",
    "item": [
        {"linkId": "1", "text": "Dormez-vous bien ?", "type": "choice", "answerOption": [{"valueCoding": {"code": "n", "display": "Non, mal"}}]},
        {"linkId": "2", "text": "Depuis quand ?", "type": "string", "enableWhen": [{"question": "1"}]},
        {"linkId": "3", "text": "Fumez-vous ?", "type": "boolean"},
        {"linkId": "4", "text": "Merci", "type": "display"},
    ],
}  # fmt: skip


@pytest.mark.parametrize("where", ["beside", "bundle", "contained"])
def test_the_blank_form_gives_words_and_missing_states(tmp_path: Path, where: str) -> None:
    answered = {"linkId": "1", "answer": [{"valueCoding": {"code": "n"}}]}
    if where == "contained":
        resource: dict[str, Any] = response(answered, questionnaire="#q1", contained=[BLANK])
    else:
        resource = response(answered, questionnaire="http://x/Questionnaire/q1|2.0")
    if where == "beside":
        (tmp_path / "blank.json").write_text(json.dumps(BLANK), encoding="utf-8")
    if where == "bundle":
        resource = {"resourceType": "Bundle", "entry": [{"resource": BLANK}, {"resource": resource}]}
    (one,), _ = read(tmp_path, resource)
    assert [(a.question, a.answer, a.state) for a in one.answers] == [
        ("Dormez-vous bien ?", "Non, mal", "answered"), ("Depuis quand ?", "", "not_shown"), ("Fumez-vous ?", "", "skipped"),
    ]  # fmt: skip


def test_stu3_shapes(tmp_path: Path) -> None:
    resource = response(
        item("Dormez-vous ?", "non"), questionnaire={"reference": "Questionnaire/7"}, subject={"reference": "Patient/9"}
    )
    (one,), _ = read(tmp_path, resource)
    (other,), _ = read(tmp_path, response(item("Fumez-vous ?", "non"), subject={"reference": "Patient/9"}), "o.json")
    assert one.respondent == other.respondent


def test_ndjson_of_many_patients_with_a_broken_line(tmp_path: Path) -> None:
    lines = [
        json.dumps(response(item("Dormez-vous ?", f"{n} h"), subject={"reference": f"Patient/{n}"})) for n in range(4)
    ]
    lines[2] = lines[2][:40]
    (tmp_path / "r.ndjson").write_text("\n".join(lines), encoding="utf-8")
    drops: list[Drop] = []
    found = list(read_with_drops([tmp_path / "r.ndjson"], on_drop=drops.append))
    assert [told(one)[0][1] for one in found] == ["0 h", "1 h", "3 h"]
    assert [drop.source.place for drop in drops] == ["line 3"]


def test_a_bundle_cut_short_gives_what_is_whole(tmp_path: Path) -> None:
    bundle = {
        "resourceType": "Bundle",
        "entry": [{"resource": response(item("Dormez-vous ?", f"{n} h"))} for n in range(5)],
    }
    text = json.dumps(bundle)
    (tmp_path / "r.json").write_text(text[: int(len(text) * 0.7)], encoding="utf-8")
    drops: list[Drop] = []
    found = list(read_with_drops([tmp_path / "r.json"], on_drop=drops.append))
    assert 2 <= len(found) <= 4
    assert [drop.reason for drop in drops] == ["broken_row"]


def test_a_long_bundle_is_streamed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from colloque.ingest.readers import json_stream

    bundle = {
        "resourceType": "Bundle",
        "entry": [{"resource": response(item("Dormez-vous ?", f"{n} h" * 20))} for n in range(200)],
    }
    whole, _ = read(tmp_path, bundle)
    monkeypatch.setattr(json_stream, "WHOLE", 1000)
    monkeypatch.setattr(json_stream, "_CHUNK", 700)
    streamed, drops = read(tmp_path, bundle)
    assert not drops
    assert [one.answers for one in streamed] == [one.answers for one in whole]


def test_deep_nesting_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "r.json").write_text('{"item":' * 100_000 + "1" + "}" * 100_000, encoding="utf-8")
    with pytest.raises(InputError, match="nested"):
        list(read_with_drops([tmp_path / "r.json"]))


def test_names_of_the_patient_resource_leave_the_answers(tmp_path: Path) -> None:
    patient = {
        "resourceType": "Patient",
        "id": "p",
        "name": [{"family": "Zweifel", "given": ["Ottilie"]}],
        "birthDate": "1950-01-02",
    }
    resource = response(
        item("Qui vous aide ?", "personne, Ottilie Zweifel vit seule"), subject={"reference": "#p"}, contained=[patient]
    )
    (one,), _ = read(tmp_path, resource)
    assert "Zweifel" not in one.model_dump_json()
    assert "Ottilie" not in one.model_dump_json()


def test_loinc_codes_are_told_by_their_check_digit() -> None:
    assert loinc_of(None, "/44250-9") == "44250-9"
    assert loinc_of(None, "/44250-8") is None
    assert loinc_of([{"system": "http://loinc.org", "code": "44255-8"}]) == "44255-8"


def phq9(scores: list[int], how: str) -> dict[str, Any]:
    from colloque.ingest.instruments import instruments

    items = []
    for one, score in zip(instruments()["phq-9"].items[:9], scores, strict=True):
        option = one.options[score]
        coding: dict[str, Any] = {"system": "http://loinc.org", "code": option.loinc, "display": option.words["en"]}
        if how == "extension":  # all codings alike, the real score beside them
            coding = {"code": "LA6568-5", "display": "Yes", "extension": [{"url": ORDINAL, "valueDecimal": score}]}
        if how == "code":
            coding = {"system": "http://loinc.org", "code": option.loinc}
        answer = {"valueInteger": score} if how == "integer" else {"valueCoding": coding}
        items.append({"linkId": f"/{one.loinc}", "text": one.words["en"], "answer": [answer]})
    return response(*items)


@pytest.mark.parametrize("how", ["display", "code", "extension", "integer"])
def test_a_phq9_is_recognised_by_loinc_and_scored(tmp_path: Path, how: str) -> None:
    scores = [3, 2, 1, 0, 3, 1, 2, 0, 1]
    (one,), _ = read(tmp_path, phq9(scores, how))
    assert (one.instrument, one.score, one.severity, one.language) == ("phq-9", 13, "modérée", "fr")
    assert one.answers[0].question == "Peu d'intérêt ou de plaisir à faire les choses"
    assert [a.answer for a in one.answers[:4]] == [
        "Presque tous les jours",
        "Plus de la moitié du temps",
        "Plusieurs jours",
        "Jamais",
    ]
