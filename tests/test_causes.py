"""Root causes: what the files say, what they may not say, and that their codes, tags and phrases are recognised."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest
from duckdb import ColumnExpression
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines import causes, phrases
from pipelines.cause_files import CONFIDENCES, EXPOSURES, FAMILIES, PARTIES
from pipelines.messages import Message, sentence
from pipelines.shop_tags import ShopTagsError, read_shop_tags

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "queries" / "causes"
ALL = causes.read_causes(FOLDER)
PATTERNS = causes.phrase_patterns(ALL)
CANONICAL = """
    product_defect product_quality damaged_in_transit damaged_in_warehouse damaged_unspecified wrong_item_sent
    wrong_variant_sent missing_item_or_part extra_item_sent not_as_described size_or_fit style_or_colour_preference
    changed_mind cheaper_elsewhere ordered_by_mistake duplicate_order_or_shipment not_compatible late_dispatch
    late_delivery lost_in_transit not_received address_error recipient_unavailable_or_refused stock_out stock_desync
    price_error payment_or_fraud unauthorised_purchase shipping_method_error customs expired_product
    counterfeit_or_ip recall listing_error billing_error goodwill internal_error marketplace_or_system other unknown
""".split()

EXAMPLES = [(c.name, text) for c in ALL.by_name.values() for text in c.match]
TRAPS = [(c.name, text) for c in ALL.by_name.values() for text in c.no_match]


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        causes.create_macros(opened)
        assert causes.create_reference_tables(opened, ALL) == []
        yield opened


def causes_of_texts(con: duckdb.DuckDBPyConnection, texts: list[str]) -> dict[str, str | None]:
    """Cause by text, found as a loaded ticket's is: the patterns while reading, then the build's own SQL."""
    con.execute(
        "create or replace temp table told as select unnest($texts::varchar[]) as text", {"texts": texts}
    )
    told = con.table("told")
    told.select(
        ColumnExpression("text"), causes.phrases_in(ColumnExpression("text"), PATTERNS).alias("phrases")
    ).create_view("read_texts", replace=True)
    con.execute("create or replace temp table stg_signals as from read_texts")
    con.execute("alter table stg_signals add column subject varchar")
    con.execute("alter table stg_signals add column reasons varchar[]")
    for view in ("int_phrases", "int_phrase_list_causes"):
        con.execute((ROOT / "queries" / "incidents" / f"{view}.sql").read_text(encoding="utf-8"))
    rows = con.execute(
        "select distinct text, cause from stg_signals left join int_phrase_list_causes using (phrases)"
    ).fetchall()
    return dict(rows)


def test_every_canonical_cause_has_its_file_and_no_other_is_there() -> None:
    assert sorted(ALL.by_name) == sorted(CANONICAL)


@pytest.mark.parametrize("cause", ALL.by_name.values(), ids=lambda cause: cause.name)
def test_a_cause_is_complete_in_both_languages(cause: causes.Cause) -> None:
    for text in (cause.title, cause.why, cause.first_step):
        assert set(text) == {"fr", "en"}
        assert text["fr"] != text["en"]
    assert cause.family in FAMILIES
    assert cause.party in PARTIES
    assert cause.exposure in EXPOSURES
    assert len(cause.match) >= 3
    assert len(cause.no_match) >= 2
    assert all(code.confidence in CONFIDENCES for code in cause.codes)


def test_titles_tell_causes_apart() -> None:
    for language in ("fr", "en"):
        titles = [cause.title[language] for cause in ALL.by_name.values()]
        assert len(set(titles)) == len(titles)


def test_every_example_means_its_cause(con: duckdb.DuckDBPyConnection) -> None:
    told = causes_of_texts(con, [text for _, text in EXAMPLES])
    assert [(name, told[text], text) for name, text in EXAMPLES if told[text] != name] == []


def test_no_trap_means_the_cause_it_was_set_for(con: duckdb.DuckDBPyConnection) -> None:
    told = causes_of_texts(con, [text for _, text in TRAPS])
    assert [(name, text) for name, text in TRAPS if told[text] == name] == []


@pytest.mark.parametrize(
    "typed",
    [
        str.upper,
        str.title,
        lambda text: text.replace("'", "’"),
        lambda text: text.replace("'", ""),
        lambda text: text.replace(" ", "\u00a0"),
        lambda text: text.replace(" ", " \r\n\t"),
        lambda text: f"«\u202f{text}\u202f» !!!",
        lambda text: text.translate(str.maketrans("àâéèêëîïôùûç", "aaeeeeiiouuc")),
        lambda text: text.replace("é", "e\u0301").replace("à", "a\u0300"),
    ],
    ids=[
        "upper",
        "title",
        "typographic",
        "no apostrophe",
        "no-break",
        "lines",
        "quoted",
        "no accents",
        "decomposed",
    ],
)
def test_how_a_text_is_typed_does_not_change_its_cause(
    con: duckdb.DuckDBPyConnection, typed: Callable[[str], str]
) -> None:
    told = causes_of_texts(con, [typed(text) for _, text in EXAMPLES])
    assert [text for name, text in EXAMPLES if told[typed(text)] != name] == []


def test_subjects_and_texts_are_read_alike(con: duckdb.DuckDBPyConnection) -> None:
    texts = [text for _, text in EXAMPLES + TRAPS if not any(letter.isdigit() for letter in text)]
    from_text = causes_of_texts(con, texts)
    con.execute("update stg_signals set subject = text")
    for view in ("int_subjects", "int_texts", "int_text_causes"):
        con.execute((ROOT / "queries" / "incidents" / f"{view}.sql").read_text(encoding="utf-8"))
    from_subject = dict(con.execute("select text, cause from int_text_causes").fetchall())
    assert {text: from_subject.get(text) for text in texts} == from_text


def test_a_longer_phrase_wins_over_the_shorter_one_inside_it(con: duckdb.DuckDBPyConnection) -> None:
    told = causes_of_texts(
        con, ["I ordered the wrong item", "wrong item", "wrong item in my cart", "wrong itemised"]
    )
    assert told == {
        "I ordered the wrong item": "ordered_by_mistake",
        "wrong item": "wrong_item_sent",
        "wrong item in my cart": None,
        "wrong itemised": None,
    }


def test_a_phrase_that_must_not_count_holds_one_that_does() -> None:
    counted = {f" {phrase} " for phrase, cause in ALL.phrases().items() if cause is not None}
    silent = [phrase for phrase, cause in ALL.phrases().items() if cause is None]
    assert silent
    assert [phrase for phrase in silent if not any(inner in f" {phrase} " for inner in counted)] == []


def test_every_vendor_code_means_what_the_vendors_table_says(con: duckdb.DuckDBPyConnection) -> None:
    with (ROOT / "tests" / "data" / "vendor_codes.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert len(rows) > 300
    known = {
        (scheme, code): (cause or "", party or "", confidence)
        for scheme, code, cause, party, confidence in con.execute("from ref_codes").fetchall()
    }
    wrong = []
    for row in rows:
        (code,) = con.execute("select normal_code($code)", {"code": row["code"]}).fetchone() or ("",)
        said = known.get((row["scheme"], code))
        if said != (row["cause"], row["party"], row["confidence"]):
            wrong.append((row["scheme"], row["code"], said))
    assert wrong == []


def test_nothing_is_claimed_twice(con: duckdb.DuckDBPyConnection) -> None:
    for table, key in (("ref_codes", "scheme, code"), ("ref_phrases", "phrase"), ("ref_tags", "tag")):
        assert con.execute(f"select {key} from {table} group by all having count(*) > 1").fetchall() == []


def test_reference_tables_are_compared_as_they_are_stored(con: duckdb.DuckDBPyConnection) -> None:
    assert con.execute("from ref_codes where code <> normal_code(code)").fetchall() == []
    assert con.execute("from ref_tags where tag <> normal_code(tag)").fetchall() == []
    assert con.execute("from ref_phrases where phrase <> normal_text(phrase)").fetchall() == []


def test_a_neutral_code_is_known_and_names_no_cause(con: duckdb.DuckDBPyConnection) -> None:
    found = con.execute(
        "select cause from ref_codes where scheme = 'amazon.disposition' and code = 'SELLABLE'"
    )
    assert found.fetchall() == [(None,)]


# Phrases


letters = (
    st.text(alphabet="abc ", min_size=1, max_size=8).map(lambda text: " ".join(text.split())).filter(bool)
)


@settings(deadline=None)
@given(known=st.lists(letters, min_size=1, max_size=12), text=st.text(alphabet="abc ", max_size=30))
def test_patterns_find_the_longest_known_phrase_at_each_place(known: list[str], text: str) -> None:
    words = " ".join(text.split())
    (pattern,) = phrases.patterns(known)
    with duckdb.connect() as con:
        (found,) = con.execute(
            "select regexp_extract_all($text, $pattern)", {"text": words, "pattern": pattern}
        ).fetchone() or ([],)
    assert found == longest_phrases(words, known)


def longest_phrases(text: str, known: list[str]) -> list[str]:
    """What the patterns promise, done slowly: from the left, the longest phrase of whole words, then on after it."""
    found, words = [], text.split()
    while words:
        here = [p for p in known if words[: len(p.split())] == p.split()]
        longest = max(here, key=len, default="")
        if longest:
            found.append(longest)
        words = words[max(len(longest.split()), 1) :]
    return found


def test_a_large_dictionary_is_parted_and_nothing_of_it_is_lost(con: duckdb.DuckDBPyConnection) -> None:
    parts = phrases.patterns(ALL.phrases(), limit=2_000)
    assert len(parts) > 10
    con.execute("create or replace temp table told as select phrase as text from ref_phrases")
    found = con.table("told").select(
        ColumnExpression("text"), phrases.phrases_in(ColumnExpression("text"), parts)
    )
    assert [text for text, inside in found.fetchall() if text not in inside] == []


def test_a_text_without_phrases_and_no_text_give_an_empty_list(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("create or replace temp table told as select unnest(['bonjour', '', null]) as text")
    found = con.table("told").select(phrases.phrases_in(ColumnExpression("text"), PATTERNS)).fetchall()
    assert found == [([],), ([],), ([],)]


# Files that are wrong


CAUSE = """
title = { fr = "Titre", en = "Title" }
family = "stock"
party = "merchant"
exposure = "orders"
why = { fr = "Pourquoi", en = "Why" }
first_step = { fr = "D'abord", en = "First" }
tags = ["some_tag"]
[[codes]]
scheme = "shop.cancel"
values = ["SOME CODE"]
confidence = "high"
[words]
fr = ["une phrase"]
en = ["a phrase"]
[examples]
match = ["a phrase"]
no_match = ["none"]
"""


@pytest.mark.parametrize(
    ("written", "instead", "told"),
    [
        ('family = "stock"', 'family = "stocks"', "family: 'stocks' is none of product, logistics"),
        ('party = "merchant"', "", "party: None is none of"),
        ('exposure = "orders"', 'exposure = "parcels"', "exposure: 'parcels'"),
        ('en = "Why"', 'en = " "', "why.en: ' ' is not a text"),
        ('en = "Title"', 'de = "Titel"', "title.de: is not a known key"),
        ("tags =", "tag =", "tag: is not a known key"),
        ('["some_tag"]', '"some_tag"', "tags: 'some_tag' is not a list of texts"),
        ('confidence = "high"', 'confidence = "sure"', "codes[1].confidence: 'sure'"),
        ('confidence = "high"', 'confidence = "high"\nparty = "nobody"', "codes[1].party: 'nobody'"),
        ('"shop.cancel"', '"the shop"', "codes[1].scheme: 'the shop' is not a scheme"),
        ('["SOME CODE"]', "[]", "codes[1].values: is empty"),
        ('["SOME CODE"]', '["SOME CODE", "some_code"]', "codes: 'shop.cancel SOME_CODE' is there twice"),
        ('["a phrase"]\n[examples]', '["!"]\n[examples]', "words.en: '!' has no letter or digit"),
        (
            '["a phrase"]\n[examples]',
            '["a phrase"]\nnot = ["A phrase"]\n[examples]',
            "words.not: 'a phrase' is also",
        ),
        ("[examples]", "[example]", "example: is not a known key"),
        ("title =", "title ==", "file: is not TOML"),
    ],
)
def test_a_wrong_cause_file_is_refused_with_file_key_and_value(
    tmp_path: Path, written: str, instead: str, told: str
) -> None:
    assert CAUSE.count(written) == 1
    (tmp_path / "good.toml").write_text(CAUSE, encoding="utf-8")
    assert list(causes.read_causes(tmp_path).by_name) == ["good"]
    (tmp_path / "good.toml").unlink()
    (tmp_path / "bad.toml").write_text(CAUSE.replace(written, instead), encoding="utf-8")
    with pytest.raises(causes.CauseError) as error:
        causes.read_causes(tmp_path)
    assert str(error.value).startswith(f"{tmp_path / 'bad.toml'}: {told}")


@pytest.mark.parametrize(
    ("claim", "told"),
    [
        ('tags = ["Some Tag"]', "tags: 'SOME_TAG'"),
        (
            '[[codes]]\nscheme = "shop.cancel"\nvalues = ["some-code"]\nconfidence = "low"',
            "codes: 'shop.cancel SOME_CODE'",
        ),
        ('[words]\nnot = ["Une  Phrase"]', "words: 'une phrase'"),
    ],
)
def test_what_two_files_claim_is_refused(tmp_path: Path, claim: str, told: str) -> None:
    (tmp_path / "one.toml").write_text(CAUSE, encoding="utf-8")
    (tmp_path / "_neutral.toml").write_text(claim, encoding="utf-8")
    with pytest.raises(causes.CauseError, match="is already claimed by") as error:
        causes.read_causes(tmp_path)
    assert told in str(error.value)


def test_causes_are_read_again_once_a_file_was_written(tmp_path: Path) -> None:
    file = tmp_path / "one.toml"
    file.write_text(CAUSE, encoding="utf-8")
    before = causes.read_causes(tmp_path)
    assert causes.read_causes(tmp_path) is before
    file.write_text(CAUSE.replace("a phrase", "another phrase"), encoding="utf-8")
    assert "another phrase" in causes.read_causes(tmp_path).phrases()


def test_a_folder_without_causes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(causes.CauseError, match="holds no cause file"):
        causes.read_causes(tmp_path)


# The shop's own tags


def shop_tags(tmp_path: Path, content: str | bytes) -> tuple[dict[str, str], list[Message]]:
    path = tmp_path / "tags.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_shop_tags(path, ALL.by_name)


@pytest.mark.parametrize(
    "content",
    [
        "tag,cause\nPicking KO,wrong_item_sent\nVIP,ignore\n",
        "étiquette;cause\r\nPicking KO;wrong_item_sent\r\nVIP;ignorer\r\n",
        "\ufeffÉtiquette,Cause,note\nPicking KO,Wrong item sent,x\nVIP,IGNORE,\n",
        "cause\ttag\nMauvais article envoyé\tpicking-ko\nignore\tvip\n",
        "étiquette;cause\nPicking KO;Mauvais article envoyé\nVIP;ignorer\n".encode("cp1252"),
        'tag,cause\n\n" Picking, KO ", wrong_item_sent \nà classer,\nVIP,ignore',
    ],
    ids=["plain", "French semicolons", "BOM, titles", "tabs", "Windows", "quotes, blanks, not mapped yet"],
)
def test_a_tag_file_is_read_as_spreadsheets_save_it(tmp_path: Path, content: str | bytes) -> None:
    assert shop_tags(tmp_path, content) == ({"PICKING_KO": "wrong_item_sent", "VIP": "ignore"}, [])


def test_the_shops_mapping_wins_over_ours(tmp_path: Path) -> None:
    path = tmp_path / "tags.csv"
    path.write_text("tag,cause\nlate,late_dispatch\nURGENT,other\nwrong item,ignore\n", encoding="utf-8")
    with duckdb.connect() as con:
        assert causes.create_reference_tables(con, ALL, path) == []
        rows = con.execute(
            "from ref_tags where tag in ('LATE', 'URGENT', 'WRONG_ITEM') order by tag"
        ).fetchall()
    assert rows == [
        ("LATE", "late_dispatch", "shop"),
        ("URGENT", "other", "shop"),
        ("WRONG_ITEM", "ignore", "shop"),
    ]


def test_a_tag_mapped_twice_takes_its_last_line_and_warns(tmp_path: Path) -> None:
    tags, warnings = shop_tags(tmp_path, "tag,cause\nKO,stock_out\nko,price_error\nKO,price_error\n")
    assert tags == {"KO": "price_error"}
    (warning,) = warnings
    assert warning == Message(
        "shop_tags_mapped_twice", {"file": "tags.csv", "line": 3, "tag": "ko", "cause": "price_error"}
    )
    assert all("price_error" in sentence(warning, language) for language in ("fr", "en"))


@pytest.mark.parametrize(
    ("content", "code", "told"),
    [
        (
            "tag,cause\nKO,stock_out\nvip,wrong_itm\n",
            "shop_tags_unknown_cause",
            {"line": 3, "tag": "vip", "cause": "wrong_itm"},
        ),
        ("tag,cause\n,stock_out\n", "shop_tags_without_tag", {"line": 2, "cause": "stock_out"}),
        ("label,cause\nKO,stock_out\n", "shop_tags_header", {"header": "label,cause"}),
        ("tag\nKO\n", "shop_tags_header", {"header": "tag"}),
        ("", "shop_tags_header", {"header": ""}),
    ],
)
def test_a_wrong_tag_file_is_refused_with_a_sentence_that_names_the_line(
    tmp_path: Path, content: str, code: str, told: dict[str, str | int]
) -> None:
    with pytest.raises(ShopTagsError) as error:
        shop_tags(tmp_path, content)
    assert error.value.message == Message(code, {"file": "tags.csv", **told})
    for language in ("fr", "en"):
        said = sentence(error.value.message, language)
        assert all(str(value) in said for value in told.values())


def test_the_example_of_a_tag_file_can_be_used_as_it_is() -> None:
    tags, warnings = read_shop_tags(ROOT / "data" / "config" / "tags.example.csv", ALL.by_name)
    assert len(tags) > 10
    assert warnings == []
    assert "ignore" in tags.values()
