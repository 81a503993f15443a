<?php

use Tayang\Case_Mirror;
use Tayang\Content;
use Tayang\Plugin;
use Tayang\Working_Copy;

/** A published post is corrected in a working copy, by a case of its own, and is public all the time. */
final class CorrectionsTest extends TayangTestCase
{
    private const CORRECTION = 'c0ffee';

    public function testThePublicPostStaysUntilTheCorrectionIsPublished(): void
    {
        [$id, $copy] = $this->correction(2, 'contributor');
        self::assertSame('tyg_pemberitaan_2', $this->row($copy)->post_status);
        self::assertSame(['Rapat pleno', 'Isi berita.'], [$this->row($copy)->post_title, $this->row($copy)->post_content]);
        $answer = $this->rest('POST', "/wp/v2/posts/$copy", ['title' => 'Rapat "pleno" II', 'content' => 'Isi \\o/ baru.'], 'contributor');
        self::assertSame(200, $answer->get_status(), (string) wp_json_encode($answer->get_data()));
        foreach (['contributor', 'author', 'admin'] as $login) {
            self::assertSame(403, $this->rest('POST', "/wp/v2/posts/$id", ['title' => 'x'], $login)->get_status(), $login);
        }
        $this->is_public($id, 'Rapat pleno');
        $this->apply($id, 3, [], 8);
        self::assertSame('tyg_pemberitaan_3', $this->row($copy)->post_status);
        self::assertSame(403, $this->rest('POST', "/wp/v2/posts/$copy", ['title' => 'x'], 'contributor')->get_status());
        $this->is_public($id, 'Rapat pleno');
        $before = $this->row($id);
        $answer = $this->publish($id, $copy, 9);
        self::assertSame(200, $answer->get_status(), (string) wp_json_encode($answer->get_data()));
        $this->is_public($id, 'Rapat "pleno" II');
        $row = $this->row($id);
        self::assertSame('Isi \\o/ baru.', $row->post_content);
        foreach (['post_date', 'post_date_gmt', 'post_name', 'post_author'] as $same) {
            self::assertSame($before->$same, $row->$same, $same);
        }
        self::assertSame([null, 0], [get_post($copy), Working_Copy::of($id)]);
        self::assertSame([], array_filter($this->heard, static fn(string $one): bool => $one === "$id publish"), 'no second publication');
        self::assertSame('', get_post_meta($id, '_pingme', true) . get_post_meta($id, '_encloseme', true));
        self::assertContains('Rapat pleno', array_column(wp_get_post_revisions($id), 'post_title'), 'the former text can be looked at');
        self::assertSame(true, $this->publish($id, $copy, 9, $answer->get_data()['sha256'])->get_data()['already']);
        self::assertSame([], Plugin::instance()->reconcile->run());
    }

    public function testEverythingThatWasApprovedIsCarriedOver(): void
    {
        [$id, $copy] = $this->correction(2, 'contributor');
        wp_set_current_user($this->user('contributor'));
        $category = wp_insert_term('Ralat', 'category')['term_id'];
        $image = $this->picture($copy);
        wp_set_post_categories($copy, [$category]);
        set_post_thumbnail($copy, $image);
        update_post_meta($copy, 'judul_seo', 'Baru');
        update_post_meta($id, 'dibaca', '41');                  // while the copy says 7
        self::assertSame('7', get_post_meta($copy, 'dibaca', true));
        $this->apply($id, 3, [], 8);
        self::assertSame(200, $this->publish($id, $copy, 9)->get_status());
        self::assertSame([$category], wp_get_post_categories($id));
        self::assertSame([$image, $id], [get_post_thumbnail_id($id), (int) $this->row($image)->post_parent]);
        self::assertSame(['Baru', '41'], [get_post_meta($id, 'judul_seo', true), get_post_meta($id, 'dibaca', true)]);
        wp_set_current_user($this->user('admin'));
        wp_set_post_categories($id, [1]);
        self::assertSame([$category], wp_get_post_categories($id), 'closed again');
    }

    public function testAnInterruptedPublicationIsFinishedByTheSameOrder(): void
    {
        [$id, $copy] = $this->correction(2, 'author');
        $image = $this->picture($copy);
        wp_set_current_user($this->user('author'));
        wp_update_post(['ID' => $copy, 'post_title' => 'Ralat']);
        $this->apply($id, 3, [], 8);
        $digest = Content::digest(Plugin::instance()->content->build($this->row($copy)));
        $crash = static function (): void {
            throw new RuntimeException('power cut');
        };
        add_filter('pre_delete_post', $crash, 0);
        try {
            $this->publish($id, $copy, 9, $digest);
            self::fail('no crash');
        } catch (RuntimeException) {
            self::assertSame('tyg_pemberitaan_4', $this->row($copy)->post_status);
        } finally {
            remove_filter('pre_delete_post', $crash, 0);
        }
        $this->is_public($id, 'Ralat');
        $answer = $this->order($id, 9, $digest);
        self::assertSame([200, false], [$answer->get_status(), $answer->get_data()['already']]);
        self::assertNull(get_post($copy));
        self::assertSame($id, (int) $this->row($image)->post_parent);
        $this->is_public($id, 'Ralat');
    }

