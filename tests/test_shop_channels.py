"""The shop's own words for channels: what the file says, and in which sentence it is refused."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from pipelines.channels import NAMES
from pipelines.messages import LANGUAGES, Message, sentence
from pipelines.shop_channels import (
    ShopChannel,
    ShopChannelsError,
    create_channel_table,
    read_shop_channels,
)
from pipelines.sources import find_sources

EXAMPLE = Path(__file__).resolve().parent.parent / "data" / "config" / "channels.example.csv"
TOOLS = ("gorgias", "zendesk", "freshdesk", "helpscout")


def _read(folder: Path, text: str | bytes) -> tuple[list[tuple[str | None, str, str]], list[Message]]:
    path = folder / "channels.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    found, warnings = read_shop_channels(path, TOOLS)
    return [(each.tool, each.code, each.channel) for each in found], warnings


def _refused(folder: Path, text: str) -> Message:
    with pytest.raises(ShopChannelsError) as told:
        _read(folder, text)
    said = {lang: sentence(told.value.message, lang) for lang in LANGUAGES}
    assert "channels.csv" in said["fr"]
    assert "channels.csv" in said["en"]
    return told.value.message


def test_the_example_can_be_used_as_it_is() -> None:
    found, warnings = read_shop_channels(EXAMPLE, {source.name for source in find_sources()})
    assert warnings == []
    assert ShopChannel("zendesk", "ANY_CHANNEL", "tiktok") in found
    assert ShopChannel(None, "CANAL_SOCIAL", "instagram") in found
    assert ShopChannel(None, "BOUTIQUE_LYON", "Boutique de Lyon") in found
    assert "APP_MOBILE_V2" not in {each.code for each in found}  # not mapped yet


@pytest.mark.parametrize(
    "text",
    [
        "word,tool,channel\nMinitel,zendesk,tiktok\n",
        "mot;canal;outil\nMinitel;TikTok;Zendesk\n",
        "Valeur\tSource\tCanal\nminitel\tZENDESK\ttiktok\n",
        '\ufeffword,channel,tool,remark\r\nMinitel,tiktok,zendesk,"a, b"\r\n\r\n',
    ],
)
def test_it_is_read_as_any_spreadsheet_saves_it(tmp_path: Path, text: str) -> None:
    assert _read(tmp_path, text)[0] == [("zendesk", "MINITEL", "tiktok")]


def test_a_windows_spreadsheet_saves_accents_its_own_way(tmp_path: Path) -> None:
    found, _ = _read(tmp_path, "mot;canal\nRéseaux;Téléphone\n".encode("cp1252"))
    assert found == [(None, "RESEAUX", "phone")]


def test_a_channel_is_ours_or_the_shops_in_one_spelling(tmp_path: Path) -> None:
    found, _ = _read(
        tmp_path, "word,channel\na,Web form\nb,Salon de Lyon\nc,salon de lyon\nd,Courriel\ne,WhatsApp\n"
    )
    assert [channel for _, _, channel in found] == [
        "web_form",
        "Salon de Lyon",
        "Salon de Lyon",
        "email",
        "whatsapp",
    ]


def test_a_word_may_mean_something_else_in_another_tool(tmp_path: Path) -> None:
    found, warnings = _read(
        tmp_path, "word,tool,channel\napi,gorgias,tiktok\napi,,pinterest\napi,Help Scout,email\n"
    )
    assert found == [
        ("gorgias", "API", "tiktok"),
        (None, "API", "pinterest"),
        ("helpscout", "API", "email"),
    ]
    assert warnings == []


def test_of_a_word_mapped_twice_the_last_line_counts_and_is_told(tmp_path: Path) -> None:
    found, warnings = _read(tmp_path, "word,channel\nAPI,tiktok\napi,youtube\napi,YouTube\n")
    assert found == [(None, "API", "youtube")]
    (warning,) = warnings
    assert (warning.code, warning.params["line"]) == ("shop_channels_mapped_twice", 3)
    assert all("youtube" in sentence(warning, lang) for lang in LANGUAGES)


def test_a_file_without_its_columns_is_refused(tmp_path: Path) -> None:
    assert _refused(tmp_path, "a,b\n1,2\n").code == "shop_channels_header"
    assert _refused(tmp_path, "word,mot,channel\n1,2,3\n").code == "shop_channels_header"
    assert _refused(tmp_path, "").code == "shop_channels_header"


def test_a_line_without_its_word_is_refused(tmp_path: Path) -> None:
    message = _refused(tmp_path, "word,channel\nok,email\n,tiktok\n")
    assert (message.code, message.params["line"]) == ("shop_channels_without_word", 3)


def test_a_tool_that_does_not_exist_is_refused_with_the_nearest(tmp_path: Path) -> None:
    message = _refused(tmp_path, "word,tool,channel\napi,zendesc,tiktok\n")
    assert message.code == "shop_channels_unknown_tool"
    assert str(message.params["near"]).startswith("zendesk")


def test_the_table_holds_our_names_and_the_shops_words(tmp_path: Path) -> None:
    path = tmp_path / "channels.csv"
    with duckdb.connect() as con:
        create_channel_table(con, path, TOOLS)  # there is no file yet
        assert con.sql("select count(*) from ref_channels where origin = 'product'").fetchall() == [
            (len(NAMES),)
        ]
        path.write_text("word,tool,channel\nAny channel,zendesk,TikTok\n", encoding="utf-8")
        create_channel_table(con, path, TOOLS)
        shop = con.sql("select source, code, channel from ref_channels where origin = 'shop'").fetchall()
    assert shop == [("zendesk", "ANY_CHANNEL", "tiktok")]
