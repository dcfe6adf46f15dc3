"""Loop: what its returns do not say by themselves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from tests.landed import SAMPLES, Desk, desk, incidents


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("loop")) as at:
        at.land(SAMPLES / "loop_returns.json")
        at.land(SAMPLES / "loop_details.json")
        yield at


def test_the_order_is_shopifys_by_name_and_by_id(samples: Desk) -> None:
    line = samples.one("returns", "loop/main/22345678/901")
    assert (line["order_ref"], line["order_id"], line["line_id"]) == ("1050", "6798481599999", "901")


def test_a_return_without_articles_is_a_return(samples: Desk) -> None:
    whole = samples.one("returns", "loop/main/22345690")
    assert (whole["order_ref"], whole["status"], whole["disposition"]) == ("7382018", "open", "exchange")
    assert whole["updated_at"] == datetime(2026, 1, 3, 22, 34, 17)  # edited after it was updated
    assert "reason_raw" not in whole


def test_a_label_that_nobody_used_is_a_cancelled_return(samples: Desk) -> None:
    assert samples.one("returns", "loop/main/22345680")["status"] == "cancelled"


def test_the_refund_of_a_return_is_told_once(samples: Desk) -> None:
    first, second = (samples.one("returns", f"loop/main/22345678/{line}") for line in (901, 902))
    assert first["refund_cents"] == 8900
    assert "refund_cents" not in second


def test_reasons_have_two_levels_of_which_the_upper_may_be_missing(samples: Desk) -> None:
    assert samples.one("returns", "loop/main/22345679/903")["reason_raw"] == "Taille > Trop petit"
    assert samples.one("returns", "loop/main/22345678/902")["reason_raw"] == "Wrong item"


def test_what_the_customer_wrote_is_read_for_phrases_and_forgotten(samples: Desk) -> None:
    assert samples.one("returns", "loop/main/22345678/902")["phrases"] == ["mauvais article"]
    assert "dans la boîte" not in repr(samples.records())


def test_returned_articles_are_incidents_with_a_cause(tmp_path: Path) -> None:
    assert incidents(tmp_path, "loop_returns.json") == [
        ("1050", "0183-M", "damaged_unspecified", "unknown", "fact"),
        ("1050", "WH-001", "wrong_item_sent", "merchant", "reason"),
        ("1052", "ROBE-LIN-M", "size_or_fit", "customer", "reason"),
        ("1053", None, "unknown", "unknown", "none"),
    ]
