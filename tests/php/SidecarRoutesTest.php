<?php

use Tayang\Case_Mirror;
use Tayang\Content;

/** The routes that only the sidecar may call. */
final class SidecarRoutesTest extends TayangTestCase
{
    /** @dataProvider intruders */
    public function testAllThreeProofsAreNeeded(string $as, array $headers, bool $by_app_password, int $status, string $code): void
    {
        $id = $this->make_post();
        if (!$by_app_password) {
            add_filter('rest_request_before_callbacks', static function ($response) {
                $GLOBALS['wp_rest_application_password_uuid'] = null;
                return $response;
            });
        }
        $answer = $this->from_sidecar('mirror', ['case' => self::mirror($id, 1)], $headers, $as);
        remove_all_filters('rest_request_before_callbacks', 10);
        self::assertSame([$status, $code], [$answer->get_status(), $answer->get_data()['code']]);
        self::assertNull(self::plugin()->cases->get($id));
    }

    public static function intruders(): array
    {
        return [
            'visitor' => ['', [], true, 401, 'tayang_not_the_sidecar'],
            'editor, signed' => ['editor', [], true, 403, 'tayang_not_the_sidecar'],
            'administrator, signed' => ['admin', [], true, 403, 'tayang_not_the_sidecar'],
            'robot with a cookie' => ['robot', [], false, 403, 'tayang_not_the_sidecar'],
            'robot, unsigned' => ['robot', ['webhook-signature' => ''], true, 401, 'bad_signature'],
            'robot, wrongly signed' => ['robot', ['webhook-signature' => 'v1,AAAA'], true, 401, 'bad_signature'],
            'robot, another time' => ['robot', ['webhook-timestamp' => '1795413600'], true, 401, 'bad_signature'],
        ];
    }

    public function testACallCountsOnceAndForItsRouteOnly(): void
    {
        $id = $this->make_post();
        $body = ['case' => self::mirror($id, 1), 'to' => '/tayang/v1/sidecar/mirror'];
        $headers = self::plugin()->signature->headers([self::SECRET], (string) json_encode($body));
        self::assertSame(200, $this->from_sidecar('mirror', $body, $headers)->get_status());
        $again = $this->from_sidecar('mirror', $body, $headers);
        self::assertSame([409, 'replayed'], [$again->get_status(), $again->get_data()['code']]);
        $elsewhere = $this->from_sidecar('content', ['to' => '/tayang/v1/sidecar/mirror', 'post_id' => $id]);
        self::assertSame(422, $elsewhere->get_status());
    }

    public function testMirrorMovesThePostForwardOnly(): void
    {
        $id = $this->make_post();
        $first = $this->from_sidecar('mirror', ['case' => self::mirror($id, 2, [5], 4)]);
        self::assertSame(['applied' => true, 'revision' => 4], $first->get_data());
        self::assertSame('tyg_pemberitaan_2', $this->row($id)->post_status);
        foreach ([4, 3] as $revision) {
            $late = $this->from_sidecar('mirror', ['case' => self::mirror($id, 1, [], $revision)]);
            self::assertSame(['applied' => false, 'revision' => 4], $late->get_data());
        }
        self::assertSame('tyg_pemberitaan_2', $this->row($id)->post_status);
        self::assertSame([5], self::plugin()->cases->get($id)['may_edit']);
        $other = ['case_id' => 'another'] + self::mirror($id, 3, [], 99);
        self::assertFalse($this->from_sidecar('mirror', ['case' => $other])->get_data()['applied']);
    }

    public function testCancelledGoesBackToTheDraftsAndMayStartAnew(): void
    {
        $id = $this->make_case(3);
        self::plugin()->cases->apply(['state' => 'cancelled', 'status' => 'draft', 'revision' => 7] + self::mirror($id, 3));
        self::assertSame('draft', $this->row($id)->post_status);
        self::assertSame(409, $this->rest('POST', "/wp/v2/posts/$id", ['status' => 'publish'], 'admin')->get_status());
        $second = ['case_id' => 'second', 'revision' => 1] + self::mirror($id, 1);
        self::assertTrue(self::plugin()->cases->apply($second));
        self::assertSame('tyg_pemberitaan_1', $this->row($id)->post_status);
    }

