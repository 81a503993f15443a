<?php

namespace Tayang;

defined('ABSPATH') || exit;

/**
 * WordPress's copy of a case: post meta `_tayang_case`. Only this class writes it, and only with a higher revision.
 * `_tayang_may_edit` repeats the ids of those who must write now, one row each, so that lists can ask by person.
 */
final class Case_Mirror
{
    public const META = '_tayang_case';
    public const PUBLISHED = '_tayang_published';
    public const MAY_EDIT = '_tayang_may_edit';
    private const OURS = [self::META, self::PUBLISHED, self::MAY_EDIT];

    private bool $writing = false;

    public function __construct(private readonly Status_Writer $writer)
    {
    }

    public function register(): void
    {
        foreach (['add', 'update', 'delete'] as $verb) {
            add_filter("{$verb}_post_metadata", [$this, 'guard_meta'], PHP_INT_MAX, 3);
        }
    }

    /**
     * The case of a post, or null. A copy that another plugin carried to another post does not count.
     *
     * @return array<string, mixed>|null
     */
    public function get(int $post_id): ?array
    {
        $case = get_post_meta($post_id, self::META, true);
        return is_array($case) && (int) ($case['post_id'] ?? 0) === $post_id ? $case : null;
    }

    /**
     * The mirror as the sidecar's route sends it, made from a view (the answer to a command).
     *
     * @param array<string, mixed> $view
     * @return array<string, mixed>
     */
    public static function from_view(array $view): array
    {
        $activity = $view['activity'] ?? [];
        $ids = static fn(array $list): array => array_map(
            static fn($one): int => (int) (is_array($one) ? $one['person'] : $one),
            $list
        );
        return [
            'case_id' => (string) $view['case_id'],
            'post_id' => (int) $view['post_id'],
            'revision' => (int) $view['revision'],
            'status' => (string) $view['status'],
            'state' => (string) $view['state'],
            'activity_no' => (int) ($activity['no'] ?? 0),
            'activity_name' => (string) ($activity['name'] ?? ''),
            'role' => (string) ($activity['role'] ?? ''),
            'role_name' => (string) ($activity['role_name'] ?? ''),
            'may_act' => $ids($view['may_act'] ?? []),
            'may_edit' => $ids($view['may_edit'] ?? []),
            'who' => (string) ($view['who'] ?? ''),
            'due_at' => $activity['due_at'] ?? null,
            'content_sha256' => (string) ($view['content_sha256'] ?? ''),
            'url' => (string) ($view['url'] ?? ''),
        ];
    }

    /**
     * Takes over a newer state of the case and moves the post into its status. A lower or equal revision is already
     * done, and so is a case that this post does not run any more.
     *
     * @param array<string, mixed> $case
     * @return bool|\WP_Error whether it was news
     */
    public function apply(array $case): bool|\WP_Error
    {
        $post_id = (int) ($case['post_id'] ?? 0);
        $case_id = (string) ($case['case_id'] ?? '');
        if (!get_post($post_id) || $case_id === '' || !self::is_known_status((string) ($case['status'] ?? ''))) {
            return new \WP_Error('tayang_no_post', __('There is no such post here.', 'tayang'), ['status' => 404]);
        }
        $known = $this->get($post_id);
        if ($known && !self::is_newer($case, $known)) {
            return false;
        }
        $this->store($post_id, $case);
        $moved = $this->move($post_id);
        return is_wp_error($moved) ? $moved : true;
    }

    /**
     * Brings the post into the status of its case. What went live with a permit is never taken off by a late mirror.
     */
    public function move(int $post_id): bool|\WP_Error
    {
        $case = $this->get($post_id);
        if (!$case) {
            return true;
        }
        $status = (string) $case['status'];
        if ($this->published($post_id) || $status === 'publish') {
            // Only Publisher publishes; a mirror that says so follows it.
            return true;
        }
        return $this->writer->write($post_id, $status);
    }

