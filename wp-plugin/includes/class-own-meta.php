<?php

namespace Tayang;

defined('ABSPATH') || exit;

/**
 * Post meta in which the plugin keeps what only the sidecar, or its own bookkeeping, may say. Nothing else writes them:
 * no form, no route, no other plugin.
 */
final class Own_Meta
{
    private const KEYS = [
        Case_Mirror::META, Case_Mirror::PUBLISHED, Case_Mirror::MAY_EDIT, Case_Mirror::PLACE,
        Working_Copy::OF, Working_Copy::COPY, Working_Copy::COPIED, Locked_Words::META, Reconcile::BEFORE,
    ];

    private int $writing = 0;

    public function register(): void
    {
        foreach (['add', 'update', 'delete'] as $verb) {
            add_filter("{$verb}_post_metadata", [$this, 'guard'], PHP_INT_MAX, 3);
        }
    }

    public function guard(mixed $check, int $post_id, string $key): mixed
    {
        return $this->writing === 0 && in_array($key, self::KEYS, true) ? false : $check;
    }

    /** Runs what writes these keys. */
    public function write(callable $write): void
    {
        $this->writing++;
        try {
            $write();
        } finally {
            $this->writing--;
        }
    }
}
