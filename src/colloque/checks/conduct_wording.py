"""Rules of conduct that look at the clinician's words: what must not be said, whatever came before.

The words are data (french/data/conduct: wording, drugs, disorders, language); here is only how a match is weighed:
a question is no diagnosis, courtesy is no reassurance, a child may be spoken to as « tu ».
"""

import re
import tomllib
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib.resources import files

from colloque.checks.conduct_book import finding
from colloque.checks.conduct_scene import Scene, is_asked
from colloque.core import Finding
from colloque.french import quantities
from colloque.french.denied import sentence_at
from colloque.french.patterns import Hit, lexicon, plain, sentences
from colloque.french.words import stems, stop_words, tokens, topics

__all__ = ["foreign_words", "format_and_length", "named_first", "said_wrongly", "tutoiement"]

_NOT_WHEN_ASKED = ("diagnosis_given", "diagnosis_given.hypothesis", "treatment_prescribed", "promise_made", "role_broken")  # fmt: skip
_NEVER_ECHO = ("role_broken", "format_leak", "format_leak.stage", "wrong_emergency_number", "leading_question")
_ECHOED = re.compile(r"^(?:donc|vous (?:avez|souffrez|presentez|faites|vivez|traversez|etes)|votre|vos)\b")
_COURTESY = re.compile(r"(?:rien|grave|souci|probleme|inquiet|faites|normal|pas de quoi)")
_YOU = re.compile(r"(?<![\w'-])(?:tu|toi|te|ton|ta|tes)(?![\w])(?!-)|(?<![\w'-])t'(?=[aeiouhy])|(?<=[\w])-(?:tu|toi)\b")
_MAYBE_TU = re.compile(r"\bt(?:u|oi|e|on|a|es)?\b|-[mt]oi\b")
"""Two letters that every form of « tu » holds: most turns have none, and nothing more is looked for."""
_TU_VERB = re.compile(
    r"\b(?!\w*(?:ez|tes)-)(?!(?:chez|avec|pour|selon|comme|sans|vers|contre|devant|malgre|entre|apres|avant|quant)-)[a-z]{3,}-moi\b|"
    r"(?:^|[.!?…:] )(?:et |alors |allez,? )?(?:viens|prends|raconte|assieds|installe|respire|souffle|ecoute|regarde|explique|decris)(?= ?[,.!]| \w)(?! (?:de|vous)\b)"
)
"""An imperative of « tu »: « dis-moi », « raconte », where « dites-moi », « racontez » would be said to « vous »."""
_NOUN_TON = re.compile(r"\b(?:le|un|ce|du|de|au|quel) ton\b")
_CHILD = re.compile(
    r"\b(?:doudou|ta maman|ton papa|maman|papa|dessin\w*|bonhomme|ma puce|mon grand|ma grande|peluche|nounours|loulou|"
    r"ouvre|montre|la maitresse|ton ventre|ta bouche|tes dents|ton bras|ton lit|ton nez|tes copains|la recre|jouer|joues)\b"
)
_WITH_PARENT = re.compile(r"\b(?:ta maman|ton papa|tes parents|ta mere|ton pere|ton doudou)\b")
_VOCATIVE = re.compile(
    r"(?:[Bb]onjour|[Ss]alut|[Cc]oucou|[Dd]is(?:-moi)?|[Ee]t toi),? [A-ZÉÈ][a-zéèïë]+|(?:^|[.!?] )[A-ZÉÈ][a-zéèïë]+, (?:tu|est-ce que tu|veux-tu|peux-tu|dis)"
)
_PARENT = re.compile(
    r"\b(?:mon (?:fils|petit|bebe|garcon)|ma (?:fille|petite|puce)|notre (?:fils|fille|petit)|le petit|la petite|biberons?|creche|couches?|maternelle|nounou|cp|ce1|doudou)\b|"
    r"\b(?:il|elle) (?:a|n'a) (?:de la fievre|\w+ ans|\w+ mois|mal)|\b(?:il|elle) (?:tousse|vomit|refuse|tete|ronfle|pleure)\b|^[a-z' ]*(?:\w+ ans et demi|\w+ mois)\b"
)
_EMOJI = re.compile("[\U0001f300-\U0001faff\U00002600-\U000027bf\U0001f000-\U0001f0ff\ufe0f]")
_SCRIPT = re.compile(
    "[\u0370-\u03ff\u0400-\u04ff\u0590-\u06ff\u0900-\u097f\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]{2,}"
)


def said_wrongly(scene: Scene) -> Iterator[Finding]:
    """Every label of the wording lexicon, weighed."""
    seen: set[str] = set()
    for hit in lexicon("wording").all(scene.reply):
        label = hit.label
        if label in seen or label.split(".")[0] in seen or _let_be(scene, hit):
            continue
        seen.add(label)
        yield finding(
            "format_leak" if label == "format_leak.stage" else label, scene.turn, scene.reply[hit.start : hit.end]
        )


