"""The door of ingest: the example files, broken rows, files that are none, two identical questionnaires, the stage."""

import json
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from colloque.core import Drop, Questionnaire
from colloque.errors import InputError
from colloque.ingest import Account, IngestConfig, read_questionnaires, read_with_drops, run_ingest
from colloque.store import Context, read_records

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples" / "questionnaires"
CORPUS = ROOT / "../shared/corpus/dialogues.jsonl"


def pairs(questionnaire: Questionnaire) -> list[tuple[str, str]]:
    return [(answer.question, answer.answer) for answer in questionnaire.answers]


def read(*paths: Path, deidentify: bool = True) -> tuple[list[Questionnaire], list[Drop], Account]:
    drops: list[Drop] = []
    account = Account()
    found = list(read_with_drops(paths, deidentify=deidentify, on_drop=drops.append, account=account))
    assert account.read == account.kept + sum(account.dropped.values())
    assert account.kept == len(found)
    return found, drops, account


def test_the_readme_example_has_its_five_questions() -> None:
    (one,) = read_questionnaires(EXAMPLES / "fatigue.md")
    assert pairs(one) == [
        ("Comment vous sentez-vous ces derniers temps ?", "Je me sens fatigué et démotivé."),
        ("Avez-vous des problèmes de sommeil ?", "Oui, je dors trop ou parfois pas du tout."),
        ("Avez-vous perdu l'appétit ?", "Oui, je saute des repas."),
        ("Depuis combien de temps cela dure-t-il ?", "Depuis environ 3 semaines."),
        (
            "Ressentez-vous un manque d'intérêt pour les choses que vous aimiez ?",
            "Oui, je ne prends plus plaisir à rien.",
        ),
    ]
    assert one.source.file == "fatigue.md"


def test_the_examples_hold_sixty_patients_and_nothing_is_dropped() -> None:
    found, drops, account = read(EXAMPLES)
    assert len(found) == 60 == len({one.respondent for one in found}) == len({one.id for one in found})
    assert not drops
    assert {file.format for file in account.files} == {"text", "delimited", "json"}


@pytest.mark.skipif(not CORPUS.exists(), reason="the labelled corpus is not here")
def test_the_examples_are_the_corpus_word_for_word() -> None:
    wanted = {}
    for line in CORPUS.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)["record"]
        wanted[record["id"]] = [(a["question"], a["answer"]) for a in record["answers"]]
    found, _, _ = read(EXAMPLES)
    assert sorted(pairs(one) for one in found) == sorted(wanted.values())


def test_two_identical_questionnaires_are_two_patients(tmp_path: Path) -> None:
    text = "Q : Dormez-vous bien ?\nR : Non, mal.\n"
    for name in ("a.md", "b.md"):
        (tmp_path / name).write_text(text, encoding="utf-8")
    found, _, _ = read(tmp_path)
    assert len({one.id for one in found}) == len({one.respondent for one in found}) == 2


def test_one_person_in_two_files_stays_one_respondent(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        "patient;Dormez-vous bien ?;Fumez-vous ?\nP1;Non;Oui\nP2;Oui;Non\n", encoding="utf-8"
    )
    (tmp_path / "b.md").write_text("# Patient P1\n\nQ : Mangez-vous bien ?\nR : Peu.\n", encoding="utf-8")
    found, _, account = read(tmp_path)
    assert len(found) == 3
    assert len({one.respondent for one in found}) == 2 == len(account.people)
    assert {one.respondent: one.split for one in found}.items() == {(one.respondent, one.split) for one in found}


