<?php

/**
 * `install.php network`: the tables of a network around the site that is there, then a second site in a folder. Two
 * processes, since WordPress learns at its start whether it is one; the second time it finds the constants.
 */

$host = $_SERVER['HTTP_HOST'];
if (!str_contains($config, "'MULTISITE'")) {
    require $dir . '/wp-load.php';
    require_once ABSPATH . 'wp-admin/includes/upgrade.php';
    require_once ABSPATH . 'wp-admin/includes/schema.php';
    foreach ($wpdb->tables('ms_global') as $table => $prefixed) {
        $wpdb->$table = $prefixed;
    }
    install_network();
    or_die(populate_network(1, $host, 'admin@example.test', 'Jawa Timur', '/', false), 'network');
    $constants = "define('MULTISITE', true);\ndefine('SUBDOMAIN_INSTALL', false);\ndefine('DOMAIN_CURRENT_SITE', '$host');\n"
        . "define('PATH_CURRENT_SITE', '/');\ndefine('SITE_ID_CURRENT_SITE', 1);\ndefine('BLOG_ID_CURRENT_SITE', 1);\n";
    // Each site has an address of its own, so none may be fixed.
    $config = preg_replace("~^define\\('WP_(?:HOME|SITEURL)'.*\n~m", '', $config);
    file_put_contents("$dir/wp-config.php", preg_replace('~^if \\(!defined~m', $constants . '$0', $config, 1));
    passthru(PHP_BINARY . ' ' . escapeshellarg(__DIR__ . '/install.php') . ' network ' . escapeshellarg($dir), $status);
    exit($status);
}
require $dir . '/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/upgrade.php';
if (!get_blog_id_from_url($host, '/lumajang/')) {
    or_die(wpmu_create_blog($host, '/lumajang/', 'KPU Kabupaten Lumajang', 1, ['public' => 1]), 'second site');
}
echo json_encode(['sites' => count(get_sites())]), "\n";
