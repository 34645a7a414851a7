"""The latent traits of a virtual respondent: what makes the answers of one form hang together.

Age, sex, severity, duration, history and way of living become tags (`f`, `old`, `couple`, `works`, `long` …) and a few
words (`{age}`, `{duree}`, `{depuis}`) that the data files use. It knows nothing of questions.
"""

import math
import random

from colloque.ingest.cohort_domain import Domain
from colloque.ingest.cohort_template import Person

__all__ = ["draw_person"]

_THIS_YEAR = 2025
"""The forms' year: a constant, so that a cohort is the same next year."""
_MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)


def draw_person(domain: Domain, rng: random.Random) -> tuple[Person, int]:
    """One person of the domain and their age in years. The person spoken of is the child where a parent fills in."""
    low, high = domain.ages
    # The mean of two draws: people gather in the middle of the range.
    age = round(low + (high - low) * (rng.random() + rng.random()) / 2)
    feminine = rng.random() < domain.women
    severity = rng.choices(range(4), domain.severity)[0]
    shortest, longest = (math.log(days) for days in domain.duration)
    days = math.exp(rng.uniform(shortest, longest))
    tags = {"f" if feminine else "m", "young" if age < 30 else "old" if age >= 65 else "adult"}
    tags.add("teen" if age < 18 else "grown")
    tags.add("recent" if days < 45 else "long" if days > 365 else "months")
    if rng.random() < domain.history:
        tags.add("history")
    tags.update(_living(age, rng))
    person = Person(rng=rng, tags=tags, feminine=feminine, severity=severity, lists=domain.lists)
    person.words["age"] = str(age)
    person.words["duree"] = duration = _duration(days)
    person.words["depuis"] = _since(duration, days, rng)
    return person, age


def _living(age: int, rng: random.Random) -> set[str]:
    """How the person lives: couple or alone, children, work. Shares are rough French orders of magnitude."""
    if age < 18:
        return {"parents", "school"}
    tags: set[str] = set()
    draw = rng.random()
    if age < 25:
        tags.add("couple" if draw < 0.2 else "parents" if draw < 0.55 else "alone")
        tags.add("student" if rng.random() < 0.6 else "works")
        return tags
    widowed = max(0.0, (age - 60) / 70)
    tags.add("couple" if draw > 0.35 + widowed / 2 else "widowed" if draw < widowed else "alone")
    if "alone" in tags and rng.random() < 0.4:
        tags.add("separated")
    if rng.random() < min(0.85, (age - 22) / 22):
        tags.add("kids" if age < 52 else "grown_kids")
    if age >= 64:
        tags.add("retired")
    else:
        tags.add("works" if rng.random() < 0.82 else "jobless")
    return tags


def _duration(days: float) -> str:
    """A length of time as people write it: 13 months are a year, 19 a year and a half."""
    if days < 12:
        return f"{max(2, round(days))} jours"
    months = days / 30.4
    if days < 60:
        weeks = round(days / 7)
        return f"{weeks} semaines" if weeks > 1 else "une semaine"
    if months < 11:
        return f"{round(months)} mois"
    if months < 15:
        return "un an"
    if months < 21:
        return "un an et demi"
    return f"{round(months / 12)} ans"


def _since(duration: str, days: float, rng: random.Random) -> str:
    draw = rng.random()
    if 60 < days < 330 and draw < 0.3:
        month = rng.choice(_MONTHS)
        return rng.choice((f"depuis {month}", f"depuis {month}", f"depuis fin {month}", f"depuis début {month}"))
    if days > 700 and draw < 0.25:
        return f"depuis {_THIS_YEAR - round(days / 365)}"
    about = rng.choice(("", "", "environ ", "à peu près "))
    return f"{'depuis ' if draw < 0.8 else 'ça fait '}{about}{duration}"
