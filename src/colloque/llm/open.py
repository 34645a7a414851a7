"""From a configuration to a model that answers. The one place that knows which kinds there are."""

from pathlib import Path

from colloque.errors import ConfigError
from colloque.llm.config import ModelConfig
from colloque.llm.model import ChatModel, Sampling
from colloque.llm.scripted import ScriptedModel

__all__ = ["open_model"]


def open_model(config: ModelConfig, journal: Path | None = None) -> ChatModel:
    """Open a model. `journal` is the file of paid replies: what is in it is never asked of a server again.

    Raises RemoteRefused, ConfigError (no key, no path), InputError (no such checkpoint), DependencyError.
    """
    if config.kind == "openai":
        from colloque.llm.endpoint import EndpointModel
        from colloque.store.journal import Journal

        fallback = open_model(config.fallback, journal) if config.fallback else None
        opened = Journal(journal) if journal else None
        model = EndpointModel(config, journal=opened, fallback=fallback)
        if opened:
            model.on_close.callback(opened.close)
        return model
    if config.path is None:
        raise ConfigError(f"kind {config.kind} needs path", hint="name the folder of the checkpoint")
    if config.kind == "scripted":
        return ScriptedModel.from_file(config.path, name=config.model or "scripted")
    return _kept(_on_this_machine(config, config.path), config, journal)


def _on_this_machine(config: ModelConfig, path: Path) -> ChatModel:
    if config.kind == "vllm":
        from colloque.llm.vllm import VllmModel

        return VllmModel(config)
    from colloque.llm.local import LocalModel

    return LocalModel(path)


def _kept(model: ChatModel, config: ModelConfig, journal: Path | None) -> ChatModel:
    """With its sampling as configured, and with a journal where there is one."""
    from colloque.llm.kept import Kept

    sampling = Sampling(temperature=config.temperature, top_p=config.top_p, max_tokens=config.max_tokens)
    if journal is None:
        model.sampling = sampling  # type: ignore[attr-defined]
        return model
    from colloque.store.journal import Journal

    return Kept(model, Journal(journal), sampling)