    public function testOtherWordsThanTheApprovedOnesStop(): void
    {
        global $wpdb;
        [$id, $copy] = $this->correction(3);
        $digest = Content::digest(Plugin::instance()->content->build($this->row($copy)));
        $wpdb->update($wpdb->posts, ['post_title' => 'Lain'], ['ID' => $copy]);
        clean_post_cache($copy);
        $answer = $this->publish($id, $copy, 9, $digest);
        self::assertSame([409, 'tayang_content_changed'], [$answer->get_status(), $answer->get_data()['code']]);
        self::assertSame($id, $answer->get_data()['data']['content']['post_id']);
        $this->is_public($id, 'Rapat pleno');
    }

    public function testACancelledCorrectionLeavesThePostPublishedAndCorrectable(): void
    {
        [$id, $copy] = $this->correction(3);
        $this->apply($id, 0, [], 8, ['state' => 'cancelled', 'status' => 'draft', 'as_of' => '2026-11-26T10:00:00.000005+00:00']);
        self::assertSame('trash', $this->row($copy)->post_status);
        $this->is_public($id, 'Rapat pleno');
        $case = Plugin::instance()->cases->get($id);
        self::assertSame(['published', md5("case $id"), ''], [$case['state'], $case['case_id'], $case['corrects']]);
        self::assertTrue(Plugin::instance()->gate->is_locked($id, $this->user('admin')));
        // A message of the cancelled one that was under way does not begin it again; another correction does.
        $late = ['as_of' => '2026-11-26T10:00:00.000004+00:00'];
        self::assertFalse($this->apply($id, 3, [], 7, $late));
        self::assertSame(0, Working_Copy::of($id));
        $next = ['case_id' => 'second', 'as_of' => '2026-11-26T10:00:01+00:00'];
        self::assertTrue($this->apply($id, 2, [$this->user('author')], 1, $next));
        self::assertNotSame(0, Working_Copy::of($id));
        self::assertNotSame($copy, Working_Copy::of($id));
        self::assertFalse($this->apply($id, 3, [], 9, ['as_of' => '2026-11-26T10:00:00.5+00:00']), 'of the cancelled one');
        wp_set_current_user($this->user('admin'));
        wp_untrash_post($copy);
        self::assertSame('draft', $this->row($copy)->post_status);
        self::assertNull(Plugin::instance()->cases->get($copy));
        self::assertSame([], Plugin::instance()->reconcile->run());
    }

    public function testACorrectionOnlyBeginsOnThePublishedCase(): void
    {
        $id = $this->published();
        self::assertFalse($this->apply($id, 2, [], 1, ['corrects' => 'another']));
        self::assertFalse($this->apply($id, 2, [], 1, ['corrects' => '']));
        self::assertSame(0, Working_Copy::of($id));
        $open = $this->make_case(3);
        self::assertFalse($this->apply($open, 2, [], 1, ['corrects' => md5("case $open")]));
        $this->is_public($id, 'Rapat pleno');
    }

    public function testNobodyMakesThePublicPostAndItsCopyGoAway(): void
    {
        [$id, $copy] = $this->correction(2, 'admin');
        wp_set_current_user($this->user('admin'));
        foreach ([$id, $copy] as $post_id) {
            self::assertFalse(wp_trash_post($post_id));
            self::assertFalse(wp_delete_post($post_id, true));
        }
        wp_update_post(['ID' => $copy, 'post_status' => 'publish']);
        wp_publish_post($copy);
        wp_update_post(['ID' => $id, 'post_status' => 'draft']);
        self::assertSame(['publish', 'tyg_pemberitaan_2'], [$this->row($id)->post_status, $this->row($copy)->post_status]);
        update_post_meta($copy, Working_Copy::OF, 0);
        delete_post_meta($id, Working_Copy::COPY);
        self::assertSame([$copy, $id], [Working_Copy::of($id), Working_Copy::public_of($copy)]);
        // Core says publish_post for every save of a public post, also for one that changed nothing.
        self::assertSame([], array_diff($this->heard, ["$id published"]));
    }

    public function testWhatNoHookSeesIsPutBackQuietly(): void
    {
        global $wpdb;
        [$id, $copy] = $this->correction(3);
        $wpdb->update($wpdb->posts, ['post_status' => 'draft'], ['ID' => $id]);
        $wpdb->update($wpdb->posts, ['post_status' => 'publish', 'post_content' => 'Lain.'], ['ID' => $copy]);
        self::assertEqualsCanonicalizing([$id, $copy], Plugin::instance()->reconcile->run());
        self::assertSame(['publish', 'tyg_pemberitaan_3'], [$this->row($id)->post_status, $this->row($copy)->post_status]);
        self::assertSame('Isi berita.', $this->row($copy)->post_content);
        self::assertSame([], $this->heard);
    }

