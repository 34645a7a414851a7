"""Before and after on the same held-out moments and patients: error rates, intervals, and a verdict in plain words."""

from colloque.evaluate.config import EvaluateConfig
from colloque.evaluate.plain import PlainJudge, plain_faults
from colloque.evaluate.records import Interview, Measured
from colloque.evaluate.round import run_round
from colloque.evaluate.stage import run_evaluate

__all__ = ["EvaluateConfig", "Interview", "Measured", "PlainJudge", "plain_faults", "run_evaluate", "run_round"]
