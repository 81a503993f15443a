<?php

/** What people do: their commands reach the sidecar once, and nothing is lost while it is down. */
final class CommandsTest extends TayangTestCase
{
    /** @var array<int, array{0: int, 1: array<string, mixed>}|string> Answers of the stand-in, first one first. */
    private array $answers = [];

    protected function setUp(): void
    {
        parent::setUp();
        update_option('tayang_settings', ['sidecar_url' => 'http://127.0.0.1:9/base', 'site_id' => 'jember',
            'secrets' => [self::SECRET]]);
        add_filter('pre_http_request', [$this, 'stand_in'], 10, 3);
        $this->calls = [];
        foreach (['contributor' => 'sekretaris', 'author' => 'penyusun', 'editor' => 'kasubbag'] as $login => $role) {
            update_user_meta($this->user($login), 'tayang_roles', [$role]);
        }
    }

    protected function tearDown(): void
    {
        $this->answers = [];
        remove_all_filters('pre_http_request');
        $changed = new ReflectionProperty(Tayang\Capabilities::class, 'changed');
        $changed->setAccessible(true);
        $changed->setValue(self::plugin()->capabilities, []);
        parent::tearDown();
    }

    /** WordPress's own seam for HTTP: records the call and gives the next answer. */
    public function stand_in(mixed $answer, array $args, string $url): mixed
    {
        $headers = array_change_key_case($args['headers']);
        $genuine = self::plugin()->signature->verify([self::SECRET], ['id' => $headers['webhook-id'],
            'timestamp' => $headers['webhook-timestamp'], 'signature' => $headers['webhook-signature']], $args['body']);
        self::assertTrue($genuine);
        $this->calls[] = ['path' => (string) parse_url($url, PHP_URL_PATH), 'body' => json_decode($args['body'], true)];
        $next = array_shift($this->answers) ?? 'nobody home';
        return is_string($next) ? new WP_Error('http_request_failed', $next) : [
            'headers' => [], 'cookies' => [], 'filename' => null, 'body' => (string) json_encode($next[1]),
            'response' => ['code' => $next[0], 'message' => ''],
        ];
    }

    public function testSubmitSendsTheWordsAndTakesOverTheAnswer(): void
    {
        $id = $this->make_case(2);
        $this->answers = [[200, ['case' => self::view($id, 3, [$this->user('editor')]), 'replayed' => false]]];
        $answer = $this->rest('POST', "/tayang/v1/posts/$id/commands", ['command' => 'submit', 'expected_revision' => 3], 'author');
        self::assertSame(200, $answer->get_status(), (string) wp_json_encode($answer->get_data()));
        $call = $this->calls[0];
        self::assertSame('/base/api/v1/sites/jember/cases/' . md5("case $id") . '/commands', $call['path']);
        self::assertSame($call['path'], $call['body']['to']);
        self::assertSame([$this->user('author'), 3, 'submit'], [$call['body']['actor'], $call['body']['expected_revision'],
            $call['body']['command']]);
        self::assertSame('Isi berita.', $call['body']['content']['content']);
        self::assertArrayNotHasKey('content_sha256', $call['body']);
        self::assertSame('tyg_pemberitaan_3', $this->row($id)->post_status);
        self::assertSame('', get_post_meta($id, '_tayang_pending', true));
    }

    public function testAPictureWhoseFileIsGoneIsNamed(): void
    {
        $id = $this->make_case(2);
        $upload = wp_upload_bits(uniqid('hilang-') . '.png', null, 'x');
        $image = wp_insert_attachment(['post_mime_type' => 'image/png', 'post_title' => 'x'], $upload['file'], $id);
        unlink($upload['file']);
        try {
            $answer = $this->rest('POST', "/tayang/v1/posts/$id/commands", ['command' => 'submit'], 'author');
            self::assertSame([422, 'tayang_image_missing'], [$answer->get_status(), $answer->get_data()['code']]);
            self::assertStringContainsString(basename($upload['file']), $answer->get_data()['message']);
            self::assertSame([], $this->calls);
        } finally {
            wp_delete_attachment($image, true);
        }
    }

