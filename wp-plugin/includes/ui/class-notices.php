<?php

namespace Tayang\Ui;

use Tayang\Said_Later;

defined('ABSPATH') || exit;

/**
 * What a button did, said once on the next page. (What the gate refused is kept and said by Tayang\Refusals.)
 */
final class Notices
{
    private const NAME = 'notice';
    private const TYPES = ['error', 'success'];

    public function register(): void
    {
        add_action('admin_notices', [$this, 'show']);
    }

    /** Keeps a sentence for the present user. */
    public static function add(string $message, string $type): void
    {
        Said_Later::keep(self::NAME, ['message' => $message, 'type' => $type]);
    }

    public function show(): void
    {
        $notice = Said_Later::take(self::NAME);
        if (!is_array($notice)) {
            return;
        }
        printf(
            '<div class="notice notice-%s is-dismissible"><p>%s</p></div>',
            esc_attr(in_array($notice['type'], self::TYPES, true) ? $notice['type'] : 'error'),
            esc_html($notice['message'])
        );
    }
}
