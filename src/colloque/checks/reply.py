"""One clinician reply in its context → findings. The same rules judge a reply, a dialogue and a model.

Pure; a reply is text and its context is turns. Analyses of a text are cached, so that a context met again costs little.
"""

from collections.abc import Callable, Iterator, Sequence

from colloque.checks import conduct_listening as listening
from colloque.checks import conduct_risk as risk
from colloque.checks import conduct_welcome as welcome
from colloque.checks import conduct_wording as wording
from colloque.checks.conduct_book import finding
from colloque.checks.conduct_scene import Scene
from colloque.checks.conduct_whole import identity
from colloque.core import Finding, Turn

__all__ = ["check_reply", "findings_of"]

_RULES: tuple[Callable[[Scene], Iterator[Finding]], ...] = (
    wording.said_wrongly,
    wording.named_first,
    wording.tutoiement,
    wording.foreign_words,
    wording.format_and_length,
    listening.many_questions,
    listening.question_again,
    welcome.answer_ignored,
    risk.danger_missed,
)


def check_reply(context: Sequence[Turn], reply: str) -> list[Finding]:
    """Every defect of conduct of `reply`, said after `context` (which usually ends with a patient turn).

    `turn` of each finding is the reply's index, the length of the context. An empty reply is out of role.
    """
    scene = Scene(tuple(context), reply, len(context))
    found = findings_of(scene)
    found.extend(f.model_copy(update={"turn": len(context)}) for f in identity([Turn(role="clinician", text=reply)]))
    return found


def findings_of(scene: Scene) -> list[Finding]:
    """All reply-level rules on one scene; at most one finding a code, the gravest first found."""
    if not scene.reply.strip():
        return [finding("role_broken", scene.turn, "", "réplique vide")]
    found: dict[str, Finding] = {}
    for rule in _RULES:
        for item in rule(scene):
            kept = found.get(item.code)
            if kept is None or _RANK[item.severity] < _RANK[kept.severity]:
                found[item.code] = item
    return list(found.values())


_RANK = {"veto": 0, "error": 1, "warning": 2}
