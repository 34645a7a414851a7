"""Taking identities out: answers that identify leave, names and numbers in free text become stand-ins of the same kind."""

from colloque.ingest.deidentify.form import Cleaned, Masked, clean, clean_text
from colloque.ingest.deidentify.key import key_from_environment, pseudonym

__all__ = ["Cleaned", "Masked", "clean", "clean_text", "key_from_environment", "pseudonym"]
