"""Every way over HTTP by which a post gets a status, words, terms or a picture: WordPress's entry points as data.

A route is one small function: it attacks `target` as `who`, wanting it public (or other words in it, or it gone). What
WordPress itself lets through, without Tayang, stands beside it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import requests

from tests.integration.attacks.field import Attacker, Target

Answer = requests.Response | str
Run = Callable[[Attacker, Target], Answer]

STATES = ("none", "auto", "mine", "work", "decide", "publishing", "published", "correcting")
PUBLISHERS = frozenset({"author", "editor", "admin"})
ALL = PUBLISHERS | {"contributor"}
LATER = "2036-01-05T09:00:00"


@dataclass(frozen=True)
class Route:
    """`core`: who gets through without Tayang, on an own post in `core_state`. `says`: how a refusal is said here:
    `rest` (403 or 409 with a sentence), `fault`, `screen` (redirect with a notice, or a page that says it), `quiet`
    (the entry point has no answer). `prepare`: what the row is made into first."""

    name: str
    run: Run
    core: frozenset[str]
    core_state: str = "none"
    says: str = "rest"
    states: tuple[str, ...] = STATES
    prepare: str = ""


ROUTES: list[Route] = []


def route(
    core: frozenset[str] = PUBLISHERS, core_state: str = "none", says: str = "rest", prepare: str = "", **more: Any
) -> Callable[[Run], Run]:
    def add(run: Run) -> Run:
        ROUTES.append(Route(run.__name__, run, core, core_state, says, prepare=prepare, **more))
        return run

    return add


def words(target: Target) -> dict[str, Any]:
    return {"title": target.title, "content": "Serangan.", "slug": f"serangan-{target.id}", "excerpt": "Serangan."}


# ---- REST ----------------------------------------------------------------------------------------------------------


@route()
def rest_publish(who: Attacker, target: Target) -> Answer:
    return who.rest("POST", f"wp/v2/posts/{target.id}", {"status": "publish", **words(target)})


@route()
def rest_publish_with_application_password(who: Attacker, target: Target) -> Answer:
    return who.rest("PUT", f"wp/v2/posts/{target.id}", {"status": "publish", **words(target)}, by="password")


@route()
def rest_private(who: Attacker, target: Target) -> Answer:
    return who.rest("POST", f"wp/v2/posts/{target.id}", {"status": "private"})


@route()
def rest_schedule(who: Attacker, target: Target) -> Answer:
    return who.rest("POST", f"wp/v2/posts/{target.id}", {"status": "future", "date": LATER})


@route(core=frozenset(), states=("mine", "work", "decide", "publishing", "published", "correcting"))
def rest_other_step(who: Attacker, target: Target) -> Answer:
    return who.rest("POST", f"wp/v2/posts/{target.id}", {"status": "tyg_pemberitaan_9"})


@route(core_state="public")
def rest_words(who: Attacker, target: Target) -> Answer:
    return who.rest("POST", f"wp/v2/posts/{target.id}", words(target))


@route(core_state="public")
def rest_words_with_application_password(who: Attacker, target: Target) -> Answer:
    return who.rest("POST", f"wp/v2/posts/{target.id}", {**words(target), "featured_media": 0}, by="password")


@route(core_state="public")
def rest_terms_and_picture(who: Attacker, target: Target) -> Answer:
    return who.rest("POST", f"wp/v2/posts/{target.id}", {"featured_media": 0, "tags": [], "categories": []})


@route(core_state="public")
def rest_date(who: Attacker, target: Target) -> Answer:
    return who.rest("POST", f"wp/v2/posts/{target.id}", {"date": "2025-01-05T09:00:00"})


@route(core_state="public")
def rest_unpublish(who: Attacker, target: Target) -> Answer:
    return who.rest("POST", f"wp/v2/posts/{target.id}", {"status": "draft"})


@route(core_state="public")
def rest_password(who: Attacker, target: Target) -> Answer:
    return who.rest("POST", f"wp/v2/posts/{target.id}", {"password": "tertutup"})


@route(core_state="public")
def rest_trash(who: Attacker, target: Target) -> Answer:
    return who.rest("DELETE", f"wp/v2/posts/{target.id}")


@route(core_state="public")
def rest_delete(who: Attacker, target: Target) -> Answer:
    return who.rest("DELETE", f"wp/v2/posts/{target.id}?force=true", by="password")


def _batch(who: Attacker, target: Target, by: str) -> Answer:
    one = {"method": "PUT", "path": f"/wp/v2/posts/{target.id}", "body": {"status": "publish", **words(target)}}
    answer = who.rest("POST", "batch/v1", {"requests": [one]}, by=by)
    if answer.status_code == 207:  # the answer to the inner request is the one that counts
        inner = answer.json()["responses"][0]
        answer.status_code = inner["status"]
        answer._content = json.dumps(inner["body"]).encode()
    return answer


@route()
def rest_batch(who: Attacker, target: Target) -> Answer:
    return _batch(who, target, "cookie")


@route()
def rest_batch_with_application_password(who: Attacker, target: Target) -> Answer:
    return _batch(who, target, "password")


@route(says="quiet")
def rest_autosave(who: Attacker, target: Target) -> Answer:
    return who.rest("POST", f"wp/v2/posts/{target.id}/autosaves", {"status": "publish", **words(target)})


@route(says="quiet")
def rest_autosave_with_application_password(who: Attacker, target: Target) -> Answer:
    body = {"status": "publish", **words(target)}
    return who.rest("POST", f"wp/v2/posts/{target.id}/autosaves", body, by="password")


@route(states=("none",))
def rest_create(who: Attacker, target: Target) -> Answer:
    return who.rest("POST", "wp/v2/posts", {"status": "publish", **words(target)})


@route(states=("none",))
def rest_create_with_application_password(who: Attacker, target: Target) -> Answer:
    return who.rest("POST", "wp/v2/posts", {"status": "private", **words(target)}, by="password")


@route(states=("none",))
def rest_create_scheduled(who: Attacker, target: Target) -> Answer:
    return who.rest("POST", "wp/v2/posts", {"status": "future", "date": LATER, **words(target)})


@route(states=("none",), core=frozenset({"editor", "admin"}))
def rest_create_page(who: Attacker, target: Target) -> Answer:
    return who.rest("POST", "wp/v2/pages", {"status": "publish", **words(target)})


@route(states=("none",))
def rest_create_in_batch(who: Attacker, target: Target) -> Answer:
    one = {"method": "POST", "path": "/wp/v2/posts", "body": {"status": "publish", **words(target)}}
    answer = who.rest("POST", "batch/v1", {"requests": [one]})
    inner = answer.json()["responses"][0]
    answer.status_code = inner["status"]
    answer._content = json.dumps(inner["body"]).encode()
    return answer


# ---- wp-admin ------------------------------------------------------------------------------------------------------


def editor_form(who: Attacker, target: Target, **fields: Any) -> Answer:
    """The classic editor's form, as a tab sends it that was opened in time."""
    return who.form(
        "post.php",
        {
            "action": "editpost",
            "originalaction": "editpost",
            "_wpnonce": who.nonce(f"update-post_{target.id}"),
            "post_ID": target.id,
            "post_type": "post",
            "post_title": target.title,
            "content": "Serangan.",
            "post_name": f"serangan-{target.id}",
            "user_ID": who.id,
            "post_author": who.id,
            "original_post_status": target.before["post_status"],
            "visibility": "public",
            **fields,
        },
    )


