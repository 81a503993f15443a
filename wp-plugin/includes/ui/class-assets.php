<?php

namespace Tayang\Ui;

use Tayang\Case_Mirror;
use Tayang\Content;
use Tayang\Plugin;

defined('ABSPATH') || exit;

/**
 * Registers scripts and styles. A screen enqueues what it shows; nothing of ours loads anywhere else.
 */
final class Assets
{
    private const PANEL = [
        'wp-element', 'wp-components', 'wp-api-fetch', 'wp-i18n', 'wp-a11y', 'wp-date', 'wp-dom-ready',
    ];

    public function register(): void
    {
        // The block editor asks for its scripts before admin_enqueue_scripts.
        add_action('admin_init', [$this, 'register_files']);
    }

    /** Makes the names known; loads nothing. */
    public function register_files(): void
    {
        $scripts = [
            'time' => self::PANEL,
            'counting' => [],
            'preview' => ['tayang-time', 'tayang-counting'],
            'plan' => ['tayang-preview'],
            'history' => ['tayang-time'],
            'panel' => ['tayang-plan', 'tayang-history'],
            'editor' => ['tayang-panel', 'wp-plugins', 'wp-data', 'wp-editor', 'wp-edit-post'],
            'board' => ['tayang-time', 'wp-url'],
            'calendar' => ['tayang-time', 'wp-url'],
            'dashboard' => ['tayang-time', 'wp-url'],
            'tasks' => ['tayang-time', 'wp-url'],
            'assignment' => ['wp-api-fetch', 'wp-a11y', 'wp-dom-ready'],
            'quick-edit' => ['jquery', 'wp-a11y', 'inline-edit-post'],
        ];
        foreach ($scripts as $name => $needs) {
            wp_register_script("tayang-$name", self::url("$name.js"), $needs, self::version("$name.js"), true);
        }
        wp_register_style('tayang-panel', self::url('panel.css'), ['wp-components', 'dashicons'], self::version('panel.css'));
        wp_register_style('tayang-office', self::url('office.css'), ['dashicons'], self::version('office.css'));
        wp_register_style('tayang-admin', self::url('admin.css'), ['dashicons'], self::version('admin.css'));
    }

    /** Loads the panel for one post, with everything it must know about the office. */
    public static function panel(int $post_id, bool $in_block_editor = false): void
    {
        wp_enqueue_style('tayang-panel');
        wp_enqueue_script($in_block_editor ? 'tayang-editor' : 'tayang-panel');
        self::data('tayang-time', 'tayangConfig', self::config($post_id));
    }

    /** The panel beside words that this very page shows: a decision there is about them and no others. */
    public static function panel_beside_words(int $post_id): void
    {
        self::panel($post_id);
        self::data('tayang-panel', 'tayangConfig.shown_sha256', self::digest($post_id));
    }

    /** Hands data to a script as JSON that cannot end the script element. */
    public static function data(string $handle, string $name, mixed $data): void
    {
        $json = wp_json_encode($data, JSON_HEX_TAG | JSON_HEX_AMP | JSON_UNESCAPED_SLASHES);
        wp_add_inline_script($handle, "window.$name = $json;", 'before');
    }

    /**
     * What the panel must know before it asks (tayang/v1/posts/<id>/panel): only what is stored and near at hand, since the
     * editor waits for this.
     *
     * @return array<string, mixed>
     */
    private static function config(int $post_id): array
    {
        $procedures = [];
        foreach (Office::procedures() as $procedure) {
            $procedures[$procedure['key']] = [
                'website' => !empty($procedure['website']), 'occasions' => Office::occasions($procedure),
            ];
        }
        return [
            'strings' => Strings::panel(),
            'locale' => str_replace('_', '-', determine_locale()),
            'zone' => wp_timezone_string(),
            'zone_name' => self::zone_name(),
            'user' => get_current_user_id(),
            'site_name' => wp_specialchars_decode(get_bloginfo('name'), ENT_QUOTES),
            'site_host' => (string) preg_replace('~^https?://(www\.)?~', '', untrailingslashit(home_url())),
            'case_url' => admin_url('admin.php?page=tayang-case&post='),
            'assignment_url' => Assignment_Page::procedures_to_open() ? admin_url('admin.php?page=' . Assignment_Page::SLUG) : '',
            'channels' => Office::channels(),
            'cards' => Office::cards(),
            'procedures' => (object) $procedures,
            'locked' => self::is_locked($post_id),
        ];
    }

    /** WIB, WITA or WIT, also for an office that is set to a bare offset. */
    private static function zone_name(): string
    {
        $known = ['+07:00' => 'WIB', '+08:00' => 'WITA', '+09:00' => 'WIT'];
        return $known[wp_date('T')] ?? wp_date('T');
    }

    /** Digest of the words as this page shows them. */
    private static function digest(int $post_id): string
    {
        $post = get_post($post_id);
        return $post ? Content::digest(Plugin::instance()->content->build($post)) : '';
    }

    /** Whether the post is in the procedure and somebody else, or nobody, writes in it now. */
    public static function is_locked(int $post_id): bool
    {
        $mirror = Office::mirror($post_id);
        return $mirror && ($mirror['state'] ?? '') !== 'cancelled' && !Case_Mirror::may_edit($mirror, get_current_user_id());
    }

    private static function url(string $file): string
    {
        return plugins_url("assets/$file", dirname(__DIR__, 2) . '/tayang.php');
    }

    private static function version(string $file): string
    {
        return (string) filemtime(dirname(__DIR__, 2) . "/assets/$file");
    }
}
