"""Strict stand-ins for the social networks that cannot be run here, and a page that shows what the public would see.

`python -m tests.emulators --port P --dir D`: Instagram under /instagram, Mastodon under /mastodon, posts of a real
Bluesky server beside them (`--pds URL --handle H`). They refuse what the networks' documents say is refused, keep a
journal of every effect, and can be told to fail. See README.md in this folder.
"""
