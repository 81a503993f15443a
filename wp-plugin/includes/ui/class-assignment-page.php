<?php

namespace Tayang\Ui;

use Tayang\Sop;

defined('ABSPATH') || exit;

/**
 * Tayang -> Penugasan baru: the disposition that opens a case. assets/assignment.js sends it to tayang/v1/assignments,
 * so that a refusal stands beside the form and nothing typed is lost.
 */
final class Assignment_Page
{
    public const SLUG = 'tayang-assignment';

    public function register(): void
    {
        add_action('admin_menu', [$this, 'add_page'], 11);
        add_action('admin_head', [$this, 'hide_from_others']);
        add_action('admin_enqueue_scripts', [$this, 'enqueue']);
    }

    public function add_page(): void
    {
        $title = __('New assignment', 'tayang');
        add_submenu_page(Cases_Page::SLUG, $title, $title, Office::CAPABILITY, self::SLUG, [$this, 'render']);
    }

    /** Who opens no procedure gets no menu entry; the page, if they find it, says who does. */
    public function hide_from_others(): void
    {
        if (!self::procedures_to_open()) {
            remove_submenu_page(Cases_Page::SLUG, self::SLUG);
        }
    }

    public function enqueue(string $hook): void
    {
        if (!str_ends_with($hook, '_page_' . self::SLUG)) {
            return;
        }
        wp_enqueue_style('tayang-admin');
        if (current_user_can('upload_files')) {
            wp_enqueue_media();
        }
        wp_enqueue_script('tayang-assignment');
        Assets::data('tayang-assignment', 'tayangAssignment', $this->config());
    }

    /** @return array<int, array<string, mixed>> The procedures that the reader may open. */
    public static function procedures_to_open(): array
    {
        $roles = Office::roles_of(get_current_user_id());
        return array_values(array_filter(
            Office::procedures(),
            fn($procedure) => array_intersect($roles, Sop::openers($procedure)) !== []
        ));
    }

    public function render(): void
    {
        echo '<div class="wrap tayang-assignment"><h1>', esc_html__('New assignment', 'tayang'), '</h1>';
        $procedures = self::procedures_to_open();
        if ($procedures) {
            $this->form($procedures);
        } else {
            $this->explain();
        }
        echo '</div>';
    }

    /** Why there is no form, and who can help. */
    private function explain(): void
    {
        $roles = Office::roles();
        $lines = [];
        foreach (Office::procedures() as $procedure) {
            $names = array_map(fn($key) => $roles[$key] ?? $key, Sop::openers($procedure));
            /* translators: 1: procedure, 2: roles */
            $lines[] = sprintf(__('%1$s: %2$s', 'tayang'), Sop::text($procedure['name']), implode(', ', $names));
        }
        $reason = $lines
            ? __('An assignment is given by somebody with one of these roles:', 'tayang')
            : __('The Tayang server is not connected yet. An administrator does that under Settings, Tayang.', 'tayang');
        printf('<div class="notice notice-info inline"><p>%s</p>', esc_html($reason));
        if ($lines) {
            echo '<ul class="ul-disc"><li>', implode('</li><li>', array_map('esc_html', $lines)), '</li></ul>';
        }
        echo '</div>';
    }

