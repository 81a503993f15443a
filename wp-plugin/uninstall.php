<?php

/**
 * Removes what only the plugin can use: options, the robot's role, SOP roles of people, meta. Posts stay, and stay visible
 * (deactivation, which comes first, has put them among the drafts).
 */

defined('WP_UNINSTALL_PLUGIN') || exit;

global $wpdb;

$wpdb->query($wpdb->prepare(
    "UPDATE $wpdb->posts SET post_status = 'draft' WHERE post_status LIKE %s",
    $wpdb->esc_like('tyg_') . '%'
));
foreach (['tayang_settings', 'tayang_sop', 'tayang_former_statuses', 'tayang_alarms', 'tayang_governed', 'tayang_reconciled_at', 'tayang_waiting_built'] as $tayang_option) {
    delete_option($tayang_option);
}
foreach (
    [
        '_tayang_case', '_tayang_published', '_tayang_may_edit', '_tayang_place', '_tayang_corrects', '_tayang_copy', '_tayang_copied',
        '_tayang_words', '_tayang_before', '_tayang_may_act', '_tayang_due', '_tayang_pending', '_tayang_parked', '_tayang_channels',
        '_tayang_card', '_tayang_focal', '_tayang_original',
    ] as $tayang_key
) {
    delete_post_meta_by_key($tayang_key);
}
delete_metadata('user', 0, 'tayang_roles', '', true);
delete_metadata('user', 0, 'tayang_pending_assignment', '', true);
delete_metadata('user', 0, $wpdb->get_blog_prefix() . 'tayang_waiting', '', true);
remove_role('tayang_sidecar');
wp_clear_scheduled_hook('tayang_hourly');
wp_clear_scheduled_hook('tayang_reconcile');
wp_cache_flush();