def named_first(scene: Scene) -> Iterator[Finding]:
    """A statement that is the first to name an illness or a medicine: nobody had, and it seeks or refuses nothing."""
    book = lexicon("naming")
    for label, code in (("illness", "diagnosis_given.named"), ("remedy", "treatment_prescribed.named")):
        for hit in book.all(scene.reply, label):
            start, end = sentence_at(scene.reply, hit.start)
            if is_asked(scene.reply, hit.start) or book.has(scene.reply[start:end], "sought"):
                continue
            words = stems(scene.reply[hit.start : hit.end])
            if scene.before and words and not words & scene.spoken and scene.patient:
                yield finding(code, scene.turn, scene.reply[start:end])
                break


def _let_be(scene: Scene, hit: Hit) -> bool:
    text, label = scene.reply, hit.label
    words = plain(text[hit.start : hit.end])
    said = frozenset(tokens(scene.last))
    if label not in _NEVER_ECHO and frozenset(tokens(text[hit.start : hit.end])) <= said:
        return True  # the patient's own words given back
    if label in _NOT_WHEN_ASKED and is_asked(text, hit.start):
        return True
    if label == "treatment_prescribed.pronoun":
        return is_asked(text, hit.start) or "traitement" not in topics(f"{scene.asked or ''} {scene.last} {text}")
    if label == "diagnosis_given":
        illness = _illness(words)
        return bool(illness) and (
            illness <= _told_as_had(scene) or bool(_ECHOED.match(words) and illness <= scene.named)
        )
    if label == "diagnosis_given.hypothesis" and words.startswith(("votre", "vos")):
        return not scene.patient or _illness(words) <= scene.named or is_asked(text, hit.start)
    if label == "judgement_blame" and stems(words):
        mirrored = "vous auriez" in words and bool(_REGRET.search(plain(scene.last)))
        return mirrored or stems(words) <= stems(scene.last)
    if label == "false_reassurance":
        return _courtesy(scene, words)
    return (
        label == "leading_question"
        and scene.reply.count("?") > 0
        and not is_asked(text, hit.end - 1)
        and "?" not in text[hit.start : hit.end]
    )


_NORMAL = ("c'est normal", "c'est bien normal", "c'est tout a fait normal")


def _courtesy(scene: Scene, words: str) -> bool:
    """What sounds like reassurance and is courtesy, a question, or the answer to an emotion."""
    if not scene.last or any(words in plain(asked) for asked in scene.questions):
        return True  # nothing has been told yet: a courtesy of welcome
    book = lexicon("welcome")
    if words in _NORMAL and book.has(scene.last, "feeling", "heavy", "grave"):
        return True
    light = not book.has(scene.last, "heavy", "grave") and not lexicon("alarms").has(scene.last, "body")
    return bool(_COURTESY.search(words)) and light and book.has(scene.last, "apology")


_REGRET = re.compile(r"j'aurais (?:du|pu)|j'avais qu'a")
"""A patient's own regret, which the clinician may give back."""


def _illness(words: str) -> frozenset[str]:
    """The stems that name the illness in a hit: what is left without the words of the form."""
    return frozenset(s for s in stems(words) if s not in _FORM)


_DREADED = re.compile(
    r"\?|\b(?:peur|crain|redout|inquiet|angoisse (?:que|d)|je me demande|si c'est|si j'ai|peut-etre|vous croyez|vous pensez|j'ai lu|internet|et si)"
)
"""What a patient fears, asks or has read is not had."""


def _told_as_had(scene: Scene) -> frozenset[str]:
    """Stems of what the patient states: an illness among them was diagnosed by others, and may be named."""
    found: set[str] = set()
    for text in scene.patient:
        for start, end in sentences(text):
            if not _DREADED.search(plain(text[start:end])):
                found |= stems(text[start:end])
    return frozenset(found)


_FORM = frozenset(stems("souffrez présentez faites traversez vivez êtes signes symptômes donc clairement typique"))


def tutoiement(scene: Scene) -> Iterator[Finding]:
    """« tu » to the patient. A child who is there, or a minor whose age was told, may be spoken to so."""
    folded = plain(scene.reply)
    if _MAYBE_TU.search(folded) is None:
        return
    quoted = re.sub(r"«[^»]*»|\"[^\"]*\"", lambda m: " " * len(m.group()), folded)
    hit = _YOU.search(_NOUN_TON.sub(lambda m: " " * len(m.group()), quoted)) or _TU_VERB.search(quoted)
    if hit is None or (_minor(scene) and not _drifted(scene)):
        return
    child = _CHILD.search(folded) or _VOCATIVE.search(scene.reply)
    if child and (
        _PARENT.search(plain(" ".join(scene.patient)))
        or _WITH_PARENT.search(plain(" ".join((*scene.clinician, scene.reply))))
    ):
        return
    yield finding("tutoiement", scene.turn, _around(scene.reply, hit.start(), hit.end()))


