"""A mail catcher for demo and tests: SMTP in, files on disk, JSON and pages to read the mails out.

    python -m tests.testbed.mailcatcher --smtp 18025 --http 18026 --dir .run/mail

GET /                  the list, newest first            GET /mail/ID     one mail, HTML and plain text
GET /messages          JSON, oldest first                GET /raw/ID      as it came over the wire
DELETE /messages       forget all                        GET /part/ID/N   one attached or inline part
"""

from __future__ import annotations

import argparse
import asyncio
import email
import email.policy
import html
import http.server
import json
import threading
import time
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from aiosmtpd.controller import UnthreadedController

ZONE = ZoneInfo("Asia/Jakarta")  # the demo's office
STYLE = """
*{box-sizing:border-box}
body{font:16px/1.5 "Noto Sans",system-ui,sans-serif;margin:0 auto;max-width:46rem;padding:1rem;
 color:#1c2430;background:#eef1f4;overflow-wrap:break-word}
h1{font-size:1.375rem;line-height:1.3;margin:.75rem 0 .25rem} h2{font-size:1rem;margin:1.5rem 0 .25rem}
p{margin:0 0 .75rem}
a{color:#0b5cad;text-decoration:none} a:hover{text-decoration:underline}
:focus-visible{outline:3px solid #0b5cad;outline-offset:2px}
small{color:#52606c;font-size:.875rem} ul{list-style:none;padding:0;margin:1rem 0}
li,pre,iframe,.none{background:#fff;border:1px solid #d8dee5;border-radius:10px;margin:.5rem 0;padding:.7rem 1rem}
li b{font-weight:600} li span{display:block;color:#52606c;font-size:.9375rem}
pre{white-space:pre-wrap;font:.875rem/1.5 "Noto Sans Mono",monospace} iframe{width:100%;height:52rem;padding:0}
"""


class Store:
    """One mail = ID.eml (the message) and ID.json (the envelope); IDs sort by arrival."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.folder.mkdir(parents=True, exist_ok=True)
        self.lock = threading.Lock()

    def add(self, raw: bytes, mail_from: str, rcpt_to: list[str]) -> None:
        with self.lock:
            name = f"{time.time_ns()}"
            (self.folder / f"{name}.json").write_text(json.dumps({"from": mail_from, "to": rcpt_to}))
            (self.folder / f"{name}.tmp").write_bytes(raw)
            (self.folder / f"{name}.tmp").rename(self.folder / f"{name}.eml")

    def ids(self) -> list[str]:
        return sorted(path.stem for path in self.folder.glob("*.eml"))

    def raw(self, mail_id: str) -> bytes:
        return (self.folder / f"{mail_id}.eml").read_bytes()

    def message(self, mail_id: str) -> EmailMessage:
        return email.message_from_bytes(self.raw(mail_id), policy=email.policy.default)

    def describe(self, mail_id: str) -> dict[str, Any]:
        message = self.message(mail_id)
        envelope = json.loads((self.folder / f"{mail_id}.json").read_text())
        received = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(int(mail_id) / 1e9))
        return {
            "id": mail_id,
            **envelope,
            "received_at": received,
            "subject": str(message["Subject"] or ""),
            "message_id": str(message["Message-ID"] or ""),
            "headers": [[name, str(value)] for name, value in message.items()],
            "text": _body(message, "plain"),
            "html": _body(message, "html"),
        }

    def clear(self) -> None:
        with self.lock:
            for path in self.folder.glob("*"):
                path.unlink(missing_ok=True)


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()) if part else ""


def _moment(mail_id: str) -> str:
    """When it arrived, in the office's zone."""
    return f"{datetime.fromtimestamp(int(mail_id) / 1e9, ZONE):%d-%m-%Y %H.%M.%S} WIB"


def _list_page(store: Store) -> str:
    rows = []
    for mail_id in reversed(store.ids()):
        mail = store.describe(mail_id)
        opening = " ".join(mail["text"].split())[:140]
        rows.append(
            f"<li><a href='/mail/{mail_id}'><b>{html.escape(mail['subject'])}</b></a><br>"
            f"<small>Kepada {html.escape(', '.join(mail['to']))} · {_moment(mail_id)}</small>"
            f"<span>{html.escape(opening)} …</span>"
        )
    shown = f"<ul>{''.join(rows)}</ul>" if rows else "<p class=none>Belum ada surel."
    lead = "Semua surel dari uji coba ini berhenti di sini; tidak ada yang benar-benar dikirim."
    return _page("Surel", f"<h1>Surel ({len(rows)})</h1><p><small>{lead}</small></p>{shown}")


