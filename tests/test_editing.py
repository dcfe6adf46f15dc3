"""What is written into the user's own files: mappings, tags, the log of changes, and how each is taken back."""

from __future__ import annotations

import tempfile
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines import mapping_files, user_changes
from pipelines.build import QUERIES
from pipelines.causes import read_causes
from pipelines.editing import Value, can_map, delete_mapping, save_mapping, set_causes, tool_conditions, undo
from pipelines.load import load
from pipelines.mapping_files import Draft
from pipelines.phrases import normaliser
from pipelines.reader import Reader
from pipelines.shop_tags import read_shop_tags, with_causes
from pipelines.sources.mapping import MappingError, all_reason_codes, read_mapping, written_mapping
from pipelines.store import Store, StoreError
from pipelines.suggesting import suggest
from pipelines.unloading import unload

DRAFT = Draft(
    name="retours_lyon",
    kind="returns",
    title="Retours « Lyon »",
    columns={"return_id": ("N° retour",), "order_id": ("Commande", 'Cde "web"'), "reason_raw": ("Motif",),
             "condition_raw": ("État",)},
    constants={"fulfilled_by": "3pl", "quantity": 1},
    values={"disposition": {}},
    reasons={"Trop petit": "size_or_fit"},
    words=("Commentaire",),
    personal=("Inspecté par",),
)  # fmt: skip
CAUSES = read_causes(QUERIES / "causes").by_name
HAND_WRITTEN = """# Ours, since 2024.
name = "stock_lyon"   # never rename
kind = "returns"
[columns]
reason_raw = "Motif"
condition_raw = "État"

[reasons]
# what the warehouse writes
"Casse" = "damaged_in_warehouse"
"Perdu" = "other"      # to be looked at

[constants]
fulfilled_by = "3pl"
"""


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


# --- mappings


def test_a_saved_mapping_is_one_that_a_load_reads_and_says_all_that_the_draft_says(store: Store) -> None:
    path = save_mapping(store, DRAFT, "Ana", "Made on the Data page\nfrom retours.csv")
    assert path == store.user / "mappings" / "retours_lyon.toml"
    assert text_of(path).startswith("# Made on the Data page\n# from retours.csv\nname = ")
    source = read_mapping(path)
    assert source.title == "Retours « Lyon »"
    assert ("Commande", 'Cde "web"') in source.needs
    (found,) = mapping_files.saved(store)
    assert found.draft is not None
    assert found.draft == Draft(**{**DRAFT.__dict__, "values": {}})


@given(st.text(st.characters(codec="utf-8"), min_size=1).filter(str.strip))
def test_any_header_and_word_survives_being_written(name: str) -> None:
    draft = Draft(
        "x", "returns", title=name, columns={"sku": (name,), "reason_raw": ("M",)}, reasons={name: "other"}
    )
    values = tomllib.loads(mapping_files.toml_text(draft, note=name))
    assert (values["columns"]["sku"], values["reasons"], values["name"]) == (name, {name: "other"}, "x")


def test_a_mapping_that_a_load_could_not_use_is_not_written(store: Store) -> None:
    with pytest.raises(MappingError):
        save_mapping(store, Draft("x", "stock_levels", columns={"sku": ("SKU",)}), "")
    assert not (store.user / "mappings").exists()


def test_columns_called_personal_are_kept_nowhere(store: Store, tmp_path: Path) -> None:
    save_mapping(store, DRAFT, "")
    file = tmp_path / "r.csv"
    file.write_text(
        "N° retour,Commande,Motif,État,Commentaire,Inspecté par,Casier\nR1,1042,Trop petit,Neuf,,Jo Ban,C7\n",
        encoding="utf-8",
    )
    assert [result.status for result in load([file], store)] == ["loaded"]
    with store.writing() as con:
        assert con.sql("select extra::varchar from raw_returns").fetchall() == [('{"Casier":"C7"}',)]


