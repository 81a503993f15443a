"""Greeting cards: a template (a folder of data) + an office's brand + the words -> finished pictures.

Pure functions over files. Nothing here knows a case, a database or a network.
"""

from __future__ import annotations

SENTENCES = {
    "no_raqm": {
        "en": "Cards cannot be drawn: the library FriBiDi is missing, Arabic would come out wrong. "
        "Install the package libfribidi0.",
        "id": "Kartu tidak dapat dibuat: pustaka FriBiDi tidak ada, tulisan Arab akan salah. Pasang paket libfribidi0.",
    },
    "font_missing": {
        "en": "The font file {file} is missing. Install the package {package}.",
        "id": "Berkas huruf {file} tidak ada. Pasang paket {package}.",
    },
    "bad_template": {
        "en": "{file}, line {line}: {reason}",
        "id": "{file}, baris {line}: {reason}",
    },
    "no_such_template": {
        "en": "There is no card template named {key}.",
        "id": "Tidak ada templat kartu bernama {key}.",
    },
    "no_brand": {
        "en": "The office {site} has no brand yet: put its name and colours into {file}.",
        "id": "Kantor {site} belum punya identitas kartu: isikan nama dan warnanya pada {file}.",
    },
    "no_such_size": {
        "en": "The template {key} has no size {size}; it has {known}.",
        "id": "Templat {key} tidak punya ukuran {size}; yang ada: {known}.",
    },
    "bad_data": {
        "en": "The file with the words is wrong: {reason}",
        "id": "Berkas isi kartu keliru: {reason}",
    },
    "unknown_field": {
        "en": "The template {key} has no field {field}; it has {known}.",
        "id": "Templat {key} tidak punya isian {field}; yang ada: {known}.",
    },
    "field_missing": {
        "en": "The field {field} must be filled in.",
        "id": "Isian {field} wajib diisi.",
    },
    "too_long": {
        "en": "The field {field} has {length} characters; at most {limit} are allowed.",
        "id": "Isian {field} berisi {length} karakter; paling banyak {limit}.",
    },
    "does_not_fit": {
        "en": "The text does not fit in the box {box} of the size {size}, even at the smallest size of letters. "
        "Shorten: {fields}.",
        "id": "Teks tidak muat di kotak {box} pada ukuran {size}, bahkan dengan huruf terkecil. Persingkat: {fields}.",
    },
    "no_glyph": {
        "en": "The character {character} ({codepoint}) cannot be drawn with the font of {fields}. Replace it.",
        "id": "Karakter {character} ({codepoint}) tidak ada di huruf untuk {fields}. Hapus atau ganti.",
    },
}


class CardError(Exception):
    """A card that cannot be drawn. `code` is stable, `params` fill the sentence."""

    def __init__(self, code: str, **params: object) -> None:
        self.code = code
        self.params = params
        super().__init__(self.sentence("en"))

    def sentence(self, language: str = "id") -> str:
        """What is wrong, where, and how to mend it; `language` is `id` or `en`."""
        language = "en" if language == "en" else "id"
        params = {key: _in_language(value, language) for key, value in self.params.items()}
        return SENTENCES[self.code][language].format(**params)


def _in_language(value: object, language: str) -> object:
    """A label of the template (`id`, `en`), or several, as text; anything else as it is."""
    if isinstance(value, list | tuple):
        return ", ".join(str(_in_language(part, language)) for part in value)
    return getattr(value, language, value)
