"""Scans as a table, from any carrier: which code is whose, and what is read where there is none."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from tests.landed import SAMPLES, Desk, desk, incidents

HEADER = "Carrier,Tracking number,Event date,Event code,Event"


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("tracking")) as at:
        at.land(SAMPLES / "tracking_scans.csv")
        at.land(SAMPLES / "tracking_scans_fr.csv")
        yield at


def told(at: Desk, number: str) -> list[str]:
    """The events of a parcel, in their order."""
    found = at.con.execute(
        "select event from raw_tracking_events where tracking_number = $number order by scanned_at",
        {"number": number},
    )
    return [event for (event,) in found.fetchall()]


def test_canada_post_calls_a_delivery_to_the_sender_a_successful_delivery(samples: Desk) -> None:
    assert told(samples, "7023210039414604") == ["accepted", "in_transit", "address_problem", "returned"]


def test_what_is_written_explains_a_code_that_only_says_that_something_is_wrong(samples: Desk) -> None:
    assert told(samples, "6A12345678901") == ["label_created", "accepted", "address_problem", "returned"]
    assert told(samples, "1Z999AA10123456784") == ["refused", "in_transit"]


def test_carriers_whose_codes_nobody_knows_are_read_by_their_words(samples: Desk) -> None:
    assert told(samples, "335598342711") == ["label_created", "accepted", "damaged"]
    assert told(samples, "31255074") == ["accepted", "available_for_pickup", "unclaimed"]
    assert told(samples, "XY123456789FR") == ["lost"]


def test_a_number_is_canada_posts_only_where_the_carrier_or_the_parcel_is(tmp_path: Path) -> None:
    rows = [
        "Canada Post,1,2026-03-25 10:00:00,1417,",
        "postes canada,2,2026-03-25 10:00:00,1417,",
        "FedEx,3,2026-03-25 10:00:00,1417,",
        ",4,2026-03-25 10:00:00,1417,",
        ",7023210039414604,2026-03-25 10:00:00,1417,",
    ]
    with desk(tmp_path) as at:
        landed = at.write("scans.csv", "\n".join([HEADER, *rows]))
        found = at.con.execute("select event from raw_tracking_events order by row_number").fetchall()
    assert (landed.loaded, landed.rejected) == (5, 0)
    assert [event for (event,) in found] == ["refused", "refused", None, None, "refused"]


def test_date_and_time_in_two_columns_are_one_moment(samples: Desk) -> None:
    at = samples.one("tracking_events", "tracking/main/6A12345678901/2026-03-14 17:05:00/PC1")
    assert at["scanned_at"] == datetime(2026, 3, 14, 17, 5)  # '14/03/2026' and '18h05' in Paris
    assert "date_only" not in at
    assert "extra" not in at


def test_a_day_without_a_time_stays_a_day(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        at.write("scans.csv", f"{HEADER}\nUPS,1Z1,2026-03-25,X,lost\n")
        (row,) = at.con.execute("select scanned_at, date_only from raw_tracking_events").fetchall()
    assert row == (datetime(2026, 3, 24, 23, 0), ["scanned_at"])


def test_a_parcel_is_known_with_its_order_and_its_carrier_in_one_spelling(samples: Desk) -> None:
    parcel = samples.one("shipments", "tracking/main/6A12345678901/2041")
    assert (parcel["order_ref"], parcel["carrier"]) == ("2041", "Colissimo")
    assert "carrier" not in samples.one("shipments", "tracking/main/1Z999AA10123456784/1052")


def test_a_file_without_orders_leaves_the_order_of_a_parcel(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        at.write("a.csv", f"{HEADER},Order number\nUPS,1Z1,2026-03-25 10:00:00,D,,#1042\n")
        at.write("b.csv", f"{HEADER}\nUPS,1Z1,2026-03-26 10:00:00,D,\n")
        told = at.con.execute("select order_ref from raw_shipments where order_ref is not null").fetchall()
    assert told == [("1042",)]


def test_what_is_written_beside_a_scan_is_not_kept(samples: Desk) -> None:
    kept = repr(samples.records())
    for word in ("concierge", "Léa", "Camille", "MONTREAL", "Adresse incomplète"):
        assert word not in kept


def test_parcels_that_went_wrong_are_incidents_of_their_order(tmp_path: Path) -> None:
    assert incidents(tmp_path, "tracking_scans.csv", "tracking_scans_fr.csv") == [
        ("1050", None, "address_error", "customer", "fact"),
        ("1051", None, "damaged_in_transit", "carrier", "fact"),
        ("1052", None, "recipient_unavailable_or_refused", "customer", "fact"),
        ("2041", None, "address_error", "customer", "fact"),
        ("2042", None, "recipient_unavailable_or_refused", "customer", "fact"),
        ("2043", None, "lost_in_transit", "carrier", "fact"),
    ]
