<?php

namespace Tayang\Ui;

use Tayang\Plugin;

defined('ABSPATH') || exit;

/**
 * Tayang -> Tugas saya: what waits for the reader, first due first, and what is expected. Made by the server, so that it
 * works without scripts. When the sidecar does not answer, WordPress's own copy of the cases is shown instead.
 */
final class Cases_Page
{
    public const SLUG = 'tayang';
    private const PER_PAGE = 20;

    public function register(): void
    {
        add_action('admin_menu', [$this, 'add_page'], 9);
        add_action('admin_enqueue_scripts', [$this, 'enqueue']);
    }

    public function add_page(): void
    {
        $title = __('My tasks', 'tayang');
        $count = Task::has_part() ? Plugin::instance()->waiting->summary(get_current_user_id())['count'] : 0;
        // Core's own mark for what waits, as at the comments.
        $mark = $count ? sprintf(' <span class="awaiting-mod"><span class="pending-count">%s</span></span>', esc_html(number_format_i18n($count))) : '';
        add_menu_page('Tayang', 'Tayang' . $mark, Office::CAPABILITY, self::SLUG, [$this, 'render'], 'dashicons-megaphone', 4);
        add_submenu_page(self::SLUG, $title, $title . $mark, Office::CAPABILITY, self::SLUG, [$this, 'render']);
    }

    public function enqueue(string $hook): void
    {
        if ($hook === 'toplevel_page_' . self::SLUG) {
            List_Strings::enqueue('tasks');
        }
    }

    public function render(): void
    {
        $page = max(1, absint($_GET['paged'] ?? 1)); // phpcs:ignore WordPress.Security.NonceVerification -- only pages
        printf('<div class="wrap tayang-tasks-page"><h1 class="wp-heading-inline">%s</h1>', esc_html__('My tasks', 'tayang'));
        Assignment_Page::link();
        echo '<hr class="wp-header-end">';
        $answer = Plugin::instance()->sidecar->post('cases/tasks', [
            'actor' => get_current_user_id(), 'scope' => Office::scope(), 'page' => $page, 'per_page' => self::PER_PAGE,
        ]);
        if (is_wp_error($answer)) {
            $this->explain($answer);
            $answer = $this->known($page);
        } else {
            $answer['cases'] = array_map([Task::class, 'from_card'], $answer['cases']);
        }
        $this->table($answer);
        $this->pages((int) $answer['total'], $page);
        echo '</div>';
    }

    /** Why the list is WordPress's own copy, and a way to ask again. */
    private function explain(\WP_Error $error): void
    {
        printf(
            '<div class="notice notice-warning inline"><p>%s</p><p>%s <a class="button" href="%s">%s</a></p></div>',
            esc_html($error->get_error_message()),
            esc_html__('This is the list as WordPress last knew it.', 'tayang'),
            esc_url(admin_url('admin.php?page=' . self::SLUG)),
            esc_html__('Try again', 'tayang')
        );
    }

    /** @return array{cases: array<int, Task>, total: int, late: int} From the mirrors in WordPress. */
    private function known(int $page): array
    {
        $waiting = Plugin::instance()->waiting;
        $summary = $waiting->summary(get_current_user_id());
        $ids = $waiting->post_ids(get_current_user_id(), self::PER_PAGE, ($page - 1) * self::PER_PAGE);
        return ['cases' => Task::from_posts($ids), 'total' => $summary['count'], 'late' => $summary['late']];
    }

    /** @param array{cases: array<int, Task>, total: int, late: int} $answer */
    private function table(array $answer): void
    {
        if (!$answer['cases']) {
            printf(
                '<div class="tayang-empty"><span class="dashicons dashicons-yes-alt" aria-hidden="true"></span><p><strong>%s</strong></p><p><a href="%s">%s</a></p></div>',
                esc_html__('Nothing waits for you.', 'tayang'),
                esc_url(Board_Page::url()),
                esc_html__('See what the others work on', 'tayang')
            );
            return;
        }
        printf(
            '<p class="tayang-sum" data-total="%d">%s%s</p>',
            (int) $answer['total'],
            /* translators: %d: number of tasks */
            esc_html(sprintf(_n('%d task waits for you.', '%d tasks wait for you.', (int) $answer['total'], 'tayang'), $answer['total'])),
            $answer['late'] ? sprintf(
                ' <span class="tayang-late"><span class="dashicons dashicons-warning" aria-hidden="true"></span>%s</span>',
                /* translators: %d: number of late cases */
                esc_html(sprintf(__('%d late', 'tayang'), $answer['late']))
            ) : ''
        );
        echo '<table class="widefat striped tayang-table"><thead><tr>';
        foreach ([__('Title', 'tayang'), __('What is expected of you', 'tayang'), __('Time', 'tayang'), ''] as $no => $label) {
            printf('<th scope="col"%s>%s</th>', $no === 0 ? ' class="column-primary"' : '', $label === ''
                ? '<span class="screen-reader-text">' . esc_html__('Action', 'tayang') . '</span>' : esc_html($label));
        }
        echo '</tr></thead><tbody>';
        array_map([$this, 'row'], $answer['cases']);
        echo '</tbody></table>';
    }

    private function row(Task $task): void
    {
        printf(
            '<tr data-case="%s"><td class="column-primary"><a class="row-title" href="%s">%s</a>',
            esc_attr($task->case_id),
            esc_url(Office::case_url($task->post_id)),
            esc_html($task->title())
        );
        printf('<p class="tayang-muted">%s</p>%s</td>', esc_html($task->belongs_to()), $task->marks()); // phpcs:ignore WordPress.Security.EscapeOutput -- marks() escapes
        printf(
            '<td data-colname="%s"><strong>%s</strong><p class="tayang-muted">%s</p>%s</td>',
            esc_attr__('What is expected of you', 'tayang'),
            esc_html($task->expected()),
            esc_html($task->step()),
            /* translators: %s: name of the person for whom the reader acts */
            $task->acting_for === '' ? '' : '<p>' . esc_html(sprintf(__('You act for %s.', 'tayang'), $task->acting_for)) . '</p>'
        );
        printf(
            '<td data-colname="%s">%s<p class="tayang-muted">%s</p></td><td class="tayang-go"><a class="button" href="%s">%s<span class="screen-reader-text">: %s</span></a></td></tr>',
            esc_attr__('Time', 'tayang'),
            $task->left(), // phpcs:ignore WordPress.Security.EscapeOutput -- left() escapes
            esc_html(Office::moment($task->due_at)),
            esc_url($task->url()),
            esc_html($task->verb()),
            esc_html($task->title())
        );
    }

    private function pages(int $total, int $page): void
    {
        $links = paginate_links([
            'base' => add_query_arg('paged', '%#%'),
            'format' => '',
            'total' => max(1, (int) ceil($total / self::PER_PAGE)),
            'current' => $page,
        ]);
        if ($links) {
            printf('<nav class="tablenav" aria-label="%s"><div class="tablenav-pages">%s</div></nav>', esc_attr__('Pages', 'tayang'), wp_kses_post($links));
        }
    }
}
