<?php

namespace Tayang\Ui;

use Tayang\Case_Mirror;

defined('ABSPATH') || exit;

/**
 * "Somebody is working on this post" is only true of those who may write at this step. WordPress also takes an approver
 * who looks, and the writer of the step before, whose browser may not give the lock back any more: for two and a half
 * minutes the next writer would be told to wait for them.
 */
final class Edit_Lock
{
    private bool $reading = false;

    public function register(): void
    {
        add_filter('get_post_metadata', [$this, 'ignore_bystanders'], 10, 3);
    }

    /** @param mixed $value null: read as usual */
    public function ignore_bystanders(mixed $value, int $post_id, string $key): mixed
    {
        if ($key !== '_edit_lock' || $this->reading) {
            return $value;
        }
        $mirror = Office::mirror($post_id);
        if (!Case_Mirror::is_binding($mirror ?: null)) {
            return $value;
        }
        $this->reading = true;
        $parts = explode(':', (string) get_post_meta($post_id, '_edit_lock', true));
        $this->reading = false;
        return Case_Mirror::may_edit($mirror, (int) ($parts[1] ?? 0)) ? $value : '';
    }
}
