"""Calls from the sidecar to the plugin: mirror, publish, content, derivatives. docs/architecture.md has the bodies.

Every call may be repeated: the plugin answers "already done" to what it has done. So a lost answer is simply asked
again. The transport is REST (application password and signature); where a host blocks REST, the same signed bodies go
over XML-RPC, as methods `tayang.<call>`.
"""

from __future__ import annotations

import collections
import collections.abc
import json
import xmlrpc.client
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import urlsplit

import requests

from sidecar.wordpress import signatures

NAMESPACE = "/tayang/v1/sidecar"
TIMEOUT_S = (5.0, 30.0)
_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
_MEND_LATER_S = 300.0


class WordPressError(Exception):
    """A call that did not succeed. `code` is stable; the text is one sentence for people."""

    code = "wordpress_error"


class TryAgain(WordPressError):
    """Not reachable, overloaded, or not to be understood now. `after_s`: not before; None: as usual."""

    code = "wordpress_unreachable"

    def __init__(self, sentence: str, code: str = "wordpress_unreachable", after_s: float | None = None) -> None:
        super().__init__(sentence)
        self.code = code
        self.after_s = after_s


class Refused(WordPressError):
    """Understood and refused: the same call will be refused again. `code` is WordPress' own."""

    def __init__(self, sentence: str, code: str, status: int) -> None:
        super().__init__(sentence)
        self.code = code
        self.status = status


class ContentChanged(WordPressError):
    """The post is no longer what was approved; this is what is there now."""

    code = "content_changed"

    def __init__(self, found: Found) -> None:
        super().__init__("the post was changed after its approval")
        self.found = found


@dataclass(frozen=True)
class Site:
    """How to reach one office's WordPress. `url` without a slash at the end; `password`: application password."""

    url: str
    login: str
    password: str = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)
    transport: str = "rest"


@dataclass(frozen=True)
class Found:
    """A post's content as the plugin built it; `media_urls` and `rendered` are outside of the digest."""

    content: dict[str, Any]
    content_sha256: str
    media_urls: dict[str, str]
    rendered: str
    status: str = ""


@dataclass(frozen=True)
class Mirrored:
    """`applied` is False when WordPress had this revision or a later one already."""

    applied: bool
    revision: int


@dataclass(frozen=True)
class Published:
    url: str
    published_at: str
    already: bool


@dataclass(frozen=True)
class DerivativeFile:
    """One file for the website: `name` is the WordPress size name, `data_base64` the bytes."""

    name: str
    width: int
    height: int
    mime: str
    sha256: str
    data_base64: str


class Clock(Protocol):
    def __call__(self) -> datetime: ...


