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
    private const MAX_CAPTION = 5000;

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
        $this->route('POST', "$post/plan", 'plan', 'may_write_post', [
            'channels' => ['type' => 'array', 'required' => true],
        ]);
        $this->route('POST', '/assignments', 'assign', 'may_see_cases', [
            'procedure' => ['type' => 'string', 'required' => true],
            'title' => ['type' => 'string', 'required' => true, 'minLength' => 1, 'maxLength' => 500],
        ]);
    }

    public function may_see_cases(): bool|\WP_Error
    {
        return current_user_can('tayang_see_cases') ? true : self::denied();
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
        return $may && is_user_logged_in() ? true : self::denied();
    }

    public function may_write_post(\WP_REST_Request $request): bool|\WP_Error
    {
        $post = $this->post($request);
        if (is_wp_error($post)) {
            return $post;
        }
        return current_user_can('edit_post', $post->ID)
            ? true
            : new \WP_Error('tayang_locked', $this->gate->sentence($post->ID), ['status' => 403]);
    }

    /** What the panel shows. A sidecar that is down is no error here: the panel says so and keeps the last known step. */
    public function panel(\WP_REST_Request $request): array|\WP_Error
    {
        $post = $this->post($request);
        $view = $this->commands->view($post->ID, get_current_user_id());
        $roles = Capabilities::roles_of(get_current_user_id());
        $answer = ['case' => null, 'reachable' => true, 'detail' => '', 'mirror' => $this->cases->get($post->ID)]
            + ['procedures' => $this->sop->openable($post->post_type, $roles)];
        if (!is_wp_error($view)) {
            return ['case' => $view, 'mirror' => $this->cases->get($post->ID)] + $answer;
        }
        if ($view->get_error_code() === 'no_such_case') {
            return $answer;
        }
        return ['reachable' => !Sidecar_Client::is_unanswered($view), 'detail' => $view->get_error_message()] + $answer;
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

    /** Captions and card are words: only who writes now may set them. */
    public function plan(\WP_REST_Request $request): array|\WP_Error
    {
        $post = $this->post($request);
        if ($this->gate->is_locked($post->ID, get_current_user_id())) {
            return new \WP_Error('tayang_locked', $this->gate->sentence($post->ID), ['status' => 403]);
        }
        $channels = $this->channels((array) $request['channels']);
        $card = $this->card($request['card']);
        if (is_wp_error($channels) || is_wp_error($card)) {
            return is_wp_error($channels) ? $channels : $card;
        }
        update_post_meta($post->ID, Content::CHANNELS, wp_slash($channels));
        $card === null ? delete_post_meta($post->ID, Content::CARD)
            : update_post_meta($post->ID, Content::CARD, wp_slash($card));
        return ['channels' => Content::channels($post->ID), 'card' => Content::card($post->ID)];
    }

    /** @return array<int, array{channel: string, caption: string}>|\WP_Error */
    private function channels(array $given): array|\WP_Error
    {
        $known = array_column($this->sop->data()['channels'] ?? [], 'key');
        $channels = [];
        foreach ($given as $one) {
            $key = is_array($one) ? (string) ($one['channel'] ?? '') : '';
            if (!in_array($key, $known, true)) {
                /* translators: %s: key of a channel, such as "bluesky" */
                return self::malformed(sprintf(__('The office has no channel “%s”.', 'tayang'), $key));
            }
            $channels[] = ['channel' => $key, 'caption' => self::text((string) ($one['caption'] ?? ''))];
        }
        return $channels;
    }

    /** @return array<string, mixed>|\WP_Error|null */
    private function card(mixed $given): array|\WP_Error|null
    {
        if (!is_array($given) || empty($given['template'])) {
            return null;
        }
        if (!in_array($given['template'], array_column($this->sop->data()['cards'] ?? [], 'key'), true)) {
            return self::malformed(__('There is no such card template.', 'tayang'));
        }
        $fields = [];
        foreach ((array) ($given['fields'] ?? []) as $key => $text) {
            if (is_scalar($text)) {
                $fields[sanitize_key($key)] = self::text((string) $text);
            }
        }
        $photo = (int) ($given['photo'] ?? 0);
        if ($photo && !wp_attachment_is_image($photo)) {
            return self::malformed(__('There is no such picture here.', 'tayang'));
        }
        return ['template' => (string) $given['template'], 'fields' => $fields, 'photo' => $photo ?: null];
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

    /** The post in which the words are: of a correction its working copy, whichever of the two is named. */
    private function post(\WP_REST_Request $request): \WP_Post|\WP_Error
    {
        $post = get_post(Working_Copy::working((int) $request['id']));
        return $post && $this->gate->governs($post->post_type)
            ? $post
            : new \WP_Error('tayang_no_post', __('There is no such post here.', 'tayang'), ['status' => 404]);
    }

    /** Plain text of several lines. Not sanitize_textarea_field: it would eat "%20" and "<3" out of a caption. */
    private static function text(string $text): string
    {
        $text = wp_check_invalid_utf8(str_replace(["\r\n", "\r"], "\n", $text));
        return trim(mb_substr($text, 0, self::MAX_CAPTION));
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

    private static function denied(): \WP_Error
    {
        return new \WP_Error(
            'tayang_no_role',
            __('You have no role in the SOP: an administrator gives it on your profile.', 'tayang'),
            ['status' => is_user_logged_in() ? 403 : 401]
        );
    }

    private static function malformed(string $message): \WP_Error
    {
        return new \WP_Error('malformed', $message, ['status' => 422]);
    }
}
