<?php

namespace Tayang;

defined('ABSPATH') || exit;

/**
 * What happens once: activation, deactivation, and every hour. Without the plugin nobody could see a post in one of its
 * statuses, so deactivation puts all of them back among the drafts and activation returns them to their step.
 */
final class Lifecycle
{
    public const HOURLY = 'tayang_hourly';
    public const PARKED = '_tayang_parked';

    public function __construct(
        private readonly Sop $sop,
        private readonly Capabilities $capabilities,
        private readonly Reconcile $reconcile
    ) {
    }

    public function register(): void
    {
        add_action('init', [$this, 'load_texts'], 0);
        add_action(self::HOURLY, [$this, 'hourly']);
        add_action('tayang_connect', [$this, 'connect']);
        // After core has made the new site's tables and roles (10).
        add_action('wp_initialize_site', [$this, 'new_site'], 900);
    }

    public function load_texts(): void
    {
        load_plugin_textdomain('tayang', false, dirname(plugin_basename(TAYANG_FILE)) . '/languages');
    }

    /** First contact, also on demand: the SOP comes, the people go. */
    public function connect(): void
    {
        foreach ([$this->sop->refresh(), $this->capabilities->sync_all()] as $done) {
            if (is_wp_error($done)) {
                self::log($done);
            }
        }
    }

    public function hourly(): void
    {
        $this->connect();
        $this->reconcile->run();
    }

    /** `$network_wide`: for every site of the network that there is; later ones come by `new_site`. */
    public static function activate(bool $network_wide = false): void
    {
        self::on_each_site($network_wide, static function (): void {
            Capabilities::add_robot_role();
            if (!wp_next_scheduled(self::HOURLY)) {
                wp_schedule_event(time() + MINUTE_IN_SECONDS, 'hourly', self::HOURLY);
            }
            self::unpark();
            Reconcile::start_anew();
        });
    }

    public static function deactivate(bool $network_wide = false): void
    {
        self::on_each_site($network_wide, static function (): void {
            wp_clear_scheduled_hook(self::HOURLY);
            wp_clear_scheduled_hook(Reconcile::HOOK);
            self::park();
        });
    }

    /** A site that joins a network on which the plugin is active everywhere. */
    public function new_site(\WP_Site $site): void
    {
        if (isset(get_site_option('active_sitewide_plugins', [])[plugin_basename(TAYANG_FILE)])) {
            switch_to_blog((int) $site->blog_id);
            self::activate();
            restore_current_blog();
        }
    }

    /** Whether the plugin works on the present site: code of another site may have switched here (switch_to_blog). */
    public static function is_active_here(): bool
    {
        if (!is_multisite() || !ms_is_switched()) {
            return true;
        }
        $plugin = plugin_basename(TAYANG_FILE);
        return isset(get_site_option('active_sitewide_plugins', [])[$plugin])
            || in_array($plugin, (array) get_option('active_plugins', []), true);
    }

    private static function on_each_site(bool $network_wide, callable $do): void
    {
        if (!$network_wide || !is_multisite()) {
            $do();
            return;
        }
        foreach (get_sites(['fields' => 'ids', 'number' => 0]) as $site_id) {
            switch_to_blog((int) $site_id);
            $do();
            restore_current_blog();
        }
    }

    /**
     * Every post in a status of ours becomes a draft that core can show; a greeting becomes a post, since its type goes
     * with the plugin. Straight to the table: no listener should take this for an editorial event.
     */
    public static function park(): void
    {
        global $wpdb;
        $rows = $wpdb->get_results($wpdb->prepare(
            "SELECT ID, post_status, post_type FROM $wpdb->posts WHERE post_status LIKE %s OR post_type = %s",
            $wpdb->esc_like('tyg_') . '%',
            Statuses::GREETING
        ));
        foreach ($rows as $row) {
            update_post_meta((int) $row->ID, self::PARKED, ['status' => $row->post_status, 'type' => $row->post_type]);
            $status = Sop::is_step_status($row->post_status) ? 'draft' : $row->post_status;
            $wpdb->update($wpdb->posts, ['post_status' => $status, 'post_type' => 'post'], ['ID' => $row->ID]);
            clean_post_cache((int) $row->ID);
        }
    }

    /** Back to where `park` found them; what somebody moved on meanwhile stays where it is. */
    public static function unpark(): void
    {
        global $wpdb;
        $ids = $wpdb->get_col($wpdb->prepare("SELECT post_id FROM $wpdb->postmeta WHERE meta_key = %s", self::PARKED));
        foreach (array_map('intval', $ids) as $post_id) {
            $parked = get_post_meta($post_id, self::PARKED, true);
            $post = get_post($post_id);
            if ($post && is_array($parked)) {
                $status = $post->post_status === 'draft' ? $parked['status'] : $post->post_status;
                $wpdb->update($wpdb->posts, ['post_status' => $status, 'post_type' => $parked['type']], ['ID' => $post_id]);
                clean_post_cache($post_id);
            }
            delete_post_meta($post_id, self::PARKED);
        }
    }

    /** A failure that nobody looks at right now: the log of the site. */
    private static function log(\WP_Error $error): void
    {
        if (defined('WP_DEBUG') && WP_DEBUG) {
            error_log('tayang: ' . $error->get_error_code() . ': ' . $error->get_error_message());
        }
    }
}
