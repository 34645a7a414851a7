"""The table behind a file, for previews and mapping files: the same header and rows that the readers see."""

from pathlib import Path

from colloque.ingest.mapping import TableMap
from colloque.ingest.raw import Sheet

__all__ = ["sheet_for"]


def sheet_for(path: Path, kind: str, given: TableMap | None = None) -> Sheet | None:
    """The table of a file of this format, or None when the format is no table. Raises InputError as its reader does."""
    if kind in ("delimited", "redcap"):
        from colloque.ingest.readers.delimited import sheet_of

        return sheet_of(path, given)
    if kind in ("xlsx", "xls", "ods"):
        from colloque.ingest.readers.workbook import first_sheet

        return first_sheet(path, given)
    if kind == "xpt":
        from colloque.ingest.readers.xpt import xpt_sheets

        return next(xpt_sheets(path), None)
    if kind == "sav":
        from colloque.ingest.readers.sav import sav_sheet

        return sav_sheet(path)
    return None
