<?php

/**
 * Installs WordPress without wp-cli, for demo and tests. Run by PHP's command line, idempotent, prints one JSON line.
 *
 *   php install.php core    WP_DIR                tables + first administrator
 *   php install.php network WP_DIR                makes a network of it, with a second site /lumajang/
 *   php install.php setup   WP_DIR CREDENTIALS    plugin, permalinks, users of users.json, application passwords
 *   php install.php connect WP_DIR SETTINGS       the plugin's settings (JSON file), then its SOP and people
 *
 * Steps are processes of their own, since WP_INSTALLING (needed by the first) keeps plugins from loading, and a plugin
 * that was activated in this process has not heard `init`.
 */

// Not "$file": loading WordPress 7.1 sets a global of that name.
[$_, $step, $dir, $argument_file] = $argv + [1 => '', 2 => '', 3 => ''];
if (PHP_SAPI !== 'cli' || !in_array($step, ['core', 'network', 'setup', 'connect'], true) || !is_file("$dir/wp-load.php")) {
    fwrite(STDERR, "usage: php install.php core|network|setup|connect WP_DIR [FILE]\n");
    exit(2);
}
// A network finds its site by the host, port included.
$config = (string) file_get_contents("$dir/wp-config.php");
$_SERVER['HTTP_HOST'] = preg_match("~'(?:DOMAIN_CURRENT_SITE', '|WP_HOME', 'https?://)([^'/]+)~", $config, $found) ? $found[1] : '127.0.0.1';
$_SERVER['REQUEST_METHOD'] = 'GET';
$_SERVER['REQUEST_URI'] = '/';

/** Ends the run when WordPress says no. */
function or_die($value, string $what)
{
    if (is_wp_error($value)) {
        fwrite(STDERR, "$what: " . $value->get_error_message() . "\n");
        exit(1);
    }
    return $value;
}

if ($step === 'core') {
    define('WP_INSTALLING', true);
    // Pluggable: no mail is sent about the new site.
    function wp_new_blog_notification($title, $url, $user_id, $password)
    {
    }
    require $dir . '/wp-load.php';
    require_once ABSPATH . 'wp-admin/includes/upgrade.php';
    if (is_blog_installed()) {
        wp_upgrade();                                    // a newer tree over an older database
        echo json_encode(['installed' => false, 'version' => $wp_version]), "\n";
        exit(0);
    }
    or_die(wp_install('KPU Kabupaten Jember', 'admin', 'admin@example.test', false, '', 'admin-pass'), 'core');
    echo json_encode(['installed' => true, 'version' => $wp_version]), "\n";
    exit(0);
}

if ($step === 'network') {
    require __DIR__ . '/network.php';
    exit(0);
}

require $dir . '/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/plugin.php';
require_once ABSPATH . 'wp-admin/includes/misc.php';
wp_set_current_user(1);

if ($step === 'connect') {
    update_option('tayang_settings', json_decode((string) file_get_contents($argument_file), true, 512, JSON_THROW_ON_ERROR));
    require __DIR__ . '/connect.php';
    exit(0);
}

$GLOBALS['wp_rewrite']->set_permalink_structure('/%postname%/');
update_option('timezone_string', getenv('WP_TIMEZONE') ?: 'Asia/Jakarta');
update_option('default_pingback_flag', 0);
update_option('default_ping_status', 'closed');
update_option('WPLANG', getenv('WP_LOCALE') === 'en_US' ? '' : 'id_ID');
foreach (['post' => 'hello-world', 'page' => 'sample-page'] as $type => $slug) {    // WordPress's own samples
    foreach (get_posts(['name' => $slug, 'post_type' => $type]) as $sample) {
        wp_delete_post($sample->ID, true);
    }
}
foreach (array_filter(explode(',', (string) getenv('WP_PLUGINS'))) as $plugin) {  // e.g. tayang/tayang.php
    or_die(activate_plugin($plugin, '', is_multisite()), $plugin);  // before the users: it may bring roles along
}

$people = json_decode((string) file_get_contents(__DIR__ . '/users.json'), true, 512, JSON_THROW_ON_ERROR);
$out = ['version' => $wp_version, 'url' => home_url(), 'users' => []];
$old = is_file($argument_file) ? json_decode((string) file_get_contents($argument_file), true) : [];
foreach (array_merge($people['tests'], $people['office'], [$people['robot']]) as $person) {
    $login = $person['login'];
    // Without the plugin there is no such role: the robot is an editor then.
    $role = wp_roles()->is_role($person['role']) ? $person['role'] : 'editor';
    $user = get_user_by('login', $login);
    $fields = [
        'user_login' => $login, 'user_email' => "$login@example.test", 'display_name' => $person['name'],
        'nickname' => $person['name'], 'role' => $role,
        'locale' => in_array($person, $people['office'], true) ? 'id_ID' : 'en_US',
    ];
    $id = $user
        ? or_die(wp_update_user(['ID' => $user->ID] + $fields), $login)
        : or_die(wp_insert_user($fields + ['user_pass' => "$login-pass"]), $login);
    if (isset($person['sop_roles'])) {
        update_user_meta($id, 'tayang_roles', $person['sop_roles']);
    }
    // No welcome guide and no first-visit windows over the editor in browser tests.
    update_user_meta($id, $GLOBALS['wpdb']->get_blog_prefix() . 'persisted_preferences', [
        'core/edit-post' => ['welcomeGuide' => false, 'fullscreenMode' => true],
        'core' => ['welcomeGuide' => false, 'enableChoosePatternModal' => false],
        '_modified' => gmdate('c'),
    ]);
    $app = $old['users'][$login]['app_password'] ?? '';
    if ($app === '' || !WP_Application_Passwords::application_name_exists_for_user($id, 'tayang-test')) {
        WP_Application_Passwords::delete_all_application_passwords($id);
        $made = or_die(
            WP_Application_Passwords::create_new_application_password($id, ['name' => 'tayang-test']),
            $login
        );
        $app = $made[0];                                 // shown this once, stored only as a hash
    }
    $out['users'][$login] = [
        'id' => $id, 'name' => $person['name'], 'role' => $role, 'sop_roles' => $person['sop_roles'] ?? [],
        'email' => "$login@example.test", 'password' => "$login-pass", 'app_password' => $app,
    ];
}
flush_rewrite_rules(false);                              // false: no .htaccess is written
umask(077);
file_put_contents($argument_file, json_encode($out, JSON_PRETTY_PRINT | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE) . "\n");
echo json_encode(['version' => $wp_version, 'users' => count($out['users'])]), "\n";
