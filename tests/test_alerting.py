"""What is sent where: each place is told a thing once, whatever fails, and nothing of the data acts as markup."""

from __future__ import annotations

import email
import email.policy
import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from pipelines import alert_states, notebook
from pipelines.alert_states import Standing
from pipelines.alerting import letters, memory
from pipelines.alerting.destinations import AlertError, Destination, dashboard, destinations
from pipelines.alerting.letters import Item, Letter
from pipelines.alerting.sending import ATTEMPTS, LONGEST_WAIT, Post
from pipelines.cli import alerting
from pipelines.cli.main import main
from pipelines.messages import sentence
from pipelines.store import Store, StoreError
from pipelines.work_states import Edit
from tests.mail_server import Mailbox, certificate, serving_mail
from tests.pages_store import small_store
from tests.test_alerts import thing
from tests.vendor_server import Api, Asked, Reply, serving

SECRET = "geheim-123"
NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
EVIL = '<!channel> <https://evil.example|here> *bold* [x](https://evil.example) <img src=x onerror="1">'


@pytest.fixture(autouse=True)
def no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in [name for name in os.environ if name.startswith("INCIDENTS_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def waited(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that were waited, without waiting."""
    found: list[float] = []
    monkeypatch.setattr(alerting, "Post", lambda: Post(found.append))
    return found


class Hook(Api):
    """A webhook: it takes what comes."""

    def answer(self, asked: Asked) -> Reply:
        return Reply(data={"ok": True})


@pytest.fixture
def hook() -> Iterator[Api]:
    with serving(Hook()) as api:
        yield api


def letter(title: str = "Mauvaise taille · SKU A", link: str = "") -> Letter:
    data = {"key": "rising/c/sku/A", "again": None, "data_date": "2026-03-01"}
    item = Item(title, "1 120 $", f"12 incidents · {title}", "Nouveau · Anne", link, data)
    return Letter("fr", "1 chose à traiter", "Données arrêtées au 1 mars", [item], link, "Ouvrir")


def write_places(store: Store, text: str, mode: int = 0o600) -> None:
    path = store.user / "sync.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)


def mailbox(box: Mailbox, **more: str) -> Destination:
    values = {
        "host": "127.0.0.1", "port": str(box.port), "from": "ops@shop.example", "to": "anne@shop.example",
        "security": "none", **more,
    }  # fmt: skip
    return Destination("email", values)


# --- what is written


def test_nothing_of_the_data_is_markup_in_slack() -> None:
    body = letters.slack(letter(EVIL, "https://dash.example/cases?cause=a&sku=<b>"))
    texts = [block["text"] for block in body["blocks"] if "text" in block]
    texts += [each for block in body["blocks"] for each in block.get("elements", ())]
    marked = [each["text"] for each in texts if each["type"] != "plain_text"]
    assert marked == ["<https://dash.example/cases?cause=a&amp;sku=&lt;b&gt;|Ouvrir>"] * 2
    assert any(EVIL in each["text"] for each in texts if each["type"] == "plain_text")
    # what a notification shows is read as mrkdwn
    assert "<" not in letters.slack(Letter("fr", EVIL, "", [], "", ""))["text"]
    assert len(letters.slack(letter("x" * 9000))["blocks"][2]["text"]["text"]) <= 3000


def test_nothing_of_the_data_is_markup_in_teams() -> None:
    body = letters.teams(letter(EVIL, "https://dash.example/"))
    (attachment,) = body["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    card = attachment["content"]
    # text runs know no Markdown, text blocks do
    assert {block["type"] for block in card["body"]} == {"RichTextBlock"}
    runs = [run for block in card["body"] for run in block["inlines"]]
    assert {run["type"] for run in runs} == {"TextRun"}
    assert any(EVIL in run["text"] for run in runs)
    assert card["actions"][0]["url"] == "https://dash.example/"


def test_a_mail_has_both_forms_and_neither_its_header_nor_its_html_can_be_broken() -> None:
    hostile = "Taille\r\nBcc: evil@example.com\u202e" + EVIL
    made = letters.mail(
        Letter("fr", hostile, hostile, letter(hostile, 'https://dash.example/?a="b').items, "", "Ouvrir"),
        "ops@shop.example",
        ["anne@shop.example"],
    )
    read = email.message_from_bytes(made.as_bytes(), policy=email.policy.default)
    assert read["Bcc"] is None
    assert str(read["Subject"]).startswith("Taille Bcc: evil@example.com <!channel>")
    plain, rich = read.get_body(("plain",)), read.get_body(("html",))
    assert plain is not None
    assert rich is not None
    assert "1 120 $" in plain.get_content()
    shown = rich.get_content()
    assert "<img" not in shown
    assert "&lt;img src=x" in shown
    assert 'href="https://dash.example/?a=&quot;b"' in shown


def test_without_an_address_of_the_dashboard_there_is_no_link() -> None:
    for body in (letters.slack(letter()), letters.teams(letter()), letters.generic(letter())):
        assert "http" not in json.dumps(body).replace("http://adaptivecards.io", "")
    assert "http" not in letters.plain(letter())
    assert "href" not in letters.mail(letter(), "a@b.example", ["c@d.example"]).as_string()


# --- where it goes


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('[alert.slack]\nurl = "http://hooks.example/x"', "alert_not_https"),
        ('[alert.slack]\nurl = "https://me:pass@hooks.example/x"', "alert_not_https"),
        ('[alert.slack]\naddress = "https://hooks.example/x"', "sync_unknown_name"),
        ('[alert.pager]\nurl = "https://hooks.example/x"', "sync_unknown_name"),
        ('[alert.email]\nhost = "mail.example"\nfrom = "a@b.example"', "alert_missing"),
        ('[alert.email]\nhost = "m.example"\nfrom = "a@b.example"\nto = "x\\r\\nBcc: y@z.example"', "alert_bad_address"),
        (
            '[alert.email]\nhost = "m.example"\nfrom = "a@b.example"\nto = "c@d.example"\nsecurity = "none"\n'
            'password = "p"',
            "alert_open_password",
        ),
        ('[alert]\ndashboard = "javascript:alert(1)"', "alert_bad_setting"),
        ("[alert.slack\n", "sync_file_unreadable"),
    ],
)  # fmt: skip
def test_an_address_that_is_not_safe_or_not_known_is_refused_without_quoting_it(
    tmp_path: Path, text: str, code: str
) -> None:
    write_places(Store(tmp_path), text)
    asked = dashboard if "dashboard" in text else destinations
    with pytest.raises(AlertError) as error:
        asked(Store(tmp_path))
    assert error.value.message.code == code
    for lang in ("fr", "en"):
        assert "hooks.example" not in sentence(error.value.message, lang)


def test_a_file_that_others_can_read_is_refused_and_variables_win_over_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path)
    write_places(store, '[alert.slack]\nurl = "https://hooks.example/a"\n[alert.email]\nport = 25\n', 0o644)
    with pytest.raises(AlertError) as error:
        destinations(store)
    assert error.value.message.code == "sync_file_open"
    (store.user / "sync.toml").chmod(0o600)
    monkeypatch.setenv("INCIDENTS_ALERT_SLACK_URL", "https://hooks.example/b")
    (place,) = destinations(store, ["slack"])
    assert place.values["url"] == "https://hooks.example/b"
    assert "hooks" not in repr(place)


