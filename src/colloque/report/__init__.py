"""Artefacts of a workspace → one HTML page. A reader: no stage knows that it exists."""

from colloque.report.page import build_report, summary_lines

__all__ = ["build_report", "summary_lines"]
