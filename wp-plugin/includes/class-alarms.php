<?php

namespace Tayang;

defined('ABSPATH') || exit;

/**
 * Statuses that were set around the SOP by writes that no screen answers (a scheduler, another plugin, raw SQL) and were
 * put back: kept, and shown to administrators for a day, since a person should look what did it.
 */
final class Alarms
{
    public const OPTION = 'tayang_alarms';
    private const KEPT = 20;

    public function register(): void
    {
        add_action('admin_notices', [$this, 'show']);
    }

    /** `$way`: the hook, "old-new" statuses, "reconcile", or "words" (text, not status). */
    public static function raise(int $post_id, string $way): void
    {
        $alarms = (array) get_option(self::OPTION, []);
        $alarms[] = ['at' => gmdate('c'), 'post_id' => $post_id, 'way' => $way];
        update_option(self::OPTION, array_slice($alarms, -self::KEPT), false);
        /**
         * A status was put back that a write without the gate had set.
         *
         * @param int $post_id
         * @param string $way hook, "old-new" statuses, or "reconcile"
         */
        do_action('tayang_alarm', $post_id, $way);
    }

    public function show(): void
    {
        if (!current_user_can('manage_options')) {
            return;
        }
        foreach ((array) get_option(self::OPTION, []) as $alarm) {
            if (strtotime($alarm['at']) > time() - DAY_IN_SECONDS) {
                printf('<div class="notice notice-warning tayang-alarm"><p>%s</p></div>', esc_html(sprintf(
                    $alarm['way'] === 'words'
                        /* translators: 1: date and time, 2: title of a post */
                        ? __('%1$s: something changed the closed text of “%2$s” around the SOP. It was put back.', 'tayang')
                        /* translators: 1: date and time, 2: title of a post, 3: technical name of what happened */
                        : __('%1$s: something changed the status of “%2$s” around the SOP (%3$s). It was put back.', 'tayang'),
                    wp_date('j M H:i', strtotime($alarm['at'])),
                    get_the_title((int) $alarm['post_id']),
                    (string) $alarm['way']
                )));
            }
        }
    }
}
