"""French and English say the same things, and the code says nothing in neither."""

from __future__ import annotations

import ast
import re
import string
import tomllib
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from app.i18n import UnknownTextError, md, say, texts, typeset
from pipelines.channels import NAMES
from pipelines.contract import KINDS
from pipelines.notes import KINDS as NOTE_KINDS
from pipelines.rules import all_rules
from pipelines.work_states import STATES

APP = Path(__file__).parent.parent / "app"
QUERIES = APP.parent / "queries"
MODULES = [Path("dashboard.py").resolve().parent / "dashboard.py", *sorted(APP.rglob("*.py"))]
TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in MODULES if path.exists()}

# what Streamlit shows a reader, by the position of the words among the arguments
SHOWN = {
    "title", "header", "subheader", "caption", "text", "markdown", "write", "metric", "button", "selectbox",
    "multiselect", "segmented_control", "pills", "popover", "text_input", "date_input", "file_uploader",
    "download_button", "info", "warning", "error", "success", "toast", "page_link", "progress", "spinner",
}  # fmt: skip
NAMED = {"label", "help", "placeholder", "alt", "page_title", "title", "text", "hovertext", "name"}
WORDS = re.compile(r"[A-Za-zÀ-ÿ]{2,}")


def placeholders(text: str | dict[str, str]) -> set[str]:
    forms = text.values() if isinstance(text, dict) else [text]
    return {name for form in forms for _, name, _, _ in string.Formatter().parse(form) if name}


def test_both_languages_have_the_same_keys() -> None:
    assert texts("fr").keys() == texts("en").keys()


def test_both_languages_ask_for_the_same_parameters() -> None:
    different = {
        key: (placeholders(text), placeholders(texts("en")[key]))
        for key, text in texts("fr").items()
        if placeholders(text) != placeholders(texts("en")[key])
    }
    assert different == {}


def test_texts_with_plural_forms_have_them_in_both_languages() -> None:
    assert {k for k, v in texts("fr").items() if isinstance(v, dict)} == {
        k for k, v in texts("en").items() if isinstance(v, dict)
    }


LOOSE = re.compile(r"[\w})»*] [:;?!%‰»]|« |\w'\w")


def test_french_signs_stand_after_a_narrow_no_break_space_and_apostrophes_are_curved() -> None:
    loose = {
        key: text
        for key, text in texts("fr").items()
        if LOOSE.search(text if isinstance(text, str) else " ".join(text.values()))
    }
    assert loose == {}


def test_no_break_spaces_survive_markdown_and_sentences_of_the_loader_get_them() -> None:
    assert md("12\u202f%") == "12\u202f%"
    assert typeset("« N/D » : pourquoi ?", "fr") == "«\u202fN/D\u202f»\u202f: pourquoi\u202f?"
    assert typeset("a : b", "en") == "a : b"


def sql_words(path: str, column: str) -> set[str]:
    """The literal codes that a query gives in a column: 'what': 'order_paid', or 'tag' as value_kind."""
    sql = (QUERIES / path).read_text(encoding="utf-8")
    return set(re.findall(rf"'{column}': '(\w+)'", sql)) | set(re.findall(rf"'(\w+)' as {column}\b", sql))


