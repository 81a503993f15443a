"""Mails that the outbox orders."""
