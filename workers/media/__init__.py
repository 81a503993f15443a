"""Photographs: one original in, the files that the website and the channels need out.

Pure functions over files. Nothing here knows a case, a database or a network.
"""

from __future__ import annotations

SENTENCES = {
    "not_an_image": {
        "en": "The file {name} is not a photograph this system can read. Use JPEG, PNG or WebP.",
        "id": "Berkas {name} bukan foto yang dapat dibaca sistem ini. Gunakan JPEG, PNG, atau WebP.",
    },
    "heic": {
        "en": "The file {name} is in the iPhone format HEIC, not supported yet. Save it as JPEG and upload again.",
        "id": "Berkas {name} berformat HEIC dari iPhone, yang belum didukung. Simpan sebagai JPEG lalu unggah lagi.",
    },
    "truncated": {
        "en": "The file {name} is incomplete: its end is missing. Copy it from the camera again and upload it again.",
        "id": "Berkas {name} tidak lengkap: bagian akhirnya hilang. Salin lagi dari kamera, lalu unggah ulang.",
    },
    "damaged": {
        "en": "The file {name} is damaged and cannot be opened. Export it again and upload it once more.",
        "id": "Berkas {name} rusak dan tidak dapat dibuka. Ekspor lagi, lalu unggah ulang.",
    },
    "animated": {
        "en": "The file {name} is animated ({frames} frames). Choose a still photograph.",
        "id": "Berkas {name} berupa animasi ({frames} bingkai). Pilih foto diam.",
    },
    "too_many_pixels": {
        "en": "The file {name} has {megapixels} megapixels; at most {limit} are allowed. Make it smaller first.",
        "id": "Berkas {name} berukuran {megapixels} megapiksel; paling banyak {limit}. Perkecil lalu unggah lagi.",
    },
    "too_small": {
        "en": "The photograph {name} is {width} × {height} pixels, too small for {output}: "
        "it needs at least {needed_width} × {needed_height}.",
        "id": "Foto {name} berukuran {width} × {height} piksel, terlalu kecil untuk {output}: "
        "paling sedikit {needed_width} × {needed_height}.",
    },
    "unsupported_colours": {
        "en": "The file {name} stores its colours as {mode}, which is not supported. Save it as an RGB JPEG.",
        "id": "Berkas {name} menyimpan warna sebagai {mode}, yang tidak didukung. Simpan sebagai JPEG RGB.",
    },
    "unknown_output": {
        "en": "There is no output named {output}. Known: {known}.",
        "id": "Tidak ada keluaran bernama {output}. Yang ada: {known}.",
    },
}


class MediaError(Exception):
    """A photograph that cannot be used. `code` is stable, `params` fill the sentence."""

    def __init__(self, code: str, **params: object) -> None:
        self.code = code
        self.params = params
        super().__init__(self.sentence("en"))

    def sentence(self, language: str = "id") -> str:
        """What is wrong, with which file, and how to mend it; `language` is `id` or `en`."""
        return SENTENCES[self.code]["en" if language == "en" else "id"].format(**self.params)