def known_codes() -> dict[str, set[str]]:
    """Every code that the views can give a page, by the group of texts that has its words."""
    causes = [
        tomllib.loads(path.read_text(encoding="utf-8")) for path in (QUERIES / "causes").glob("[a-z]*.toml")
    ]
    kpis = {path.stem.removeprefix("kpi_") for path in (QUERIES / "kpis").glob("kpi_*.sql")}
    parties = {c["party"] for c in causes} | {
        code.get("party", c["party"]) for c in causes for code in c.get("codes", ())
    }
    return {
        "signal": sql_words("issues/case_timeline.sql", "what")
        | {"ticket", "return", "cancellation", "refund", "claim", "write_off", "tracking"},
        "value_kind": sql_words("aggregates/int_unmapped_values.sql", "value_kind")
        | {"tag", "reason", "channel"},
        "family": {c["family"] for c in causes},
        "party": (parties - {"fulfiller"}) | {"3pl", "merchant", "unknown"},
        "exposure": {c["exposure"] for c in causes},
        "evidence": {"decision", "fact", "tag", "reason", "words", "default", "none"},
        "record_kind": set(KINDS),
        "channel": set(NAMES),
        "work_kind": {path.stem.removeprefix("int_work_") for path in (QUERIES / "tasks").glob("*.sql")},
        "work_state": {"open", "mine", "all", *STATES},
        "claim_stage": {"answer", "claimable", "before", "no_window", "claimed", "closed"},
        "parcel_state": {
            "recoverable",
            "waiting",
            "paid",
            "refused",
            "expired",
            "no_deadline",
            "undetermined",
        }
        | {"no_contract", "excluded"},
        "trouble": {"lost", "damaged", "late", "not_received"},
        "note_kind": {*NOTE_KINDS, "end"},
        "paid_how": sql_words("issues/paid_twice.sql", "how") | {"delivered", "replaced"},
        "sent_back": {"returned", "returning", "refused", "unclaimed", "address_problem"},
        "marketplace_metric": sql_words("issues/int_marketplace_days.sql", "metric")
        | set(next(r for r in all_rules() if r.name == "marketplace_limits").columns["metric"].choices),
        "marketplace_state": {"over", "attention", "within", "no_limit", "unknown"},
        **{f"kpi.{name}": {"short", "n", "why"} for name in kpis},
    }


@pytest.mark.parametrize("group", sorted(known_codes()))
def test_every_code_that_a_view_can_give_has_words(group: str) -> None:
    codes = known_codes()[group]
    assert codes, "the test found no codes: the query is written in another way"
    assert {code for code in codes if f"{group}.{code}" not in texts("fr")} == set()


def test_the_codes_of_the_time_line_are_all_found() -> None:
    assert {
        "order",
        "order_paid",
        "ticket_first_reply",
        "return_inspected",
        "customer_contacted",
        "scan",
    } <= sql_words("issues/case_timeline.sql", "what")


def calls(name: str) -> list[tuple[Path, ast.Call]]:
    return [
        (path, node)
        for path, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name
    ]


def keys_of(argument: ast.expr) -> list[tuple[bool, str]]:
    """What a first argument of t() can be: whole keys, or the patterns of keys made from codes."""
    if isinstance(argument, ast.Constant):
        return [(True, str(argument.value))]
    if isinstance(argument, ast.IfExp):
        return [*keys_of(argument.body), *keys_of(argument.orelse)]
    if isinstance(argument, ast.JoinedStr):
        parts = [
            re.escape(str(part.value)) if isinstance(part, ast.Constant) else r"\w+"
            for part in argument.values
        ]
        return [(False, "".join(parts))]
    return []


def test_every_text_the_code_asks_for_exists() -> None:
    missing = []
    for path, call in calls("t"):
        for is_whole, key in keys_of(call.args[0]):
            known = key in texts("fr") if is_whole else any(re.fullmatch(key, k) for k in texts("fr"))
            if not known:
                missing.append(f"{path.name}:{call.lineno} {key}")
    assert missing == []


def test_every_text_gets_the_parameters_it_asks_for() -> None:
    wrong = []
    for path, call in calls("t"):
        if any(keyword.arg is None for keyword in call.keywords):
            continue  # **params: checked by drawing the pages
        given = {keyword.arg for keyword in call.keywords}
        for is_whole, key in keys_of(call.args[0]):
            if is_whole and not placeholders(texts("fr")[key]) <= given:
                wrong.append(f"{path.name}:{call.lineno} {key}: {placeholders(texts('fr')[key]) - given}")
    assert wrong == []


def test_no_text_is_left_that_nothing_asks_for() -> None:
    asked = [found for _, call in calls("t") for found in keys_of(call.args[0]) if found[1] != r"\w+\.\w+"]
    source = "\n".join(path.read_text(encoding="utf-8") for path in TREES)
    unused = [
        key
        for key in texts("fr")
        if not any(key == found if is_whole else re.fullmatch(found, key) for is_whole, found in asked)
        and f'"{key}"' not in source
        and not key.startswith(CODES)
    ]
    assert unused == []


