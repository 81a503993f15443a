"""Talking with an office's WordPress: signatures both ways, and the client."""
