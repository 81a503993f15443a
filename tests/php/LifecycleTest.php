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
}
