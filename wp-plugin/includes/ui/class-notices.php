<?php

namespace Tayang\Ui;

defined('ABSPATH') || exit;

/**
 * What a button did, said once on the next page. (What the gate refused is kept and said by Tayang\Refusals.)
 */
final class Notices
{
    private const TYPES = ['error', 'success'];

    public function register(): void
    {
        add_action('admin_notices', [$this, 'show']);
    }

    /** Keeps a sentence for the present user. */
    public static function add(string $message, string $type): void
    {
        set_transient(self::key(), ['message' => $message, 'type' => $type], HOUR_IN_SECONDS);
    }

    public function show(): void
    {
        $notice = get_transient(self::key());
        if (!is_array($notice)) {
            return;
        }
        delete_transient(self::key());
        printf(
            '<div class="notice notice-%s is-dismissible"><p>%s</p></div>',
            esc_attr(in_array($notice['type'], self::TYPES, true) ? $notice['type'] : 'error'),
            esc_html($notice['message'])
        );
    }

    private static function key(): string
    {
        return 'tayang_said_' . get_current_user_id();
    }
}
