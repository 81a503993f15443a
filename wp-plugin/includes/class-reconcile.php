<?php

namespace Tayang;

defined('ABSPATH') || exit;

/**
 * Every five minutes, and whenever the sidecar or an administrator comes by later than that: finds what no hook sees (raw
 * SQL, set_post_type), puts it back and reports it. A handful of queries that answer only with what is wrong, so that it
 * costs the same with ten posts and with ten thousand.
 */
final class Reconcile
{
    public const HOOK = 'tayang_reconcile';
    public const INTERVAL_S = 300;
    /** Marks a post that was public before its type was governed: it stays what it was. */
    public const BEFORE = '_tayang_before';
    public const RAN = 'tayang_reconciled_at';
    public const GOVERNED = 'tayang_governed';
    private const SCHEDULE = 'tayang_five_minutes';
    /** Of each kind in one run; what is left waits for the next one. */
    private const MOST = 100;

    public function __construct(
        private readonly Sop $sop,
        private readonly Case_Mirror $cases,
        private readonly Status_Writer $writer,
        private readonly Locked_Words $words,
        private readonly Own_Meta $meta
    ) {
    }

    public function register(): void
    {
        // phpcs:ignore WordPress.WP.CronInterval -- a post that was published around the SOP must not stay for long
        add_filter('cron_schedules', [$this, 'add_schedule']);
        add_action(self::HOOK, [$this, 'run']);
        add_action('admin_init', [$this, 'run_when_due']);
        add_action('transition_post_status', [$this, 'forget_before'], PHP_INT_MAX, 3);
        if (!wp_next_scheduled(self::HOOK)) {
            add_action('init', static fn() => wp_schedule_event(time(), self::SCHEDULE, self::HOOK));
        }
    }

    /**
     * @param array<string, array<string, mixed>> $schedules
     * @return array<string, array<string, mixed>>
     */
    public function add_schedule(array $schedules): array
    {
        return $schedules + [self::SCHEDULE => ['interval' => self::INTERVAL_S, 'display' => 'Tayang']];
    }

    /** One option that is in memory anyway says whether it is time. */
    public function run_when_due(): void
    {
        if (time() - (int) get_option(self::RAN, 0) >= self::INTERVAL_S) {
            $this->run();
        }
    }

    /** @return array<int, int> Posts that were put back. */
    public function run(): array
    {
        update_option(self::RAN, time(), true);
        $this->mark_what_was_public();
        $done = [];
        foreach (Case_Mirror::misplaced(self::MOST) as $post_id) {
            $done[] = $this->put_back($post_id) ? $post_id : 0;
        }
        foreach (Locked_Words::changed(self::MOST) as $post_id) {
            $done[] = $this->words->put_back($post_id) && self::report($post_id, 'words') ? $post_id : 0;
        }
        foreach ($this->public_without_permit() as $post_id) {
            $done[] = $this->hide($post_id) ? $post_id : 0;
        }
        foreach (Working_Copy::orphans(self::MOST) as $post_id) {
            wp_trash_post($post_id);
        }
        return array_values(array_unique(array_filter($done)));
    }

    /** A post that leaves the public by an ordinary way comes back only through the SOP. */
    public function forget_before(string $new, string $old, \WP_Post $post): void
    {
        if (in_array($old, self::public_statuses(), true) && !in_array($new, self::public_statuses(), true)) {
            $this->meta->write(static fn() => delete_post_meta($post->ID, self::BEFORE));
        }
    }

    /** At activation: what became public while the plugin was off counts as having been public before. */
    public static function start_anew(): void
    {
        delete_option(self::GOVERNED);
        delete_option(self::RAN);
    }

    /** When a type becomes governed, its public posts of that moment are marked. */
    private function mark_what_was_public(): void
    {
        global $wpdb;
        $types = $this->sop->governed_types();
        $known = get_option(self::GOVERNED, []);
        $new = array_diff($types, is_array($known) ? $known : []);
        if ($new) {
            $wpdb->query($wpdb->prepare(
                "INSERT INTO $wpdb->postmeta (post_id, meta_key, meta_value) SELECT ID, %s, '1' " . self::unmarked($new),
                self::BEFORE,
                ...self::unmarked_values($new)
            ));
            wp_cache_flush();
        }
        if ($known !== $types) {
            update_option(self::GOVERNED, $types, true);
        }
    }

    /** @return array<int, int> Public, or public later by themselves, and nobody approved it. */
    private function public_without_permit(): array
    {
        global $wpdb;
        $types = $this->sop->governed_types();
        return array_map('intval', $wpdb->get_col($wpdb->prepare(
            'SELECT ID ' . self::unmarked($types) . ' LIMIT %d',
            ...[...self::unmarked_values($types), self::MOST]
        )));
    }

    /** @param array<int, string> $types */
    private static function unmarked(array $types): string
    {
        global $wpdb;
        $list = static fn(array $values): string => implode(',', array_fill(0, count($values), '%s'));
        return "FROM $wpdb->posts p LEFT JOIN $wpdb->postmeta m ON m.post_id = p.ID AND (m.meta_key = %s
            OR (m.meta_key = %s AND m.meta_value <> '') OR m.meta_key = %s)
            WHERE p.post_type IN ({$list($types)}) AND p.post_status IN ({$list(self::public_statuses())}) AND m.meta_id IS NULL";
    }

    /**
     * @param array<int, string> $types
     * @return array<int, string>
     */
    private static function unmarked_values(array $types): array
    {
        return [self::BEFORE, Case_Mirror::PLACE, Case_Mirror::PUBLISHED, ...array_values($types), ...self::public_statuses()];
    }

    /** @return array<int, string> */
    private static function public_statuses(): array
    {
        return array_values(array_unique([...get_post_stati(['public' => true]), ...get_post_stati(['private' => true]), 'future']));
    }

    /** A post of a case, or a working copy, that is not where its case is. */
    private function put_back(int $post_id): bool
    {
        clean_post_cache($post_id);
        wp_cache_delete($post_id, 'post_meta');
        if (!Case_Mirror::is_binding($this->cases->get($post_id))) {
            $this->cases->mark_place($post_id);
            return false;
        }
        $type = $this->cases->type($post_id);
        $truth = $this->cases->truth($post_id);
        if (get_post_type($post_id) === $type && get_post_status($post_id) === $truth) {
            $this->cases->mark_place(Working_Copy::subject($post_id));    // of a case from before these marks
            return false;
        }
        if (get_post_type($post_id) !== $type) {
            set_post_type($post_id, $type);
        }
        $put_back = $truth === 'publish' ? $this->writer->show_again($post_id) : $this->writer->write($post_id, $truth) === true;
        return $put_back && self::report($post_id, 'reconcile');
    }

    private function hide(int $post_id): bool
    {
        clean_post_cache($post_id);
        wp_clear_scheduled_hook('publish_future_post', [$post_id]);
        return $this->writer->write($post_id, 'draft') === true && self::report($post_id, 'reconcile');
    }

    private static function report(int $post_id, string $way): bool
    {
        Alarms::raise($post_id, $way);
        return true;
    }
}
