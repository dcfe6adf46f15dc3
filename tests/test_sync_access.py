"""Who asks: access is renewed, secrets stay secret, and what is missing or wrong is said in a sentence."""

from __future__ import annotations

import json
import logging
import re
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from pipelines.cli.main import main
from pipelines.messages import Message, sentence
from pipelines.store import Store
from pipelines.sync import find_vendors
from pipelines.sync.client import ATTEMPTS, LONGEST_WAIT, Client, Clock
from pipelines.sync.credentials import TokenFile, configured, credentials
from pipelines.sync.engine import Synced, sync
from pipelines.sync.vendor import Ask, SyncError
from tests.vendor_server import Api, Asked, Gorgias, Reply, Zendesk, serving

SECRET = "geheim-123"
ZENDESK = find_vendors()["zendesk"]


@pytest.fixture(autouse=True)
def no_access_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in [name for name in os.environ if name.startswith("INCIDENTS_")]:
        monkeypatch.delenv(name)


def write_access(store: Store, text: str, mode: int = 0o600) -> Path:
    path = store.user / "sync.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


def zendesk_at(url: str, **more: str) -> str:
    values = {"address": url, "email": "eva@boutique.example", "token": SECRET} | more
    return "[zendesk]\n" + "".join(f'{name} = "{value}"\n' for name, value in values.items())


def quick() -> Clock:
    return Clock(sleep=lambda _: None)


def oauth_at(url: str, refresh_token: str) -> str:
    return (
        f'[zendesk]\naddress = "{url}"\nclient_id = "c-1"\nclient_secret = "{SECRET}"\n'
        f'refresh_token = "{refresh_token}"\n'
    )


def done(store: Store, system: str = "zendesk", account: str = "main") -> Synced:
    return sync(find_vendors()[system], account, store, clock=quick())


# --- access that expires


def test_a_token_that_expires_on_the_way_is_renewed_and_nothing_is_lost(tmp_path: Path) -> None:
    store, api = Store(tmp_path), Zendesk(refresh_token="refresh-me", tokens=["expired long ago"])
    for number in range(1, 6):
        api.put(number)
    # before the third page the vendor forgets the token
    api.faults = [None, None, None, lambda: api.tokens.append("another")]
    with serving(api):
        write_access(store, oauth_at(api.url, "refresh-me"))
        result = done(store)
    assert result.error is None
    assert result.records == 5
    assert [asked.path for asked in api.asked].count("/oauth/tokens") == 2


def test_a_refresh_token_that_the_vendor_replaced_is_used_the_next_time(tmp_path: Path) -> None:
    store, api = Store(tmp_path), Zendesk(refresh_token="refresh-me", tokens=["x"])
    with serving(api):
        write_access(store, oauth_at(api.url, "refresh-me"))
        assert done(store).error is None
        assert done(store).error is None  # the first refresh token is no longer good
        kept = tmp_path / "sync" / "zendesk.main.token.json"
        assert json.loads(kept.read_text(encoding="utf-8"))["refresh_token"] == "refresh-me++"
        assert kept.stat().st_mode & 0o077 == 0
        # a token that the user gives anew takes the place of the one that was kept
        api.refresh_token = "given anew"
        write_access(store, oauth_at(api.url, "given anew"))
        assert done(store).error is None


def test_access_by_client_needs_no_refresh_token(tmp_path: Path) -> None:
    store, api = Store(tmp_path), Zendesk(tokens=["x"])
    api.put(1)
    with serving(api):
        text = f'[zendesk]\naddress = "{api.url}"\nclient_id = "c-1"\nclient_secret = "{SECRET}"\n'
        write_access(store, text)
        assert done(store).records == 1
    assert api.asked[0].form == {
        "grant_type": "client_credentials",
        "client_id": "c-1",
        "client_secret": SECRET,
        "scope": "read",
    }


# --- secrets


class Echo(Api):
    """Answers with an error that repeats the secrets it was sent, as careless servers do."""

    def answer(self, asked: Asked) -> Reply:
        return Reply(422, {"error": f"bad {asked.basic} {asked.headers} {SECRET}"})


