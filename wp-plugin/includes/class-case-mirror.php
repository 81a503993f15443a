<?php

namespace Tayang;

defined('ABSPATH') || exit;

/**
 * WordPress's copy of a case: post meta `_tayang_case`. Only this class writes it, and only with something newer.
 * `_tayang_may_edit` repeats the ids of those who must write now, one row each, so that lists can ask by person;
 * `_tayang_place` is "type:status" in which the row must be, so that one query finds those that are not.
 *
 * A correction is a case too: it runs on the public post, and is written in that post's working copy. Every method takes
 * either id.
 */
final class Case_Mirror
{
    public const META = '_tayang_case';
    public const PUBLISHED = '_tayang_published';
    public const MAY_EDIT = '_tayang_may_edit';
    public const PLACE = '_tayang_place';
    private const LOCK_S = 10;

    public function __construct(
        private readonly Status_Writer $writer,
        private readonly Own_Meta $meta,
        private readonly Working_Copy $copies,
        private readonly Locked_Words $words
    ) {
    }

    /**
     * The case of a post, or null. While a correction runs it is that one, and nobody writes in the public post; after a
     * cancelled correction it is the published case again. Meta that another plugin carried to another post do not count.
     *
     * @return array<string, mixed>|null
     */
    public function get(int $post_id): ?array
    {
        $subject = Working_Copy::subject($post_id);
        $case = $this->stored($subject);
        if ($case === null || $case['corrects'] === '') {
            return $case;
        }
        if ($case['state'] === 'cancelled') {
            $published = $this->published($subject);
            return ['case_id' => $case['corrects'], 'state' => 'published', 'status' => 'publish', 'revision' => 0, 'corrects' => '',
                'may_act' => [], 'may_edit' => [], 'who' => '', 'content_sha256' => $published['content_sha256'] ?? ''] + $case;
        }
        return $post_id === $subject ? ['may_edit' => []] + $case : $case;
    }

