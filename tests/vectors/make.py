"""Writes signatures.json, digests.json and captions.json anew: `.venv/bin/python tests/vectors/make.py`.

The files are the agreement between Python and PHP; run this only to add a case, and read the difference.
The HMAC is spelled out here, with the standard library only, so that no library checks itself.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1]))

from workers.channels import instagram, registry  # noqa: E402
from workers.channels.limits import count, limits_of  # noqa: E402

FIRST = "whsec_" + base64.b64encode(bytes(range(32))).decode()
SECOND = "whsec_" + base64.b64encode(bytes(range(100, 132))).decode()
TIMESTAMP = 1795413600

BODIES = {
    "sop": '{"to":"/api/v1/sites/jember/sop","language":"id"}',
    "rest_route": '{"to":"/tayang/v1/sidecar/publish","case_id":"0b6f","post_id":12,"visible":true}',
    "spaces_and_order_are_part_of_the_body": '{ "to" : "/x",\n "b":1, "a":2 }',
    "unicode": '{"to":"/x","title":"Rapat – “Pleno” di Jember, Rp1.000.000 · ﷽ · ꦗꦩ꧀ꦧꦼꦂ · 🎉"}',
    "line_separators": '{"to":"/x","note":"a\u2028b\u2029c"}',
    "escaped": '{"to":"\\/x","note":"\\u00e9 \\"kutip\\" \\\\"}',
    "empty": "",
}

CONTENT: dict[str, Any] = {
    "post_id": 12,
    "post_type": "post",
    "title": "KPU Jember gelar rapat pleno",
    "content": "<!-- wp:paragraph -->\n<p>Isi berita.</p>\n<!-- /wp:paragraph -->",
    "excerpt": "",
    "slug": "kpu-jember-gelar-rapat-pleno",
    "terms": [["category", ["berita"]], ["post_tag", []]],
    "featured_image": 34,
    "images": [
        {
            "id": 34,
            "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "mime": "image/jpeg",
            "alt": "Ketua membuka rapat",
            "caption": "",
            "focal": [50, 50],
        }
    ],
    "channels": [{"channel": "bluesky", "caption": "Rapat pleno https://jember.example/a/b?c=d&e=f"}],
    "card": None,
    "website": True,
    "photos": [34],
}
# As contents were before they said what goes to the website, and which photographs to the channels.
OLD_FORM = {key: value for key, value in CONTENT.items() if key not in ("website", "photos")}

CONTENTS: dict[str, dict[str, Any]] = {
    "news": CONTENT,
    "news_old_form": OLD_FORM,
    "social_media_only": {
        **CONTENT,
        "website": False,
        "images": [*CONTENT["images"], {**CONTENT["images"][0], "id": 41}],
        "photos": [41, 34],
    },
    "no_photo_for_the_channels": {**CONTENT, "photos": []},
    "unicode": {**CONTENT, "title": "Idulfitri – “Mohon maaf” · عيد مبارك · ꦱꦸꦒꦼꦁ · 🎉👨‍👩‍👧", "excerpt": "naïve café"},
    "line_separators_and_controls": {**CONTENT, "content": "a\u2028b\u2029c\td\r\ne\u0001f\u007fg\b\f"},
    "slashes_quotes_and_html": {**CONTENT, "content": '<a href="https://x/y">\\ \' " & &amp; </a></script>'},
    "empty_lists": {**CONTENT, "terms": [], "images": [], "photos": [], "channels": [], "featured_image": 0},
    "greeting": {
        **CONTENT,
        "post_type": "tayang_greeting",
        "card": {
            "template": "nyepi",
            "fields": {"headline": "Selamat Hari Raya Nyepi", "Subtitle": "Tahun Baru Saka 1948", "z": "", "é": "é"},
            "photo": None,
        },
    },
    "key_order_is_by_code_point": {"b": 1, "a": {"Z": 1, "z": 2, "é": 3, "10": 4, "9": 5}, "B": [3, 2, 1]},
    "booleans_and_numbers": {"yes": True, "no": False, "nothing": None, "zero": 0, "minus": -7, "text": "0"},
}

CAPTIONS = (
    "",
    "KPU Jember gelar rapat pleno",
    "Rapat pleno terbuka – “Mohon maaf lahir dan batin”",
    "🎉🗳️ Selamat memilih 👨‍👩‍👧‍👦 🇮🇩 👍🏽",
    "e\u0301 dan é: dua tulisan, satu huruf",
    "عيد مبارك · ꦱꦸꦒꦼꦁ ꦫꦶꦪꦪ · हिन्दी · 한국어",
    "Baca https://kab-jember.kpu.go.id/berita/rapat-pleno?utm_source=x&y=1 sekarang.",
    "(lihat http://x.id/a) dan https://x.id/b, https://x.id/c! https://",
    "Tautan di akhir: https://contoh.id/é/jalan_(kota)",
    "#Pemilu2029 #KPUMelayani #Jember, ##dua #é #日本 # kosong #",
    "@kpu_ri dan @kpujember; surel humas@kpu.go.id, @@dua @",
    "baris satu\nbaris dua\n\nbaris empat\ttab",
    "a" * 301,
    "🎉" * 300,
)


def signature(secret: str, message_id: str, timestamp: int, body: str) -> str:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, f"{message_id}.{timestamp}.{body}".encode(), hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def signatures() -> dict[str, Any]:
    cases = []
    for i, (name, body) in enumerate(BODIES.items(), start=1):
        for secrets in ([FIRST], [SECOND, FIRST]):
            message_id = f"msg_{i:032x}"
            header = " ".join(signature(secret, message_id, TIMESTAMP, body) for secret in secrets)
            cases.append(
                {"name": f"{name}_{len(secrets)}", "secrets": secrets, "id": message_id, "timestamp": TIMESTAMP}
                | {"body": body, "signature": header}
            )
    good = cases[0]
    refused = [
        {**good, "name": "other_body", "body": good["body"] + " ", "code": "bad_signature"},
        {**good, "name": "other_secret", "secrets": [SECOND], "code": "bad_signature"},
        {**good, "name": "other_id", "id": "msg_2", "code": "bad_signature"},
        {**good, "name": "other_time", "timestamp": TIMESTAMP + 1, "code": "bad_signature"},
        {**good, "name": "no_version", "signature": good["signature"].removeprefix("v1,"), "code": "bad_signature"},
        {**good, "name": "other_version", "signature": "v2" + good["signature"][2:], "code": "bad_signature"},
        {**good, "name": "empty", "signature": "", "code": "bad_signature"},
        {**good, "name": "id_with_a_dot", "id": "msg.1", "code": "bad_signature"},
        {**good, "name": "too_old", "now": TIMESTAMP + 301, "code": "stale_timestamp"},
        {**good, "name": "too_new", "now": TIMESTAMP - 301, "code": "stale_timestamp"},
    ]
    return {"tolerance_s": 300, "accepted": cases, "refused": [{"now": TIMESTAMP, **case} for case in refused]}


def digests() -> list[dict[str, Any]]:
    found = []
    for name, content in CONTENTS.items():
        canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        sha256 = hashlib.sha256(canonical.encode()).hexdigest()
        found.append({"name": name, "content": content, "canonical": canonical, "sha256": sha256})
    return found


def captions() -> list[dict[str, Any]]:
    """Counted by the networks' own files: what the workers will hold a caption to."""
    found = []
    for kind in registry.kinds():
        for text in CAPTIONS:
            used = {
                "characters": count(text, limits_of(kind)),
                "bytes": len(text.encode()),
                "hashtags": len(instagram.HASHTAG.findall(text)),
                "mentions": len(instagram.MENTION.findall(text)),
            }
            found.append({"kind": kind, "text": text, **used})
    return found


def write(name: str, data: Any) -> None:
    (HERE / name).write_text(json.dumps(data, indent=1, ensure_ascii=True) + "\n")


if __name__ == "__main__":
    write("signatures.json", signatures())
    write("digests.json", digests())
    write("captions.json", captions())
