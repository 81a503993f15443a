<?php

namespace Tayang;

defined('ABSPATH') || exit;

/**
 * The routes that only the sidecar may call. Three proofs, all needed: the robot's application password, its capability
 * `tayang_sidecar`, and a signature over the body, which names the route (`to`).
 */
final class Sidecar_Controller
{
    public const CALLS = ['mirror', 'publish', 'content', 'derivatives'];
    private const NAMESPACE = 'tayang/v1';

    public function __construct(
        private readonly Settings $settings,
        private readonly Signature $signature,
        private readonly Publish_Gate $gate,
        private readonly Case_Mirror $cases,
        private readonly Publisher $publisher,
        private readonly Content $content,
        private readonly Derivatives $derivatives,
        private readonly Reconcile $reconcile
    ) {
    }

    /** On `rest_api_init`. */
    public function register_routes(): void
    {
        foreach (self::CALLS as $name) {
            register_rest_route(self::NAMESPACE, "/sidecar/$name", [
                'methods' => 'POST',
                'permission_callback' => [$this, 'is_sidecar'],
                'callback' => fn(\WP_REST_Request $request) => $this->answer($name, $request),
            ]);
        }
    }

    /** Who calls: robot, by application password, with its capability. */
    public function is_sidecar(\WP_REST_Request $request): bool|\WP_Error
    {
        if (!current_user_can(Capabilities::ROBOT) || rest_get_authenticated_app_password() === null) {
            return new \WP_Error(
                'tayang_not_the_sidecar',
                __('Only the Tayang server may call this, with its application password.', 'tayang'),
                ['status' => is_user_logged_in() ? 403 : 401]
            );
        }
        return $this->is_signed($request);
    }

    /** What it says: signed by us both, in time, for this route, for the first time. */
    private function is_signed(\WP_REST_Request $request): bool|\WP_Error
    {
        $id = (string) $request->get_header('webhook-id');
        $genuine = $this->signature->verify($this->settings->secrets(), [
            'id' => $id,
            'timestamp' => (string) $request->get_header('webhook-timestamp'),
            'signature' => (string) $request->get_header('webhook-signature'),
        ], $request->get_body());
        if (is_wp_error($genuine)) {
            return $genuine;
        }
        $body = json_decode($request->get_body(), true);
        if (!is_array($body) || ($body['to'] ?? '') !== $request->get_route()) {
            return self::malformed('to');
        }
        return $this->signature->remember($id);
    }

    private function answer(string $name, \WP_REST_Request $request): array|\WP_Error
    {
        $body = json_decode($request->get_body(), true);
        return match ($name) {
            'mirror' => $this->mirror($body),
            'publish' => $this->publish($body),
            'content' => $this->content($body),
            'derivatives' => $this->store($body),
        };
    }

    /** @param array<string, mixed> $body */
    private function mirror(array $body): array|\WP_Error
    {
        $case = $body['case'] ?? null;
        foreach (['case_id', 'post_id', 'revision', 'status', 'state', 'may_act', 'may_edit'] as $key) {
            if (!is_array($case) || !isset($case[$key])) {
                return self::malformed("case.$key");
            }
        }
        if (!is_array($case['may_edit']) || !is_array($case['may_act'])) {
            return self::malformed('case.may_edit');
        }
        if (!$this->is_governed((int) $case['post_id'])) {
            return self::no_such_post();
        }
        $case += ['activity_no' => 0, 'activity_name' => '', 'role' => '', 'role_name' => '', 'who' => '',
            'due_at' => null, 'content_sha256' => '', 'url' => '', 'corrects' => '', 'as_of' => ''];
        $applied = $this->cases->apply($case);
        if (is_wp_error($applied)) {
            return $applied;
        }
        $this->reconcile->run_when_due();
        $now = $this->cases->get((int) $case['post_id']);
        return ['applied' => $applied, 'revision' => (int) ($now['revision'] ?? 0)];
    }

    /** @param array<string, mixed> $body */
    private function publish(array $body): array|\WP_Error
    {
        if (!is_string($body['content_sha256'] ?? null) || !is_string($body['case_id'] ?? null)) {
            return self::malformed('content_sha256');
        }
        if (!$this->is_governed((int) ($body['post_id'] ?? 0))) {
            return self::no_such_post();
        }
        return $this->publisher->publish([
            'case_id' => $body['case_id'],
            'post_id' => (int) $body['post_id'],
            'revision' => (int) ($body['revision'] ?? 0),
            'content_sha256' => $body['content_sha256'],
            'visible' => (bool) ($body['visible'] ?? true),
        ]);
    }

    /** @param array<string, mixed> $body */
    private function content(array $body): array|\WP_Error
    {
        $post = get_post((int) ($body['post_id'] ?? 0));
        if (!$post || !$this->gate->governs($post->post_type)) {
            return self::no_such_post();
        }
        return $this->content->parcel(get_post(Working_Copy::working($post->ID))) + ['status' => $post->post_status];
    }

    /** @param array<string, mixed> $body */
    private function store(array $body): array|\WP_Error
    {
        if (!is_array($body['files'] ?? null) || !is_string($body['original_sha256'] ?? null)) {
            return self::malformed('files');
        }
        $files = array_filter($body['files'], 'is_array');
        $stored = $this->derivatives->store((int) ($body['attachment_id'] ?? 0), $body['original_sha256'], $files);
        return is_wp_error($stored) ? $stored : ['stored' => $stored];
    }

    private function is_governed(int $post_id): bool
    {
        $post = get_post($post_id);
        return $post && $this->gate->governs($post->post_type);
    }

    private static function no_such_post(): \WP_Error
    {
        return new \WP_Error('tayang_no_post', __('There is no such post here.', 'tayang'), ['status' => 404]);
    }

    private static function malformed(string $what): \WP_Error
    {
        return new \WP_Error(
            'malformed',
            /* translators: %s: name of a field */
            sprintf(__('The call is malformed: “%s” is missing or wrong.', 'tayang'), $what),
            ['status' => 422]
        );
    }
}