    /** The status in which the row of a post with a case must be. */
    public function truth(int $post_id): string
    {
        $subject = Working_Copy::subject($post_id);
        $case = $this->stored($subject);
        if ($post_id !== $subject) {
            return Sop::is_step_status((string) $case['status']) ? (string) $case['status'] : 'draft';
        }
        return $case['corrects'] !== '' || $this->published($subject) ? 'publish' : (string) $case['status'];
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
            'corrects' => (string) ($view['corrects'] ?? ''),
            'as_of' => (string) ($view['as_of'] ?? ''),
        ];
    }

    /**
     * Takes over a newer state of the case and moves the post into its status. What is known already is done, and so is
     * a case that this post does not run any more.
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
        $case += ['corrects' => '', 'as_of' => ''];
        return $this->alone($post_id, function () use ($post_id, $case_id, $case): bool|\WP_Error {
            $known = $this->stored($post_id);
            if ($known && !self::is_newer($case, $known)) {
                $moved = $case_id === $known['case_id'] ? $this->move($post_id) : true;    // heals an interrupted one
                return is_wp_error($moved) ? $moved : false;
            }
            $this->store($post_id, $case);
            $moved = $this->move($post_id);
            if (is_wp_error($moved)) {
                return $moved;
            }
            $this->hold_words($post_id, $case, $known);
            return true;
        });
    }

    /**
     * Brings the post, or its working copy, into the status of its case. What went live with a permit is never taken off
     * by a late mirror.
     */
    public function move(int $post_id): bool|\WP_Error
    {
        $subject = Working_Copy::subject($post_id);
        $case = $this->stored($subject);
        if (!$case) {
            return true;
        }
        if ($case['corrects'] !== '') {
            $moved = $this->move_copy($subject, $case);
        } elseif ($this->published($subject) || $case['status'] === 'publish') {
            // Only Publisher publishes; a mirror that says so follows it.
            $moved = true;
        } else {
            $moved = $this->writer->write($subject, (string) $case['status']);
        }
        $this->mark_place($subject);
        return $moved;
    }

    /**
     * What the publication by permit left behind: case_id (of the case, or of the one that is being corrected),
     * content_sha256, published_at. Null before it.
     *
     * @return array{case_id: string, content_sha256: string, published_at: string}|null
     */
    public function published(int $post_id): ?array
    {
        $subject = Working_Copy::subject($post_id);
        $published = get_post_meta($subject, self::PUBLISHED, true);
        $case = $this->stored($subject);
        return is_array($published) && $case && in_array($published['case_id'], [$case['case_id'], $case['corrects']], true)
            ? $published : null;
    }

    /** @param array{case_id: string, content_sha256: string, published_at: string}|null $published */
    public function set_published(int $post_id, ?array $published): void
    {
        $this->meta->write(static function () use ($post_id, $published): void {
            $published
                ? update_post_meta($post_id, self::PUBLISHED, $published)
                : delete_post_meta($post_id, self::PUBLISHED);
        });
        $this->mark_place($post_id);
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

    /** @return array<int, int> Posts of cases that are not where `_tayang_place` says, or have none yet. At most `$limit`. */
    public static function misplaced(int $limit): array
    {
        global $wpdb;
        return array_map('intval', $wpdb->get_col($wpdb->prepare(
            "(SELECT p.ID FROM $wpdb->postmeta m JOIN $wpdb->posts p ON p.ID = m.post_id
             WHERE m.meta_key = %s AND m.meta_value <> '' AND CONCAT(p.post_type, ':', p.post_status) <> m.meta_value LIMIT %d)
             UNION (SELECT c.post_id FROM $wpdb->postmeta c LEFT JOIN $wpdb->postmeta m
             ON m.post_id = c.post_id AND m.meta_key = %s WHERE c.meta_key = %s AND m.meta_id IS NULL LIMIT %d)",
            self::PLACE,
            $limit,
            self::PLACE,
            self::META,
            $limit
        )));
    }

    /** The post type that a post with a case had when its case began. */
    public function type(int $post_id): string
    {
        return explode(':', (string) get_post_meta($post_id, self::PLACE, true))[0] ?: (string) get_post_type($post_id);
    }

    /** Writes down where the row of a post, and of its working copy, must be. */
    public function mark_place(int $post_id): void
    {
        $case = $this->stored($post_id);
        if (!$case) {
            return;
        }
        $type = $this->type($post_id);
        $is_over = $case['state'] === 'cancelled' && $case['corrects'] === '';
        $copy_id = Working_Copy::of($post_id);
        $this->meta->write(function () use ($post_id, $copy_id, $type, $is_over): void {
            // A cancelled case binds nobody: its post may be anywhere.
            update_post_meta($post_id, self::PLACE, $is_over ? '' : "$type:" . $this->truth($post_id));
            if ($copy_id) {
                update_post_meta($copy_id, self::PLACE, "$type:" . $this->truth($copy_id));
            }
        });
    }

    /**
     * What is stored of a case, as the sidecar said it last.
     *
     * @return array<string, mixed>|null
     */
    private function stored(int $post_id): ?array
    {
        $case = get_post_meta($post_id, self::META, true);
        return is_array($case) && (int) ($case['post_id'] ?? 0) === $post_id ? $case + ['corrects' => '', 'as_of' => ''] : null;
    }

    /** @param array<string, mixed> $case a correction */
    private function move_copy(int $post_id, array $case): bool|\WP_Error
    {
        $is_done = ($this->published($post_id)['case_id'] ?? '') === $case['case_id'];
        if ($is_done || !in_array($case['state'], ['open', 'publishing'], true)) {
            // A published copy whose words are not public yet is the only one: its order is repeated until they are.
            if ($is_done || $case['state'] === 'cancelled') {
                $this->copies->remove($post_id, $is_done);
            }
            return true;
        }
        $copy_id = Working_Copy::of($post_id) ?: $this->copies->make(get_post($post_id));
        return is_wp_error($copy_id) ? $copy_id : $this->writer->write($copy_id, (string) $case['status']);
    }

    /**
     * Closed words are remembered when they are closed, and again when the sidecar took over others.
     *
     * @param array<string, mixed> $case
     * @param array<string, mixed>|null $known
     */
    private function hold_words(int $post_id, array $case, ?array $known): void
    {
        $working = Working_Copy::working($post_id);
        if ($case['corrects'] !== '' && $working === $post_id) {
            return;                                             // over: the public post keeps what it holds
        }
        $is_open = $case['state'] === 'cancelled' || ($case['state'] === 'open' && $case['may_edit'] !== []);
        if ($is_open) {
            $this->words->forget($working);
        } elseif (!$this->words->has($working) || $case['content_sha256'] !== ($known['content_sha256'] ?? '')) {
            $this->words->keep($working);
        }
    }

    /**
     * Two messages about one post at the same moment (the answer to a command, and the sidecar's own call) take turns.
     */
    private function alone(int $post_id, callable $do): bool|\WP_Error
    {
        global $wpdb;
        $name = substr(md5(DB_NAME . " $wpdb->posts $post_id"), 0, 24);
        $got = $wpdb->get_var($wpdb->prepare('SELECT GET_LOCK(%s, %d)', "tayang_$name", self::LOCK_S));
        if ($got === '0') {
            $busy = __('Somebody else is changing this post right now: try again in a moment.', 'tayang');
            return new \WP_Error('tayang_busy', $busy, ['status' => 503]);
        }
        try {
            wp_cache_delete($post_id, 'post_meta');             // what the other one wrote
            return $do();
        } finally {
            $wpdb->get_var($wpdb->prepare('SELECT RELEASE_LOCK(%s)', "tayang_$name"));
        }
    }

    /** @param array<string, mixed> $case */
    private function store(int $post_id, array $case): void
    {
        $before = $this->stored($post_id)['may_edit'] ?? [];
        $this->meta->write(static function () use ($post_id, $case): void {
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
        $is_later = strcmp(self::moment($case['as_of']), self::moment($known['as_of']));
        if ($case['case_id'] === $known['case_id']) {
            // Who may act changes without an event too (a delegation begins). Names are no news: they come in the reader's language.
            return (int) $case['revision'] > (int) $known['revision'] || ((int) $case['revision'] === (int) $known['revision']
                && $is_later > 0 && self::facts($case) !== self::facts($known));
        }
        if ($known['as_of'] !== '' && $case['as_of'] !== '' && $is_later <= 0) {
            return false;                                       // a late message of a former case
        }
        if ($case['corrects'] !== '') {
            // A correction begins on the published case, also after another one was cancelled.
            $published = $known['state'] === 'cancelled' ? $known['corrects'] : $known['case_id'];
            return in_array($known['state'], ['published', 'cancelled'], true) && $case['corrects'] === $published
                && $case['state'] !== 'cancelled';
        }
        return $known['state'] === 'cancelled' && $case['state'] !== 'cancelled'
            && in_array($known['corrects'], ['', $case['case_id']], true);
    }

    /**
     * @param array<string, mixed> $case
     * @return array<int, mixed> What the guards ask for.
     */
    private static function facts(array $case): array
    {
        $ids = static function (array $list): array {
            $list = array_map('intval', $list);
            sort($list);
            return $list;
        };
        return [$case['status'], $case['state'], $ids($case['may_act']), $ids($case['may_edit'])];
    }

    /** A time that sorts as text; '' stays before all. */
    private static function moment(string $iso): string
    {
        $time = $iso === '' ? false : date_create_immutable($iso);
        return $time ? $time->setTimezone(new \DateTimeZone('UTC'))->format('Y-m-d H:i:s.u') : '';
    }

    private static function is_known_status(string $status): bool
    {
        return in_array($status, ['publish', 'draft'], true) || Sop::is_step_status($status);
    }
}