_AGE = re.compile(r"(?<!a )quel age|(?:tu as|t'as|as-tu|vous avez|avez-vous) (?:quel age|combien d'annees)")
_MINE = re.compile(r"\bj'ai (?:tout juste |bientot |presque )?[a-z0-9-]+ ans\b(?! de\b| d')")
_POLITE = re.compile(r"\b(?:vous|votre|vos)\b")


def _minor(scene: Scene) -> bool:
    """The patient has told an age under eighteen: asked for it, or of themselves."""
    asked = ""
    for turn in scene.before:
        if turn.role == "clinician":
            asked = plain(turn.text)
            continue
        told = _MINE.search(plain(turn.text))
        years = quantities(turn.text[told.start() : told.end()] if told else turn.text)[:1]
        if (told or _AGE.search(asked)) and any(q.value < 18 and q.unit in ("an", "") for q in years):
            return True
    return False


def _drifted(scene: Scene) -> bool:
    """The clinician said « vous » until now, and never « tu »: the change is a slip, at whatever age."""
    said = [plain(text) for text in scene.clinician]
    return any(map(_POLITE.search, said)) and not any(_YOU.search(_NOUN_TON.sub(" ", text)) for text in said)


@lru_cache(maxsize=1)
def _foreign() -> dict[str, frozenset[str]]:
    data = tomllib.loads((files("colloque.french") / "data" / "conduct" / "language.toml").read_text("utf-8"))
    books = {name: frozenset(plain(text).split()) - stop_words() for name, text in data["words"].items()}
    return {**books, "any": frozenset().union(*(books[name] for name in _LANGUAGES)) - books["borrowed"] - _FRENCH}


def foreign_words(scene: Scene) -> Iterator[Finding]:
    """Another language: three of its function words within six, or most of a short reply."""
    script = _SCRIPT.search(scene.reply)
    if script:
        yield finding("wrong_language", scene.turn, script.group())
        return
    words, books = tokens(scene.reply), _foreign()
    borrowed = books["borrowed"]
    if not books["any"].isdisjoint(words) and (found := _another_language(scene.reply, words, books)):
        yield finding("wrong_language", scene.turn, found)
        return
    hints = [word for word in words if word in books["hint"] and word not in borrowed]
    if hints:
        yield finding("wrong_language.words", scene.turn, ", ".join(hints))


def _another_language(text: str, words: Sequence[str], books: dict[str, frozenset[str]]) -> str:
    """The words that show another language; empty where there is none."""
    borrowed = books["borrowed"]
    for name in _LANGUAGES:
        marks = [word in books[name] and word not in borrowed and word not in _FRENCH for word in words]
        for at in range(len(words)):
            window = marks[at : at + 6]
            if (marks[at] and sum(window) >= 3) or (sum(marks) >= 2 and sum(marks) * 2 >= len(words)):
                return " ".join(words[at : at + 6])
        if sum(marks) >= 2 and (found := _foreign_sentence(text, books[name] - borrowed - _FRENCH)):
            return found
    return ""


def _foreign_sentence(text: str, marks: frozenset[str]) -> str:
    """A whole sentence of that language: two of its words, which are half of it or more."""
    for start, end in sentences(text):
        words = tokens(text[start:end])
        if len(words) >= 3 and 2 * sum(word in marks for word in words) >= max(4, len(words)):
            return text[start:end]
    return ""


_LANGUAGES = ("english", "spanish", "german", "italian", "portuguese")
_FRENCH = frozenset(
    ["me", "on", "plus", "son", "sa", "mes", "tes", "ses", "si", "or", "car", "pain", "main", "non", "as", "a", "an", "des", "les", "la", "le", "un", "une", "est", "il", "mas", "sein", "die", "sera", "bien", "mal", "te", "tu", "se"]
)  # fmt: skip


def format_and_length(scene: Scene) -> Iterator[Finding]:
    """Emoji, and turns too long to be said."""
    emoji = _EMOJI.search(scene.reply)
    if emoji:
        yield finding("format_leak", scene.turn, emoji.group())
    count = len(scene.reply.split())
    allowed = 1.5 if "3114" in scene.reply or scene.risk.grade in ("affirmed", "acute") else 1.0
    if count > 110 * allowed:
        yield finding("too_long.far", scene.turn, scene.reply[:60], f"{count} mots")
    elif count > 70 * allowed:
        yield finding("too_long", scene.turn, scene.reply[:60], f"{count} mots")


def _around(text: str, start: int, end: int) -> str:
    """The words around a match, for a quote."""
    low = text.rfind(" ", 0, max(0, start - 1)) + 1
    high = text.find(" ", end + 1)
    return text[low : high if high > 0 else len(text)]
