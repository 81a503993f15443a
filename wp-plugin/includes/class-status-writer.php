<?php

namespace Tayang;

defined('ABSPATH') || exit;

/**
 * The single writer of statuses. It opens a permit, good for one post and one status while the write lasts; nothing
 * else gets a status past Publish_Gate, whoever is logged in.
 */
final class Status_Writer
{
    /** @var array<int, string> post id => status that may be written now */
    private array $permits = [];

    /** @var array<int, array<string, string>> post id => columns that the writer itself sets */
    private array $columns = [];

    /** Whether this very write was ordered here. */
    public function permits(int $post_id, string $status): bool
    {
        return ($this->permits[$post_id] ?? null) === $status;
    }

    /** @return array<string, string> Date and slug columns that go with the permitted write. */
    public function columns(int $post_id): array
    {
        return $this->columns[$post_id] ?? [];
    }

    /**
     * Moves a post into a status. Words stay as they are in the row. Writing the status that is there is "already done".
     *
     * @param array<string, string> $columns post_date, post_date_gmt, post_name
     */
    public function write(int $post_id, string $status, array $columns = []): bool|\WP_Error
    {
        $post = get_post($post_id);
        if (!$post) {
            return new \WP_Error('tayang_no_post', __('There is no such post.', 'tayang'), ['status' => 404]);
        }
        if ($post->post_status === $status && $columns === []) {
            return true;
        }
        $this->permits[$post_id] = $status;
        $this->columns[$post_id] = $columns;
        try {
            $written = $this->update($post_id, $status, $columns);
        } finally {
            unset($this->permits[$post_id], $this->columns[$post_id]);
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

    /** @param array<string, string> $columns */
    private function update(int $post_id, string $status, array $columns): int|\WP_Error
    {
        // A write in the name of a robot must not run the text through the filter for untrusted authors.
        $filtered = has_filter('content_save_pre', 'wp_filter_post_kses') !== false;
        kses_remove_filters();
        try {
            return wp_update_post(
                ['ID' => $post_id, 'post_status' => $status] + $columns + ($columns ? ['edit_date' => true] : []),
                true
            );
        } finally {
            if ($filtered) {
                kses_init_filters();
            }
        }
    }
}
