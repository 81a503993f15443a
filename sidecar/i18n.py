"""Two languages, inside a web request and outside of one: Indonesian first, English beside it.

The msgid is the English sentence. The catalogue is read from its .po text once per process, so there is no compiled
file that could be missing or old; tests/unit/web/test_i18n.py proves that no sentence is left untranslated. After a
change of texts: `pybabel extract -F babel.cfg -k N_ --no-location -o /tmp/messages.pot sidecar workers`, then
`pybabel update -i /tmp/messages.pot -d sidecar/locale --no-fuzzy-matching`, and translate what is empty.
"""

from __future__ import annotations

import io
from datetime import datetime
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LANGUAGES = ("id", "en")
DEFAULT_LANGUAGE = "id"
LOCALE_DIR = Path(__file__).parent / "locale"


def N_(message: str) -> str:  # noqa: N802 - the usual name of the mark for texts that are translated later
    """Marks a text for the catalogue without translating it."""
    return message


def language_of(locale: str, default: str = DEFAULT_LANGUAGE) -> str:
    """`id` or `en` for a WordPress locale (`id_ID`, `en_US`, ...); `default` for an empty or unknown one."""
    language = locale.replace("-", "_").split("_")[0].lower()
    return language if language in LANGUAGES else default


@cache
def translator(language: str) -> NullTranslations:
    """gettext of one language. An unknown language gets the default one."""
    language = language_of(language)
    path = LOCALE_DIR / language / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return NullTranslations()
    compiled = io.BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return GNUTranslations(compiled)


def when(at: datetime, zone: str, language: str) -> str:
    """`Senin, 23 November 2026 14.05 WIB`: a moment (aware) as the office's clock shows it."""
    local = at.astimezone(ZoneInfo(zone))
    clock = "HH.mm" if language_of(language) == "id" else "HH:mm"
    return f"{format_datetime(local, f'EEEE, d MMMM y {clock}', locale=language_of(language))} {local:%Z}"


def span(seconds: float, language: str) -> str:
    """`2 hari 3 jam`, `1 jam 5 menit`, `12 menit`: a length of time in at most two units, rounded down to minutes."""
    ngettext = translator(language).ngettext
    minutes = max(int(abs(seconds)) // 60, 0)
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = []
    if days:
        parts.append(ngettext("%(n)d day", "%(n)d days", days) % {"n": days})
    if hours:
        parts.append(ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours})
    if rest and not days:
        parts.append(ngettext("%(n)d minute", "%(n)d minutes", rest) % {"n": rest})
    return " ".join(parts[:2]) or translator(language).gettext("less than a minute")
