<?php

namespace Tayang\Ui;

use Tayang\Plugin;

defined('ABSPATH') || exit;

/**
 * The admin bar: how many tasks wait for the reader, and the first five. Read from WordPress's own tables, so that no page
 * waits for the sidecar; core's styles for the comments bubble dress it.
 */
final class Admin_Bar
{
    public function register(): void
    {
        add_action('admin_bar_menu', [$this, 'add'], 75);
    }

    public function add(\WP_Admin_Bar $bar): void
    {
        if (!Task::has_part() || !Office::may_look()) {
            return;
        }
        $summary = Plugin::instance()->waiting->summary(get_current_user_id());
        $page = admin_url('admin.php?page=' . Cases_Page::SLUG);
        $bar->add_node(['id' => 'tayang-tasks', 'href' => $page, 'title' => $this->title($summary)]);
        foreach (Task::from_posts($summary['first']) as $task) {
            [, $left] = Office::left($task->due_at);
            $bar->add_node([
                'parent' => 'tayang-tasks',
                'id' => "tayang-task-$task->post_id",
                'href' => $task->url(),
                'title' => esc_html(wp_html_excerpt($task->title(), 60, '…') . ' · ' . $task->expected() . ($left === '' ? '' : " · $left")),
            ]);
        }
        $bar->add_node([
            'parent' => 'tayang-tasks',
            'id' => 'tayang-all-tasks',
            'href' => $page,
            'title' => esc_html($summary['count'] ? __('All my tasks', 'tayang') : __('Nothing waits for you.', 'tayang')),
        ]);
    }

    /** @param array{count: int, late: int} $summary */
    private function title(array $summary): string
    {
        /* translators: %d: number of tasks */
        $said = sprintf(_n('%d task waits for you.', '%d tasks wait for you.', $summary['count'], 'tayang'), $summary['count']);
        /* translators: %d: number of late cases */
        $late = $summary['late'] ? sprintf(__('%d late', 'tayang'), $summary['late']) : '';
        return sprintf(
            '<span class="ab-icon dashicons-megaphone" style="top:2px" aria-hidden="true"></span><span class="ab-label" aria-hidden="true">%s%s</span><span class="screen-reader-text">Tayang: %s %s</span>',
            esc_html(number_format_i18n($summary['count'])),
            $late === '' ? '' : ' (' . esc_html($late) . ')',
            esc_html($said),
            esc_html($late)
        );
    }
}
