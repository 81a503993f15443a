<?php

use Tayang\Capabilities;
use Tayang\Delegations;
use Tayang\Lifecycle;
use Tayang\Robot;
use Tayang\Settings;

/** A network: each site is an office of its own, with its own SOP, people, settings and robot. */
final class NetworkTest extends TayangTestCase
{
    private int $second;

    protected function setUp(): void
    {
        parent::setUp();
        self::assertTrue(is_multisite(), 'an instance with WP_MULTISITE=yes');
        $this->second = get_blog_id_from_url(get_network()->domain, '/lumajang/');
        self::assertNotSame(0, $this->second);
    }

    protected function tearDown(): void
    {
        while (ms_is_switched()) {
            restore_current_blog();
        }
        parent::tearDown();
    }

    /** Another office's SOP: two steps, an own key. */
    private static function other_sop(): array
    {
        $sop = self::sop();
        $sop['procedures'] = [['key' => 'berita', 'activities' => array_map(
            static fn(array $step): array => ['status' => str_replace('pemberitaan', 'berita', $step['status'])] + $step,
            array_slice($sop['procedures'][0]['activities'], 0, 3)
        )] + $sop['procedures'][0]];
        return $sop;
    }

    public function testTheSecondSiteGotItsRoleAndSchedule(): void
    {
        self::assertArrayHasKey('tayang/tayang.php', get_site_option('active_sitewide_plugins'));
        switch_to_blog($this->second);
        self::assertNotNull(get_role(Capabilities::ROBOT));
        self::assertNotFalse(wp_next_scheduled(Lifecycle::HOURLY));
    }

    public function testASiteThatIsMadeLaterGetsThemToo(): void
    {
        global $wpdb;
        // Its tables are made by DDL, which ends the transaction: so it is taken away by hand.
        $id = wpmu_create_blog(get_network()->domain, '/bondowoso/', 'KPU Kabupaten Bondowoso', 1);
        try {
            self::assertIsInt($id);
            switch_to_blog($id);
            self::assertNotNull(get_role(Capabilities::ROBOT));
            self::assertNotFalse(wp_next_scheduled(Lifecycle::HOURLY));
            restore_current_blog();
        } finally {
            require_once ABSPATH . 'wp-admin/includes/ms.php';
            wpmu_delete_blog($id, true);
            $wpdb->query('COMMIT');
        }
    }

    public function testEachSiteRunsItsOwnSop(): void
    {
        $first = self::plugin()->sop->statuses();
        switch_to_blog($this->second);
        self::plugin()->sop->store(self::other_sop());
        $second = self::plugin()->sop->statuses();
        self::assertArrayHasKey('tyg_berita_2', $second);
        self::assertArrayNotHasKey('tyg_pemberitaan_2', $second);
        restore_current_blog();
        self::assertSame($first, self::plugin()->sop->statuses());
    }

    public function testTheGateHoldsOnBothSites(): void
    {
        $here = $this->make_case(2);
        switch_to_blog($this->second);
        self::plugin()->sop->store(self::other_sop());
        add_user_to_blog($this->second, $this->user('author'), 'author');
        $there = $this->make_post();
        $case = ['status' => 'tyg_berita_3', 'activity_no' => 3] + self::mirror($there, 3);
        self::assertTrue(self::plugin()->cases->apply($case));
        foreach ([1, $this->user('admin')] as $super) {
            wp_set_current_user($super);
            wp_update_post(['ID' => $there, 'post_status' => 'publish']);
            self::assertSame('tyg_berita_3', $this->row($there)->post_status);
        }
        wp_publish_post($there);
        self::assertSame('tyg_berita_3', $this->row($there)->post_status);
        self::assertSame('draft', get_post_status(wp_insert_post(['post_title' => 'x', 'post_status' => 'publish'])));
        restore_current_blog();
        wp_update_post(['ID' => $here, 'post_status' => 'publish']);
        self::assertSame('tyg_pemberitaan_2', $this->row($here)->post_status);
        self::assertSame([], $this->heard);
    }

    public function testCodeThatVisitsASiteWithoutThePluginIsLeftAlone(): void
    {
        $network = get_site_option('active_sitewide_plugins');
        update_site_option('active_sitewide_plugins', []);
        update_option('active_plugins', ['tayang/tayang.php']);
        self::assertTrue(self::plugin()->sop->is_governed('post'));
        switch_to_blog($this->second);
        self::assertFalse(self::plugin()->sop->is_governed('post'));
        self::assertSame('publish', get_post_status(wp_insert_post(['post_title' => 'x', 'post_status' => 'publish'])));
        restore_current_blog();
        self::assertTrue(self::plugin()->sop->is_governed('post'));
        update_site_option('active_sitewide_plugins', $network);
    }

    public function testPartsBelongToASiteNotToThePerson(): void
    {
        $person = $this->user('author');
        update_user_meta($person, Capabilities::key(Capabilities::META), ['penyusun']);
        switch_to_blog($this->second);
        add_user_to_blog($this->second, $person, 'author');
        add_user_to_blog($this->second, $this->user('editor'), 'editor');
        self::assertSame([], Capabilities::roles_of($person));
        self::assertFalse(user_can($person, 'tayang_see_cases'));
        update_user_meta($person, Capabilities::key(Capabilities::META), ['humas']);
        $today = wp_date('Y-m-d');
        self::assertTrue(Delegations::add($person, ['to' => $this->user('editor'), 'from_day' => $today, 'to_day' => $today,
            'kind' => 'plh', 'reason' => ''], 1));
        self::assertCount(1, Delegations::open($person));
        restore_current_blog();
        self::assertSame(['penyusun'], Capabilities::roles_of($person));
        self::assertSame([], Delegations::open($person));
    }

