<?php

namespace Tayang;

defined('ABSPATH') || exit;

/**
 * The single writer of statuses. It opens a permit, good for one post and one status while the write lasts; nothing
 * else gets a status past Publish_Gate, whoever is logged in.
 */
final class Status_Writer
{
    /** @var array<string, string> post => status that may be written now */
    private array $permits = [];

    /** @var array<string, array<string, string>> post => columns that the writer itself sets, slashed */
    private array $columns = [];

    /** Whether this very write was ordered here. */
    public function permits(int $post_id, string $status): bool
    {
        return ($this->permits[self::key($post_id)] ?? null) === $status;
    }

    /** Whether something that was ordered here is being written to this post: its terms and meta are open to it. */
    public function is_writing(int $post_id): bool
    {
        return isset($this->permits[self::key($post_id)]);
    }

    /** @return array<string, string> Columns that go with the permitted write, slashed. */
    public function columns(int $post_id): array
    {
        return $this->columns[self::key($post_id)] ?? [];
    }

    /**
     * Moves a post into a status. Words stay as they are in the row. Writing the status that is there is "already done".
     *
     * @param array<string, string> $columns post_date, post_date_gmt, post_name; slashed
     */
    public function write(int $post_id, string $status, array $columns = []): bool|\WP_Error
    {
        $post = get_post($post_id);
        if (!$post) {
            return self::no_post();
        }
        if ($post->post_status === $status && $columns === []) {
            return true;
        }
        return $this->permitted($post_id, $status, $columns, fn(): bool|\WP_Error => $this->update($post_id, $status, $columns));
    }

    /**
     * Gives a public post other words; it stays public, with its date and address. `$more` runs under the same permit,
     * before the words: terms, pictures, meta.
     *
     * @param array<string, string> $words columns, slashed
     */
    public function rewrite(int $post_id, array $words, callable $more): bool|\WP_Error
    {
        if (!get_post($post_id)) {
            return self::no_post();
        }
        return $this->permitted($post_id, 'publish', $words, function () use ($post_id, $words, $more): bool|\WP_Error {
            $more();
            return $this->update($post_id, 'publish', $words);
        });
    }

    /** Puts a post into the trash, or removes it for good; the gate lets nobody else do that to a post of a case. */
    public function remove(int $post_id, bool $for_good): bool
    {
        return (bool) $this->permitted($post_id, 'trash', [], static fn(): bool => (bool) ($for_good
            ? wp_delete_post($post_id, true) : wp_trash_post($post_id)));
    }

    /** A public post that was hidden without any hook becomes public again without any hook: nobody announces it twice. */
    public function show_again(int $post_id): bool
    {
        global $wpdb;
        $done = $wpdb->update($wpdb->posts, ['post_status' => 'publish'], ['ID' => $post_id]);
        clean_post_cache($post_id);
        return $done !== false;
    }

    /** Runs a write in nobody's name: the text does not go through the filter for untrusted authors. */
    public static function as_it_is(callable $write): mixed
    {
        $filtered = has_filter('content_save_pre', 'wp_filter_post_kses') !== false;
        kses_remove_filters();
        try {
            return $write();
        } finally {
            if ($filtered) {
                kses_init_filters();
            }
        }
    }

    /** @param array<string, string> $columns */
    private function permitted(int $post_id, string $status, array $columns, callable $do): mixed
    {
        $key = self::key($post_id);
        $this->permits[$key] = $status;
        $this->columns[$key] = $columns;
        try {
            return $do();
        } finally {
            unset($this->permits[$key], $this->columns[$key]);
        }
    }

    /** @param array<string, string> $columns */
    private function update(int $post_id, string $status, array $columns): bool|\WP_Error
    {
        $without = self::taxonomies_without_terms($post_id);
        $written = self::as_it_is(static fn(): int|\WP_Error => wp_update_post(
            ['ID' => $post_id, 'post_status' => $status] + $columns + ($columns ? ['edit_date' => true] : []),
            true
        ));
        foreach ($without as $taxonomy) {
            wp_set_object_terms($post_id, [], $taxonomy);
        }
        if (is_wp_error($written)) {
            return $written;
        }
        return get_post_status($post_id) === $status ? true : new \WP_Error(
            'tayang_not_written',
            __('Another plugin changed the status while it was being written.', 'tayang'),
            ['status' => 500]
        );
    }

    /**
     * Core gives its default category to a post that has none, whenever it is written. A move changes no words.
     *
     * @return array<int, string>
     */
    private static function taxonomies_without_terms(int $post_id): array
    {
        return array_values(array_filter(
            get_object_taxonomies((string) get_post_type($post_id)),
            static fn(string $taxonomy): bool => wp_get_object_terms($post_id, $taxonomy, ['fields' => 'ids']) === []
        ));
    }

    /** On another site of the network the same number is another post. */
    private static function key(int $post_id): string
    {
        return get_current_blog_id() . ':' . $post_id;
    }

    private static function no_post(): \WP_Error
    {
        return new \WP_Error('tayang_no_post', __('There is no such post.', 'tayang'), ['status' => 404]);
    }
}
