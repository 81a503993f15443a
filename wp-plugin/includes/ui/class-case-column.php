<?php

namespace Tayang\Ui;

use Tayang\Case_Mirror;
use Tayang\Plugin;
use Tayang\Sop;
use Tayang\Waiting;
use Tayang\Working_Copy;

defined('ABSPATH') || exit;

/**
 * The lists of posts: a column with the step, who acts and the time left, a filter, and a view "Waits for me". All of it
 * from meta that core has loaded for the list anyway: no query per row, nothing remote.
 */
final class Case_Column
{
    private const COLUMN = 'tayang';
    private const FILTER = 'tayang';

    private bool $is_primed = false;

    public function register(): void
    {
        add_action('load-edit.php', [$this, 'on_list']);
        // Quick edit answers with a row of its own.
        add_action('wp_ajax_inline-save', [$this, 'add_column'], 0);
    }

    public function on_list(): void
    {
        if (in_array(get_current_screen()->post_type, Office::post_types(), true)) {
            $this->add_column();
            add_action('restrict_manage_posts', [$this, 'filter']);
            add_action('pre_get_posts', [$this, 'narrow']);
            add_filter('views_' . get_current_screen()->id, [$this, 'view']);
        }
    }

    public function add_column(): void
    {
        foreach (Office::post_types() as $type) {
            add_filter("manage_{$type}_posts_columns", [$this, 'column']);
            add_action("manage_{$type}_posts_custom_column", [$this, 'cell'], 10, 2);
        }
    }

    /**
     * @param array<string, string> $columns
     * @return array<string, string> with ours right after the title
     */
    public function column(array $columns): array
    {
        $at = (int) array_search('title', array_keys($columns), true) + 1;
        return array_slice($columns, 0, $at) + [self::COLUMN => __('SOP', 'tayang')] + array_slice($columns, $at);
    }

    public function cell(string $column, int $post_id): void
    {
        if ($column !== self::COLUMN) {
            return;
        }
        $this->prime();
        $mirror = Plugin::instance()->cases->get($post_id) ?? [];
        $words = match ($mirror['state'] ?? '') {
            'open' => $this->open($mirror),
            'publishing' => self::line('update', __('Being published', 'tayang')),
            'published' => self::line('yes-alt', __('Published by the SOP', 'tayang')),
            'cancelled' => self::line('dismiss', __('Cancelled', 'tayang')),
            default => '<span aria-hidden="true">—</span><span class="screen-reader-text">' . esc_html__('No case', 'tayang') . '</span>',
        };
        echo $words; // phpcs:ignore WordPress.Security.EscapeOutput -- open() and line() escape
        if (($mirror['corrects'] ?? '') !== '') {
            printf('<br><span class="tayang-mark is-correction">%s</span>', esc_html__('Correction', 'tayang'));
        }
    }

    public function filter(string $post_type): void
    {
        $chosen = self::chosen();
        printf('<label class="screen-reader-text" for="tayang-filter">%s</label><select name="%s" id="tayang-filter">', esc_html__('Filter by the SOP', 'tayang'), esc_attr(self::FILTER));
        $options = [
            '' => __('SOP: everything', 'tayang'),
            'mine' => __('Waits for me', 'tayang'),
            'late' => __('Late', 'tayang'),
            'published' => __('Published by the SOP', 'tayang'),
            'none' => __('Without a case', 'tayang'),
        ];
        foreach ($options as $value => $label) {
            self::option($value, $label, $chosen);
        }
        foreach (Office::procedures() as $procedure) {
            if ($procedure['post_type'] !== $post_type) {
                continue;
            }
            printf('<optgroup label="%s">', esc_attr(Sop::text($procedure['name'])));
            foreach ($procedure['activities'] as $activity) {
                $role = Plugin::instance()->sop->role_name($activity['role']);
                /* translators: 1: number of the step, 2: role */
                self::option($activity['status'], sprintf(__('Step %1$d · %2$s', 'tayang'), $activity['no'], $role), $chosen);
            }
            echo '</optgroup>';
        }
        echo '</select>';
    }