def _mail_page(store: Store, mail_id: str) -> str:
    mail, message = store.describe(mail_id), store.message(mail_id)
    shown = mail["html"]
    links = []
    for n, part in enumerate(message.walk()):
        if cid := part["Content-ID"]:
            shown = shown.replace(f"cid:{cid.strip('<>')}", f"/part/{mail_id}/{n}")
        elif part.get_filename():
            links.append(f"<a href='/part/{mail_id}/{n}'>{html.escape(part.get_filename() or '')}</a>")
    # Sandboxed: a mail runs no script here; links open in a new tab, as a mail program does it.
    frame = (
        "<iframe title='Isi surel' sandbox='allow-popups allow-popups-to-escape-sandbox' srcdoc='<base target=_blank>"
        f"{html.escape(shown, quote=True)}'></iframe>"
        if shown
        else ""
    )
    return _page(
        mail["subject"],
        f"<p><a href='/'>&larr; Semua surel</a> · <a href='/raw/{mail_id}'>Sumber</a></p>"
        f"<h1>{html.escape(mail['subject'])}</h1>"
        f"<p><small>Kepada {html.escape(', '.join(mail['to']))} · {_moment(mail_id)}</small> {' '.join(links)}</p>"
        f"{frame}<h2>Teks biasa</h2><pre>{html.escape(mail['text'])}</pre>",
    )


def _page(title: str, body: str) -> str:
    head = "<meta charset=utf-8><meta name=viewport content='width=device-width'>"
    return f"<!doctype html><html lang=id>{head}<title>{html.escape(title)}</title><style>{STYLE}</style>{body}"


def web_server(store: Store, port: int) -> http.server.ThreadingHTTPServer:
    class Web(http.server.BaseHTTPRequestHandler):
        def reply(self, code: int, body: str | bytes, kind: str = "text/html; charset=utf-8") -> None:
            data = body.encode() if isinstance(body, str) else body
            self.send_response(code)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def do_GET(self) -> None:
            match [quote(part) for part in self.path.split("?")[0].strip("/").split("/")]:
                case [""]:
                    self.reply(200, _list_page(store))
                case ["messages"]:
                    mails = [store.describe(mail_id) for mail_id in store.ids()]
                    self.reply(200, json.dumps(mails), "application/json")
                case ["mail", mail_id] if mail_id in store.ids():
                    self.reply(200, _mail_page(store, mail_id))
                case ["raw", mail_id] if mail_id in store.ids():
                    self.reply(200, store.raw(mail_id), "text/plain; charset=utf-8")
                case ["part", mail_id, n] if mail_id in store.ids() and n.isdigit():
                    self.reply_part(store.message(mail_id), int(n))
                case _:
                    self.reply(404, "no such page")

        def reply_part(self, message: EmailMessage, n: int) -> None:
            parts = list(message.walk())
            payload = parts[n].get_payload(decode=True) if n < len(parts) else None
            if isinstance(payload, bytes):
                self.reply(200, payload, parts[n].get_content_type())
            else:
                self.reply(404, "no such part")

        def do_DELETE(self) -> None:
            store.clear()
            self.reply(204, b"")

        def log_message(self, *args: object) -> None:
            """Quiet: the SMTP side is what matters."""

    return http.server.ThreadingHTTPServer(("127.0.0.1", port), Web)


class Sink:
    """What aiosmtpd calls for each message."""

    def __init__(self, store: Store) -> None:
        self.store = store

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 (aiosmtpd's name)
        self.store.add(envelope.content, envelope.mail_from, envelope.rcpt_tos)
        return "250 kept"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--smtp", type=int, default=18025)
    parser.add_argument("--http", type=int, default=18026)
    parser.add_argument("--dir", type=Path, default=Path(".run/mail"))
    options = parser.parse_args()
    store = Store(options.dir)
    web = web_server(store, options.http)
    threading.Thread(target=web.serve_forever, daemon=True).start()
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    smtp = UnthreadedController(
        Sink(store), hostname="127.0.0.1", port=options.smtp, loop=loop, data_size_limit=20_000_000
    )
    smtp.begin()  # type: ignore[no-untyped-call]
    print(f"smtp 127.0.0.1:{options.smtp}, http 127.0.0.1:{options.http}, folder {options.dir}", flush=True)
    loop.run_forever()


if __name__ == "__main__":
    main()
