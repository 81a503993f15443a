<?php

use Tayang\Capabilities;
use Tayang\Delegations;
use Tayang\Privacy;

/** WordPress's own tools export and erase what the plugin keeps about a person. */
final class PrivacyTest extends TayangTestCase
{
    private function prepared(): int
    {
        $user = $this->user('author');
        update_user_meta($user, Capabilities::META, ['penyusun']);
        update_user_meta($user, Capabilities::DIVISION, 'Divisi Hukum dan Pengawasan');
        update_user_meta($this->user('editor'), Capabilities::META, ['kasubbag']);
        $today = wp_date('Y-m-d');
        $wish = ['from_day' => $today, 'to_day' => $today, 'kind' => 'plh', 'reason' => 'Cuti melahirkan'];
        Delegations::add($user, $wish + ['to' => $this->user('contributor')], $user);
        Delegations::add($this->user('editor'), $wish + ['to' => $user], $user);
        $id = $this->make_case(2);
        update_post_meta($id, '_tayang_pending', [$user => ['key' => 'k', 'print' => 'p', 'command' => 'submit', 'at' => gmdate('c')],
            1 => ['key' => 'x', 'print' => 'p', 'command' => 'cancel', 'at' => gmdate('c')]]);
        return $id;
    }

    public function testEverythingAboutThePersonIsExported(): void
    {
        $this->prepared();
        $exporters = (new Privacy())->exporters([]);
        $answer = call_user_func($exporters['tayang']['callback'], 'author@example.test', 1);
        self::assertTrue($answer['done']);
        $text = (string) wp_json_encode($answer['data'], JSON_UNESCAPED_UNICODE);
        foreach (['Penyusun', 'Divisi Hukum dan Pengawasan', 'Cuti melahirkan', 'Rapat pleno', 'submit', get_userdata($this->user('editor'))->display_name] as $piece) {
            self::assertStringContainsString($piece, $text);
        }
        foreach ($answer['data'] as $item) {
            self::assertSame(['group_id', 'group_label', 'item_id', 'data'], array_keys($item));
        }
        self::assertSame(['data' => [], 'done' => true], (new Privacy())->export('nobody@example.test'));
    }

    public function testItIsErasedAndWhatStaysIsSaid(): void
    {
        $id = $this->prepared();
        $user = $this->user('author');
        $erasers = (new Privacy())->erasers([]);
        $answer = call_user_func($erasers['tayang']['callback'], 'author@example.test', 1);
        self::assertSame([true, true], [$answer['done'], $answer['items_retained']]);
        self::assertSame(5, $answer['items_removed'], 'roles, division, own delegation, one received, one command');
        self::assertCount(1, $answer['messages']);
        self::assertSame([[], '', []], [Capabilities::roles_of($user), Capabilities::division_of($user), Delegations::of($user)]);
        self::assertSame([], Delegations::of($this->user('editor')));
        self::assertSame([1], array_keys(get_post_meta($id, '_tayang_pending', true)), 'commands of others stay');
        self::assertSame(0, (new Privacy())->erase('author@example.test')['items_removed']);
    }

    public function testThePolicyTextIsSuggested(): void
    {
        require_once ABSPATH . 'wp-admin/includes/class-wp-privacy-policy-content.php';
        set_current_screen('plugins');
        $GLOBALS['wp_current_filter'][] = 'admin_init';
        (new Privacy())->suggest();
        array_pop($GLOBALS['wp_current_filter']);
        unset($GLOBALS['current_screen']);
        $contents = array_column(WP_Privacy_Policy_Content::get_suggested_policy_text(), 'policy_text', 'plugin_name');
        self::assertArrayHasKey('Tayang', $contents);
    }
}
