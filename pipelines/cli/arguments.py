"""The grammar of the command line, and its help, in either language."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from pipelines.cli.words import LANGUAGES, Words, machine_language

FORMATS = ("csv", "parquet", "xlsx")

# What argparse says in English -> the text that says it here.
_COMPLAINTS = (
    (r"the following arguments are required: (?P<names>.+)", "required"),
    (r"unrecognized arguments: (?P<names>.+)", "unknown_arguments"),
    (
        r"argument (?P<name>.+?): invalid choice: (?P<value>.+?) \(choose from (?P<choices>.+)\)",
        "not_a_choice",
    ),
    (r"argument (?P<name>.+?): expected (?:one|at least one) argument", "no_value"),
    (r"argument (?P<name>.+?): invalid (?:int|float) value: (?P<value>.+)", "no_number"),
)


class _Parser(argparse.ArgumentParser):
    """A parser that speaks through `words`."""

    def __init__(self, words: Words, **options: Any) -> None:
        super().__init__(add_help=False, allow_abbrev=False, **options)
        self.words = words
        self._positionals.title = words.say("arguments")
        self._optionals.title = words.say("options")
        self.add_argument("-h", "--help", action="help", help=words.say("help_help"))

    def format_usage(self) -> str:
        return self._spoken(super().format_usage())

    def format_help(self) -> str:
        return self._spoken(super().format_help())

    def _spoken(self, text: str) -> str:
        return self.words.say("usage") + text.removeprefix("usage: ")

    def error(self, message: str) -> NoReturn:
        for pattern, key in _COMPLAINTS:
            if found := re.fullmatch(pattern, message):
                message = self.words.say(key, **found.groupdict())
        self.print_usage(sys.stderr)
        self.exit(2, self.words.say("error", program=self.prog, message=message) + "\n")


def program() -> str:
    """How this was started, for the commands that help and messages show."""
    if os.environ.get("STARTED_BY_RUN_PY"):
        return "python3 run.py"
    return "python -m pipelines" if sys.argv[0].endswith("__main__.py") else "incidents"


def wanted_language(arguments: list[str]) -> str:
    """The language asked for with --lang, wherever it stands; else the machine's."""
    for number, argument in enumerate(arguments):
        value = argument.removeprefix("--lang=")
        if argument == "--lang" and number + 1 < len(arguments):
            value = arguments[number + 1]
        if value in LANGUAGES and argument.startswith("--lang"):
            return value
    return machine_language()


def build_parser(words: Words) -> argparse.ArgumentParser:
    """The whole grammar. What it yields has `verb`, `store`, `lang`, `json` and the verb's own options."""
    parser = _Parser(
        words,
        prog=program(),
        description=words.say("program"),
        epilog=words.say("epilog", program=program()),
        formatter_class=_Plain,
    )
    parser.set_defaults(store=None, lang=words.lang, json=False)
    _add_common(parser, words)
    verbs = parser.add_subparsers(dest="verb", title=words.say("verbs"), metavar=words.say("verb"))
    for name, about in _verbs(words):
        verb = verbs.add_parser(name, words=words, help=words.say(f"verb_{name}"), description=about)
        _ADD[name](verb, words)
        _add_common(verb, words)
    return parser


class _Plain(argparse.HelpFormatter):
    """Help without the line that repeats all verbs in braces."""

    def __init__(self, prog: str, **options: Any) -> None:
        super().__init__(prog, max_help_position=14, **options)


def _verbs(words: Words) -> Iterator[tuple[str, str]]:
    for name in _ADD:
        has_more = name in ("load", "watch", "sync", "alert", "export", "report", "demo", "check")
        about = words.say(f"about_{name}" if has_more else f"verb_{name}")
        yield name, about[0].upper() + about[1:]


