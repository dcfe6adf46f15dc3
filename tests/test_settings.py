"""What a shop says about itself is understood, or refused in a sentence that says what would do."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from pipelines.build import version
from pipelines.load import load
from pipelines.messages import LANGUAGES, Message, sentence
from pipelines.store import Store, StoreError

TICKETS = (
    "Ticket id,Tags,Initial channel,Created by an agent,Subject,Creation date,Closed date,Survey score,"
    "Customer email\n1,late,email,False,a,2026-03-27 10:00:00,,,a@example.com\n"
)


def _store(folder: Path, written: bytes) -> Store:
    store = Store(folder / "store")
    store.user.mkdir(parents=True)
    (store.user / "settings.toml").write_bytes(written)
    return store


def _refusal(store: Store) -> Message:
    """What settings() says of a file it refuses, which must have words in each language."""
    with pytest.raises(StoreError) as told:
        store.settings()
    said = {lang: sentence(told.value.message, lang) for lang in LANGUAGES}
    assert ("settings" in said["en"], "réglages" in said["fr"]) == (True, True)
    return told.value.message


def test_a_shop_that_says_nothing_has_no_settings(tmp_path: Path) -> None:
    assert Store(tmp_path).settings() == {}
    assert (Store(tmp_path).zone(), Store(tmp_path).third_party_warehouses()) == ("UTC", [])


def test_the_mark_that_windows_editors_put_before_a_file_is_no_part_of_it(tmp_path: Path) -> None:
    store = _store(
        tmp_path, b'\xef\xbb\xbfzone = "Europe/Paris"\r\nthird_party_warehouses = ["Orl\xc3\xa9ans"]\r\n'
    )
    assert store.zone() == "Europe/Paris"
    assert store.third_party_warehouses() == ["Orléans"]


def test_a_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    store = _store(tmp_path, 'third_party_warehouses = ["Orléans"]'.encode("cp1252"))
    assert _refusal(store) == Message("settings_not_utf8", {"file": "settings.toml"})


def test_a_file_that_is_not_toml_is_refused_with_the_line(tmp_path: Path) -> None:
    message = _refusal(_store(tmp_path, b'currency = "EUR"\nzone = Europe/Paris\n'))
    assert message.code == "settings_unreadable"
    assert "line 2" in str(message.params["detail"])


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("curency", "currency"),
        ("Zone", "zone"),
        ("third_party_warehouse", "third_party_warehouses"),
        ("THIRD-PARTY-WAREHOUSES", "third_party_warehouses"),
    ],
)
def test_a_misspelt_name_is_refused_with_the_nearest_that_would_do(
    name: str, near: str, tmp_path: Path
) -> None:
    message = _refusal(_store(tmp_path, f'{name} = "EUR"'.encode()))
    assert message.code == "setting_unknown_near"
    assert (message.params["name"], message.params["near"]) == (name, near)


def test_a_name_like_none_of_ours_is_refused_with_all_of_them(tmp_path: Path) -> None:
    message = _refusal(_store(tmp_path, b'zone = "UTC"\nlogo = "shop.png"'))
    assert message.code == "setting_unknown"
    assert (message.params["name"], message.params["allowed"]) == (
        "logo",
        "currency, notebook, shop_name, third_party_warehouses, zone",
    )


@pytest.mark.parametrize("written", ["EUR", "eur", " Eur "])
def test_a_currency_is_the_same_in_small_letters(written: str, tmp_path: Path) -> None:
    assert _store(tmp_path, f'currency = "{written}"'.encode()).settings() == {"currency": "EUR"}


@pytest.mark.parametrize("written", ['"€"', '"euro"', '""', '"EU1"', "978", '["EUR"]', '"ÉUR"'])
def test_what_is_no_code_of_three_letters_is_refused_as_a_currency(written: str, tmp_path: Path) -> None:
    assert _refusal(_store(tmp_path, f"currency = {written}".encode())).code == "unknown_currency"


@pytest.mark.parametrize("written", ['"Europe/Pari"', '""', "1", '"/etc/passwd"'])
def test_a_zone_that_does_not_exist_is_refused(written: str, tmp_path: Path) -> None:
    store = _store(tmp_path, f"zone = {written}".encode())
    with pytest.raises(StoreError) as told:
        store.zone()
    assert told.value.message.code == "unknown_zone"


@pytest.mark.parametrize("written", ['"Lyon"', "[1]", "true"])
def test_warehouses_that_are_no_list_of_names_are_refused(written: str, tmp_path: Path) -> None:
    store = _store(tmp_path, f"third_party_warehouses = {written}".encode())
    with pytest.raises(StoreError) as told:
        store.third_party_warehouses()
    assert told.value.message.code == "third_party_warehouses_unreadable"


def test_the_name_of_a_shop_is_text_and_no_figure_depends_on_it(tmp_path: Path) -> None:
    assert _store(tmp_path / "a", b'shop_name = "  Maison\tKord "').shop_name() == "Maison Kord"
    assert _store(tmp_path / "b", b'shop_name = " "').shop_name() is None
    with pytest.raises(StoreError) as told:
        _store(tmp_path / "c", b"shop_name = 3").shop_name()
    assert told.value.message.code == "shop_name_unreadable"
    named, plain = _store(tmp_path / "d", b'shop_name = "Kord"'), _store(tmp_path / "e", b"")
    other = _store(tmp_path / "f", b'currency = "CAD"')
    assert version(named) == version(plain) != version(other)


def test_a_currency_in_small_letters_is_the_one_that_costs_are_shown_in(tmp_path: Path) -> None:
    store = _store(tmp_path, b'currency = "cad"')
    path = tmp_path / "tickets.csv"
    path.write_text(TICKETS, encoding="utf-8")
    load([path], store)
    snapshot = store.snapshot()
    assert snapshot is not None
    with duckdb.connect(str(snapshot), read_only=True) as con:
        assert con.execute("select main_currency from settings").fetchall() == [("CAD",)]
