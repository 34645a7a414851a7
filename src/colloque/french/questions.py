"""The questions of a turn: which clauses really ask something, whatever the number of question marks.

Knows the forms of French questions (data: conduct/questions.toml), not what they are about. « Il mange, il dort, il a
vomi ? » is three questions under one mark; « c'est bien ça ? » is none.
"""

import re
import unicodedata
from functools import lru_cache

from colloque.french.patterns import lexicon, plain, sentences

__all__ = ["invitations_in", "questions_in"]

_SPLIT = re.compile(r"[,;:—–]\s+|\s+-\s+|\s+(?=(?:et|puis|ou)\s)")
_NO_VERB_YET = re.compile(r"\best-ce qu(?:e |')(?:le |la |les |l'|votre |vos |ce |cette |ces )[\w'-]+$")
_SAME_SUBJECT = re.compile(r"et vous (?!.*\b(?:combien|comment|quand|quoi|ou|qui)$)")
_SUBJECT = re.compile(
    r"^(?:et |puis |ou |mais |donc |alors |est-ce qu(?:e |'))*"
    r"(?:vous|il|elle|ils|elles|on|y a|il y a|(?:le|la|les|l'|votre|vos|son|sa|ses|leur|leurs|ce|cette|ces|un|une|quelqu'un|quelque chose|personne)"
    r"\s?[\w'-]+(?: (?!qui\b|que\b|qu'|dont\b|ou\b)[\w'-]+){0,3}?)"
    r"\s+(?:n'|ne |l'|le |la |les |vous |me |se |s'|y |en |lui |leur )*"
    r"(?:(?![\w'-]*[ea]ment\b|(?:la|sa|ma|ta)\b)[\w'-]*(?:ez|ait|aient|ent|a|ont|est|sont|va|vont|fait|font|dit|peut|doit|dort|boit|prend|tient|sert|met|suit|vient|court|sent|lit|vit)"
    r"|êtes|etes|avez|mange|pleure|respire|tousse|crache|vomit|bouge|marche|joue|aide|ronfle|fume|gratte|passe|reste|gonfle|brûle|brule|pique|tire|serre|arrive|travaille|gêne|gene|manque|change)\b"
)
_FRAGMENT = 3
"""Words of a bare « et où », « combien de fois » that only continues a question."""
_AT = re.compile(r"\s[àÀ]\s")
"""« à » is no verb: « le matin à jeun », « vos tâches à la maison ou votre capacité à… » ask nothing by themselves."""
_ELISION = re.compile(r"^(?:et|puis|ou)\s+")


@lru_cache(maxsize=512)
def questions_in(text: str) -> tuple[str, ...]:
    """The real questions of a turn, in order, each as the words that ask it.

    Tags (« hein ? », « c'est ça ? ») are none; a courtesy (« comment allez-vous ? ») counts only where it is the
    only question. Alternatives joined by « ou » are one question.
    """
    text = unicodedata.normalize("NFC", text)
    if "?" not in text:
        return ()
    found: list[str] = []
    courtesy: list[str] = []
    before = ""
    for start, end in sentences(text):
        sentence = text[start:end].strip(" »\"'«)(\n")
        if "?" not in sentence:
            before = sentence
            continue
        bare = _without_tag(sentence)
        if not bare:
            if not found and before:
                found.append(f"{before} {sentence}" if _is_recap(before) else sentence)
                if not _is_recap(before):
                    found.pop()
            continue
        if lexicon("questions").has(bare, "greeting"):
            courtesy.append(bare)
            continue
        found.extend(_clauses(bare))
        before = ""
    return tuple(found) if found else tuple(courtesy[:1])


@lru_cache(maxsize=512)
def invitations_in(text: str) -> tuple[str, ...]:
    """Requests to tell that are no question by form: « Racontez-moi vos soirées. », « Je vous écoute. »"""
    text = unicodedata.normalize("NFC", text)
    found = []
    for start, end in sentences(text):
        sentence = text[start:end].strip()
        if "?" not in sentence and lexicon("questions").has(sentence, "invitation"):
            found.append(sentence)
    return tuple(found)


def _is_recap(sentence: str) -> bool:
    """A statement about the patient that a tag then turns into a question: « Vous avez dix-sept ans. C'est ça ? »"""
    return plain(sentence).startswith(("vous ", "donc vous ", "alors vous ", "si je comprends", "si j'ai bien"))


def _without_tag(sentence: str) -> str:
    """The sentence without a final tag; empty when it was nothing but a tag."""
    hit = lexicon("questions").first(sentence, "tag")
    if hit is None:
        return sentence
    rest = sentence[: hit.start].rstrip(" ,.;:!…-")
    return f"{rest} ?" if rest else ""


def _clauses(sentence: str) -> list[str]:
    """Split one interrogative sentence into the clauses that ask. A topic put first stays with its question."""
    asked: list[list[str]] = []
    plainly: list[str] = []
    topic: list[str] = []
    for part in _parts(sentence.rstrip(" ?!.…»\"'")):
        folded = plain(_ELISION.sub("", part))
        alternative = plain(part).startswith("ou ")
        relative = lexicon("questions").has(folded, "subordinate") and not _asks_who(part, asked)
        opens = _opens(part, folded) and not relative
        alone = not alternative and _stands_alone(plain(_AT.sub(" vers ", _ELISION.sub("", part))))
        if (opens and not (asked and len(folded.split()) <= _FRAGMENT)) or (asked and alone):
            asked.append([*topic, part])
            topic = []
        elif asked:
            asked[-1].append(part)
        elif alone:
            plainly.append(part)
            topic = []
        elif not lexicon("questions").has(folded, "comment"):
            topic.append(part)
    if asked:
        return [", ".join(parts).strip() for parts in asked]
    return plainly if len(plainly) > 1 else [sentence]


def _asks_who(part: str, asked: list[list[str]]) -> bool:
    """« et qui est malade autour de vous ? » after a question in which no other « qui » stands: it asks, and relates to nothing."""
    return bool(asked) and plain(part).startswith("et qui ") and " qui " not in plain(" ".join(asked[-1]))


def _parts(sentence: str) -> list[str]:
    """The clauses of a sentence; a verb more for the same subject (« vous riez et vous vous amusez ») opens none."""
    parts: list[str] = []
    start, bare = 0, False
    for cut in (*_SPLIT.finditer(sentence), None):
        part = sentence[start : cut.start() if cut else len(sentence)].strip()
        together = _SAME_SUBJECT.match(plain(part)) and parts and "vous" in plain(parts[-1])
        if part and parts and bare and (together or _NO_VERB_YET.search(plain(parts[-1]))):
            parts[-1] = f"{parts[-1]} {part}"
        elif part:
            parts.append(part)
        if cut:
            start, bare = cut.end(), not cut.group().strip()
    return parts


def _opens(part: str, folded: str) -> bool:
    """The clause has an interrogative of its own, and is no second half of an alternative (« ou pas »)."""
    if plain(part).startswith("ou "):
        return False
    return lexicon("questions").has(folded, "mark", "mark_end")


def _stands_alone(folded: str) -> bool:
    """A clause with its own subject and verb that is no remark and no subordinate."""
    book = lexicon("questions")
    return bool(_SUBJECT.match(folded)) and not book.has(folded, "comment") and not book.has(folded, "subordinate")