SCHEDULED = {"mm": "01", "jj": "05", "aa": "2036", "hh": "09", "mn": "00", "ss": "00", "edit_date": "1"}


@route(says="screen")
def classic_publish(who: Attacker, target: Target) -> Answer:
    return editor_form(who, target, publish="Publish", post_status="draft")


@route(says="screen")
def classic_status_field(who: Attacker, target: Target) -> Answer:
    return editor_form(who, target, save="Save", post_status="publish")


@route(says="screen")
def classic_schedule(who: Attacker, target: Target) -> Answer:
    return editor_form(who, target, publish="Schedule", post_status="draft", **SCHEDULED)


@route(says="screen")
def classic_private(who: Attacker, target: Target) -> Answer:
    return editor_form(who, target, publish="Publish", post_status="draft", visibility="private")


@route(core=frozenset(), says="screen")
def classic_as_page(who: Attacker, target: Target) -> Answer:
    """Core notices that the type is another one."""
    return editor_form(who, target, publish="Publish", post_status="draft", post_type="page")


@route(core_state="public", says="screen")
def classic_words_and_terms(who: Attacker, target: Target) -> Answer:
    fields = {"post_category[]": ["0"], "tax_input[post_tag]": "serangan", "_thumbnail_id": "-1"}
    return editor_form(who, target, save="Update", post_status="publish", **fields)


