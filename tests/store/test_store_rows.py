"""Records by position: the same rows whatever the file, over parts of any size, packed and unpacked unchanged."""

from pathlib import Path

import pytest

from colloque.core import Dialogue, Stated, Turn
from colloque.errors import InputError
from colloque.store import Rows, pack, read_records, read_slices, unpack, write_packed, write_records


def _dialogues(count: int) -> list[Dialogue]:
    made = []
    for n in range(count):
        states = tuple(Stated(answer=str(i), start=i if i else None, end=i + 2 if i else None) for i in range(n % 3))
        turns = [
            Turn(role="clinician", text=f"Question {n} ?"),
            Turn(role="patient", text="Oui « é\u2028 \\n »", states=states),
        ]
        made.append(
            Dialogue(
                questionnaire=f"q-{n}",
                parent=None if n % 2 else f"d-{n}",
                turns=tuple(turns[: n % 3]),
                virtual=n % 2 == 0,
            )
        )
    return made


@pytest.mark.parametrize("name", ["d.parquet", "d.jsonl", "d.jsonl.zst", "parts"])
def test_slices_give_what_reading_gives(tmp_path: Path, name: str) -> None:
    rows = _dialogues(23)
    path = tmp_path / name
    if name == "parts":
        for number, (start, stop) in enumerate(((0, 5), (5, 5), (5, 16), (16, 23))):
            write_records(path / f"part-{number:05d}.parquet", rows[start:stop], Dialogue)
    else:
        write_records(path, rows, Dialogue)
    places = Rows(path)
    assert len(places) == 23 and list(read_records(path, Dialogue)) == rows
    for size in (1, 4, 7, 23, 40):
        read = [d for start in range(0, 23, size) for d in read_slices(places.slices(start, size), Dialogue)]
        assert read == rows
    assert list(places.columns("id", "questionnaire")) == [(d.id, d.questionnaire) for d in rows]


def test_packed_records_are_written_as_they_are(tmp_path: Path) -> None:
    rows = _dialogues(9)
    packed = pack(rows, Dialogue)
    assert unpack(packed, Dialogue) == rows and unpack(packed, Dialogue, [7, 2]) == [rows[7], rows[2]]
    assert unpack(packed, Dialogue, []) == []
    assert write_packed(tmp_path / "d.parquet", packed, [n % 2 == 0 for n in range(9)]) == 5
    assert list(read_records(tmp_path / "d.parquet", Dialogue)) == rows[::2]


def test_a_bad_line_is_named(tmp_path: Path) -> None:
    (tmp_path / "d.jsonl").write_text('{"questionnaire": "q"}\n\n{"turns": 3}\n', encoding="utf-8")
    places = Rows(tmp_path / "d.jsonl")
    assert len(places) == 2
    with pytest.raises(InputError, match="row 2"):
        list(read_slices(places.slices(0, 2), Dialogue))
