"""A transformers checkpoint on this machine as a ChatModel: batches, one key/value cache a prompt, repeatable draws.

Each reply's chance comes from its request (id, seed, draw) alone; batches are cut from the requests in their order and
are of bounded size, so a shard that is sampled again gives the same words. Knows nothing of dialogues.
"""

import os
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from pathlib import Path
from random import Random
from typing import Any, Literal

from colloque.core import rng_for
from colloque.core.marks import neutralise
from colloque.errors import DependencyError, InputError
from colloque.llm.cache import roomy
from colloque.llm.model import Reply, Request
from colloque.store.weights import model_folder, weights_hash

__all__ = ["LocalModel"]

_POOL = 8
"""Batches whose requests are sorted by length together."""
_KEPT = 0.75
"""Share of a batch still going at which the ended replies leave it: to copy the cache costs as much as several steps of theirs."""
_LARGE_FROM = 20_000_000
"""Parameters from which a GPU, or more than one thread, is worth its start."""


@dataclass
class _Row:
    """One reply in the making."""

    request: Request
    prompt: tuple[int, ...]
    chance: Random
    ids: list[int] = field(default_factory=list)
    finish: Literal["stop", "length"] = "length"

    @property
    def done(self) -> bool:
        """It has ended, or is as long as it may be."""
        return self.finish == "stop" or len(self.ids) >= self.request.sampling.max_tokens

    def take(self, token: int, ends: frozenset[int]) -> None:
        """Append a token, unless it is an end or the reply has ended before."""
        if self.done:
            return
        if token in ends:
            self.finish = "stop"
        else:
            self.ids.append(token)


