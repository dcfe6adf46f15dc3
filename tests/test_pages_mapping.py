"""A manager describes a file that nobody knows, and says what its words mean; all through the pages."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app.i18n import texts
from app.vocabulary import OWN
from pipelines import user_changes
from pipelines.contract import KINDS
from pipelines.load import load
from pipelines.proposing import fields
from pipelines.proposing.vocabulary import _book
from pipelines.reader import Reader
from pipelines.shop_channels import read_shop_channels
from pipelines.store import Store
from tests.test_pages import drawn, words

MARKUP = '<img src=x onerror="window.hacked=1">'
FILE = "\n".join(
    [
        "N° retour;Cde boutique n°;Réf. article;Qté;Motif client;Reçu le;Montant remboursé;Devise;Client;Casier **gras**;Statut",
        "R-0001;1042;ROBE-LIN-M;1;Erreur prépa;09/02/2026;1 249,90 €;EUR;Léa Fontaine;C7;Terminé",
        f"R-0002;1043;VASE-B;2;{MARKUP};25/02/2026;35,00;EUR;Ben Holt;C8;Terminé",
        "R-0003;1044;PULL-S;beaucoup;Vraiment trop petit;26/02/2026;12,00;EUR;Odile Maret;C9;Ouvert",
    ]
).encode()
NEXT_WEEK = FILE.replace(b"R-000", b"R-100").replace(b";104", b";204")


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """An empty store with the shop's zone."""
    monkeypatch.setenv("INCIDENTS_STORE", str(tmp_path / "store"))
    made = Store(tmp_path / "store")
    made.user.mkdir(parents=True)
    (made.user / "settings.toml").write_text('zone = "Europe/Paris"\n', encoding="utf-8")
    return made


def fine(app: AppTest) -> AppTest:
    assert [(e.value, e.stack_trace) for e in app.exception] == []
    return app


def described(name: str = "retours_lyon.csv", content: bytes = FILE, lang: str = "en") -> AppTest:
    """The mapping screen of a file that was dropped on the mappings page."""
    app = drawn("mapping", lang=lang)
    app.file_uploader[0].upload(name, content, "text/csv")
    return fine(app.run())


def box(app: AppTest, key: str) -> str | None:
    value: str | None = app.selectbox(key=key).value
    return value


def table(app: AppTest, column: str) -> list[str]:
    return [str(v) for t in app.dataframe if column in t.value.columns for v in t.value[column]]


def test_every_column_of_the_contract_and_every_word_of_ours_has_a_name_for_managers() -> None:
    wanted = {f"field.{name}" for kind in KINDS.values() for name in (*kind.columns, *fields(kind))}
    wanted |= {f"word.{word}" for section in _book().values() for word in section}
    assert wanted <= texts("fr").keys()
    asked = {key for key in texts("fr") if key.startswith(("field.", "word."))}
    assert asked == wanted


def test_files_dropped_while_another_load_runs_wait_for_another_try(store: Store) -> None:
    app = drawn("data", lang="en")
    app.file_uploader[0].upload("retours.csv", FILE, "text/csv").run()
    with store.writing():
        fine(app.button(key="start_load").click().run())
    assert app.error[0].value.startswith("Another load is running")
    fine(app.button(key="start_load").click().run())
    assert not app.error
    assert app.button(key="to_mapping").label == "Describe the file that was not recognised"
    assert not [button for button in app.button if button.key == "start_load"]


def test_a_refused_file_leads_to_its_mapping(store: Store) -> None:
    app = drawn("data", lang="en")
    app.file_uploader[0].upload("retours.csv", FILE, "text/csv").run()
    fine(app.button(key="start_load").click().run())
    assert "retours.csv: refused" in words(app).replace("\\", "")
    assert app.button(key="to_mapping").label == "Describe the file that was not recognised"
    app.switch_page("app/pages/91_mapping.py").run()
    fine(app.button(key="describe_0").click().run())
    assert box(app, "w_kind") == "returns"


def test_the_kind_and_the_columns_are_proposed_with_how_sure_that_is(store: Store) -> None:
    app = described()
    assert box(app, "w_kind") == "returns"
    proposed = {
        c: box(app, f"m_{c}") for c in ("return_id", "order_id", "sku", "received_at", "refund_cents")
    }
    assert proposed == {
        "return_id": "N° retour",
        "order_id": "Cde boutique n°",
        "sku": "Réf. article",
        "received_at": "Reçu le",
        "refund_cents": "Montant remboursé",
    }
    said = words(app).replace("\\", "")
    assert "This is almost certain" in said
    assert "likely · 1042, 1043, 1044" in said
    assert app.multiselect(key="w_personal").value == ["Client"]
    assert "Not mapped, kept beside each record: Casier **gras**" in said


