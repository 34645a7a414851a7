"""The virtual patient: understands a question put in any words, answers from its record alone."""

from colloque.patient.virtual import VirtualPatient

__all__ = ["VirtualPatient"]
