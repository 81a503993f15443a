<?php

namespace Tayang\Ui;

use Tayang\Plugin;

defined('ABSPATH') || exit;

/**
 * The widget on WordPress's dashboard: my tasks at once, from WordPress's own tables; what goes live next and what was
 * published comes after the page (assets/dashboard.js).
 */
final class Dashboard
{
    public function register(): void
    {
        add_action('wp_dashboard_setup', [$this, 'add']);
        add_action('admin_enqueue_scripts', [$this, 'enqueue']);
    }

    public function add(): void
    {
        if (Office::may_look()) {
            wp_add_dashboard_widget('tayang_dashboard', __('Tayang: tasks and publications', 'tayang'), [$this, 'render'], null, null, 'normal', 'high');
        }
    }

    public function enqueue(string $hook): void
    {
        if ($hook === 'index.php' && Office::may_look()) {
            $day = static fn(string $shift): string => (string) wp_date('Y-m-d', (int) strtotime($shift));
            List_Strings::enqueue('dashboard', ['dashboard' => ['from' => $day('-14 days'), 'today' => $day('now'), 'to' => $day('+30 days')]]);
        }
    }

    public function render(): void
    {
        $summary = Plugin::instance()->waiting->summary(get_current_user_id());
        $tasks = Task::from_posts($summary['first']);
        printf('<div class="tayang-dashboard"><h3>%s</h3>', esc_html__('My tasks', 'tayang'));
        if (!$tasks) {
            printf('<p class="tayang-muted">%s</p>', esc_html__('Nothing waits for you.', 'tayang'));
        } else {
            echo '<ul class="tayang-dash-list">';
            foreach ($tasks as $task) {
                printf(
                    '<li><a href="%s">%s</a><span>%s</span><span>%s</span></li>',
                    esc_url($task->url()),
                    esc_html($task->title()),
                    esc_html($task->expected()),
                    $task->left() // phpcs:ignore WordPress.Security.EscapeOutput -- left() escapes
                );
            }
            echo '</ul>';
        }
        foreach (['next' => __('Goes live next', 'tayang'), 'recent' => __('Recently published', 'tayang')] as $part => $label) {
            printf(
                '<h3>%s</h3><div data-tayang-publications="%s" role="status"><p class="tayang-muted">%s</p></div>',
                esc_html($label),
                esc_attr($part),
                esc_html__('Asking the Tayang server …', 'tayang')
            );
        }
        $this->links($summary);
        echo '</div>';
    }

    /** @param array{count: int, late: int} $summary */
    private function links(array $summary): void
    {
        $link = static fn(string $url, string $label): string => sprintf('<a href="%s">%s</a>', esc_url($url), esc_html($label));
        $links = [
            /* translators: %d: number of tasks */
            $link(admin_url('admin.php?page=' . Cases_Page::SLUG), sprintf(__('My tasks (%d)', 'tayang'), $summary['count'])),
            $link(Board_Page::url(), __('Board', 'tayang')),
            $link(admin_url('admin.php?page=' . Calendar_Page::SLUG), __('Calendar', 'tayang')),
        ];
        $late = Office::scope() === 'all' ? Plugin::instance()->waiting->late_in_office() : $summary['late'];
        if ($late) {
            /* translators: %d: number of late cases */
            $links[] = $link(Board_Page::url(['late' => 1]), sprintf(__('Late in the office: %d', 'tayang'), $late));
        }
        echo '<p class="tayang-dash-links">', implode(' | ', $links), '</p>'; // phpcs:ignore WordPress.Security.EscapeOutput -- $link escapes
    }
}
