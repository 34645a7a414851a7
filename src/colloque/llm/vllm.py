"""A checkpoint in vLLM, in this process, on a GPU: batches of conversations through `vllm.LLM.chat`.

Written from vLLM's documentation (0.11 and later) and tested against a module that honours it; not run on a GPU by this
project. A batch waits for its longest reply: where a run is long, `vllm serve` and an endpoint keep the GPU fuller.
Knows nothing of dialogues. Nothing is fetched, no usage is reported.
"""

import json
import os
from collections.abc import Sequence
from functools import cached_property
from importlib import import_module
from typing import Any

from colloque.core.marks import neutralise
from colloque.errors import DependencyError, InputError, ModelError
from colloque.llm.config import ModelConfig
from colloque.llm.model import Reply, Request, Sampling
from colloque.llm.wire import seed_of
from colloque.store.weights import model_folder, weights_hash

__all__ = ["VllmModel"]

_PLACES = 256
"""Conversations in one batch: what vLLM runs at once by default (`max_num_seqs`), and what a kill can cost."""


class VllmModel:
    """Replies of a checkpoint folder by vLLM. Raises InputError without a checkpoint, DependencyError without vLLM or GPU."""

    places = _PLACES

    def __init__(self, config: ModelConfig) -> None:
        if config.path is None:
            raise InputError("vllm needs the folder of a checkpoint", hint="name it in `path`")
        self.config = config
        self.folder = model_folder(config.path)
        if not (self.folder / "config.json").exists():
            raise InputError(
                "no model here (config.json is missing)", file=config.path, hint="name the folder of a checkpoint"
            )
        self.sampling = Sampling(temperature=config.temperature, top_p=config.top_p, max_tokens=config.max_tokens)

    @cached_property
    def name(self) -> str:
        """The name of the configuration or of the folder, and a hash of the weights."""
        own = self.folder.parent.name if self.folder.name == "model" else self.folder.name
        return f"{self.config.model or own}-{weights_hash(self.folder)}"

    def complete(self, requests: Sequence[Request]) -> list[Reply]:
        """Answer every request, in order, as one batch."""
        talks = [
            [{"role": m.role, "content": neutralise(m.content, self._marks)} for m in request.messages]
            for request in requests
        ]
        how = [self._params(request) for request in requests]
        more = self.config.extra.get("chat_template_kwargs")
        try:
            outputs = self._engine.chat(talks, sampling_params=how, use_tqdm=False, chat_template_kwargs=more)
        except ValueError as error:  # a prompt longer than the model's context, a schema that it cannot hold to
            raise ModelError(f"{self.name}: {error}", hint="see max_model_len in `extra`, and `structured`") from error
        return [self._reply(output) for output in outputs]

    def _params(self, request: Request) -> Any:
        sampling = request.sampling
        settings: dict[str, Any] = {
            "temperature": sampling.temperature, "top_p": sampling.top_p, "max_tokens": sampling.max_tokens,
            "seed": seed_of(sampling),
        }  # fmt: skip
        if request.shape and self.config.structured == "schema":
            settings["structured_outputs"] = self._vllm.sampling_params.StructuredOutputsParams(
                json=json.loads(request.shape)
            )
        return self._vllm.SamplingParams(**settings)

    def _reply(self, output: Any) -> Reply:
        said = output.outputs[0]
        return Reply(
            text=said.text.strip(), finish="length" if said.finish_reason == "length" else "stop", model=self.name,
            prompt_tokens=len(output.prompt_token_ids or ()), completion_tokens=len(said.token_ids),
        )  # fmt: skip

    @cached_property
    def _vllm(self) -> Any:
        for variable in ("VLLM_NO_USAGE_STATS", "HF_HUB_OFFLINE"):
            os.environ.setdefault(variable, "1")
        try:
            vllm = import_module("vllm")
            import_module("vllm.sampling_params")
        except ImportError as error:
            raise DependencyError(
                f"kind: vllm needs the package vllm and a GPU ({error})",
                hint="pip install vllm, or serve the checkpoint (`vllm serve`) and name its base_url, or use kind: local",
            ) from error
        if not hasattr(vllm.sampling_params, "StructuredOutputsParams"):
            raise DependencyError("this vllm is too old", hint="pip install 'vllm>=0.11'")
        return vllm

    @cached_property
    def _engine(self) -> Any:
        settings = {key: value for key, value in self.config.extra.items() if key != "chat_template_kwargs"}
        try:
            return self._vllm.LLM(model=str(self.folder), trust_remote_code=False, **settings)
        except (RuntimeError, ValueError) as error:
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise DependencyError(
                f"vllm could not load {self.folder.name}: {reason}",
                hint="it needs a GPU with room for the weights; see its own messages above, or use kind: local",
            ) from error

    @cached_property
    def _marks(self) -> tuple[str, ...]:
        tokenizer = self._engine.get_tokenizer()
        return tuple(sorted({*map(str, tokenizer.get_added_vocab()), *tokenizer.all_special_tokens}))