def test_no_secret_is_in_an_error_a_log_or_a_file_of_ours(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    store, api = Store(tmp_path), Echo()
    caplog.set_level(logging.DEBUG)
    with serving(api):
        access = write_access(store, zendesk_at(api.url))
        result = done(store)
        given = credentials(ZENDESK, "main", store)
        assert main(["sync", "zendesk", "--store", str(tmp_path), "--lang", "en"]) == 1
    assert result.error is not None
    said = [sentence(result.error, lang) for lang in ("fr", "en")]
    files = [
        path.read_text(errors="replace") for path in tmp_path.rglob("*") if path.is_file() and path != access
    ]
    told = "".join([*said, *files, caplog.text, repr(given), *capsys.readouterr()])
    assert "422" in told
    assert SECRET not in told
    # nor as it stands in the header
    assert "ZXZhQGJvdXRpcXVlLmV4YW1wbGUvdG9rZW46Z2VoZWltLTEyMw" not in told


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644])
def test_a_file_of_secrets_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    store = Store(tmp_path)
    path = write_access(store, zendesk_at("http://127.0.0.1:9"), mode)
    error = done(store).error
    assert error == Message("sync_file_open", {"file": str(path)})
    assert "chmod 600" in sentence(error, "fr")


def test_a_broken_file_of_secrets_is_told_without_quoting_it(tmp_path: Path) -> None:
    store = Store(tmp_path)
    write_access(store, f'[zendesk]\ntoken = "{SECRET}\n')
    error = done(store).error
    assert error is not None
    assert error.code == "sync_file_unreadable"
    assert SECRET not in sentence(error, "en")


def test_a_variable_wins_over_the_file_and_each_account_has_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path)
    write_access(
        store, zendesk_at("http://127.0.0.1:9") + '[zendesk.lyon]\nsubdomain="lyon"\nemail="l"\ntoken="t"\n'
    )
    monkeypatch.setenv("INCIDENTS_ZENDESK_TOKEN", "of the variable")
    monkeypatch.setenv("INCIDENTS_ZENDESK_LYON_EMAIL", "lea")
    assert credentials(ZENDESK, "main", store).values["token"] == "of the variable"
    lyon = credentials(ZENDESK, "lyon", store).values
    assert (lyon["token"], lyon["email"], lyon["subdomain"]) == ("t", "lea", "lyon")


def test_the_accesses_that_the_readme_shows_are_understood_for_every_system(tmp_path: Path) -> None:
    readme = (Path(__file__).resolve().parent.parent / "README.md").read_text(encoding="utf-8")
    (shown,) = [
        text for text in re.findall(r"^```text\n(.*?)^```", readme, re.M | re.S) if "[shopify]" in text
    ]
    store, vendors = Store(tmp_path), find_vendors()
    write_access(store, shown)
    accounts = configured(vendors, store)
    assert {system for system, _ in accounts} == set(vendors)
    assert ("zendesk", "lyon") in accounts
    for system, account in accounts:
        given = credentials(vendors[system], account, store)
        with closing(Client(vendors[system], given, TokenFile(tmp_path / "t"), quick())) as client:
            assert client.base.scheme == "https"


# --- only there, only over https


@pytest.mark.parametrize(
    "address",
    [
        "http://boutique.zendesk.com",
        "ftp://127.0.0.1",
        "boutique.zendesk.com",
        "https://eva:pw@example.com",
        "https://",
    ],
)
def test_an_address_that_would_send_secrets_in_the_clear_is_refused(tmp_path: Path, address: str) -> None:
    store = Store(tmp_path)
    write_access(store, zendesk_at(address))
    error = done(store).error
    assert error is not None
    assert error.code == "sync_not_https"
    assert "pw" not in sentence(error, "en")


@pytest.mark.parametrize("subdomain", ["evil.example/", "a b", "x@y", "a.b", "-"])
def test_the_name_of_an_account_cannot_lead_to_another_host(tmp_path: Path, subdomain: str) -> None:
    store = Store(tmp_path)
    write_access(store, f'[zendesk]\nsubdomain = "{subdomain}"\nemail = "e"\ntoken = "{SECRET}"\n')
    error = done(store).error
    assert error is not None
    assert error.code == "sync_bad_setting"


class Redirects(Gorgias):
    """Sends every request on to another address."""

    target = ""

    def answer(self, asked: Asked) -> Reply:
        if self.target and asked.path == "/api/tickets":
            return Reply(302, {}, {"Location": self.target})
        return super().answer(Asked(asked.method, "/api/tickets", asked.params, asked.headers, b""))


