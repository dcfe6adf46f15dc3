"""From records to signals: what counts as one, what it blames, and with which evidence."""

from __future__ import annotations

from collections.abc import Callable

import duckdb

Build = Callable[..., duckdb.DuckDBPyConnection]


def rows(con: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[object, ...]]:
    """The answer as plain rows."""
    return con.execute(sql).fetchall()


def test_each_kind_of_record_makes_one_signal_and_an_excluded_ticket_makes_none(build: Build) -> None:
    con = build(
        tickets="""
            ticket_id | created_at          | is_excluded
            1         | 2025-03-03 10:00:00 |
            2         | 2025-03-03 10:00:00 | true
        """,
        returns="""
            return_id | line_id | requested_at
            R1        | L1      | 2025-03-03 10:00:00
        """,
        cancellations="""
            cancellation_id | cancelled_at
            C1              | 2025-03-03 10:00:00
        """,
        refunds="""
            refund_id | refunded_at
            F1        | 2025-03-03 10:00:00
        """,
        claims="""
            claim_id | opened_at           | kind
            K1       | 2025-03-03 10:00:00 | inr
        """,
        stock_moves="""
            move_id | sku | at                  | delta | reason_scheme | reason_raw
            M1      | A   | 2025-03-03 10:00:00 | -2    | amazon.adjust | E
            M2      | A   | 2025-03-03 10:00:00 | -2    | amazon.adjust | Q
            M3      | A   | 2025-03-03 10:00:00 | -2    | amazon.adjust | sale
        """,
        shipments="""
            shipment_id | tracking_number | status    | shipped_at
            S1          | T1              | lost      | 2025-03-03 10:00:00
            S2          | T2              | delivered | 2025-03-03 10:00:00
        """,
    )
    assert rows(con, "select kind, count(*) from build_signals group by all order by all") == [
        ("cancellation", 1),
        ("claim", 1),
        ("refund", 1),
        ("return", 1),
        ("ticket", 1),
        ("tracking", 1),
        ("write_off", 1),
    ]


def test_better_evidence_wins_and_the_rest_is_kept_as_secondary_causes(build: Build) -> None:
    con = build(
        returns="""
            return_id | line_id | requested_at        | reason_scheme | reason_raw | condition_scheme   | condition_raw
            R1        | L1      | 2025-03-03 10:00:00 | amazon.return | DEFECTIVE  | amazon.disposition | DAMAGED
            R2        | L2      | 2025-03-03 10:00:00 | amazon.return | DEFECTIVE  | amazon.disposition | SELLABLE
        """
    )
    assert rows(
        con,
        """
        select signals.record_id, incidents.cause, incidents.party, incidents.evidence, incidents.evidence_rank,
            incidents.secondary_causes, incidents.has_conflict
        from build_incidents as incidents inner join build_signals as signals using (incident_key)
        order by all
        """,
    ) == [
        ("shop/main/R1/L1", "damaged_in_warehouse", "3pl", "fact", 2, ["product_defect"], True),
        ("shop/main/R2/L2", "product_defect", "supplier", "reason", 4, [], False),
    ]


def test_an_agents_tag_beats_the_words_of_the_subject_and_words_beat_nothing_at_all(build: Build) -> None:
    con = build(
        tickets="""
            ticket_id | created_at          | tags         | subject
            1         | 2025-03-03 10:00:00 | VIP, defect  | I got the wrong item
            2         | 2025-03-03 10:00:00 | VIP          | I got the WRONG  item!
            3         | 2025-03-03 10:00:00 | urgent       | Hello
            4         | 2025-03-03 10:00:00 |              | Mon colis 77 n’est jamais arrivé
        """
    )
    assert rows(
        con, "select record_id, cause, evidence, confidence from build_signals order by record_id"
    ) == [
        ("shop/main/1", "product_defect", "tag", "medium"),
        ("shop/main/2", "wrong_item_sent", "words", "low"),
        ("shop/main/3", "unknown", "none", None),
        ("shop/main/4", "not_received", "words", "low"),
    ]


