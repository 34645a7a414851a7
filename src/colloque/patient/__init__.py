"""The virtual patient: understands a question put in any words, answers from its record alone."""

from colloque.patient.played import PlayedPatient, played_by
from colloque.patient.virtual import VirtualPatient

__all__ = ["PlayedPatient", "VirtualPatient", "played_by"]