    public function testTheSameCommandAfterAFailureHasTheSameKey(): void
    {
        $id = $this->make_case(3);
        $command = ['command' => 'approve', 'expected_revision' => 3];
        $this->answers = ['nobody home', [503, ['code' => 'database_busy', 'detail' => 'x']],
            [200, ['case' => self::view($id, 4), 'replayed' => true]], [200, ['case' => self::view($id, 4, [], 5), 'replayed' => false]]];
        foreach ([503, 503, 200, 200] as $status) {
            $answer = $this->rest('POST', "/tayang/v1/posts/$id/commands", $command, 'editor');
            self::assertSame($status, $answer->get_status());
        }
        $keys = array_column(array_column($this->calls, 'body'), 'idempotency_key');
        self::assertSame([$keys[0], $keys[0], $keys[0]], array_slice($keys, 0, 3));
        self::assertNotSame($keys[0], $keys[3]);
        self::assertSame(64, strlen($this->calls[0]['body']['content_sha256']));
    }

    public function testOnlyWhatWasSeenIsApproved(): void
    {
        $id = $this->make_case(3);
        $command = ['command' => 'approve', 'content_sha256' => str_repeat('0', 64)];
        $answer = $this->rest('POST', "/tayang/v1/posts/$id/commands", $command, 'editor');
        self::assertSame([409, 'content_changed'], [$answer->get_status(), $answer->get_data()['code']]);
        self::assertSame([], $this->calls);
    }

    public function testDownIsSaidClearlyAndNothingIsLost(): void
    {
        $id = $this->make_case(2);
        $answer = $this->rest('POST', "/tayang/v1/posts/$id/commands", ['command' => 'submit'], 'author');
        self::assertSame([503, 'tayang_unreachable'], [$answer->get_status(), $answer->get_data()['code']]);
        self::assertGreaterThan(40, strlen($answer->get_data()['message']), 'a whole sentence, in the language of the site');
        self::assertSame('tyg_pemberitaan_2', $this->row($id)->post_status);
        $panel = $this->rest('GET', "/tayang/v1/posts/$id/panel", [], 'author')->get_data();
        self::assertSame([false, null, 2], [$panel['reachable'], $panel['case'], $panel['mirror']['activity_no']]);
    }

    public function testARefusalOfTheSidecarReachesThePersonAsItIs(): void
    {
        $id = $this->make_case(3);
        $this->answers = [[403, ['code' => 'not_your_turn', 'detail' => 'Giliran Kasubbag.', 'params' => []]]];
        $answer = $this->rest('POST', "/tayang/v1/posts/$id/commands", ['command' => 'approve'], 'author');
        self::assertSame([403, 'not_your_turn', 'Giliran Kasubbag.'], [$answer->get_status(), $answer->get_data()['code'],
            $answer->get_data()['message']]);
        self::assertSame('', get_post_meta($id, '_tayang_pending', true));
    }

    public function testThePanelTellsWhatMayBeOpened(): void
    {
        $id = $this->make_post();
        $this->answers = [[404, ['code' => 'no_such_case', 'detail' => 'x']], [404, ['code' => 'no_such_case', 'detail' => 'x']]];
        $panel = $this->rest('GET', "/tayang/v1/posts/$id/panel", [], 'contributor')->get_data();
        self::assertSame([null, true, ['pemberitaan']], [$panel['case'], $panel['reachable'], array_column($panel['procedures'], 'key')]);
        self::assertSame([], $this->rest('GET', "/tayang/v1/posts/$id/panel", [], 'author')->get_data()['procedures']);
        self::assertSame(401, $this->rest('GET', "/tayang/v1/posts/$id/panel")->get_status());
    }

