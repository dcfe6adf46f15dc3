"""HubSpot Service: the export of tickets (CSV), the API's tickets (JSON, v3) and Fivetran's warehouse copy (CSV).

What the formats won't tell: an export is headed by the properties' labels in the user's language (the French ones here
are unconfirmed, and so are those of the English columns beyond id, name, status, owner and date), and holds the columns
of the user's view. The API and the copy use the properties' names; the API only tells those that were asked for, all as
text. The status is a stage of a pipeline: an export has its label, the others an id that differs in every portal, so
there a closed date tells. Categories may be several, parted by semicolons; two of the four that a portal begins with
say nothing (unconfirmed). The export's times are in the user's zone: they are read in the shop's; the others are UTC.
There are no tags. A list of pipeline stages holds nothing that is counted here.
"""

from __future__ import annotations

from collections.abc import Callable

from duckdb import Expression

from pipelines.cells import Cells, Field, Parsed, function
from pipelines.channels import channel
from pipelines.custom_fields import first_of, object_values, parted, together
from pipelines.fields import (
    constant,
    customer,
    each_of,
    first,
    identifier,
    text,
    time,
    told,
    when,
    without,
)
from pipelines.helpdesks import ORDER, REASON, REASON_IN_JSON, SKU, because, readable, says
from pipelines.source import Source, Table, Unusable

_ID = ("Ticket ID", "Record ID", "hs_object_id", "ID du ticket", "ID de la fiche d'informations")
_NAME = ("Ticket name", "subject", "Nom du ticket")
_CREATED = ("Create date", "Created date", "createdate", "Date de création")
_STAGE = ("Ticket status", "Ticket Pipeline Stage", "hs_pipeline_stage", "Statut du ticket")
_SOURCE = ("Source", "source_type")
_CLOSED = time("Close date", "Closed date", "closed_date", "Date de fermeture")
_WAITING = r"(?i)^(waiting on contact|en attente (du|de) contact)"
_ENDED = r"(?i)^(closed|resolved|solved|ferm[ée]|clos|r[ée]solu)"
_FORMS = {"form": "web_form"}


def _no_reasons(_: Cells) -> Parsed:
    return Parsed(function("list_value", "General inquiry", "Feature request"))


def _is_told(field: Field) -> Callable[[Cells], Expression]:
    return lambda cells: field(cells).value.isnotnull()


def _reads(field: Field, pattern: str) -> Callable[[Cells], Expression]:
    return lambda cells: function("regexp_matches", field(cells).value, pattern)


def _by_label(stage: Field, closed: Field) -> Field:
    """The stage's label where it is a word; an id says nothing, then a closed date tells."""
    is_word = _reads(stage, r"^\D")
    return first(
        when(_reads(stage, _ENDED), constant("closed")),
        when(_reads(stage, _WAITING), constant("pending")),
        when(is_word, constant("open")),
        when(_is_told(closed), constant("closed")),
        constant("open"),
    )


EXPORT = Source(
    name="hubspot",
    title="HubSpot, tickets (CSV export)",
    needs=(_ID, _NAME, _CREATED, (*_STAGE, "Pipeline", "hs_pipeline")),
    personal=r"^associated|\bowner\b|propri[eé]taire|^team|_?owner_?id$|contact|^resolution$|^r[ée]solution$",
    tables=(
        Table(
            "tickets",
            {
                "ticket_id": identifier(*_ID),
                "created_at": time(*_CREATED),
                "updated_at": time(
                    "Last modified date", "hs_lastmodifieddate", "Date de la dernière modification"
                ),
                "first_reply_at": time("First agent email response date", "first_agent_reply_date"),
                "solved_at": _CLOSED,
                "status": _by_label(text(*_STAGE), _CLOSED),
                "channel": channel(*_SOURCE, more=_FORMS),
                "channel_raw": text(*_SOURCE),
                "subject": text(*_NAME),
                "reason_raw": without(parted(each_of("hs_ticket_category", REASON), ";"), _no_reasons),
                "reason_scheme": constant("shop.tag"),
                "order_id": identifier(ORDER),
                "sku": identifier(SKU),
                "customer_key": customer("Associated Contact IDs"),
                "is_excluded": constant(False),
            },
            words=readable(text("Ticket description", "content", "Description du ticket")),
        ),
    ),
)

