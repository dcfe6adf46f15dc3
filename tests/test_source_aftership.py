"""AfterShip: what its parcels and returns do not say by themselves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.landed import SAMPLES, Desk, desk, incidents


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("aftership")) as at:
        at.land(SAMPLES / "aftership_trackings.json")
        at.land(SAMPLES / "aftership_returns.json")
        yield at


def test_30_days_of_silence_are_no_loss(samples: Desk) -> None:
    assert samples.one("shipments", "aftership/main/5b74f4958776db0e00b6f5ef")["status"] == "exception"
    assert samples.one("shipments", "aftership/main/5b74f4958776db0e00b6f5ed")["status"] == "lost"


def test_a_general_exception_is_explained_by_its_message(samples: Desk) -> None:
    scan = samples.one("tracking_events", "aftership/main/7023210039414999/2026-03-14 07:00:00/Exception_001")
    assert scan["event"] == "address_problem"


def test_an_order_is_named_by_its_number_and_its_shops_id(samples: Desk) -> None:
    line = samples.one("returns", "aftership/main/b3eedf69b7c0410d8975d4350c007705/901")
    assert (line["order_ref"], line["order_id"]) == ("1050", "6798481599999")


def test_two_reasons_for_pieces_of_one_article_are_two_lines(samples: Desk) -> None:
    of_return = "aftership/main/b3eedf69b7c0410d8975d4350c007706"
    assert samples.one("returns", f"{of_return}/0183-S")["reason_raw"] == "Taille > Trop petit"
    assert samples.one("returns", f"{of_return}/0183-S-2")["reason_raw"] == "Changement d'avis"


def test_a_comment_is_read_for_phrases_and_forgotten(samples: Desk) -> None:
    line = samples.one("returns", "aftership/main/b3eedf69b7c0410d8975d4350c007705/901")
    assert line["phrases"] == ["casse a la livraison"]
    assert "couture" not in repr(samples.records())


def test_a_webhook_tells_the_same_as_the_list(tmp_path: Path) -> None:
    listed = json.loads((SAMPLES / "aftership_returns.json").read_text(encoding="utf-8"))["data"]["returns"][
        0
    ]
    hook = {"id": "e1", "event": "return.resolved", "created_at": "2026-03-27T15:00:01Z", "data": listed}
    with desk(tmp_path / "a") as one, desk(tmp_path / "b") as other:
        one.write("list.json", json.dumps([listed]))
        other.write("list.json", json.dumps(hook))
        assert sorted(one.records()["returns"]) == sorted(other.records()["returns"])


def test_lost_parcels_and_reasons_of_the_shop_are_incidents(tmp_path: Path) -> None:
    found = incidents(tmp_path, "aftership_trackings.json", "aftership_returns.json")
    assert ("2050", None, "lost_in_transit", "carrier", "fact") in found
    assert ("1060", None, "address_error", "customer", "fact") in found
    assert ("1050", "WH-001", "wrong_item_sent", "merchant", "reason") in found
    assert ("1050", "0183-M", "product_defect", "supplier", "reason") in found
