"""Rules of conduct about questions: several at once, and one that was already answered.

Works on content stems, topics and facets (when, how often, how much) of questions; knows nothing of what a question is
worth clinically.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from colloque.checks.conduct_again import answered, complains, spoken_of
from colloque.checks.conduct_book import finding
from colloque.checks.conduct_exchanges import exchanges_before
from colloque.checks.conduct_facets import facet_of
from colloque.checks.conduct_scene import Scene
from colloque.core import Finding, Turn
from colloque.french.patterns import lexicon, plain, sentences
from colloque.french.questions import questions_in
from colloque.french.risk import asks_about_risk
from colloque.french.words import matter, stems, topics

__all__ = ["many_questions", "protests", "question_again", "repeats"]

_EVASIVE = re.compile(
    r"^[^.!]{0,25}\?$|\b(?:pardon|comment) ?\?|(?:sais|saurais) (?:pas|plus)|aucune idee|ca depend|je (?:ne )?(?:veux|prefere|souhaite) pas|pourquoi (?:vous|cette)|je vous dirai|on peut (?:en )?parler d'autre|m'en souviens? plus|on s'en fiche|je passe"
)
"""Answers that answer nothing: the question may be put again."""
_ANAPHORA = re.compile(r"\b(?:ce|cet|cette|ces|celle|celui|celles|ceux|la-dessus|en\b|y\b|l'un|lequel)\b|\bdont vous\b")
_CHANGE = re.compile(
    r"change|evolu|empire|\bpire|mieux|encore|toujours|reven|disparu|autre|a part|ensuite|\b(?:qu'|comme |d')avant|apres (?:ca|cela|coup)|essay|arret|depuis (?:la|le|l'|notre|votre|ce|cette|lors|que)\b"
)
_PRESENCE = re.compile(
    r"\b(?:avez-vous|est-ce que vous|vous (?:avez|prenez|dormez|buvez|fumez|mangez)|prenez-vous|ressentez-vous|dormez-vous|buvez-vous|fumez-vous|y a-t-il|souffrez-vous|a-t-il|a-t-elle|vous arrive-t-il)"
)


def many_questions(scene: Scene) -> Iterator[Finding]:
    """Three questions or more, or two that are about different things: error; two on one matter: warning."""
    asked = scene.questions
    if len(asked) < 2 or (scene.reply.count("?") == 1 and _WRAPPED.search(plain(asked[0]))):
        return
    far = len(asked) > 2 or asked[0].count(",") > 1 or _apart(asked[0], asked[1])
    label = "multiple_questions" if far else "multiple_questions.two"
    yield finding(label, scene.turn, " | ".join(asked), f"{len(asked)} questions")


def _apart(one: str, other: str) -> bool:
    """Two questions about different topics, neither of which leans on the other."""
    first, second = matter(one), matter(other)
    # « Et vous, l'alcool, vous en prenez ? » names its own topic: there the pronoun leans on nothing before.
    leans = (_STRONG if topics(other) else _LEANS).search(plain(other)) or (
        _ALSO.search(plain(other)) and not topics(other)
    )
    return not _REQUEST.search(plain(one)) and bool(
        first and second and not first & second and not leans and (_fronted(other) or not topics(one) & topics(other))
    )


def _fronted(other: str) -> bool:
    """« et comment sont vos selles ? »: a question word and a matter of its own."""
    return _OWN.search(plain(other)) is not None


_OWN = re.compile(r"^(?:et )?(?:comment (?:sont|est|va|vont)|quel(?:le)?s? (?:sont|est)) (?:le|la|les|l'|votre|vos)\b")
_WRAPPED = re.compile(
    r"\b(?:pouvez(?:-vous)?|pourriez(?:-vous)?|voulez-vous|voudriez-vous)\b.*\b(?:dire|parler|raconter|expliquer|decrire)\b"
)
"""One question in the clothes of another: « Est-ce que vous pouvez me dire comment… ? »"""
_REQUEST = re.compile(
    r"\b(?:tu veux|vous voulez|voulez-vous|tu peux|vous pouvez|pouvez-vous) (?:bien )?(?:ouvrir|montrer|tousser|vous (?:asseoir|allonger|lever)|respirer|souffler|tendre|retirer|enlever)\b"
)
_STRONG = re.compile(r"\b(?:ca|cela|ce|cette|ces|celui|celle)\b|c'est (?:de la|la que|pour)")
_ALSO = re.compile(r"^(?:et |ou |puis )?(?:a quel|ou|quand|comment|combien|depuis|qui|avec qui)\b")


def question_again(scene: Scene) -> Iterator[Finding]:
    """A question of the reply that an earlier question or the patient's own words already answered."""
    if not scene.patient or not scene.questions:
        return
    doubt = scene.risk.grade in ("ambiguous", "affirmed", "acute")
    for asked in scene.questions:
        if (doubt and asks_about_risk(asked)) or _PROPOSAL.search(plain(asked)):
            continue
        if repeats(scene, asked):
            yield finding("question_repeated", scene.turn, asked)
            return