@route(core_state="public", says="screen")
def classic_unpublish(who: Attacker, target: Target) -> Answer:
    return editor_form(who, target, save="Update", post_status="draft")


@route(says="quiet")
def heartbeat_autosave(who: Attacker, target: Target) -> Answer:
    data = {
        "post_id": target.id,
        "post_type": "post",
        "_wpnonce": who.nonce(f"update-post_{target.id}"),
        "post_title": target.title,
        "content": "Serangan.",
        "post_status": "publish",
        "publish": "Publish",
    }
    fields = {f"data[wp_autosave][{key}]": value for key, value in data.items()}
    return who.form(
        "admin-ajax.php",
        {"action": "heartbeat", "_nonce": who.nonce("heartbeat-nonce"), "screen_id": "post", "interval": 60, **fields},
    )


def quick_form(who: Attacker, target: Target, **fields: Any) -> Answer:
    return who.form(
        "admin-ajax.php",
        {
            "action": "inline-save",
            "_inline_edit": who.nonce("inlineeditnonce"),
            "post_ID": target.id,
            "post_type": "post",
            "post_title": target.title,
            "post_name": f"serangan-{target.id}",
            "post_author": who.id,
            "screen": "edit-post",
            "post_view": "list",
            "edit_date": "true",
            "mm": "01",
            "jj": "05",
            "aa": "2026",
            "hh": "09",
            "mn": "00",
            "ss": "00",
            **fields,
        },
    )


@route(says="screen")
def quick_publish(who: Attacker, target: Target) -> Answer:
    return quick_form(who, target, _status="publish")


@route(says="screen")
def quick_private(who: Attacker, target: Target) -> Answer:
    return quick_form(who, target, _status="private", keep_private="private")


@route(says="screen")
def quick_schedule(who: Attacker, target: Target) -> Answer:
    return quick_form(who, target, _status="future", aa="2036")


@route(says="screen")
def quick_as_page(who: Attacker, target: Target) -> Answer:
    """The type changes in the same write."""
    return quick_form(who, target, _status="publish", post_type="page")


def bulk_form(who: Attacker, target: Target, **fields: Any) -> Answer:
    sent = {
        "action": "edit",
        "action2": "-1",
        "bulk_edit": "Update",
        "_wpnonce": who.nonce("bulk-posts"),
        "post_type": "post",
        "post[]": target.id,
        "post_author": "-1",
        "_status": "-1",
        **fields,
    }
    return who.form("edit.php", sent, "GET")


@route(says="quiet")
def bulk_publish(who: Attacker, target: Target) -> Answer:
    return bulk_form(who, target, _status="publish")


@route(core_state="public", says="quiet")
def bulk_tag(who: Attacker, target: Target) -> Answer:
    return bulk_form(who, target, **{"tax_input[post_tag]": "serangan"})