    /** @dataProvider malformed */
    public function testMalformedMirrors(array $body, int $status): void
    {
        self::assertSame($status, $this->from_sidecar('mirror', $body)->get_status());
    }

    public static function malformed(): array
    {
        return [
            'nothing' => [[], 422],
            'no post' => [['case' => self::mirror(999999, 1)], 404],
            'no list' => [['case' => ['may_edit' => 'all'] + self::mirror(1, 1)], 422],
        ];
    }

    public function testPublishesWhatWasApproved(): void
    {
        $id = $this->make_case(4, 'author', ['state' => 'publishing', 'revision' => 20]);
        $sha256 = Content::digest(self::plugin()->content->build($this->row($id)));
        $before = time();
        $answer = $this->from_sidecar('publish', $this->order($id, $sha256));
        self::assertSame(200, $answer->get_status(), (string) wp_json_encode($answer->get_data()));
        $row = $this->row($id);
        self::assertSame(['publish', 'rapat-pleno'], [$row->post_status, $row->post_name]);
        self::assertSame(home_url('/rapat-pleno/'), $answer->get_data()['url']);
        self::assertGreaterThanOrEqual($before, strtotime("$row->post_date_gmt UTC"));
        self::assertSame(get_date_from_gmt($row->post_date_gmt), $row->post_date);
        self::assertSame($row->post_date_gmt, gmdate('Y-m-d H:i:s', strtotime($answer->get_data()['published_at'])));
        self::assertContains("$id published", $this->heard);
        $again = $this->from_sidecar('publish', $this->order($id, $sha256))->get_data();
        self::assertTrue($again['already']);
        self::assertSame($answer->get_data()['published_at'], $again['published_at']);
        self::assertFalse($answer->get_data()['already']);
    }

    public function testWhoMayActChangesWithoutAnEvent(): void
    {
        $at = static fn(string $time): array => ['as_of' => "2026-11-26T10:00:00.{$time}+00:00"];
        $id = $this->make_case(2, 'author', $at('000010'));
        $acting = ['may_act' => [$this->user('editor')], 'may_edit' => [$this->user('editor')]];
        $mirror = fn(array $changes): bool => $this->from_sidecar('mirror', ['case' => $changes + self::mirror($id, 2, [$this->user('author')])])
            ->get_data()['applied'];
        self::assertTrue($mirror($acting + $at('000020')));
        self::assertSame([$this->user('editor')], self::plugin()->cases->get($id)['may_edit']);
        self::assertTrue(user_can($this->user('editor'), 'edit_post', $id));
        self::assertFalse(user_can($this->user('author'), 'edit_post', $id));
        self::assertFalse($mirror($at('000015')), 'older, though it came later');
        self::assertFalse($mirror(['who' => 'The same in English'] + $acting + $at('000030')), 'nothing new');
        self::assertTrue($mirror($at('000031')));
        self::assertFalse(user_can($this->user('editor'), 'edit_post', $id), 'the delegation is over');
    }

    public function testALateMirrorDoesNotTakeThePostOffTheSite(): void
    {
        $id = $this->make_case(4, 'author', ['state' => 'publishing', 'revision' => 20]);
        $this->from_sidecar('publish', $this->order($id, Content::digest(self::plugin()->content->build($this->row($id)))));
        $late = ['state' => 'publishing', 'revision' => 21] + self::mirror($id, 4);
        self::assertTrue($this->from_sidecar('mirror', ['case' => $late])->get_data()['applied']);
        self::assertSame('publish', $this->row($id)->post_status);
        wp_update_post(['ID' => $id, 'post_content' => 'Diubah']);
        self::assertSame(['publish', 'Isi berita.'], [$this->row($id)->post_status, $this->row($id)->post_content]);
        $final = ['state' => 'published', 'status' => 'publish', 'revision' => 22] + self::mirror($id, 4);
        self::assertTrue($this->from_sidecar('mirror', ['case' => $final])->get_data()['applied']);
        self::assertSame([], self::plugin()->reconcile->run());
        self::assertSame('publish', $this->row($id)->post_status);
    }