# --- how it goes


@pytest.mark.parametrize("name", ["slack", "teams", "webhook"])
def test_a_webhook_gets_it_after_too_many_requests_an_error_and_a_cut_connection(
    hook: Api, name: str
) -> None:
    hook.faults += [(429, {"Retry-After": "7"}), (500, {}), "cut"]
    waits: list[float] = []
    place = Destination(name, {"url": hook.url + "/in", "token": SECRET})
    Post(waits.append).send(letter(), place)
    assert waits[0] == 7
    assert len(hook.asked) == 4
    bodies = {asked.body for asked in hook.asked}
    assert len(bodies) == 1
    assert "Mauvaise taille" in json.dumps(json.loads(bodies.pop()), ensure_ascii=False)
    assert {asked.headers["idempotency-key"] for asked in hook.asked} == {letter().id}
    assert hook.asked[0].headers["authorization"] == f"Bearer {SECRET}"


@pytest.mark.parametrize(
    ("faults", "code", "tries"),
    [
        ([(500, {})] * 9, "alert_later", ATTEMPTS),
        ([(429, {"Retry-After": str(LONGEST_WAIT + 1)})], "alert_later", 1),
        ([(404, {})], "alert_refused", 1),
        ([(302, {"Location": "https://evil.example/"})], "alert_refused", 1),
    ],
)
def test_a_webhook_that_stays_away_or_refuses_is_told_by_its_host_only(
    hook: Api, faults: list[Any], code: str, tries: int
) -> None:
    hook.faults += faults
    with pytest.raises(AlertError) as error:
        Post(lambda _: None).send(letter(), Destination("slack", {"url": f"{hook.url}/services/{SECRET}"}))
    assert (error.value.message.code, len(hook.asked)) == (code, tries)
    assert SECRET not in sentence(error.value.message, "en")


