"""One use case per file: `f(ctx, ...)` opens the one transaction, asks the core, stores state, events, outbox rows."""
