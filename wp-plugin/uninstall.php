<?php

/**
 * Removes all that only the plugin can use, on every site: options, the robot's role and its application passwords, roles
 * and delegations of people, meta of posts. Posts stay, and stay visible (deactivation, which comes first, has put them
 * among the drafts). What the sidecar recorded, the audit trail, stays there.
 */

defined('WP_UNINSTALL_PLUGIN') || exit;

// Everything of ours carries our prefix, so no list of names can be forgotten here.
$tayang_uninstall = static function (): void {
    global $wpdb;
    $wpdb->query($wpdb->prepare(
        "UPDATE $wpdb->posts SET post_status = 'draft' WHERE post_status LIKE %s",
        $wpdb->esc_like('tyg_') . '%'
    ));
    foreach (['tayang_', '_transient_tayang_', '_transient_timeout_tayang_'] as $prefix) {
        $wpdb->query($wpdb->prepare("DELETE FROM $wpdb->options WHERE option_name LIKE %s", $wpdb->esc_like($prefix) . '%'));
    }
    $wpdb->query($wpdb->prepare("DELETE FROM $wpdb->postmeta WHERE meta_key LIKE %s", $wpdb->esc_like('_tayang_') . '%'));
    foreach (get_users(['role' => 'tayang_sidecar', 'fields' => 'ID']) as $robot_id) {
        WP_Application_Passwords::delete_all_application_passwords((int) $robot_id);
    }
    $wpdb->query($wpdb->prepare(
        "DELETE FROM $wpdb->usermeta WHERE meta_key LIKE %s OR meta_key LIKE %s",
        $wpdb->esc_like('tayang_') . '%',
        $wpdb->esc_like($wpdb->get_blog_prefix() . 'tayang_') . '%'
    ));
    remove_role('tayang_sidecar');
    wp_clear_scheduled_hook('tayang_hourly');
    wp_clear_scheduled_hook('tayang_reconcile');
    wp_cache_flush();
};

if (is_multisite()) {
    foreach (get_sites(['fields' => 'ids', 'number' => 0]) as $tayang_site) {
        switch_to_blog((int) $tayang_site);
        $tayang_uninstall();
        restore_current_blog();
    }
} else {
    $tayang_uninstall();
}