_PROPOSAL = re.compile(
    r"^(?:et |alors |bon |bien )*(?:on|nous) (?:regarde|examine|ausculte|va|commence|reprend|fait|y va)\w*\b"
)
"""« On regarde ce genou ? » offers the next step: it asks for nothing that was told."""


def protests(turns: Sequence[Turn]) -> Iterator[Finding]:
    """Questions to which the patient replies that they were already answered."""
    for index in range(2, len(turns) - 1):
        if turns[index].role != "clinician" or turns[index + 1].role != "patient":
            continue
        if complains(turns[index + 1].text) and (asked := questions_in(turns[index].text)):
            before = exchanges_before(turns[:index])
            if any(spoken_of(question, before) for question in asked):
                yield finding("question_repeated", index, asked[0])


def repeats(scene: Scene, asked: str) -> bool:
    """Whether this question was already put and answered, or asks for what the patient has already given."""
    book = lexicon("welcome")
    if book.has(asked, "recap", "beside") or book.has(_before(scene.reply, asked), "recap"):
        return False
    facet, about = facet_of(asked), matter(asked)
    for index, turn in enumerate(scene.before[:-1]):
        if turn.role != "clinician" or scene.before[index + 1].role != "patient":
            continue
        if _evasive(scene.before[index + 1].text):
            continue
        if any(_same(earlier, asked, facet, about) for earlier in questions_in(turn.text)):
            return True
    if _given(scene, asked, facet, about) or _already_said(scene, asked, facet, about):
        return True
    return answered(asked, exchanges_before(scene.before))


@lru_cache(maxsize=512)
def _evasive(reply: str) -> bool:
    return _EVASIVE.search(plain(reply)) is not None


def _same(earlier: str, asked: str, facet: str, about: frozenset[str]) -> bool:
    """Two questions that want the same thing of the same matter."""
    if facet_of(earlier) != facet:
        return False
    if facet == "why" and len(stems(asked) ^ stems(earlier)) > 1:
        return False  # « que ressentez-vous », « qu'est-ce qui vous gêne »: the verb is all the question
    old = matter(earlier)
    if not about and not old:
        return facet == "age" or (bool(stems(asked)) and stems(asked) == stems(earlier))
    if facet == "age":
        return about <= old | _KIN or old <= about | _KIN
    shared = about & old
    if len(shared) >= 2 and len(shared) * 4 >= 3 * max(len(about), len(old)):
        return True
    if not about or _CHANGE.search(plain(asked)):
        return False
    return about == old or (about < old and len(old - about) == 1 and facet != "presence")


_KIN = frozenset(("#enfants", "#famille", "#conjoint", "fill", "fils"))


