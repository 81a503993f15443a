<?php

namespace Tayang;

defined('ABSPATH') || exit;

/**
 * The words of a closed post once more, as they were when it was closed: what a write without any hook (raw SQL) changed
 * is found by one query and put back. One string per post, so that a search-and-replace over all tables (a site that moves to
 * another address) changes both alike.
 */
final class Locked_Words
{
    public const META = '_tayang_words';
    private const COLUMNS = ['post_title', 'post_excerpt', 'post_name', 'post_content'];
    /** Also in front, so that no text is taken for serialized data. */
    private const BETWEEN = "\n<!-- tayang -->\n";

    public function __construct(private readonly Own_Meta $meta)
    {
    }

    /** Remembers the words as they stand now. */
    public function keep(int $post_id): void
    {
        $post = get_post($post_id);
        if ($post) {
            $words = array_map(static fn(string $column): string => (string) $post->$column, self::COLUMNS);
            $text = self::BETWEEN . implode(self::BETWEEN, $words);
            $this->meta->write(static fn() => update_post_meta($post_id, self::META, wp_slash($text)));
        }
    }

    public function has(int $post_id): bool
    {
        return metadata_exists('post', $post_id, self::META);
    }

    /** The words are open again. */
    public function forget(int $post_id): void
    {
        if ($this->has($post_id)) {
            $this->meta->write(static fn() => delete_post_meta($post_id, self::META));
        }
    }

    /** @return array<int, int> Closed posts with other words than they had. At most `$limit`. */
    public static function changed(int $limit): array
    {
        global $wpdb;
        return array_map('intval', $wpdb->get_col($wpdb->prepare(
            "SELECT p.ID FROM $wpdb->postmeta m JOIN $wpdb->posts p ON p.ID = m.post_id WHERE m.meta_key = %s
             AND CAST(CONCAT(%s, CONCAT_WS(%s, p.post_title, p.post_excerpt, p.post_name, p.post_content)) AS BINARY)
             <> CAST(m.meta_value AS BINARY) LIMIT %d",
            self::META,
            self::BETWEEN,
            self::BETWEEN,
            $limit
        )));
    }

    /** Straight to the row, as it was changed: no listener should take this for an edit. */
    public function put_back(int $post_id): bool
    {
        global $wpdb;
        wp_cache_delete($post_id, 'post_meta');
        $words = explode(self::BETWEEN, (string) get_post_meta($post_id, self::META, true), count(self::COLUMNS) + 1);
        if (count($words) !== count(self::COLUMNS) + 1) {
            return false;
        }
        $done = $wpdb->update($wpdb->posts, array_combine(self::COLUMNS, array_slice($words, 1)), ['ID' => $post_id]);
        clean_post_cache($post_id);
        return $done !== false;
    }
}