    public function testThePanelRefreshesTheMirror(): void
    {
        $id = $this->make_case(2);
        $this->answers = [[200, ['case' => self::view($id, 3)]]];
        $this->rest('GET', "/tayang/v1/posts/$id/panel", [], 'author');
        self::assertSame('tyg_pemberitaan_3', $this->row($id)->post_status);
    }

    public function testChangesBetweenVersionsAreAskedAsTheOfficeShowsThem(): void
    {
        $id = $this->make_case(3);
        $said = ['versions' => [], 'from' => null, 'to' => null, 'changes' => []];
        $this->answers = [[200, $said], [200, $said]];
        $answer = $this->rest('GET', "/tayang/v1/posts/$id/changes", ['from' => 0, 'to' => 2], 'editor');
        self::assertSame([200, $said], [$answer->get_status(), $answer->get_data()]);
        $body = $this->calls[0]['body'];
        self::assertSame([0, 2, 'all', $this->user('editor')], [$body['from'], $body['until'], $body['scope'], $body['actor']]);
        update_option('tayang_settings', ['visibility' => 'own'] + get_option('tayang_settings'));
        $this->answers = [[200, $said], [200, ['case' => self::view($id, 3)]]];
        $this->rest('GET', "/tayang/v1/posts/$id/changes", [], 'editor');
        $this->rest('GET', "/tayang/v1/posts/$id/panel", [], 'editor');
        $asked = array_slice(array_column($this->calls, 'body'), -2);
        self::assertArrayNotHasKey('from', $asked[0], 'by itself: the last two');
        self::assertSame(['own', 'own'], array_column($asked, 'scope'));
        $none = $this->make_post();
        self::assertSame(404, $this->rest('GET', "/tayang/v1/posts/$none/changes", [], 'editor')->get_status());
    }

    public function testAssignmentMakesDraftCaseAndFirstOrder(): void
    {
        $me = $this->user('contributor');
        $opened = fn(int $id): array => ['options' => [['command' => 'assign', 'allowed' => true]]] + self::view($id, 1, [$me], 1);
        $this->answers = ['down'];
        $form = ['procedure' => 'pemberitaan', 'title' => 'Rapat pleno terbuka', 'place' => 'Aula', 'note' => "a\nb", 'assignee' => 7];
        self::assertSame(503, $this->rest('POST', '/tayang/v1/assignments', $form, 'contributor')->get_status());
        $id = $this->calls[0]['body']['post_id'];
        self::assertSame('draft', $this->row($id)->post_status);
        $this->answers = [[201, ['case' => $opened($id)]], [200, ['case' => self::view($id, 2, [7], 2)]]];
        $answer = $this->rest('POST', '/tayang/v1/assignments', $form, 'contributor');
        self::assertSame([201, $id, ''], [$answer->get_status(), $answer->get_data()['post_id'], $answer->get_data()['notice']]);
        self::assertSame($this->calls[0]['body']['idempotency_key'], $this->calls[1]['body']['idempotency_key']);
        self::assertSame(['Aula', "a\nb"], [$this->calls[1]['body']['disposition']['place'], $this->calls[1]['body']['disposition']['note']]);
        self::assertSame(['assign', 7, 1], [$this->calls[2]['body']['command'], $this->calls[2]['body']['assignee'],
            $this->calls[2]['body']['expected_revision']]);
        self::assertSame('tyg_pemberitaan_2', $this->row($id)->post_status);
        self::assertStringContainsString("post=$id", $answer->get_data()['edit_url']);
    }

    public function testARefusedAssignmentLeavesNoDraft(): void
    {
        $this->answers = [[403, ['code' => 'not_your_turn', 'detail' => 'Bukan giliran Anda.']]];
        $form = ['procedure' => 'pemberitaan', 'title' => 'x'];
        self::assertSame(403, $this->rest('POST', '/tayang/v1/assignments', $form, 'contributor')->get_status());
        self::assertNull(get_post($this->calls[0]['body']['post_id']));
        self::assertSame('tayang_not_an_opener', $this->rest('POST', '/tayang/v1/assignments', $form, 'author')->get_data()['code']);
        self::assertSame(401, $this->rest('POST', '/tayang/v1/assignments', $form)->get_status());
        self::assertCount(1, $this->calls);
    }

