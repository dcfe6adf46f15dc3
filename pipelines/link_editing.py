"""Says which order a ticket is about, in the shop's own links.csv: checked, written whole, logged, and taken back."""

from __future__ import annotations

from pipelines import user_changes
from pipelines.hearing import LINKS
from pipelines.messages import Message
from pipelines.shop_links import ShopLinksError, link_in, with_link
from pipelines.shop_lists import list_text
from pipelines.store import Store, StoreError
from pipelines.user_changes import Change


def set_link(
    store: Store, tool: str, ticket: str, order: str | None, who: str, undoes: str | None = None
) -> Change | None:
    """Links a ticket of a tool to an order, or to none (''), or takes what was said of it out (None).

    None when that is what the list says already. Raises StoreError for a list that cannot be used, and for a ticket or
    an order that no list could hold.
    """
    wanted = None if order is None else order.strip()
    if not ticket or any(character in f"{ticket}{wanted or ''}" for character in "\r\n"):
        raise StoreError(Message("link_unwritable", {"ticket": ticket}))
    path = store.user / LINKS
    before = said(store, tool, ticket)
    if before == wanted:
        return None
    text = with_link(list_text(path) if path.exists() else "", tool, ticket, wanted)
    if link_in(text, path.name, tool, ticket) != wanted:
        raise StoreError(Message("link_unwritable", {"ticket": ticket}))
    user_changes.write_file(path, "\ufeff" + text)
    done = user_changes.new(who, "link", path.name, before, wanted, value=ticket, scheme=tool, undoes=undoes)
    user_changes.remember(store, [done])
    return done


def said(store: Store, tool: str, ticket: str) -> str | None:
    """The order that the list says a tool's ticket is about: '' for none, None where it says nothing."""
    path = store.user / LINKS
    try:
        return link_in(list_text(path), path.name, tool, ticket) if path.exists() else None
    except ShopLinksError as error:
        raise StoreError(error.message) from error


def undo(store: Store, change: Change, who: str) -> Change:
    """Takes a link back. Raises StoreError when something newer is said of the ticket."""
    tool, ticket = change.scheme or "", change.value or ""
    if said(store, tool, ticket) != change.after:
        raise user_changes.changed_since(change)
    done = set_link(store, tool, ticket, change.before, who, change.id)
    if done is None:
        raise user_changes.changed_since(change)
    return done
