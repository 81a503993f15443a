<?php

namespace Tayang\Ui;

use Tayang\Plugin;
use Tayang\Settings;
use Tayang\Sop;

defined('ABSPATH') || exit;

/**
 * Settings -> Tayang: where the sidecar is and what this office is called there. A secret can be written, never read.
 */
final class Settings_Page
{
    private const SLUG = 'tayang-settings';

    public function register(): void
    {
        add_action('admin_menu', [$this, 'add_page']);
        add_action('admin_init', [$this, 'add_setting']);
        add_action('admin_post_tayang_test', [$this, 'test']);
        add_action('admin_post_tayang_sync_people', [$this, 'sync_people']);
    }

    public function add_page(): void
    {
        add_options_page('Tayang', 'Tayang', 'manage_options', self::SLUG, [$this, 'render']);
    }

    public function add_setting(): void
    {
        register_setting('tayang', Settings::OPTION, ['type' => 'array', 'sanitize_callback' => [$this, 'sanitize'], 'show_in_rest' => false]);
    }

    /**
     * What may be stored. An empty secret field keeps the secrets that are there, and so does a field with a wrong one.
     *
     * @return array{sidecar_url: string, site_id: string, secrets: array<int, string>}
     */
    public function sanitize(mixed $input): array
    {
        $clean = Settings::sanitize($input);
        $good = array_values(array_filter($clean['secrets'], [self::class, 'is_secret']));
        if (count($good) < count($clean['secrets'])) {
            $this->refuse_secret();
            $good = [];
        }
        $stored = get_option(Settings::OPTION, []);
        $clean['secrets'] = $good ?: (array) ($stored['secrets'] ?? []);
        return $clean;
    }

    private function refuse_secret(): void
    {
        // Installation scripts store the option too, where no settings screen is loaded.
        if (function_exists('add_settings_error')) {
            add_settings_error(
                Settings::OPTION,
                'secret',
                __('A secret looks like "whsec_" and then letters and digits. The old secrets were kept.', 'tayang')
            );
        }
    }

    private static function is_secret(mixed $value): bool
    {
        return is_string($value) && preg_match('~^whsec_[A-Za-z0-9+/]{16,}={0,2}$~', $value) === 1;
    }

    public function render(): void
    {
        $settings = get_option(Settings::OPTION, []) + ['sidecar_url' => '', 'site_id' => '', 'secrets' => []];
        echo '<div class="wrap"><h1>Tayang</h1><form method="post" action="', esc_url(admin_url('options.php')), '">';
        settings_fields('tayang');
        echo '<table class="form-table" role="presentation">';
        $this->row('sidecar_url', __('Address of the Tayang server', 'tayang'), 'url', 'TAYANG_SIDECAR_URL', $settings['sidecar_url']);
        $this->row('site_id', __('Name of this office there', 'tayang'), 'text', 'TAYANG_SITE_ID', $settings['site_id']);
        $this->secret_row($settings['secrets'] !== []);
        echo '</table>';
        submit_button();
        echo '</form>';
        $this->status();
        echo '<div class="tayang-actions" style="display:flex;flex-wrap:wrap;gap:8px">';
        $this->button('tayang_test', __('Test the connection', 'tayang'));
        $this->button('tayang_sync_people', __('Send people and roles', 'tayang'));
        echo '</div></div>';
    }

    private function row(string $name, string $label, string $type, string $constant, string $value): void
    {
        $fixed = defined($constant);
        printf(
            '<tr><th scope="row"><label for="tayang-%1$s">%2$s</label></th><td><input id="tayang-%1$s" name="%3$s[%1$s]" type="%4$s" class="regular-text" value="%5$s"%6$s>',
            esc_attr($name),
            esc_html($label),
            esc_attr(Settings::OPTION),
            esc_attr($type),
            esc_attr($fixed ? (string) constant($constant) : $value),
            $fixed ? ' readonly' : ''
        );
        $this->fixed_note($fixed, $constant);
        echo '</td></tr>';
    }

    private function secret_row(bool $stored): void
    {
        $fixed = defined('TAYANG_SECRETS');
        printf(
            '<tr><th scope="row"><label for="tayang-secrets">%s</label></th><td><textarea id="tayang-secrets" name="%s[secrets]" rows="2" class="large-text code" autocomplete="off" spellcheck="false"%s></textarea>',
            esc_html__('Shared secret', 'tayang'),
            esc_attr(Settings::OPTION),
            $fixed ? ' disabled' : ''
        );
        printf(
            '<p class="description">%s %s</p>',
            esc_html($stored ? __('A secret is stored and is not shown.', 'tayang') : __('No secret is stored yet.', 'tayang')),
            esc_html__('Leave this empty to keep it. Two lines while a secret is being changed: the first one signs.', 'tayang')
        );
        $this->fixed_note($fixed, 'TAYANG_SECRETS');
        echo '</td></tr>';
    }

    private function fixed_note(bool $fixed, string $constant): void
    {
        if ($fixed) {
            /* translators: %s: name of a constant */
            printf('<p class="description">%s</p>', esc_html(sprintf(__('Set in wp-config.php by %s.', 'tayang'), $constant)));
        }
    }

    private function status(): void
    {
        $sop = Plugin::instance()->sop->data();
        if ($sop) {
            printf(
                '<h2>%s</h2><p><strong>%s</strong> · %s</p>',
                esc_html__('Procedures of this office', 'tayang'),
                esc_html((string) ($sop['number'] ?? '')),
                esc_html(Sop::text($sop['title'] ?? ''))
            );
        }
    }

    private function button(string $action, string $label): void
    {
        echo '<form method="post" action="', esc_url(admin_url('admin-post.php')), '">';
        wp_nonce_field($action);
        printf('<input type="hidden" name="action" value="%s"><button class="button">%s</button></form>', esc_attr($action), esc_html($label));
    }

    public function test(): void
    {
        $this->require_admin('tayang_test');
        $answer = Plugin::instance()->sop->refresh();
        if (is_wp_error($answer)) {
            Notices::add($answer->get_error_message(), 'error');
        } else {
            $sop = Plugin::instance()->sop->data();
            /* translators: 1: number of the SOP, 2: its title */
            $text = __('Connected. The office works by SOP %1$s, %2$s.', 'tayang');
            Notices::add(sprintf($text, $sop['number'] ?? '', Sop::text($sop['title'] ?? '')), 'success');
        }
        $this->back();
    }

    public function sync_people(): void
    {
        $this->require_admin('tayang_sync_people');
        $answer = Plugin::instance()->capabilities->sync_all();
        if (is_wp_error($answer)) {
            Notices::add($answer->get_error_message(), 'error');
        } else {
            Notices::add(__('All people and their roles were sent.', 'tayang'), 'success');
        }
        $this->back();
    }

    private function require_admin(string $action): void
    {
        check_admin_referer($action);
        if (!current_user_can('manage_options')) {
            wp_die(esc_html__('Only an administrator may do this.', 'tayang'), '', ['response' => 403]);
        }
    }

    private function back(): never
    {
        wp_safe_redirect(admin_url('options-general.php?page=' . self::SLUG));
        exit;
    }
}
