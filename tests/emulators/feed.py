"""What the public would see: every post of every network, as cards that look like the networks'."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import requests
from flask import Blueprint, Response, abort, jsonify, render_template, request
from markupsafe import Markup, escape

from tests.emulators.state import Json, State

TIMEOUT_S = 5.0
COLLECTION = "app.bsky.feed.post"
WORDS = {
    "id": {
        "title": "Yang dilihat publik",
        "lead": "Server tiruan untuk uji coba: beginilah kiriman tampil bagi publik.",
        "lead_pds": "Instagram dan Mastodon di sini server tiruan; Bluesky server sungguhan di komputer ini.",
        "all": "Semua",
        "empty": "Belum ada kiriman.",
        "posts": "kiriman",
        "back": "Semua kiriman",
        "alt": "Teks alternatif",
        "offline": "Server Bluesky tidak menjawab.",
    },
    "en": {
        "title": "What the public sees",
        "lead": "A stand-in for tests: this is how posts look to the public.",
        "lead_pds": "Instagram and Mastodon are stand-ins here; Bluesky is a real server on this computer.",
        "all": "All",
        "empty": "No posts yet.",
        "posts": "posts",
        "back": "All posts",
        "alt": "Description",
        "offline": "The Bluesky server does not answer.",
    },
}
DAYS = {
    "id": ["Sen", "Sel", "Rab", "Kam", "Jum", "Sab", "Min"],
    "en": ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
}
MONTHS = {
    "id": ["Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"],
    "en": ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
}
ZONE_NAMES = {"Asia/Jakarta": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}
TOKEN = re.compile(r"(https?://[^\s<]+)|([#@][\w.@]+)")


@dataclass
class Post:
    network: str
    username: str
    name: str
    at: datetime
    text: str
    html: Markup
    permalink: str
    remote_id: str
    pictures: list[Json] = field(default_factory=list)


@dataclass
class Pds:
    """A real Bluesky server; read by the calls that need no login. No handles: all accounts of the server."""

    url: str = ""
    handles: list[str] = field(default_factory=list)

    def get(self, method: str, **query: str) -> Any:
        answer = requests.get(f"{self.url}/xrpc/{method}", params=query, timeout=TIMEOUT_S)
        answer.raise_for_status()
        return answer.json()

    def posts(self) -> list[Post]:
        if not self.url:
            return []
        found = []
        for handle in self.handles or self.all_accounts():
            rows = self.get("com.atproto.repo.listRecords", repo=handle, collection=COLLECTION, limit="50")["records"]
            found += [bluesky_post(handle, row["uri"], row["value"]) for row in rows]
        return found

    def all_accounts(self) -> list[str]:
        """Their handles, or their DIDs where the server cannot look a handle up."""
        found = []
        for row in self.get("com.atproto.sync.listRepos", limit="100")["repos"]:
            try:
                found.append(self.get("com.atproto.repo.describeRepo", repo=row["did"])["handle"])
            except requests.HTTPError:
                found.append(row["did"])
        return found


def blueprint(state: State, pds: Pds, zone: str) -> Blueprint:
    bp = Blueprint("feed", __name__)

    def everything() -> tuple[list[Post], bool]:
        posts = [stored_post(state, row) for row in state.all("instagram", "media")]
        posts += [stored_post(state, row) for row in state.all("mastodon", "status")]
        try:
            posts += pds.posts()
            reached = True
        except (requests.RequestException, KeyError, ValueError):
            reached = False
        return sorted(posts, key=lambda post: post.at, reverse=True), reached

    def page(posts: list[Post], *, reached: bool, single: bool = False) -> str:
        language = request.args.get("lang", "id") if request.args.get("lang") in WORDS else "id"
        networks = [n for n in ("instagram", "bluesky", "mastodon") if any(p.network == n for p in posts)]
        return render_template(
            "feed.html",
            posts=posts,
            networks=networks,
            words=WORDS[language],
            language=language,
            when=lambda moment: when(moment, zone, language),
            single=single,
            real_bluesky=bool(pds.url),
            reached=reached,
        )

    @bp.get("/")
    def index() -> str:
        posts, reached = everything()
        return page(posts, reached=reached)

    @bp.get("/feed.json")
    def feed_json() -> Response:
        posts, _ = everything()
        shown = ("network", "username", "text", "permalink", "remote_id", "pictures")
        rows = [{"at": p.at.isoformat(), **{name: getattr(p, name) for name in shown}} for p in posts]
        return jsonify({"posts": rows})

    @bp.get("/instagram/p/<code>/")
    def instagram_post(code: str) -> str:
        found = [row for row in state.all("instagram", "media") if row["shortcode"] == code]
        return page([stored_post(state, only(found))], reached=True, single=True)

    @bp.get("/mastodon/@<username>/<status_id>")
    def mastodon_post(username: str, status_id: str) -> str:
        found = [r for r in state.all("mastodon", "status") if (r["username"], r["id"]) == (username, status_id)]
        return page([stored_post(state, only(found))], reached=True, single=True)

    @bp.get("/profile/<handle>/post/<rkey>")  # the path of bsky.app itself
    @bp.get("/bluesky/profile/<handle>/post/<rkey>")
    def bluesky_page(handle: str, rkey: str) -> str:
        try:
            row = pds.get("com.atproto.repo.getRecord", repo=handle, collection=COLLECTION, rkey=rkey)
        except requests.HTTPError:
            abort(404)
        return page([bluesky_post(handle, row["uri"], row["value"])], reached=True, single=True)

    @bp.get("/bluesky/blob/<did>/<cid>")
    def bluesky_blob(did: str, cid: str) -> Response:
        query = {"did": did, "cid": cid}
        answer = requests.get(f"{pds.url}/xrpc/com.atproto.sync.getBlob", params=query, timeout=TIMEOUT_S)
        if answer.status_code != 200:
            abort(404)
        return Response(answer.content, content_type=answer.headers.get("Content-Type", "image/jpeg"))

    return bp


def only(rows: list[Json]) -> Json:
    return rows[0] if rows else abort(404)


def stored_post(state: State, row: Json) -> Post:
    owner = next(a for a in state.accounts if a["id"] == row["owner"])
    network = row["network"]
    permalink = row.get("permalink") or f"/mastodon/@{row['username']}/{row['id']}"
    pictures = [{"url": f"/pictures/{p['sha256']}.jpg", "alt": p["alt"], "width": p["width"], "height": p["height"]}
                for p in row["pictures"]]  # fmt: skip
    at = datetime.fromtimestamp(row["created_at"], UTC)
    text = row["caption"]
    return Post(
        network, row["username"], owner["name"], at, text, marked(text, network), permalink, row["id"], pictures
    )


def bluesky_post(handle: str, uri: str, record: Json) -> Post:
    did = uri.split("/")[2]
    images = record.get("embed", {}).get("images", [])
    pictures = [{"url": f"/bluesky/blob/{did}/{image['image']['ref']['$link']}", "alt": image["alt"],
                 **image.get("aspectRatio", {"width": 1, "height": 1})} for image in images]  # fmt: skip
    at = datetime.fromisoformat(record["createdAt"])
    permalink = f"/bluesky/profile/{handle}/post/{uri.rpartition('/')[2]}"
    text, name = record["text"], handle.partition(".")[0]
    return Post("bluesky", handle, name, at, text, faceted(text, record.get("facets", [])), permalink, uri, pictures)


def faceted(text: str, facets: Iterable[Json]) -> Markup:
    """Bluesky shows as links only what the facets say, counted in bytes."""
    data, done, parts = text.encode(), 0, []
    for facet in sorted(facets, key=lambda f: f["index"]["byteStart"]):
        start, end = facet["index"]["byteStart"], facet["index"]["byteEnd"]
        inner = data[start:end].decode(errors="replace")
        link = facet["features"][0].get("uri")
        before = escape(data[done:start].decode(errors="replace"))
        tag = (
            Markup('<a href="{}">{}</a>').format(link, inner) if link else Markup('<b class="tag">{}</b>').format(inner)
        )
        parts += [before, tag]
        done = end
    return Markup("").join([*parts, escape(data[done:].decode(errors="replace"))])


def marked(text: str, network: str) -> Markup:
    """Tags, mentions and (not on Instagram, where they are dead text) addresses."""
    parts, done = [], 0
    for match in TOKEN.finditer(text):
        parts.append(escape(text[done : match.start()]))
        link, word = match.groups()
        if link and network != "instagram":
            parts.append(Markup('<a href="{0}">{0}</a>').format(link))
        else:
            parts.append(Markup('<b class="tag">{}</b>').format(word) if word else escape(link))
        done = match.end()
    return Markup("").join([*parts, escape(text[done:])])


def when(moment: datetime, zone: str, language: str) -> str:
    local = moment.astimezone(ZoneInfo(zone))
    day, month = DAYS[language][local.weekday()], MONTHS[language][local.month - 1]
    clock = local.strftime("%H.%M" if language == "id" else "%H:%M")
    return f"{day}, {local.day} {month} {local.year} {clock} {ZONE_NAMES.get(zone, local.tzname())}"