    public function testRefusesOtherWordsAndSaysWhichTheyAre(): void
    {
        $id = $this->make_case(4, 'author', ['state' => 'publishing', 'revision' => 20]);
        $approved = Content::digest(self::plugin()->content->build($this->row($id)));
        wp_set_post_tags($id, ['selundupan']);
        self::assertSame([], wp_get_post_tags($id), 'closed to code');
        $this->smuggle_tag($id, 'lewat basis data');
        foreach ([true, false] as $visible) {
            $answer = $this->from_sidecar('publish', ['visible' => $visible] + $this->order($id, $approved));
            self::assertSame([409, 'tayang_content_changed'], [$answer->get_status(), $answer->get_data()['code']]);
            $data = $answer->get_data()['data'];
            self::assertSame(Content::digest($data['content']), $data['content_sha256']);
            self::assertStringContainsString('<p>Isi berita.</p>', $data['rendered']);
        }
        self::assertSame('tyg_pemberitaan_4', $this->row($id)->post_status);
        self::assertSame([], $this->heard);
    }

    public function testSocialMediaOnlyChangesNoStatus(): void
    {
        $id = $this->make_case(4, 'author', ['state' => 'publishing', 'revision' => 20]);
        $sha256 = Content::digest(self::plugin()->content->build($this->row($id)));
        $answer = $this->from_sidecar('publish', ['visible' => false] + $this->order($id, $sha256));
        self::assertSame([200, ''], [$answer->get_status(), $answer->get_data()['url']]);
        self::assertSame('tyg_pemberitaan_4', $this->row($id)->post_status);
    }

    public function testAnOvertakenOrderDoesNothing(): void
    {
        $id = $this->make_case(2, 'author', ['revision' => 30]);
        $sha256 = Content::digest(self::plugin()->content->build($this->row($id)));
        self::assertSame('tayang_overtaken', $this->from_sidecar('publish', $this->order($id, $sha256))->get_data()['code']);
        $wrong = ['case_id' => 'other'] + $this->order($id, $sha256);
        self::assertSame(404, $this->from_sidecar('publish', $wrong)->get_status());
        self::assertSame([], $this->heard);
    }

    public function testContentIsWhatTheContractSays(): void
    {
        $id = $this->make_case(3);
        $answer = $this->from_sidecar('content', ['post_id' => $id])->get_data();
        self::assertSame(['content', 'content_sha256', 'media_urls', 'rendered', 'status'], array_keys($answer));
        self::assertSame(
            ['post_id', 'post_type', 'title', 'content', 'excerpt', 'slug', 'terms', 'featured_image', 'images', 'website', 'photos',
                'channels', 'card'],
            array_keys($answer['content'])
        );
        self::assertSame('rapat-pleno', $answer['content']['slug']);
        self::assertSame(['category', 'post_tag'], array_column($answer['content']['terms'], 0));
        self::assertSame('{}', wp_json_encode($answer['media_urls']));
        self::assertSame(404, $this->from_sidecar('content', ['post_id' => 999999])->get_status());
    }

    public function testPicturesAndTheirDerivatives(): void
    {
        $id = $this->make_post();
        [$image, $file] = $this->make_image($id);
        try {
            set_post_thumbnail($id, $image);
            update_post_meta($image, '_tayang_focal', [30, 70]);
            $answer = $this->from_sidecar('content', ['post_id' => $id])->get_data();
            $sha256 = hash_file('sha256', $file);
            self::assertSame($image, $answer['content']['featured_image']);
            self::assertSame([['id' => $image, 'sha256' => $sha256, 'mime' => 'image/png', 'alt' => '', 'caption' => '',
                'focal' => [30, 70]]], $answer['content']['images']);
            $order = ['attachment_id' => $image, 'original_sha256' => $sha256, 'files' => [self::png('tayang_thumb', 40, 30)]];
            self::assertSame(['stored' => 1], $this->from_sidecar('derivatives', $order)->get_data());
            self::assertSame(['stored' => 1], $this->from_sidecar('derivatives', $order)->get_data());
            $src = wp_get_attachment_image_src($image, 'tayang_thumb');
            self::assertSame([40, 30], [$src[1], $src[2]]);
            self::assertStringEndsWith('-tayang-thumb.png', $src[0]);
            self::assertFileExists(dirname($file) . '/' . basename($src[0]));
            $changed = ['original_sha256' => str_repeat('0', 64)] + $order;
            self::assertSame(409, $this->from_sidecar('derivatives', $changed)->get_status());
            $lie = ['files' => [['width' => 41] + self::png('tayang_thumb', 40, 30)]] + $order;
            self::assertSame(422, $this->from_sidecar('derivatives', $lie)->get_status());
            $way_out = ['files' => [['name' => '../../x'] + self::png('tayang_thumb', 40, 30)]] + $order;
            self::assertSame(422, $this->from_sidecar('derivatives', $way_out)->get_status());
        } finally {
            wp_delete_attachment($image, true);
        }
        self::assertFileDoesNotExist(dirname($file) . '/' . basename($src[0]));
    }