class LocalModel:
    """Replies of a checkpoint folder (config.json, safetensors, tokenizer with a chat template), sampled in batches."""

    def __init__(
        self, path: str | Path, batch_size: int = 64, threads: int | None = None, name: str | None = None
    ) -> None:
        """`threads` of the processor: by default one for a small model, whose steps are too short to share (on a busy
        machine two threads wait for each other: 210 tokens a second instead of thousands), all cores for a large one.
        """
        self.folder = model_folder(Path(path))
        if not (self.folder / "config.json").exists():
            raise InputError(
                "no model here (config.json is missing)", file=path, hint="name the folder of a checkpoint"
            )
        self.batch_size = batch_size
        self.threads = threads
        self._name = name

    @cached_property
    def name(self) -> str:
        """The given name, or that of the folder, and a hash of the weights: `sft-3f9a0b12c4de`."""
        return f"{self.label}-{weights_hash(self.folder)}"

    @property
    def label(self) -> str:
        """The first part of its name."""
        own = self.folder.parent.name if self.folder.name == "model" else self.folder.name
        return self._name or own or "model"

    @cached_property
    def small(self) -> bool:
        """It samples on one thread of a processor: several processes may each have one."""
        return sum(file.stat().st_size for file in self.folder.glob("*.safetensors")) < 4 * _LARGE_FROM

    def complete(self, requests: Sequence[Request]) -> list[Reply]:
        """Answer every request, in order. Equal prompts of one batch are read once; each has its own draw."""
        if not requests:
            return []
        rows = [_Row(r, self._prompt(r), _chance(r)) for r in requests]
        for batch in _batches(rows, self.batch_size):
            self._sample(batch)
        return [self._reply(row) for row in rows]

    @cached_property
    def _torch(self) -> Any:
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # threads that spin starve each other on a busy machine
        try:
            torch = import_module("torch")
            import_module("transformers")
        except ImportError as error:
            raise DependencyError(
                f"sampling from a local model needs a package that is missing: {error.name}",
                hint="pip install torch==2.13.0 && pip install 'colloque[train]'",
            ) from error
        return torch

    @cached_property
    def _tokenizer(self) -> Any:
        from transformers import AutoTokenizer

        return AutoTokenizer.from_pretrained(self.folder, trust_remote_code=False)

    @cached_property
    def _model(self) -> Any:
        torch = self._torch
        from transformers import AutoModelForCausalLM, logging

        # Renamed `cache` in transformers 5.2x; the old name serves the whole range that is admitted.
        warnings.filterwarnings("ignore", message=".*past_key_values.*", category=FutureWarning)
        logging.set_verbosity_error()
        logging.disable_progress_bar()
        model = AutoModelForCausalLM.from_pretrained(
            self.folder, use_safetensors=True, trust_remote_code=False, dtype=torch.float32, attn_implementation="sdpa"
        )
        large = sum(p.numel() for p in model.parameters()) >= _LARGE_FROM
        torch.set_num_threads(self.threads or (os.cpu_count() or 1 if large else 1))
        if large and torch.cuda.is_available():
            model = model.to("cuda", torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16)
        return model.eval()

    @cached_property
    def _marks(self) -> tuple[str, ...]:
        return tuple(sorted({*map(str, self._tokenizer.get_added_vocab()), *self._tokenizer.all_special_tokens}))

    @cached_property
    def _ends(self) -> frozenset[int]:
        ends = self._model.generation_config.eos_token_id
        listed = ends if isinstance(ends, list) else [ends]
        return frozenset(i for i in (*listed, self._tokenizer.eos_token_id) if i is not None)

    @cached_property
    def _banned(self) -> Any:
        """Control tokens that are no end mark: never part of a reply. A tokenizer may know more than the model has rows."""
        special = {*self._tokenizer.all_special_ids, *self._tokenizer.get_added_vocab().values()} - self._ends
        known = sorted(i for i in special if i < self._model.get_output_embeddings().weight.size(0))
        return self._torch.tensor(known, device=self._model.device, dtype=self._torch.long)

    def _prompt(self, request: Request) -> tuple[int, ...]:
        """Token ids of the conversation and the mark that opens the reply; the oldest exchanges go when it is too long."""
        chat = [{"role": m.role, "content": neutralise(m.content, self._marks)} for m in request.messages]
        system, talk = (chat[:1], chat[1:]) if chat and chat[0]["role"] == "system" else ([], chat)
        positions = getattr(self._model.config, "max_position_embeddings", None) or self._tokenizer.model_max_length
        room = max(positions - request.sampling.max_tokens, positions // 2)
        while True:
            out = self._tokenizer.apply_chat_template(
                [*system, *talk], tokenize=True, return_dict=True, add_generation_prompt=True
            )
            ids: list[int] = out["input_ids"]
            if len(ids) <= room:
                return tuple(ids)
            if len(talk) > 2:
                talk = talk[2:]
            else:
                words = talk[-1]["content"]
                talk = [{"role": "user", "content": "… " + words[len(words) // 3 + 3 :]}]

    def _sample(self, rows: list[_Row]) -> None:
        """Draw every row of one batch to its end."""
        torch = self._torch
        with torch.inference_mode():
            logits, cache, mask = self._read(rows)
            active = rows
            while True:
                for row, token in zip(active, self._choose(logits, active), strict=True):
                    row.take(token, self._ends)
                going = [i for i, row in enumerate(active) if not row.done]
                if not going:
                    return
                if len(going) <= _KEPT * len(active):
                    index = torch.tensor(going, device=mask.device)
                    cache.batch_select_indices(index)
                    mask, active = mask[index], [active[i] for i in going]
                mask = torch.cat([mask, mask.new_ones(len(active), 1)], dim=1)
                last = torch.tensor([[row.ids[-1] if row.ids else 0] for row in active], device=mask.device)
                places = mask.sum(dim=1, keepdim=True) - 1
                out = self._model(
                    input_ids=last, attention_mask=mask, position_ids=places, past_key_values=cache, use_cache=True
                )
                logits = out.logits[:, -1]

    def _read(self, rows: list[_Row]) -> tuple[Any, Any, Any]:
        """Read each different prompt once (left-padded), then give each row its copy of the cache."""
        torch = self._torch
        from transformers import DynamicCache
        from transformers.cache_utils import DynamicLayer

        different = list(dict.fromkeys(row.prompt for row in rows))
        longest = max(map(len, different))
        device = self._model.device
        pad = self._tokenizer.pad_token_id or 0
        ids = torch.tensor([[pad] * (longest - len(p)) + list(p) for p in different], device=device)
        mask = torch.tensor([[0] * (longest - len(p)) + [1] * len(p) for p in different], device=device)
        cache = DynamicCache(config=self._model.config)
        cache.layers = [roomy()() if type(layer) is DynamicLayer else layer for layer in cache.layers]
        out = self._model(
            input_ids=ids,
            attention_mask=mask,
            position_ids=(mask.cumsum(dim=1) - 1).clamp(min=0),
            past_key_values=cache,
            use_cache=True,
            logits_to_keep=1,
        )
        place = {prompt: i for i, prompt in enumerate(different)}
        index = torch.tensor([place[row.prompt] for row in rows], device=device)
        if len(different) < len(rows):
            cache.batch_select_indices(index)
        return out.logits[index, -1], cache, mask[index]

    def _choose(self, logits: Any, rows: list[_Row]) -> list[int]:
        """One token a row by inverting the distribution at the row's own uniform number; temperature 0 takes the likeliest."""
        torch = self._torch
        logits = logits.float().index_fill(1, self._banned, float("-inf"))
        heat = torch.tensor([row.request.sampling.temperature for row in rows], device=logits.device)
        best = logits.argmax(dim=1)
        if not bool((heat > 0).any()):
            return [int(i) for i in best.tolist()]
        chance = torch.softmax(logits / heat.clamp(min=1e-4)[:, None], dim=1).double()
        chance = _nucleus(torch, chance, [row.request.sampling.top_p for row in rows])
        climb = chance.cumsum(dim=1)
        drawn = torch.tensor([row.chance.random() for row in rows], device=logits.device, dtype=torch.float64)
        token = torch.searchsorted(climb, (drawn * climb[:, -1])[:, None], right=True)[:, 0]
        last = logits.size(1) - 1 - (chance > 0).flip(1).int().argmax(dim=1)
        token = torch.where(heat > 0, torch.minimum(token, last), best)
        return [int(i) for i in token.tolist()]

    def _reply(self, row: _Row) -> Reply:
        # A cut reply may end inside a character; the rest of it is no letter.
        text = self._tokenizer.decode(row.ids, skip_special_tokens=True).rstrip("\ufffd").strip()
        return Reply(
            text=text,
            finish=row.finish,
            model=self.name,
            prompt_tokens=len(row.prompt),
            completion_tokens=len(row.ids) + (row.finish == "stop"),
        )


def _chance(request: Request) -> Random:
    return rng_for(request.id, f"reply, draw {request.sampling.draw}", request.sampling.seed)


def _batches(rows: list[_Row], size: int) -> Iterator[list[_Row]]:
    """Batches of at most `size`, cut from the order given; within a pool, prompts of like length go together."""
    for start in range(0, len(rows), size * _POOL):
        pool = sorted(rows[start : start + size * _POOL], key=lambda row: (len(row.prompt), row.prompt))
        for i in range(0, len(pool), size):
            yield pool[i : i + size]


def _nucleus(torch: Any, chance: Any, shares: list[float]) -> Any:
    """Keep the likeliest tokens whose mass reaches each row's `top_p`; the token that crosses it stays."""
    if all(share >= 1 for share in shares):
        return chance
    limit = torch.tensor(shares, device=chance.device, dtype=chance.dtype)[:, None]
    ordered, index = chance.sort(dim=1, descending=True, stable=True)
    before = ordered.cumsum(dim=1) - ordered
    kept = torch.where(before < limit, ordered, torch.zeros_like(ordered))
    return torch.zeros_like(chance).scatter(1, index, kept)
