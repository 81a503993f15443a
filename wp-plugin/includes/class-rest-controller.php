<?php

namespace Tayang;

defined('ABSPATH') || exit;

/**
 * The routes of the screens (cookie and nonce, as REST asks for). They check that the person may see cases; what the
 * person may do is for the sidecar to say.
 */
final class Rest_Controller
{
    private const NAMESPACE = 'tayang/v1';
    private const MAX_TEXT = 5000;

    public function __construct(
        private readonly Publish_Gate $gate,
        private readonly Case_Mirror $cases,
        private readonly Case_Commands $commands,
        private readonly Sop $sop
    ) {
    }

    /** On `rest_api_init`. */
    public function register_routes(): void
    {
        $post = '/posts/(?P<id>\d+)';
        $this->route('GET', "$post/panel", 'panel', 'may_see_post');
        $this->route('POST', "$post/commands", 'command', 'may_see_post', [
            'command' => ['type' => 'string', 'required' => true, 'enum' => [...Case_Commands::names(), 'open']],
            'expected_revision' => ['type' => 'integer', 'minimum' => 0],
            'note' => ['type' => 'string', 'default' => ''],
            'idempotency_key' => ['type' => 'string', 'default' => '', 'pattern' => '^[A-Za-z0-9_-]{0,64}$'],
        ]);
        $this->route('GET', "$post/changes", 'changes', 'may_see_post', [
            'from' => ['type' => 'integer', 'minimum' => 0],
            'to' => ['type' => 'integer', 'minimum' => 0],
        ]);
        $this->route('POST', '/assignments', 'assign', 'may_see_cases', [
            'procedure' => ['type' => 'string', 'required' => true],
            'title' => ['type' => 'string', 'required' => true, 'minLength' => 1, 'maxLength' => 500],
        ]);
    }

    public function may_see_cases(): bool|\WP_Error
    {
        return Access::may_see_cases();
    }

    /** Holders of an SOP role see every case of the office; the others their own posts. */
    public function may_see_post(\WP_REST_Request $request): bool|\WP_Error
    {
        $post = $this->post($request);
        if (is_wp_error($post)) {
            return $post;
        }
        $may = current_user_can('tayang_see_case', $post->ID) || current_user_can('edit_post', $post->ID)
            || (current_user_can('tayang_see_cases') && !$this->cases->get($post->ID));
        return $may && is_user_logged_in() ? true : Access::denied();
    }

    public function may_write_post(\WP_REST_Request $request): bool|\WP_Error
    {
        $post = $this->post($request);
        if (is_wp_error($post) || !is_user_logged_in()) {
            return is_wp_error($post) ? $post : Access::denied();
        }
        return current_user_can('edit_post', $post->ID)
            ? true
            : new \WP_Error('tayang_locked', $this->gate->sentence($post->ID), ['status' => 403]);
    }

    /** What the panel shows. A sidecar that is down is no error here: the panel says so and keeps the last known step. */
    public function panel(\WP_REST_Request $request): array|\WP_Error
    {
        $post = $this->post($request);
        $view = $this->commands->view($post->ID, get_current_user_id(), Ui\Office::scope());
        $roles = Capabilities::roles_of(get_current_user_id());
        $answer = ['case' => null, 'reachable' => true, 'detail' => '', 'mirror' => $this->cases->get($post->ID)]
            + ['procedures' => $this->sop->openable($post->post_type, $roles), 'edit_url' => self::elsewhere($request, $post)]
            + Plan_Controller::shown($post) + ['help' => Ui\Help::beside_the_text()];
        if (!is_wp_error($view)) {
            $procedure = $this->sop->procedure((string) ($view['procedure']['key'] ?? ''));
            $may_correct = $view['state'] === 'published' && !empty($view['website']) && $procedure
                && array_intersect(Sop::openers($procedure), $roles);
            return ['case' => $view, 'mirror' => $this->cases->get($post->ID), 'may_correct' => (bool) $may_correct] + $answer;
        }
        if ($view->get_error_code() === 'no_such_case') {
            return $answer;
        }
        return ['reachable' => !Sidecar_Client::is_unanswered($view), 'detail' => $view->get_error_message()] + $answer;
    }

