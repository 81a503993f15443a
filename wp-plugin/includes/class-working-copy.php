<?php

namespace Tayang;

defined('ABSPATH') || exit;

/**
 * The second post in which a correction is written while the public one stays as it is. Made when the case opens,
 * carried into the public post when it is published, thrown into the trash when it is cancelled. The two posts name each
 * other; a post that only claims to be a copy is none.
 */
final class Working_Copy
{
    public const OF = '_tayang_corrects';
    public const COPY = '_tayang_copy';
    public const COPIED = '_tayang_copied';

    /** Of ours: a correction starts without channels, since nothing is posted again by itself. */
    private const TAKEN_ALONG = [Content::CARD, Content::PHOTOS];
    private const CARRIED_BACK = [Content::CHANNELS, ...self::TAKEN_ALONG];

    /** Core's own bookkeeping of one post. */
    private const LEFT = ['_edit_lock', '_edit_last', '_wp_old_slug', '_wp_old_date', '_pingme', '_encloseme', '_trackbackme',
        '_wp_desired_post_slug', '_thumbnail_id'];

    public function __construct(private readonly Status_Writer $writer, private readonly Own_Meta $meta)
    {
    }

    /** The copy in which a public post is being corrected, or 0. */
    public static function of(int $public_id): int
    {
        $copy_id = (int) get_post_meta($public_id, self::COPY, true);
        return $copy_id && (int) get_post_meta($copy_id, self::OF, true) === $public_id && get_post($copy_id) ? $copy_id : 0;
    }

    /** The public post that this copy corrects, or 0. */
    public static function public_of(int $copy_id): int
    {
        $public_id = (int) get_post_meta($copy_id, self::OF, true);
        return $public_id && (int) get_post_meta($public_id, self::COPY, true) === $copy_id ? $public_id : 0;
    }

    /** The post that a case is about, given it or its copy. */
    public static function subject(int $post_id): int
    {
        return self::public_of($post_id) ?: $post_id;
    }

    /** The post in which the words of a case are written, given it or its public post. */
    public static function working(int $post_id): int
    {
        return self::of(self::subject($post_id)) ?: $post_id;
    }

    /** Makes the copy of a public post; it is one from the last line on. Returns its id. */
    public function make(\WP_Post $public): int|\WP_Error
    {
        $columns = array_intersect_key($public->to_array(), array_flip(['post_title', 'post_content', 'post_excerpt',
            'post_type', 'post_author', 'post_parent', 'menu_order', 'comment_status', 'ping_status']));
        $copy_id = Status_Writer::as_it_is(
            static fn(): int|\WP_Error => wp_insert_post(wp_slash(['post_status' => 'draft'] + $columns), true)
        );
        if (is_wp_error($copy_id)) {
            return $copy_id;
        }
        $this->meta->write(static fn() => update_post_meta($copy_id, self::OF, $public->ID));
        self::copy_terms($public->ID, $copy_id);
        self::copy_thumbnail($public->ID, $copy_id);
        self::copy_ours(self::TAKEN_ALONG, $public->ID, $copy_id);
        $others = self::others($public->ID);
        foreach ($others as $key => $values) {
            self::replace($copy_id, $key, $values);
        }
        $this->meta->write(static function () use ($public, $copy_id, $others): void {
            update_post_meta($copy_id, self::COPIED, array_map([self::class, 'print'], $others));
            update_post_meta($public->ID, self::COPY, $copy_id);
        });
        return $copy_id;
    }

    /**
     * Gives the public post what the copy says. Repeating it changes nothing, so an interrupted one is simply done again.
     * Its date and address stay, and what the correction did not touch of other plugins' meta.
     */
    public function carry(\WP_Post $copy, \WP_Post $public): bool|\WP_Error
    {
        // So that the former text can be looked at.
        Status_Writer::as_it_is(static fn() => wp_save_post_revision($public->ID));
        $words = wp_slash(array_intersect_key($copy->to_array(), array_flip(['post_title', 'post_content', 'post_excerpt'])));
        // Core asks for pings at every save of a public post. The news is out already.
        $pings = remove_action('publish_post', '_publish_post_hook', 5);
        try {
            return $this->writer->rewrite($public->ID, $words, static function () use ($copy, $public): void {
                self::copy_terms($copy->ID, $public->ID);
                self::copy_thumbnail($copy->ID, $public->ID);
                self::copy_ours(self::CARRIED_BACK, $copy->ID, $public->ID);
                self::carry_others($copy->ID, $public->ID);
                self::carry_pictures($copy->ID, $public->ID);
            });
        } finally {
            if ($pings) {
                add_action('publish_post', '_publish_post_hook', 5, 1);
            }
        }
    }

