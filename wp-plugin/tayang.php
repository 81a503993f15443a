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

// Tayang\Case_Mirror lies in includes/class-case-mirror.php, Tayang\Ui\Panel in includes/ui/class-panel.php. A request
// loads what it needs: saving a post needs no screen.
spl_autoload_register(static function (string $class): void {
    if (str_starts_with($class, 'Tayang\\')) {
        $parts = explode('\\', strtolower(str_replace('_', '-', substr($class, strlen('Tayang\\')))));
        $parts[] = 'class-' . array_pop($parts) . '.php';
        $file = __DIR__ . '/includes/' . implode('/', $parts);
        if (is_file($file)) {
            require $file;
        }
    }
});

register_activation_hook(__FILE__, [Tayang\Lifecycle::class, 'activate']);
register_deactivation_hook(__FILE__, [Tayang\Lifecycle::class, 'deactivate']);

Tayang\Plugin::boot();
