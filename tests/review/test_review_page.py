"""The review page over HTTP: what it shows, what it keeps, what it refuses."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

from colloque.core import Answer, Candidate, Comparison, Dialogue, Opening, Questionnaire, Turn
from colloque.errors import InputError
from colloque.review import application
from colloque.review.notes import Note, append_note, latest_notes
from colloque.review.server import Judged
from colloque.store import part_path, write_records

Check = Callable[[TestClient], Awaitable[None]]  # type: ignore[type-arg]


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    row = Questionnaire(id="q-1", answers=(Answer(id="1", question="Dormez-vous ?", answer="</script><b>mal</b>"),))
    talk = Dialogue(
        questionnaire="q-1", turns=(Turn(role="clinician", text="Vous dormez ?"), Turn(role="patient", text="Mal."))
    )
    opening = Opening(id="o-1", turns=(Turn(role="patient", text="Bonjour."),))
    pair = Comparison(id="c-1", opening=opening, a=Candidate(text="Je vous écoute."), b=Candidate(text="Oui ?"))
    write_records(part_path(tmp_path / "ingest" / "questionnaires", 0), [row])
    write_records(part_path(tmp_path / "write" / "dialogues", 0), [talk])
    write_records(part_path(tmp_path / "prefer" / "comparisons", 0), [Judged(comparison=pair)])
    return tmp_path


def serve(workspace: Path, check: Check) -> None:
    async def session() -> None:
        async with TestClient(TestServer(application(workspace))) as client:
            await check(client)

    asyncio.run(session())


def test_the_page_shows_words_as_words(workspace: Path) -> None:
    async def check(client: TestClient) -> None:  # type: ignore[type-arg]
        page = await (await client.get("/")).text()
        assert "Vous dormez ?" in page and "</script><b>mal" not in page

    serve(workspace, check)


def test_a_note_is_kept_and_read_back(workspace: Path) -> None:
    async def check(client: TestClient) -> None:  # type: ignore[type-arg]
        note = {"record": "c-1", "reviewer": "Anne", "choice": "b", "turn": None}
        assert (await client.post("/notes", json=note)).status == 200
        assert (await (await client.get("/notes")).json())[0]["choice"] == "b"

    serve(workspace, check)
    assert latest_notes(workspace / "reviews.jsonl")[("c-1", "Anne", None)].choice == "b"


def test_what_is_no_note_is_refused(workspace: Path) -> None:
    async def check(client: TestClient) -> None:  # type: ignore[type-arg]
        assert (await client.post("/notes", data="{")).status == 400
        assert (await client.post("/notes", json={"record": "c-1", "choice": "c"})).status == 400
        foreign = {"Origin": "http://elsewhere.example"}
        assert (await client.post("/notes", json={"record": "c-1"}, headers=foreign)).status == 403

    serve(workspace, check)
    assert not (workspace / "reviews.jsonl").exists()


def test_a_torn_last_line_loses_one_note_only(tmp_path: Path) -> None:
    file = tmp_path / "reviews.jsonl"
    append_note(file, Note(record="d-1", opinion="good"))
    with file.open("a", encoding="utf-8") as lines:
        lines.write('{"record": "d-2", "opi')
    assert [note.record for note in latest_notes(file).values()] == ["d-1"]


def test_an_empty_workspace_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        application(tmp_path)
