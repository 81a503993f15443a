<?php

namespace Tayang;

defined('ABSPATH') || exit;

/**
 * Who is waited for, by person and by time, so that counts and lists ask WordPress's own tables and never the network:
 * post meta `_tayang_may_act` (one row per person who may act now) and `_tayang_due` (unix time, open cases only).
 * Both follow the mirror, and give nobody any right.
 */
final class Waiting
{
    public const MAY_ACT = '_tayang_may_act';
    public const DUE = '_tayang_due';
    private const SUMMARY = 'tayang_waiting';
    private const BUILT = 'tayang_waiting_built';
    private const FIRST = 5;
    private const FRESH_S = 300;
    private const CHUNK = 500;

    public function register(): void
    {
        foreach (['added_post_meta', 'updated_post_meta', 'deleted_post_meta'] as $hook) {
            add_action($hook, [$this, 'on_meta'], 10, 3);
        }
        foreach (['trashed_post', 'untrashed_post'] as $hook) {
            add_action($hook, [$this, 'on_trash']);
        }
        add_action('admin_init', [$this, 'build_once']);
    }

    /** @param int|array<int, int|string> $meta_ids */
    public function on_meta(mixed $meta_ids, mixed $post_id, mixed $key): void
    {
        if ($key === Case_Mirror::META) {
            $this->follow((int) $post_id);
        }
    }

    public function on_trash(mixed $post_id): void
    {
        $this->forget(self::people((int) $post_id));
    }

    /**
     * What waits for a person: how many, how many of them late, and the first ones by their deadline. Kept in a user
     * option, so that an admin page costs no query; the mirror throws it away when it changes for the person.
     *
     * @return array{count: int, late: int, first: array<int, int>} `first`: post ids
     */
    public function summary(int $user_id): array
    {
        $kept = get_user_option(self::SUMMARY, $user_id);
        if (is_array($kept) && $kept['at'] > time() - self::FRESH_S) {
            return $kept;
        }
        $counted = $this->count($user_id);
        $summary = $counted + ['first' => $counted['count'] ? $this->post_ids($user_id, self::FIRST) : [], 'at' => time()];
        update_user_option($user_id, self::SUMMARY, $summary);
        return $summary;
    }

    /** @return array<int, int> Posts that wait for a person, first due first; those without a deadline last. */
    public function post_ids(int $user_id, int $number, int $offset = 0): array
    {
        global $wpdb;
        return array_map('intval', $wpdb->get_col($wpdb->prepare(
            "SELECT p.ID FROM $wpdb->postmeta m JOIN $wpdb->posts p ON p.ID = m.post_id AND p.post_status <> 'trash'
             LEFT JOIN $wpdb->postmeta d ON d.post_id = p.ID AND d.meta_key = %s
             WHERE m.meta_key = %s AND m.meta_value = %s
             ORDER BY d.meta_value IS NULL, CAST(d.meta_value AS UNSIGNED), p.ID LIMIT %d OFFSET %d",
            self::DUE,
            self::MAY_ACT,
            (string) $user_id,
            $number,
            $offset
        )));
    }

    /** How many posts of one type wait for a person. */
    public function count_of_type(int $user_id, string $post_type): int
    {
        global $wpdb;
        return (int) $wpdb->get_var($wpdb->prepare(
            "SELECT COUNT(*) FROM $wpdb->postmeta m JOIN $wpdb->posts p ON p.ID = m.post_id
             WHERE m.meta_key = %s AND m.meta_value = %s AND p.post_type = %s AND p.post_status <> 'trash'",
            self::MAY_ACT,
            (string) $user_id,
            $post_type
        ));
    }

    /** How many open cases of the office are past their deadline. */
    public function late_in_office(): int
    {
        global $wpdb;
        return (int) $wpdb->get_var($wpdb->prepare(
            "SELECT COUNT(*) FROM $wpdb->postmeta WHERE meta_key = %s AND CAST(meta_value AS UNSIGNED) < %d",
            self::DUE,
            time()
        ));
    }

