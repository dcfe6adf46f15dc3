"""Through which channel a shop sells or a customer writes: one list for all tools. The raw word is kept beside it."""

from __future__ import annotations

from collections.abc import Mapping

from pipelines.cells import Field
from pipelines.fields import one_of

#: word in lower case -> our word; a source adds or overrides what its vendor means differently
CHANNELS: Mapping[str, str] = {
    "email": "email",
    "e-mail": "email",
    "mail": "email",
    "web": "web_form",
    "web form": "web_form",
    "portal": "web_form",
    "feedback widget": "web_form",
    "contact_form": "web_form",
    "help-center": "web_form",
    "chat": "chat",
    "messaging": "chat",
    "native_messaging": "chat",
    "phone": "phone",
    "voice": "phone",
    "aircall": "phone",
    "sms": "sms",
    "whatsapp": "whatsapp",
    "facebook": "facebook",
    "facebook-mention": "facebook",
    "facebook-recommendations": "facebook",
    "facebook-messenger": "messenger",
    "messenger": "messenger",
    "instagram": "instagram",
    "instagram-comment": "instagram",
    "instagram-ad-comment": "instagram",
    "instagram-mention": "instagram",
    "instagram-direct-message": "instagram",
    "twitter": "x",
    "twitter-direct-message": "x",
    "x": "x",
    "tiktok": "tiktok",
    "tiktok-shop": "tiktok",
    "pinterest": "pinterest",
    "youtube": "youtube",
    "yotpo-review": "review",
    "review": "review",
    "api": "api",
    "internal-note": "internal",
    "outbound email": "internal",
}


def channel(*names: str, more: Mapping[str, str] | None = None) -> Field:
    """The channel in our words; a word that nobody knows stays as it is, so that it can be seen and mapped."""
    return one_of(*names, values={**CHANNELS, **(more or {})}, keep=True)
