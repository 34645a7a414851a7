"""Two replies → a verdict: by rubric, by a model, and the law that order decides nothing.

The rubric needs no model; `ModelJudge` and the model-asked checks take any `llm.ChatModel`.
"""

from colloque.judge.asked import Asked, agreement, ask_replies, findings_asked
from colloque.judge.model import ModelJudge
from colloque.judge.protocol import NO_VERDICT, Judge, both_orders
from colloque.judge.rubric import RubricJudge, judge_replies, parts_of, score_of

__all__ = [
    "NO_VERDICT",
    "Asked",
    "Judge",
    "ModelJudge",
    "RubricJudge",
    "agreement",
    "ask_replies",
    "both_orders",
    "findings_asked",
    "judge_replies",
    "parts_of",
    "score_of",
]
