<?php

/**
 * Plugin Name: Tayang
 * Description: Runs the office's written SOP for publishing news and greetings: who acts now, what is approved, and nothing goes live around it.
 * Version: 0.1.0
 * Requires at least: 6.1
 * Requires PHP: 8.1
 * License: GPL-2.0-or-later
 * License URI: https://www.gnu.org/licenses/gpl-2.0.html
 * Text Domain: tayang
 * Domain Path: /languages
 */

defined('ABSPATH') || exit;

define('TAYANG_FILE', __FILE__);
define('TAYANG_VERSION', '0.1.0');

foreach (
    [
        'settings', 'signature', 'sidecar-client', 'sop', 'statuses', 'content', 'case-mirror', 'refusals',
        'status-writer', 'publish-gate', 'access', 'alarms', 'kept-text', 'late-writes', 'xmlrpc-method', 'xmlrpc-sidecar',
        'xmlrpc', 'capabilities', 'case-commands', 'publisher', 'derivatives', 'sidecar-controller', 'rest-controller', 'plan-controller',
        'lifecycle', 'public-page', 'plugin',
    ] as $tayang_part
) {
    require_once __DIR__ . "/includes/class-$tayang_part.php";
}
unset($tayang_part);

register_activation_hook(__FILE__, [Tayang\Lifecycle::class, 'activate']);
register_deactivation_hook(__FILE__, [Tayang\Lifecycle::class, 'deactivate']);

Tayang\Plugin::boot();
