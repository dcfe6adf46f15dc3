"""The demo's files hold what STORIES says, in the formats of the tools they claim to come from."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest

from pipelines.demo import MAPPINGS, STORIES, Story, copy_mappings, last_monday, write_demo
from pipelines.sources.mapping import all_reason_codes, read_mapping
from tests.demo_files import FOUND_BY, UNTIL, documents, of_price_typo, shopify_lines, table, tickets

SIZE = 0.1

GORGIAS_2023 = (
    "Ticket id,Tags,Initial channel,Last used integration name,Last used integration type,Created by an agent,Subject,"
    "Creation date,Closed date,Survey score,Survey replied date,Assignee name,Assignee email,Customer email,Customer name,"
    "Customer last Shopify order,First response time (s),Resolution time (s),Number of agent messages,"
    "Number of customer messages,Contact reason,Product,Resolution"
)
GORGIAS_2026 = (
    "Ticket id,Tags,Initial channel,Priority,Last used integration name,Last used integration type,Created by an agent,"
    "Subject,Creation date,Closed date,Survey score,Survey replied date,Assignee name,Assignee email,Customer email,"
    "Customer name,First response time (s),Resolution time (s),Number of agent messages,Number of customer messages,"
    "Ticket URL,Ticket Field: AI Intent,Ticket Field: Brand,Ticket Field: Customer Type,Ticket Field: Type,"
    "Ticket Field: AI Agent Outcome,"
)
AMAZON_ORDERS = (
    "amazon-order-id merchant-order-id purchase-date last-updated-date order-status fulfillment-channel"
)
FBA_RETURNS = (
    "return-date order-id sku asin fnsku product-name quantity fulfillment-center-id detailed-disposition reason status "
    "license-plate-number customer-comments"
)
SHOPIFY = {
    0: "Name",
    15: "Created at",
    20: "Lineitem sku",
    46: "Cancelled at",
    49: "Refunded Amount",
    55: "Id",
    78: "Payment References",
}
#: files that may have no row in a tiny demo
RARE = {"mercatelle_remboursements.csv", "mercatelle_reclamations.csv", "reclamations_transporteurs.csv"}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    write_demo(folder, UNTIL, SIZE)
    return folder


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_a_story_is_in_the_files_as_often_as_it_says_and_when_it_says(demo: Path, story: Story) -> None:
    found = FOUND_BY[story.name](demo, story)
    assert len(found) == story.expected(SIZE)
    first, after = story.reported_between(UNTIL)
    assert all(first <= at.date() < after for at in found.values()), sorted(found.values())


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_a_story_has_as_many_tickets_as_it_says(demo: Path, story: Story) -> None:
    orders = FOUND_BY[story.name](demo, story)
    written = {order for _, order, _ in tickets(demo) if order in orders}
    assert len(written) == story.expected_tickets(SIZE)


def test_a_tiny_demo_still_tells_every_story(tmp_path: Path) -> None:
    write_demo(tmp_path, UNTIL, 0.02)
    assert {s.name: len(FOUND_BY[s.name](tmp_path, s)) for s in STORIES} == {
        s.name: s.expected(0.02) for s in STORIES
    }


@pytest.mark.slow
def test_the_full_demo_tells_every_story_and_nothing_that_looks_like_it(tmp_path: Path) -> None:
    paths = write_demo(tmp_path, UNTIL, seed=3)
    assert {s.name: len(FOUND_BY[s.name](tmp_path, s)) for s in STORIES} == {s.name: s.count for s in STORIES}
    assert 20e6 < sum(path.stat().st_size for path in paths) < 45e6


def test_the_mistyped_parkas_are_cancelled_within_two_hours(demo: Path) -> None:
    story = next(story for story in STORIES if story.name == "price_typo")
    times = of_price_typo(demo, story).values()
    assert max(times) - min(times) < timedelta(hours=2)


def test_the_marketplace_sells_what_lyon_no_longer_has(demo: Path) -> None:
    story = next(story for story in STORIES if story.name == "feed_stalled")
    first, after = story.ordered_between(UNTIL)
    during = [
        row
        for row in table(demo / "stocks.csv")
        if row["SKU"] in story.where["sku"]
        and str(first) <= row["Relevé le"][:10] < str(after)
        and row["Relevé le"].endswith("07:00")
    ]
    shown = {int(row["Disponible"]) > 0 for row in during if row["Emplacement"] == "Mercatelle (flux)"}
    left = {int(row["Disponible"]) > 0 for row in during if row["Emplacement"] == "Lyon"}
    assert (shown, left) == ({True}, {False})


def test_laval_ships_slowly_in_the_promotion_week_and_only_then(demo: Path) -> None:
    story = next(story for story in STORIES if story.name == "slow_week")
    first, after = story.ordered_between(UNTIL)
    waits: dict[bool, list[int]] = {True: [], False: []}
    laval = {
        row["No commande"] for row in table(demo / "expeditions_laval.csv") if row["Entrepôt"] == "Laval"
    }
    for line in shopify_lines(demo):
        if line["Fulfilled at"] and line["Name"] in laval:
            ordered, sent = (date.fromisoformat(line[name][:10]) for name in ("Created at", "Fulfilled at"))
            waits[first <= ordered < after].append((sent - ordered).days)
    assert sum(waits[True]) / len(waits[True]) > 7
    assert sum(waits[False]) / len(waits[False]) < 3


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(tmp_path: Path) -> None:
    same = [
        {p.name: p.read_bytes() for p in write_demo(tmp_path / name, UNTIL, 0.02, seed=5)}
        for name in ("a", "b")
    ]
    other = {p.name: p.read_bytes() for p in write_demo(tmp_path / "c", UNTIL, 0.02, seed=6)}
    assert same[0] == same[1]
    assert same[0].keys() == other.keys()
    unchanged = {name for name in other if same[0][name] == other[name]}
    assert unchanged <= {"produits.csv", *RARE}


@pytest.mark.parametrize("until", [date(2025, 3, 10), date(2026, 3, 18), date(2027, 8, 1)])
def test_any_last_day_gives_all_files_and_nothing_after_it(tmp_path: Path, until: date) -> None:
    paths = write_demo(tmp_path, until, 0.02)
    empty = {
        path.name for path in paths if not (documents(path) if path.suffix[:3] == ".js" else table(path))
    }
    assert empty <= RARE
    dates = [line["Created at"][:10] for line in shopify_lines(tmp_path)]
    dates += [row["Annulée le"][:10] for row in table(tmp_path / "annulations.csv")]
    dates += [str(at.date()) for _, _, at in tickets(tmp_path)]
    assert max(dates) <= str(until)
    assert min(dates) >= str(until - timedelta(days=546))


def test_headers_are_the_vendors_own(demo: Path) -> None:
    def header(name: str) -> str:
        return (demo / name).read_text(encoding="utf-8").splitlines()[0]

    shopify = header("shopify_orders_export_1.csv").split(",")
    assert len(shopify) == 79
    assert {place: shopify[place] for place in SHOPIFY} == SHOPIFY
    assert header("gorgias_tickets_old.csv") == GORGIAS_2023
    assert header("gorgias_tickets.csv").startswith(GORGIAS_2026)
    assert header("amazon_all_orders_1.txt").split("\t")[:6] == AMAZON_ORDERS.split()
    assert header("amazon_fba_returns.txt").split("\t") == FBA_RETURNS.split()
    assert len(header("amazon_mfn_returns.txt").split("\t")) == 32


def test_shopify_orders_have_the_traps_of_real_exports(demo: Path) -> None:
    rows = [row for path in sorted(demo.glob("shopify_orders_export_*.csv")) for row in table(path)]
    assert {row["Created at"][-5:] for row in rows} == {"-0400", "-0500"}
    assert any("\n" in row["Note Attributes"] for row in rows)
    assert any(re.fullmatch(r"'\d{5}", row["Shipping Zip"]) for row in rows)
    later = [row for row in rows if not row["Id"]]
    kept = {"Name", "Email", "Created at", "Vendor"}
    assert later
    assert all(
        not row[name] for row in later for name in row if name not in kept and not name.startswith("Lineitem")
    )
    never_cancelled = [
        row for row in rows if row["Financial Status"] == "refunded" and not row["Cancelled at"]
    ]
    assert any(row["Fulfillment Status"] == "unfulfilled" for row in never_cancelled)
    for path in demo.glob("shopify_orders_export_*.csv"):
        written = [row["Created at"][:19] for row in table(path)]
        assert written == sorted(written, reverse=True)


def test_overlapping_exports_tell_of_an_order_twice_the_second_time_later(demo: Path) -> None:
    before, after = (
        {row["Name"]: row for row in table(demo / f"shopify_orders_export_{number}.csv") if row["Id"]}
        for number in (3, 4)
    )
    both = before.keys() & after.keys()
    assert len(both) > 20
    changed = {
        name for name in both if before[name]["Fulfillment Status"] != after[name]["Fulfillment Status"]
    }
    assert {after[name]["Fulfillment Status"] for name in changed} == {"fulfilled"}
    assert all(
        float(before[name]["Refunded Amount"]) <= float(after[name]["Refunded Amount"]) for name in both
    )


def test_rates_are_those_of_a_shop(demo: Path) -> None:
    lines = shopify_lines(demo)
    orders = {line["Name"] for line in lines}
    size = [
        node
        for node in documents(demo / "shopify_returns.jsonl")
        if node["returnLineItems"]["edges"][0]["node"]["returnReason"].startswith("SIZE")
    ]
    every = len(orders) + len({row["N° de commande"] for row in table(demo / "mercatelle_commandes.csv")})
    amazon = [row for n in (1, 2) for row in table(demo / f"amazon_all_orders_{n}.txt")]
    every += len({row["amazon-order-id"] for row in amazon})
    assert 4300 < every < 4700
    assert 1.35 < len(lines) / len(orders) < 1.55
    assert 0.04 < len(size) / len(orders) < 0.08
    assert 0.03 < len(tickets(demo)) / every < 0.08
    assert 0.2 < sum(not order for _, order, _ in tickets(demo)) / len(tickets(demo)) < 0.5


def test_tags_are_as_untidy_as_in_life(demo: Path) -> None:
    rows = table(demo / "gorgias_tickets_old.csv") + table(demo / "gorgias_tickets.csv")
    tags = Counter(tag for row in rows for tag in row["Tags"].split(","))
    assert 0.05 < tags[""] / len(rows) < 0.2
    assert {"autre", "other"} & tags.keys()
    assert {"macro-17", "à rappeler", "cas spécial"} & tags.keys()


def test_people_are_invented_and_their_addresses_lead_nowhere(demo: Path) -> None:
    for path in demo.iterdir():
        text = path.read_bytes().decode("cp1252" if path.name.startswith("mercatelle") else "utf-8")
        addresses = re.findall(r"[\w.+-]+@[\w.-]+\w", text)
        assert all(address.endswith("@example.com") for address in addresses), path.name


def test_some_dates_cannot_be_read_so_that_rejects_have_something_to_show(demo: Path) -> None:
    sent = [row["Expédié le"] for row in table(demo / "expeditions_laval.csv")]
    wrong = [
        text
        for text in sent
        if not re.fullmatch(r"20\d\d-[01]\d-[0-3]\d \d\d:\d\d", text) or text.startswith("2026-02-30")
    ]
    assert len(wrong) == 4


def test_every_spreadsheet_of_the_demo_has_one_mapping_that_fits(demo: Path) -> None:
    mappings = {path.stem: read_mapping(path) for path in MAPPINGS.glob("*.toml")}
    ours = [path for path in demo.glob("*.csv") if not path.name.startswith(("shopify", "gorgias"))]
    fitting = {}
    for path in ours:
        columns = list(table(path)[0])
        fitting[path.stem] = [name for name, mapping in mappings.items() if mapping.score(columns, set())]
    expected = {path.stem: [{"produits": "catalogue"}.get(path.stem, path.stem)] for path in ours}
    assert fitting == expected


def test_at_most_one_reason_of_the_marketplace_is_not_mapped(demo: Path) -> None:
    said = {row["Motif d'annulation"] for row in table(demo / "mercatelle_annulations.csv")}
    said |= {row["Motif du retour"] for row in table(demo / "mercatelle_retours.csv")}
    said |= {row["Motif du remboursement"] for row in table(demo / "mercatelle_remboursements.csv")}
    mapped = {value for scheme, value, _ in all_reason_codes(MAPPINGS) if scheme == "mapping.mercatelle"}
    assert said - mapped <= {"Autre motif"}
    assert "Rupture de stock" in said & mapped


def test_mappings_of_the_user_are_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "stocks.toml").write_text("mine", encoding="utf-8")
    copied = copy_mappings(tmp_path)
    assert (tmp_path / "stocks.toml").read_text(encoding="utf-8") == "mine"
    assert len(copied) == len(list(MAPPINGS.glob("*.toml"))) - 1


def test_the_usual_last_day_is_the_monday_after_the_last_complete_week() -> None:
    assert [last_monday(date(2026, 11, day)) for day in (15, 16, 22)] == [
        date(2026, 11, 9),
        date(2026, 11, 16),
        date(2026, 11, 16),
    ]
