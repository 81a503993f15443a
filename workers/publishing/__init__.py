"""Calls to WordPress that the outbox orders."""
