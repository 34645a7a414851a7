"""Rules of conduct about listening: several questions at once, a question put again, an answer left without welcome.

Works on content stems, topics and facets (when, how often, how much) of questions; knows nothing of what a question is
worth clinically.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from colloque.checks.conduct_book import finding
from colloque.checks.conduct_scene import Scene
from colloque.core import Finding
from colloque.french.patterns import lexicon, plain
from colloque.french.questions import questions_in
from colloque.french.words import stems, topics

__all__ = ["answer_ignored", "facet_of", "many_questions", "question_again", "repeats"]

_FACETS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("onset", re.compile(r"depuis (?:quand|combien)|a commence|ca (?:a )?commenc|remonte|debut|depuis longtemps|depuis le|date de quand|vous situez ca|ca dure depuis|c'est arrive quand|commence quand")),
    ("duration", re.compile(r"combien de temps|dure(?:nt|r|e)?\b.*combien|pendant combien|quelle duree|a-t-elle dure|a-t-il dure|longtemps|elle dure|il dure|ca dure")),
    ("count", re.compile(r"combien de fois|frequence|souvent|combien par|fois par|tous les jours|regulierement|combien de (?:jours|nuits|crises)|a quel rythme|quelle cadence|combien en faites|combien de soirs")),
    ("dose", re.compile(r"dose|dosage|posologie|milligrammes|\bmg\b|combien (?:de (?:comprimes|cachets|gouttes|bouffees)|en prenez)")),
    ("amount", re.compile(r"\bcombien\b|quelle quantite|quel nombre|chiffre|temperature")),
    ("age", re.compile(r"quel age|age a-t|ans avez")),
    ("where", re.compile(r"\bou (?:avez|est|sont|se|ca|avez|exactement|precisement)|quel endroit|localis|situez|a quel niveau|d'un cote|des deux cotes")),
    ("trigger", re.compile(r"declench|provoque|a cause|qu'est-ce qui (?:fait|met|vous (?:met|fait))|dans quelle(?:s)? (?:circonstance|situation|occasion)|a quels? moments?")),
    ("clock", re.compile(r"quelle heure|a quelle|vers quelle")),
    ("scale", re.compile(r"sur (?:dix|10|une echelle)|de (?:zero|0|1) a (?:dix|10)|note")),
    ("effect", re.compile(r"support|toler|efficac|soulag|marche|aide|effet|ca va mieux|disparu|passe[e]? depuis|ameliore")),
    ("how", re.compile(r"\bcomment\b|decri|ressembl|a quoi|quelle sorte|quel genre|quel type|laquelle|lesquels?\b|qui brule|qui serre|qui pique|raconte")),
    ("why", re.compile(r"pourquoi|qu'est-ce qui|qu'est-ce que|que se passe|quelles? raisons?")),
    ("who", re.compile(r"\bqui\b|avec qui|quelqu'un")),
)  # fmt: skip
_ANAPHORA = re.compile(r"\b(?:ce|cet|cette|ces|celle|celui|celles|ceux|la-dessus|en\b|y\b|l'un|lequel)\b|\bdont vous\b")
_CHANGE = re.compile(
    r"change|evolu|empire|pire|mieux|encore|toujours|revenu|disparu|depuis|autre|a part|ensuite|apres|avant"
)
_PRESENCE = re.compile(
    r"^(?:et |mais |alors |sinon,? |d'accord,? |bien,? )*(?:avez-vous|est-ce que vous|vous (?:avez|prenez|dormez|buvez|fumez|mangez)|prenez-vous|ressentez-vous|dormez-vous|buvez-vous|fumez-vous|y a-t-il|souffrez-vous|a-t-il|a-t-elle|vous arrive-t-il)"
)


@lru_cache(maxsize=16384)
def facet_of(question: str) -> str:
    """What a question wants to know of its topic: onset, duration, count, dose, amount, where…; `presence` else."""
    folded = plain(question)
    for name, pattern in _FACETS:
        if pattern.search(folded):
            return name
    return "presence"


def many_questions(scene: Scene) -> Iterator[Finding]:
    """Three questions or more, or two that are about different things: error; two on one matter: warning."""
    asked = scene.questions
    if len(asked) < 2:
        return
    far = len(asked) > 2 or _apart(asked[0], asked[1])
    label = "multiple_questions" if far else "multiple_questions.two"
    yield finding(label, scene.turn, " | ".join(asked), f"{len(asked)} questions")


def _apart(one: str, other: str) -> bool:
    """Two questions about different topics, neither of which leans on the other."""
    first, second = topics(one), topics(other)
    return bool(first and second and not first & second)


def question_again(scene: Scene) -> Iterator[Finding]:
    """A question of the reply that an earlier question or the patient's own words already answered."""
    if not scene.patient or not scene.questions:
        return
    for asked in scene.questions:
        if repeats(scene, asked):
            yield finding("question_repeated", scene.turn, asked)
            return


