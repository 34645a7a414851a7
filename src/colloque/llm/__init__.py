"""Models: what one is, where it is, how it is asked. Front door; nothing heavy is imported before a model is opened."""

from colloque.llm.config import BudgetConfig, ModelConfig, ModelsConfig
from colloque.llm.local import LocalModel
from colloque.llm.model import ChatModel, Reply, Request, Sampling
from colloque.llm.open import open_model
from colloque.llm.pool import Ask, Talk, converse
from colloque.llm.scripted import ScriptedModel

__all__ = [
    "Ask",
    "BudgetConfig",
    "ChatModel",
    "LocalModel",
    "ModelConfig",
    "ModelsConfig",
    "Reply",
    "Request",
    "Sampling",
    "ScriptedModel",
    "Talk",
    "converse",
    "open_model",
]