def test_nobody_there_is_said_after_the_last_attempt() -> None:
    waits: list[float] = []
    with pytest.raises(AlertError) as error:
        Post(waits.append).send(letter(), Destination("slack", {"url": "http://127.0.0.1:9/x"}))
    assert (error.value.message.code, len(waits)) == ("alert_unreachable", ATTEMPTS - 1)


@pytest.mark.openssl
def test_a_mail_arrives_once_over_a_closed_connection(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trusted = certificate(tmp_path)
    if trusted is None:
        pytest.skip("no openssl here to make a certificate")
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    with serving_mail(Mailbox(password=SECRET, certificate=trusted)) as box:
        place = mailbox(box, host="localhost", security="starttls", user="ops", password=SECRET)
        assert Post().send(letter(), place) is None
    ((recipients, content),) = box.messages
    assert (recipients, box.was_closed) == (["anne@shop.example"], [True])
    assert b"Mauvaise taille" in content or b"TWF1dmFpc2U" in content or b"Mauvaise" in content
    closed_at = box.said.index("STARTTLS")
    assert not any(line.startswith(("AUTH", "MAIL")) for line in box.said[:closed_at])


def test_without_encryption_on_offer_neither_password_nor_mail_is_sent() -> None:
    with serving_mail(Mailbox(password=SECRET)) as box, pytest.raises(AlertError) as error:
        Post(lambda _: None).send(letter(), mailbox(box, security="starttls", password=SECRET))
    assert error.value.message.code == "alert_not_closed"
    assert not box.messages
    assert not any(line.startswith("AUTH") for line in box.said)


@pytest.mark.parametrize(
    ("box", "code", "tries"),
    [
        (Mailbox(password="another"), "alert_not_allowed", 1),
        (Mailbox(password=SECRET, faults={"MAIL": ["451 later"] * 9}), "alert_later", ATTEMPTS),
        (Mailbox(password=SECRET, faults={"MAIL": ["cut"] * 9}), "alert_unreachable", ATTEMPTS),
        (Mailbox(password=SECRET, faults={"MAIL": ["554 no"]}), "alert_refused", 1),
        (Mailbox(password=SECRET, refused=frozenset({"anne@shop.example"})), "alert_no_mailbox", 1),
    ],
)
def test_a_mail_server_that_refuses_is_asked_again_only_where_that_may_help(
    box: Mailbox, code: str, tries: int
) -> None:
    with serving_mail(box), pytest.raises(AlertError) as error:
        Post(lambda _: None).send(letter(), mailbox(box, password=SECRET))
    assert (error.value.message.code, sum(line.startswith("EHLO") for line in box.said)) == (code, tries)
    assert SECRET not in sentence(error.value.message, "fr")
    assert not box.messages


def test_a_mail_that_was_taken_is_not_sent_again_whatever_the_server_says_then() -> None:
    box = Mailbox(faults={"QUIT": ["421 too busy"]}, refused=frozenset({"b@shop.example"}))
    with serving_mail(box):
        warning = Post(lambda _: None).send(letter(), mailbox(box, to="a@shop.example, b@shop.example"))
    assert [to for to, _ in box.messages] == [["a@shop.example"]]
    assert warning is not None
    assert warning.params["addresses"] == "b@shop.example"


# --- what is remembered


def due(store: Store, row: dict[str, Any], at: datetime = NOW, place: str = "slack") -> list[memory.Due]:
    now = alert_states.standing(row, alert_states.kept(store), at.date())
    return memory.due(store, place, [(row, now)], at)


def tell(store: Store, row: dict[str, Any], at: datetime = NOW) -> None:
    things = due(store, row, at)
    memory.claim(store, "slack", things, at)
    memory.keep(store, "slack", things, at.date())


def test_each_place_is_told_a_thing_once_and_again_when_it_doubled_or_came_back(tmp_path: Path) -> None:
    store = Store(tmp_path)
    tell(store, thing())
    later = NOW + timedelta(weeks=1)
    assert due(store, thing(), later) == []
    assert len(due(store, thing(), later, "email")) == 1
    moved = thing("rising/c/lot/L", aliases=["rising/c/lot/L", "rising/c/sku/A"])
    assert due(store, moved, later) == []
    (worse,) = due(store, thing(amount_cents=20_000), later)
    assert worse.again == "worse"
    tell(store, thing(amount_cents=20_000), later)
    assert due(store, thing(amount_cents=20_000), later) == []
    back: dict[str, Any] = {
        "began_date": datetime(2026, 4, 6).date(),
        "data_date": datetime(2026, 4, 12).date(),
    }
    assert [each.again for each in due(store, thing(**back), later)] == ["came_back"]


def test_what_people_know_or_muted_is_not_sent_until_its_day(tmp_path: Path) -> None:
    store, row = Store(tmp_path), thing()
    tell(store, row)

    def say(change: Edit) -> None:
        now = alert_states.standing(row, alert_states.kept(store), NOW.date())
        alert_states.edit(store, [(row, now)], change, "Anne")

    say(Edit("known"))
    assert due(store, thing(amount_cents=15_000)) == []
    assert due(store, row, NOW, "email") == [], "nobody needs to be told what is known, told before or not"
    say(Edit("muted", until=datetime(2026, 3, 16).date()))
    assert due(store, row, NOW + timedelta(days=13)) == []
    over = NOW + timedelta(days=14)
    assert [each.again for each in due(store, row, over)] == ["over"]
    tell(store, row, over)
    assert due(store, row, over + timedelta(days=1)) == []


def test_two_programs_that_send_at_once_send_once_and_a_dead_ones_claim_is_taken_over(tmp_path: Path) -> None:
    store, row = Store(tmp_path), thing()
    mine, theirs = due(store, row), due(store, row)
    claimed = memory.claim(store, "slack", mine, NOW)
    with pytest.raises(StoreError):
        memory.claim(store, "slack", theirs, NOW)
    assert due(store, row, NOW + timedelta(minutes=10)) == []
    assert len(due(store, row, NOW + timedelta(minutes=16))) == 1
    memory.give_back(store, claimed)
    assert len(due(store, row)) == 1, "a delivery that failed loses nothing"


# --- the command


@pytest.fixture
def store(tmp_path: Path) -> Store:
    shutil.copytree(small_store().folder, tmp_path / "store")
    return Store(tmp_path / "store")


def run(store: Store, *arguments: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    code = main(["alert", *arguments, "--store", str(store.folder), "--lang", "en"])
    told = capsys.readouterr()
    return code, told.out, told.err


def test_the_list_is_sent_once_shown_before_and_not_lost_when_a_place_fails(
    store: Store, hook: Api, waited: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    with serving_mail(Mailbox()) as box:
        text = f'[alert]\ndashboard = "https://dash.example/"\n[alert.slack]\nurl = "{hook.url}/{SECRET}"\n'
        text += f'[alert.email]\nhost = "127.0.0.1"\nport = {box.port}\nsecurity = "none"\n'
        write_places(store, text + 'from = "ops@shop.example"\nto = "anne@shop.example"\n')
        code, out, _ = run(store, "--dry-run", "--json", capsys=capsys)
        shown = json.loads(out)
        assert (code, [each["destination"] for each in shown]) == (0, ["slack", "email"])
        assert 1 <= len(shown[0]["alerts"]) <= 7
        assert shown[0]["alerts"][0]["link"].startswith("https://dash.example/")
        assert not hook.asked
        assert not notebook.history(store, memory.topic("slack")), "nothing is remembered"

        hook.faults += [(500, {})] * ATTEMPTS
        code, out, err = run(store, capsys=capsys)
        assert code == 1
        assert "127.0.0.1 answers 500" in err
        assert SECRET not in out + err
        assert len(waited) == ATTEMPTS - 1
        assert len(box.messages) == 1, "one place that fails does not stop the next"

        hook.asked.clear()
        code, out, err = run(store, capsys=capsys)
        assert (code, len(hook.asked), len(box.messages)) == (0, 1, 1)
        assert "nothing new" in out
        code, out, _ = run(store, capsys=capsys)
        assert (code, len(hook.asked), len(box.messages)) == (0, 1, 1)
    sent = hook.asked[0].json["blocks"]
    assert sent[2]["text"]["text"].startswith(f"1. {shown[0]['alerts'][0]['title']}")
    for private in ("gorgias", "@"):
        assert private not in hook.asked[0].body.decode().replace("dash.example", "")


def test_a_place_that_is_not_given_or_not_known_ends_with_a_sentence(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(store, "--dry-run", capsys=capsys)[0] == 0
    code, _, err = run(store, capsys=capsys)
    assert (code, "sync.toml" in err) == (1, True)
    assert run(store, "pager", capsys=capsys)[0] == 2
    assert run(store, "--weekly", "someday", capsys=capsys)[0] == 2
    code, _, err = run(store, "slack", capsys=capsys)
    assert (code, "INCIDENTS_ALERT_SLACK_URL" in err) == (1, True)


def test_the_moment_of_the_week_comes_once_and_is_made_up_for_when_it_was_missed(tmp_path: Path) -> None:
    """Mondays at 8:00. The first look notes when it began; Monday 2 March 2026, 7:59 is not yet, 8:00 is."""
    store, paris = Store(tmp_path), ZoneInfo("Europe/Paris")
    monday = (0, 8, 0)

    def ran(at: datetime) -> None:
        entry = notebook.current(store, "alert_run").get("weekly")
        made = notebook.Write("weekly", {"at": at.isoformat()}, entry.version if entry else 0)
        notebook.write(store, "alert_run", [made], "")

    assert not alerting.is_due(store, monday, datetime(2026, 3, 2, 9, 0, tzinfo=paris))
    ran(datetime(2026, 2, 25, 12, 0, tzinfo=paris))
    assert not alerting.is_due(store, monday, datetime(2026, 3, 2, 7, 59, tzinfo=paris))
    assert alerting.is_due(store, monday, datetime(2026, 3, 2, 8, 0, tzinfo=paris))
    assert alerting.is_due(store, monday, datetime(2026, 3, 5, 3, 0, tzinfo=paris)), "it was off on Monday"
    ran(datetime(2026, 3, 2, 8, 0, tzinfo=paris))
    assert not alerting.is_due(store, monday, datetime(2026, 3, 8, 23, 0, tzinfo=paris))
    assert alerting._moment("lun@8h05", alerting.Words("fr")) == (0, 8, 5)


def test_the_schedule_goes_on_after_a_failure_and_sends_once_a_week(
    store: Store,
    hook: Api,
    waited: list[float],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Three looks: it is time and the place fails, an hour later it is still time and goes well, then it is not."""
    write_places(store, f'[alert.slack]\nurl = "{hook.url}/in"\n')
    hook.faults += [(404, {})]
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 3:
            raise KeyboardInterrupt

    long_ago = (datetime.now(UTC) - timedelta(weeks=2)).isoformat()
    notebook.write(store, "alert_run", [notebook.Write("weekly", {"at": long_ago}, 0)], "")
    monkeypatch.setattr(alerting.time, "sleep", sleep)
    code, out, err = run(store, "--weekly", "mon@08:00", capsys=capsys)
    assert (code, slept) == (130, [3600, 30, 30])
    assert len(hook.asked) == 2
    assert "404" in err
    assert "sent" in out
    assert not waited


def test_a_letter_says_seven_things_at_most_the_most_pressing_first(tmp_path: Path) -> None:
    rows = [thing(f"x/{n}", aliases=[f"x/{n}"]) for n in range(12)]
    store = Store(tmp_path)
    muted = Standing("x/0", 0, alert_states.Said(), "new")
    alert_states.edit(store, [(rows[0], muted)], Edit("muted", until=datetime(2027, 1, 1).date()), "Anne")
    listed = alert_states.listed(rows, alert_states.kept(store), NOW.date())
    assert [row["alert_key"] for row, _ in listed] == [f"x/{n}" for n in range(1, 8)]
