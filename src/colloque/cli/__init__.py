"""The command line: thin verbs over the stages. Heavy imports happen inside each command; `--help` loads next to nothing.

Results go to stdout, everything else to stderr. Exit codes: 0 done, 1 failed, 2 wrong use or input, 130 interrupted.
"""

import os
import sys
from typing import Annotated

import typer

from colloque import __version__
from colloque.cli import data, models, work
from colloque.errors import ColloqueError, boundary

__all__ = ["app", "main"]

app = typer.Typer(
    name="colloque",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    help="Turn filled-in questionnaires into natural, faithful French clinical dialogues, and those into a model "
    "that holds the conversation.\n\n"
    "Start with: colloque run examples/demo.yaml (the whole chain), or: colloque write FILE (read one dialogue).",
)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"colloque {__version__}")
        raise typer.Exit


@app.callback()
def options(
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Show the full trace of an unforeseen error.")
    ] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Options that stand before the verb."""


for family in (work, data, models):
    family.register(app)


def main() -> None:
    """Entry point: run the verb; a failure is one line on stderr with its remedy and the right exit code."""
    try:
        with boundary("colloque"):
            app()
    except ColloqueError as error:
        print(f"colloque: {error.line()}", file=sys.stderr)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # The reader of our output went away (`colloque show … | head`): nothing is wrong.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except KeyboardInterrupt:
        print("colloque: interrupted; the same command goes on where it stopped", file=sys.stderr)
        sys.exit(130)
