"""The contract between the delivery journal and one network, and the few things every network's file needs.

The order of calls for one delivery: `validate` when it is planned; `prepare` as early and as often as you like (it
only does what nobody can see, and starts from what it returned before); then, once the row is *armed*, `publish`,
which makes the single visible call. A row that is found armed later is asked about with `find_existing`, never
published again before that answered None. `prove` reads the permalink back.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar, Protocol

import requests

CONNECT_TIMEOUT_S = 5.0
READ_TIMEOUT_S = 30.0
UPLOAD_LOST = "upload_lost"  # code of the error after which pictures are uploaded anew

JsonObject = dict[str, Any]


def N_(text: str) -> str:  # noqa: N802  the gettext tools know it under this name
    """Marks an English sentence for the catalogue; whoever shows it translates it (sidecar/i18n.py)."""
    return text


class Outcome(StrEnum):
    """What has to happen after a failure. Only UNKNOWN leaves open whether something became visible."""

    AGAIN = "again"  # try again soon, by the usual back-off
    WAIT = "wait"  # try again, not before `retry_after_s`
    PERSON = "person"  # a person must change the message or the account
    RECONNECT = "reconnect"  # the credentials do not work any more
    UNKNOWN = "unknown"  # the visible call was made, its result is not known: look with `find_existing`


class ChannelError(Exception):
    """A network refused or did not answer.

    `code`: stable; `message`: an English sentence without variable parts; `detail`: the network's own words, without
    secrets, for the log and the technician.
    """

    def __init__(
        self,
        code: str,
        outcome: Outcome,
        message: str,
        retry_after_s: float | None = None,
        *,
        detail: str = "",
    ) -> None:
        self.code = code
        self.outcome = outcome
        self.message = message
        self.retry_after_s = retry_after_s
        self.detail = detail
        super().__init__(f"{code}: {message}" + (f" ({detail})" if detail else ""))


@dataclass(frozen=True)
class Account:
    """One account of an office. `base_url`: the API, a path prefix is allowed; `public_url`: where people see the posts
    (empty: the network's own site); `api_version`: for networks with a version in the path. Secrets are never shown."""

    key: str
    kind: str
    base_url: str
    handle: str
    credentials: Mapping[str, str] = field(default_factory=dict, repr=False)
    api_version: str = ""
    public_url: str = ""

    def secret(self, name: str) -> str:
        """Raises ChannelError `credentials_missing`."""
        value = self.credentials.get(name, "")
        if not value:
            raise ChannelError(
                "credentials_missing",
                Outcome.RECONNECT,
                N_("The account of this channel is not connected completely."),
                detail=f"credential {name!r} of channel {self.key!r} is missing",
            )
        return value


@dataclass(frozen=True)
class Picture:
    """A finished picture file. `public_url`: where the network can fetch it (needed by Meta's networks only)."""

    path: Path
    public_url: str
    sha256: str
    width: int
    height: int
    bytes: int
    mime: str
    alt: str = ""


@dataclass(frozen=True)
class Message:
    """One delivery. `key`: the delivery's id, the same in every attempt, as `created_at` (aware UTC) must be.
    `text`: the approved caption; `link`: address of the article or empty, placed by the network's own rule."""

    key: str
    text: str
    pictures: tuple[Picture, ...] = ()
    link: str = ""
    created_at: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    languages: tuple[str, ...] = ("id",)


@dataclass(frozen=True)
class Remote:
    """A post that is out there: the network's id and its permalink (empty when only `prove` can learn it)."""

    remote_id: str
    url: str


@dataclass(frozen=True)
class Problem:
    """Why a message cannot go out as it is. `message`: English, with `%(name)s` places for `params`."""

    code: str
    message: str
    params: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.message % self.params


@dataclass(frozen=True)
class Quota:
    used: int
    total: int
    duration_s: int


@dataclass(frozen=True)
class Health:
    """Result of a check with the network itself. `account`: the name the network knows."""

    ok: bool
    account: str = ""
    permissions: tuple[str, ...] = ()
    quota: Quota | None = None
    expires_at: datetime | None = None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Limits:
    """What a network accepts; numbers and their sources are in `config/channels.yaml`. 0 = no limit known.
    `photo_outputs`, `card_outputs`: the names of the picture outputs that this network gets."""

    kind: str
    max_characters: int
    counted_as: str
    max_text_bytes: int = 0
    max_hashtags: int = 0
    max_mentions: int = 0
    min_pictures: int = 0
    max_pictures: int = 0
    max_picture_bytes: int = 0
    picture_mimes: tuple[str, ...] = ()
    min_ratio: float = 0.0
    max_ratio: float = 0.0
    max_alt_characters: int = 0
    max_languages: int = 0
    link_characters: int = 0
    needs_public_url: bool = False
    photo_outputs: tuple[str, ...] = ()
    card_outputs: tuple[str, ...] = ()

    @property
    def caption_characters(self) -> int:
        """What is left for the caption when the link to the article and the empty line above it are in."""
        return self.max_characters - (self.link_characters + 2 if self.link_characters else 0)


class Channel(Protocol):
    """One network, for one account. Every method may raise ChannelError except `validate`."""

    kind: ClassVar[str]
    account: Account
    limits: Limits

    def validate(self, message: Message) -> list[Problem]:
        """Everything that would make the network refuse the message. No network call."""

    def check(self) -> Health:
        """Asks the network whether the credentials work and what is left of the quota. Publishes nothing."""

    def prepare(self, message: Message, prepared: JsonObject) -> JsonObject:
        """Invisible uploads. `prepared`: what an earlier call returned, or {}; what is in there and still good is not
        done again. Returns JSON to store. Outcome never UNKNOWN. Not for a row that may already be published."""

    def publish(self, message: Message, prepared: JsonObject) -> Remote:
        """The single visible call; never repeated by the HTTP layer. A time-out, a cut connection or a 5xx is
        UNKNOWN; with any other outcome nothing became visible."""

    def find_existing(self, message: Message, prepared: JsonObject, since: datetime) -> Remote | None:
        """The post of an earlier attempt since `since` (aware UTC). None only when it certainly is not there;
        raises ChannelError when that cannot be known."""

    def prove(self, remote: Remote, message: Message) -> Remote:
        """Reads the post back from the network. Returns it with its permalink; raises `not_found` (AGAIN) when the
        network does not show it (yet)."""


# ---------------------------------------------------------------------------------------------------------- checks


def common_problems(message: Message, limits: Limits, *, characters: int) -> list[Problem]:
    """The checks that are numbers of `limits`; `characters`: length of the final text as the network counts it."""
    problems = []
    if characters > limits.max_characters:
        problems.append(
            Problem(
                "text_too_long",
                N_("The text has %(count)s characters; this channel allows %(limit)s."),
                {"count": characters, "limit": limits.max_characters},
            )
        )
    count = len(message.pictures)
    if count < limits.min_pictures:
        problems.append(
            Problem(
                "pictures_missing",
                N_("This channel needs at least %(limit)s picture(s)."),
                {"limit": limits.min_pictures},
            )
        )
    if limits.max_pictures and count > limits.max_pictures:
        problems.append(
            Problem(
                "too_many_pictures",
                N_("There are %(count)s pictures; this channel allows %(limit)s."),
                {"count": count, "limit": limits.max_pictures},
            )
        )
    for no, picture in enumerate(message.pictures, start=1):
        problems += _picture_problems(no, picture, limits)
    return problems


def _picture_problems(no: int, picture: Picture, limits: Limits) -> list[Problem]:
    problems = []
    if limits.max_picture_bytes and picture.bytes > limits.max_picture_bytes:
        problems.append(
            Problem(
                "picture_too_big",
                N_("Picture %(no)s has %(count)s bytes; this channel allows %(limit)s."),
                {"no": no, "count": picture.bytes, "limit": limits.max_picture_bytes},
            )
        )
    if limits.picture_mimes and picture.mime not in limits.picture_mimes:
        problems.append(
            Problem(
                "picture_format",
                N_("Picture %(no)s is %(mime)s; this channel takes %(mimes)s."),
                {"no": no, "mime": picture.mime, "mimes": ", ".join(limits.picture_mimes)},
            )
        )
    ratio = picture.width / max(picture.height, 1)
    if limits.min_ratio and not limits.min_ratio <= ratio <= limits.max_ratio:
        problems.append(
            Problem(
                "picture_ratio",
                N_("Picture %(no)s is %(width)s × %(height)s: too tall or too wide for this channel."),
                {"no": no, "width": picture.width, "height": picture.height},
            )
        )
    if limits.max_alt_characters and len(picture.alt) > limits.max_alt_characters:
        problems.append(
            Problem(
                "alt_too_long",
                N_("The description of picture %(no)s has %(count)s characters; this channel allows %(limit)s."),
                {"no": no, "count": len(picture.alt), "limit": limits.max_alt_characters},
            )
        )
    if limits.needs_public_url and not picture.public_url:
        problems.append(
            Problem("picture_not_public", N_("Picture %(no)s has no public address to fetch it from."), {"no": no})
        )
    return problems


def read_picture(picture: Picture) -> bytes:
    """The bytes that were approved. Raises ChannelError when the file is gone or is another one by now."""
    try:
        data = picture.path.read_bytes()
    except OSError as error:
        raise ChannelError(
            "picture_missing", Outcome.PERSON, N_("A picture file of this message is missing."), detail=str(error)
        ) from error
    if picture.sha256 and hashlib.sha256(data).hexdigest() != picture.sha256:
        raise ChannelError(
            "picture_changed",
            Outcome.PERSON,
            N_("A picture file is not the one that was approved."),
            detail=picture.path.name,
        )
    return data


# ------------------------------------------------------------------------------------------------------------ HTTP


class Bearer(requests.auth.AuthBase):
    """As an AuthBase, because a header alone would lose against a ~/.netrc of the machine."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def call(
    method: str,
    url: str,
    *,
    visible: bool = False,
    secrets: Sequence[str] = (),
    read_timeout_s: float = READ_TIMEOUT_S,
    **arguments: Any,
) -> requests.Response:
    """One HTTP request: own connection, no retry, no redirect, both time-outs set.

    `visible`: this is the call that people can see the effect of. Then everything that may have happened after the
    request left is UNKNOWN. 5xx and 429 raise ChannelError, other statuses are returned for the network's own table.
    """
    arguments.setdefault("allow_redirects", False)
    try:
        response = requests.request(method, url, timeout=(CONNECT_TIMEOUT_S, read_timeout_s), **arguments)
    except requests.RequestException as error:
        never_sent = isinstance(error, requests.ConnectTimeout) or _refused(error)
        outcome = Outcome.UNKNOWN if visible and not never_sent else Outcome.AGAIN
        code = "unreachable" if never_sent else "no_answer"
        raise ChannelError(
            code,
            outcome,
            N_("The network cannot be reached.") if never_sent else N_("The network did not answer."),
            detail=redact(f"{type(error).__name__}: {error}", secrets),
        ) from None  # the original error's text may hold an address with a token
    if response.status_code >= 500:
        raise server_error(response, visible=visible, secrets=secrets)
    if response.status_code == 429:
        raise rate_limited(response, secrets=secrets)
    return response


def server_error(response: requests.Response, *, visible: bool, secrets: Sequence[str] = ()) -> ChannelError:
    return ChannelError(
        "server_error",
        Outcome.UNKNOWN if visible else Outcome.AGAIN,
        N_("The network has a fault of its own."),
        retry_after(response),
        detail=redact(f"HTTP {response.status_code}: {response.text[:300]}", secrets),
    )


def rate_limited(response: requests.Response, *, default_s: float = 300.0, secrets: Sequence[str] = ()) -> ChannelError:
    return ChannelError(
        "rate_limited",
        Outcome.WAIT,
        N_("The network asks to wait: too many requests."),
        retry_after(response) or default_s,
        detail=redact(f"HTTP {response.status_code}: {response.text[:300]}", secrets),
    )


def json_object(response: requests.Response, *, visible: bool = False) -> JsonObject:
    """The answer as a JSON object. Anything else after a visible call is UNKNOWN: it may have worked."""
    try:
        value = response.json()
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise ChannelError(
            "bad_answer",
            Outcome.UNKNOWN if visible else Outcome.AGAIN,
            N_("The network gave an answer that cannot be read."),
            detail=f"HTTP {response.status_code}",
        )
    return value


def retry_after(response: requests.Response) -> float | None:
    """Seconds to wait by the Retry-After header, in either of its forms (RFC 9110 10.2.3), or by Mastodon's
    X-RateLimit-Reset (an ISO time)."""
    value = response.headers.get("Retry-After", "").strip()
    if value.isdigit():
        return float(value)
    reset = response.headers.get("X-RateLimit-Reset", "").strip()
    try:
        when = parsedate_to_datetime(value) if value else datetime.fromisoformat(reset)
    except ValueError:
        return None
    return max(0.0, (when - datetime.now(UTC)).total_seconds()) if when.tzinfo else None


def redact(text: str, secrets: Sequence[str]) -> str:
    """`text` without any of the secrets."""
    for secret in secrets:
        if secret:
            text = text.replace(secret, "***")
    return text


def _refused(error: requests.RequestException) -> bool:
    """True when the connection was never made (refused, no such host): urllib3 says so with NewConnectionError."""
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return type(reason).__name__ in {"NewConnectionError", "NameResolutionError", "ConnectTimeoutError"}