    public function testTheContentIsThatOfThePublicPostToBe(): void
    {
        [$id, $copy] = $this->correction(2, 'author');
        $mine = $this->picture($copy);
        $content = Plugin::instance()->content->build($this->row($copy));
        self::assertSame([$id, 'rapat-pleno', []], [$content['post_id'], $content['slug'], $content['channels']]);
        self::assertCount(2, $content['images'], 'its own, and those of the public post');
        self::assertContains($mine, array_column($content['images'], 'id'));
    }

    public function testTheListsNameBoth(): void
    {
        [$id, $copy] = $this->correction(3);
        $screen = new Tayang\Ui\Correction_States();
        self::assertStringContainsString('“Rapat pleno”', $screen->states([], $this->row($copy))['tayang_correction']);
        $states = $screen->states(['tayang' => 'Step 3'], $this->row($id));
        self::assertStringContainsString('Kasubbag: Rina', $states['tayang']);
    }

    // ---- posts -----------------------------------------------------------------------------------------------------

    /** A post that went all the way, with a picture and another plugin's counter. */
    private function published(): int
    {
        $id = $this->make_case(3, 'author', [], ['post_name' => 'rapat-pleno']);
        $this->picture($id, true);
        $sha256 = Content::digest(Plugin::instance()->content->build($this->row($id)));
        self::assertTrue(Plugin::instance()->cases->apply(self::mirror($id, 4, [], 5) + []) === true);
        $answer = $this->from_sidecar('publish', ['case_id' => md5("case $id"), 'post_id' => $id, 'revision' => 5,
            'content_sha256' => $sha256, 'visible' => true]);
        self::assertSame(200, $answer->get_status(), (string) wp_json_encode($answer->get_data()));
        $over = ['state' => 'published', 'status' => 'publish', 'revision' => 6] + self::mirror($id, 4);
        self::assertTrue(Plugin::instance()->cases->apply($over) === true);
        delete_post_meta($id, '_pingme');
        delete_post_meta($id, '_encloseme');                    // of the first publication
        add_post_meta($id, 'dibaca', '7');
        update_post_meta($id, Content::CHANNELS, [['channel' => 'bluesky', 'caption' => 'x']]);
        $this->heard = [];
        return $id;
    }

    /** @return array{int, int} a published post and the working copy of its correction, at a step */
    private function correction(int $no, string $writer = ''): array
    {
        $id = $this->published();
        self::assertTrue($this->apply($id, $no, $writer === '' ? [] : [$this->user($writer)], 1));
        $copy = Working_Copy::of($id);
        self::assertNotSame(0, $copy);
        $this->heard = [];
        return [$id, $copy];
    }

    private function apply(int $id, int $no, array $may_edit, int $revision, array $changes = []): bool
    {
        $case = $changes + ['case_id' => self::CORRECTION, 'corrects' => md5("case $id")] + self::mirror($id, $no, $may_edit, $revision);
        $applied = Plugin::instance()->cases->apply($case);
        self::assertIsBool($applied, is_wp_error($applied) ? $applied->get_error_message() : '');
        return $applied;
    }

    private function publish(int $id, int $copy, int $revision, string $sha256 = ''): WP_REST_Response
    {
        $sha256 = $sha256 ?: Content::digest(Plugin::instance()->content->build($this->row($copy)));
        $this->apply($id, 4, [], $revision, ['state' => 'publishing']);
        $answer = $this->order($id, $revision, $sha256);
        if (!$answer->is_error()) {
            $answer->set_data($answer->get_data() + ['sha256' => $sha256]);
        }
        return $answer;
    }

    private function order(int $id, int $revision, string $sha256): WP_REST_Response
    {
        return $this->from_sidecar('publish', ['case_id' => self::CORRECTION, 'post_id' => $id, 'revision' => $revision,
            'content_sha256' => $sha256, 'visible' => true]);
    }

    private function picture(int $parent, bool $is_featured = false): int
    {
        $id = $this->make_post(['post_type' => 'attachment', 'post_mime_type' => 'image/jpeg', 'post_status' => 'inherit',
            'post_parent' => $parent, 'post_title' => 'foto']);
        update_post_meta($id, '_wp_attached_file', '2026/01/a.jpg');
        return $id;
    }

    private function is_public(int $id, string $title): void
    {
        self::assertSame(['publish', $title], [$this->row($id)->post_status, $this->row($id)->post_title]);
        self::assertSame('publish', Plugin::instance()->cases->truth($id));
    }
}
