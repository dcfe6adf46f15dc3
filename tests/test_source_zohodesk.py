"""Zoho Desk: what its backup and its API do not say by themselves."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from pipelines.messages import Message
from tests.built import loaded, verdicts
from tests.landed import SAMPLES, Desk, desk

CASES = SAMPLES / "zohodesk_cases.csv"
ID = "zohodesk/main/6800000000002100"


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("zohodesk")) as at:
        for path in sorted(SAMPLES.glob("zohodesk_*")):
            at.land(path)
        yield at


def test_ids_keep_all_their_digits(samples: Desk) -> None:
    assert samples.one("tickets", f"{ID}01")["ticket_id"] == "680000000000210001"


def test_the_names_of_the_api_in_the_second_header_row_are_the_header(samples: Desk) -> None:
    ticket = samples.one("tickets", f"{ID}01")
    assert ticket["row_number"] == 1
    assert ticket["order_id"] == "#1181"  # labelled N° de commande, named cf_commande
    assert ticket["sku"] == "VASE-01"


def test_a_file_with_labels_alone_is_read_by_them(samples: Desk) -> None:
    ticket = samples.one("tickets", f"{ID}21")
    assert (ticket["order_ref"], ticket["status"], ticket["agent_team"]) == ("1184", "closed", "SAV")
    assert ticket["solved_at"] == datetime(2026, 9, 21, 6, 0)
    assert ticket["reason_raw"] == ["Produit défectueux"]


def test_words_that_every_account_begins_with_are_no_reasons(samples: Desk) -> None:
    assert samples.one("tickets", f"{ID}01")["reason_raw"] == ["Livraison", "Colis abîmé"]  # not Problem
    assert samples.one("tickets", f"{ID}02")["reason_raw"] == ["Colis perdu"]  # not Question
    assert samples.one("tickets", f"{ID}03")["reason_raw"] == []  # -None-


@pytest.mark.parametrize(
    ("ticket", "status"),
    [
        ("01", "closed"),
        ("02", "open"),
        ("03", "closed"),
        ("04", "pending"),
        ("05", "open"),
        ("31", "pending"),
    ],
)
def test_a_status_of_the_accounts_own_is_told_by_its_type_or_by_a_closed_time(
    samples: Desk, ticket: str, status: str
) -> None:
    assert samples.one("tickets", f"{ID}{ticket}")["status"] == status


@pytest.mark.parametrize(("ticket", "share"), [("01", 0.0), ("03", 1.0), ("05", 0.5)])
def test_happiness_has_three_steps(samples: Desk, ticket: str, share: float) -> None:
    assert samples.one("tickets", f"{ID}{ticket}")["csat"] == share


def test_the_time_of_the_last_reply_is_not_that_of_the_first(samples: Desk) -> None:
    ticket = samples.one("tickets", f"{ID}01")
    assert "first_reply_at" not in ticket
    assert '"agentRespondedTime":"2026-09-14 10:30:00"' in ticket["extra"]


def test_a_description_in_html_is_read_for_phrases(samples: Desk) -> None:
    assert samples.one("tickets", f"{ID}01")["phrases"] == ["casse a la livraison"]


def test_the_backup_is_in_the_shops_zone_and_the_api_in_utc(samples: Desk) -> None:
    assert samples.one("tickets", f"{ID}01")["created_at"] == datetime(2026, 9, 14, 6, 12, 38)
    assert samples.one("tickets", f"{ID}31")["created_at"] == datetime(2026, 9, 22, 8, 12, 38)


def test_custom_fields_of_the_api_are_found_by_their_names(samples: Desk) -> None:
    ticket = samples.one("tickets", f"{ID}31")
    assert (ticket["order_ref"], ticket["reason_raw"]) == ("1185", ["Retour", "Taille trop petite"])


def test_the_api_tells_of_spam(samples: Desk) -> None:
    assert samples.one("tickets", f"{ID}32")["excluded_because"] == "spam"
    assert samples.one("tickets", f"{ID}31")["is_excluded"] is False


def test_threads_and_comments_are_messages_of_their_ticket(samples: Desk) -> None:
    threads = [samples.one("messages", f"{ID}01/68000000000031000{n}") for n in (1, 2, 3)]
    assert [(each["author"], each["is_public"]) for each in threads] == [
        ("customer", True),
        ("agent", True),
        ("agent", False),
    ]
    comments = [samples.one("messages", f"{ID}01/68000000000041000{n}") for n in (1, 2)]
    assert [each["is_public"] for each in comments] == [False, True]
    assert "author" not in comments[0]  # agents and customers comment, and only an id is told


def test_a_backup_is_a_zip_of_which_each_file_is_read(tmp_path: Path) -> None:
    backup = tmp_path / "backup.zip"
    with zipfile.ZipFile(backup, "w") as archive:
        archive.write(CASES, "Cases__1.csv")
        archive.write(SAMPLES / "zohodesk_threads.csv", "Threads__1.csv")
        archive.writestr(
            "Departments__1.csv",
            "Department Id,Department Name,Is Enabled,Created Time\nid,name,isEnabled,createdTime\n"
            "680000000000100001,SAV,true,2024-01-02 09:00:00\n",
        )
    _, results = loaded([backup], tmp_path)
    told = {result.file.split()[-1]: (result.status, result.loaded) for result in results}
    assert told == {
        "Cases__1.csv": ("loaded", 5),
        "Threads__1.csv": ("loaded", 3),
        "Departments__1.csv": ("refused", 0),
    }


@pytest.mark.parametrize(
    "header",
    [
        "Agent Id,First Name,Is Confirmed,Is Portal User\nid,firstName,isConfirmed,isPortalUser",
        "Contact Id,Is End User,CRM Contact Id,Language\nid,isEndUser,crmContactId,language",
        "Account Id,Account Name,CRM Account Id\nid,accountName,crmAccountId",
        "Department Id,Department Name,Is Enabled,Creator Id,Department Status",
        "Time Entry Id,Request Charge Type,Request Id,Seconds Spent,Created Time",
    ],
)
def test_parts_of_a_backup_without_tickets_are_refused_with_what_to_load(header: str, tmp_path: Path) -> None:
    part = tmp_path / "part.csv"
    width = header.split("\n")[0].count(",") + 1
    part.write_text("\n".join([header, ",".join(["1"] * width)]), encoding="utf-8")
    _, (result,) = loaded([part], tmp_path)
    assert result.message == Message("zohodesk_other_part", {"file": "part.csv"})


def test_the_planted_problems_become_incidents(tmp_path: Path) -> None:
    found = verdicts([CASES, SAMPLES / "zohodesk_api_tickets.json"], tmp_path)
    assert found["1181"][:2] == ("damaged_in_transit", "carrier")
    assert found["1182"] == ("lost_in_transit", "carrier", "reason")
    assert found["1183"] == ("wrong_item_sent", "merchant", "words")
    assert found["1185"][:2] == ("size_or_fit", "customer")