    public function narrow(\WP_Query $query): void
    {
        $chosen = self::chosen();
        if ($chosen === '' || !$query->is_main_query()) {
            return;
        }
        if (Sop::is_step_status($chosen)) {
            $query->set('post_status', $chosen);
            return;
        }
        $clause = match ($chosen) {
            'mine' => ['key' => Waiting::MAY_ACT, 'value' => (string) get_current_user_id()],
            'late' => ['key' => Waiting::DUE, 'value' => time(), 'compare' => '<', 'type' => 'UNSIGNED'],
            'published' => ['key' => Case_Mirror::PUBLISHED, 'compare' => 'EXISTS'],
            'none' => ['key' => Case_Mirror::META, 'compare' => 'NOT EXISTS'],
            default => null,
        };
        if ($clause) {
            $query->set('meta_query', array_filter([...(array) $query->get('meta_query'), $clause]));
        }
    }

    /**
     * @param array<string, string> $views
     * @return array<string, string> with "Waits for me" while something does
     */
    public function view(array $views): array
    {
        $type = get_current_screen()->post_type;
        $count = Task::has_part() ? Plugin::instance()->waiting->count_of_type(get_current_user_id(), $type) : 0;
        if ($count || self::chosen() === 'mine') {
            $views['tayang_mine'] = sprintf(
                '<a href="%s"%s>%s <span class="count">(%s)</span></a>',
                esc_url(add_query_arg(['post_type' => $type, self::FILTER => 'mine'], admin_url('edit.php'))),
                self::chosen() === 'mine' ? ' class="current" aria-current="page"' : '',
                esc_html__('Waits for me', 'tayang'),
                esc_html(number_format_i18n($count))
            );
        }
        return $views;
    }

    /** @param array<string, mixed> $mirror */
    private function open(array $mirror): string
    {
        $sop = Plugin::instance()->sop;
        $procedure = $sop->procedure((string) ($sop->statuses()[$mirror['status']]['procedure'] ?? ''));
        $step = $procedure
            /* translators: 1: number of the step, 2: number of steps */
            ? sprintf(__('Step %1$d of %2$d', 'tayang'), $mirror['activity_no'], count($procedure['activities']))
            /* translators: %d: number of the step */
            : sprintf(__('Step %d', 'tayang'), $mirror['activity_no']);
        [$late, $left] = Office::left((string) ($mirror['due_at'] ?? ''));
        $mine = in_array(get_current_user_id(), array_map('intval', $mirror['may_act'] ?? []), true);
        return sprintf('<strong>%s</strong>', esc_html($step))
            . ($mine ? ' <span class="tayang-mark is-mine">' . esc_html__('Your turn', 'tayang') . '</span>' : '')
            . sprintf('<br><span class="tayang-muted">%s</span>', esc_html((string) ($mirror['who'] ?? '')))
            . ($left === '' ? '' : '<br>' . self::line($late ? 'warning' : 'clock', $left, $late ? 'tayang-late' : ''));
    }

    private static function line(string $icon, string $text, string $class = ''): string
    {
        return sprintf(
            '<span class="tayang-left %s"><span class="dashicons dashicons-%s" aria-hidden="true"></span> %s</span>',
            esc_attr($class),
            esc_attr($icon),
            esc_html($text)
        );
    }

    private static function option(string $value, string $label, string $chosen): void
    {
        printf('<option value="%s"%s>%s</option>', esc_attr($value), selected($value, $chosen, false), esc_html($label));
    }

    private static function chosen(): string
    {
        return sanitize_key($_GET[self::FILTER] ?? ''); // phpcs:ignore WordPress.Security.NonceVerification -- only filters what is shown
    }

    /** The posts that working copies in this list belong to, in one query. */
    private function prime(): void
    {
        global $wp_query;
        if ($this->is_primed) {
            return;
        }
        $this->is_primed = true;
        $ids = [];
        foreach ($wp_query->posts ?? [] as $post) {
            $ids[] = (int) get_post_meta(is_object($post) ? $post->ID : (int) $post, Working_Copy::OF, true);
        }
        if (array_filter($ids)) {
            update_meta_cache('post', array_filter($ids));
        }
    }
}