def _add_common(parser: argparse.ArgumentParser, words: Words) -> None:
    """The options that may stand before or after the verb."""
    unset = argparse.SUPPRESS
    parser.add_argument("--store", type=Path, default=unset, metavar="DIR", help=words.say("help_store"))
    parser.add_argument("--lang", choices=LANGUAGES, default=unset, help=words.say("help_lang"))
    parser.add_argument("--json", action="store_true", default=unset, help=words.say("help_json"))


def _add_load(parser: argparse.ArgumentParser, words: Words) -> None:
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help=words.say("help_paths"))
    _add_reading(parser, words)


def _add_reading(parser: argparse.ArgumentParser, words: Words) -> None:
    parser.add_argument("--account", default="main", metavar="NAME", help=words.say("help_account"))
    parser.add_argument("--dates", choices=("day-first", "month-first"), help=words.say("help_dates"))


def _add_watch(parser: argparse.ArgumentParser, words: Words) -> None:
    parser.add_argument("folder", nargs="?", type=Path, metavar="DIR", help=words.say("help_folder"))
    parser.add_argument("--every", type=float, default=2.0, metavar="S", help=words.say("help_every"))
    _add_reading(parser, words)


def _add_sync(parser: argparse.ArgumentParser, words: Words) -> None:
    parser.add_argument("systems", nargs="*", metavar="SYSTEM", help=words.say("help_systems"))
    parser.add_argument("--account", metavar="NAME", help=words.say("help_sync_account"))
    parser.add_argument("--since", metavar="DATE", help=words.say("help_since"))
    parser.add_argument("--every", metavar="15m", help=words.say("help_sync_every"))
    parser.add_argument("--status", action="store_true", help=words.say("help_sync_status"))


def _add_alert(parser: argparse.ArgumentParser, words: Words) -> None:
    parser.add_argument("places", nargs="*", metavar="PLACE", help=words.say("help_places"))
    parser.add_argument("--dry-run", action="store_true", help=words.say("help_dry_run"))
    parser.add_argument("--weekly", metavar="mon@08:00", help=words.say("help_weekly"))


def _add_status(parser: argparse.ArgumentParser, words: Words) -> None:
    """`status` has no options of its own."""


def _add_rejects(parser: argparse.ArgumentParser, words: Words) -> None:
    parser.add_argument("--csv", type=Path, metavar="FILE", help=words.say("help_csv"))
    parser.add_argument("--mend", type=Path, metavar="DIR", help=words.say("help_mend"))


def _add_export(parser: argparse.ArgumentParser, words: Words) -> None:
    parser.add_argument("view", nargs="?", metavar="VIEW", help=words.say("help_view"))
    parser.add_argument("--format", choices=FORMATS, help=words.say("help_format"))
    parser.add_argument(
        "--where", action="append", default=[], metavar="NAME=VALUE", help=words.say("help_where")
    )
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help=words.say("help_output"))


def _add_report(parser: argparse.ArgumentParser, words: Words) -> None:
    parser.add_argument("--week", metavar="2026-W46", help=words.say("help_week"))
    parser.add_argument("--address", metavar="URL", help=words.say("help_address"))
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help=words.say("help_report_output"))


def _add_demo(parser: argparse.ArgumentParser, words: Words) -> None:
    parser.add_argument("--size", type=float, default=1.0, metavar="X", help=words.say("help_size"))
    parser.add_argument("--seed", type=int, default=20_240_611, metavar="N", help=words.say("help_seed"))


def _add_sources(parser: argparse.ArgumentParser, words: Words) -> None:
    """`sources` has no options of its own."""


def _add_check(parser: argparse.ArgumentParser, words: Words) -> None:
    """`check` has no options of its own."""


_ADD = {
    "load": _add_load,
    "watch": _add_watch,
    "sync": _add_sync,
    "alert": _add_alert,
    "status": _add_status,
    "rejects": _add_rejects,
    "export": _add_export,
    "report": _add_report,
    "check": _add_check,
    "sources": _add_sources,
    "demo": _add_demo,
}