def test_records_and_rejects_are_seen_before_anything_is_stored(store: Store) -> None:
    app = described()
    assert "2 records, 1 row(s) rejected, of 3 rows" in "\n".join(w.value for w in app.warning)
    assert table(app, "reason_raw") == ["Erreur prépa", MARKUP]
    assert len(table(app, "said")) == 1
    assert "“beaucoup” in the column “Qté”" in table(app, "said")[0]
    assert store.snapshot() is None
    fine(app.selectbox(key="m_quantity").set_value(None).run())
    assert "3 records, 0 row(s) rejected" in "\n".join(w.value for w in app.success)


def test_hostile_cells_and_headers_are_text(store: Store) -> None:
    app = described()
    marked = [e.value for e in [*app.markdown, *app.caption]]
    assert not any("<img" in text.replace(r"\<img", "") for text in marked)
    assert not any("**gras**" in text for text in marked)


def test_words_of_a_status_are_translated_by_a_choice(store: Store) -> None:
    app = described()
    assert box(app, "v_status_Terminé") == "closed"
    fine(app.selectbox(key="v_status_Ouvert").set_value("cancelled").run())
    fine(app.selectbox(key="m_quantity").set_value(None).run())
    assert table(app, "status") == ["closed", "closed", "cancelled"]  # as English says them


def test_saving_writes_a_mapping_that_can_be_read_and_loads_the_file_and_the_next_one(store: Store) -> None:
    app = described()
    app.text_input(key="w_title").set_value("Retours de Lyon")
    app.text_input(key="w_who").set_value("Ana")
    fine(app.button(key="save_mapping").click().run())
    path = store.user / "mappings" / "retours_de_lyon.toml"
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# Made on the Mappings page, from retours_lyon.csv.\n")
    values = tomllib.loads(text)
    assert (values["kind"], values["personal"]) == ("returns", ["Client"])
    assert values["values"]["status"] == {"Terminé": "closed", "Ouvert": "open"}
    said = "\n".join(e.value for e in [*app.success, *app.warning]).replace("\\", "")
    assert "retours_lyon.csv (retours_de_lyon): 3 rows in = 2 loaded + 0 unchanged + 1 rejected" in said
    assert app.button(key="to_cases").label == "See the cases"
    assert Reader(store).query("cases").height == 2
    with store.writing() as con:
        assert con.sql("select any_value(extra)::varchar from raw_returns").fetchall()[0][0].count("Léa") == 0
    (change,) = user_changes.changes(store)
    assert (change.who, change.file, change.before) == ("Ana", "mappings/retours_de_lyon.toml", None)
    week = store.folder.parent / "retours_lyon_2.csv"
    week.write_bytes(NEXT_WEEK)
    assert [result.source for result in load([week], store)] == ["retours_de_lyon"]


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_what_is_missing_is_said_and_nothing_can_be_saved(store: Store, lang: str) -> None:
    app = described(lang=lang)
    fine(app.selectbox(key="w_kind").set_value("stock_moves").run())
    fine(app.selectbox(key="m_at").set_value(None).run())
    assert app.button(key="save_mapping").disabled
    assert any(("Date" in e.value) for e in app.error)


def test_a_value_that_no_row_writes_is_said_once(store: Store) -> None:
    app = described("stock.csv", b"SKU;Stock physique;Date\nA-1;4;2026-02-03\nB-1;0;2026-02-03\n")
    fine(app.selectbox(key="w_kind").set_value("stock_levels").run())
    assert app.button(key="save_mapping").disabled
    fine(app.text_input(key="k_location").set_value("Lyon").run())
    assert table(app, "location") == ["Lyon", "Lyon"]
    assert not app.button(key="save_mapping").disabled


def test_dates_that_can_be_read_two_ways_are_asked_for(store: Store) -> None:
    app = described("r.csv", b"N\xc2\xb0 retour;Commande;Re\xc3\xa7u le\nR1;1;03/04/2026\nR2;2;05/06/2026\n")
    assert any("03/04/2026" in e.value.replace("\\", "") for e in app.error)
    fine(app.selectbox(key="w_date_order").set_value("day_first").run())
    fine(app.run())
    assert "2 records" in "\n".join(e.value for e in app.success)
    fine(app.button(key="save_mapping").click().run())
    assert "2 loaded" in "\n".join(e.value for e in app.success)


def test_a_file_that_is_no_table_is_refused_in_words(store: Store) -> None:
    app = drawn("mapping", lang="en")
    app.file_uploader[0].upload("a.csv", b"", "text/csv")
    fine(app.run())
    assert any("is empty" in e.value for e in app.error)


