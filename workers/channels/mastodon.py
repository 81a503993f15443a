"""Mastodon and servers that speak its API.

`Idempotency-Key` is the delivery's key, so a repeated call within an hour gives the same status; later, the account's
own statuses are read before anything is sent again. Source: docs.joinmastodon.org. Credentials: `access_token`.
"""

from __future__ import annotations

import html
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import requests

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
from workers.channels.limits import count

MEDIA_LIFE_S = 12 * 3600  # unattached media are removed by the server after a day
READY_WAIT_S = 20.0
POLL_S = 1.0
CLOCK_RESERVE = timedelta(minutes=5)
REQUIRED_SCOPES = ("write:statuses", "write:media", "read:statuses")

_TAG = re.compile(r"<[^>]+>")
_BREAK = re.compile(r"<br\s*/?>|</p>")

# HTTP status -> what it means; the bodies hold nothing but a sentence. Source: docs.joinmastodon.org, methods.
_ERRORS: dict[int, tuple[str, Outcome, str]] = {
    401: ("token_invalid", Outcome.RECONNECT, N_("The connection to Mastodon has ended. Connect the account again.")),
    403: ("permission_missing", Outcome.RECONNECT, N_("The connection to Mastodon lacks a permission.")),
    404: ("not_found", Outcome.AGAIN, N_("The network does not show the post yet.")),
    413: ("picture_too_big", Outcome.PERSON, N_("A picture is too big for this channel.")),
    422: ("refused", Outcome.PERSON, N_("The network refused the message.")),
}


class Mastodon:
    """See `base.Channel`."""

    kind: ClassVar[str] = "mastodon"
    credential_names: ClassVar[tuple[str, ...]] = ("access_token",)
    default_base_url: ClassVar[str] = ""

    def __init__(
        self,
        account: Account,
        limits: Limits,
        *,
        read_timeout_s: float = READ_TIMEOUT_S,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.account = account
        self.limits = limits
        self._read_timeout_s = read_timeout_s
        self._sleep = sleep

    def validate(self, message: Message) -> list[Problem]:
        return common_problems(message, self.limits, characters=count(compose(message), self.limits))

    def check(self) -> Health:
        me = self._get("/api/v1/accounts/verify_credentials")
        name = str(me.get("username", ""))
        problems = []
        if name != self._username:
            sentence = N_("The network knows this account as %(name)s.")
            problems.append(Problem("other_account", sentence, {"name": name}))
        scopes = tuple(self._get("/api/v1/apps/verify_credentials").get("scopes", ()))
        for scope in REQUIRED_SCOPES if scopes else ():
            if scope not in scopes and scope.split(":")[0] not in scopes:
                problems.append(
                    Problem("permission_missing", N_("The permission %(name)s is missing."), {"name": scope})
                )
        return Health(ok=not problems, account=name, permissions=scopes, problems=tuple(problems))

    def prepare(self, message: Message, prepared: JsonObject) -> JsonObject:
        known: dict[str, Any] = prepared.get("media", {})
        oldest = time.time() - MEDIA_LIFE_S
        media = {}
        for picture in message.pictures:
            entry = known.get(picture.sha256)
            if entry is None or entry["uploaded_at"] < oldest or not self._media_ready(entry["id"]):
                entry = {"id": self._upload(picture), "uploaded_at": int(time.time())}
            media[picture.sha256] = entry
        return {"media": media}

    def publish(self, message: Message, prepared: JsonObject) -> Remote:
        known: dict[str, Any] = prepared.get("media", {})
        if any(picture.sha256 not in known for picture in message.pictures):
            raise ChannelError(UPLOAD_LOST, Outcome.AGAIN, N_("A picture has not been uploaded yet."))
        fields = {
            "status": compose(message),
            "media_ids[]": [known[picture.sha256]["id"] for picture in message.pictures],
            "visibility": "public",
            "language": (message.languages or ("id",))[0],
        }
        headers = {"Idempotency-Key": message.key}
        answer = json_object(
            self._call("POST", "/api/v1/statuses", visible=True, data=fields, headers=headers), visible=True
        )
        return self._remote(answer)

    def find_existing(self, message: Message, prepared: JsonObject, since: datetime) -> Remote | None:
        account_id = str(self._get("/api/v1/accounts/verify_credentials").get("id", ""))
        query = {"limit": "40", "exclude_reblogs": "true"}
        response = self._call("GET", f"/api/v1/accounts/{account_id}/statuses", params=query)
        own_media = {str(entry["id"]) for entry in prepared.get("media", {}).values()}
        for status in response.json():
            media = {str(attachment.get("id")) for attachment in status.get("media_attachments", [])}
            # An uploaded picture is attached once, ever: a better witness than the text, which may be the same in two.
            if media & own_media if own_media else self._same_text(status, message, since):
                return self._remote(status)
        return None

    def prove(self, remote: Remote, message: Message) -> Remote:
        return self._remote(self._get(f"/api/v1/statuses/{remote.remote_id}"))

    @property
    def _username(self) -> str:
        return self.account.handle.removeprefix("@").split("@")[0]

    def _same_text(self, status: JsonObject, message: Message, since: datetime) -> bool:
        written = datetime.fromisoformat(str(status.get("created_at", "")))
        recent = written.astimezone(UTC) >= since - CLOCK_RESERVE
        return recent and _plain(str(status.get("content", ""))) == " ".join(compose(message).split())

    def _upload(self, picture: Picture) -> str:
        files = {"file": (picture.path.name, read_picture(picture), picture.mime)}
        response = self._call("POST", "/api/v2/media", files=files, data={"description": picture.alt})
        media_id = str(json_object(response).get("id", ""))
        deadline = time.monotonic() + READY_WAIT_S
        while response.status_code != 200 and not self._media_ready(media_id):
            if time.monotonic() >= deadline:
                sentence = N_("The network is still working on the pictures.")
                raise ChannelError("media_not_ready", Outcome.WAIT, sentence, 30)
            self._sleep(POLL_S)
        return media_id

    def _media_ready(self, media_id: str) -> bool:
        """False when it is still being worked on or was removed."""
        try:
            return self._call("GET", f"/api/v1/media/{media_id}").status_code == 200
        except ChannelError as error:
            if error.code == "not_found":
                return False
            raise

    def _remote(self, status: JsonObject) -> Remote:
        return Remote(str(status.get("id", "")), str(status.get("url") or status.get("uri") or ""))

    def _get(self, path: str) -> JsonObject:
        return json_object(self._call("GET", path))

    def _call(self, method: str, path: str, *, visible: bool = False, **arguments: Any) -> requests.Response:
        token = self.account.secret("access_token")
        response = call(
            method,
            f"{self.account.base_url.rstrip('/')}{path}",
            visible=visible,
            secrets=(token,),
            read_timeout_s=self._read_timeout_s,
            auth=Bearer(token),
            **arguments,
        )
        if response.status_code >= 300:
            code, outcome, sentence = _ERRORS.get(response.status_code, _ERRORS[422])
            detail = redact(f"HTTP {response.status_code}: {response.text[:300]}", (token,))
            raise ChannelError(code, outcome, sentence, detail=detail)
        return response


def compose(message: Message) -> str:
    """Caption, and the article's address below it unless the caption holds it already."""
    text = message.text.strip()
    if message.link and message.link not in text:
        return f"{text}\n\n{message.link}" if text else message.link
    return text


def _plain(content: str) -> str:
    """The text of a status, which comes as HTML, with single spaces."""
    return " ".join(html.unescape(_TAG.sub("", _BREAK.sub("\n", content))).split())
