"""Templates in one language. The language is the reader's, not the process's, so it is handed in each time."""

from __future__ import annotations

from gettext import NullTranslations
from typing import Any

from flask import current_app


def render(template: str, texts: NullTranslations, **values: Any) -> str:
    """The template with `_` and `ngettext` of `texts`; `%(name)s` in a message is filled from keyword arguments."""

    def gettext(message: str, **params: Any) -> str:
        return texts.gettext(message) % params if params else texts.gettext(message)

    def ngettext(one: str, many: str, num: int) -> str:
        return texts.ngettext(one, many, num) % {"num": num}

    return current_app.jinja_env.get_template(template).render(_=gettext, ngettext=ngettext, **values)
