"""Files of records: what is written is read, whole or not at all."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from colloque.core import Answer, Comparison, Dialogue, Drop, Finding, Opening, Preference, Questionnaire, Stated, Turn
from colloque.errors import DiskError, InputError
from colloque.store import count_records, part_path, read_records, write_records
from colloque.store.records import EXTENSIONS

# Surrogates are no text that a file can hold.
text = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
answers = st.builds(Answer, id=text, question=text, answer=text, code=st.none() | text)
questionnaires = st.builds(Questionnaire, answers=st.lists(answers, max_size=4).map(tuple), authored=st.none() | text)
turns = st.builds(
    Turn,
    role=st.sampled_from(["clinician", "patient"]),
    text=text,
    states=st.lists(
        st.builds(Stated, answer=text, start=st.none() | st.integers(0, 99), end=st.none()), max_size=2
    ).map(tuple),
)
dialogues = st.builds(Dialogue, turns=st.lists(turns, max_size=4).map(tuple), parent=st.none() | text)


@pytest.mark.parametrize("extension", EXTENSIONS)
@given(rows=st.lists(questionnaires, max_size=5), talks=st.lists(dialogues, max_size=5))
@settings(max_examples=25, deadline=None)
def test_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, extension: str, rows: list[Questionnaire], talks: list[Dialogue]
) -> None:
    folder = tmp_path_factory.mktemp("records")
    assert write_records(folder / f"q{extension}", rows, Questionnaire) == len(rows)
    assert list(read_records(folder / f"q{extension}", Questionnaire)) == rows
    write_records(folder / f"d{extension}", talks, Dialogue)
    assert list(read_records(folder / f"d{extension}", Dialogue)) == talks
    assert count_records(folder / f"d{extension}") == len(talks)


@pytest.mark.parametrize("kind", [Comparison, Drop, Finding, Opening, Preference])
def test_every_record_has_parquet_columns(tmp_path: Path, kind: type[Questionnaire]) -> None:
    write_records(tmp_path / "empty.parquet", [], kind)
    assert list(read_records(tmp_path / "empty.parquet", kind)) == []


def test_a_folder_of_parts_reads_like_one_file(tmp_path: Path) -> None:
    for index in (1, 0):
        write_records(part_path(tmp_path, index), [Questionnaire(id=f"q-{index}")])
    assert [q.id for q in read_records(tmp_path, Questionnaire)] == ["q-0", "q-1"]


def test_nothing_is_left_of_a_file_that_failed(tmp_path: Path) -> None:
    def rows() -> "list[Questionnaire]":
        raise DiskError("full")

    def lazily() -> "object":
        yield Questionnaire(id="q-1")
        yield from rows()

    for extension in EXTENSIONS:
        with pytest.raises(DiskError):
            write_records(tmp_path / f"q{extension}", lazily())  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "content", "place"),
    [
        ("a.jsonl", b'{"id": "q-1"}\n{"id": ', "line 2"),
        ("a.jsonl", b'{"id": "q-1", "answers": [{"question": "?"}]}\n', "row 1"),
        ("a.parquet", b"no parquet", "a.parquet"),
        ("a.docx", b"", "a.docx"),
    ],
)
def test_a_bad_row_is_named(tmp_path: Path, name: str, content: bytes, place: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError) as failure:
        list(read_records(tmp_path / name, Questionnaire))
    assert place in failure.value.line() and failure.value.hint