def test_a_redirect_to_another_host_is_not_followed(tmp_path: Path) -> None:
    store, here, elsewhere = Store(tmp_path), Redirects(), Redirects()
    here.put(1)
    with serving(here), serving(elsewhere):
        here.target = elsewhere.url + "/moved"
        write_access(
            store,
            f'[gorgias]\naddress = "{here.url}"\nemail = "eva@boutique.example"\napi_key = "{SECRET}"\n',
        )
        error = done(store, "gorgias").error
    assert error is not None
    assert error.code == "sync_elsewhere"
    assert elsewhere.asked == []


def test_a_redirect_on_the_same_host_is_followed(tmp_path: Path) -> None:
    store, api = Store(tmp_path), Redirects()
    api.put(1)
    with serving(api):
        api.target = "/moved?order_by=updated_datetime:desc"
        write_access(
            store, f'[gorgias]\naddress = "{api.url}"\nemail = "eva@boutique.example"\napi_key = "{SECRET}"\n'
        )
        assert done(store, "gorgias").records == 1


# --- what goes wrong becomes a sentence


def failing(store: Store, *faults: Any) -> Message:
    api = Zendesk()
    api.faults = list(faults)
    with serving(api):
        write_access(store, zendesk_at(api.url))
        error = done(store).error
    assert error is not None
    return error


@pytest.mark.parametrize(
    ("faults", "code", "said"),
    [
        ([(401, {})], "sync_not_allowed", "make a new one"),
        ([(403, {})], "sync_forbidden", "read /api/v2/incremental/tickets/cursor.json; what"),
        ([(404, {})], "sync_refused", "404"),
        ([(500, {})] * ATTEMPTS, "sync_vendor_down", "500"),
        ([(429, {})] * ATTEMPTS, "sync_wants_rest", "too many requests"),
        (["cut"] * ATTEMPTS, "sync_unreachable", "sync again later"),
        ([(429, {"Retry-After": str(int(LONGEST_WAIT) + 60)})], "sync_come_back", "17 minutes"),
    ],
)
def test_what_a_vendor_refuses_is_said_with_what_to_do(
    tmp_path: Path, faults: list[Any], code: str, said: str
) -> None:
    error = failing(Store(tmp_path), *faults)
    assert error.code == code
    assert said in sentence(error, "en")
    assert sentence(error, "fr")


def test_retry_after_may_be_a_date(tmp_path: Path) -> None:
    error = failing(Store(tmp_path), (503, {"Retry-After": "Fri, 31 Dec 2100 23:59:59 GMT"}))
    assert error.code == "sync_come_back"


class Portal(Api):
    """A page of a hotel's network, say, in the vendor's place."""

    def answer(self, asked: Asked) -> Reply:
        return Reply(200, content=b"<html>Sign in</html>")


def test_an_answer_that_is_no_json_is_not_taken_for_an_empty_one(tmp_path: Path) -> None:
    store, api = Store(tmp_path), Portal()
    with serving(api):
        write_access(store, zendesk_at(api.url))
        error = done(store).error
    assert error is not None
    assert error.code == "sync_not_json"


def test_what_is_missing_is_named_with_the_variable_and_the_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sync", "zendesk", "--store", str(tmp_path), "--lang", "en"]) == 1
    said = capsys.readouterr().err
    assert "subdomain + email + token" in said
    assert "[zendesk]" in said
    assert str(tmp_path / "user" / "sync.toml") in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[zendsk]\na = 'b'\n", "zendesk"),
        ("[zendesk]\ntokn = 'b'\n", "token"),
        ("[zendesk]\ntoken = 5\n", "quotes"),
    ],
)
def test_a_wrong_word_in_the_file_is_told_with_the_nearest_right_one(
    tmp_path: Path, text: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    write_access(Store(tmp_path), text)
    assert (
        main(["sync", *([] if "zendsk" in text else ["zendesk"]), "--store", str(tmp_path), "--lang", "en"])
        == 1
    )
    assert said in capsys.readouterr().err


def test_a_url_of_another_host_is_asked_only_where_the_vendor_handed_it_out(tmp_path: Path) -> None:
    store, api = Store(tmp_path), Portal()
    with serving(api):
        write_access(store, zendesk_at("https://boutique.example"))
        client = Client(ZENDESK, credentials(ZENDESK, "main", store), TokenFile(tmp_path / "t"), quick())
        with pytest.raises(SyncError) as refused:
            client.ask(Ask(f"{api.url}/file"))
        assert refused.value.message.code == "sync_elsewhere"
        assert client.ask(Ask(f"{api.url}/file?signed=1", is_foreign=True)).content.startswith(b"<html>")
        client.close()
    (asked,) = api.asked
    assert "authorization" not in asked.headers
