<?php

use Tayang\Case_Mirror;
use Tayang\Plugin;

/** A test with an office: its SOP, and builders for posts and cases. */
abstract class TayangTestCase extends WpTestCase
{
    protected const SECRET = 'whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=';

    /** @var array<int, string> Outward effects heard during the test: "post id status" */
    protected array $heard = [];

    /** @var array<int, array{path: string, body: array<string, mixed>}> Calls that reached the stand-in sidecar. */
    protected array $calls = [];

    protected function setUp(): void
    {
        parent::setUp();
        $_SERVER['REQUEST_METHOD'] = 'POST';
        update_option('tayang_settings', ['sidecar_url' => '', 'site_id' => '', 'secrets' => []]);
        Plugin::instance()->sop->store(self::sop());
        Plugin::instance()->statuses->register_statuses();
        add_action('transition_post_status', [$this, 'hear'], 10, 3);
        add_action('publish_post', [$this, 'hear_publish'], 10, 1);
        Plugin::instance()->refusals->take();
    }

    protected function tearDown(): void
    {
        remove_action('transition_post_status', [$this, 'hear'], 10);
        remove_action('publish_post', [$this, 'hear_publish'], 10);
        remove_all_filters('pre_http_request');
        unset($GLOBALS['wp_rest_application_password_uuid']);
        parent::tearDown();
    }

    public function hear(string $new, string $old, WP_Post $post): void
    {
        if (in_array($new, ['publish', 'future', 'private'], true) && $new !== $old && $post->post_type !== 'revision') {
            $this->heard[] = "$post->ID $new";
        }
    }

    public function hear_publish(int $post_id): void
    {
        $this->heard[] = "$post_id published";
    }

    protected static function plugin(): Plugin
    {
        return Plugin::instance();
    }

    /** The answer of the sidecar's `sop`, short: one procedure for the website, one for social media. */
    protected static function sop(): array
    {
        $step = static fn(string $procedure, int $no, string $role, string $kind): array => [
            'no' => $no, 'name' => "Kegiatan $no", 'role' => $role, 'kind' => $kind, 'minutes' => 5,
            'status' => "tyg_{$procedure}_$no", 'required_inputs' => '', 'output' => '', 'return_to' => null,
            'final_approval' => $no === 3, 'publishing' => null,
        ];
        $steps = static fn(string $procedure): array => [
            $step($procedure, 1, 'sekretaris', 'assign'), $step($procedure, 2, 'penyusun', 'work'),
            $step($procedure, 3, 'kasubbag', 'decide'), $step($procedure, 4, 'humas', 'publish'),
        ];
        return [
            'protocol' => 1, 'number' => '13', 'title' => 'SOP', 'clock' => 'office',
            'roles' => array_map(
                static fn(string $key): array => ['key' => $key, 'name' => ['id' => ucfirst($key), 'en' => ucfirst($key)]],
                ['sekretaris', 'kasubbag', 'penyusun', 'humas', 'desain', 'pembina']
            ),
            'procedures' => [
                ['key' => 'pemberitaan', 'name' => 'Pemberitaan', 'post_type' => 'post', 'website' => true, 'openers' => ['sekretaris'],
                    'occasions' => [], 'out_status' => 'publish', 'activities' => $steps('pemberitaan')],
                ['key' => 'ucapan', 'name' => 'Ucapan', 'post_type' => 'tayang_greeting', 'website' => false, 'openers' => [],
                    'occasions' => [], 'out_status' => 'tyg_ucapan_out', 'activities' => $steps('ucapan')],
            ],
            'channels' => [['key' => 'bluesky', 'kind' => 'bluesky', 'account' => 'x', 'max_characters' => 300]],
            'cards' => [['key' => 'nyepi', 'name' => ['id' => 'Nyepi'], 'occasions' => [], 'fields' => []]],
        ];
    }

    /** A post, written past every guard: tests start from any row there can be. */
    protected function make_post(array $columns = []): int
    {
        global $wpdb;
        $id = wp_insert_post(wp_slash([
            'post_title' => 'Rapat pleno', 'post_content' => 'Isi berita.', 'post_status' => 'draft',
            'post_author' => $this->user('author'), 'post_type' => $columns['post_type'] ?? 'post',
        ]));
        $now = ['post_date' => '2026-01-05 09:00:00', 'post_date_gmt' => '0000-00-00 00:00:00'];
        $wpdb->update($wpdb->posts, $columns + $now, ['ID' => $id]);
        clean_post_cache($id);
        $this->heard = [];
        Plugin::instance()->refusals->take();
        return $id;
    }

