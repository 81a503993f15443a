"""Mail: approval tokens, composition, transport."""
