"""Who answers, as far as the record tells it by its words: the gender that agreement follows. Knows no fact and no talk."""

import re
from functools import cache, lru_cache

from colloque.core import Questionnaire, rng_for
from colloque.speech.bank import load
from colloque.speech.gender import Gender

__all__ = ["ASKS_SEX", "gender_of", "known_gender"]


@cache
def _gender_marks() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    data = load("nouns")
    own = r"\b(?:je (?:me )?suis|j'suis|suis|je me sens|me sens|j'étais|je reste|je deviens|je suis devenue?|j'ai été|m'a|m'ont)\s+(?:(?:très|trop|plus|pas|toujours|complètement|un peu|si|plutôt|tellement|vraiment|souvent|trop)\s+)*"
    return (
        re.compile(data["woman"], re.IGNORECASE), re.compile(data["man"], re.IGNORECASE),
        re.compile(r"\b(?:je|j'|me|m')[^.,;]{0,25} (?<!une )(?<!la )seule\b|" + own + r"(?:\w+(?:ée|euse|ive|ète)|nulle|seule|vidée|contente|suivie|inquiète|prête|partie|devenue|sortie|enceinte)\b", re.IGNORECASE),
        re.compile(r"\b(?:je|j'|me|m')[^.,;]{0,25} (?<!un )(?<!le )seul\b|" + own + r"(?!(?:année|journée|soirée|matinée)\b)(?:\w+(?:é|eux|if)|nul|seul|content|suivi|inquiet|prêt|parti|devenu|sorti)\b(?!e)", re.IGNORECASE),
    )  # fmt: skip


_ASKED_F = re.compile(
    r"\b(?:êtes-vous|vous êtes-vous|vous sentez-vous|avez-vous (?:déjà )?été|vous êtes|es-tu)\s+(?:déjà |facilement |souvent )*\w+(?:ée|euse|tie|vie|due|ète|ive)\b|\bje me suis sentie\b|\bseule\b.*\?",
    re.IGNORECASE,
)
_ASKED_M = re.compile(
    r"\b(?:êtes-vous|vous êtes-vous|vous sentez-vous|avez-vous (?:déjà )?été|vous êtes|es-tu)\s+(?:déjà |facilement |souvent )*\w+(?:é|eux|ti|if|du|uel)\b(?!\()",
    re.IGNORECASE,
)


ASKS_SEX = re.compile(r"^(?:votre )?(?:sexe|genre)\b", re.IGNORECASE)


# What people write of themselves without « je suis », at the head of an answer or after a comma.
_STATE_F = re.compile(
    r"(?:^|, |^(?:oui|non),? )(?:divorcée|mariée|veuve|séparée|retraitée|arrivée|née|fatiguée|épuisée|crevée|vidée|rincée|débordée|licenciée)\b",
    re.IGNORECASE,
)
_STATE_M = re.compile(
    r"(?:^|, |^(?:oui|non),? )(?:divorcé|marié|veuf|séparé|retraité|arrivé|fatigué|épuisé|crevé|vidé|rincé|débordé|licencié)\b(?!e)",
    re.IGNORECASE,
)


def known_gender(questionnaire: Questionnaire) -> Gender | None:
    """The patient's gender as the record tells it by its words, or None where it does not."""
    return _known(tuple((a.question, a.answer) for a in questionnaire.told))


@lru_cache(maxsize=4096)
def _known(told: tuple[tuple[str, str], ...]) -> Gender | None:
    woman, man, feminine, masculine = _gender_marks()
    for question, answer in told:
        if ASKS_SEX.match(question.strip()):
            said = answer.strip().lower()[:1]
            return "f" if said == "f" else "m" if said in {"m", "h"} else None
    answers = " . ".join(answer for _, answer in told)
    questions = " . ".join(question for question, _ in told)
    if re.search(
        r"\bvotre (?:enfant|bébé|fils|fille)\b|\b[\wà-ÿ]+-t-(?:il|elle) (?:vomi|de la fièvre|normalement)",
        questions,
        re.IGNORECASE,
    ):
        return None
    if feminine.search(answers) or any(_STATE_F.search(answer) for _, answer in told):
        return "f"
    if masculine.search(answers) or any(_STATE_M.search(answer) for _, answer in told):
        return "m"
    if woman.search(questions) or _ASKED_F.search(questions):
        return "f"
    return "m" if man.search(questions) or _ASKED_M.search(questions) else None


# Told by most couples; where the record says more, that counts.
_HIS = re.compile(r"\b(?:ma femme|mon épouse|mon epouse|ma copine|mon ex-femme)\b", re.IGNORECASE)
_HERS = re.compile(r"\b(?:mon mari|mon copain|mon ex-mari|mon conjoint)\b", re.IGNORECASE)


def gender_of(questionnaire: Questionnaire, seed: int) -> Gender:
    """The gender that agreement follows: the record's own, else drawn, and constant through the dialogue."""
    known = known_gender(questionnaire)
    if known is None:
        answers = " ".join(a.answer for a in questionnaire.told)
        his, hers = _HIS.search(answers), _HERS.search(answers)
        if bool(his) != bool(hers):
            return "m" if his else "f"
    return known or ("f" if rng_for(questionnaire.id, "gender", seed).random() < 0.5 else "m")
