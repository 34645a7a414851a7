"""Facts → talk: plans and their realisation in spoken French.

Used by the embedded writer, augmentation, the virtual patient and the scripted clinician. Data in `data/*.toml`.
"""

from colloque.speech.asking import ask, ways
from colloque.speech.echo import acknowledge
from colloque.speech.facts import Fact, facts_of
from colloque.speech.patient import Said, chunks, patient_turn, state
from colloque.speech.plan import draw_persona, draw_plan
from colloque.speech.realise import DEFERRAL, realise
from colloque.speech.respondent import gender_of, known_gender
from colloque.speech.volunteer import volunteer

__all__ = [
    "DEFERRAL",
    "Fact",
    "Said",
    "acknowledge",
    "ask",
    "chunks",
    "draw_persona",
    "draw_plan",
    "facts_of",
    "gender_of",
    "known_gender",
    "patient_turn",
    "realise",
    "state",
    "volunteer",
    "ways",
]