def test_a_mapping_edited_and_one_deleted_come_back_word_for_word(store: Store) -> None:
    path = save_mapping(store, DRAFT, "Ana")
    path.write_text("# mine\n" + text_of(path), encoding="utf-8")
    before = mapping_files.read(path)
    save_mapping(store, Draft(**{**DRAFT.__dict__, "title": "Other"}), "Ben", old=before)
    edited = user_changes.changes(store)[0]
    assert (edited.who, edited.what, edited.file) == ("Ben", "mapping", "mappings/retours_lyon.toml")
    undo(store, edited, "Ana")
    assert text_of(path) == before.text
    delete_mapping(store, mapping_files.read(path), "Ben")
    assert not path.exists()
    undo(store, user_changes.changes(store)[0], "Ana")
    assert text_of(path) == before.text
    log = user_changes.changes(store)
    assert [change.who for change in log] == ["Ana", "Ben", "Ana", "Ben", "Ana"]
    assert user_changes.undone(log) == {log[1].id, log[3].id}


def test_a_change_that_was_changed_again_is_not_taken_back(store: Store) -> None:
    path = save_mapping(store, DRAFT, "Ana")
    (made,) = user_changes.changes(store)
    path.write_text(text_of(path) + "\n# by hand", encoding="utf-8")
    with pytest.raises(StoreError) as refused:
        undo(store, made, "Ana")
    assert refused.value.message.code == "undo_changed_since"
    assert path.exists()


def test_names_are_made_from_titles_and_never_taken_twice(store: Store) -> None:
    assert mapping_files.free_name("Retours du 3PL (Lyon)", store) == "retours_du_3pl_lyon"
    assert mapping_files.free_name("3PL", store) == "fichier_3pl"
    assert mapping_files.free_name("退货", store) == "fichier"
    assert mapping_files.free_name("Gorgias", store) == "gorgias_2"
    save_mapping(store, DRAFT, "")
    assert mapping_files.free_name("Retours Lyon", store) == "retours_lyon_2"
    assert len(mapping_files.free_name("a" * 90, store)) <= 40


def test_documents_can_be_mapped_by_the_paths_of_their_values(store: Store, tmp_path: Path) -> None:
    text = 'name = "j"\nkind = "returns"\n[columns]\nreturn_id = "$.rma"\norder_id = "$.order.name"\n'
    assert written_mapping(text, "j.toml").needs == [("rma",), ("order.name",)]
    (store.user / "mappings").mkdir(parents=True)
    (store.user / "mappings" / "j.toml").write_text(text, encoding="utf-8")
    file = tmp_path / "r.json"
    file.write_text('[{"rma": "R1", "order": {"name": "#1042"}}, {"rma": "R2"}]', encoding="utf-8")
    (result,) = load([file], store)
    assert (result.status, result.source, result.rows_in, result.loaded) == ("loaded", "j", 2, 2)


# --- what values mean


@pytest.fixture
def hand_written(store: Store) -> Path:
    path = store.user / "mappings" / "lyon.toml"
    path.parent.mkdir(parents=True)
    path.write_text(HAND_WRITTEN, encoding="utf-8")
    return path


REASON = "mapping.stock_lyon"


def test_a_reason_is_written_into_its_mapping_and_comments_stay(store: Store, hand_written: Path) -> None:
    changed = set_causes(
        store, {Value("Trop petit", REASON): "size_or_fit", Value("perdu", REASON): None}, "Ana"
    )
    assert [(c.what, c.value, c.before, c.after) for c in changed] == [
        ("reason", "Trop petit", None, "size_or_fit"),
        ("reason", "perdu", "other", None),
    ]
    expected = HAND_WRITTEN.replace(
        '"Perdu" = "other"      # to be looked at\n', '"Trop petit" = "size_or_fit"\n'
    )
    assert text_of(hand_written) == expected


def test_a_condition_has_a_section_of_its_own(store: Store, hand_written: Path) -> None:
    (changed,) = set_causes(store, {Value("Écrasé", f"{REASON}.condition"): "damaged_in_transit"}, "")
    assert changed.what == "condition"
    assert ("mapping.stock_lyon.condition", "Écrasé", "damaged_in_transit") in all_reason_codes(
        hand_written.parent
    )
    undo(store, changed, "")
    assert text_of(hand_written) == f"{HAND_WRITTEN}\n[conditions]\n"