    /** Takes the copy away: for good when its words are public, into the trash when they never were. */
    public function remove(int $public_id, bool $for_good): void
    {
        $copy_id = self::of($public_id);
        if ($copy_id) {
            $this->writer->remove($copy_id, $for_good);
        }
        $this->meta->write(static fn() => delete_post_meta($public_id, self::COPY));
    }

    /** @return array<int, int> Copies that no public post names: what an interruption left. At most `$limit`. */
    public static function orphans(int $limit): array
    {
        global $wpdb;
        return array_map('intval', $wpdb->get_col($wpdb->prepare(
            "SELECT c.post_id FROM $wpdb->postmeta c JOIN $wpdb->posts p ON p.ID = c.post_id AND p.post_status <> 'trash'
             LEFT JOIN $wpdb->postmeta o ON o.post_id = c.meta_value AND o.meta_key = %s AND o.meta_value = c.post_id
             WHERE c.meta_key = %s AND o.meta_id IS NULL AND p.post_modified_gmt < %s LIMIT %d",
            self::COPY,
            self::OF,
            gmdate('Y-m-d H:i:s', time() - 5 * MINUTE_IN_SECONDS),  // not one that is being made now
            $limit
        )));
    }

    private static function copy_terms(int $from, int $to): void
    {
        foreach (get_object_taxonomies((string) get_post_type($from)) as $taxonomy) {
            $terms = wp_get_object_terms($from, $taxonomy, ['fields' => 'ids']);
            wp_set_object_terms($to, is_wp_error($terms) ? [] : array_map('intval', $terms), $taxonomy);
        }
    }

    private static function copy_thumbnail(int $from, int $to): void
    {
        $image = (int) get_post_thumbnail_id($from);
        $image ? update_post_meta($to, '_thumbnail_id', $image) : delete_post_meta($to, '_thumbnail_id');
    }

    /** @param array<int, string> $keys */
    private static function copy_ours(array $keys, int $from, int $to): void
    {
        foreach ($keys as $key) {
            self::replace($to, $key, get_post_meta($from, $key));
        }
    }

    /** Meta of other plugins that the correction changed: a title for search engines, say, but not a counter of visits. */
    private static function carry_others(int $copy_id, int $public_id): void
    {
        $copied = get_post_meta($copy_id, self::COPIED, true);
        $copied = is_array($copied) ? $copied : [];
        $now = self::others($copy_id);
        foreach (array_keys($copied + $now) as $key) {
            if (($copied[$key] ?? null) !== (isset($now[$key]) ? self::print($now[$key]) : null)) {
                self::replace($public_id, (string) $key, $now[$key] ?? []);
            }
        }
    }

    private static function carry_pictures(int $copy_id, int $public_id): void
    {
        global $wpdb;
        $ids = get_posts(['post_type' => 'attachment', 'post_status' => 'any', 'post_parent' => $copy_id, 'fields' => 'ids',
            'numberposts' => -1]);
        foreach ($ids as $id) {
            $wpdb->update($wpdb->posts, ['post_parent' => $public_id], ['ID' => $id]);
            clean_post_cache($id);
        }
    }

    /** @return array<string, array<int, mixed>> Meta that is neither ours nor core's bookkeeping, by key. */
    private static function others(int $post_id): array
    {
        $others = [];
        foreach ((array) get_post_meta($post_id) as $key => $values) {
            if (!in_array($key, self::LEFT, true) && !str_starts_with($key, '_tayang_') && !str_starts_with($key, '_wp_trash_')) {
                $others[$key] = array_map('maybe_unserialize', $values);
            }
        }
        return $others;
    }

    /** @param array<int, mixed> $values */
    private static function print(array $values): string
    {
        return md5(serialize($values));
    }

    /** @param array<int, mixed> $values */
    private static function replace(int $post_id, string $key, array $values): void
    {
        if (get_post_meta($post_id, $key) == $values) {
            return;
        }
        delete_post_meta($post_id, $key);
        foreach ($values as $value) {
            add_post_meta($post_id, $key, wp_slash($value));
        }
    }
}