def repeats(scene: Scene, asked: str) -> bool:
    """Whether this question was already put and answered, or asks for what the patient has already given."""
    if lexicon("welcome").has(asked, "recap") or lexicon("welcome").has(_before(scene.reply, asked), "recap"):
        return False
    facet, words, about = facet_of(asked), stems(asked), topics(asked)
    subject = about or topics(scene.asked or "") if not words - _EMPTY.get(facet, frozenset()) else about
    for index, turn in enumerate(scene.before[:-1]):
        if turn.role != "clinician" or scene.before[index + 1].role != "patient":
            continue
        for earlier in questions_in(turn.text):
            if _same(earlier, asked, facet, words, subject):
                return True
    return _already_said(scene, asked, facet, words)


def _same(earlier: str, asked: str, facet: str, words: frozenset[str], subject: frozenset[str]) -> bool:
    if facet_of(earlier) != facet or not words:
        return False
    old = stems(earlier)
    shared = words & old
    if len(shared) >= 2 and len(shared) * 4 >= 3 * min(len(words), len(old)):
        return True
    if _CHANGE.search(plain(asked)):
        return False
    core, other = words - _GENERIC, old - _GENERIC
    if core and core == other:
        return True
    same_topic = bool(subject & topics(earlier)) and subject <= topics(earlier) | topics(asked)
    return same_topic and bool(core & other) and len(core - other) <= 1


def _already_said(scene: Scene, asked: str, facet: str, words: frozenset[str]) -> bool:
    """A yes-no question about a sign that the patient has named, not leaning back on it (« cette douleur »)."""
    folded = plain(asked)
    if facet not in ("presence", "dose") or not _PRESENCE.search(folded) or _CHANGE.search(folded):
        return False
    if _ANAPHORA.search(folded.split("-vous", 1)[-1]):
        return False
    core = words - _GENERIC
    told: frozenset[str] = frozenset().union(*(stems(text) for text in scene.patient))
    put: frozenset[str] = (
        frozenset().union(*(stems(text) for text in scene.clinician)) if scene.clinician else frozenset()
    )
    known = told | put
    return len(core) >= 2 and len(core & told) >= 1 and len(core & known) >= 2 and len(core & known) * 2 >= len(core)


_GENERIC = stems(
    "actuellement prenez exemple avez arrive quelque chose souvent combien problème problèmes habitude signes physiques vie"
)
_EMPTY: dict[str, frozenset[str]] = {"duration": stems("dure durer temps"), "onset": stems("début commencer dure")}


def answer_ignored(scene: Scene) -> Iterator[Finding]:
    """The patient has just said something heavy, or asked something, and the reply goes elsewhere."""
    book = lexicon("welcome")
    heavy = book.first(scene.last, "heavy")
    if heavy is None or scene.echo or topics(scene.last) & topics(scene.reply):
        return
    if scene.welcomes & {"empathy", "formula"} - ({"formula"} if _bare(scene) else frozenset()):
        return
    if lexicon("alarms").has(scene.reply, "answers") or not scene.questions or not stems(scene.reply) - _GENERIC:
        return
    yield finding("last_answer_ignored", scene.turn, scene.reply[:80], f"« {scene.last[heavy.start : heavy.end]} »")


def _bare(scene: Scene) -> bool:
    """The only welcome is a bare word: « d'accord », « je note »."""
    return all(
        plain(scene.reply[hit.start : hit.end]).strip(" .,!") in _BARE
        for hit in lexicon("welcome").all(scene.reply, "formula")
    )


_BARE = frozenset(("d'accord", "je note", "note", "tres bien", "parfait", "c'est note"))


def _before(reply: str, asked: str) -> str:
    """The words of the reply's own sentence before the question: where a recap marker may stand."""
    at = reply.find(asked[:20])
    return reply[:at] if at > 0 else ""
