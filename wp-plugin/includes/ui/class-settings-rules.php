<?php

namespace Tayang\Ui;

use Tayang\Capabilities;
use Tayang\Plugin;
use Tayang\Settings;

defined('ABSPATH') || exit;

/**
 * The office's own rules on the settings page: what goes through the SOP, who sees what, its divisions.
 */
final class Settings_Rules
{
    public function __construct(private readonly Settings $settings)
    {
    }

    public function render(): void
    {
        printf(
            '<section aria-labelledby="tayang-rules"><h2 id="tayang-rules">%s</h2><form method="post" action="%s">',
            esc_html__('Rules of this office', 'tayang'),
            esc_url(admin_url('options.php'))
        );
        settings_fields('tayang');
        echo '<table class="form-table" role="presentation">';
        $this->types();
        $this->visibility();
        $this->viewers();
        $this->divisions();
        echo '</table>';
        submit_button(__('Save the rules', 'tayang'));
        echo '</form></section>';
    }

    private function types(): void
    {
        $always = array_diff(Plugin::instance()->sop->governed_types(), $this->settings->governed_types());
        $this->begin(__('Content that only goes live through the SOP', 'tayang'), 'governed_types');
        foreach (get_post_types(['show_ui' => true], 'objects') as $type) {
            // Attachments, templates and menus are parts of content, not content.
            if ($type->name === 'attachment' || str_starts_with($type->name, 'wp_') || !post_type_supports($type->name, 'editor')) {
                continue;
            }
            $is_always = in_array($type->name, $always, true);
            $this->check('governed_types', $type->name, $type->labels->name, $is_always || in_array($type->name, $this->settings->governed_types(), true), $is_always);
        }
        $this->finish(__('Types of the SOP’s own procedures are always on. Another type runs under a procedure for the website. What is public already stays public.', 'tayang'));
    }

    private function visibility(): void
    {
        $choices = [
            'office' => __('Everybody with a part in the SOP sees all cases of the office', 'tayang'),
            'own' => __('Everybody sees only cases in which they act or acted; administrators see all', 'tayang'),
        ];
        $this->begin(__('Who sees what', 'tayang'));
        foreach ($choices as $value => $label) {
            printf(
                '<label class="tayang-choice"><input type="radio" name="%s[visibility]" value="%s"%s> %s</label>',
                esc_attr(Settings::OPTION),
                esc_attr($value),
                checked($value, $this->settings->visibility(), false),
                esc_html($label)
            );
        }
        $this->finish(__('Seeing is not deciding: who may act follows from the SOP alone.', 'tayang'));
    }

    private function viewers(): void
    {
        $this->begin(__('May look without a part in the SOP', 'tayang'), 'viewer_roles');
        foreach (wp_roles()->get_names() as $role => $name) {
            if ($role !== 'administrator' && $role !== Capabilities::ROBOT) {
                $this->check('viewer_roles', $role, translate_user_role($name), in_array($role, $this->settings->viewer_roles(), true));
            }
        }
        $this->finish(__('Administrators always may. With “only cases in which they act or acted” above, these people see nothing.', 'tayang'));
    }

    private function divisions(): void
    {
        printf(
            '<tr><th scope="row"><label for="tayang-divisions">%s</label></th><td><textarea id="tayang-divisions" name="%s[divisions]" rows="6" class="large-text" aria-describedby="tayang-divisions-help">%s</textarea><p class="description" id="tayang-divisions-help">%s</p></td></tr>',
            esc_html__('Divisions', 'tayang'),
            esc_attr(Settings::OPTION),
            esc_textarea(implode("\n", $this->settings->divisions())),
            esc_html__('One a line, as assignments name them; people get theirs on their profile. Empty: the five divisions of a KPU office.', 'tayang')
        );
    }

    /** `$list`: the key of a list of check boxes; without any of them the form must still say that it is empty. */
    private function begin(string $title, string $list = ''): void
    {
        printf('<tr><th scope="row">%1$s</th><td><fieldset><legend class="screen-reader-text">%1$s</legend>', esc_html($title));
        if ($list !== '') {
            printf('<input type="hidden" name="%s[%s][]" value="">', esc_attr(Settings::OPTION), esc_attr($list));
        }
    }

    private function check(string $list, string $value, string $label, bool $is_on, bool $is_fixed = false): void
    {
        printf(
            '<label class="tayang-choice"><input type="checkbox" name="%s[%s][]" value="%s"%s%s> %s</label>',
            esc_attr(Settings::OPTION),
            esc_attr($list),
            esc_attr($value),
            checked($is_on, true, false),
            disabled($is_fixed, true, false),
            esc_html($label)
        );
    }

    private function finish(string $help): void
    {
        printf('<p class="description">%s</p></fieldset></td></tr>', esc_html($help));
    }
}
