<?php

namespace Tayang;

defined('ABSPATH') || exit;

/**
 * Who had a part in a case: post meta `_tayang_part`, one row per person who could act in one of its steps. Asked where
 * people see their own cases only (Settings::visibility); the sidecar keeps the same rule for its lists.
 */
final class Parts
{
    public const META = '_tayang_part';

    public function register(): void
    {
        foreach (['added_post_meta', 'updated_post_meta'] as $hook) {
            add_action($hook, [$this, 'on_meta'], 10, 4);
        }
    }

    /** Follows the mirror of a case. */
    public function on_meta(mixed $meta_id, mixed $post_id, mixed $key, mixed $value): void
    {
        if ($key !== Case_Mirror::META || !is_array($value)) {
            return;
        }
        $known = array_map('intval', get_post_meta((int) $post_id, self::META));
        foreach (array_diff(array_map('intval', $value['may_act'] ?? []), $known) as $user_id) {
            add_post_meta((int) $post_id, self::META, $user_id);
        }
    }

    /** Whether a person began this post or could act in a step of its case. */
    public static function has(int $post_id, int $user_id): bool
    {
        return (int) get_post_field('post_author', $post_id) === $user_id
            || in_array($user_id, array_map('intval', get_post_meta($post_id, self::META)), true);
    }
}