@route(core_state="public", says="screen")
def bulk_trash(who: Attacker, target: Target) -> Answer:
    sent = {"action": "trash", "action2": "-1", "_wpnonce": who.nonce("bulk-posts"), "post_type": "post"}
    return who.form("edit.php", {**sent, "post[]": target.id}, "GET")


@route(core_state="public", says="screen")
def trash(who: Attacker, target: Target) -> Answer:
    nonce = who.nonce(f"trash-post_{target.id}")
    return who.form("post.php", {"action": "trash", "post": target.id, "_wpnonce": nonce}, "GET")


@route(core_state="public", says="screen")
def delete_for_good(who: Attacker, target: Target) -> Answer:
    nonce = who.nonce(f"delete-post_{target.id}")
    return who.form("post.php", {"action": "delete", "post": target.id, "_wpnonce": nonce}, "GET")


@route(core=frozenset(), says="quiet", states=("none", "mine", "decide"), prepare="trashed")
def untrash(who: Attacker, target: Target) -> Answer:
    nonce = who.nonce(f"untrash-post_{target.id}")
    return who.form("post.php", {"action": "untrash", "post": target.id, "_wpnonce": nonce}, "GET")


@route(core_state="public", says="quiet")
def restore_revision(who: Attacker, target: Target) -> Answer:
    """The button of the screen of revisions."""
    nonce = who.nonce(f"restore-post_{target.revision}")
    fields = {"action": "restore", "revision": target.revision, "_wpnonce": nonce}
    return who.form("revision.php", fields, "GET")


@route(states=("none",), says="quiet")
def classic_new(who: Attacker, target: Target) -> Answer:
    """A form without a post: core makes one. (It asks for the nonce of no type.)"""
    fields = {"action": "post", "post_type": "post", "post_title": target.title, "content": "Serangan."}
    return who.form("post.php", {**fields, "publish": "Publish", "_wpnonce": who.nonce("add-")})


@route(core_state="public", says="quiet")
def featured_image_by_ajax(who: Attacker, target: Target) -> Answer:
    nonce = who.nonce(f"update-post_{target.id}")
    fields = {
        "action": "set-post-thumbnail",
        "json": "1",
        "post_id": target.id,
        "thumbnail_id": "-1",
        "_ajax_nonce": nonce,
    }
    return who.form("admin-ajax.php", fields)


@route(core=frozenset({"admin"}), says="quiet")
def customizer_stub(who: Attacker, target: Target) -> Answer:
    """Saving a menu publishes the posts that were begun in it."""
    return who.customize(target.id)


# ---- XML-RPC -------------------------------------------------------------------------------------------------------


@route(says="fault")
def xmlrpc_wp_edit_publish(who: Attacker, target: Target) -> Answer:
    fields = {"post_status": "publish", "post_title": target.title, "post_content": "Serangan."}
    return who.xmlrpc("wp.editPost", 1, who.login, who.password, target.id, fields)


@route(says="fault")
def xmlrpc_wp_edit_private(who: Attacker, target: Target) -> Answer:
    return who.xmlrpc("wp.editPost", 1, who.login, who.password, target.id, {"post_status": "private"})


@route(core_state="public", says="fault")
def xmlrpc_wp_edit_words(who: Attacker, target: Target) -> Answer:
    fields = {"post_title": target.title, "post_name": f"serangan-{target.id}", "post_thumbnail": 0}
    return who.xmlrpc(
        "wp.editPost", 1, who.login, who.password, target.id, {**fields, "terms_names": {"post_tag": ["serangan"]}}
    )


@route(says="fault", states=("none",))
def xmlrpc_wp_new(who: Attacker, target: Target) -> Answer:
    fields = {"post_status": "publish", "post_title": target.title, "post_content": "Serangan.", "post_type": "post"}
    return who.xmlrpc("wp.newPost", 1, who.login, who.password, fields)


@route(core_state="public", says="fault")
def xmlrpc_wp_delete(who: Attacker, target: Target) -> Answer:
    return who.xmlrpc("wp.deletePost", 1, who.login, who.password, target.id)


