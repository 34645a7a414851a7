"""Talk with a live model: in the terminal, or through the OpenAI chat protocol on this machine."""

from colloque.talk.server import serve_model
from colloque.talk.terminal import chat_in_terminal

__all__ = ["chat_in_terminal", "serve_model"]
