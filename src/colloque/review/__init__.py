"""A web page on this machine to read dialogues beside their questionnaires, correct them and compare replies."""

from colloque.review.server import application, serve_review

__all__ = ["application", "serve_review"]
