"""Questionnaire → dialogue: the embedded writer, or a team's own model as author, under the same checks."""

from colloque.write.config import WriteConfig
from colloque.write.dialogue import write_dialogue
from colloque.write.render import render
from colloque.write.shard import write_all
from colloque.write.stage import run_write

__all__ = ["WriteConfig", "render", "run_write", "write_all", "write_dialogue"]