    /** Where the words of a correction are written, for the screen of the public post; '' when they are written right there. */
    private static function elsewhere(\WP_REST_Request $request, \WP_Post $working): string
    {
        return $working->ID !== (int) $request->get_url_params()['id'] && current_user_can('edit_post', $working->ID)
            ? (string) get_edit_post_link($working->ID, 'raw') : '';
    }

    public function command(\WP_REST_Request $request): array|\WP_Error
    {
        $post = $this->post($request);
        $actor = get_current_user_id();
        $view = $request['command'] === 'open'
            ? $this->commands->open($post, $actor, (string) $request['procedure'], $this->disposition($request))
            : $this->commands->send($post, $actor, $request->get_params());
        return is_wp_error($view) ? $view : ['case' => $view];
    }

    /** What changed between two versions of the words, as the sidecar compares them. */
    public function changes(\WP_REST_Request $request): array|\WP_Error
    {
        $wanted = ['from' => $request['from'], 'until' => $request['to']];
        $wanted = array_map('intval', array_filter($wanted, static fn(mixed $no): bool => $no !== null));
        return $this->commands->changes($this->post($request)->ID, get_current_user_id(), Ui\Office::scope(), $wanted);
    }

    public function assign(\WP_REST_Request $request): \WP_REST_Response|\WP_Error
    {
        $procedure = $this->sop->procedure((string) $request['procedure']);
        $actor = get_current_user_id();
        if (!$procedure || !array_intersect(Sop::openers($procedure), Capabilities::roles_of($actor))) {
            return new \WP_Error(
                'tayang_not_an_opener',
                __('Your roles in the SOP do not open this procedure.', 'tayang'),
                ['status' => 403]
            );
        }
        $title = sanitize_text_field((string) $request['title']);
        $assignee = (int) $request['assignee'] ?: null;
        $made = $this->commands->assign_new($procedure, $title, $this->disposition($request), $actor, $assignee);
        if (is_wp_error($made)) {
            return $made;
        }
        $edit = admin_url('post.php?action=edit&post=' . $made['post_id']);
        return new \WP_REST_Response($made + ['edit_url' => $edit], 201);
    }

    /** @return array<string, mixed> As the sidecar's `cases` takes it. */
    private function disposition(\WP_REST_Request $request): array
    {
        $disposition = [];
        foreach (['number', 'activity', 'activity_date', 'place', 'division', 'occasion'] as $key) {
            $disposition[$key] = sanitize_text_field((string) $request[$key]);
        }
        return $disposition + ['note' => self::text((string) $request['note']), 'attachment_id' => absint($request['attachment_id'])];
    }

    /** The post in which the words are: of a correction its working copy, whichever of the two is named. Or 404. */
    public function post(\WP_REST_Request $request): \WP_Post|\WP_Error
    {
        // From the address, never from a body that carries an `id` of its own.
        $post = get_post(Working_Copy::working((int) ($request->get_url_params()['id'] ?? 0)));
        return $post && $this->gate->governs($post->post_type)
            ? $post
            : new \WP_Error('tayang_no_post', __('There is no such post here.', 'tayang'), ['status' => 404]);
    }

    /** Plain text of several lines. Not sanitize_textarea_field: it would eat "%20" and "<3" out of a caption. */
    public static function text(string $text): string
    {
        $text = wp_check_invalid_utf8(str_replace(["\r\n", "\r"], "\n", $text));
        return trim(mb_substr($text, 0, self::MAX_TEXT));
    }

    /** @param array<string, array<string, mixed>> $args */
    private function route(string $method, string $path, string $answer, string $permission, array $args = []): void
    {
        register_rest_route(self::NAMESPACE, $path, [
            'methods' => $method,
            'permission_callback' => [$this, $permission],
            'callback' => [$this, $answer],
            'args' => $args,
        ]);
    }
}
