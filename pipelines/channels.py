"""Through which channel a shop sells or a customer writes: one list for all tools. The raw word is kept beside it.

Social networks have no files of their own: TikTok, Instagram, Facebook, Pinterest, YouTube and WhatsApp arrive as what
a helpdesk calls the channel. Words mean the same in any letter case, with blanks, '-' or '_'. Comments and private
messages of Instagram are one channel, as most tools do not tell them apart; `facebook` is a post, or either where a
tool does not tell it from Messenger. A word that is not here stays as it is, so that it can be seen and mapped by the
shop (`pipelines/shop_channels.py`), and so do those that only name an add-on: Zendesk's `any_channel` can be anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from duckdb import CoalesceOperator, Expression

from pipelines.cells import NULL, Cells, Field, Parsed, function

#: how customers write, and the words of tools for it
_WRITTEN: Mapping[str, tuple[str, ...]] = {
    "email": ("email", "e-mail", "mail", "courriel", "smtp", "imap", "channel::email"),
    "web_form": (
        *("web form", "web", "contact form", "form", "formulaire", "formulaire de contact", "frontForm"),
        *("help center", "portal", "portail", "feedback widget", "beacon", "forums"),
    ),
    "chat": (
        *("chat", "live chat", "messaging", "native messaging", "conversation"),
        *("frontChat", "intercom", "smooch", "channel::webwidget"),
    ),
    "phone": (
        *("phone", "telephone", "téléphone", "voice", "aircall", "talkdesk", "truly"),
        *("phone call", "phone switch", "channel::voice"),
    ),
    "sms": ("sms", "text message", "twilio", "channel::sms", "channel::twiliosms"),
    "whatsapp": ("whatsapp", "channel::whatsapp"),
    "facebook": (
        "facebook",
        "facebook post",
        "facebook mention",
        "facebook recommendations",
        "channel::facebookpage",
    ),
    "messenger": ("messenger", "facebook messenger", "facebook message", "facebook private message"),
    "instagram": (
        *("instagram", "instagram comment", "instagram ad comment", "instagram mention"),
        *("instagram direct message", "instagram direct", "instagram dm", "channel::instagram"),
    ),
    "x": (
        *("x", "twitter", "tweet", "twitter direct message", "twitterDm", "twitter dm"),
        *("twitter favorite", "x corp dm", "channel::twitterprofile"),
    ),
    "tiktok": ("tiktok", "tik tok", "tiktok shop", "channel::tiktok"),
    "pinterest": ("pinterest",),
    "youtube": ("youtube",),
    "telegram": ("telegram", "channel::telegram"),
    "line": ("line", "channel::line"),
    "review": ("review", "yotpo review", "googlePlay", "avis"),
    "api": ("api", "channel::api"),
    "internal": ("internal", "internal note", "outbound email"),
}
#: where shops sell; sources write these and marketplaces of their own
_SOLD = ("web", "pos", "mobile", "draft_order", "subscription", "app", "amazon", "ebay", "etsy", "walmart")

#: our words: everything else is a word of a tool, or a name that a shop chose
NAMES = (*_WRITTEN, *_SOLD)


def plain_word(word: str) -> str:
    """A word as it is compared: lower case, blanks for '-' and '_'."""
    return word.lower().replace("-", " ").replace("_", " ")


#: compared word -> our word; a source adds or overrides what its vendor means differently
CHANNELS: Mapping[str, str] = {plain_word(word): name for name, words in _WRITTEN.items() for word in words}


def channel(*names: str, more: Mapping[str, str | None] | None = None) -> Field:
    """The channel in our words; a word that nobody knows stays as it is, so that it can be seen and mapped."""
    known = {**CHANNELS, **{plain_word(word): ours for word, ours in (more or {}).items()}}

    def parse(cells: Cells) -> Parsed:
        found = cells.text(*names)
        if not found:
            return Parsed(NULL.cast("VARCHAR"))
        raw = found[1]
        # a map is looked up three times as fast as a chain of cases
        ours = function("map", _listed(known.keys()), _listed(known.values()))
        return Parsed(CoalesceOperator(function("map_extract_value", ours, _plain(raw)), raw))

    return parse


def _plain(raw: Expression) -> Expression:
    """What `plain_word` does, in the database."""
    return function("replace", function("replace", function("lower", raw), "-", " "), "_", " ")


def _listed(texts: Iterable[str | None]) -> Expression:
    return function("list_value", *texts).cast("VARCHAR[]")
