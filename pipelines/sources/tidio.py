"""Tidio: the export of messages (CSV), a row a message.

What the format won't tell: a conversation is all the rows with its id, and nothing says whether it is over. It counts
as a ticket once a visitor wrote: a greeting of the bot (`automation`) that nobody answered is only a message. It begins
with the visitor's first message, and takes the channel of that one; the first reply is an operator's. A text with a
comma may stand without quotes: where that makes a cell too many the row is rejected with its line, to be mended; where
the last cells are empty the text ends at the comma. The name of a visitor may be an e-mail address, or a made-up id.
THREAD_ID is the same in every row that was seen and tells nothing. An export that begins in the middle of a
conversation dates it from there. Unconfirmed: channels other than chat.
"""

from __future__ import annotations

from duckdb import ColumnExpression, DuckDBPyRelation, Expression, StarExpression

from pipelines.cells import NULL, Cells, reshaped
from pipelines.channels import channel
from pipelines.fields import constant, customer, identifier, one_of, text, time
from pipelines.source import Source, Table

_READ = {
    "own_conversation": "CONVERSATION_ID",
    "own_time": "TIME_SENT",
    "own_sender": "SENDER",
    "own_text": "MESSAGE_CONTENT",
    "own_email": "EMAIL",
}
# Times of this export sort as they are written; those of a file saved again by a spreadsheet do not, nor do they read
# as times here, so there the order of the rows stands in.
_TOLD = """
    with placed as (
        select
            *,
            lower(own_sender) = 'visitor' as is_visitors,
            row_number() over (order by try_cast(own_time as timestamp), row_number) as place
        from sheet_rows
        where own_conversation is not null
    ),

    asked as (
        select
            own_conversation,
            min(place) filter (where is_visitors) as first_place,
            string_agg(own_text, ' ' order by place) filter (where is_visitors) as said,
            arg_min(own_email, place) filter (where is_visitors and contains(own_email, '@')) as visitor_email,
            arg_max(own_time, place) as last_at
        from placed
        group by own_conversation
    ),

    answered as (
        select
            placed.own_conversation,
            arg_min(placed.own_time, placed.place) as answered_at
        from placed
        inner join asked on placed.own_conversation = asked.own_conversation and placed.place > asked.first_place
        where lower(placed.own_sender) = 'operator'
        group by placed.own_conversation
    )

    select
        placed.row_number,
        asked.said,
        asked.visitor_email,
        asked.last_at,
        answered.answered_at,
        true as is_first_question
    from placed
    inner join asked on placed.place = asked.first_place
    left join answered on placed.own_conversation = answered.own_conversation
"""


def _told(rows: DuckDBPyRelation) -> DuckDBPyRelation:
    """Every row; that of a conversation's first question with what the whole of it says."""
    cells = Cells(rows.columns)
    found = {name: cells.find(header) for name, header in _READ.items()}
    read = [
        (ColumnExpression(header) if header else NULL.cast("VARCHAR")).alias(name)
        for name, header in found.items()
    ]
    told = reshaped(rows.select(ColumnExpression("row_number"), *read), _TOLD)
    shown = rows.set_alias("shown").join(told.set_alias("told"), "row_number", how="left")
    return shown.select(StarExpression())


def _is_first_question(_: Cells) -> Expression:
    return ColumnExpression("is_first_question").isnotnull()


_CONVERSATION = identifier("CONVERSATION_ID")

MESSAGES = Source(
    name="tidio",
    title="Tidio, messages (CSV)",
    needs=("CONVERSATION_ID", "THREAD_ID", "TIME_SENT", "CHANNEL", "SENDER", "MESSAGE_CONTENT"),
    prepare=_told,
    personal=r"^message content$|^said$|^visitor email$|^thread id$|^last at$|^answered at$|^is first question$",
    tables=(
        Table(
            "tickets",
            {
                "ticket_id": _CONVERSATION,
                "created_at": time("TIME_SENT"),
                "updated_at": time("last_at"),
                "first_reply_at": time("answered_at"),
                "channel": channel("CHANNEL"),
                "channel_raw": text("CHANNEL"),
                "customer_key": customer("visitor_email"),
            },
            where=_is_first_question,
            words=text("said"),
        ),
        Table(
            "messages",
            {
                "ticket_id": _CONVERSATION,
                "author": one_of(
                    "SENDER", values={"visitor": "customer", "operator": "agent", "automation": "automatic"}
                ),
                "sent_at": time("TIME_SENT"),
                "is_public": constant(True),
            },
        ),
    ),
)