    /** @param array<int, array<string, mixed>> $procedures */
    private function form(array $procedures): void
    {
        echo '<form id="tayang-assignment" class="tayang-form"><div class="tayang-form-error notice notice-error inline" role="alert" hidden><p></p></div>';
        $this->field('procedure', __('Procedure', 'tayang'), $this->select('procedure', array_combine(
            array_column($procedures, 'key'),
            array_map(fn($procedure) => Sop::text($procedure['name']), $procedures)
        )), '', true);
        $this->field('occasion', __('Occasion', 'tayang'), $this->select('occasion', []), '', true);
        $this->field('activity', __('Activity', 'tayang'), $this->input('activity', 'text', 'required maxlength="200"'), __('Also the first title of the draft.', 'tayang'), true);
        $this->field('activity_date', __('Date', 'tayang'), $this->input('activity_date', 'date'));
        $this->field('place', __('Place', 'tayang'), $this->input('place', 'text', 'maxlength="200"'));
        $this->field('division', __('Division in charge', 'tayang'), $this->input('division', 'text', 'maxlength="200"'));
        $this->field('number', __('Number of the disposition', 'tayang'), $this->input('number', 'text', 'maxlength="100"'));
        $this->field('note', __('Instruction', 'tayang'), '<textarea id="tayang-note" name="note" rows="4" class="large-text"></textarea>');
        $this->field('attachment_id', __('Scan of the disposition', 'tayang'), $this->scan());
        $this->field('assignee', __('Assigned to', 'tayang'), $this->select('assignee', ['' => __('Anyone who holds the role', 'tayang')]), '<span data-role-name></span>');
        printf(
            '<p class="submit"><button type="submit" class="button button-primary button-hero">%s</button> <span class="spinner"></span></p></form>',
            esc_html__('Give the assignment', 'tayang')
        );
    }

    private function field(string $name, string $label, string $control, string $help = '', bool $required = false): void
    {
        printf(
            '<div class="tayang-field" data-field="%1$s"><label for="tayang-%1$s">%2$s%3$s</label>%4$s<p class="description">%5$s</p><p class="tayang-field-error" hidden></p></div>',
            esc_attr($name),
            esc_html($label),
            $required ? ' <span class="tayang-required" aria-hidden="true">*</span>' : '',
            $control, // phpcs:ignore WordPress.Security.EscapeOutput -- made by input(), select(), scan(), which escape
            wp_kses($help, ['span' => ['data-role-name' => true]])
        );
    }

    private function input(string $name, string $type, string $more = ''): string
    {
        return sprintf('<input id="tayang-%1$s" name="%1$s" type="%2$s" class="regular-text" %3$s>', esc_attr($name), esc_attr($type), $more);
    }

    /** @param array<string, string> $options */
    private function select(string $name, array $options): string
    {
        $html = sprintf('<select id="tayang-%1$s" name="%1$s">', esc_attr($name));
        foreach ($options as $value => $label) {
            $html .= sprintf('<option value="%s">%s</option>', esc_attr((string) $value), esc_html($label));
        }
        return $html . '</select>';
    }

    private function scan(): string
    {
        if (!current_user_can('upload_files')) {
            return '<span class="tayang-muted">' . esc_html__('You may not upload files on this site.', 'tayang') . '</span>';
        }
        return sprintf(
            '<input type="hidden" name="attachment_id" value=""><span class="tayang-scan-name"></span>'
            . ' <button type="button" id="tayang-attachment_id" class="button" data-scan-choose>%s</button>'
            . ' <button type="button" class="button-link" data-scan-clear hidden>%s</button>',
            esc_html__('Choose or upload', 'tayang'),
            esc_html__('Remove', 'tayang')
        );
    }

    /** @return array<string, mixed> */
    private function config(): array
    {
        $roles = Office::roles();
        $procedures = [];
        foreach (self::procedures_to_open() as $procedure) {
            $next = $procedure['activities'][1]['role'] ?? '';
            $first = $procedure['activities'][0]['role'] ?? '';
            $procedures[$procedure['key']] = [
                'occasions' => Office::occasions($procedure),
                // Only a holder of the first role assigns in the same breath; others open and leave that to them.
                'assigns' => in_array($first, Office::roles_of(get_current_user_id()), true),
                'next_role' => $roles[$next] ?? $next,
                'people' => Office::holders($next),
            ];
        }
        return [
            'procedures' => (object) $procedures,
            'case_url' => admin_url('admin.php?page=tayang-case&post='),
            'strings' => [
                'required' => __('Please fill this in.', 'tayang'),
                /* translators: %s: role */
                'next_role' => __('The next step belongs to: %s', 'tayang'),
                'scan_title' => __('Scan of the disposition', 'tayang'),
                'scan_button' => __('Use this file', 'tayang'),
                'sending' => __('The assignment is being sent …', 'tayang'),
            ],
        ];
    }
}
