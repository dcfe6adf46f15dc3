"""The shop's own words for channels: what the file says, and in which sentence it is refused."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.channels import NAMES
from pipelines.messages import LANGUAGES, Message, sentence
from pipelines.phrases import normaliser
from pipelines.shop_channels import (
    ShopChannel,
    ShopChannelsError,
    channel_in,
    create_channel_table,
    read_shop_channels,
    same_channel,
    told_channels,
    with_channel,
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


# --- a line written by the dashboard

BY_HAND = (
    'Mot;Note;Outil;Canal\r\n# "ours", since 2024\r\n\r\nminitel;"a; b";Help Scout;line\r\nminitel;;;x\r\n'
    "app;;gorgias;\r\n8;;freshdesk;youtube"
)


def test_a_line_is_written_for_its_tool_and_every_other_stays_as_it_is() -> None:
    added = with_channel(BY_HAND, "Minitel", "gorgias", "tiktok", TOOLS)
    assert added == BY_HAND + "\r\nMinitel;;gorgias;tiktok\r\n"
    assert with_channel(added, "MINITEL", "gorgias", None, TOOLS) == BY_HAND + "\r\n"
    changed = with_channel(BY_HAND, "Minitel", "helpscout", "Mon canal", TOOLS)
    assert changed == BY_HAND.replace("Help Scout;line", "Help Scout;Mon canal")
    filled = with_channel(BY_HAND, "App", "gorgias", "mobile", TOOLS)
    assert filled == BY_HAND.replace("app;;gorgias;", "app;;gorgias;mobile")
    assert with_channel(BY_HAND, "nobody", "gorgias", None, TOOLS) == BY_HAND


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "word,tool,channel\nMinitel,zendesk,tiktok\n"),
        ("word,channel\nPOS,Lyon", "word,channel,tool\nPOS,Lyon\nMinitel,tiktok,zendesk\n"),
        (
            "mot;canal\nPOS;Lyon;a remark\n",
            "mot;canal;;outil\nPOS;Lyon;a remark\nMinitel;tiktok;;zendesk\n",
        ),
    ],
)
def test_a_file_without_a_column_of_tools_gets_one(before: str, after: str) -> None:
    assert with_channel(before, "Minitel", "zendesk", "tiktok", TOOLS) == after
    assert channel_in(after, "channels.csv", "minitel", "zendesk", TOOLS) == "tiktok"
    assert channel_in(after, "channels.csv", "minitel", "gorgias", TOOLS) is None


@settings(deadline=None, max_examples=40)
@given(
    st.dictionaries(st.text(min_size=1), st.sampled_from(["email", "Réseau", "=1+1", "@lyon"]), max_size=5)
)
def test_whatever_the_words_are_the_file_can_be_read_again(words: dict[str, str]) -> None:
    with normaliser() as normal:
        codes = dict(zip(words, normal.codes(list(words)), strict=True))
    text = BY_HAND
    wanted = {}
    for word, channel in words.items():
        if codes[word]:
            text = with_channel(text, word, "zendesk", channel, TOOLS)
            wanted[codes[word]] = channel
    assert text.startswith(BY_HAND)
    found = told_channels(text, "channels.csv", TOOLS)[0]
    assert {each.code: each.channel for each in found if each.tool == "zendesk"} == wanted


def test_channels_are_one_however_they_are_spelt() -> None:
    assert same_channel("Boutique Lyon", "boutique-lyon")
    assert same_channel(None, None)
    assert not same_channel(None, "x")
    assert not same_channel("微信", "抖音")