    /**
     * What the publication by permit left behind: case_id, content_sha256, published_at. Null before it.
     *
     * @return array{case_id: string, content_sha256: string, published_at: string}|null
     */
    public function published(int $post_id): ?array
    {
        $published = get_post_meta($post_id, self::PUBLISHED, true);
        $case = $this->get($post_id);
        return is_array($published) && $case && $published['case_id'] === $case['case_id'] ? $published : null;
    }

    /** @param array{case_id: string, content_sha256: string, published_at: string}|null $published */
    public function set_published(int $post_id, ?array $published): void
    {
        $this->writing(static function () use ($post_id, $published): void {
            $published
                ? update_post_meta($post_id, self::PUBLISHED, $published)
                : delete_post_meta($post_id, self::PUBLISHED);
        });
    }

    /** Whether a case of this post runs, waits for its publication, or is out: everything but cancelled. */
    public static function is_binding(?array $case): bool
    {
        return $case !== null && $case['state'] !== 'cancelled';
    }

    /** Whether this person writes now. */
    public static function may_edit(?array $case, int $user_id): bool
    {
        return $case !== null && $case['state'] === 'open' && $user_id > 0
            && in_array($user_id, array_map('intval', $case['may_edit']), true);
    }

    /** Whether this person must write in any case now: then they may also upload photos. */
    public function edits_something(int $user_id): bool
    {
        global $wpdb;
        $found = wp_cache_get("edits_$user_id", 'tayang', false, $is_cached);
        if (!$is_cached) {
            $found = (bool) $wpdb->get_var($wpdb->prepare(
                "SELECT 1 FROM $wpdb->postmeta WHERE meta_key = %s AND meta_value = %s LIMIT 1",
                self::MAY_EDIT,
                (string) $user_id
            ));
            wp_cache_set("edits_$user_id", $found, 'tayang', MINUTE_IN_SECONDS);
        }
        return (bool) $found;
    }

    /** @return array<int, int> Posts that have a case. */
    public function post_ids(): array
    {
        global $wpdb;
        return array_map('intval', $wpdb->get_col(
            $wpdb->prepare("SELECT post_id FROM $wpdb->postmeta WHERE meta_key = %s ORDER BY post_id", self::META)
        ));
    }

    /** Refuses to let anything else write what only the sidecar may say. */
    public function guard_meta(mixed $check, int $post_id, string $key): mixed
    {
        return in_array($key, self::OURS, true) && !$this->writing ? false : $check;
    }

    /** @param array<string, mixed> $case */
    private function store(int $post_id, array $case): void
    {
        $before = $this->get($post_id)['may_edit'] ?? [];
        $this->writing(static function () use ($post_id, $case): void {
            update_post_meta($post_id, self::META, wp_slash($case));
            delete_post_meta($post_id, self::MAY_EDIT);
            foreach ($case['state'] === 'open' ? $case['may_edit'] : [] as $user_id) {
                add_post_meta($post_id, self::MAY_EDIT, (int) $user_id);
            }
        });
        foreach ([...$before, ...$case['may_edit']] as $user_id) {
            wp_cache_delete("edits_$user_id", 'tayang');
        }
    }

    /**
     * @param array<string, mixed> $case
     * @param array<string, mixed> $known
     */
    private static function is_newer(array $case, array $known): bool
    {
        if ($case['case_id'] === $known['case_id']) {
            return (int) $case['revision'] > (int) $known['revision'];
        }
        // A second case on a post is possible once the first one was cancelled; a late message of a former one is not.
        return $known['state'] === 'cancelled' && $case['state'] !== 'cancelled';
    }

    private static function is_known_status(string $status): bool
    {
        return in_array($status, ['publish', 'draft'], true) || Sop::is_step_status($status);
    }

    private function writing(callable $write): void
    {
        $this->writing = true;
        try {
            $write();
        } finally {
            $this->writing = false;
        }
    }
}