def test_entries_written_over_several_lines_are_replaced_with_the_whole_file() -> None:
    text = 'name = "x"\nkind = "returns"\nreasons = { "a" = "other" }\n[columns]\nreason_raw = "M"\n'
    new = mapping_files.with_section(text, "reasons", {"a": "other", "b": "goodwill"})
    assert tomllib.loads(new) == {**tomllib.loads(text), "reasons": {"a": "other", "b": "goodwill"}}


def test_mappings_of_one_name_never_come_to_contradict_each_other(store: Store, hand_written: Path) -> None:
    other = hand_written.with_name("other.toml")
    other.write_text(HAND_WRITTEN, encoding="utf-8")
    set_causes(store, {Value("CASSE", REASON): "goodwill"}, "")
    assert ("mapping.stock_lyon", "Casse", "goodwill") in all_reason_codes(hand_written.parent)


def test_a_tag_is_written_beside_what_stands_in_the_file(store: Store) -> None:
    store.user.mkdir(parents=True)
    path = store.user / "tags.csv"
    path.write_bytes("Étiquette;Note;Cause\r\nColis écrasé;vu;other\r\nVIP;;ignorer\r\n".encode("cp1252"))
    causes = {Value("colis_ecrase"): "damaged_in_transit", Value("=cmd|x"): "ignore", Value("vip"): None}
    set_causes(store, causes, "Ana")
    lines = path.read_bytes().decode("utf-8-sig").split("\r\n")
    assert lines == ["Étiquette;Note;Cause", "Colis écrasé;vu;damaged_in_transit", "'=cmd|x;;ignore", ""]
    log = user_changes.changes(store)
    assert [(c.value, c.before, c.after) for c in log] == [
        ("vip", "ignore", None),
        ("=cmd|x", None, "ignore"),
        ("colis_ecrase", "other", "damaged_in_transit"),
    ]
    for change in log:
        undo(store, change, "Ana")
    lines = path.read_bytes().decode("utf-8-sig").split("\r\n")
    assert lines == ["Étiquette;Note;Cause", "Colis écrasé;vu;other", "vip;;ignore", ""]


@settings(deadline=None, max_examples=40)
@given(st.dictionaries(st.text(min_size=1), st.sampled_from(["other", "ignore"]), max_size=5))
def test_whatever_the_tags_are_the_file_can_be_read_again(tags: dict[str, str]) -> None:
    with normaliser() as normal:
        kept = {tag: cause for tag, cause in tags.items() if normal.codes([tag])[0]}
        codes = dict(zip(normal.codes(list(kept)), kept.values(), strict=True))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tags.csv"
        path.write_text(with_causes("", kept), encoding="utf-8-sig", newline="")
        assert read_shop_tags(path, CAUSES)[0] == codes


def test_a_cause_that_does_not_exist_is_refused_and_nothing_is_written(store: Store) -> None:
    with pytest.raises(StoreError) as refused:
        set_causes(store, {Value("a"): "other", Value("b"): "nonsense"}, "")
    assert refused.value.message.code == "unknown_cause"
    assert not (store.user / "tags.csv").exists()
    assert user_changes.changes(store) == []


def test_what_nobody_can_map_is_known_beforehand(store: Store, hand_written: Path) -> None:
    values = [
        Value("💔"),
        Value("casse"),
        Value("CARRIER_DAMAGED", "amazon.disposition"),
        Value("DEFECTIVE", "amazon.return"),
        Value("Neuf", f"{REASON}.condition"),
        Value("Neuf", "mapping.gone.condition"),
    ]
    assert "amazon.disposition" in tool_conditions()
    assert can_map(store, values) == [False, True, True, True, True, False]


