"""What is said of a corrective action: verdict, effect with its interval, how that was found, what it is about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app import formats, names
from app.frame import Page
from app.i18n import t
from pipelines import scopes

FAR = 3.0  # a ratio beyond which percentages are not read any more


def state(effect: Mapping[str, Any]) -> str:
    """The verdict, or that the cause came back after one."""
    return "back" if effect["back_since"] is not None else str(effect["verdict"])


def verdict(page: Page, effect: Mapping[str, Any]) -> str:
    """The verdict in a few words, with the day by which there will be one."""
    name = state(effect)
    if name == "back":
        return t("actions.verdict_back", day=formats.day(effect["back_since"], page.lang))
    if name != "too_early":
        return t(f"actions.verdict_{name}")
    if effect["reason"] == "wait":
        return t("actions.verdict_wait", day=formats.day(effect["known_by"], page.lang))
    return t(f"actions.verdict_{effect['reason']}")


def change(ratio: float | None) -> float | None:
    """A ratio of rates as a change of the rate; None for an endless one."""
    return None if ratio is None or ratio == float("inf") else ratio - 1


def effect_said(effect: Mapping[str, Any], lang: str) -> str | None:
    """The effect with its interval: as a change, or how many times where it is far above; None before there is one."""
    return between(effect["ratio"], effect["ratio_low"], effect["ratio_high"], lang)


def between(ratio: float | None, low: float | None, high: float | None, lang: str) -> str | None:
    """A ratio with its interval, in words."""
    if ratio is None or low is None or high is None:
        return None
    if high > FAR:
        value, at_least, at_most = (
            "∞" if each == float("inf") else formats.number(each, lang, 1) for each in (ratio, low, high)
        )
        return t("actions.times", value=value, low=at_least, high=at_most)
    value, at_least, at_most = (
        formats.change(formats.percent(each - 1, lang)) for each in (ratio, low, high)
    )
    return t("actions.between", value=value, low=at_least, high=at_most)


def figures(page: Page, effect: Mapping[str, Any]) -> str:
    """The effect, and the incidents and denominators it is made of."""
    said = effect_said(effect, page.lang)
    counts = t(
        "actions.counts",
        before=effect["before_count"],
        before_weeks=effect["before_weeks"],
        after=effect["after_count"],
        after_weeks=effect["after_weeks"],
    )
    if effect["exposure_kind"] is None:
        return " · ".join(part for part in (said, counts) if part)
    base = t(
        "actions.exposure",
        before=formats.number(effect["before_exposure"], page.lang, 0),
        after=formats.number(effect["after_exposure"], page.lang, 0),
        kind=names.code("exposure", effect["exposure_kind"]),
    )
    return " · ".join(part for part in (said, counts, base) if part)


def caveats(page: Page, effect: Mapping[str, Any]) -> list[str]:
    """How it was found, and what speaks against taking it for the action's doing."""
    said = []
    if effect["method"]:
        elsewhere = between(effect["else_ratio"], effect["else_low"], effect["else_high"], page.lang)
        said.append(t(f"actions.method_{effect['method']}"))
        if elsewhere is not None:
            is_vague = effect["else_high"] > FAR and effect["else_low"] < 1 / FAR
            said.append(t("actions.elsewhere_few") if is_vague else t("actions.elsewhere", change=elsewhere))
    if effect["season"] in ("no_year", "few"):
        said.append(t(f"actions.season_{effect['season']}"))
    last_year = between(effect["last_ratio"], effect["last_low"], effect["last_high"], page.lang)
    if last_year is not None:
        said.append(t("actions.last_year", change=last_year))
    since = between(effect["all_ratio"], effect["all_low"], effect["all_high"], page.lang)
    if since is not None:
        said.append(t("actions.since_then", n=effect["all_weeks"], change=since))
    if effect["is_displaced"]:
        said.append(t("actions.displaced"))
    if effect["base"] != "usual":
        said.append(t(f"actions.base_{effect['base']}"))
    if effect["reason"] == "wait" and effect["needed_weeks"] is not None:
        said.append(t("actions.needed", n=effect["needed_weeks"]))
    if effect["exposure_kind"] is None:
        said.append(t("actions.without_orders"))
    said.append(t(f"actions.basis_{effect['date_basis']}"))
    if effect["dispersion"] > 1.5:
        said.append(t("actions.dispersion", times=formats.number(effect["dispersion"], page.lang, 1)))
    return said


def scope_said(scope: scopes.Scope) -> str:
    """What an action or note is about, in words."""
    parts = [
        t("actions.of", dimension=t(f"dimension.{name}"), values=", ".join(names.of(name, v) for v in values))
        for name, values in scope.items()
    ]
    return " · ".join(parts) or t("actions.whole_shop")
