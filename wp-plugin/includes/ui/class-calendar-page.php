<?php

namespace Tayang\Ui;

defined('ABSPATH') || exit;

/**
 * Tayang -> Kalender: what is planned, being published and published, the activities, and coming observances. The
 * month stands in the address; assets/calendar.js fills it from tayang/v1/calendar.
 */
final class Calendar_Page
{
    public const SLUG = 'tayang-calendar';

    public function register(): void
    {
        add_action('admin_menu', [$this, 'add_page'], 10);
        add_action('admin_enqueue_scripts', [$this, 'enqueue']);
    }

    public function add_page(): void
    {
        $title = __('Calendar', 'tayang');
        add_submenu_page(Cases_Page::SLUG, $title, $title, Office::CAPABILITY, self::SLUG, [$this, 'render']);
    }

    public function enqueue(string $hook): void
    {
        if (!str_ends_with($hook, '_page_' . self::SLUG)) {
            return;
        }
        [$from, $to] = self::span(self::month());
        List_Strings::enqueue('calendar', ['calendar' => [
            'from' => $from->format('Y-m-d'),
            'to' => $to->format('Y-m-d'),
            'month' => self::month()->format('Y-m'),
            'greeting_url' => self::greeting_url(),
        ]]);
    }

    public function render(): void
    {
        $month = self::month();
        $view = self::view();
        printf('<div class="wrap tayang-calendar-page is-%s"><h1 class="wp-heading-inline">%s</h1>', esc_attr($view), esc_html__('Calendar', 'tayang'));
        Assignment_Page::link();
        echo '<hr class="wp-header-end">';
        $this->bar($month, $view);
        $this->legend();
        echo '<div class="tayang-calendar-state" role="status"><span class="spinner is-active"></span> ',
            esc_html__('Asking the Tayang server …', 'tayang'), '</div>';
        $this->grid($month);
        echo '<div class="tayang-agenda"></div>';
        printf('<noscript><p>%s</p></noscript></div>', esc_html__('The calendar needs JavaScript.', 'tayang'));
    }

    private function bar(\DateTimeImmutable $month, string $view): void
    {
        $link = static fn(string $class, string $url, string $label, string $icon = '', bool $current = false): string => sprintf(
            '<a class="button %s" href="%s"%s>%s</a>',
            esc_attr($class),
            esc_url($url),
            $current ? ' aria-current="true"' : '',
            $icon === '' ? esc_html($label) : sprintf(
                '<span class="dashicons dashicons-%s" aria-hidden="true"></span><span class="screen-reader-text">%s</span>',
                esc_attr($icon),
                esc_html($label)
            )
        );
        $at = static fn(\DateTimeImmutable $m): string => self::url($m, $view);
        // phpcs:disable WordPress.Security.EscapeOutput -- $link escapes
        printf('<nav class="tayang-calendar-bar" aria-label="%s"><h2 id="tayang-month" aria-live="off">%s</h2>', esc_attr__('Month', 'tayang'), esc_html(self::name($month)));
        echo '<div class="tayang-calendar-steps">',
            $link('tayang-previous', $at($month->modify('-1 month')), self::name($month->modify('-1 month')), 'arrow-left-alt2'),
            $link('tayang-today', $at(self::this_month()), __('Today', 'tayang')),
            $link('tayang-next', $at($month->modify('+1 month')), self::name($month->modify('+1 month')), 'arrow-right-alt2'),
            '</div><div class="tayang-calendar-views">',
            $link('', self::url($month, 'month'), __('Month', 'tayang'), '', $view === 'month'),
            $link('', self::url($month, 'list'), __('List', 'tayang'), '', $view === 'list'),
            '</div></nav>';
        // phpcs:enable
    }