def _given(scene: Scene, asked: str, facet: str, about: frozenset[str]) -> bool:
    """The figure that the question wants was given in a patient's turn about the same matter."""
    pattern = _VALUES.get(facet)
    if pattern is None or not about or _CHANGE.search(plain(asked)):
        return False
    for index, turn in enumerate(scene.before):
        if turn.role != "patient" or not pattern.search(plain(turn.text)):
            continue
        put = scene.before[index - 1].text if index and scene.before[index - 1].role == "clinician" else ""
        if about <= matter(put) or (facet in _UNASKED and _in_a_sentence(turn.text, about, pattern)):
            return True
    return False


_UNASKED = ("dose", "age", "scale", "onset", "duration")
"""What is taken as given when the patient volunteers it in the same sentence as its matter."""


@lru_cache(maxsize=512)
def _in_a_sentence(text: str, about: frozenset[str], pattern: re.Pattern[str]) -> bool:
    said = (text[start:end] for start, end in sentences(text))
    return any(about <= matter(sentence) and pattern.search(plain(sentence)) for sentence in said)


_SOME = r"(?:\d+|une?|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|douze|quinze|vingt|trente|quelques|plusieurs|une dizaine|une quinzaine|une vingtaine)"
_VALUES: dict[str, re.Pattern[str]] = {
    "count": re.compile(_SOME + r"(?: a \w+| ou \w+)?(?: fois| jours?| nuits?| crises?| soirs?| matins?)?,? (?:par|sur|dans|a la|chaque) |" + _SOME + r" fois|tous les (?:jours|soirs|matins)|toutes les|chaque (?:jour|soir|nuit|matin)"),
    "onset": re.compile(r"depuis (?!le temps)|il y a|ca fait|a commence|en (?:janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre|\d{4})"),
    "duration": re.compile(r"(?<!depuis )" + _SOME + r" (?:minutes?|heures?|jours?|semaines?|mois|ans?|secondes?)"),
    "dose": re.compile(r"\d+|" + _SOME + r" (?:comprimes?|cachets?|gouttes|bouffees|milligrammes|gelules?)|\bmg\b"),
    "age": re.compile(_SOME + r" (?:ans|mois|semaines)"),
    "clock": re.compile(r"(?:\ba |\bvers |\bentre |jusqu'a )(?:\d+ ?h|" + _SOME + r" heures?|minuit|midi)"),
    "scale": re.compile(_SOME + r"(?: sur dix|/10| sur 10)?"),
}  # fmt: skip


def _already_said(scene: Scene, asked: str, facet: str, about: frozenset[str]) -> bool:
    """A yes-no question about signs that the patient has named, not leaning back on them (« cette douleur »)."""
    folded = plain(asked)
    if facet not in ("presence", "dose") or not _PRESENCE.search(folded) or _CHANGE.search(folded):
        return False
    if _ANAPHORA.search(folded.split("-vous", 1)[-1]):
        return False
    sign = len(about) == 1 and (not next(iter(about)).startswith("#") or about <= _SIGNS)
    for index, turn in enumerate(scene.before):
        if turn.role != "patient" or not about & matter(turn.text):
            continue
        put = scene.before[index - 1].text if index and scene.before[index - 1].role == "clinician" else ""
        if sign or (len(about) >= 2 and about <= matter(turn.text) | matter(put)):
            return True
    return False


_SIGNS = frozenset(
    (
        "#fievre",
        "#vertiges",
        "#nausees",
        "#toux",
        "#chute",
        "#allergie",
        "#cauchemars",
        "#ronflement",
        "#larmes",
        "#grossesse",
    )
)
"""Groups of words narrow enough that to have named one is to have answered whether there is any."""


_LEANS = re.compile(r"\b(?:ca|cela|ce|cette|ces|celui|celle|y|en)\b|^(?:et )?(?:ils?|elles?) ")


def _before(reply: str, asked: str) -> str:
    """The words of the reply's own sentence before the question: where a recap marker may stand."""
    at = reply.find(asked[:20])
    return reply[:at] if at > 0 else ""
