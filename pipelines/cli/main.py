"""The entry: reads the words, starts the verb, and turns what goes wrong into a sentence and an exit code.

0: done. 1: something was rejected, refused or found unhealthy. 2: the command was not understood.
130: Ctrl-C.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from pipelines.cli.arguments import build_parser, program, wanted_language
from pipelines.cli.words import Words

ROOT = Path(__file__).resolve().parents[2]

# Verb -> where it is done; imported only when asked for, so that --help answers at once.
_DONE_BY = {
    "load": "pipelines.cli.loading",
    "watch": "pipelines.cli.loading",
    "sync": "pipelines.cli.syncing",
    "alert": "pipelines.cli.alerting",
    "demo": "pipelines.cli.loading",
    "status": "pipelines.cli.reporting",
    "rejects": "pipelines.cli.reporting",
    "check": "pipelines.cli.reporting",
    "sources": "pipelines.cli.reporting",
    "export": "pipelines.cli.exporting",
    "report": "pipelines.cli.reviewing",
}


class CommandError(Exception):
    """Something the user can mend, said as a sentence in their language; `code` is the exit code."""

    def __init__(self, text: str, code: int = 1) -> None:
        super().__init__(text)
        self.code = code


def main(argv: Sequence[str] | None = None) -> int:
    """The exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    words = Words(wanted_language(arguments))
    parser = build_parser(words)
    chosen = parser.parse_args(arguments)
    if chosen.verb is None:
        parser.print_help(sys.stderr)
        return 2
    chosen.store = (chosen.store or default_store(chosen.verb)).resolve()
    try:
        return _run(chosen, words)
    except CommandError as error:
        print(error, file=sys.stderr)
        return error.code
    except KeyboardInterrupt:
        print(words.say("stopped"), file=sys.stderr)
        return 130
    except BrokenPipeError:  # `… | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _run(chosen: argparse.Namespace, words: Words) -> int:
    from pipelines.messages import sentence
    from pipelines.reader import NoSnapshotError
    from pipelines.store import StoreError

    try:
        code: int = getattr(import_module(_DONE_BY[chosen.verb]), chosen.verb)(chosen, words)
        sys.stdout.flush()
        return code
    except StoreError as error:
        raise CommandError(sentence(error.message, words.lang)) from error
    except NoSnapshotError as error:
        raise CommandError(words.say("no_data", program=program())) from error


def default_store(verb: str) -> Path:
    """The store a verb means when none is named: the demo is built apart, and read until there are real data."""
    from pipelines.reader import shown_folder
    from pipelines.store import DEMO, own_folder

    if verb == "demo":
        return DEMO if "INCIDENTS_STORE" not in os.environ else own_folder()
    return own_folder() if verb in ("load", "watch", "sync", "alert") else shown_folder()
