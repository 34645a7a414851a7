"""Roles ↔ chat messages: the only place that maps clinician and patient to assistant and user.

Chat templates of most model families expect the user to speak first; a consultation often begins with the
clinician. `CUE` solves it here and nowhere else: a conversation that the played role begins is preceded by one
user message that says the consultation begins. It is no patient's word, and `turns_from` takes it away again.
"""

from collections.abc import Iterable, Sequence

from colloque.core.preference import Message
from colloque.core.records import Role, Turn

__all__ = ["CUE", "messages_from", "reply_message", "turns_from"]

CUE = "(début de la consultation)"


def messages_from(turns: Iterable[Turn], *, system: str | None = None, play: Role = "clinician") -> tuple[Message, ...]:
    """Turns as chat messages, the played role as assistant. Neighbouring turns of one role are joined by a line break.

    The result (after the system message) starts with the user and alternates strictly, whatever the turns.
    """
    messages: list[Message] = []
    for turn in turns:
        role: str = "assistant" if turn.role == play else "user"
        if messages and messages[-1].role == role:
            messages[-1] = Message(role=messages[-1].role, content=f"{messages[-1].content}\n{turn.text}")
        else:
            messages.append(Message(role="assistant" if role == "assistant" else "user", content=turn.text))
    if not messages or messages[0].role == "assistant":
        messages.insert(0, Message(role="user", content=CUE))
    if system:
        messages.insert(0, Message(role="system", content=system))
    return tuple(messages)


def reply_message(text: str) -> tuple[Message, ...]:
    """One reply of the played role, in the list form of chosen and rejected."""
    return (Message(role="assistant", content=text),)


def turns_from(messages: Sequence[Message], *, play: Role = "clinician") -> tuple[Turn, ...]:
    """Chat messages as turns: the inverse of `messages_from`, without the system message and the cue."""
    other: Role = "patient" if play == "clinician" else "clinician"
    spoken = [m for m in messages if m.role != "system"]
    if spoken and spoken[0].role == "user" and spoken[0].content == CUE:
        spoken = spoken[1:]
    return tuple(Turn(role=play if m.role == "assistant" else other, text=m.content) for m in spoken)
