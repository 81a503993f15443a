"""Bluesky, or any other AT Protocol server (PDS).

Publishing is exactly-once by the protocol itself: the record key is derived from the delivery's key and time, and
`putRecord` with `swapRecord: null` creates the record or does nothing. Tried on PDS 0.4.217.
Credentials: `password` (an app password).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import urlsplit

import regex

from workers.channels.base import (
    N_,
    READ_TIMEOUT_S,
    UPLOAD_LOST,
    Account,
    Bearer,
    ChannelError,
    Health,
    JsonObject,
    Limits,
    Message,
    Outcome,
    Picture,
    Problem,
    Remote,
    call,
    common_problems,
    json_object,
    read_picture,
    redact,
)
from workers.channels.limits import LINK, count, first_graphemes, graphemes

COLLECTION = "app.bsky.feed.post"
WEBSITE = "https://bsky.app"
# A server may drop a blob that no record uses; uploaded again well before that, the same bytes get the same reference.
BLOB_LIFE_S = 3600
SESSION_RESERVE_S = 300
MAX_TAG_GRAPHEMES = 64

_TID_DIGITS = "234567abcdefghijklmnopqrstuvwxyz"
_HASHTAG = regex.compile(r"(?:^|\s)([#＃](\S+))")
_TRAILING_PUNCTUATION = regex.compile(r"\p{P}+$")
_ONLY_DIGITS = regex.compile(r"[\d\p{P}]*")

# (status, error) of the answer -> what it means. Source: lexicons of com.atproto.server and com.atproto.repo.
_ERRORS: dict[tuple[int, str], tuple[str, Outcome, str]] = {
    (401, "AuthenticationRequired"): ("bad_credentials", Outcome.RECONNECT, N_("The network refuses the password.")),
    (401, "AccountTakedown"): ("account_blocked", Outcome.PERSON, N_("The network has blocked the account.")),
    (400, "AccountTakedown"): ("account_blocked", Outcome.PERSON, N_("The network has blocked the account.")),
    (400, "AccountDeactivated"): ("account_blocked", Outcome.PERSON, N_("The network has blocked the account.")),
    (401, "AuthFactorTokenRequired"): (
        "app_password_needed",
        Outcome.RECONNECT,
        N_("The account asks for a second factor: connect it with an app password."),
    ),
    (400, "ExpiredToken"): ("session_expired", Outcome.AGAIN, N_("The session with the network has ended.")),
    (400, "InvalidToken"): ("session_expired", Outcome.AGAIN, N_("The session with the network has ended.")),
    (400, "BlobNotFound"): (UPLOAD_LOST, Outcome.AGAIN, N_("The network has lost an uploaded picture.")),
    (413, "PayloadTooLarge"): ("picture_too_big", Outcome.PERSON, N_("A picture is too big for this channel.")),
    (400, "BlobTooLarge"): ("picture_too_big", Outcome.PERSON, N_("A picture is too big for this channel.")),
    # Our key is taken, by a record with other content: an earlier attempt did succeed.
    (400, "InvalidSwap"): ("already_published", Outcome.UNKNOWN, N_("The message seems to be published already.")),
    (400, "RecordNotFound"): ("not_found", Outcome.AGAIN, N_("The network does not show the post yet.")),
}
_REFUSED = ("refused", Outcome.PERSON, N_("The network refused the message."))


@dataclass(frozen=True)
class _Session:
    did: str
    handle: str
    token: str
    expires_at: float


# Logins are few (30 in 5 minutes, 300 a day per account), so one per process and account is kept.
_sessions: dict[tuple[str, str, str], _Session] = {}


class Bluesky:
    """See `base.Channel`."""

    kind: ClassVar[str] = "bluesky"
    credential_names: ClassVar[tuple[str, ...]] = ("password",)
    default_base_url: ClassVar[str] = "https://bsky.social"

    def __init__(self, account: Account, limits: Limits, *, read_timeout_s: float = READ_TIMEOUT_S) -> None:
        self.account = account
        self.limits = limits
        self._read_timeout_s = read_timeout_s
        self._handle = account.handle.removeprefix("@")

    def validate(self, message: Message) -> list[Problem]:
        text = compose(message, self.limits)[0]
        problems = common_problems(message, self.limits, characters=count(text, self.limits))
        size = len(text.encode())
        if size > self.limits.max_text_bytes:
            params = {"count": size, "limit": self.limits.max_text_bytes}
            sentence = N_("The text has %(count)s bytes; this channel allows %(limit)s.")
            problems.append(Problem("text_too_many_bytes", sentence, params))
        return problems

    def check(self) -> Health:
        session = self._session()
        answer = self._get("com.atproto.server.getSession", {}, token=session.token)
        problems = []
        if answer.get("handle") != self._handle:
            sentence = N_("The network knows this account as %(name)s.")
            problems.append(Problem("other_account", sentence, {"name": str(answer.get("handle"))}))
        if answer.get("active") is False:
            problems.append(Problem("account_blocked", N_("The network has blocked the account.")))
        return Health(ok=not problems, account=str(answer.get("handle", "")), problems=tuple(problems))

    def prepare(self, message: Message, prepared: JsonObject) -> JsonObject:
        known: dict[str, Any] = prepared.get("blobs", {})
        oldest = time.time() - BLOB_LIFE_S
        blobs = {}
        for picture in message.pictures:
            entry = known.get(picture.sha256)
            if entry is None or entry["uploaded_at"] < oldest:
                entry = {"blob": self._upload(picture), "uploaded_at": int(time.time())}
            blobs[picture.sha256] = entry
        return {"blobs": blobs, "rkey": record_key(message)}

    def publish(self, message: Message, prepared: JsonObject) -> Remote:
        session = self._session()
        body = {
            "repo": session.did,
            "collection": COLLECTION,
            "rkey": record_key(message),
            "record": self._record(message, prepared),
            "swapRecord": None,
        }
        answer = self._post("com.atproto.repo.putRecord", session, visible=True, json=body)
        return Remote(str(answer.get("uri", "")), self._permalink(message))

    def find_existing(self, message: Message, prepared: JsonObject, since: datetime) -> Remote | None:
        del prepared, since  # the record key says it all
        try:
            return self._read(message)
        except ChannelError as error:
            if error.code == "not_found":
                return None
            raise

    def prove(self, remote: Remote, message: Message) -> Remote:
        return self._read(message)

    def _read(self, message: Message) -> Remote:
        query = {"repo": self._session().did, "collection": COLLECTION, "rkey": record_key(message)}
        answer = self._get("com.atproto.repo.getRecord", query)
        record = answer.get("value")
        if not isinstance(record, dict) or record.get("text") != compose(message, self.limits)[0]:
            sentence = N_("The post on the network has another text.")
            raise ChannelError("other_content", Outcome.PERSON, sentence, detail=str(answer.get("uri", "")))
        return Remote(str(answer.get("uri", "")), self._permalink(message))

    def _permalink(self, message: Message) -> str:
        website = self.account.public_url.rstrip("/") or WEBSITE
        return f"{website}/profile/{self._handle}/post/{record_key(message)}"

    def _record(self, message: Message, prepared: JsonObject) -> JsonObject:
        text, facets = compose(message, self.limits)
        record: JsonObject = {
            "$type": COLLECTION,
            "text": text,
            "createdAt": _iso(message.created_at),
            "langs": list(message.languages[: self.limits.max_languages]),
        }
        if facets:
            record["facets"] = facets
        if message.pictures:
            record["embed"] = {
                "$type": "app.bsky.embed.images",
                "images": [self._image(picture, prepared) for picture in message.pictures],
            }
        return record

    def _image(self, picture: Picture, prepared: JsonObject) -> JsonObject:
        entry = prepared.get("blobs", {}).get(picture.sha256)
        if entry is None:
            raise ChannelError(UPLOAD_LOST, Outcome.AGAIN, N_("A picture has not been uploaded yet."))
        ratio = {"width": picture.width, "height": picture.height}
        return {"image": entry["blob"], "alt": picture.alt, "aspectRatio": ratio}

    def _upload(self, picture: Picture) -> Any:
        data = read_picture(picture)
        headers = {"Content-Type": picture.mime}
        answer = self._post("com.atproto.repo.uploadBlob", self._session(), data=data, headers=headers)
        return answer["blob"]

    def _session(self) -> _Session:
        password = self.account.secret("password")
        identity = hashlib.sha256(password.encode()).hexdigest()
        key = (self.account.base_url, self._handle, identity)
        session = _sessions.get(key)
        if session is None or session.expires_at < time.time() + SESSION_RESERVE_S:
            session = _sessions[key] = self._log_in(password)
        return session

    def _forget_session(self, token: str) -> None:
        for key, session in list(_sessions.items()):
            if session.token == token:
                _sessions.pop(key, None)

    def _log_in(self, password: str) -> _Session:
        body = {"identifier": self._handle, "password": password}
        response = call(
            "POST",
            self._url("com.atproto.server.createSession"),
            json=body,
            secrets=(password,),
            read_timeout_s=self._read_timeout_s,
        )
        if response.status_code >= 300:
            raise self._error(response.status_code, json_object(response), (password,))
        answer = json_object(response)
        token = str(answer.get("accessJwt", ""))
        return _Session(str(answer.get("did", "")), str(answer.get("handle", "")), token, _expiry(token))

    def _get(self, method: str, query: dict[str, str], *, token: str = "") -> JsonObject:
        arguments: JsonObject = {"params": query}
        if token:
            arguments["auth"] = Bearer(token)
        url = self._url(method)
        response = call("GET", url, secrets=(token,), read_timeout_s=self._read_timeout_s, **arguments)
        if response.status_code >= 300:
            raise self._error(response.status_code, json_object(response), (token,))
        return json_object(response)

    def _post(self, method: str, session: _Session, *, visible: bool = False, **arguments: Any) -> JsonObject:
        response = call(
            "POST",
            self._url(method),
            visible=visible,
            secrets=(session.token,),
            read_timeout_s=self._read_timeout_s,
            auth=Bearer(session.token),
            **arguments,
        )
        if response.status_code >= 300:
            error = self._error(response.status_code, json_object(response), (session.token,))
            if error.code in {"session_expired", "bad_credentials"}:
                self._forget_session(session.token)
            raise error
        return json_object(response, visible=visible)

    def _url(self, method: str) -> str:
        return f"{self.account.base_url.rstrip('/')}/xrpc/{method}"

    def _error(self, status: int, answer: JsonObject, secrets: tuple[str, ...]) -> ChannelError:
        name = str(answer.get("error", ""))
        code, outcome, sentence = _ERRORS.get((status, name), _REFUSED)
        detail = redact(f"HTTP {status} {name}: {answer.get('message', '')}"[:300], secrets)
        return ChannelError(code, outcome, sentence, detail=detail)


def record_key(message: Message) -> str:
    """A TID (timestamp identifier, atproto.com/specs/tid) that is always the same for one message.

    The second comes from `created_at`; the 30 bits below it from the key, so that two messages of one second differ.
    """
    second = int(message.created_at.timestamp())
    noise = int.from_bytes(hashlib.sha256(message.key.encode()).digest()[:8], "big")
    number = ((second * 1_000_000 + noise % 1_000_000) << 10) | (noise >> 54)
    return "".join(_TID_DIGITS[number >> shift & 31] for shift in range(60, -1, -5))


def compose(message: Message, limits: Limits) -> tuple[str, list[JsonObject]]:
    """The final text and its facets. The link stands below the caption as a shortened address, so its length is
    known; when the caption holds it already it is not repeated."""
    text = message.text.strip()
    facets = [*_link_facets(text), *_tag_facets(text)]
    if message.link and message.link not in text:
        shown = shortened(message.link, limits.link_characters)
        start = len(text.encode()) + (2 if text else 0)
        text = f"{text}\n\n{shown}" if text else shown
        facets.append(_facet(start, start + len(shown.encode()), "link", uri=message.link))
    return text, facets


def shortened(link: str, characters: int) -> str:
    """Host and beginning of the path, at most `characters` graphemes."""
    parts = urlsplit(link)
    text = (parts.netloc + parts.path + (f"?{parts.query}" if parts.query else "")).removeprefix("www.").rstrip("/")
    return text if graphemes(text) <= characters else first_graphemes(text, characters - 1) + "…"


def _link_facets(text: str) -> Iterator[JsonObject]:
    for match in LINK.finditer(text):
        start, end = _byte_span(text, *match.span())
        yield _facet(start, end, "link", uri=match.group())


def _tag_facets(text: str) -> Iterator[JsonObject]:
    for match in _HASHTAG.finditer(text):
        tag = _TRAILING_PUNCTUATION.sub("", match.group(2))
        if _ONLY_DIGITS.fullmatch(tag) or graphemes(tag) > MAX_TAG_GRAPHEMES:
            continue
        start, end = _byte_span(text, match.start(1), match.start(2) + len(tag))
        yield _facet(start, end, "tag", tag=tag)


def _facet(start: int, end: int, feature: str, **values: str) -> JsonObject:
    return {
        "index": {"byteStart": start, "byteEnd": end},
        "features": [{"$type": f"app.bsky.richtext.facet#{feature}", **values}],
    }


def _byte_span(text: str, start: int, end: int) -> tuple[int, int]:
    """Facets count UTF-8 bytes, Python counts code points."""
    first = len(text[:start].encode())
    return first, first + len(text[start:end].encode())


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _expiry(token: str) -> float:
    """Unix time of the token's `exp`; 0 (use it once) when it is not a readable JWT."""
    try:
        payload = token.split(".")[1]
        return float(json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["exp"])
    except (IndexError, KeyError, TypeError, ValueError, binascii.Error):
        return 0.0
