<?php

namespace Tayang\Ui;

defined('ABSPATH') || exit;

/**
 * Texts of board, calendar and the other list screens, by the key that their scripts use; and what those scripts must
 * know about the reader (assets/time.js reads it from window.tayangConfig).
 */
final class List_Strings
{
    /**
     * Loads one of the list screens' scripts with what it needs.
     *
     * @param array<string, mixed> $config what the screen adds
     */
    public static function enqueue(string $script, array $config = []): void
    {
        wp_enqueue_style('tayang-admin');
        wp_enqueue_script("tayang-$script");
        Assets::data('tayang-time', 'tayangConfig', $config + [
            'strings' => self::all() + Strings::panel(),
            'locale' => str_replace('_', '-', determine_locale()),
            'zone' => wp_timezone_string(),
            'user' => get_current_user_id(),
        ]);
    }

    /** @return array<string, string> */
    private static function all(): array
    {
        return self::shared() + self::board() + self::calendar();
    }

    /** @return array<string, string> */
    private static function shared(): array
    {
        return [
            'no_title' => __('(no title)', 'tayang'),
            'asking' => __('Asking the Tayang server …', 'tayang'),
            'try_again' => __('Try again', 'tayang'),
            'your_turn_mark' => __('Your turn', 'tayang'),
            'correction' => __('Correction', 'tayang'),
            'stuck' => __('Stuck', 'tayang'),
            'problem' => __('A person must look', 'tayang'),
            /* translators: %d: which attempt at a step */
            'attempt_mark' => __('Attempt %d', 'tayang'),
            /* translators: 1: name of the acting officer, 2: name of the person acted for */
            'acting' => __('%1$s for %2$s', 'tayang'),
            'being_published' => __('Being published', 'tayang'),
            /* translators: %s: date and time */
            'published_at' => __('Published %s', 'tayang'),
            /* translators: %s: date and time */
            'publishes_at' => __('Goes live %s', 'tayang'),
            'list_changed' => __('The list has changed.', 'tayang'),
            'show_new_list' => __('Show the new list', 'tayang'),
        ];
    }

    /** @return array<string, string> */
    private static function board(): array
    {
        return [
            'procedure' => __('Procedure', 'tayang'),
            'role' => __('Role', 'tayang'),
            'person' => __('Person', 'tayang'),
            'division' => __('Division', 'tayang'),
            'any_role' => __('All roles', 'tayang'),
            'any_person' => __('Everybody', 'tayang'),
            'any_division' => __('All divisions', 'tayang'),
            'mine' => __('Waits for me', 'tayang'),
            'late_only' => __('Late', 'tayang'),
            'search' => __('Search titles', 'tayang'),
            'filters' => __('Filters', 'tayang'),
            /* translators: %d: number of filters in use */
            'filters_used' => __('Filters (%d)', 'tayang'),
            'reset' => __('Clear the filters', 'tayang'),
            'refresh' => __('Refresh', 'tayang'),
            /* translators: %s: time of day */
            'as_of' => __('As of %s', 'tayang'),
            /* translators: %d: number of cases */
            'cases_open' => __('Open cases: %d', 'tayang'),
            /* translators: %d: number of late cases */
            'cases_late' => __('late: %d', 'tayang'),
            /* translators: %d: number of late cases */
            'late_count' => __('%d late', 'tayang'),
            'empty_column' => __('Nothing here.', 'tayang'),
            'no_cases' => __('No case fits these filters.', 'tayang'),
            /* translators: %d: number of cases not shown yet */
            'load_more' => __('Show more (%d)', 'tayang'),
            'board' => __('Board', 'tayang'),
            'keys' => __('Arrow keys move between cases and columns, Enter opens a case.', 'tayang'),
            'publishing_column' => __('Being published', 'tayang'),
            'published_column' => __('Published', 'tayang'),
            'last_days' => __('in the last 7 days', 'tayang'),
        ];
    }

    /** @return array<string, string> */
    private static function calendar(): array
    {
        return [
            'kind_planned' => __('Planned', 'tayang'),
            'kind_publishing' => __('Being published', 'tayang'),
            'kind_published' => __('Published', 'tayang'),
            'kind_activity' => __('Activity', 'tayang'),
            'kind_observance' => __('Observance', 'tayang'),
            'estimated' => __('estimated', 'tayang'),
            'new_greeting' => __('New greeting', 'tayang'),
            /* translators: %s: name of a feast or holiday */
            'new_greeting_for' => __('New greeting for %s', 'tayang'),
            /* translators: %d: number of further entries */
            'more_entries' => __('%d more', 'tayang'),
            'nothing_this_month' => __('Nothing is planned in this month, and nothing was published.', 'tayang'),
            /* translators: %d: number of entries */
            'entries' => __('Entries: %d', 'tayang'),
            'nothing_next' => __('Nothing is planned.', 'tayang'),
            'nothing_recent' => __('Nothing was published lately.', 'tayang'),
        ];
    }
}
