"""What of an article may be shown on the approval page."""

from __future__ import annotations

import pytest

from sidecar.web.article import picture_key, safe_article, shown

UPLOADS = "https://kpu.example/wp-content/uploads/2026/11"


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        '<a href="javascript:alert(1)">x</a>',
        '<a href="data:text/html,x">x</a>',
        "<iframe src=https://evil.example></iframe>",
        "<svg><script>alert(1)</script></svg>",
        "<style>@import url(https://evil.example)</style>",
        '<p style="background:url(https://evil.example)">x</p>',
        '<form action="https://evil.example"><input name=code></form>',
        '<link rel=stylesheet href="https://evil.example/x.css">',
        '<meta http-equiv=refresh content="0;url=https://evil.example">',
        '<video src="https://evil.example/x.mp4"></video>',
        '<img src="https://evil.example/pixel.gif" srcset="https://evil.example/2x.gif 2x">',
        "<base href=https://evil.example>",
        '<div id="decide" class="button approve">x</div>',
        "<math><mtext><img src=x onerror=alert(1)></mtext></math>",
        "<!-- <img src=https://evil.example> -->",
    ],
)
def test_nothing_active_and_nothing_from_elsewhere(html: str) -> None:
    safe = safe_article(html, {}).lower()
    for word in (
        "script",
        "onerror",
        "evil",
        "style",
        "javascript",
        "data:",
        "<form",
        "<input",
        "src=",
        "class=",
        "id=",
    ):
        assert word not in safe


def test_the_text_stays_as_it_is() -> None:
    html = "<h2>Hasil</h2><p>A <strong>b</strong> &amp; “c” 🎉</p><ul><li>d</li></ul>"
    assert safe_article(html, {}) == html


def test_our_own_pictures_take_the_place_of_uploads() -> None:
    pictures = {picture_key(f"{UPLOADS}/foto-rapat.jpg"): "/a/x/media/abc"}
    for name in (
        "foto-rapat.jpg",
        "foto-rapat-1024x683.jpg",
        "foto-rapat-scaled.jpg",
        "foto-rapat-e1700000000000-300x200.jpg",
    ):
        safe = safe_article(f'<img class="wp-image-34" src="{UPLOADS}/{name}" alt="Rapat">', pictures)
        assert safe == '<img src="/a/x/media/abc" alt="Rapat">'
        assert shown(f'<img class="wp-image-34" src="{UPLOADS}/{name}">', pictures) == set(pictures)
    assert "src" not in safe_article(f'<img src="{UPLOADS}/foto.jpg" alt="lain">', pictures)


def test_links_lead_out_without_telling_from_where() -> None:
    safe = safe_article('<a href="https://kpu.example/x" onclick="y()">x</a>', {})
    assert safe == '<a href="https://kpu.example/x" rel="noopener noreferrer nofollow">x</a>'
