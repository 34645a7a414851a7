"""Words spoken to a model that a patient wrote stay the patient's: a clinician who echoes them would teach them.

For the embedded writer, which follows nobody's words but may take them up. Knows nothing of facts.
"""

from colloque.core import Dialogue, Finding
from colloque.llm.steering import steering_of

__all__ = ["repeated"]


def repeated(dialogue: Dialogue) -> list[Finding]:
    """The clinician's turns that hold what nobody says aloud; empty for nearly every dialogue (27 µs a turn)."""
    spoken = ((n, steering_of(turn.text)) for n, turn in enumerate(dialogue.turns) if turn.role == "clinician")
    return [
        Finding(code="format_leak", severity="error", turn=n, quote=quote, message="no clinician says this")
        for n, quote in spoken
        if quote
    ]
