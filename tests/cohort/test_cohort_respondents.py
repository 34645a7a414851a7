"""The cohort: the same respondents whatever the number asked for, marked virtual, coherent, varied, well-formed French."""

import re
from collections import Counter
from itertools import islice

import pytest

from colloque.core import Questionnaire, split_of
from colloque.errors import InputError
from colloque.ingest.cohort import cohort
from colloque.ingest.cohort_domain import domain_names, load_domain


@pytest.fixture(scope="module")
def people() -> list[Questionnaire]:
    return list(cohort(1200, seed=3))


def test_same_seed_same_people_whatever_the_number(people: list[Questionnaire]) -> None:
    assert list(cohort(40, seed=3)) == people[:40]
    assert list(islice(cohort(10_000, seed=3), 40)) == people[:40]
    assert [q.id for q in cohort(40, seed=4)] != [q.id for q in people[:40]]


def test_everybody_is_marked_virtual_and_has_a_split(people: list[Questionnaire]) -> None:
    assert all(q.virtual and q.domain and q.source.file == "cohort" for q in people)
    assert all(q.split == split_of(q.respondent) for q in people)
    assert len({q.id for q in people}) == len({q.respondent for q in people}) == len(people)


def test_twenty_domains_none_over_a_quarter(people: list[Questionnaire]) -> None:
    counts = Counter(q.domain for q in people)
    assert len(counts) >= 20
    assert max(counts.values()) <= len(people) / 4


def test_forms_have_a_plausible_length_and_numbered_answers(people: list[Questionnaire]) -> None:
    lengths = Counter(len(q.answers) for q in people)
    assert min(lengths) >= 3 and max(lengths) <= 13
    assert sum(lengths[n] for n in range(5, 10)) > 0.8 * len(people)
    assert all([a.id for a in q.answers] == [str(n + 1) for n in range(len(q.answers))] for q in people)
    assert all(a.answer.strip() for q in people for a in q.answers if a.state == "answered")
    assert all(not a.answer for q in people for a in q.answers if a.state == "skipped")


def test_answer_vectors_are_hardly_ever_the_same(people: list[Questionnaire]) -> None:
    vectors = {tuple((a.question, a.answer) for a in q.answers) for q in people}
    assert len(vectors) > 0.995 * len(people)


def test_no_template_mark_reaches_the_text(people: list[Questionnaire]) -> None:
    texts = [text for q in people for a in q.answers for text in (a.question, a.answer)]
    assert not [text for text in texts if re.search(r"[\[\]{}<>|·]|//|  | ,|\.\.x", text)]
    assert not [
        text for text in texts if re.search(r"\b1 (?:verres|jours|semaines|bières|cafés|nuits|comprimés|kilos)\b", text)
    ]


def test_open_questions_are_not_answered_by_yes_or_no(people: list[Questionnaire]) -> None:
    wrong = [
        (a.question, a.answer)
        for q in people
        for a in q.answers
        if re.match(r"(Comment|Quel|Combien|Qui|Qu'est-ce)", a.question) and re.match(r"(?i)(oui|non)\b", a.answer)
    ]
    assert len(wrong) < 5, wrong


def test_sex_is_constant_in_one_form(people: list[Questionnaire]) -> None:
    for q in people:
        text = " ".join(a.answer for a in q.answers).lower()
        assert not ("mon mari" in text and "ma femme" in text), text


def test_risk_is_mostly_denied_sometimes_affirmed(people: list[Questionnaire]) -> None:
    asked = [
        a.answer
        for q in people
        for a in q.answers
        if re.search(r"idées (?:noires|de suicide|de mort)", a.question) and a.state == "answered"
    ]
    denied = [answer for answer in asked if re.match(r"(?i)(non|jamais|aucune|pas du tout|pas cette fois)", answer)]
    assert len(asked) > 100
    assert 0.55 < len(denied) / len(asked) < 0.95


def test_children_are_spoken_of_by_a_parent() -> None:
    forms = list(cohort(60, seed=1, domains=["pediatrie"]))
    assert all(
        re.search(
            r"enfant|fils|fille|-il|-elle|vous|lui|Vaccins|malad|ouches|Température|motif|nuits", f.answers[0].question
        )
        for f in forms
    )
    assert any(re.search(r"\b(?:il|elle)\b", a.answer) for f in forms for a in f.answers)


def test_unknown_domain_is_refused() -> None:
    with pytest.raises(InputError, match="unknown domain"):
        list(cohort(1, domains=["astrologie"]))


@pytest.mark.parametrize("name", domain_names())
def test_each_domain_is_well_written(name: str) -> None:
    domain = load_domain(name)
    assert 8 <= len(domain.items) <= 22
    assert len({item.id for item in domain.items}) == len(domain.items)
    listed = [item for item in domain.items if item.rate > 0]
    assert all(len(item.questions) >= 1 for item in listed)
    assert sum(len(item.questions) for item in listed) >= 1.6 * len(listed)
    slots = {slot for item in domain.items for phrase, _ in item.answers for slot in phrase.slots}
    known = set(domain.lists) | {"age", "duree", "depuis", "n"}
    assert slots <= known, slots - known
