"""Dialogues as training examples: token ids, and labels on the clinician's words and end marks alone.

The labels come from the template's generation marks; a second, independent way (what each added message appends to the
prompt that a server would send) must agree, or the run stops. Cutting is between turns, and every lost token is counted.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from colloque.core import Message
from colloque.core.marks import neutralise
from colloque.errors import RunError

__all__ = ["IGNORED", "Example", "Ledger", "Messages", "clean", "control_marks", "encode", "mask_by_prefix", "verify"]

Messages = Sequence[Message]
IGNORED = -100


@dataclass(frozen=True)
class Example:
    """One sequence; `labels[i]` is the id where it is trained, -100 elsewhere."""

    ids: list[int]
    labels: list[int]


@dataclass
class Ledger:
    """Where the trained tokens went. `lost` are trained tokens that cutting took, `emptied` dialogues left with none."""

    dialogues: int = 0
    examples: int = 0
    tokens: int = 0
    trained: int = 0
    cut: int = 0
    lost: int = 0
    emptied: int = 0
    longest: int = 0

    def figures(self) -> dict[str, int | float]:
        """Counts for people and reports."""
        all_trained = self.trained + self.lost
        return {
            "dialogues": self.dialogues, "examples": self.examples, "tokens": self.tokens, "trained_tokens": self.trained,
            "longest_dialogue_tokens": self.longest, "dialogues_cut": self.cut, "dialogues_emptied": self.emptied,
            "trained_tokens_lost": self.lost, "trained_tokens_lost_share": self.lost / all_trained if all_trained else 0.0,
        }  # fmt: skip


def clean(messages: Messages, marks: Iterable[str]) -> list[dict[str, str]]:
    """Messages as a template takes them, control marks in anyone's words broken (law 6)."""
    marks = tuple(marks)
    return [{"role": m.role, "content": neutralise(m.content, marks)} for m in messages]


def encode(
    tokenizer: Any, template: str | None, dialogues: Iterable[Messages], limit: int, ledger: Ledger
) -> Iterator[Example]:
    """Encode dialogues, in order; those over `limit` tokens become several examples, cut between turns."""
    marks = control_marks(tokenizer)
    for group in _grouped(dialogues, 256):
        chats = [clean(messages, marks) for messages in group]
        for chat, example in zip(chats, _render(tokenizer, template, chats), strict=True):
            ledger.dialogues += 1
            ledger.longest = max(ledger.longest, len(example.ids))
            whole = len(example.ids) <= limit
            pieces = [example] if whole else list(_windows(tokenizer, template, chat, limit))
            kept = [piece for piece in pieces if _trained(piece)]
            ledger.cut += not whole
            ledger.emptied += not kept
            ledger.lost += _trained(example) - sum(map(_trained, kept))
            for piece in kept:
                ledger.examples += 1
                ledger.tokens += len(piece.ids)
                ledger.trained += _trained(piece)
                yield piece


def _trained(example: Example) -> int:
    return sum(label != IGNORED for label in example.labels)


def _grouped(items: Iterable[Messages], size: int) -> Iterator[list[Messages]]:
    group: list[Messages] = []
    for item in items:
        group.append(item)
        if len(group) == size:
            yield group
            group = []
    if group:
        yield group


def control_marks(tokenizer: Any) -> tuple[str, ...]:
    """Every string that the tokenizer would read as one control token."""
    added = [str(token) for token in tokenizer.get_added_vocab()]
    return tuple(sorted({*added, *tokenizer.all_special_tokens}))


def _render(tokenizer: Any, template: str | None, chats: list[list[dict[str, str]]]) -> list[Example]:
    """Token ids and labels by the template's generation marks, from the first word of each reply to its end mark.

    Some twins in TRL also mark the line break before the reply (a server sends it) or after the end mark (a server
    stops before it): neither is trained.
    """
    out = tokenizer.apply_chat_template(
        chats, chat_template=template, tokenize=True, return_dict=True, return_assistant_tokens_mask=True
    )
    controls, opening = _control_ids(tokenizer), _opening(tokenizer, template)
    return [
        Example(list(ids), _labels(list(ids), mask, controls, opening))
        for ids, mask in zip(out["input_ids"], out["assistant_masks"], strict=True)
    ]


def _labels(ids: list[int], mask: Sequence[int], controls: frozenset[int], opening: list[int]) -> list[int]:
    labels = [IGNORED] * len(ids)
    at = 0
    while at < len(ids):
        if not mask[at]:
            at += 1
            continue
        size = len(opening)
        at += next((k for k in range(size + 1) if ids[max(0, at + k - size) : at + k] == opening), 0)
        while at < len(ids) and mask[at]:
            labels[at] = ids[at]
            at += 1
            if ids[at - 1] in controls:
                break
        while at < len(ids) and mask[at]:
            at += 1
    return labels