    /** Mirrors that were stored by a version without these rows are gone through once. */
    public function build_once(): void
    {
        if (!get_option(self::BUILT)) {
            update_option(self::BUILT, 1, true);
            $this->build();
        }
    }

    /** Makes all rows again from the mirrors. */
    public function build(): void
    {
        global $wpdb;
        $wpdb->query($wpdb->prepare("DELETE FROM $wpdb->postmeta WHERE meta_key IN (%s, %s)", self::MAY_ACT, self::DUE));
        $last = 0;
        do {
            $mirrors = $wpdb->get_results($wpdb->prepare(
                "SELECT meta_id, post_id, meta_value FROM $wpdb->postmeta WHERE meta_key = %s AND meta_id > %d ORDER BY meta_id LIMIT %d",
                Case_Mirror::META,
                $last,
                self::CHUNK
            ));
            $rows = [];
            foreach ($mirrors as $row) {
                $last = (int) $row->meta_id;
                array_push($rows, ...self::rows((int) $row->post_id, maybe_unserialize($row->meta_value)));
            }
            self::insert($rows);
            wp_cache_delete_multiple(array_column($mirrors, 'post_id'), 'post_meta');
        } while (count($mirrors) === self::CHUNK);
    }

    /** @return array{count: int, late: int} */
    private function count(int $user_id): array
    {
        global $wpdb;
        $row = $wpdb->get_row($wpdb->prepare(
            "SELECT COUNT(*) AS number, COALESCE(SUM(CAST(d.meta_value AS UNSIGNED) < %d), 0) AS late
             FROM $wpdb->postmeta m JOIN $wpdb->posts p ON p.ID = m.post_id AND p.post_status <> 'trash'
             LEFT JOIN $wpdb->postmeta d ON d.post_id = p.ID AND d.meta_key = %s
             WHERE m.meta_key = %s AND m.meta_value = %s",
            time(),
            self::DUE,
            self::MAY_ACT,
            (string) $user_id
        ));
        return ['count' => (int) $row->number, 'late' => (int) $row->late];
    }

    private function follow(int $post_id): void
    {
        $before = self::people($post_id);
        delete_post_meta($post_id, self::MAY_ACT);
        delete_post_meta($post_id, self::DUE);
        // Straight from the table's meaning: a mirror that was carried to another post is no case there.
        foreach (self::rows($post_id, get_post_meta($post_id, Case_Mirror::META, true)) as [$id, $key, $value]) {
            add_post_meta($id, $key, $value);
        }
        $this->forget([...$before, ...self::people($post_id)]);
    }

    /** @return array<int, int> */
    private static function people(int $post_id): array
    {
        return array_map('intval', get_post_meta($post_id, self::MAY_ACT));
    }

    /**
     * @param mixed $mirror
     * @return array<int, array{int, string, int}> post id, key, value
     */
    private static function rows(int $post_id, mixed $mirror): array
    {
        if (!is_array($mirror) || ($mirror['state'] ?? '') !== 'open' || (int) ($mirror['post_id'] ?? 0) !== $post_id) {
            return [];
        }
        $rows = [];
        foreach (array_unique(array_map('intval', $mirror['may_act'] ?? [])) as $person) {
            $rows[] = [$post_id, self::MAY_ACT, $person];
        }
        $due = strtotime((string) ($mirror['due_at'] ?? ''));
        return $due ? [...$rows, [$post_id, self::DUE, $due]] : $rows;
    }

    /** @param array<int, array{int, string, int}> $rows */
    private static function insert(array $rows): void
    {
        global $wpdb;
        if ($rows) {
            $marks = implode(',', array_fill(0, count($rows), '(%d, %s, %s)'));
            $values = array_merge(...$rows);
            // phpcs:ignore WordPress.DB.PreparedSQL -- only placeholders
            $wpdb->query($wpdb->prepare("INSERT INTO $wpdb->postmeta (post_id, meta_key, meta_value) VALUES $marks", $values));
        }
    }

    /** @param array<int, int> $people */
    private function forget(array $people): void
    {
        foreach (array_unique($people) as $user_id) {
            delete_user_option($user_id, self::SUMMARY);
        }
    }
}
