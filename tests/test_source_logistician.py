"""Tables of a logistician: which are taken, and what their rows mean."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from pipelines.reading import Sheet, sheets
from pipelines.recognise import NotRecognised, recognise
from tests.landed import SAMPLES, Desk, desk, incidents


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("logistician")) as at:
        at.land(SAMPLES / "logistician_shipments.csv")
        at.land(SAMPLES / "logistician_retours.csv")
        yield at


def taken_for(folder: Path, header: str, mapping: str = "") -> str | None:
    """The name of the source that reads a file with this header; None when no source does."""
    with desk(folder) as at:
        if mapping:
            (at.store.user / "mappings" / "mine.toml").write_text(mapping, encoding="utf-8")
        path = at.scratch / "file.csv"
        path.write_text(f"{header}\n{','.join('1' for _ in header.split(','))}\n", encoding="utf-8")
        (sheet,) = sheets(path, at.con, at.scratch)
        assert isinstance(sheet, Sheet)
        try:
            return recognise(sheet, at.store).name
        except NotRecognised:
            return None


@pytest.mark.parametrize(
    ("header", "source"),
    [
        ("Order number,Tracking number,Ship date", "logistician"),
        ("N° de commande,N° de suivi,Date d'expédition", "logistician"),
        ("Réf. commande,Numéro de colis,Expédié le,Transporteur", "logistician"),
        ("RMA number,Order no,SKU,Return reason", "logistician"),
        ("N° commande,Réf. article,Reçu le,État constaté", "logistician"),
        ("Numéro de suivi,Date,Statut", "tracking"),
        ("Tracking number,Event date,Event", "tracking"),
        ("SKU,Location,Counted quantity,Count date", "stock_counts"),
        ("Réf. article,Emplacement,Quantité comptée,Date", "stock_counts"),
        ("SKU,Quantity,Date", None),  # may be what was sold
        ("SKU,Quantity,Inventory date", "stock_counts"),
        ("Order number,SKU,Quantity,Price,Date", None),
        ("Order number,Email,Total,Status,Created at", None),
    ],
)
def test_a_table_is_known_by_what_its_headers_usually_say(
    tmp_path: Path, header: str, source: str | None
) -> None:
    assert taken_for(tmp_path, header) == source


def test_a_mapping_of_yours_goes_before_however_few_columns_it_names(tmp_path: Path) -> None:
    mapping = 'name = "mine"\nkind = "shipments"\n[columns]\norder_id = "Order number"\n'
    assert taken_for(tmp_path, "Order number,Tracking number,Ship date", mapping) == "mine"


def test_a_shipment_listed_article_by_article_is_one_with_the_lots_of_all(samples: Desk) -> None:
    parcel = samples.one("shipments", "logistician/main/EXP-1001")
    assert sorted(parcel["lots"]) == ["0183-M:L-2026-02", "WH-001:L-2026-07"]
    assert (parcel["order_ref"], parcel["warehouse"], parcel["carrier"]) == ("1050", "Laval", "Canada Post")
    assert "extra" not in parcel  # SKU and lot of one of its articles


def test_a_shipment_without_a_number_is_known_by_its_parcel(samples: Desk) -> None:
    parcel = samples.one("shipments", "logistician/main/778899001122")
    assert (parcel["order_ref"], parcel["status"]) == ("1053", "in_transit")


def test_states_are_carriers_events_in_both_languages(tmp_path: Path) -> None:
    words = {"Expédié": "in_transit", "Livré": "delivered", "Retour expéditeur": "returning", "Perdu": "lost"}
    rows = [f"{n},T{n},2026-03-25,{word}" for n, word in enumerate(words)]
    with desk(tmp_path) as at:
        at.write("s.csv", "\n".join(["Commande,Suivi,Expédié le,Statut", *rows]))
        told = at.con.execute("select status from raw_shipments order by row_number").fetchall()
    assert [status for (status,) in told] == list(words.values())


def test_days_stay_days_of_the_shop(samples: Desk) -> None:
    line = samples.one("returns", "logistician/main/RET-501/ROBE-LIN-M")
    assert line["received_at"] == datetime(2026, 3, 22, 23, 0)  # 23 March in Paris
    assert line["date_only"] == ["received_at", "inspected_at"]
    assert line["refund_cents"] == 8990


def test_a_comment_is_read_for_phrases_and_forgotten(samples: Desk) -> None:
    assert samples.one("returns", "logistician/main/RET-502/VASE-B")["phrases"] == ["casse a la livraison"]
    assert "voir photos" not in repr(samples.records())


def test_what_the_warehouse_found_goes_before_what_the_customer_said(tmp_path: Path) -> None:
    assert incidents(tmp_path, "logistician_shipments.csv", "logistician_retours.csv") == [
        ("1050", None, "unknown", "unknown", "none"),  # returned undelivered: nobody says why
        ("1052", None, "lost_in_transit", "carrier", "fact"),
        ("2041", "ROBE-LIN-M", "size_or_fit", "customer", "reason"),
        ("2042", "VASE-B", "damaged_in_transit", "carrier", "fact"),
        ("2043", "PULL-M", "changed_mind", "customer", "reason"),
        ("2043", "PULL-S", "wrong_item_sent", "merchant", "fact"),
        ("2044", "CREME-50", "expired_product", "merchant", "fact"),
    ]