def test_what_a_tools_inspection_found_gets_its_cause_beside_the_mappings(store: Store) -> None:
    values = {
        Value("Kaputt [x]", "amazon.disposition"): "damaged_in_transit",
        Value("Neu", "3pl.condition"): "ignore",
    }
    changed = set_causes(store, values, "Ana")
    path = store.user / "mappings" / "_codes.toml"
    assert all_reason_codes(path.parent) == [
        ("amazon.disposition", "Kaputt [x]", "damaged_in_transit"),
        ("3pl.condition", "Neu", None),
    ]
    assert mapping_files.saved(store) == []
    undo(store, changed[0], "Ana")
    assert all_reason_codes(path.parent) == [("3pl.condition", "Neu", None)]
    file = store.folder / "r.csv"
    file.write_text(
        "N° retour,Commande,SKU,Reçu le,État constaté\nR1,1042,A-1,2026-02-03,Neu\n", encoding="utf-8"
    )
    assert [result.source for result in load([file], store)] == ["logistician"]
    assert "Neu" not in set(Reader(store).query("unmapped_values")["value"])
    path.write_text('["3pl.condition"]\n"a" = "nonsense"\n', encoding="utf-8")
    with pytest.raises(MappingError):
        all_reason_codes(path.parent)


def test_mapped_values_class_history_again_and_one_taken_back_leaves_the_others(
    store: Store, tmp_path: Path
) -> None:
    file = tmp_path / "tickets.csv"
    file.write_text("No,Date,Tags\n1,2026-02-03 10:00,zza\n2,2026-02-04 10:00,zzb\n", encoding="utf-8")
    columns = {"ticket_id": ("No",), "created_at": ("Date",), "tags": ("Tags",)}
    save_mapping(store, Draft("desk", "tickets", columns=columns), "Ana")
    load([file], store)
    tags = Reader(store).query("unmapped_values").filter(value_kind="tag")["value"].sort().to_list()
    assert tags == ["zza", "zzb"]
    first, second = set_causes(store, {Value(tag): "goodwill" for tag in tags}, "Ana")
    load([], store)
    assert not set(tags) & set(Reader(store).query("unmapped_values")["value"])
    assert Reader(store).query("cause_pareto").filter(cause="goodwill").height == 1
    undo(store, first, "Ana")
    load([], store)
    left = set(Reader(store).query("unmapped_values")["value"])
    assert (first.value in left, second.value in left) == (True, False)


TICKETS = (
    "Ticket id,Initial channel,Created by an agent,Subject,Creation date,Order number\n"
    "1,Minitel,False,wrong item,2026-03-27 10:00:00,\n2,Twitter-DMs,False,wrong item,2026-03-27 10:00:00,\n"
)
MINITEL = Value("Minitel", "gorgias", is_channel=True)


def channels_told(store: Store) -> list[str]:
    return sorted(Reader(store).query("cases")["channel"].to_list())


