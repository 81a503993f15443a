<?php

/**
 * PHPUnit on the real WordPress of a running instance (environment variable RUN), with its real database.
 * WordPress's own test library is in no package registry, so the little that is needed of it stands here.
 */

$run = getenv('RUN') ?: dirname(__DIR__, 2) . '/.run';
if (!is_file("$run/wp/wp-load.php")) {
    fwrite(STDERR, "no instance in $run: start one with scripts/up wordpress (RUN names its folder)\n");
    exit(1);
}
// A network finds its site by the host, port included.
$host = preg_match("~'DOMAIN_CURRENT_SITE', '([^']+)~", (string) file_get_contents("$run/wp/wp-config.php"), $found) ? $found[1] : '127.0.0.1';
$_SERVER += ['HTTP_HOST' => $host, 'SERVER_NAME' => '127.0.0.1', 'REQUEST_METHOD' => 'GET',
    'REQUEST_URI' => '/', 'SERVER_PROTOCOL' => 'HTTP/1.1', 'REMOTE_ADDR' => '127.0.0.1'];
// WordPress expects its globals at file level; PHPUnit loads this file inside a function.
foreach (
    ['wp', 'wpdb', 'wp_version', 'wp_query', 'wp_rewrite', 'wp_roles', 'wp_filter', 'wp_actions',
    'wp_current_filter', 'table_prefix', 'wp_locale', 'wp_post_types', 'wp_taxonomies', 'wp_post_statuses',
    'pagenow', 'blog_id', 'shortcode_tags', 'wp_embed', 'wp_widget_factory', 'wp_the_query'] as $name
) {
    global $$name;
}
require $run . '/wp/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/admin.php';
error_reporting(E_ALL & ~E_DEPRECATED);      // WordPress 6.1 itself is not clean on PHP 8.2
require __DIR__ . '/WpTestCase.php';
require __DIR__ . '/TayangTestCase.php';
