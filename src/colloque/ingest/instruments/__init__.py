"""Instruments: known blank forms as data files (TOML), recognised by code first, then by normalised wording.

One file an instrument, with its wordings, options, scores, cut-offs, LOINC codes and notice. Users add theirs with
`add_instruments(folder)`. Knows no file format and no respondent.
"""

from colloque.ingest.instruments.catalogue import (
    Instrument,
    InstrumentItem,
    Option,
    add_instruments,
    instrument_named,
    instruments,
    item_by_code,
    item_by_words,
)
from colloque.ingest.instruments.score import Scored, recognise

__all__ = [
    "Instrument",
    "InstrumentItem",
    "Option",
    "Scored",
    "add_instruments",
    "instrument_named",
    "instruments",
    "item_by_code",
    "item_by_words",
    "recognise",
]
