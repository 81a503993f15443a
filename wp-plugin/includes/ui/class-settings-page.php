<?php

namespace Tayang\Ui;

use Tayang\Connection_Test;
use Tayang\Pairing;
use Tayang\Plugin;
use Tayang\Robot;
use Tayang\Said_Later;
use Tayang\Settings;
use Tayang\Sop;

defined('ABSPATH') || exit;

/**
 * Settings -> Tayang: the connection with the sidecar, by one pasted code or by hand, and the office's own rules. A secret
 * can be written, never read.
 */
final class Settings_Page
{
    public const SLUG = 'tayang-settings';
    private const PAIR = 'tayang_pair';
    private const TEST = 'tayang_test';
    private const SYNC = 'tayang_sync_people';
    private const RESULTS = 'connection';
    private const MAX_CODE = 4000;

    public function register(): void
    {
        add_action('admin_menu', [$this, 'add_page']);
        add_action('admin_init', [$this, 'add_setting']);
        add_action('admin_post_' . self::PAIR, [$this, 'pair']);
        add_action('admin_post_' . self::TEST, [$this, 'test']);
        add_action('admin_post_' . self::SYNC, [$this, 'sync_people']);
        add_filter('plugin_action_links_' . plugin_basename(TAYANG_FILE), [$this, 'link']);
    }

    public function add_page(): void
    {
        $hook = add_options_page('Tayang', 'Tayang', 'manage_options', self::SLUG, [$this, 'render']);
        add_action("load-$hook", static function (): void {
            add_action('admin_enqueue_scripts', static fn() => wp_enqueue_style('tayang-office'));
        });
    }

    public function add_setting(): void
    {
        register_setting('tayang', Settings::OPTION, ['type' => 'array', 'sanitize_callback' => [$this, 'sanitize'], 'show_in_rest' => false]);
    }

    /**
     * The way to the settings from the list of plugins.
     *
     * @param array<int|string, string> $links
     * @return array<int|string, string>
     */
    public function link(array $links): array
    {
        $url = esc_url(admin_url('options-general.php?page=' . self::SLUG));
        return ['settings' => sprintf('<a href="%s">%s</a>', $url, esc_html__('Settings', 'tayang'))] + $links;
    }

    /**
     * What may be stored. The page has two forms, each sends its own keys; an empty secret field keeps the secrets that
     * are there, and so does a field with a wrong one.
     *
     * @return array<string, mixed>
     */
    public function sanitize(mixed $input): array
    {
        $stored = get_option(Settings::OPTION, []);
        $clean = Settings::sanitize($input, is_array($stored) ? $stored : []);
        $good = array_values(array_filter($clean['secrets'], [self::class, 'is_secret']));
        if (count($good) < count($clean['secrets'])) {
            $this->refuse_secret();
            $good = [];
        }
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
        $settings = Plugin::instance()->settings;
        echo '<div class="wrap tayang-settings"><h1>Tayang</h1>';
        printf('<section aria-labelledby="tayang-connection"><h2 id="tayang-connection">%s</h2>', esc_html__('Connection', 'tayang'));
        $this->state($settings);
        if ($settings->is_complete()) {
            echo '<div class="tayang-buttons">';
            $this->button(self::TEST, __('Test the connection', 'tayang'));
            $this->button(self::SYNC, __('Send people and roles', 'tayang'));
            echo '</div>';
        }
        $this->results();
        $this->pairing($settings);
        $this->by_hand($settings);
        echo '</section>';
        (new Settings_Rules($settings))->render();
        echo '</div>';
    }

    private function state(Settings $settings): void
    {
        if (!$settings->is_complete()) {
            printf('<p class="tayang-state tayang-state-off">%s</p>', esc_html__('Not connected yet. Paste the pairing code below; all else follows by itself.', 'tayang'));
            return;
        }
        $sop = Plugin::instance()->sop->data();
        printf(
            '<dl class="tayang-facts"><dt>%s</dt><dd>%s</dd><dt>%s</dt><dd>%s</dd><dt>%s</dt><dd>%s</dd></dl>',
            esc_html__('Tayang server', 'tayang'),
            esc_html($settings->sidecar_url()),
            esc_html__('Name of this office there', 'tayang'),
            esc_html($settings->site_id()),
            esc_html__('SOP', 'tayang'),
            $sop ? esc_html(($sop['number'] ?? '') . ' · ' . Sop::text($sop['title'] ?? '')) : esc_html__('not received yet', 'tayang')
        );
    }

    /** What the last test found, once. */
    private function results(): void
    {
        $results = Said_Later::take(self::RESULTS);
        if (!is_array($results)) {
            return;
        }
        $marks = [
            'good' => ['yes-alt', __('good', 'tayang')],
            'bad' => ['dismiss', __('not good', 'tayang')],
            'unsure' => ['warning', __('to look at', 'tayang')],
        ];
        printf('<div role="status"><ul class="tayang-results" aria-label="%s">', esc_attr__('What the test found', 'tayang'));
        foreach ($results as $one) {
            [$icon, $word] = $marks[$one['state']];
            printf(
                '<li class="tayang-result-%s"><span class="dashicons dashicons-%s" aria-hidden="true"></span><span><strong>%s</strong> <em>(%s)</em><br>%s</span></li>',
                esc_attr($one['state']),
                esc_attr($icon),
                esc_html($one['what']),
                esc_html($word),
                esc_html($one['detail'])
            );
        }
        echo '</ul></div>';
    }