def test_a_longer_phrase_silences_the_phrase_inside_it(build: Build) -> None:
    con = build(
        tickets="""
            ticket_id | created_at          | subject                                          | phrases
            1         | 2025-03-03 10:00:00 | I put the wrong item in my cart                  |
            2         | 2025-03-03 10:00:00 | wrong item in my cart, and the first arrived broken |
            3         | 2025-03-03 10:00:00 |                              | wrong item, wrong item in my cart
            4         | 2025-03-03 10:00:00 |                                                  | article cassé
            5         | 2025-03-03 10:00:00 | wrong items are not a wrong itemisation          |
        """
    )
    assert rows(con, "select right(record_id, 1), cause from build_signals order by 1") == [
        ("1", "unknown"),
        ("2", "damaged_in_transit"),
        ("3", "unknown"),
        ("4", "product_defect"),
        ("5", "unknown"),
    ]


def test_the_shops_own_tag_mapping_wins_also_when_it_says_that_a_tag_means_nothing(build: Build) -> None:
    con = build(
        ref_tags="""
            tag    | cause           | origin
            DEFECT | product_defect  | product
            DEFECT |                 | shop
            LATE   | late_delivery   | product
            LATE   | stock_out       | shop
        """,
        tickets="""
            ticket_id | created_at          | tags
            1         | 2025-03-03 10:00:00 | Defect
            2         | 2025-03-03 10:00:00 | late
        """,
    )
    assert rows(con, "select cause, confidence from build_signals order by record_id") == [
        ("unknown", None),
        ("stock_out", "high"),
    ]


def test_tags_are_compared_without_case_accents_or_punctuation_and_paths_by_their_last_step(
    build: Build,
) -> None:
    con = build(
        ref_tags="""
            tag           | cause          | origin
            COLIS_ABIME   | damaged_in_transit | product
        """,
        tickets="""
            ticket_id | created_at          | tags
            1         | 2025-03-03 10:00:00 | Colis-abîmé
            2         | 2025-03-03 10:00:00 | Livraison::Colis abîmé
            3         | 2025-03-03 10:00:00 | Livraison > COLIS ABIME
            4         | 2025-03-03 10:00:00 | colis
        """,
    )
    assert rows(con, "select cause from build_signals order by record_id") == [
        ("damaged_in_transit",),
        ("damaged_in_transit",),
        ("damaged_in_transit",),
        ("unknown",),
    ]


def test_a_reason_in_the_shops_own_words_is_looked_up_as_a_tag_and_then_as_words(build: Build) -> None:
    con = build(
        returns="""
            return_id | line_id | requested_at        | reason_scheme  | reason_raw
            R1        | L1      | 2025-03-03 10:00:00 | loop           | Defect
            R2        | L1      | 2025-03-03 10:00:00 | loop           | Il m'est parvenu un article cassé
            R3        | L1      | 2025-03-03 10:00:00 | shopify.return | wrong item
        """
    )
    assert rows(con, "select cause, evidence from build_signals order by record_id") == [
        ("product_defect", "reason"),
        ("product_defect", "words"),
        ("wrong_item_sent", "reason"),
    ]


def test_other_never_beats_a_real_cause_however_good_its_evidence(build: Build) -> None:
    con = build(
        returns="""
            return_id | line_id | requested_at        | reason_scheme  | reason_raw | phrases
            R1        | L1      | 2025-03-03 10:00:00 | shopify.return | MISC       | arrived broken
            R2        | L1      | 2025-03-03 10:00:00 | shopify.return | MISC       |
            R3        | L1      | 2025-03-03 10:00:00 | shopify.return | OTHER      |
        """
    )
    assert rows(con, "select cause, party, evidence from build_signals order by record_id") == [
        ("damaged_in_transit", "carrier", "words"),
        ("other", "unknown", "default"),
        ("unknown", "unknown", "default"),
    ]