_COPY_CLOSED = time("property_closed_date", zone="UTC")
_COPY_EXCLUDED = because((says(text("is_deleted", "_fivetran_deleted"), "true"), "deleted"))

WAREHOUSE = Source(
    name="hubspot",
    title="HubSpot, warehouse copy by Fivetran (CSV)",
    needs=("id", "_fivetran_synced", "property_hs_pipeline_stage", "property_createdate"),
    personal=r"owner|synced$|property (content|hs resolution)$|contact",
    tables=(
        Table(
            "tickets",
            {
                "ticket_id": identifier("id"),
                "created_at": time("property_createdate", zone="UTC"),
                "updated_at": time("property_hs_lastmodifieddate", zone="UTC"),
                "first_reply_at": time("property_first_agent_reply_date", zone="UTC"),
                "solved_at": _COPY_CLOSED,
                "status": _by_label(text("property_hs_pipeline_stage"), _COPY_CLOSED),
                "channel": channel("property_source_type", more=_FORMS),
                "channel_raw": text("property_source_type"),
                "subject": text("property_subject"),
                "reason_raw": without(
                    parted(each_of("property_hs_ticket_category", REASON), ";"), _no_reasons
                ),
                "reason_scheme": constant("shop.tag"),
                "order_id": identifier(ORDER),
                "sku": identifier(SKU),
                "is_excluded": told(_COPY_EXCLUDED),
                "excluded_because": _COPY_EXCLUDED,
            },
            words=readable(text("property_content")),
        ),
    ),
)

_PROPERTIES = "$.properties"
_API_CLOSED = time("$.properties.closed_date", zone="UTC")
_API_EXCLUDED = because((says(text("$.archived"), "true"), "deleted"))

API_TICKETS = Source(
    name="hubspot",
    title="HubSpot, tickets (API v3 JSON)",
    needs=("id", "properties", "properties.hs_pipeline_stage", "createdAt"),
    is_documents=True,
    tables=(
        Table(
            "tickets",
            {
                "ticket_id": identifier("$.id"),
                "created_at": time("$.properties.createdate", "$.createdAt", zone="UTC"),
                "updated_at": time("$.updatedAt", "$.properties.hs_lastmodifieddate", zone="UTC"),
                "first_reply_at": time("$.properties.first_agent_reply_date", zone="UTC"),
                "solved_at": _API_CLOSED,
                "status": _by_label(text("$.properties.hs_pipeline_stage"), _API_CLOSED),
                "channel": channel("$.properties.source_type", more=_FORMS),
                "channel_raw": text("$.properties.source_type"),
                "subject": text("$.properties.subject"),
                "reason_raw": without(
                    parted(
                        together(
                            each_of("$.properties.hs_ticket_category"),
                            object_values(_PROPERTIES, called=REASON_IN_JSON),
                        ),
                        ";",
                    ),
                    _no_reasons,
                ),
                "reason_scheme": constant("shop.tag"),
                "order_id": first_of(object_values(_PROPERTIES, called=ORDER)),
                "sku": first_of(object_values(_PROPERTIES, called=SKU)),
                "customer_key": customer("$.associations.contacts.results[0].id"),
                "is_excluded": told(_API_EXCLUDED),
                "excluded_because": _API_EXCLUDED,
            },
            words=readable(text("$.properties.content")),
        ),
    ),
)

STAGES = Unusable(needs=("stage_id", "pipeline_id", "ticket_state", "is_closed"), message="hubspot_stages")