# groups whose keys are codes from the data, or the options of a switch
CODES = tuple(
    f"{group}."
    for group in (
        "family party evidence order_link line_link certainty place_kind signal kpi file_status record_kind value_kind "
        "exposure dimension measure grain basis shape scheme word channel cost_part cost_basis work_kind work_state "
        "urgency claim_stage parcel_state trouble paid_how sent_back marketplace_metric marketplace_state "
        "alert_kind alert_state alerts.title alerts.reason alerts.also alerts.again rising.kind "
        "note_kind"
    ).split()
)


def literals(call: ast.Call) -> list[ast.expr]:
    """The arguments of a call that a reader would see."""
    shown = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    first = call.args[:1] if shown in SHOWN else []
    return [*first, *(keyword.value for keyword in call.keywords if keyword.arg in NAMED)]


def words_in(node: ast.expr) -> list[str]:
    """Words written in the code itself: in a literal, or around the values of an f-string."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return WORDS.findall(node.value)
    if isinstance(node, ast.JoinedStr):
        return [
            w
            for part in node.values
            if isinstance(part, ast.Constant)
            for w in WORDS.findall(str(part.value))
        ]
    if isinstance(node, ast.BinOp):
        return [*words_in(node.left), *words_in(node.right)]
    if isinstance(node, ast.IfExp):
        return [*words_in(node.body), *words_in(node.orelse)]
    return []


def test_no_page_says_anything_but_what_the_texts_say() -> None:
    said = [
        f"{path.name}:{call.lineno} {words_in(argument)}"
        for path, tree in TREES.items()
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        for argument in literals(call)
        if words_in(argument)
    ]
    assert said == []


def test_a_literal_on_a_page_would_be_found() -> None:
    bad = ast.parse("st.title(f'Total {n}')\nst.button('Go')\nst.caption(t('x'))").body
    found = [
        words_in(a)
        for s in bad
        if isinstance(s, ast.Expr) and isinstance(s.value, ast.Call)
        for a in literals(s.value)
    ]
    assert found == [["Total"], ["Go"], []]


def test_numbers_among_the_parameters_are_written_by_the_language() -> None:
    assert say("fr", "frame.n_incidents", n=1234) == "1\u202f234 incidents"
    assert say("en", "frame.n_incidents", n=1234) == "1,234 incidents"
    assert say("fr", "frame.n_incidents", n=1) == "1 incident"


def test_an_unknown_key_is_an_error_not_an_empty_text() -> None:
    with pytest.raises(UnknownTextError):
        say("fr", "nothing.of_the_kind")


def shown_markdown(text: str) -> Any:
    """What a reader gets from Markdown, by the same escaping rules everywhere: no active sign is left bare."""
    return re.sub(r"\\([\\`*_{}\[\]()#+\-.!|~<>$:&^=@/])", "", text)


@pytest.mark.parametrize(
    "hostile",
    ["**bold**", "[a](javascript:x)", "<img src=x onerror=1>", "# title", ":material/home:", "$x^2$", "a\n\n# b", "`c`",
     "www.example.com", "~~x~~", "![](http://a/b)", "&lt;b&gt;"],
)  # fmt: skip
def test_markdown_from_data_is_shown_letter_by_letter(hostile: str) -> None:
    assert not set("`*_[]()#<>$:~!&^\\\n") & set(shown_markdown(md(hostile)))
    assert re.sub(r"\\(.)", r"\1", md(hostile)) == " ".join(hostile.split())


def test_the_language_of_the_url_wins_and_anything_else_is_french() -> None:
    script = "from app.i18n import t\nimport streamlit as st\nst.text(t('filters.everything'))"
    for asked, expected in (("en", "All"), ("fr", "Tout"), ("klingon", "Tout")):
        app = AppTest.from_string(script, default_timeout=30)
        app.query_params["lang"] = asked
        assert app.run().text[0].value == expected
