"""What the public sees, read back from where the public would look: the website, the Bluesky server, the stand-ins."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import requests

from tests.testbed.office import TIMEOUT_S, Office, OfficeError, View


def prove(office: Office, view: View) -> list[str]:
    """One line per thing that is truly out. Raises OfficeError for what is not, or is there twice."""
    lines = [website(office, view)] if view["website"] else [hidden(office, view)]
    for delivery in view["deliveries"]:
        lines.append(bluesky(office, delivery) if delivery["kind"] == "bluesky" else stand_in(office, delivery))
    return lines


def website(office: Office, view: View) -> str:
    """A visitor without any login finds the article: title, text and photographs."""
    page = office.anonymous(view["url"])
    if page.status_code != 200 or view["title"] not in unescape(page.text):
        raise OfficeError(f"{view['url']} answers {page.status_code} and does not show '{view['title']}'")
    pictures = [src for src in re.findall(r'<img[^>]+src="([^"]+)"', page.text) if "/uploads/" in src]
    for src in pictures:
        picture = office.anonymous(src)
        if picture.status_code != 200 or not picture.headers["Content-Type"].startswith("image/"):
            raise OfficeError(f"{src}: {picture.status_code}")
    if not pictures:
        raise OfficeError(f"{view['url']} shows no photograph")
    return f"website: {view['url']} shows the title and {len(pictures)} photographs to everybody"


def hidden(office: Office, view: View) -> str:
    """A case for social media only never shows on the website."""
    page = office.anonymous(f"{office.wordpress}/?p={view['post_id']}&post_type={view['post_type']}")
    if page.status_code == 200 and view["title"] in unescape(page.text):
        raise OfficeError(f"'{view['title']}' shows on the website, but is for social media only")
    return "website: does not show it (social media only)"


def bluesky_posts(office: Office) -> list[dict[str, Any]]:
    """Every record of the account, as anybody may list them."""
    params = {"repo": office.addresses["bluesky_did"], "collection": "app.bsky.feed.post", "limit": "100"}
    answer = requests.get(
        f"{office.addresses['bluesky']}/xrpc/com.atproto.repo.listRecords", params=params, timeout=TIMEOUT_S
    )
    answer.raise_for_status()
    records: list[dict[str, Any]] = answer.json()["records"]
    return records


def bluesky(office: Office, delivery: dict[str, Any]) -> str:
    rkey = delivery["remote_id"].rsplit("/", 1)[-1]
    records = [record for record in bluesky_posts(office) if record["uri"].endswith(f"/{rkey}")]
    if len(records) != 1:
        raise OfficeError(f"bluesky: {len(records)} records for {delivery['remote_id']}")
    value = records[0]["value"]
    same = [record for record in bluesky_posts(office) if record["value"]["text"] == value["text"]]
    if len(same) != 1:
        raise OfficeError(f"bluesky: the same text stands there {len(same)} times")
    images = value.get("embed", {}).get("images", [])
    for image in images:
        params = {"did": office.addresses["bluesky_did"], "cid": image["image"]["ref"]["$link"]}
        blob = requests.get(
            f"{office.addresses['bluesky']}/xrpc/com.atproto.sync.getBlob", params=params, timeout=TIMEOUT_S
        )
        if blob.status_code != 200 or not blob.content.startswith(b"\xff\xd8"):
            raise OfficeError(f"bluesky: picture {params['cid']} cannot be fetched")
    return f"bluesky: {records[0]['uri']}, once, with {len(images)} pictures and {len(value['text'])} characters"


def journal(office: Office) -> list[dict[str, Any]]:
    """Every effect that the stand-ins had, oldest first."""
    path = office.run / "social" / "journal.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def stand_in(office: Office, delivery: dict[str, Any]) -> str:
    kind = delivery["kind"]
    entries = [entry for entry in journal(office) if entry["network"] == kind and entry["effect"] == "published"]
    mine = [entry for entry in entries if str(entry["id"]) == str(delivery["remote_id"])]
    if len(mine) != 1:
        raise OfficeError(f"{kind}: published {len(mine)} times as {delivery['remote_id']}")
    same = [entry for entry in entries if entry.get("caption") == mine[0].get("caption")]
    if len(same) != 1:
        raise OfficeError(f"{kind}: the same caption was published {len(same)} times")
    page = office.anonymous(delivery["url"])
    if urlsplit(delivery["url"]).hostname == "127.0.0.1" and page.status_code != 200:
        raise OfficeError(f"{kind}: {delivery['url']} answers {page.status_code}")
    return f"{kind}: {delivery['url']}, once"
