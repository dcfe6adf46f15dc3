"""Gorgias: what the file of messages does not say by itself."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from tests.landed import SAMPLES, desk


def test_messages_without_an_id_are_told_apart_by_what_they_say_and_their_number(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        (landed,) = at.land(SAMPLES / "gorgias_messages.csv")
        assert (landed.rows_in, landed.loaded, landed.rejected) == (4, 4, 0)
        told = at.con.execute("select ticket_id, sent_at from raw_messages order by all").fetchall()
        assert told == [
            ("812345001", datetime(2026, 9, 14, 6, 12, 38, 123456)),  # UTC, not the shop's zone
            ("812345001", datetime(2026, 9, 14, 7, 42, 38)),
            ("812345001", datetime(2026, 9, 14, 7, 42, 38)),
            ("812345002", datetime(2026, 9, 13, 10, 0, 0, 500000)),
        ]


def test_neither_texts_nor_people_are_kept(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        at.land(SAMPLES / "gorgias_messages.csv")
        kept = repr(at.records(but=("file_id",)))
        assert not [word for word in ("lamp", "Odile", "Paulette", "4411") if word in kept]


def test_the_api_tells_who_wrote_each_message_and_when_it_left(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        (landed,) = at.land(SAMPLES / "gorgias_api_messages.json")
        assert (landed.rows_in, landed.loaded, landed.kinds) == (4, 4, ("messages",))
        told = at.con.execute(
            "select message_id, author, is_public, sent_at from raw_messages order by message_id"
        ).fetchall()
        assert told == [
            ("550001", "customer", True, datetime(2026, 9, 14, 8, 12, 38, 123456)),
            ("550002", "automatic", True, datetime(2026, 9, 14, 8, 30, 5)),
            ("550003", "agent", False, datetime(2026, 9, 14, 9, 0, 0, 1)),
            ("550004", "agent", True, datetime(2026, 9, 14, 10, 0, 7)),
        ]
        kept = repr(at.records(but=("file_id",)))
        assert not [word for word in ("lampe", "Odile", "odile", "06 12") if word in kept]
