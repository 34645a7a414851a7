"""Knowledge of French as data, and small pure functions over it. Reads text alone: no record, no dialogue, no role."""

from colloque.french.concepts import Mention, concept_of, concepts_of, mentions
from colloque.french.normalise import fold, normalise
from colloque.french.polarity import leading_polarity
from colloque.french.quantities import Quantity, quantities
from colloque.french.questions import invitations_in, questions_in
from colloque.french.risk import Risk, risk_of

__all__ = [
    "Mention",
    "Quantity",
    "Risk",
    "concept_of",
    "concepts_of",
    "fold",
    "invitations_in",
    "leading_polarity",
    "mentions",
    "normalise",
    "quantities",
    "questions_in",
    "risk_of",
]
