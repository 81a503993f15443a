<?php

namespace Tayang\Ui;

use Tayang\Plugin;

defined('ABSPATH') || exit;

/**
 * Tayang -> Tugas saya: the open cases, those that wait for the reader first. The sidecar is asked each time.
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
        add_menu_page('Tayang', 'Tayang', Office::CAPABILITY, self::SLUG, [$this, 'render'], 'dashicons-megaphone', 4);
        $title = __('My tasks', 'tayang');
        add_submenu_page(self::SLUG, $title, $title, Office::CAPABILITY, self::SLUG, [$this, 'render']);
    }

    public function enqueue(string $hook): void
    {
        if ($hook === 'toplevel_page_' . self::SLUG) {
            wp_enqueue_style('tayang-admin');
        }
    }

    public function render(): void
    {
        // phpcs:disable WordPress.Security.NonceVerification -- only filters what is shown
        $mine = !isset($_GET['all']);
        $page = max(1, absint($_GET['paged'] ?? 1));
        // phpcs:enable
        printf('<div class="wrap tayang-cases"><h1 class="wp-heading-inline">%s</h1>', esc_html($mine ? __('My tasks', 'tayang') : __('Open cases', 'tayang')));
        if (Assignment_Page::procedures_to_open()) {
            printf(
                ' <a class="page-title-action" href="%s">%s</a>',
                esc_url(admin_url('admin.php?page=' . Assignment_Page::SLUG)),
                esc_html__('New assignment', 'tayang')
            );
        }
        echo '<hr class="wp-header-end">';
        $this->filters($mine);
        $answer = $this->ask($mine, $page);
        if (is_wp_error($answer)) {
            printf('<div class="notice notice-warning inline"><p>%s</p></div>', esc_html($answer->get_error_message()));
        } else {
            $this->table($answer['cases'], $mine);
            $this->pages((int) $answer['total'], $page);
        }
        echo '</div>';
    }

    private function filters(bool $mine): void
    {
        $link = fn($url, $label, $current) => sprintf(
            '<li><a href="%s"%s>%s</a></li>',
            esc_url($url),
            $current ? ' class="current" aria-current="page"' : '',
            esc_html($label)
        );
        $base = admin_url('admin.php?page=' . self::SLUG);
        echo '<ul class="subsubsub">',
            $link($base, __('My tasks', 'tayang'), $mine), // phpcs:ignore WordPress.Security.EscapeOutput -- escaped above
            ' | ',
            $link($base . '&all=1', __('All open cases', 'tayang'), !$mine), // phpcs:ignore WordPress.Security.EscapeOutput
            '</ul>';
    }

    /** @return array{cases: array<int, array<string, mixed>>, total: int}|\WP_Error */
    private function ask(bool $mine, int $page)
    {
        return Plugin::instance()->sidecar->post('cases/list', [
            'actor' => get_current_user_id(),
            'mine' => $mine,
            'state' => 'open',
            'page' => $page,
            'per_page' => self::PER_PAGE,
        ]);
    }

    /** @param array<int, array<string, mixed>> $cases */
    private function table(array $cases, bool $mine): void
    {
        if (!$cases) {
            printf(
                '<p class="tayang-empty"><span class="dashicons dashicons-yes-alt" aria-hidden="true"></span> %s</p>',
                esc_html($mine ? __('Nothing waits for you.', 'tayang') : __('No case is open.', 'tayang'))
            );
            return;
        }
        printf(
            '<table class="widefat striped tayang-table"><thead><tr>'
            . '<th scope="col" class="column-primary">%s</th><th scope="col">%s</th><th scope="col">%s</th><th scope="col">%s</th></tr></thead><tbody>',
            esc_html__('Title', 'tayang'),
            esc_html__('Step', 'tayang'),
            esc_html__('Acts now', 'tayang'),
            esc_html__('Due', 'tayang')
        );
        array_map([$this, 'row'], $cases);
        echo '</tbody></table>';
    }

    /** @param array<string, mixed> $case */
    private function row(array $case): void
    {
        $activity = $case['activity'] ?? [];
        $due = (string) ($activity['due_at'] ?? '');
        [$late, $left] = Office::left($due);
        printf(
            '<tr><td class="column-primary" data-colname="%s"><a class="row-title" href="%s">%s</a><br><span class="tayang-muted">%s</span></td>',
            esc_attr__('Title', 'tayang'),
            esc_url(Office::case_url((int) $case['post_id'])),
            esc_html($case['title'] !== '' ? $case['title'] : __('(no title)', 'tayang')),
            esc_html($case['procedure']['name'] ?? '')
        );
        printf(
            '<td data-colname="%s">%s</td><td data-colname="%s">%s</td>',
            esc_attr__('Step', 'tayang'),
            esc_html($activity ? sprintf('%d. %s', $activity['no'], $activity['name']) : ''),
            esc_attr__('Acts now', 'tayang'),
            esc_html($case['who'] ?? '')
        );
        printf(
            '<td data-colname="%s"><span class="tayang-left%s">%s%s</span><br><span class="tayang-muted">%s</span></td></tr>',
            esc_attr__('Due', 'tayang'),
            $late ? ' tayang-late' : '',
            $late ? '<span class="dashicons dashicons-warning" aria-hidden="true"></span> ' : '',
            esc_html($left),
            esc_html(Office::moment($due))
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
            echo '<div class="tablenav"><div class="tablenav-pages">', wp_kses_post($links), '</div></div>';
        }
    }
}
