"""Instagram through Meta's Graph API: container -> wait -> publish -> permalink.

A container is invisible and lives for 24 hours; its id is stored before the visible call, so what became of an
interrupted call can be read from its `status_code`. Source: Meta's reference of Graph v25/v26.
Credentials: `access_token`, `user_id` (number of the Instagram account); `expires_at` (ISO time) if known.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Literal

from workers.channels.base import (
    N_,
    READ_TIMEOUT_S,
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
    Quota,
    Remote,
    call,
    common_problems,
    json_object,
    redact,
)
from workers.channels.limits import count

API_VERSION = "v25.0"
# Meta fetches the picture while it answers, so a container takes longer than other calls.
CONTAINER_TIMEOUT_S = 60.0
READY_WAIT_S = 12.0
POLL_S = 1.5
# How far our clock and the network's may be apart when a post is looked for.
CLOCK_RESERVE = timedelta(minutes=5)
REQUIRED_PERMISSIONS = ("instagram_basic", "instagram_content_publish")

HASHTAG = re.compile(r"#\w+")
MENTION = re.compile(r"(?<![\w@])@\w+")
_SUBCODE = re.compile(r"\b\d{7}\b")

Row = tuple[str, Outcome, str, float | None]

_AGAIN = N_("Instagram had a passing fault.")
_PICTURE = N_("Instagram refuses a picture of this message.")
_CAPTION = N_("Instagram refuses the text of this message.")
_THROTTLED = N_("The network asks to wait: too many requests.")
_BLOCKED = N_("Instagram has restricted the account. Look at it in the app before anything else is published.")
_RECONNECT = N_("The connection to Instagram has ended. Connect the account again.")
_PERMISSION = N_("The connection to Instagram lacks a permission.")

# (code, subcode) -> what it means; subcode None: any other. Source: Graph error codes, Content publishing error codes.
_ERRORS: dict[tuple[int, int | None], Row] = {
    (-2, 2207003): ("picture_slow", Outcome.AGAIN, N_("Instagram could not fetch a picture in time."), 30),
    (-1, 2207001): ("network_fault", Outcome.AGAIN, _AGAIN, 30),
    (-1, 2207032): ("container_failed", Outcome.AGAIN, _AGAIN, 30),
    # Not in Meta's list of repeatable errors; it is our own picture server that was not there for a moment.
    (9004, 2207052): ("picture_unreachable", Outcome.AGAIN, N_("Instagram could not fetch a picture."), 60),
    (9007, 2207027): ("container_not_ready", Outcome.WAIT, N_("Instagram is still working on the pictures."), 30),
    (24, 2207008): ("container_expired", Outcome.AGAIN, N_("The prepared upload has expired."), 30),
    (24, 2207006): ("picture_gone", Outcome.PERSON, _PICTURE, None),
    (9, 2207042): ("quota_used_up", Outcome.WAIT, N_("Today's number of posts is used up."), 6 * 3600),
    (4, 2207051): ("restricted", Outcome.PERSON, _BLOCKED, None),
    (25, 2207050): ("restricted", Outcome.PERSON, _BLOCKED, None),
    (368, None): ("restricted", Outcome.PERSON, _BLOCKED, None),
    (36000, 2207004): ("picture_too_big", Outcome.PERSON, _PICTURE, None),
    (36001, 2207005): ("picture_format", Outcome.PERSON, _PICTURE, None),
    (36003, 2207009): ("picture_ratio", Outcome.PERSON, _PICTURE, None),
    (36004, 2207010): ("text_refused", Outcome.PERSON, _CAPTION, None),
    (100, 2207040): ("text_refused", Outcome.PERSON, _CAPTION, None),
    (100, 2207028): ("too_many_pictures", Outcome.PERSON, _PICTURE, None),
    (100, 33): ("not_found", Outcome.AGAIN, N_("The network does not show the post yet."), 30),
    (190, None): ("token_invalid", Outcome.RECONNECT, _RECONNECT, None),
    (10, None): ("permission_missing", Outcome.PERSON, _PERMISSION, None),
    (4, None): ("rate_limited", Outcome.WAIT, _THROTTLED, 3600),
    (17, None): ("rate_limited", Outcome.WAIT, _THROTTLED, 3600),
    (32, None): ("rate_limited", Outcome.WAIT, _THROTTLED, 3600),
    (613, None): ("rate_limited", Outcome.WAIT, _THROTTLED, 3600),
}
# Codes 1, 2 and -1 say nothing about what happened: after a visible call the result is unknown.
_VAGUE = {1, 2, -1}
_REFUSED: Row = ("refused", Outcome.PERSON, N_("The network refused the message."), None)
_BY_SUBCODE = {subcode: row for (_, subcode), row in _ERRORS.items() if subcode}
_NEW_CONTAINER: Row = ("container_expired", Outcome.AGAIN, N_("The prepared upload has expired."), 5)


class Instagram:
    """See `base.Channel`."""

    kind: ClassVar[str] = "instagram"
    credential_names: ClassVar[tuple[str, ...]] = ("access_token", "user_id")
    default_base_url: ClassVar[str] = "https://graph.facebook.com"

    def __init__(
        self,
        account: Account,
        limits: Limits,
        *,
        read_timeout_s: float = READ_TIMEOUT_S,
        ready_wait_s: float = READY_WAIT_S,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.account = account
        self.limits = limits
        self._read_timeout_s = read_timeout_s
        self._ready_wait_s = ready_wait_s
        self._sleep = sleep

    def validate(self, message: Message) -> list[Problem]:
        problems = common_problems(message, self.limits, characters=count(message.text, self.limits))
        hashtags, mentions = len(HASHTAG.findall(message.text)), len(MENTION.findall(message.text))
        if hashtags > self.limits.max_hashtags:
            sentence = N_("The text has %(count)s hashtags; this channel allows %(limit)s.")
            problems.append(
                Problem("too_many_hashtags", sentence, {"count": hashtags, "limit": self.limits.max_hashtags})
            )
        if mentions > self.limits.max_mentions:
            sentence = N_("The text mentions %(count)s accounts; this channel allows %(limit)s.")
            problems.append(
                Problem("too_many_mentions", sentence, {"count": mentions, "limit": self.limits.max_mentions})
            )
        for no, picture in enumerate(message.pictures, start=1):
            if not picture.public_url.isascii():
                sentence = N_("The address of picture %(no)s has letters that Instagram refuses.")
                problems.append(Problem("picture_address", sentence, {"no": no}))
        return problems

    def check(self) -> Health:
        me = self._get(self._user, {"fields": "username"})
        granted = self._permissions()
        problems = []
        if str(me.get("username", "")) != self.account.handle.removeprefix("@"):
            sentence = N_("The network knows this account as %(name)s.")
            problems.append(Problem("other_account", sentence, {"name": str(me.get("username", ""))}))
        for permission in REQUIRED_PERMISSIONS if granted else ():
            if permission not in granted:
                sentence = N_("The permission %(name)s is missing.")
                problems.append(Problem("permission_missing", sentence, {"name": permission}))
        quota = self._quota()
        if quota and quota.used >= quota.total:
            problems.append(Problem("quota_used_up", N_("Today's number of posts is used up.")))
        return Health(
            ok=not problems,
            account=str(me.get("username", "")),
            permissions=granted,
            quota=quota,
            expires_at=self._expires_at(),
            problems=tuple(problems),
        )

    def prepare(self, message: Message, prepared: JsonObject) -> JsonObject:
        fingerprint = _fingerprint(message)
        if prepared.get("fingerprint") == fingerprint and self._still_good(str(prepared.get("container", ""))):
            return prepared
        container = self._carousel(message) if len(message.pictures) > 1 else self._single(message)
        result = {"fingerprint": fingerprint, "container": container, "created_at": datetime.now(UTC).isoformat()}
        self._wait_until_ready(container)
        return result

    def publish(self, message: Message, prepared: JsonObject) -> Remote:
        container = str(prepared.get("container", ""))
        if not container or prepared.get("fingerprint") != _fingerprint(message):
            raise _error_of(_NEW_CONTAINER, "nothing prepared for this message")
        state, detail = self._container_state(container)
        if state == "PUBLISHED":
            sentence = N_("The message seems to be published already.")
            raise ChannelError("already_published", Outcome.UNKNOWN, sentence, detail=f"container {container}")
        if state in {"EXPIRED", "ERROR"}:
            raise _error_of(_container_row(detail), detail)
        if state != "FINISHED":
            raise _error_of(_ERRORS[9007, 2207027], f"container {container} is {state}")
        answer = self._post(f"{self._user}/media_publish", {"creation_id": container}, visible=True)
        return Remote(str(answer.get("id", "")), "")

    def find_existing(self, message: Message, prepared: JsonObject, since: datetime) -> Remote | None:
        container = str(prepared.get("container", ""))
        if not container:
            return None  # its id is stored before the visible call, so that call was never made
        # Its own state is the witness; a caption may be the same in two posts. 100/33 (an old read) is no witness.
        try:
            state, _ = self._container_state(container)
        except ChannelError as error:
            listed = self._listed(message, since) if error.code == "not_found" else None
            if listed is None:
                raise
            return listed
        if state != "PUBLISHED":
            return None
        listed = self._listed(message, since)
        if listed is None:
            sentence = N_("Instagram has published the message but does not list it yet.")
            raise ChannelError("not_listed_yet", Outcome.WAIT, sentence, 30, detail=f"container {container}")
        return listed

    def prove(self, remote: Remote, message: Message) -> Remote:
        media = self._get(remote.remote_id, {"fields": "permalink,timestamp,caption"})
        permalink = str(media.get("permalink", ""))
        if not permalink:
            raise ChannelError("not_found", Outcome.AGAIN, N_("The network does not show the post yet."), 30)
        return Remote(remote.remote_id, permalink)

    # containers

    def _single(self, message: Message) -> str:
        return self._container({**_picture_fields(message.pictures[0]), "caption": message.text})

    def _carousel(self, message: Message) -> str:
        children = [
            self._container({**_picture_fields(picture), "is_carousel_item": "true"}) for picture in message.pictures
        ]
        for child in children:
            self._wait_until_ready(child)
        return self._container({"media_type": "CAROUSEL", "children": ",".join(children), "caption": message.text})

    def _container(self, fields: dict[str, str]) -> str:
        answer = self._post(f"{self._user}/media", fields)
        container = str(answer.get("id", ""))
        if not container:
            raise ChannelError("bad_answer", Outcome.AGAIN, N_("The network gave an answer that cannot be read."))
        return container

    def _still_good(self, container: str) -> bool:
        """False when a new container is needed. A published one is kept: it must lead to `find_existing`."""
        if not container:
            return False
        try:
            return self._container_state(container)[0] in {"FINISHED", "IN_PROGRESS", "PUBLISHED"}
        except ChannelError as error:
            if error.code == "not_found":
                return False
            raise

    def _wait_until_ready(self, container: str) -> None:
        """Waits a little. A picture that takes longer is no error: `publish` looks again before its visible call."""
        deadline = time.monotonic() + self._ready_wait_s
        while True:
            state, detail = self._container_state(container)
            if state in {"ERROR", "EXPIRED"}:
                raise _error_of(_container_row(detail), detail)
            if state != "IN_PROGRESS" or time.monotonic() >= deadline:
                return
            self._sleep(POLL_S)

    def _container_state(self, container: str) -> tuple[str, str]:
        answer = self._get(container, {"fields": "status_code,status"})
        return str(answer.get("status_code", "")), str(answer.get("status", ""))

    def _listed(self, message: Message, since: datetime) -> Remote | None:
        answer = self._get(f"{self._user}/media", {"fields": "id,caption,timestamp,permalink", "limit": "50"})
        for media in answer.get("data", []):
            stamp = _timestamp(str(media.get("timestamp", "")))
            if stamp and stamp >= since - CLOCK_RESERVE and _same(str(media.get("caption", "")), message.text):
                return Remote(str(media.get("id", "")), str(media.get("permalink", "")))
        return None

    # account

    @property
    def _user(self) -> str:
        return self.account.secret("user_id")

    def _permissions(self) -> tuple[str, ...]:
        """Empty when the network does not say (tokens of the Instagram login have no such list)."""
        try:
            answer = self._get("me/permissions", {})
        except ChannelError as error:
            if error.outcome in {Outcome.PERSON, Outcome.AGAIN}:
                return ()
            raise
        rows = answer.get("data", [])
        return tuple(str(row["permission"]) for row in rows if row.get("status") == "granted")

    def _quota(self) -> Quota | None:
        answer = self._get(f"{self._user}/content_publishing_limit", {"fields": "quota_usage,config"})
        rows = answer.get("data", [])
        if not rows:
            return None
        config = rows[0].get("config", {})
        return Quota(
            int(rows[0].get("quota_usage", 0)),
            int(config.get("quota_total", 0)),
            int(config.get("quota_duration", 86400)),
        )

    def _expires_at(self) -> datetime | None:
        return _timestamp(self.account.credentials.get("expires_at", ""))

    # HTTP

    def _get(self, path: str, query: dict[str, str]) -> JsonObject:
        return self._call("GET", path, visible=False, params=query)

    def _post(self, path: str, fields: dict[str, str], *, visible: bool = False) -> JsonObject:
        return self._call("POST", path, visible=visible, data=fields)

    def _call(self, method: Literal["GET", "POST"], path: str, *, visible: bool, **arguments: Any) -> JsonObject:
        token = self.account.secret("access_token")
        version = self.account.api_version or API_VERSION
        slow = method == "POST" and not visible
        response = call(
            method,
            f"{self.account.base_url.rstrip('/')}/{version}/{path}",
            visible=visible,
            secrets=(token,),
            read_timeout_s=max(self._read_timeout_s, CONTAINER_TIMEOUT_S) if slow else self._read_timeout_s,
            auth=Bearer(token),
            **arguments,
        )
        if response.status_code >= 300:
            raise _graph_error(json_object(response), visible=visible, secrets=(token,))
        return json_object(response, visible=visible)


def _graph_error(answer: JsonObject, *, visible: bool, secrets: tuple[str, ...]) -> ChannelError:
    error = answer.get("error")
    error = error if isinstance(error, dict) else {}
    code, subcode = int(error.get("code", 0)), int(error.get("error_subcode", 0))
    detail = redact(f"{code}/{subcode}: {error.get('message', '')} [{error.get('fbtrace_id', '')}]", secrets)
    row = _row(code, subcode)
    if code in _VAGUE and visible:
        row = ("network_fault", Outcome.UNKNOWN, _AGAIN, None)
    return _error_of(row, detail)


def _row(code: int, subcode: int) -> Row:
    if code in _VAGUE and (code, subcode) not in _ERRORS:
        return ("network_fault", Outcome.AGAIN, _AGAIN, 30)
    if 200 <= code <= 299:
        return _ERRORS[10, None]
    return _ERRORS.get((code, subcode)) or _ERRORS.get((code, None)) or _REFUSED


def _container_row(detail: str) -> Row:
    """A failed container names its subcode in the text of `status`; that is where Meta documents it."""
    match = _SUBCODE.search(detail)
    return _BY_SUBCODE.get(int(match.group()), _NEW_CONTAINER) if match else _NEW_CONTAINER


def _error_of(row: Row, detail: str) -> ChannelError:
    code, outcome, sentence, retry_after_s = row
    return ChannelError(code, outcome, sentence, retry_after_s, detail=detail)


def _picture_fields(picture: Picture) -> dict[str, str]:
    fields = {"image_url": picture.public_url}
    return {**fields, "alt_text": picture.alt} if picture.alt else fields


def _fingerprint(message: Message) -> str:
    parts = [message.text, *(f"{picture.sha256} {picture.alt}" for picture in message.pictures)]
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()


def _same(one: str, other: str) -> bool:
    """Captions are compared without regard to white space, which the network may change."""
    return " ".join(one.split()) == " ".join(other.split())


def _timestamp(text: str) -> datetime | None:
    """Aware UTC from an ISO time; Meta writes the offset as +0000."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