class Transport(Protocol):
    def call(self, name: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to the call `name`. Raises a WordPressError."""
        ...

    def login(self) -> tuple[str, tuple[str, ...]]:
        """Login and roles of the user that WordPress takes us for ("" for nobody). Raises a WordPressError."""
        ...


class Client:
    """The four calls, over either transport."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def mirror(self, case: Mapping[str, Any]) -> Mirrored:
        answer = self._transport.call("mirror", {"case": dict(case)})
        return Mirrored(bool(_field(answer, "applied")), int(_field(answer, "revision")))

    def publish(self, case_id: str, post_id: int, revision: int, content_sha256: str, *, visible: bool) -> Published:
        """Makes the post public when its content still is `content_sha256`; with `visible` False only checks that.

        Raises ContentChanged when it is not.
        """
        body = {
            "case_id": case_id,
            "post_id": post_id,
            "revision": revision,
            "content_sha256": content_sha256,
            "visible": visible,
        }
        answer = self._transport.call("publish", body)
        return Published(
            str(answer.get("url") or ""), str(answer.get("published_at") or ""), bool(answer.get("already"))
        )

    def content(self, post_id: int) -> Found:
        return _found(self._transport.call("content", {"post_id": post_id}))

    def store_derivatives(self, attachment_id: int, original_sha256: str, files: Sequence[DerivativeFile]) -> int:
        """Number of files that lie beside the original now."""
        body = {
            "attachment_id": attachment_id,
            "original_sha256": original_sha256,
            "files": [vars(file) for file in files],
        }
        return int(_field(self._transport.call("derivatives", body), "stored"))

    def check(self, login: str) -> tuple[str, ...]:
        """Roles of the robot user. Raises Refused when WordPress takes us for somebody else.

        A wrong application password is no error on public routes, so only the user's own record proves it.
        """
        seen, roles = self._transport.login()
        if seen.lower() != login.lower():
            raise Refused(
                f"WordPress does not know us as '{login}': check the login and the application password",
                "wordpress_login",
                401,
            )
        return roles


def connect(site: Site, clock: Clock) -> Client:
    """The client for a site. Raises ValueError for an unknown transport."""
    if site.transport == "rest":
        return Client(RestTransport(site, clock))
    if site.transport == "xmlrpc":
        return Client(XmlRpcTransport(site, clock))
    raise ValueError(f"unknown transport '{site.transport}': use rest or xmlrpc")


class RestTransport:
    """`clock`: aware UTC, for the signature. One connection is kept for all calls."""

    def __init__(self, site: Site, clock: Clock) -> None:
        self._site = site
        self._clock = clock
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.auth = (site.login, site.password)

    def call(self, name: str, body: Mapping[str, Any]) -> dict[str, Any]:
        route = f"{NAMESPACE}/{name}"
        raw = _signed_body(route, body)
        headers = signatures.sign(self._site.secrets, signatures.new_message_id(), self._clock(), raw)
        return self._send("POST", route, raw, {**headers, "Content-Type": "application/json"})

    def login(self) -> tuple[str, tuple[str, ...]]:
        answer = self._send("GET", "/wp/v2/users/me?context=edit", None, {})
        return str(answer.get("username", "")), tuple(str(role) for role in answer.get("roles", ()))

    def _send(self, method: str, route: str, body: bytes | None, headers: Mapping[str, str]) -> dict[str, Any]:
        url = f"{self._site.url.rstrip('/')}/wp-json{route}"
        try:
            # A redirect would turn the POST into a GET, or carry the password to another host.
            response = self._session.request(
                method, url, data=body, headers=dict(headers), timeout=TIMEOUT_S, allow_redirects=False
            )
        except requests.RequestException as error:
            raise TryAgain(f"{_host(url)} cannot be reached ({type(error).__name__})") from error
        return _answer(response)


class XmlRpcTransport:
    """The same calls as methods `tayang.<call>(blog, login, password, body, headers)`; `body` is the signed JSON text.

    python-wordpress-xmlrpc is used as it is, twelve years old: `collections.Iterable`, which it asks for, is gone from
    Python, and its connection has no time limit of its own.
    """

    def __init__(self, site: Site, clock: Clock) -> None:
        self._site = site
        self._clock = clock

    def call(self, name: str, body: Mapping[str, Any]) -> dict[str, Any]:
        raw = _signed_body(f"{NAMESPACE}/{name}", body)
        headers = signatures.sign(self._site.secrets, signatures.new_message_id(), self._clock(), raw)
        answer = self._ask(f"tayang.{name}", raw.decode(), headers)
        try:
            loaded = json.loads(answer) if isinstance(answer, str) else answer
        except ValueError as error:
            raise TryAgain(
                f"{_host(self._site.url)} gave no answer that can be read", "wordpress_unreadable"
            ) from error
        return _object(loaded, self._site.url)

    def login(self) -> tuple[str, tuple[str, ...]]:
        profile = self._ask("wp.getProfile", ["username", "roles"])
        return str(profile.get("username", "")), tuple(str(role) for role in profile.get("roles", ()))

    def _ask(self, name: str, *args: Any) -> Any:
        host = _host(self._site.url)
        try:
            return self._method(name, len(args))(*args)
        except xmlrpc.client.Fault as fault:
            raise _fault(fault) from fault
        except xmlrpc.client.ProtocolError as error:
            raise _status_error(error.errcode, f"{host} answered {error.errcode}", None) from error
        except (OSError, xmlrpc.client.ResponseError, ValueError) as error:
            raise TryAgain(f"{host} cannot be reached by XML-RPC ({type(error).__name__})") from error

    def _method(self, name: str, count: int) -> Any:
        # Loaded here: only offices whose host blocks REST need it.
        if not hasattr(collections, "Iterable"):
            collections.Iterable = collections.abc.Iterable  # type: ignore[attr-defined]
        from wordpress_xmlrpc import AuthenticatedMethod
        from wordpress_xmlrpc import Client as XmlRpcClient
        from wordpress_xmlrpc.exceptions import (
            InvalidCredentialsError,
            ServerConnectionError,
            UnsupportedXmlrpcMethodError,
            XmlrpcDisabledError,
        )

        arguments = tuple(f"argument_{i}" for i in range(count))
        method = type("Method", (AuthenticatedMethod,), {"method_name": name, "method_args": arguments})

        def ask(*args: Any) -> Any:
            try:
                client = XmlRpcClient(
                    f"{self._site.url.rstrip('/')}/xmlrpc.php",
                    self._site.login,
                    self._site.password,
                    transport=_TimedTransport(self._site.url.startswith("https")),
                )
                return client.call(method(*args))
            except ServerConnectionError as error:
                raise TryAgain(f"{_host(self._site.url)} refuses XML-RPC: {error}") from error
            except (InvalidCredentialsError, XmlrpcDisabledError, UnsupportedXmlrpcMethodError) as error:
                raise TryAgain(
                    f"{_host(self._site.url)} does not let us in by XML-RPC: {error}",
                    "wordpress_access",
                    _MEND_LATER_S,
                ) from error

        return ask


class _TimedTransport(xmlrpc.client.Transport):
    """xmlrpc.client waits for ever by default."""

    def __init__(self, https: bool) -> None:
        super().__init__()
        self._https = https

    def make_connection(self, host: Any) -> Any:
        import http.client

        if self._connection and host == self._connection[0]:
            return self._connection[1]
        name, self._extra_headers, _ = self.get_host_info(host)
        kind = http.client.HTTPSConnection if self._https else http.client.HTTPConnection
        self._connection = host, kind(name, timeout=TIMEOUT_S[1])
        return self._connection[1]


def _signed_body(route: str, body: Mapping[str, Any]) -> bytes:
    # The signature covers the body only, so the body names the call that it is for.
    return json.dumps({"to": route, **body}, ensure_ascii=False, separators=(",", ":")).encode()


def _answer(response: requests.Response) -> dict[str, Any]:
    if 300 <= response.status_code < 400:
        raise Refused(
            f"{_host(response.url)} redirects to {_host(response.headers.get('Location', ''))}: "
            "set the site's address to the one that answers",
            "wordpress_redirect",
            response.status_code,
        )
    try:
        loaded = response.json()
    except ValueError as error:
        # A firewall's page, a maintenance page, a PHP warning in front of the JSON: all pass, or a person sees it.
        raise TryAgain(
            f"{_host(response.url)} answered {response.status_code} without JSON", "wordpress_unreadable"
        ) from error
    if response.ok:
        return _object(loaded, response.url)
    problem = loaded if isinstance(loaded, dict) else {}
    error_data = problem.get("data")
    if problem.get("code") == "tayang_content_changed" and isinstance(error_data, dict):
        raise ContentChanged(_found(error_data))
    message = str(problem.get("message") or f"{_host(response.url)} answered {response.status_code}")
    raise _status_error(response.status_code, message, problem.get("code"), response.headers.get("Retry-After"))


def _status_error(status: int, message: str, code: object, retry_after: str | None = None) -> WordPressError:
    if status in _AGAIN:
        wait = float(retry_after) if retry_after and retry_after.isdigit() else None
        return TryAgain(message, str(code or "wordpress_unreachable"), wait)
    if status in (401, 403, 404) and code != "tayang_no_post":
        # A changed password or a plugin switched off: people mend that, and what waits goes on by itself.
        return TryAgain(message, str(code or "wordpress_access"), _MEND_LATER_S)
    return Refused(message, str(code or f"http_{status}"), status)


def _fault(fault: xmlrpc.client.Fault) -> WordPressError:
    """The plugin answers an error as a fault whose text is the same JSON as over REST."""
    try:
        problem = json.loads(str(fault.faultString))
    except ValueError:
        problem = None
    if not isinstance(problem, dict):
        return _status_error(int(fault.faultCode), str(fault.faultString), None)
    if problem.get("code") == "tayang_content_changed" and isinstance(problem.get("data"), dict):
        return ContentChanged(_found(problem["data"]))
    return _status_error(int(fault.faultCode), str(problem.get("message", "")), problem.get("code"))


def _found(answer: Mapping[str, Any]) -> Found:
    content = _field(answer, "content")
    if not isinstance(content, dict):
        raise TryAgain("the plugin answered without the content", "wordpress_unreadable")
    urls = answer.get("media_urls")
    return Found(
        content=content,
        content_sha256=str(_field(answer, "content_sha256")),
        # PHP writes an empty map as a list.
        media_urls={str(key): str(url) for key, url in urls.items()} if isinstance(urls, dict) else {},
        rendered=str(answer.get("rendered") or ""),
        status=status if isinstance(status := answer.get("status"), str) else "",
    )


def _object(loaded: Any, url: str) -> dict[str, Any]:
    if isinstance(loaded, dict):
        return loaded
    raise TryAgain(f"{_host(url)} answered something else than an object", "wordpress_unreadable")


def _field(answer: Mapping[str, Any], key: str) -> Any:
    if key not in answer:
        raise TryAgain(f"the plugin's answer lacks '{key}'", "wordpress_unreadable")
    return answer[key]


def _host(url: str) -> str:
    return urlsplit(url).netloc or "WordPress"
