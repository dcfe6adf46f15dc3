"""What the tracking answers of La Poste, UPS and Amazon do not say by themselves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from tests.landed import SAMPLES, Desk, desk, incidents


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("carriers")) as at:
        for name in ("laposte_suivi.json", "ups_tracking.json", "amazon_mcf_tracking.json"):
            at.land(SAMPLES / name)
        yield at


def told(at: Desk, number: str) -> list[str]:
    """The events of a parcel, in their order."""
    found = at.con.execute(
        "select event from raw_tracking_events where tracking_number = $number order by scanned_at",
        {"number": number},
    )
    return [event for (event,) in found.fetchall()]


def test_la_poste_delivers_to_the_sender_what_was_refused(samples: Desk) -> None:
    assert told(samples, "6A18987970674") == [
        "label_created",
        "accepted",
        "in_transit",
        "out_for_delivery",
        "refused",  # PB1 only says that there is a problem, its label which
        "returning",
        "returned",
    ]


def test_an_answer_about_an_unknown_parcel_is_rejected(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        (landed,) = at.land(SAMPLES / "laposte_suivi.json")
        assert (landed.rows_in, landed.loaded, landed.rejected) == (3, 2, 1)
        assert [reason for *_, reason in at.rejects()] == ["nothing_to_load"]


@pytest.mark.parametrize("sample", ["laposte_suivi.json", "amazon_mcf_tracking.json"])
def test_one_answer_alone_is_read_as_a_list_of_them(tmp_path: Path, sample: str) -> None:
    (one, *_) = json.loads((SAMPLES / sample).read_text(encoding="utf-8"))
    with desk(tmp_path / "list") as listed, desk(tmp_path / "one") as alone:
        listed.write("answer.json", json.dumps([one]))
        landed = alone.write("answer.json", json.dumps(one))
        assert landed.loaded == 1
        assert alone.records(but=("file_id",)) == listed.records(but=("file_id",))


def test_a_parcel_back_at_its_shipper_is_no_delivery(samples: Desk) -> None:
    assert told(samples, "1Z999AA10123456777") == ["label_created", "in_transit", "refused", "returned"]


def test_ups_tells_the_moment_in_utc_or_by_the_clock_of_the_place(samples: Desk) -> None:
    in_utc = samples.one("tracking_events", "ups/main/1Z999AA10123456777/2026-03-20 14:15:00/D RS")
    assert in_utc["scanned_at"] == datetime(2026, 3, 20, 14, 15)
    local = samples.one("tracking_events", "ups/main/1Z999AA10123456786/2026-03-13 11:00:00/X XX")
    assert local["scanned_at"] == datetime(2026, 3, 13, 11, 0)  # 12:00, taken for Paris, the shop's zone


def test_an_amazon_code_that_nobody_knows_is_read_by_its_text(samples: Desk) -> None:
    assert told(samples, "TBC000111222444") == ["in_transit", "damaged", "delivered"]


def test_parcels_without_an_order_are_incidents_with_their_carrier(tmp_path: Path) -> None:
    found = incidents(tmp_path, "laposte_suivi.json", "ups_tracking.json", "amazon_mcf_tracking.json")
    assert sorted((cause, party) for _, _, cause, party, _ in found) == [
        ("damaged_in_transit", "carrier"),
        ("damaged_in_transit", "carrier"),
        ("lost_in_transit", "carrier"),
        ("recipient_unavailable_or_refused", "customer"),
        ("recipient_unavailable_or_refused", "customer"),
        ("unknown", "unknown"),
        ("unknown", "unknown"),
    ]
