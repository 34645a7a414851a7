"""The review page's server, on loopback only: dialogues one by one, comparisons blind and in drawn order, notes kept.

Writes nothing but `reviews.jsonl` in the workspace. The judge's verdict is not shown before the reviewer has chosen.
"""

from importlib.resources import files
from pathlib import Path
from typing import Any

from aiohttp import web
from jinja2 import Environment
from pydantic import ValidationError

from colloque.core import Comparison, Dialogue, Questionnaire, Record, uniform
from colloque.errors import InputError
from colloque.progress import note as say
from colloque.review.notes import Note, append_note, latest_notes
from colloque.store import read_records

__all__ = ["application", "serve_review"]

REVIEWS = "reviews.jsonl"
FOLDER = web.AppKey("folder", Path)
LIMIT = 500
"""Records of each kind that the page offers: a person reads dozens, not thousands."""


class Judged(Record):
    """A row of `prefer/comparisons`, as far as the page needs it."""

    comparison: Comparison


def serve_review(workspace: Path, port: int) -> None:
    """Serve until interrupted. Raises InputError when the workspace holds nothing to read."""
    app = application(workspace)
    say(f"review page: http://127.0.0.1:{port}/ (Ctrl-C stops); notes go to {workspace / REVIEWS}")
    web.run_app(app, host="127.0.0.1", port=port, print=None)


def application(workspace: Path) -> web.Application:
    """The page and its two data routes. Reads the workspace once, at start."""
    dialogues = _some(workspace / "write" / "dialogues", Dialogue)
    if not dialogues:
        raise InputError(
            "nothing to review here", file=workspace, hint="run `colloque run CONFIG` first, or name its --workspace"
        )
    wanted = {d.questionnaire for d in dialogues}
    questionnaires = {
        q.id: q for q in read_records(workspace / "ingest" / "questionnaires", Questionnaire) if q.id in wanted
    }
    comparisons = [judged.comparison for judged in _some(workspace / "prefer" / "comparisons", Judged)]
    payload = {
        "dialogues": [
            _pair(d, questionnaires[d.questionnaire]) for d in dialogues if d.questionnaire in questionnaires
        ],
        "comparisons": [_blind(c) for c in comparisons],
    }
    page = Environment(autoescape=True).from_string(
        (files("colloque.review") / "templates" / "review.html.j2").read_text(encoding="utf-8")
    )
    app = web.Application(client_max_size=200_000)
    app[FOLDER] = workspace

    async def index(_: web.Request) -> web.Response:
        return web.Response(text=page.render(payload=payload), content_type="text/html")

    app.add_routes([web.get("/", index), web.get("/notes", _notes), web.post("/notes", _note)])
    return app


def _some(path: Path, kind: type[Any]) -> list[Any]:
    if not path.is_dir():
        return []
    return [record for record, _ in zip(read_records(path, kind), range(LIMIT), strict=False)]


def _pair(dialogue: Dialogue, questionnaire: Questionnaire) -> dict[str, Any]:
    return {
        "id": dialogue.id,
        "virtual": dialogue.virtual,
        "answers": [{"id": a.id, "question": a.question, "answer": a.answer} for a in questionnaire.answers],
        "turns": [{"role": t.role, "text": t.text, "states": [s.answer for s in t.states]} for t in dialogue.turns],
    }


def _blind(comparison: Comparison) -> dict[str, Any]:
    """The two replies in drawn order: the page knows the seats only by the order in which it shows them."""
    swapped = uniform(comparison.id, "review") < 0.5
    shown = comparison.swap() if swapped else comparison
    return {
        "id": comparison.id,
        "context": [{"role": t.role, "text": t.text} for t in comparison.opening.turns],
        "replies": [shown.a.text, shown.b.text],
        "seats": ["b", "a"] if swapped else ["a", "b"],
    }


async def _notes(request: web.Request) -> web.Response:
    notes = latest_notes(request.app[FOLDER] / REVIEWS).values()
    return web.json_response([note.model_dump(mode="json") for note in notes])


async def _note(request: web.Request) -> web.Response:
    # A page of another origin must not write here: browsers send Origin with every cross-site POST.
    if request.headers.get("Origin", f"http://{request.host}") != f"http://{request.host}":
        return web.json_response({"error": "wrong origin"}, status=403)
    try:
        note = Note.model_validate_json(await request.text())
    except ValidationError as error:
        return web.json_response({"error": str(error.errors()[0]["msg"])}, status=400)
    append_note(request.app[FOLDER] / REVIEWS, note)
    return web.json_response({"kept": True})