    private function legend(): void
    {
        $kinds = [
            'planned' => __('Planned', 'tayang'),
            'publishing' => __('Being published', 'tayang'),
            'published' => __('Published', 'tayang'),
            'activity' => __('Activity', 'tayang'),
            'observance' => __('Observance', 'tayang'),
        ];
        printf('<ul class="tayang-legend" aria-label="%s">', esc_attr__('Legend', 'tayang'));
        foreach ($kinds as $kind => $label) {
            printf('<li class="tayang-entry is-%s"><span class="tayang-entry-icon" aria-hidden="true"></span>%s</li>', esc_attr($kind), esc_html($label));
        }
        echo '</ul>';
    }

    private function grid(\DateTimeImmutable $month): void
    {
        global $wp_locale;
        [$from, $to] = self::span($month);
        echo '<table class="tayang-month" aria-labelledby="tayang-month"><thead><tr>';
        foreach ([1, 2, 3, 4, 5, 6, 0] as $day) {
            $name = $wp_locale->get_weekday($day);
            printf('<th scope="col"><abbr title="%s">%s</abbr></th>', esc_attr($name), esc_html($wp_locale->get_weekday_abbrev($name)));
        }
        echo '</tr></thead><tbody>';
        $today = wp_date('Y-m-d');
        for ($day = $from; $day <= $to; $day = $day->modify('+1 day')) {
            echo $day->format('N') === '1' ? '<tr>' : '';
            $date = $day->format('Y-m-d');
            printf(
                '<td data-date="%1$s" class="%2$s"%3$s><time class="tayang-day" datetime="%1$s"><span aria-hidden="true">%4$d</span><span class="screen-reader-text">%5$s</span></time></td>',
                esc_attr($date),
                esc_attr(($day->format('Y-m') === $month->format('Y-m') ? '' : 'is-outside ') . ($date === $today ? 'is-today' : '')),
                $date === $today ? ' aria-current="date"' : '',
                (int) $day->format('j'),
                esc_html(self::say($day, 'j F'))
            );
            echo $day->format('N') === '7' ? '</tr>' : '';
        }
        echo '</tbody></table>';
    }

    /** The month of the address, else this one. */
    private static function month(): \DateTimeImmutable
    {
        $given = sanitize_text_field(wp_unslash($_GET['month'] ?? '')); // phpcs:ignore WordPress.Security.NonceVerification -- only chooses what is shown
        $is_month = preg_match('/^(20\d\d)-(0[1-9]|1[0-2])$/', $given) === 1;
        return $is_month ? new \DateTimeImmutable("$given-01", wp_timezone()) : self::this_month();
    }

    private static function view(): string
    {
        return sanitize_key($_GET['view'] ?? '') === 'list' ? 'list' : 'month'; // phpcs:ignore WordPress.Security.NonceVerification
    }

    private static function this_month(): \DateTimeImmutable
    {
        return (new \DateTimeImmutable('now', wp_timezone()))->modify('first day of this month midnight');
    }

    /** @return array{\DateTimeImmutable, \DateTimeImmutable} Whole weeks, from a Monday to a Sunday. */
    private static function span(\DateTimeImmutable $month): array
    {
        $last = $month->modify('last day of this month');
        return [
            $month->modify('-' . ((int) $month->format('N') - 1) . ' days'),
            $last->modify('+' . (7 - (int) $last->format('N')) . ' days'),
        ];
    }

    private static function name(\DateTimeImmutable $month): string
    {
        return self::say($month, 'F Y');
    }

    /** A day in the reader's language. */
    private static function say(\DateTimeImmutable $day, string $format): string
    {
        return (string) wp_date($format, $day->getTimestamp());
    }

    private static function url(\DateTimeImmutable $month, string $view): string
    {
        $query = ['month' => $month->format('Y-m')] + ($view === 'list' ? ['view' => 'list'] : []);
        return add_query_arg($query, admin_url('admin.php?page=' . self::SLUG));
    }

    /** Where an observance leads who may open a greeting; empty for the others. */
    private static function greeting_url(): string
    {
        foreach (Assignment_Page::procedures_to_open() as $procedure) {
            if (!empty($procedure['occasions'])) {
                return Assignment_Page::url(['procedure' => $procedure['key']]);
            }
        }
        return '';
    }
}