@route(core_state="public", says="fault")
def xmlrpc_wp_restore_revision(who: Attacker, target: Target) -> Answer:
    return who.xmlrpc("wp.restoreRevision", 1, who.login, who.password, target.revision)


@route(says="fault", states=("none",), core=frozenset({"editor", "admin"}))
def xmlrpc_wp_new_page(who: Attacker, target: Target) -> Answer:
    fields = {"title": target.title, "description": "Serangan."}
    return who.xmlrpc("wp.newPage", 1, who.login, who.password, fields, True)


@route(core=frozenset(), says="fault")
def xmlrpc_wp_edit_page(who: Attacker, target: Target) -> Answer:
    """Core answers that this is no page."""
    fields = {"title": target.title, "description": "Serangan.", "page_status": "publish"}
    return who.xmlrpc("wp.editPage", 1, target.id, who.login, who.password, fields, True)


@route(core=frozenset(), says="fault")
def xmlrpc_wp_delete_page(who: Attacker, target: Target) -> Answer:
    return who.xmlrpc("wp.deletePage", 1, who.login, who.password, target.id)


@route(says="fault", states=("none",))
def xmlrpc_metaweblog_new(who: Attacker, target: Target) -> Answer:
    fields = {"title": target.title, "description": "Serangan."}
    return who.xmlrpc("metaWeblog.newPost", 1, who.login, who.password, fields, True)


@route(says="fault")
def xmlrpc_metaweblog_edit(who: Attacker, target: Target) -> Answer:
    fields = {"title": target.title, "description": "Serangan."}
    return who.xmlrpc("metaWeblog.editPost", target.id, who.login, who.password, fields, True)


@route(core_state="public", says="fault")
def xmlrpc_metaweblog_delete(who: Attacker, target: Target) -> Answer:
    return who.xmlrpc("metaWeblog.deletePost", 1, target.id, who.login, who.password, True)


@route(says="fault")
def xmlrpc_mt_publish(who: Attacker, target: Target) -> Answer:
    return who.xmlrpc("mt.publishPost", target.id, who.login, who.password)


@route(core_state="public", says="fault")
def xmlrpc_mt_categories(who: Attacker, target: Target) -> Answer:
    category = [{"categoryId": "999999", "isPrimary": True}]
    return who.xmlrpc("mt.setPostCategories", target.id, who.login, who.password, category)


@route(says="fault", states=("none",))
def xmlrpc_blogger_new(who: Attacker, target: Target) -> Answer:
    text = f"<title>{target.title}</title>Serangan."
    return who.xmlrpc("blogger.newPost", "key", 1, who.login, who.password, text, True)


@route(core=ALL, says="fault")
def xmlrpc_blogger_edit(who: Attacker, target: Target) -> Answer:
    """Core asks nobody here whether they may publish: a Contributor's draft goes live."""
    text = f"<title>{target.title}</title>Serangan."
    return who.xmlrpc("blogger.editPost", "key", target.id, who.login, who.password, text, True)


@route(core_state="public", says="fault")
def xmlrpc_blogger_delete(who: Attacker, target: Target) -> Answer:
    return who.xmlrpc("blogger.deletePost", "key", target.id, who.login, who.password, True)


# ---- the clock -----------------------------------------------------------------------------------------------------


@route(core=ALL, says="quiet", prepare="due", states=("none", "mine", "work", "decide", "publishing"))
def scheduled(who: Attacker, target: Target) -> Answer:
    """wp-cron.php when a scheduled post is due."""
    return requests.get(f"{who.base}/wp-cron.php?doing_wp_cron", headers=who.headers, timeout=30)


@route(says="quiet", prepare="overdue", states=("none", "mine", "work", "decide", "publishing"))
def overdue(who: Attacker, target: Target) -> Answer:
    """Any save of a row whose time is over publishes it."""
    return who.rest("POST", f"wp/v2/posts/{target.id}", {"content": "Serangan."})
