<?php

/** A test inside the real WordPress: everything written to the database is rolled back afterwards. */
abstract class WpTestCase extends PHPUnit\Framework\TestCase
{
    /** Tables are InnoDB, so a transaction around each test is enough. DDL inside a test would end it. */
    protected function setUp(): void
    {
        global $wpdb;
        wp_cache_flush();
        $wpdb->query('SET autocommit = 0');
        $wpdb->query('START TRANSACTION');
        wp_set_current_user(0);
        $GLOBALS['wp_rest_server'] = null;
    }

    protected function tearDown(): void
    {
        global $wpdb;
        $wpdb->query('ROLLBACK');
        $wpdb->query('SET autocommit = 1');
        wp_cache_flush();
        wp_set_current_user(0);
        $_POST = $_GET = $_REQUEST = [];
    }

    /** The id of one of the users of scripts/wordpress/users.json. */
    protected function user(string $login): int
    {
        return (int) get_user_by('login', $login)->ID;
    }

    /** Calls a REST route in this process as `$as` (a login; empty for a visitor). */
    protected function rest(string $method, string $path, array $params = [], string $as = ''): WP_REST_Response
    {
        wp_set_current_user($as === '' ? 0 : $this->user($as));
        $request = new WP_REST_Request($method, $path);
        foreach ($params as $name => $value) {
            $request->set_param($name, $value);
        }
        return rest_do_request($request);
    }
}
