<?php

namespace Tayang\Ui;

use Tayang\Plugin;
use Tayang\Sop;

defined('ABSPATH') || exit;

/**
 * Tayang -> Penugasan baru: the disposition that opens a case. assets/assignment.js sends it to tayang/v1/assignments,
 * so that a refusal stands beside the form and nothing typed is lost.
 */
final class Assignment_Page
{
    public const SLUG = 'tayang-assignment';

    /** Value of the list of divisions that opens the field for another one; no division is called so. */
    private const OTHER = '~';
    private const FIELDS = ['procedure', 'occasion', 'activity', 'title', 'activity_date', 'place', 'division', 'number', 'note', 'assignee'];

    public function register(): void
    {
        add_action('admin_menu', [$this, 'add_page'], 12);
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

    /** Address of the form, filled in: `procedure` and any field of it. @param array<string, string> $values */
    public static function url(array $values = []): string
    {
        return add_query_arg(array_map('rawurlencode', $values), admin_url('admin.php?page=' . self::SLUG));
    }

    /** The button beside a page's title, for who opens cases. */
    public static function link(): void
    {
        if (self::procedures_to_open()) {
            printf(' <a class="page-title-action" href="%s">%s</a>', esc_url(self::url()), esc_html__('New assignment', 'tayang'));
        }
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
        printf(
            '<form id="tayang-assignment" class="tayang-form" novalidate><p class="description">%s</p>',
            /* translators: %s: a star */
            sprintf(esc_html__('Fields with %s must be filled in.', 'tayang'), '<span class="tayang-required" aria-hidden="true">*</span>')
        );
        echo '<div class="tayang-form-error notice notice-error inline" role="alert" tabindex="-1" hidden><p></p></div>';
        $this->section(__('What it is about', 'tayang'));
        $this->field('procedure', __('Procedure', 'tayang'), $this->select('procedure', array_combine(
            array_column($procedures, 'key'),
            array_map(fn($procedure) => Sop::text($procedure['name']), $procedures)
        ), 'required'), '', true);
        $this->field('occasion', __('Occasion', 'tayang'), $this->select('occasion', []), '', true);
        $this->field('activity', __('Activity', 'tayang'), $this->input('activity', 'text', 'required maxlength="200"'), '', true);
        $this->field('title', __('Title of the draft', 'tayang'), $this->input('title', 'text', 'maxlength="200"'), __('Left empty, the activity is the first title. The writer may change it.', 'tayang'));
        echo '<div class="tayang-field-row">';
        $this->field('activity_date', __('Date', 'tayang'), $this->input('activity_date', 'date'));
        $this->field('place', __('Place', 'tayang'), $this->input('place', 'text', 'maxlength="200"'));
        echo '</div>';
        $this->division();
        $this->section(__('Disposition', 'tayang'));
        $this->field('number', __('Number of the disposition', 'tayang'), $this->input('number', 'text', 'maxlength="100"'));
        $this->field('note', __('Instruction', 'tayang'), '<textarea id="tayang-note" name="note" rows="4" maxlength="5000" class="large-text"></textarea>');
        $this->field('attachment_id', __('Scan of the disposition', 'tayang'), $this->scan());
        $this->section(__('Who carries it out', 'tayang'));
        $this->field('assignee', __('Assigned to', 'tayang'), $this->select('assignee', ['' => __('Anyone who holds the role', 'tayang')]), '<span data-role-name></span>');
        printf(
            '<p class="submit"><button type="submit" class="button button-primary button-hero">%s</button> <span class="spinner"></span></p></form>',
            esc_html__('Give the assignment', 'tayang')
        );
    }

    private function section(string $title): void
    {
        printf('<h2>%s</h2>', esc_html($title));
    }

    /** The office's divisions to choose from, and a field for what is not among them. */
    private function division(): void
    {
        $names = Plugin::instance()->settings->divisions();
        $options = ['' => __('None', 'tayang')] + array_combine($names, $names) + [self::OTHER => __('Another one …', 'tayang')];
        $other = sprintf(
            '<span data-division-other hidden><label for="tayang-division_other">%s</label>%s</span>',
            esc_html__('Name of the division', 'tayang'),
            $this->input('division_other', 'text', 'maxlength="200"')
        );
        $this->field('division', __('Division in charge', 'tayang'), $this->select('division', $options) . $other);
    }

    private function field(string $name, string $label, string $control, string $help = '', bool $required = false): void
    {
        printf(
            '<div class="tayang-field" data-field="%1$s"><label for="tayang-%1$s">%2$s%3$s</label>%4$s%5$s<p class="tayang-field-error" id="tayang-%1$s-error" hidden></p></div>',
            esc_attr($name),
            esc_html($label),
            $required ? ' <span class="tayang-required" aria-hidden="true">*</span>' : '',
            // phpcs:ignore WordPress.Security.EscapeOutput -- made by input(), select(), scan(), which escape
            $help === '' ? str_replace("tayang-$name-help ", '', $control) : $control,
            $help === '' ? '' : sprintf(
                '<p class="description" id="tayang-%s-help">%s</p>',
                esc_attr($name),
                wp_kses($help, ['span' => ['data-role-name' => true]])
            )
        );
    }

    private function input(string $name, string $type, string $more = ''): string
    {
        return sprintf(
            '<input id="tayang-%1$s" name="%1$s" type="%2$s" class="regular-text" aria-describedby="tayang-%1$s-help tayang-%1$s-error" %3$s>',
            esc_attr($name),
            esc_attr($type),
            $more
        );
    }

    /** @param array<string, string> $options */
    private function select(string $name, array $options, string $more = ''): string
    {
        $html = sprintf('<select id="tayang-%1$s" name="%1$s" aria-describedby="tayang-%1$s-help tayang-%1$s-error" %2$s>', esc_attr($name), $more);
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
            '<div><input type="hidden" name="attachment_id" value=""><span class="tayang-scan-name" role="status"></span>'
            . ' <button type="button" id="tayang-attachment_id" class="button" data-scan-choose>%s</button>'
            . ' <button type="button" class="button-link" data-scan-clear hidden>%s</button></div>',
            esc_html__('Choose or upload', 'tayang'),
            esc_html__('Remove', 'tayang')
        );
    }

    /** @return array<string, string> What the address fills in: from the calendar, or from a link that somebody made. */
    private static function given(): array
    {
        $values = [];
        foreach (self::FIELDS as $name) {
            // phpcs:ignore WordPress.Security.NonceVerification -- only fills a form that the person sends
            $value = sanitize_text_field(wp_unslash($_GET[$name] ?? ''));
            if ($value !== '') {
                $values[$name] = $value;
            }
        }
        return $values;
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
            'given' => (object) self::given(),
            'other' => self::OTHER,
            'strings' => [
                'required' => __('Please fill this in.', 'tayang'),
                'choose' => __('— Choose —', 'tayang'),
                'bad_date' => __('Please give a date.', 'tayang'),
                /* translators: %d: number of fields */
                'errors' => __('Fields to correct: %d', 'tayang'),
                'leave' => __('The assignment has not been given yet.', 'tayang'),
                /* translators: %s: role */
                'next_role' => __('The next step belongs to: %s', 'tayang'),
                'scan_title' => __('Scan of the disposition', 'tayang'),
                'scan_button' => __('Use this file', 'tayang'),
                'sending' => __('The assignment is being sent …', 'tayang'),
            ],
        ];
    }
}