    public function testTheSameCallsComeInOverXmlRpc(): void
    {
        $id = $this->make_case(3);
        $ours = static fn() => true;
        add_filter('application_password_is_api_request', $ours);
        try {
            $password = WP_Application_Passwords::create_new_application_password($this->user('robot'), ['name' => 'xmlrpc'])[0];
            $body = (string) json_encode(['to' => '/tayang/v1/sidecar/content', 'post_id' => $id]);
            update_option('tayang_settings', ['sidecar_url' => 'http://127.0.0.1:9', 'site_id' => 'x', 'secrets' => [self::SECRET]]);
            $headers = self::plugin()->signature->headers([self::SECRET], $body);
            $answer = $this->xmlrpc('tayang.content', [1, 'robot', $password, $body, $headers]);
            self::assertIsString($answer, (string) wp_json_encode($answer));
            self::assertSame('Isi berita.', json_decode($answer, true)['content']['content']);
            $again = $this->xmlrpc('tayang.content', [1, 'robot', $password, $body, $headers]);
            // IXR escapes a fault for XML already when it is made.
            $fault = static fn(IXR_Error $error): mixed => json_decode(htmlspecialchars_decode($error->message), true)['code'];
            self::assertSame([409, 'replayed'], [$again->code, $fault($again)]);
            $unsigned = $this->xmlrpc('tayang.content', [1, 'robot', $password, $body, []]);
            self::assertSame('bad_signature', $fault($unsigned));
            unset($GLOBALS['wp_rest_application_password_uuid']);
            $headers = self::plugin()->signature->headers([self::SECRET], $body);
            $by_login = $this->xmlrpc('tayang.content', [1, 'robot', 'robot-pass', $body, $headers]);
            self::assertSame('tayang_not_the_sidecar', $fault($by_login));
            self::assertSame(403, $this->xmlrpc('tayang.content', [1, 'robot', 'wrong', $body, $headers])->code);
            self::assertSame(422, $this->xmlrpc('tayang.mirror', [1])->code);
        } finally {
            remove_filter('application_password_is_api_request', $ours);
        }
    }

    private function order(int $id, string $sha256): array
    {
        return ['case_id' => md5("case $id"), 'post_id' => $id, 'revision' => 20, 'content_sha256' => $sha256, 'visible' => true];
    }

    /** @return array{int, string} Attachment and the path of its file. */
    private function make_image(int $parent): array
    {
        $upload = wp_upload_bits(uniqid('tayang-test-') . '.png', null, base64_decode(self::png('x', 80, 60)['data_base64']));
        $id = wp_insert_attachment(['post_mime_type' => 'image/png', 'post_title' => 'x'], $upload['file'], $parent);
        wp_update_attachment_metadata($id, ['width' => 80, 'height' => 60, 'sizes' => [],
            'file' => _wp_relative_upload_path($upload['file'])]);
        return [$id, $upload['file']];
    }

    private static function png(string $name, int $width, int $height): array
    {
        $image = imagecreatetruecolor($width, $height);
        ob_start();
        imagepng($image);
        $bytes = (string) ob_get_clean();
        return ['name' => $name, 'width' => $width, 'height' => $height, 'mime' => 'image/png',
            'sha256' => hash('sha256', $bytes), 'data_base64' => base64_encode($bytes)];
    }

    /** Past every hook. */
    private function smuggle_tag(int $post_id, string $name): void
    {
        global $wpdb;
        $tag = wp_insert_term($name, 'post_tag');
        $wpdb->insert($wpdb->term_relationships, ['object_id' => $post_id, 'term_taxonomy_id' => $tag['term_taxonomy_id']]);
        clean_object_term_cache($post_id, 'post');
    }
}