def _opening(tokenizer: Any, template: str | None) -> list[int]:
    """The tokens that a server puts before a reply (`<|assistant|>`, `<|im_start|>assistant\n`, …)."""
    chat = [{"role": "user", "content": "a"}]
    bare, asked = (
        tokenizer.apply_chat_template(
            chat, chat_template=template, tokenize=True, return_dict=True, add_generation_prompt=prompt
        )["input_ids"]
        for prompt in (False, True)
    )
    return list(asked[len(bare) :])


def _control_ids(tokenizer: Any) -> frozenset[int]:
    return frozenset(tokenizer.convert_tokens_to_ids(list(control_marks(tokenizer))))


def _windows(tokenizer: Any, template: str | None, chat: list[dict[str, str]], limit: int) -> Iterator[Example]:
    """The longest runs of whole exchanges that fit; each begins with a user message (and the system message again).

    An exchange that alone is too long loses the beginning of the patient's words, never the reply; if that does not
    help, the exchange is lost and counted.
    """
    system = chat[:1] if chat[0]["role"] == "system" else []
    exchanges = _exchanges(chat[len(system) :])
    run: list[dict[str, str]] = []
    fits: Example | None = None
    for exchange in exchanges:
        tried = _render(tokenizer, template, [system + run + exchange])[0]
        if len(tried.ids) <= limit:
            run, fits = run + exchange, tried
            continue
        if fits:
            yield fits
        run, fits = exchange, _render(tokenizer, template, [system + exchange])[0]
        if len(fits.ids) > limit:
            run, fits = [], _shortened(tokenizer, template, system, exchange, limit)
            if fits:
                yield fits
            fits = None
    if fits:
        yield fits


def _exchanges(messages: list[dict[str, str]]) -> list[list[dict[str, str]]]:
    """Runs that begin with a user message: one patient turn and its reply."""
    exchanges: list[list[dict[str, str]]] = []
    for message in messages:
        if message["role"] == "user" or not exchanges:
            exchanges.append([])
        exchanges[-1].append(message)
    return exchanges


def _shortened(
    tokenizer: Any, template: str | None, system: list[dict[str, str]], exchange: list[dict[str, str]], limit: int
) -> Example | None:
    words = exchange[0]["content"].split()
    while len(words) > 1:
        words = words[len(words) // 3 + 1 :]
        user = {"role": "user", "content": "… " + " ".join(words)}
        example = _render(tokenizer, template, [[*system, user, *exchange[1:]]])[0]
        if len(example.ids) <= limit:
            return example
    return None


def mask_by_prefix(tokenizer: Any, template: str | None, chat: list[dict[str, str]]) -> tuple[list[int], list[bool]]:
    """The second way to the mask, without generation marks: what a reply appends to the prompt that a server sends.

    Raises RunError when the training text does not begin with that prompt (parity) or a reply has no end mark.
    """

    def ids(messages: list[dict[str, str]], prompt: bool) -> list[int]:
        out = tokenizer.apply_chat_template(messages, tokenize=True, return_dict=True, add_generation_prompt=prompt)
        return list(out["input_ids"])

    whole = list(
        tokenizer.apply_chat_template(chat, chat_template=template, tokenize=True, return_dict=True)["input_ids"]
    )
    mask, controls = [False] * len(whole), _control_ids(tokenizer)
    for turn, message in enumerate(chat):
        if message["role"] != "assistant":
            continue
        prompt = ids(chat[:turn], prompt=True)
        if whole[: len(prompt)] != prompt:
            raise RunError(
                f"message {turn}: the text trained on does not begin with what a server would send (parity)",
                hint="this model's template rewrites history: name one that does not (sft.template: chatml where the tokenizer has its marks)",
            )
        rest = whole[len(prompt) :]
        end = next((i for i, token in enumerate(rest) if token in controls), None)
        if end is None:
            raise RunError(
                f"message {turn}: no end mark after the reply, the model would never stop",
                hint="its template must write a control token after each reply",
            )
        mask[len(prompt) : len(prompt) + end + 1] = [True] * (end + 1)
    return whole, mask


def verify(tokenizer: Any, template: str | None, dialogues: Iterable[Messages]) -> int:
    """Both masks must agree on each of these dialogues; returns how many were compared. Raises RunError."""
    marks, count = control_marks(tokenizer), 0
    for messages in dialogues:
        chat = clean(messages, marks)
        example = _render(tokenizer, template, [chat])[0]
        ids, mask = mask_by_prefix(tokenizer, template, chat)
        if ids != example.ids or mask != [label != IGNORED for label in example.labels]:
            raise RunError(
                f"dialogue {count}: generation marks and prefix difference disagree on what is trained",
                hint="this model's template cannot be trusted for training; name another (sft.template), or use another base",
            )
        count += 1
    return count