    public function testEachSitesServerHearsOfItsOwnPeople(): void
    {
        self::plugin()->capabilities->flush();                  // what other tests have left
        $heard = [];
        add_filter('pre_http_request', static function (mixed $answer, array $call, string $url) use (&$heard): array {
            $heard[wp_parse_url($url, PHP_URL_HOST)] = array_column(json_decode($call['body'], true)['people'] ?? [], 'roles');
            return ['response' => ['code' => 200], 'headers' => [], 'body' => '{"people": 1}'];
        }, 10, 3);
        foreach ([get_main_site_id() => 'jember', $this->second => 'lumajang'] as $site => $name) {
            switch_to_blog($site);
            update_option('tayang_settings', ['sidecar_url' => "http://$name.example", 'site_id' => $name, 'secrets' => [self::SECRET]]);
            add_user_to_blog($site, $this->user('author'), 'author');
            update_user_meta($this->user('author'), Capabilities::key(Capabilities::META), ["role-of-$name"]);
            restore_current_blog();
        }
        self::assertTrue(self::plugin()->capabilities->flush());
        self::assertSame(['jember.example' => [['role-of-jember']], 'lumajang.example' => [['role-of-lumajang']]], $heard);
    }

    public function testSettingsAndRobotAreThoseOfTheSite(): void
    {
        update_option(Settings::OPTION, ['site_id' => 'jember']);
        $here = Robot::find();
        switch_to_blog($this->second);
        update_option(Settings::OPTION, ['site_id' => 'lumajang']);
        self::assertNull(Robot::find());
        $there = Robot::ensure();
        self::assertSame("tayang-$this->second", $there->user_login);
        self::assertSame([Capabilities::ROBOT], $there->roles);
        self::assertSame('lumajang', self::plugin()->settings->site_id());
        restore_current_blog();
        self::assertSame('jember', self::plugin()->settings->site_id());
        self::assertSame($here->ID, Robot::find()->ID);
        self::assertFalse(is_user_member_of_blog($there->ID, get_main_site_id()));
    }

    public function testASuperAdministratorIsNotTheSidecar(): void
    {
        self::assertTrue(is_super_admin(1));
        self::assertFalse(user_can(1, Capabilities::ROBOT));
        self::assertTrue(user_can($this->user('robot'), Capabilities::ROBOT));
    }

    public function testOffAndOnAgainForAllSites(): void
    {
        switch_to_blog($this->second);
        self::plugin()->sop->store(self::other_sop());
        $there = $this->make_post(['post_status' => 'tyg_berita_2']);
        restore_current_blog();
        $here = $this->make_case(3);
        Lifecycle::deactivate(true);
        self::assertSame('draft', $this->row($here)->post_status);
        switch_to_blog($this->second);
        self::assertSame('draft', $this->row($there)->post_status);
        self::assertFalse(wp_next_scheduled(Lifecycle::HOURLY));
        restore_current_blog();
        Lifecycle::activate(true);
        self::assertSame('tyg_pemberitaan_3', $this->row($here)->post_status);
        switch_to_blog($this->second);
        self::assertSame('tyg_berita_2', $this->row($there)->post_status);
    }

    public function testUninstallLeavesNothingOnAnySite(): void
    {
        global $wpdb;
        switch_to_blog($this->second);
        self::plugin()->sop->store(self::other_sop());
        $there = $this->make_post(['post_status' => 'tyg_berita_2']);
        update_post_meta($there, '_tayang_channels', [['channel' => 'bluesky', 'caption' => 'x']]);
        update_user_meta(1, Capabilities::key(Capabilities::META), ['humas']);
        restore_current_blog();
        update_user_meta(1, Capabilities::key(Capabilities::META), ['humas']);
        defined('WP_UNINSTALL_PLUGIN') || define('WP_UNINSTALL_PLUGIN', 'tayang/tayang.php');
        require dirname(TAYANG_FILE) . '/uninstall.php';
        foreach ([get_main_site_id(), $this->second] as $site) {
            switch_to_blog($site);
            self::assertSame([], $wpdb->get_col("SELECT option_name FROM $wpdb->options WHERE option_name LIKE '%tayang%' AND option_name NOT LIKE '%user_roles%' AND option_name NOT IN ('cron', 'active_plugins', 'recently_activated')"));
            self::assertSame([], $wpdb->get_col("SELECT meta_key FROM $wpdb->postmeta WHERE meta_key LIKE '%tayang%'"));
            self::assertNull(get_role(Capabilities::ROBOT));
            self::assertFalse(wp_next_scheduled(Lifecycle::HOURLY));
            restore_current_blog();
        }
        self::assertSame([], $wpdb->get_col("SELECT meta_key FROM $wpdb->usermeta WHERE meta_key LIKE '%tayang\\_%' AND meta_key NOT LIKE '%capabilities%'"));
        switch_to_blog($this->second);
        self::assertSame('draft', $this->row($there)->post_status);
    }
}