def test_a_saved_mapping_is_edited_deleted_and_brought_back(store: Store) -> None:
    app = described()
    fine(app.button(key="save_mapping").click().run())
    path = store.user / "mappings" / "retours_lyon.toml"
    first = path.read_text(encoding="utf-8")
    fine(app.button(key="edit_retours_lyon.toml").click().run())
    assert box(app, "m_order_id") == "Cde boutique n°"
    fine(app.selectbox(key="m_quantity").set_value(None).run())
    fine(app.button(key="save_mapping").click().run())
    assert "quantity" not in tomllib.loads(path.read_text(encoding="utf-8"))["columns"]
    edited = user_changes.changes(store)[0]
    fine(app.button(key=f"undo_{edited.id}").click().run())
    assert path.read_text(encoding="utf-8") == first
    fine(app.button(key="delete_retours_lyon.toml").click().run())
    assert not path.exists()
    deleted = user_changes.changes(store)[0]
    fine(app.button(key=f"undo_{deleted.id}").click().run())
    assert path.read_text(encoding="utf-8") == first


def test_another_kind_takes_out_what_was_read_the_wrong_way(store: Store) -> None:
    app = described()
    fine(app.button(key="save_mapping").click().run())
    fine(app.button(key="edit_retours_lyon.toml").click().run())
    assert not app.checkbox(key="w_forget").value
    app.file_uploader[0].upload("retours_lyon.csv", FILE, "text/csv")
    fine(app.run())
    fine(app.selectbox(key="w_kind").set_value("refunds").run())
    assert app.checkbox(key="w_forget").value
    app.text_input(key="w_who").set_value("Ana")
    fine(app.button(key="save_mapping").click().run())
    assert set(Reader(store).query("source_freshness")["kind"]) == {"refunds"}
    taken = next(change for change in user_changes.changes(store) if change.what == "records")
    assert (taken.who, taken.before) == ("Ana", "2")
    assert app.button(key=f"undo_{taken.id}").disabled


def test_a_mapping_that_cannot_be_read_is_listed_and_can_be_deleted(store: Store) -> None:
    path = store.user / "mappings" / "broken.toml"
    path.parent.mkdir()
    path.write_text("name = ", encoding="utf-8")
    app = drawn("mapping", lang="en")
    assert "broken.toml: cannot be read" in words(app).replace("\\", "")
    fine(app.button(key="delete_broken.toml").click().run())
    assert not path.exists()


# --- words to map


@pytest.fixture
def loaded(store: Store) -> Store:
    """A store with one mapped file, whose reasons nobody knows yet."""
    app = described()
    fine(app.selectbox(key="m_quantity").set_value(None).run())
    fine(app.button(key="save_mapping").click().run())
    return store


def unmapped(store: Store) -> set[str]:
    return set(Reader(store).query("unmapped_values")["value"])


SCHEME = "mapping.retours_lyon"


def test_reasons_are_listed_with_suggestions_mapped_together_and_one_taken_back(loaded: Store) -> None:
    app = fine(drawn("vocabulary", lang="fr"))
    key = f"c_{SCHEME}_Erreur prépa"
    assert "3 mots à classer, vus 3 fois" in words(app)
    assert box(app, key) is None
    assert "par ressemblance avec" in words(app)
    fine(app.button(key="take_suggestions").click().run())
    assert box(app, key) == "wrong_item_sent"
    assert box(app, f"c_{SCHEME}_Vraiment trop petit") == "size_or_fit"
    fine(app.selectbox(key=f"c_{SCHEME}_{MARKUP}").set_value("ignore").run())
    app.text_input(key="w_who").set_value("Ana")
    fine(app.button(key="map_words").click().run())
    assert "3 mots classés" in "\n".join(e.value for e in app.success)
    text = (loaded.user / "mappings" / "retours_lyon.toml").read_text(encoding="utf-8")
    assert tomllib.loads(text)["reasons"] == {
        "Erreur prépa": "wrong_item_sent",
        "Vraiment trop petit": "size_or_fit",
        MARKUP: "ignore",
    }
    assert unmapped(loaded) == set()
    causes = Reader(loaded).query("cases")["cause"].to_list()
    assert {"wrong_item_sent", "size_or_fit"} <= set(causes)
    one = next(c for c in user_changes.changes(loaded) if c.value == "Vraiment trop petit")
    assert (one.who, one.what, one.before, one.after) == ("Ana", "reason", None, "size_or_fit")
    fine(app.button(key=f"undo_{one.id}").click().run())
    assert unmapped(loaded) == {"Vraiment trop petit"}
    assert app.button(key=f"undo_{one.id}").disabled


def test_words_are_narrowed_by_kind_and_by_what_is_searched_for(loaded: Store) -> None:
    app = drawn("vocabulary", lang="en")
    fine(app.text_input(key="w_word_search").set_value("PETIT").run())
    assert [s.key for s in app.selectbox if (s.key or "").startswith("c_")] == [
        f"c_{SCHEME}_Vraiment trop petit"
    ]
    fine(app.selectbox(key="w_word_kind").set_value("tag").run())
    assert [s.key for s in app.selectbox if (s.key or "").startswith("c_")] == []


