"""The ways in which vendors know who asks."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Basic:
    """Name and password in every request; settings stand in braces."""

    needs: tuple[str, ...]
    user: str
    password: str

    def headers(self, settings: Mapping[str, str], access: str) -> dict[str, str]:
        pair = f"{self.user.format(**settings)}:{self.password.format(**settings)}"
        return {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}

    def renewal(self, settings: Mapping[str, str]) -> None:
        return None

    def renewal_headers(self, settings: Mapping[str, str]) -> dict[str, str]:
        return {}


@dataclass(frozen=True)
class Token:
    """A token that does not expire, in a header."""

    needs: tuple[str, ...]
    value: str = "Bearer {token}"
    header: str = "Authorization"

    def headers(self, settings: Mapping[str, str], access: str) -> dict[str, str]:
        return {self.header: self.value.format(**settings)}

    def renewal(self, settings: Mapping[str, str]) -> None:
        return None

    def renewal_headers(self, settings: Mapping[str, str]) -> dict[str, str]:
        return {}


@dataclass(frozen=True)
class OAuth:
    """A token that expires, fetched with the client's secret, and where there is one with a refresh token."""

    needs: tuple[str, ...]
    path: str
    form: Mapping[str, str]
    value: str = "Bearer {access}"
    header: str = "Authorization"
    #: headers of every request; {request} is a name of its own for each
    more: Mapping[str, str] = field(default_factory=dict)
    #: True where the client's id and secret stand in a header of the renewal
    is_basic: bool = False

    def headers(self, settings: Mapping[str, str], access: str) -> dict[str, str]:
        return {self.header: self.value.format(**settings, access=access), **self._more(settings)}

    def renewal(self, settings: Mapping[str, str]) -> tuple[str, dict[str, str]]:
        form = {name: value.format(**settings) for name, value in self.form.items()}
        return self.path.format(**settings), form

    def renewal_headers(self, settings: Mapping[str, str]) -> dict[str, str]:
        client = Basic((), "{client_id}", "{client_secret}").headers(settings, "") if self.is_basic else {}
        return {**client, **self._more(settings)}

    def _more(self, settings: Mapping[str, str]) -> dict[str, str]:
        request = str(uuid.uuid4())
        return {name: value.format(**settings, request=request) for name, value in self.more.items()}


def refreshed(path: str, *needs: str, value: str = "Bearer {access}", header: str = "Authorization") -> OAuth:
    """OAuth by a refresh token, which the vendor may replace at each use."""
    form = {
        "grant_type": "refresh_token",
        "client_id": "{client_id}",
        "client_secret": "{client_secret}",
        "refresh_token": "{refresh_token}",
    }
    return OAuth((*needs, "client_id", "client_secret", "refresh_token"), path, form, value, header)


def by_client(
    path: str, *needs: str, value: str = "Bearer {access}", header: str = "Authorization", scope: str = ""
) -> OAuth:
    """OAuth by the client's own id and secret."""
    form = {
        "grant_type": "client_credentials",
        "client_id": "{client_id}",
        "client_secret": "{client_secret}",
    }
    return OAuth(
        (*needs, "client_id", "client_secret"),
        path,
        form | ({"scope": scope} if scope else {}),
        value,
        header,
    )


def by_client_header(path: str, value: str, header: str, more: Mapping[str, str]) -> OAuth:
    """OAuth by the client's own id and secret, which stand in the header as a name and a password do."""
    form = {"grant_type": "client_credentials"}
    return OAuth(("client_id", "client_secret"), path, form, value, header, more, is_basic=True)
