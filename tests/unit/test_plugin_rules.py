"""Rules of the plugin that no single test would notice when they break: who may call what, what loads and calls out.

They read the source as text. (What is printed unescaped is found by PHP's own tokens: tests/php/EscapingTest.php.)
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PLUGIN = Path(__file__).resolve().parents[2] / "wp-plugin"
SOURCES = sorted(path for path in PLUGIN.rglob("*.php") if not path.name.endswith(".l10n.php"))

NONCES = ("check_admin_referer(", "check_ajax_referer(", "wp_verify_nonce(")


def arguments(text: str) -> list[str]:
    """The parts between top-level commas of PHP text, up to the closing bracket or semicolon."""
    parts, depth, quote, current = [], 0, "", ""
    skip = False
    for char in text:
        if skip:
            current += char
            skip = False
            continue
        if quote:
            current += char
            skip = char == "\\"
            quote = "" if char == quote else quote
            continue
        if char in "'\"":
            quote = char
        if char in "([{":
            depth += 1
        if char in ")]}":
            if depth == 0:
                break
            depth -= 1
        if depth == 0 and char in ",;":
            parts.append(current)
            current = ""
            if char == ";":
                return parts
            continue
        current += char
    return [*parts, current]


def method_body(source: str, name: str) -> str:
    found = re.search(rf"function {name}\(.*?\n    \}}\n", source, re.DOTALL)
    return found.group(0) if found else ""


def handlers(source: str) -> list[tuple[str, str]]:
    """(hook, method) of everything of ours that admin-post.php and admin-ajax.php would run."""
    pattern = r"add_action\(\s*['\"]((?:admin_post|wp_ajax)_[\w-]*)['\"](?:\s*\.[^,]+)?,\s*\[\$this, '(\w+)'\]"
    found = re.findall(pattern, source)
    # Core's own handler of quick edit checks both; ours only listens before it.
    return [(hook, method) for hook, method in found if hook != "wp_ajax_inline-save"]


def with_helpers(source: str, name: str, seen: frozenset[str] = frozenset()) -> str:
    """A method's body with those of the methods of the same class that it calls."""
    if name in seen:
        return ""
    body = method_body(source, name)
    called = re.findall(r"\$this->(\w+)\(", body)
    return body + "".join(with_helpers(source, other, seen | {name}) for other in called)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_every_handler_checks_a_nonce_and_a_capability(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    for hook, method in handlers(source):
        assert "nopriv" not in hook, f"{hook}: visitors have nothing to do here"
        body = with_helpers(source, method)
        assert any(nonce in body for nonce in NONCES), f"{path.name}: {method} ({hook}) checks no nonce"
        assert "current_user_can(" in body, f"{path.name}: {method} ({hook}) checks no capability"


def test_handlers_are_found() -> None:
    found = [hook for path in SOURCES for hook, _ in handlers(path.read_text(encoding="utf-8"))]
    assert len(found) >= 6, found


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_what_comes_from_a_form_is_read_where_a_nonce_was_checked(path: Path) -> None:
    """`$_POST` stands in a method that checks a nonce, is called by one, or says why not."""
    source = path.read_text(encoding="utf-8")
    for found in re.finditer(r"\n    (?:public |private |static )+function (\w+)\(.*?\n    \}\n", source, re.DOTALL):
        name, body = found.group(1), found.group(0)
        if "$_POST" not in body:
            continue
        reasoned = "NonceVerification" in body or "phpcs:disable WordPress.Security" in body
        assert reasoned or any(nonce in body for nonce in NONCES), f"{path.name}: {name} reads a form unasked"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_every_route_has_a_permission_callback(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    for found in re.finditer(r"register_rest_route\(", source):
        route = ",".join(arguments(source[found.end() :]))
        assert "'permission_callback'" in route, f"{path.name}: a route without permission_callback"
        assert "__return_true" not in route, f"{path.name}: a route for everybody"


def test_no_asset_comes_from_elsewhere() -> None:
    """Scripts, styles, pictures and fonts lie in the plugin; addresses stand in texts and metadata only."""
    for path in [*SOURCES, *PLUGIN.glob("assets/*.js"), *PLUGIN.glob("assets/*.css")]:
        text = path.read_text(encoding="utf-8")
        loads = re.findall(
            r"(?:wp_(?:enqueue|register)_(?:script|style)\([^;]*|url\(\s*['\"]?|src=['\"]|@import\s+['\"]?|<link[^>]+href=['\"]"
            r"|import\(?\s*['\"])(?:https?:)?//[\w.]+",
            text,
        )
        assert not loads, f"{path.name}: {loads}"


def test_nothing_calls_out_but_to_the_sidecar() -> None:
    """Every HTTP call stands in one of these, whose address is the sidecar's or the site's own."""
    callers = {
        path.name
        for path in SOURCES
        if re.search(r"wp_(?:safe_)?remote_\w+\(|curl_init|fsockopen", path.read_text("utf-8"))
    }
    callers -= {"class-signature.php"}
    allowed = {"class-sidecar-client.php", "class-pairing.php", "class-connection-test.php"}
    assert callers <= allowed, callers - allowed


def test_every_file_refuses_to_be_opened_by_itself() -> None:
    for path in SOURCES:
        assert re.search(r"defined\('(?:ABSPATH|WP_UNINSTALL_PLUGIN)'\) \|\| exit", path.read_text("utf-8")), path.name


def test_readme_says_what_the_plugin_says() -> None:
    """readme.txt in the form of the plugin directory, with the versions of the plugin's head."""
    readme = (PLUGIN / "readme.txt").read_text(encoding="utf-8")
    head = (PLUGIN / "tayang.php").read_text(encoding="utf-8")
    for readme_name, head_name in (
        ("Stable tag", "Version"),
        ("Requires at least", "Requires at least"),
        ("Requires PHP", "Requires PHP"),
    ):
        said = re.search(rf"^{readme_name}: (.+)$", readme, re.MULTILINE)
        known = re.search(rf"^ \* {head_name}: (.+)$", head, re.MULTILINE)
        assert said and known and said.group(1) == known.group(1), readme_name
    assert f"= {re.search(r'Stable tag: (.+)', readme).group(1)} =" in readme  # type: ignore[union-attr]
    short = readme.split("\n\n")[1].strip()
    assert len(short) <= 150 and "\n" not in short, "the short description has at most 150 characters"
    for section in ("Description", "Installation", "Frequently Asked Questions", "Changelog", "Privacy"):
        assert f"== {section} ==" in readme, section
