"""A cohort fitted to a team's forms: counts only, nobody's rare words, the same distributions, answers that hang together."""

from collections import Counter

import pytest

from colloque.core import Answer, Questionnaire
from colloque.errors import InputError
from colloque.ingest.cohort import cohort
from colloque.ingest.cohort_fit import Fit, cohort_like, fit_cohort


def form(index: int) -> Questionnaire:
    heavy = index % 4 == 0
    answers = (
        Answer(id="1", question="Être triste ?", answer="Presque tous les jours" if heavy else "Jamais"),
        Answer(id="2", question="Se sentir fatigué ?", answer="Presque tous les jours" if heavy else "Plusieurs jours"),
        Answer(id="3", question="Autres remarques ?", answer=f"je m'appelle Dupont {index}"),
        Answer(id="4", question="Fumez-vous ?", answer="Oui" if index % 2 else "Non."),
    )
    return Questionnaire(respondent=f"r-{index}", answers=answers[: 4 if index % 5 else 3])


@pytest.fixture(scope="module")
def fit() -> Fit:
    return fit_cohort(form(index) for index in range(200))


def test_only_counts_of_common_answers_are_kept(fit: Fit) -> None:
    assert "Dupont" not in fit.model_dump_json()
    assert fit.left_out == ("Autres remarques ?",)
    assert [item.question for item in fit.items] == ["Être triste ?", "Se sentir fatigué ?", "Fumez-vous ?"]
    assert all(count >= 5 for item in fit.items for count in item.answers.values())
    assert Fit.model_validate_json(fit.model_dump_json()) == fit


def test_people_are_drawn_with_the_same_shares_and_hang_together(fit: Fit) -> None:
    people = list(cohort_like(fit, 2000, seed=2))
    sad = Counter(q.answers[0].answer for q in people)
    assert sad["Presque tous les jours"] / 2000 == pytest.approx(0.25, abs=0.04)
    assert sum(any(a.question == "Fumez-vous ?" for a in q.answers) for q in people) / 2000 == pytest.approx(
        0.8, abs=0.04
    )
    # A sad answer is always followed by a tired one, as in the forms.
    assert all((q.answers[0].answer == "Jamais") == (q.answers[1].answer == "Plusieurs jours") for q in people)
    assert all(q.virtual and q.domain == "fitted" for q in people)
    assert list(cohort_like(fit, 30, seed=2)) == people[:30]


def test_a_repeated_form_of_one_person_counts_once() -> None:
    forms = [form(1).model_copy(update={"respondent": "r-1", "id": f"q-{n}"}) for n in range(50)]
    with pytest.raises(InputError, match="no answer is shared"):
        fit_cohort(forms)


def test_the_built_in_cohort_can_be_fitted() -> None:
    fit = fit_cohort(cohort(1500, seed=8, domains=["depression"]))
    asked = {item.question for item in fit.items}
    assert "Peu d'intérêt ou de plaisir à faire les choses" in asked
    assert len(list(cohort_like(fit, 20))) == 20
