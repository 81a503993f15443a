<?php

use Tayang\Waiting;

/** What waits for whom, counted in WordPress itself, and the routes of board, tasks and calendar. */
final class ListsTest extends TayangTestCase
{
    /** @var array{0: int, 1: array<string, mixed>}|null Answer of the stand-in sidecar; null: nobody home. */
    private ?array $answer = null;

    protected function setUp(): void
    {
        parent::setUp();
        update_option('tayang_settings', ['sidecar_url' => 'http://127.0.0.1:9', 'site_id' => 'jember', 'secrets' => [self::SECRET]]);
        add_filter('pre_http_request', [$this, 'stand_in'], 10, 3);
        foreach (['author' => 'penyusun', 'editor' => 'kasubbag'] as $login => $role) {
            update_user_meta($this->user($login), 'tayang_roles', [$role]);
            delete_user_option($this->user($login), 'tayang_waiting');
        }
        $this->calls = [];
    }

    protected function tearDown(): void
    {
        remove_all_filters('pre_http_request');
        $changed = new ReflectionProperty(Tayang\Capabilities::class, 'changed');
        $changed->setAccessible(true);
        $changed->setValue(self::plugin()->capabilities, []);
        parent::tearDown();
    }

    public function stand_in(mixed $answer, array $args, string $url): mixed
    {
        $this->calls[] = ['path' => (string) parse_url($url, PHP_URL_PATH), 'body' => json_decode($args['body'], true)];
        return $this->answer === null ? new WP_Error('http_request_failed', 'nobody home') : [
            'headers' => [], 'cookies' => [], 'filename' => null, 'body' => (string) json_encode($this->answer[1]),
            'response' => ['code' => $this->answer[0], 'message' => ''],
        ];
    }

    /** @return array{count: int, late: int, first: array<int, int>} */
    private function waiting(string $login): array
    {
        $summary = self::plugin()->waiting->summary($this->user($login));
        unset($summary['at']);
        return $summary;
    }

    public function testTheCountFollowsTheMirrorWithoutACallToTheSidecar(): void
    {
        $author = $this->waiting('author')['count'];
        $editor = $this->waiting('editor')['count'];
        $late = gmdate('c', time() - 60);
        $soon = $this->make_case(2, 'author', ['due_at' => gmdate('c', time() + 600)]);
        $first = $this->make_case(2, 'author', ['due_at' => $late]);
        $without = $this->make_case(2, 'author');
        self::assertSame(['count' => $author + 3, 'late' => 1, 'first' => [$first, $soon, $without]], $this->waiting('author'));
        self::assertSame($editor, $this->waiting('editor')['count']);

        $moved = ['may_act' => [$this->user('editor')]] + self::mirror($first, 3, [], 4);
        self::assertTrue(self::plugin()->cases->apply($moved));
        self::assertSame($author + 2, $this->waiting('author')['count']);
        self::assertSame($editor + 1, $this->waiting('editor')['count']);

        self::assertTrue(self::plugin()->cases->apply(['state' => 'cancelled', 'status' => 'draft'] + self::mirror($soon, 2, [], 5)));
        self::assertSame(['count' => $author + 1, 'late' => 0, 'first' => [$without]], $this->waiting('author'));
        self::assertSame([], $this->calls);
    }

    public function testTheCountIsKeptUntilTheMirrorChanges(): void
    {
        $this->make_case(2);
        $this->waiting('author');
        get_user_meta($this->user('author'));                // a page load knows the reader's meta anyway
        $before = $GLOBALS['wpdb']->num_queries;
        $this->waiting('author');
        self::assertSame($before, $GLOBALS['wpdb']->num_queries);
    }

