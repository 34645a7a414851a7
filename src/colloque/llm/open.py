"""From a configuration to a model that answers. The one place that knows which kinds there are."""

from pathlib import Path

from colloque.errors import ConfigError
from colloque.llm.config import ModelConfig
from colloque.llm.model import ChatModel
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
    if config.kind == "vllm":
        from colloque.llm.vllm import VllmModel
        from colloque.store.journal import Journal

        return VllmModel(config, Journal(journal) if journal else None)
    from colloque.llm.local import LocalModel

    return LocalModel(config.path)