def test_a_word_with_markup_is_shown_letter_by_letter(loaded: Store) -> None:
    app = drawn("vocabulary", lang="en")
    label = app.selectbox(key=f"c_{SCHEME}_{MARKUP}").label
    assert label.startswith(r"\<img src\=x")


def test_with_everything_mapped_the_page_says_so(store: Store) -> None:
    file = store.folder.parent / "t.csv"
    file.write_text("sku,at\nA,2026-02-03\n", encoding="utf-8")
    (store.user / "mappings").mkdir()
    mapping = 'name="m"\nkind="stock_moves"\n[columns]\nsku="sku"\nat="at"\n'
    (store.user / "mappings" / "m.toml").write_text(mapping, encoding="utf-8")
    load([file], store)
    app = fine(drawn("vocabulary", lang="en"))
    assert any("All is mapped" in e.value for e in app.success)


CHANNELS = (
    "Ticket id,Initial channel,Created by an agent,Subject,Creation date,Order number",
    "1,Minitel,False,wrong item,2026-03-27 10:00:00,",
    "2,Minitel,False,damaged,2026-03-28 10:00:00,",
    "3,WhatsApp pro,False,wrong item,2026-03-27 10:00:00,",
    "4,<b>Salon</b>,False,wrong item,2026-03-29 10:00:00,",
)


@pytest.fixture
def with_channels(store: Store) -> Store:
    file = store.folder.parent / "tickets.csv"
    file.write_text("\n".join(CHANNELS) + "\n", encoding="utf-8")
    load([file], store)
    return store


def told(store: Store) -> set[str]:
    return set(Reader(store).query("cases")["channel"].to_list())


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_words_for_channels_get_a_channel_or_one_of_their_own_and_it_is_taken_back(
    with_channels: Store, lang: str
) -> None:
    (with_channels.user / "channels.csv").write_text(
        "word,channel\nx-lyon,Boutique de Lyon\n", encoding="utf-8"
    )
    load([], with_channels)
    app = fine(drawn("vocabulary", lang=lang))
    assert "WhatsApp" in words(app)  # suggested
    minitel = app.selectbox(key="channel_gorgias_Minitel")
    own = {"fr": "Un canal à part\u202f: «\u202fMinitel\u202f»", "en": "A channel of its own: “Minitel”"}
    phone = {"fr": "Téléphone", "en": "Phone"}
    assert minitel.options[1] == own[lang]
    assert {phone[lang], "Boutique de Lyon"} <= set(minitel.options)
    fine(minitel.set_value(OWN).run())
    fine(app.selectbox(key="channel_gorgias_<b>Salon</b>").set_value("Boutique de Lyon").run())
    fine(app.button(key="take_suggestions").click().run())
    assert box(app, "channel_gorgias_WhatsApp pro") == "whatsapp"
    app.text_input(key="w_who").set_value("Ana")
    fine(app.button(key="map_words").click().run())
    assert unmapped(with_channels) == set()
    assert told(with_channels) == {"Minitel", "Boutique de Lyon", "whatsapp"}
    found, warnings = read_shop_channels(with_channels.user / "channels.csv", {"gorgias"})
    assert warnings == []
    assert {(each.tool, each.code, each.channel) for each in found} == {
        (None, "X_LYON", "Boutique de Lyon"),
        ("gorgias", "MINITEL", "Minitel"),
        ("gorgias", "WHATSAPP_PRO", "whatsapp"),
        ("gorgias", "B_SALON_B", "Boutique de Lyon"),
    }
    history = {change.value: change for change in user_changes.changes(with_channels)}
    one = history["WhatsApp pro"]
    assert (one.who, one.what, one.before, one.after) == ("Ana", "channel", None, "whatsapp")
    assert "→ WhatsApp" in words(app)
    fine(app.button(key=f"undo_{one.id}").click().run())
    assert unmapped(with_channels) == {"WhatsApp pro"}
    assert told(with_channels) == {"Minitel", "Boutique de Lyon", "WhatsApp pro"}
    assert "WhatsApp pro" not in (with_channels.user / "channels.csv").read_text(encoding="utf-8")


def test_channels_alone_can_be_listed(with_channels: Store) -> None:
    app = drawn("vocabulary", lang="en")
    fine(app.selectbox(key="w_word_kind").set_value("channel").run())
    assert {s.key for s in app.selectbox if (s.key or "").startswith(("channel_", "c_"))} == {
        "channel_gorgias_Minitel",
        "channel_gorgias_WhatsApp pro",
        "channel_gorgias_<b>Salon</b>",
    }
    assert "channel · gorgias · seen 2 times" in words(app)