    public function testRowsAreMadeAgainFromTheMirrors(): void
    {
        $id = $this->make_case(2, 'author', ['due_at' => '2026-11-26T03:00:00+00:00']);
        $copied = $this->make_post();
        $GLOBALS['wpdb']->insert($GLOBALS['wpdb']->postmeta, ['post_id' => $copied, 'meta_key' => '_tayang_case',
            'meta_value' => serialize(self::mirror($id, 2, [$this->user('author')]))]);
        delete_post_meta($id, Waiting::MAY_ACT);
        delete_post_meta($id, Waiting::DUE);
        self::plugin()->waiting->build();
        wp_cache_flush();
        self::assertSame([(string) $this->user('author')], get_post_meta($id, Waiting::MAY_ACT));
        self::assertSame((string) strtotime('2026-11-26T03:00:00Z'), get_post_meta($id, Waiting::DUE, true));
        self::assertSame([], get_post_meta($copied, Waiting::MAY_ACT), 'a carried mirror is no case');
    }

    public function testWhoHasNoPartIsRefused(): void
    {
        $month = ['from' => '2026-11-01', 'to' => '2026-11-30'];
        foreach ([['board', ['procedure' => 'pemberitaan']], ['tasks', []], ['calendar', $month]] as [$route, $params]) {
            self::assertSame(401, $this->rest('GET', "/tayang/v1/$route", $params)->get_status(), $route);
            $answer = $this->rest('GET', "/tayang/v1/$route", $params, 'contributor');
            self::assertSame([403, 'tayang_no_role'], [$answer->get_status(), $answer->get_data()['code']], $route);
        }
        self::assertSame([], $this->calls);
    }

    public function testTheBoardPassesFiltersOnAndLeadsToThisSite(): void
    {
        $this->answer = [200, ['procedure' => ['key' => 'pemberitaan'], 'columns' => [['key' => '4', 'cases' => [['post_id' => 7, 'title' => 'x']]]]]];
        $answer = $this->rest('GET', '/tayang/v1/board', ['procedure' => 'pemberitaan', 'mine' => 'true', 'person' => '3',
            'search' => 'rapat', 'page' => '2'], 'author');
        self::assertSame(200, $answer->get_status(), (string) wp_json_encode($answer->get_data()));
        $body = $this->calls[0]['body'];
        unset($body['to'], $body['language']);
        self::assertEqualsCanonicalizing(['actor' => $this->user('author'), 'scope' => 'all', 'page' => 2, 'per_page' => 20,
            'procedure' => 'pemberitaan', 'person' => 3, 'search' => 'rapat', 'mine' => true], $body);
        self::assertStringEndsWith('wp-admin/admin.php?page=tayang-case&post=7', $answer->get_data()['columns'][0]['cases'][0]['link']);
    }

    public function testWhoSeesOnlyOwnCasesAsksForThose(): void
    {
        update_option('tayang_settings', get_option('tayang_settings') + ['visibility' => 'own']);
        $this->answer = [200, ['cases' => [], 'total' => 0, 'late' => 0]];
        $this->rest('GET', '/tayang/v1/tasks', [], 'author');
        $this->rest('GET', '/tayang/v1/tasks', [], 'admin');
        self::assertSame(['own', 'all'], array_column(array_column($this->calls, 'body'), 'scope'));
    }

    public function testAServerThatIsDownIsSaidPlainly(): void
    {
        $answer = $this->rest('GET', '/tayang/v1/tasks', [], 'author');
        self::assertSame([503, 'tayang_unreachable'], [$answer->get_status(), $answer->get_data()['code']]);
    }

    public function testTheCalendarRefusesWhatIsNoSpanOfDays(): void
    {
        foreach ([['2026-11-30', '2026-11-01'], ['2026-01-01', '2026-12-31'], ['2026-13-41', '2026-14-01']] as [$from, $to]) {
            self::assertSame(422, $this->rest('GET', '/tayang/v1/calendar', ['from' => $from, 'to' => $to], 'author')->get_status());
        }
        self::assertSame(400, $this->rest('GET', '/tayang/v1/calendar', ['from' => 'x', 'to' => 'y'], 'author')->get_status());
        self::assertSame([], $this->calls);
    }
}