def test_a_tag_that_says_other_does_not_beat_what_the_customer_wrote(build: Build) -> None:
    con = build(
        ref_tags="tag | cause | origin\n MISC | other | shop",
        tickets="""
            ticket_id | created_at          | tags | subject
            1         | 2025-03-03 10:00:00 | misc | it arrived broken
        """,
    )
    assert rows(con, "select cause, evidence from build_signals") == [("damaged_in_transit", "words")]
    assert rows(con, "select secondary_causes, has_conflict from build_incidents") == [([], False)]


def test_a_real_cause_that_blames_nobody_is_secondary_but_no_conflict(build: Build) -> None:
    con = build(
        ref_codes="""
            scheme         | code                | cause        | party   | confidence
            walmart.return | LOST_AFTER_DELIVERY | not_received | unknown | medium
        """,
        tickets="""
            ticket_id | created_at          | tags | reason_scheme  | reason_raw
            1         | 2025-03-03 10:00:00 | late | walmart.return | lost after delivery
        """,
    )
    assert rows(con, "select cause, party, secondary_causes, has_conflict from build_incidents") == [
        ("late_delivery", "carrier", ["not_received"], False)
    ]


def test_the_fulfiller_is_the_3pl_when_it_shipped_and_the_merchant_otherwise(build: Build) -> None:
    con = build(
        orders="""
            order_id | placed_at           | fulfilled_by
            1        | 2025-03-01 10:00:00 | 3pl
            2        | 2025-03-01 10:00:00 | marketplace
            3        | 2025-03-01 10:00:00 | merchant
            4        | 2025-03-01 10:00:00 |
        """,
        tickets="""
            ticket_id | created_at          | order_id | tags       | subject
            1         | 2025-03-03 10:00:00 | 1        | wrong_item |
            2         | 2025-03-03 10:00:00 | 2        |            | wrong item
            3         | 2025-03-03 10:00:00 | 3        | wrong_item |
            4         | 2025-03-03 10:00:00 | 4        |            | wrong item
            5         | 2025-03-03 10:00:00 |          | wrong_item |
        """,
    )
    assert rows(con, "select party from build_signals order by record_id") == [
        ("3pl",),
        ("3pl",),
        ("merchant",),
        ("merchant",),
        ("merchant",),
    ]
    assert rows(con, "select distinct party from build_incidents where order_key like '%/1'") == [("3pl",)]


def test_a_parcel_whose_scan_and_state_tell_the_same_is_told_once(build: Build) -> None:
    con = build(
        orders="order_id | placed_at\n 7 | 2025-03-01 10:00:00",
        shipments="""
            shipment_id | order_id | tracking_number | status | shipped_at
            S1          | 7        | T1              | lost   | 2025-03-02 10:00:00
        """,
        tracking_events="""
            tracking_number | scanned_at          | code_raw | event
            T1              | 2025-03-08 10:00:00 | X9       | lost
            T1              | 2025-03-09 10:00:00 | X9       | lost
            T1              | 2025-03-03 10:00:00 | OK       | in_transit
        """,
    )
    assert rows(con, "select kind, cause, evidence, occurred_at::varchar, order_key from build_signals") == [
        ("tracking", "lost_in_transit", "fact", "2025-03-08 10:00:00", "shop/main/7")
    ]


def test_a_day_is_a_day_of_the_shops_zone(build: Build) -> None:
    con = build(
        settings="zone | main_currency\n Europe/Paris | EUR",
        tickets="""
            ticket_id | created_at
            1         | 2025-03-02 22:59:59
            2         | 2025-03-02 23:00:00
        """,
    )
    assert rows(con, "select event_date::varchar from build_incidents order by first_at") == [
        ("2025-03-02",),
        ("2025-03-03",),
    ]