    /**
     * A post with a case: `$no` is the step; 2 is work by `$writer`, 3 a decision.
     *
     * @param array<string, mixed> $changes of the mirror
     */
    protected function make_case(int $no, string $writer = 'author', array $changes = [], array $columns = []): int
    {
        $id = $this->make_post($columns);
        $case = $changes + self::mirror($id, $no, $no === 2 ? [$this->user($writer)] : []);
        $applied = self::plugin()->cases->apply($case);
        self::assertTrue($applied === true, is_wp_error($applied) ? $applied->get_error_message() : 'not applied');
        $this->heard = [];
        return $id;
    }

    /** @param array<int, int> $may_edit */
    protected static function mirror(int $post_id, int $no, array $may_edit = [], int $revision = 3): array
    {
        return [
            'case_id' => md5("case $post_id"), 'post_id' => $post_id, 'revision' => $revision, 'status' => "tyg_pemberitaan_$no",
            'state' => 'open', 'activity_no' => $no, 'activity_name' => "Kegiatan $no", 'role' => 'kasubbag',
            'role_name' => 'Kasubbag', 'may_act' => $may_edit, 'may_edit' => $may_edit, 'who' => 'Kasubbag: Rina',
            'due_at' => null, 'content_sha256' => '', 'url' => '',
        ];
    }

    /** A view as the sidecar answers it. */
    protected static function view(int $post_id, int $no, array $may_act = [], int $revision = 4): array
    {
        $people = array_map(static fn(int $id): array => ['person' => $id, 'name' => "P$id", 'acting_for' => null], $may_act);
        return [
            'case_id' => md5("case $post_id"), 'post_id' => $post_id, 'post_type' => 'post', 'state' => 'open', 'title' => 'x',
            'revision' => $revision, 'status' => "tyg_pemberitaan_$no", 'content_sha256' => '', 'url' => '',
            'activity' => ['no' => $no, 'name' => "Kegiatan $no", 'role' => 'kasubbag', 'role_name' => 'Kasubbag', 'due_at' => null],
            'may_act' => $people, 'may_edit' => $no === 2 ? $may_act : [], 'options' => [], 'who' => 'Kasubbag: Rina',
        ];
    }

    /** Forgets WordPress's caches, so that the row itself answers. */
    protected function row(int $post_id): WP_Post
    {
        clean_post_cache($post_id);
        return get_post($post_id);
    }

    /** Calls a route of the sidecar as the robot, signed. */
    protected function from_sidecar(string $name, array $body, array $headers = [], string $as = 'robot'): WP_REST_Response
    {
        update_option('tayang_settings', ['sidecar_url' => 'http://127.0.0.1:9', 'site_id' => 'jember', 'secrets' => [self::SECRET]]);
        wp_set_current_user($as === '' ? 0 : $this->user($as));
        $GLOBALS['wp_rest_application_password_uuid'] = 'of-the-test';
        $request = new WP_REST_Request('POST', "/tayang/v1/sidecar/$name");
        $json = (string) json_encode($body + ['to' => "/tayang/v1/sidecar/$name"]);
        $request->set_body($json);
        $request->set_header('content-type', 'application/json');
        foreach ($headers + self::plugin()->signature->headers([self::SECRET], $json) as $key => $value) {
            $request->set_header($key, (string) $value);
        }
        return rest_do_request($request);
    }

    /** Calls a method of WordPress's XML-RPC server in this process. */
    protected function xmlrpc(string $method, array $args): mixed
    {
        require_once ABSPATH . 'wp-admin/includes/admin.php';
        require_once ABSPATH . WPINC . '/class-IXR.php';
        require_once ABSPATH . WPINC . '/class-wp-xmlrpc-server.php';
        add_filter('xmlrpc_enabled', '__return_true');
        $server = $GLOBALS['wp_xmlrpc_server'] = new wp_xmlrpc_server();
        $server->callbacks = apply_filters('xmlrpc_methods', $server->methods);
        return $server->call($method, [$args]);
    }
}