    public function testThePlanIsForWhoWritesNow(): void
    {
        $id = $this->make_case(2);
        $plan = ['channels' => [['channel' => 'bluesky', 'caption' => "100%20 <3 \\o/\r\n“Rapat”"]],
            'card' => ['template' => 'nyepi', 'fields' => ['headline' => 'Selamat'], 'photo' => null]];
        $answer = $this->rest('POST', "/tayang/v1/posts/$id/plan", $plan, 'author');
        self::assertSame(200, $answer->get_status(), (string) wp_json_encode($answer->get_data()));
        self::assertSame("100%20 <3 \\o/\n“Rapat”", $answer->get_data()['channels'][0]['caption']);
        $content = self::plugin()->content->build($this->row($id));
        self::assertSame("100%20 <3 \\o/\n“Rapat”", $content['channels'][0]['caption']);
        self::assertSame('{"fields":{"headline":"Selamat"},"template":"nyepi","photo":null}', wp_json_encode($content['card']));
        self::assertSame(403, $this->rest('POST', "/tayang/v1/posts/$id/plan", $plan, 'admin')->get_status());
        $plan['channels'][0]['channel'] = 'myspace';
        self::assertSame(422, $this->rest('POST', "/tayang/v1/posts/$id/plan", $plan, 'author')->get_status());
    }

    public function testPeopleAreToldWhenTheyChangeAndAllTogether(): void
    {
        $users = ['author' => $this->user('author'), 'editor' => $this->user('editor')];
        $this->answers = array_fill(0, 3, [200, ['people' => 1]]);
        self::assertTrue(self::plugin()->capabilities->flush());
        update_user_meta($users['author'], 'tayang_roles', ['humas', 'desain']);
        wp_update_user(['ID' => $users['author'], 'display_name' => 'Dimas']);
        wp_update_user(['ID' => $this->user('admin'), 'display_name' => 'No part']);
        self::assertTrue(self::plugin()->capabilities->flush());
        $body = $this->calls[1]['body'];
        self::assertFalse($body['complete']);
        self::assertSame([['id' => $users['author'], 'login' => 'author', 'name' => 'Dimas', 'email' => 'author@example.test',
            'locale' => 'en_US', 'roles' => ['humas', 'desain'], 'division' => '', 'delegations' => []]], $body['people']);
        delete_user_meta($users['editor'], 'tayang_roles');
        self::assertTrue(self::plugin()->capabilities->sync_all());
        self::assertTrue($this->calls[2]['body']['complete']);
        self::assertNotContains($users['editor'], array_column($this->calls[2]['body']['people'], 'id'));
        self::assertTrue(self::plugin()->capabilities->flush());
        self::assertCount(3, $this->calls);
    }

    public function testTheSopComesWithTheSettings(): void
    {
        $sop = self::sop();
        $sop['procedures'][0]['activities'] = array_slice($sop['procedures'][0]['activities'], 0, 3);
        $this->answers = [[200, $sop], [200, ['protocol' => 2] + $sop]];
        update_option('tayang_settings', ['site_id' => 'lain'] + get_option('tayang_settings'));
        self::assertSame('/base/api/v1/sites/lain/sop', $this->calls[0]['path']);
        self::assertCount(3, self::plugin()->sop->procedure('pemberitaan')['activities']);
        self::assertArrayHasKey('tyg_pemberitaan_4', self::plugin()->sop->statuses(), 'cases of the former SOP stay visible');
        self::assertSame('tayang_protocol', self::plugin()->sop->refresh()->get_error_code());
        self::assertCount(3, self::plugin()->sop->procedure('pemberitaan')['activities']);
    }
}
