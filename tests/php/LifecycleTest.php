<?php

use Tayang\Lifecycle;

/** Switching the plugin off and on, and what a published page says about itself. */
final class LifecycleTest extends TayangTestCase
{
    public function testWithoutThePluginEveryPostIsVisibleAndComesBack(): void
    {
        $news = $this->make_case(3);
        $greeting = $this->make_post(['post_type' => 'tayang_greeting', 'post_status' => 'tyg_ucapan_out']);
        $public = $this->make_post(['post_status' => 'publish']);
        Lifecycle::deactivate();
        self::assertSame(['draft', 'post'], [$this->row($news)->post_status, $this->row($news)->post_type]);
        self::assertSame(['draft', 'post'], [$this->row($greeting)->post_status, $this->row($greeting)->post_type]);
        self::assertSame('publish', $this->row($public)->post_status);
        self::assertFalse(wp_next_scheduled(Lifecycle::HOURLY));
        Lifecycle::activate();
        self::assertSame(['tyg_pemberitaan_3', 'post'], [$this->row($news)->post_status, $this->row($news)->post_type]);
        self::assertSame(['tyg_ucapan_out', 'tayang_greeting'], [$this->row($greeting)->post_status, $this->row($greeting)->post_type]);
        self::assertSame('', get_post_meta($news, Lifecycle::PARKED, true));
        self::assertNotFalse(wp_next_scheduled(Lifecycle::HOURLY));
        self::assertTrue(get_role('tayang_sidecar')->has_cap('tayang_sidecar'));
        self::assertSame([], $this->heard);
    }

    public function testStatusesFitTheColumnAndShowInLists(): void
    {
        foreach (self::plugin()->sop->statuses() as $slug => $status) {
            self::assertLessThanOrEqual(20, strlen($slug));
            $object = get_post_status_object($slug);
            self::assertTrue($object->protected && $object->date_floating && $object->show_in_admin_status_list, $slug);
            self::assertFalse($object->public);
        }
        self::assertSame('3. Kasubbag', get_post_status_object('tyg_pemberitaan_3')->label);
        $type = get_post_type_object('tayang_greeting');
        self::assertTrue($type->show_ui && !$type->public && $type->show_in_rest);
    }

    public function testAPublicPageSaysItsTitle(): void
    {
        $id = $this->make_post(['post_title' => 'A "B" & C', 'post_name' => 'a-b-c', 'post_status' => 'publish']);
        $tags = Tayang\Public_Page::tags($this->row($id));
        self::assertSame(home_url('/a-b-c/'), $tags['og:url']);
        self::assertArrayNotHasKey('og:image', $tags);
    }

    public function testUninstallLeavesNothingButThePosts(): void
    {
        global $wpdb;
        $id = $this->make_case(2);
        update_user_meta(1, 'tayang_roles', ['humas']);
        set_transient('tayang_seen_1', 'x');
        update_user_meta(1, 'tayang_said', ['notice' => ['value' => 'x', 'at' => time()]]);
        $robot = $this->user('robot');
        self::assertNotSame([], WP_Application_Passwords::get_user_application_passwords($robot));
        Lifecycle::deactivate();
        defined('WP_UNINSTALL_PLUGIN') || define('WP_UNINSTALL_PLUGIN', 'tayang/tayang.php');
        require dirname(TAYANG_FILE) . '/uninstall.php';
        self::assertSame([], $wpdb->get_col("SELECT option_name FROM $wpdb->options WHERE option_name LIKE '%tayang\\_%' AND option_name NOT LIKE '%user\\_roles' AND option_name NOT IN ('cron')"));
        self::assertSame([], $wpdb->get_col("SELECT meta_key FROM $wpdb->postmeta WHERE meta_key LIKE '%tayang%'"));
        self::assertSame([], $wpdb->get_col("SELECT meta_key FROM $wpdb->usermeta WHERE meta_key LIKE '%tayang\\_%' AND meta_key NOT LIKE '%capabilities'"));
        self::assertSame([], WP_Application_Passwords::get_user_application_passwords($robot), 'nobody can come in as the robot');
        self::assertNull(get_role('tayang_sidecar'));
        self::assertSame(['draft', 'Rapat pleno'], [$this->row($id)->post_status, $this->row($id)->post_title]);
        self::assertFalse(wp_next_scheduled('tayang_hourly') || wp_next_scheduled('tayang_reconcile'));
    }
}