    private function pairing(Settings $settings): void
    {
        $title = $settings->is_complete() ? __('Pair again', 'tayang') : __('Pair with a code', 'tayang');
        printf('<details class="tayang-fold"%s><summary>%s</summary>', $settings->is_complete() ? '' : ' open', esc_html($title));
        if ($settings->is_fixed('sidecar_url') || $settings->is_fixed('secrets') || $settings->is_fixed('site_id')) {
            printf('<p>%s</p></details>', esc_html__('The connection is set in wp-config.php (TAYANG_…), which wins over a pairing. Remove these lines first.', 'tayang'));
            return;
        }
        $obstacle = Robot::obstacle(Robot::find());
        if ($obstacle !== '') {
            printf('<div class="notice notice-error inline"><p>%s</p></div></details>', esc_html($obstacle));
            return;
        }
        printf(
            '<form method="post" action="%s"><p id="tayang-code-help">%s</p><p><label for="tayang-code">%s</label><textarea id="tayang-code" name="code" rows="3" class="large-text code" autocomplete="off" spellcheck="false" maxlength="%d" required aria-describedby="tayang-code-help"></textarea></p>',
            esc_url(admin_url('admin-post.php')),
            esc_html__('Whoever runs the Tayang server makes a code for this office (tayang site invite); it works once and for a short time. The plugin then makes a user of its own with an application password, exchanges secrets, and fetches the SOP.', 'tayang'),
            esc_html__('Pairing code', 'tayang'),
            (int) self::MAX_CODE
        );
        if ($settings->is_complete()) {
            printf('<p class="description">%s</p>', esc_html__('The present secret and the application password of the Tayang server become void. Cases go on.', 'tayang'));
        }
        wp_nonce_field(self::PAIR);
        printf(
            '<input type="hidden" name="action" value="%s"><p><button class="button button-primary">%s</button></p></form></details>',
            esc_attr(self::PAIR),
            esc_html__('Connect', 'tayang')
        );
    }

    private function by_hand(Settings $settings): void
    {
        printf(
            '<details class="tayang-fold"><summary>%s</summary><form method="post" action="%s"><p>%s</p>',
            esc_html__('Enter the connection by hand', 'tayang'),
            esc_url(admin_url('options.php')),
            esc_html__('For when no code can be used: make a user with the role Tayang and an application password, and tell both to whoever runs the Tayang server.', 'tayang')
        );
        settings_fields('tayang');
        echo '<table class="form-table" role="presentation">';
        $this->row('sidecar_url', __('Address of the Tayang server', 'tayang'), 'url', 'TAYANG_SIDECAR_URL', $settings->sidecar_url());
        $this->row('site_id', __('Name of this office there', 'tayang'), 'text', 'TAYANG_SITE_ID', $settings->site_id());
        $this->secret_row($settings->secrets() !== []);
        echo '</table>';
        submit_button(__('Save the connection', 'tayang'));
        echo '</form></details>';
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
            esc_attr($value),
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

    private function button(string $action, string $label): void
    {
        echo '<form method="post" action="', esc_url(admin_url('admin-post.php')), '">';
        wp_nonce_field($action, '_wpnonce', false);
        printf('<input type="hidden" name="action" value="%s"><button class="button">%s</button></form>', esc_attr($action), esc_html($label));
    }

    public function pair(): void
    {
        $this->require_admin(self::PAIR);
        $code = mb_substr(sanitize_textarea_field(wp_unslash((string) ($_POST['code'] ?? ''))), 0, self::MAX_CODE); // phpcs:ignore WordPress.Security.NonceVerification -- above
        $name = Pairing::connect($code);
        if (is_wp_error($name)) {
            Notices::add($name->get_error_message(), 'error');
        } else {
            /* translators: %s: name of an office */
            Notices::add(sprintf(__('Connected as “%s”.', 'tayang'), $name), 'success');
            $this->keep_results();
        }
        $this->back();
    }

    public function test(): void
    {
        $this->require_admin(self::TEST);
        $this->keep_results();
        $this->back();
    }

    public function sync_people(): void
    {
        $this->require_admin(self::SYNC);
        $answer = Plugin::instance()->capabilities->sync_all();
        if (is_wp_error($answer)) {
            Notices::add($answer->get_error_message(), 'error');
        } else {
            Notices::add(__('All people and their roles were sent.', 'tayang'), 'success');
        }
        $this->back();
    }

    private function keep_results(): void
    {
        $plugin = Plugin::instance();
        $test = new Connection_Test($plugin->settings, $plugin->sidecar, $plugin->sop, $plugin->capabilities);
        Said_Later::keep(self::RESULTS, $test->run());
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
