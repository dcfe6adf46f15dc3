"""What the last sync of each account did: kept with the store, told by the Data page and by `sync --status`."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from app import navigation
from app.i18n import LANGS, Lang, say
from pipelines.cli.main import main
from pipelines.messages import Message
from pipelines.store import Store
from pipelines.sync import find_vendors, outcome
from pipelines.sync.client import Clock
from pipelines.sync.engine import Synced, sync
from pipelines.sync.spool import only_one
from tests.vendor_server import Zendesk, serving

DASHBOARD = Path(__file__).parent.parent / "dashboard.py"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    for name in [name for name in os.environ if name.startswith("INCIDENTS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("INCIDENTS_STORE", str(tmp_path))
    return Store(tmp_path)


def give_access(store: Store, text: str) -> None:
    path = store.user / "sync.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)


def zendesk_at(url: str, *, is_right: bool = True) -> str:
    secret = "geheim-123" if is_right else "another one"
    return f'[zendesk]\naddress = "{url}"\nemail = "eva@boutique.example"\ntoken = "{secret}"\n'


def done(store: Store, system: str = "zendesk") -> Synced:
    return sync(find_vendors()[system], "main", store, clock=Clock(sleep=lambda _: None))


def data_page(lang: str) -> AppTest:
    app = AppTest.from_file(str(DASHBOARD), default_timeout=60)
    app.query_params.update({"lang": lang})
    app.switch_page(str(next(path for _, name, path in navigation.found() if name == "data")))
    app.run()
    assert [e.value for e in app.exception] == []
    return app


def said(app: AppTest) -> str:
    found = [str(element.value) for element in [*app.caption, *app.warning, *app.error]]
    return "\n".join(found).replace("\\", "")


def shown(app: AppTest) -> list[dict[str, Any]]:
    """The rows of the table of accounts."""
    tables = [table.value for table in app.dataframe if "well_at" in table.value.columns]
    return [dict(row) for table in tables for row in table.to_dict("records")]


def status(store: Store, capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, str]:
    code = main(["sync", "--status", "--store", str(store.folder), "--lang", "en", *more])
    return code, capsys.readouterr().out


@pytest.mark.parametrize("lang", LANGS)
def test_without_any_access_the_page_says_how_to_give_one(store: Store, lang: Lang) -> None:
    app = data_page(lang)
    assert say(lang, "sync.title") in [str(each.value) for each in app.subheader]
    words = said(app)
    assert "Help Scout" in words
    assert "`python3 run.py sync`" in words
    assert str(store.user / "sync.toml") in words
    assert shown(app) == []


@pytest.mark.parametrize("lang", LANGS)
def test_an_account_that_was_never_synced_is_listed_with_the_command_that_does_it(
    store: Store, lang: Lang
) -> None:
    give_access(store, '[zendesk.lyon]\nsubdomain = "b"\nemail = "e"\ntoken = "t"\n')
    app = data_page(lang)
    (row,) = shown(app)
    assert (row["system"], row["account"]) == ("Zendesk", "lyon")
    assert row["outcome"] == say(lang, "sync_outcome.never")
    assert "`python3 run.py sync zendesk`" in said(app)


def test_what_a_sync_brought_and_why_the_next_failed_is_told_in_both_languages(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    api = Zendesk()
    for number in (1, 2, 3):
        api.put(number)
    with serving(api):
        give_access(store, zendesk_at(api.url))
        assert done(store).error is None
        (row,) = shown(data_page("en"))
        assert (row["outcome"], row["changed"], row["rejected"]) == ("went well", 3, 0)
        assert row["at"] == row["well_at"]
        code, text = status(store, capsys)
        assert code == 0
        assert "Zendesk (main): " in text
        assert "3 new or changed records, 0 rejected." in text

        api.put(4)
        assert done(store).error is None
        (row,) = shown(data_page("en"))
        assert row["changed"] == 1, "only what the store did not have"

        give_access(store, zendesk_at(api.url, is_right=False))
        assert done(store).error is not None
    app = data_page("fr")
    (failed,) = shown(app)
    assert (failed["outcome"], failed["changed"]) == ("échouée", 0)
    assert failed["well_at"] == row["well_at"] < failed["at"]
    assert "refuse cet accès. Vérifiez l’utilisateur" in said(app)
    assert "the last sync failed. Zendesk (127.0.0.1) refuses this access. Check user" in said(
        data_page("en")
    )
    code, text = status(store, capsys)
    assert code == 1
    assert "failed after 0 new or changed records. The last one that went well: " in text
    assert "refuses this access. Check user" in text
    (row,) = json.loads(status(store, capsys, "--json")[1])
    assert (row["system"], row["account"], row["changed"]) == ("zendesk", "main", 0)
    assert row["began_at"] <= row["ended_at"]
    assert row["well_at"] < row["ended_at"] or row["well_at"] == row["began_at"]
    assert "refuses this access" in row["error"]


def test_a_sync_that_was_killed_is_not_taken_for_one_that_went_well(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    api = Zendesk()
    api.put(1)

    def die() -> None:
        raise KeyboardInterrupt

    with serving(api):
        give_access(store, zendesk_at(api.url))
        with pytest.raises(KeyboardInterrupt):
            sync(find_vendors()["zendesk"], "main", store, progress=lambda _: die())
    (row,) = shown(data_page("en"))
    assert row["outcome"] == "not ended"
    assert "It is running, or was stopped" in said(data_page("en"))
    assert "has not ended" in status(store, capsys)[1]


def test_a_sync_that_finds_another_under_way_leaves_its_note_alone(store: Store) -> None:
    give_access(store, zendesk_at("http://127.0.0.1:9"))
    outcome.begin(store, "zendesk", "main")
    with only_one(store.folder / "sync" / "zendesk.main", "Zendesk"):
        error = done(store).error
    assert error is not None
    assert error.code == "sync_busy"
    last = outcome.read(store, "zendesk", "main")
    assert last is not None
    assert (last.ended_at, last.error) == (None, None)


def test_an_access_that_lacks_something_is_told_and_one_that_nobody_gave_is_not(store: Store) -> None:
    give_access(store, '[zendesk]\nsubdomain = "boutique"\n')
    assert done(store).error is not None
    assert done(store, "gorgias").error is not None
    (row,) = shown(data_page("en"))
    assert (row["system"], row["outcome"]) == ("Zendesk", "failed")
    assert "nothing says how to sign in" in said(data_page("en"))


def test_an_account_whose_access_only_cron_knows_is_told_all_the_same(store: Store) -> None:
    begun = outcome.begin(store, "gorgias", "main")
    outcome.note(store, "gorgias", "main", begun.ended(12, 0, None))
    (row,) = shown(data_page("en"))
    assert (row["system"], row["outcome"], row["changed"]) == ("Gorgias", "went well", 12)


def test_a_file_of_accesses_that_others_can_read_is_said_on_the_page(store: Store) -> None:
    give_access(store, zendesk_at("http://127.0.0.1:9"))
    (store.user / "sync.toml").chmod(0o644)
    assert "chmod 600" in said(data_page("en"))
    (store.folder / "sync").mkdir()
    (store.folder / "sync" / "zendesk.main.last.json").write_text("{", encoding="utf-8")
    assert outcome.read(store, "zendesk", "main") is None


def test_a_note_of_another_version_is_told_by_its_code(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    begun = outcome.begin(store, "zendesk", "main")
    outcome.note(store, "zendesk", "main", begun.ended(0, 0, Message("sync_once_said", {})))
    assert "sync_once_said" in status(store, capsys)[1]
    assert "sync_once_said" in said(data_page("fr"))