def test_a_broken_row_is_reported_with_its_place_and_the_rest_goes_on(tmp_path: Path) -> None:
    rows = [
        "patient;question;réponse",
        "1;Dormez-vous bien ?;Non",
        "2;Dormez-vous bien ?;Oui;assez;mal",
        "3;;rien",
        "4;Dormez-vous bien ?;Mal",
    ]
    (tmp_path / "r.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    found, drops, _ = read(tmp_path)
    assert [pairs(one)[0][1] for one in found] == ["Non", "Mal"]
    assert [(drop.source.file, drop.source.place, drop.reason) for drop in drops] == [
        ("r.csv", "row 3", "broken_row"),
        ("r.csv", "row 4", "broken_row"),
    ]
    assert all("→" in drop.detail for drop in drops)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("vide.csv", b"", "empty"),
        ("prose.txt", b"Le service est ouvert le lundi.\nMerci de votre visite.\n", "no question"),
        ("doc.pdf", b"%PDF-1.7 \n...", "PDF"),
        ("q.md", b"Q : Dormez-vous bien ?\nR :\n", "no_answers"),
        ("opaque.csv", b"V1;V2;V3\n1;2;3\n2;2;1\n", "no rule understands"),
        ("coupe.json", b'{"resourceType": "QuestionnaireResponse", "item": [', "not JSON"),
    ],
)
def test_a_file_that_is_no_questionnaire_is_refused_in_one_line(
    tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError) as caught:
        list(read_questionnaires(tmp_path / name))
    assert words in str(caught.value)
    assert name in str(caught.value)
    assert caught.value.hint
    assert caught.value.exit_code == 2


def test_empty_folder_and_absent_file(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "absent.csv"):
        with pytest.raises(InputError) as caught:
            list(read_questionnaires(path))
        assert caught.value.hint


def test_an_unreadable_file_is_one_clear_line() -> None:
    """Tried as an ordinary user: root reads everything."""
    folder = Path(tempfile.mkdtemp())
    path = folder / "secret.csv"
    path.write_text("a;b\n", encoding="utf-8")
    folder.chmod(0o755)
    path.chmod(0)
    root = os.geteuid() == 0
    try:
        if root:
            os.seteuid(65534)
        with pytest.raises(InputError, match=r"secret\.csv: permission denied") as caught:
            list(read_questionnaires(path))
        assert caught.value.hint
    finally:
        if root:
            os.seteuid(0)
        shutil.rmtree(folder)


def test_in_a_folder_one_unusable_file_is_a_drop(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.4")
    (tmp_path / "b.md").write_text("Q : Dormez-vous bien ?\nR : Non.\n", encoding="utf-8")
    found, drops, _ = read(tmp_path)
    assert len(found) == 1
    assert [(drop.source.file, drop.reason) for drop in drops] == [("a.pdf", "unreadable_file")]


def hashes(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()]


def test_the_stage_writes_the_same_bytes_twice_and_balances(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text(
        "patient;Dormez-vous bien ?;Fumez-vous ?\n1;Non;Oui\n2;Oui\n3;;\n", encoding="utf-8"
    )
    config = IngestConfig(files=(str(EXAMPLES), str(tmp_path / "r.csv")), cohort=5, part=20)
    folders = [tmp_path / "one", tmp_path / "two"]
    tallies = [run_ingest(Context(folder=folder, seed=3), config) for folder in folders]
    assert tallies[0].read == 68 == tallies[0].kept + sum(tallies[0].dropped.values())
    assert tallies[0].dropped == {"broken_row": 1}
    assert hashes(folders[0]) == hashes(folders[1])
    people = list(read_records(folders[0] / "questionnaires", Questionnaire))
    assert sum(one.virtual for one in people) == 5
    assert [drop.source.place for drop in read_records(folders[0] / "drops.jsonl", Drop)] == ["row 3"]
    assert [one.source.place for one in people if not one.told] == ["row 4"]


def test_splits_follow_the_shares_and_the_respondent() -> None:
    config: Sequence[Questionnaire] = list(read_questionnaires(EXAMPLES))
    again = list(read_questionnaires(EXAMPLES))
    assert [one.split for one in config] == [one.split for one in again]
    assert {one.split for one in config} >= {"train", "test"}
