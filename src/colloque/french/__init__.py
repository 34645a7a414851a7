"""Knowledge of French as data, and small pure functions over it. Reads text alone: no record, no dialogue, no role."""

from colloque.french.concepts import Mention, concept_of, concepts_of, mentions
from colloque.french.normalise import fold, normalise
from colloque.french.polarity import leading_polarity
from colloque.french.quantities import Quantity, quantities

__all__ = [
    "Mention",
    "Quantity",
    "concept_of",
    "concepts_of",
    "fold",
    "leading_polarity",
    "mentions",
    "normalise",
    "quantities",
]
