<?php

namespace Tayang\Ui;

use Tayang\Capabilities;
use Tayang\Plugin;
use Tayang\Sop;
use Tayang\Working_Copy;

defined('ABSPATH') || exit;

/**
 * One case that waits for the reader, from the sidecar's card or from the mirror in WordPress: the same words on every
 * screen. Title and step stand as plain text; marks() and left() are escaped HTML.
 */
final class Task
{
    private function __construct(
        public readonly string $case_id,
        public readonly int $post_id,
        private readonly string $title,
        public readonly string $due_at,
        private readonly int $no,
        private readonly string $activity,
        private readonly string $kind,
        private readonly string $procedure,
        private readonly string $occasion = '',
        private readonly string $division = '',
        private readonly int $attempt = 1,
        private readonly bool $is_correction = false,
        private readonly bool $has_problems = false,
        public readonly string $acting_for = ''
    ) {
    }

    /** Whether the reader has a role in the SOP at all. */
    public static function has_part(): bool
    {
        return Capabilities::roles_of(get_current_user_id()) !== [];
    }

    /** @param array<string, mixed> $card of the sidecar */
    public static function from_card(array $card): self
    {
        $activity = $card['activity'] ?? [];
        $me = get_current_user_id();
        $acting_for = '';
        foreach ($card['may_act'] ?? [] as $one) {
            $acting_for = (int) $one['person'] === $me ? (string) ($one['acting_for_name'] ?? '') : $acting_for;
        }
        $procedure = $card['procedure'] ?? '';
        $key = is_array($procedure) ? (string) $procedure['key'] : (string) $procedure;
        return new self(
            (string) $card['case_id'],
            (int) $card['post_id'],
            (string) $card['title'],
            (string) ($activity['due_at'] ?? ''),
            (int) ($activity['no'] ?? 0),
            (string) ($activity['name'] ?? ''),
            self::kind_of($key, (int) ($activity['no'] ?? 0)),
            $key,
            self::occasion_name($key, (string) ($card['occasion'] ?? '')),
            (string) ($card['division'] ?? ''),
            (int) ($activity['attempt'] ?? 1),
            ($card['corrects'] ?? '') !== '',
            (int) ($card['problems'] ?? 0) > 0,
            $acting_for
        );
    }

    /**
     * @param array<int, int> $post_ids
     * @return array<int, self> those that have a mirror; two queries for all of them
     */
    public static function from_posts(array $post_ids): array
    {
        _prime_post_caches($post_ids, false, true);
        $tasks = [];
        foreach ($post_ids as $post_id) {
            $mirror = Plugin::instance()->cases->get($post_id);
            if (!$mirror || !get_post($post_id)) {
                continue;
            }
            $status = Plugin::instance()->sop->statuses()[$mirror['status']] ?? [];
            $tasks[] = new self(
                (string) $mirror['case_id'],
                $post_id,
                html_entity_decode(wp_strip_all_tags(get_the_title($post_id)), ENT_QUOTES | ENT_HTML5),
                (string) ($mirror['due_at'] ?? ''),
                (int) $mirror['activity_no'],
                (string) $mirror['activity_name'],
                (string) ($status['kind'] ?? ''),
                (string) ($status['procedure'] ?? ''),
                is_correction: ($mirror['corrects'] ?? '') !== ''
            );
        }
        return $tasks;
    }

    public function title(): string
    {
        return $this->title !== '' ? $this->title : __('(no title)', 'tayang');
    }

    /** Procedure, occasion and division, as far as known. */
    public function belongs_to(): string
    {
        $procedure = Plugin::instance()->sop->procedure($this->procedure);
        $parts = [$procedure ? Sop::text($procedure['name']) : '', $this->occasion, $this->division];
        return implode(' · ', array_filter($parts, 'strlen'));
    }

    /** "Step 4 of 10: Checks the material". */
    public function step(): string
    {
        $procedure = Plugin::instance()->sop->procedure($this->procedure);
        /* translators: 1: number of the step, 2: number of steps, 3: name of the step */
        return $procedure ? sprintf(__('Step %1$d of %2$d: %3$s', 'tayang'), $this->no, count($procedure['activities']), $this->activity) : $this->activity;
    }

    /** What the reader shall do, in a few words. */
    public function expected(): string
    {
        return match ($this->kind) {
            'assign' => __('Name who carries it out', 'tayang'),
            'work' => __('Write and submit', 'tayang'),
            'decide' => __('Approve or return', 'tayang'),
            'handover' => __('Hand over', 'tayang'),
            'publish' => __('Publish', 'tayang'),
            default => $this->activity,
        };
    }

    /** The button that leads to it. */
    public function verb(): string
    {
        return match ($this->kind) {
            'work' => $this->may_write() ? __('Write', 'tayang') : __('Open', 'tayang'),
            'decide' => __('Review', 'tayang'),
            default => __('Open', 'tayang'),
        };
    }

    /** The editor for who writes, the case's page for everybody else. */
    public function url(): string
    {
        return $this->kind === 'work' && $this->may_write()
            ? (string) get_edit_post_link($this->words(), 'raw')
            : Office::case_url($this->post_id);
    }

    /** Time left or late, with a sign and in words. */
    public function left(): string
    {
        [$late, $text] = Office::left($this->due_at);
        return $text === '' ? '' : sprintf(
            '<span class="tayang-left%s"><span class="dashicons dashicons-%s" aria-hidden="true"></span> %s</span>',
            $late ? ' tayang-late' : '',
            $late ? 'warning' : 'clock',
            esc_html($text)
        );
    }

    public function is_late(): bool
    {
        return Office::left($this->due_at)[0];
    }

    /** Second attempt, correction, something given up. */
    public function marks(): string
    {
        $marks = [
            /* translators: %d: which attempt at a step */
            'attempt' => $this->attempt > 1 ? sprintf(__('Attempt %d', 'tayang'), $this->attempt) : '',
            'correction' => $this->is_correction ? __('Correction', 'tayang') : '',
            'stuck' => $this->has_problems ? __('A person must look', 'tayang') : '',
        ];
        $html = '';
        foreach (array_filter($marks, 'strlen') as $kind => $label) {
            $html .= sprintf('<span class="tayang-mark is-%s">%s</span> ', esc_attr($kind), esc_html($label));
        }
        return $html === '' ? '' : '<p class="tayang-marks">' . $html . '</p>';
    }

    private function may_write(): bool
    {
        return current_user_can('edit_post', $this->words());
    }

    /** The post in which the words are written: the working copy of a correction. */
    private function words(): int
    {
        return Working_Copy::working($this->post_id);
    }

    private static function kind_of(string $procedure, int $no): string
    {
        $activities = Plugin::instance()->sop->procedure($procedure)['activities'] ?? [];
        return (string) (array_column($activities, 'kind', 'no')[$no] ?? '');
    }

    private static function occasion_name(string $procedure, string $key): string
    {
        $occasions = Office::occasions(Plugin::instance()->sop->procedure($procedure) ?? []);
        return (string) (array_column($occasions, 'name', 'key')[$key] ?? $key);
    }
}
