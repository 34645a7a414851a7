"""Real files of each kind, against counts made without the readers (`independent_counts.py`). Skipped where absent."""

import re
import sys
from collections import Counter
from pathlib import Path

import pytest

from colloque.core import Drop, Questionnaire
from colloque.ingest import Account, read_with_drops
from colloque.ingest.instruments import instruments

sys.path.insert(0, str(Path(__file__).parent))
import independent_counts as independent

DATA = Path(__file__).parents[2] / "../shared/data"
pytestmark = pytest.mark.skipif(not DATA.exists(), reason="the real files are not here")


def read(path: Path) -> tuple[list[Questionnaire], Account, list[Drop]]:
    account = Account()
    drops: list[Drop] = []
    return list(read_with_drops([path], account=account, on_drop=drops.append)), account, drops


def counted(account: Account) -> Counter[str]:
    """The readers' figures, with the questions that ask who somebody is counted again."""
    return +sum((file.identities for file in account.files), account.states)


FHIR = (
    "fhir_hl7_spec/QuestionnaireResponse-3141.json",
    "fhir_hl7_spec/QuestionnaireResponse-gcs.json",
    "fhir_lforms/fhir-sdc-response-ussgfht.json",
    "fhir_lforms/qr-items-under-repeating-choice-item.json",
    "fhir_lforms/qr-with-answerValueSet-radiobutton-checkbox.json",
    "fhir_lforms/questionnaire-response-allinone-cwe-userdata.json",
    "fhir_sdc/QuestionnaireResponse-Cardiology-MariaSantos.json",
)


@pytest.mark.parametrize("name", FHIR)
def test_fhir_examples_are_read_whole(name: str) -> None:
    found, account, drops = read(DATA / name)
    assert len(found) == 1
    assert not drops
    assert counted(account) - outside(DATA / name) == +independent.count_fhir(DATA / name)


def outside(path: Path) -> Counter[str]:
    """Identities that stand outside the items: subject, author, contained patient."""
    extra = {
        "QuestionnaireResponse-3141.json": 3,
        "QuestionnaireResponse-gcs.json": 1,
        "QuestionnaireResponse-Cardiology-MariaSantos.json": 2,
    }
    return Counter({"answered": extra.get(path.name, 0)})


APHP = sorted((DATA / "fhir_aphp_fr").glob("QuestionnaireResponse-*.json"))


@pytest.mark.parametrize("path", APHP, ids=lambda path: path.stem)
def test_aphp_responses_are_read_whole_and_nobody_is_left_in_them(path: Path) -> None:
    found, account, drops = read(path)
    wanted = independent.count_fhir(path, DATA / "fhir_aphp_fr" / "Questionnaire-UsageCore.json")
    subject = (
        2 if "patient-example" in path.read_text(encoding="utf-8") else 0
    )  # a placeholder's and a clinician's names
    assert len(found) == 1
    assert not drops
    assert counted(account) - Counter({"answered": subject}) == +wanted
    written = found[0].model_dump_json()
    text = path.read_text(encoding="utf-8")
    names = re.findall(
        r'"valueString": "([^"]+)"\s*\}\s*\],\s*"linkId": "\d+",\s*"text": "(?:Nom|Prénom) patient"', text
    )
    numbers = re.findall(r'"valueString": "(\d{13,15})"', text)
    assert len(names) == 2
    assert len(numbers) >= 1
    for identity in [*names, *numbers, "Anyperson", "Quenum"]:
        assert identity not in written


def test_four_aphp_responses_are_four_people() -> None:
    found, account, _ = read(DATA / "fhir_aphp_fr")
    assert len(found) == 4 == len({one.respondent for one in found}) == len(account.people)


PROJECTS = ("checkboxes-1", "longitudinal", "repeating-instruments", "simple", "survey", "validation-types-1")


@pytest.mark.parametrize("project", PROJECTS)
def test_redcap_projects_are_read_whole(project: str) -> None:
    stem = DATA / "redcap_redcapr" / f"inst__test-data__projects__{project}__"
    data, dictionary = Path(f"{stem}data.csv"), Path(f"{stem}dictionary.csv")
    _, account, drops = read(data)
    respondents, wanted = independent.count_redcap(data, dictionary)
    assert not drops
    assert len(account.people) == respondents
    assert counted(account) == +wanted


def test_nhanes_is_the_same_from_sas_and_from_csv_and_its_totals_are_the_sums_of_the_codes() -> None:
    csv_path, xpt_path = DATA / "nhanes_dpq" / "DPQ_J.csv", DATA / "nhanes_dpq" / "DPQ_J.XPT"
    raw = independent.nhanes_csv(csv_path)
    assert raw == independent.nhanes_xpt(xpt_path)
    by_csv, account, _ = read(csv_path)
    by_xpt, other, _ = read(xpt_path)
    assert len(by_csv) == len(raw) == 5533 == len(account.people) == len(other.people)
    assert [(q.id, q.respondent, q.answers, q.score) for q in by_csv] == [
        (q.id, q.respondent, q.answers, q.score) for q in by_xpt
    ]
    assert counted(account) == +independent.count_nhanes(raw) == counted(other)
    complete = 0
    for questionnaire, codes in zip(by_csv, raw.values(), strict=True):
        nine = codes[:9]
        if all(code is not None and code <= 3 for code in nine):
            complete += 1
            assert questionnaire.score == sum(code for code in nine if code is not None)
            assert questionnaire.instrument == "phq-9"
        else:
            assert questionnaire.score is None
    assert complete == 5068


def test_the_phq9_of_lhc_matches_the_instrument_by_loinc() -> None:
    import json

    blank = json.loads((DATA / "fhir_lforms" / "phq9.json").read_text(encoding="utf-8"))
    own = {item.loinc: item for item in instruments()["phq-9"].items}
    asked = [item for item in blank["item"] if item["code"][0]["code"] != "44261-6"]
    assert [item["code"][0]["code"] for item in asked] == list(own)
    for item in asked:
        options = own[item["code"][0]["code"]].options
        assert [o["valueCoding"]["code"] for o in item["answerOption"]] == [option.loinc for option in options]
        assert [o["valueCoding"]["display"] for o in item["answerOption"]] == [option.words["en"] for option in options]