def test_a_word_for_a_channel_changes_history_and_is_taken_back(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "tickets.csv"
    file.write_text(TICKETS, encoding="utf-8")
    load([file], store)
    path = store.user / "channels.csv"
    path.write_bytes("Mot;Canal\r\nCafé;Réseau social\r\n".encode("cp1252"))
    twitter = Value("Twitter-DMs", "gorgias", is_channel=True)
    changed = set_causes(store, {MINITEL: "reseau-social", twitter: "x"}, "Ana")
    told = [(c.what, c.value, c.scheme, c.file, c.before, c.after) for c in changed]
    assert told == [
        ("channel", "Minitel", "gorgias", "channels.csv", None, "Réseau social"),  # as it was spelt first
        ("channel", "Twitter-DMs", "gorgias", "channels.csv", None, "x"),
    ]
    text = path.read_bytes().decode("utf-8-sig")
    assert text.startswith("Mot;Canal;outil\r\nCafé;Réseau social\r\nMinitel;reseau-social;gorgias\r\n")
    load([], store)
    assert channels_told(store) == ["Réseau social", "x"]
    # by hand the first spelling goes: the channel is still the same one
    path.write_text("\ufeff" + text.replace("Café;Réseau social\r\n", ""), encoding="utf-8", newline="")
    for change in changed:
        undo(store, change, "Ben")
    assert path.read_bytes().decode("utf-8-sig") == "Mot;Canal;outil\r\n"
    load([], store)
    assert channels_told(store) == ["Minitel", "Twitter-DMs"]
    with pytest.raises(StoreError) as refused:
        undo(store, changed[0], "Ana")
    assert refused.value.message.code == "undo_changed_since"


def test_a_channel_file_that_cannot_be_used_is_left_as_it_is(store: Store) -> None:
    store.user.mkdir(parents=True)
    path = store.user / "channels.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(StoreError) as refused:
        set_causes(store, {MINITEL: "tiktok"}, "")
    assert refused.value.message.code == "shop_channels_header"
    assert (path.read_text(encoding="utf-8"), user_changes.changes(store)) == ("a,b\n1,2\n", [])


def test_channels_of_a_mapping_outlive_it(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "tickets.csv"
    file.write_text("No,Date,Canal\n1,2026-02-03 10:00,Minitel\n", encoding="utf-8")
    columns = {"ticket_id": ("No",), "created_at": ("Date",), "channel_raw": ("Canal",)}
    save_mapping(store, Draft("desk", "tickets", columns=columns), "Ana")
    load([file], store)
    rows = Reader(store).query("unmapped_values").filter(value_kind="channel")
    assert rows.select("scheme", "value").rows() == [("desk", "Minitel")]
    set_causes(store, {Value("Minitel", "desk", is_channel=True): "Minitel"}, "Ana")
    load([], store)
    assert Reader(store).query("unmapped_values").filter(value_kind="channel").is_empty()
    (saved,) = mapping_files.saved(store)
    delete_mapping(store, saved, "Ana")
    load([], store)  # a line of a tool that nobody knows would stop it
    assert Reader(store).query("unmapped_values").filter(value_kind="channel").is_empty()


def test_a_log_that_a_crash_cut_off_is_read_up_to_there(store: Store) -> None:
    set_causes(store, {Value("a"): "other"}, "Ana")
    with (store.user / user_changes.LOG).open("a", encoding="utf-8") as log:
        log.write('{"id": "1", "at"')
    assert [change.value for change in user_changes.changes(store)] == ["a"]


# --- suggestions


KNOWN = {
    "colis écrasé": "damaged_in_transit",
    "WRONG_ITEM": "wrong_item_sent",
    "mauvaise taille": "size_or_fit",
    "vip": "ignore",
    "preparation error": "wrong_item_sent",
    **{f"produit {word}": "other" for word in map(str, range(60))},
}


@pytest.mark.parametrize(
    ("value", "cause"),
    [
        ("Colis ecrase !", "damaged_in_transit"),
        ("wrong item", "wrong_item_sent"),
        ("item wrong", "wrong_item_sent"),
        ("mauvase taille", "size_or_fit"),
        ("SAV::colis écrasé", "damaged_in_transit"),
        ("VIP", "ignore"),
        ("error prépa", "wrong_item_sent"),
        ("produit", None),
        ("xyz", None),
        ("💔", None),
    ],
)
def test_what_is_like_a_known_word_is_suggested(value: str, cause: str | None) -> None:
    (found,) = suggest([value], KNOWN)
    assert (found.cause if found else None) == cause


def test_what_a_mapping_loaded_the_wrong_way_can_be_taken_out(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("Ident,Commande boutik,Quand\nR1,1042,2026-02-03\nR2,,nie\n", encoding="utf-8")
    wrong = Draft(
        "x",
        "refunds",
        columns={"refund_id": ("Ident",), "order_id": ("Commande boutik",), "refunded_at": ("Quand",)},
    )
    path = save_mapping(store, wrong, "Ana")
    assert [result.loaded for result in load([file], store)] == [1]
    columns = {"return_id": ("Ident",), "order_id": ("Commande boutik",), "requested_at": ("Quand",)}
    save_mapping(store, Draft("x", "returns", columns=columns), "Ana", old=mapping_files.read(path))
    assert unload(store, "x", "refunds") == 1
    assert [result.loaded for result in load([file], store)] == [1]
    reader = Reader(store)
    assert reader.query("cases")["kinds"].to_list() == [["return"]]
    assert (reader.query("data_files").height, reader.query("data_rejects").height) == (1, 1)
    assert unload(store, "x", "refunds") == 0
