<?php

namespace Tayang;

defined('ABSPATH') || exit;

/**
 * Nothing of a governed post type goes live, and no step changes, around the SOP. One predicate (`resolve`), asked by
 * every guard: here REST (a sentence) and wp_insert_post_data (the row); Access guards by capability, Late_Writes what
 * WordPress writes without asking. No exemption for autosave, cron, user 0, WP-CLI or administrators: only the permit.
 * What core does on each way in was measured: docs/decisions and the tests in tests/php.
 */
final class Publish_Gate
{
    private const WORDS = ['post_title', 'post_content', 'post_excerpt', 'post_name', 'post_content_filtered',
        'post_password', 'post_author', 'post_parent', 'menu_order'];
    /** After every filter of others, also those at PHP_INT_MAX (WordPress sorts priorities as numbers). */
    public const LAST = '1e30';
    private const DATES = ['post_date', 'post_date_gmt'];

    public function __construct(
        private readonly Sop $sop,
        private readonly Case_Mirror $cases,
        private readonly Status_Writer $writer,
        private readonly Refusals $refusals
    ) {
    }

    public function register(): void
    {
        add_filter('wp_insert_post_data', [$this, 'guard_row'], self::LAST, 2);
        add_action('rest_api_init', [$this, 'register_rest_guards'], PHP_INT_MAX);
        add_filter('rest_request_after_callbacks', [$this, 'explain_denial'], 10, 3);
        add_filter('pre_trash_post', [$this, 'guard_trash'], PHP_INT_MAX, 2);
        add_filter('pre_delete_post', [$this, 'guard_trash'], PHP_INT_MAX, 2);
        add_filter('wp_untrash_post_status', [$this, 'untrashed_status'], PHP_INT_MAX, 2);
    }

    /** Every REST post type, known late: other plugins register theirs on `init`. */
    public function register_rest_guards(): void
    {
        foreach (get_post_types(['show_in_rest' => true]) as $type) {
            if ($this->sop->is_governed($type)) {
                add_filter("rest_pre_insert_$type", [$this, 'guard_rest'], PHP_INT_MAX, 2);
                add_filter("rest_prepare_$type", [$this, 'offer_only_what_works'], 10, 2);
            }
        }
    }

    public function governs(string $post_type): bool
    {
        return $this->sop->is_governed($post_type);
    }

    /** Whether a post goes through the SOP: by its type, or because a case runs on it (set_post_type() asks nobody). */
    public function governs_post(\WP_Post $post): bool
    {
        return $this->governs($post->post_type) || Case_Mirror::is_binding($this->cases->get($post->ID));
    }

    /**
     * The predicate: the status that a row gets when somebody wants `$wanted`. Equal to `$wanted` means allowed.
     * `$from`: the status in the stored row, '' for a new one.
     */
    public function resolve(int $post_id, string $from, string $wanted): string
    {
        if ($post_id && $this->writer->permits($post_id, $wanted)) {
            return $wanted;
        }
        $case = $post_id ? $this->cases->get($post_id) : null;
        return Case_Mirror::is_binding($case)
            ? self::resolve_with_case($this->cases->truth($post_id), $from, $wanted)
            : self::resolve_without_case($from, $wanted);
    }

    /** Whether the words of a post are closed to this person. */
    public function is_locked(int $post_id, int $user_id): bool
    {
        $case = $this->cases->get($post_id);
        return Case_Mirror::is_binding($case) && !Case_Mirror::may_edit($case, $user_id);
    }

    /** Whether the words of a post are closed to this request: to its person, and to code; not to what is ordered here. */
    public function is_closed(int $post_id): bool
    {
        return !$this->writer->is_writing($post_id) && $this->is_locked($post_id, get_current_user_id());
    }

    /** Why not, and who must act: one sentence for a person. */
    public function sentence(int $post_id): string
    {
        $case = $post_id ? $this->cases->get($post_id) : null;
        if (!Case_Mirror::is_binding($case)) {
            return __('Nothing goes live around the SOP: this post needs an assignment (Tayang → New assignment) and every approval first.', 'tayang');
        }
        if ($case['state'] === 'published') {
            return __('This post was published through the SOP and is closed. Who opens cases may start a correction.', 'tayang');
        }
        if ($case['corrects'] !== '' && Working_Copy::of($post_id)) {
            return sprintf(
                /* translators: 1: number of the step, 2: role and names of those who must act */
                __('This post is public and stays as it is while its correction runs in a copy of its own (step %1$d). Next to act: %2$s.', 'tayang'),
                (int) $case['activity_no'],
                (string) ($case['who'] ?: $case['role_name'])
            );
        }
        if ($case['state'] === 'publishing') {
            return __('This post is approved and being published; it is closed until then.', 'tayang');
        }
        return sprintf(
            /* translators: 1: number of the step, 2: what is done in it, 3: role and names of those who must act */
            __('This post is at step %1$d of the SOP (%2$s). Next to act: %3$s.', 'tayang'),
            (int) $case['activity_no'],
            (string) $case['activity_name'],
            (string) ($case['who'] ?: $case['role_name'])
        );
    }

    /**
     * The net under every way in: judges the row that is stored, not the one that is wanted.
     *
     * @param array<string, mixed> $data slashed columns
     * @param array<string, mixed> $postarr
     * @return array<string, mixed>
     */
    public function guard_row(array $data, array $postarr): array
    {
        $stored = empty($postarr['ID']) ? null : get_post((int) $postarr['ID']);
        $is_governed = $this->governs((string) $data['post_type']) || ($stored && $this->governs_post($stored));
        if (!$is_governed || $data['post_type'] === 'revision') {
            return $data;
        }
        return $stored ? $this->guard_update($data, $stored) : $this->guard_insert($data);
    }

    /**
     * REST: an error that the editor shows, before anything is written.
     *
     * @param \stdClass|\WP_Error $prepared
     */
    public function guard_rest(mixed $prepared, \WP_REST_Request $request): mixed
    {
        if (is_wp_error($prepared) || !isset($prepared->post_status)) {
            return $prepared;
        }
        $id = (int) ($prepared->ID ?? 0);
        $from = $id ? (string) get_post_field('post_status', $id, 'raw') : '';
        if ($this->resolve($id, $from, (string) $prepared->post_status) === $prepared->post_status) {
            return $prepared;
        }
        return new \WP_Error('tayang_not_yet', $this->sentence($id), ['status' => 409]);
    }

    /** The editor shows "Publish" to those whom REST gives this link; here nobody can. */
    public function offer_only_what_works(mixed $response, \WP_Post $post): mixed
    {
        if ($response instanceof \WP_REST_Response && $post->post_status !== 'publish') {
            $response->remove_link('https://api.w.org/action-publish');
        }
        return $response;
    }

    /** Core says "not allowed" without saying why; we know who must act. */
    public function explain_denial(mixed $response, mixed $handler, \WP_REST_Request $request): mixed
    {
        $codes = ['rest_cannot_edit', 'rest_cannot_publish', 'rest_cannot_delete', 'rest_cannot_edit_others'];
        $type = is_wp_error($response) && in_array($response->get_error_code(), $codes, true)
            ? $this->type_of_route($request->get_route()) : '';
        if ($type === '' || !is_user_logged_in()) {
            return $response;
        }
        $id = (int) $request['id'];
        if ($id && !Case_Mirror::is_binding($this->cases->get($id)) && $response->get_error_code() !== 'rest_cannot_publish') {
            return $response;
        }
        return new \WP_Error('tayang_locked', $this->sentence($id), ['status' => 403]);
    }

    /** A post whose case runs or is out is neither trashed nor deleted: cancel the case first. */
    public function guard_trash(mixed $done, mixed $post): mixed
    {
        if (!$post instanceof \WP_Post || !$this->governs_post($post)) {
            return $done;
        }
        if (!Case_Mirror::is_binding($this->cases->get($post->ID)) || $this->writer->permits($post->ID, 'trash')) {
            return $done;
        }
        $this->refusals->add($this->sentence($post->ID));
        return false;
    }

    /** Out of the trash into the step of the case; never straight to the public. */
    public function untrashed_status(string $status, int $post_id): string
    {
        $post = get_post($post_id);
        if (!$post || !$this->governs_post($post)) {
            return $status;
        }
        return $this->resolve($post_id, 'trash', $status);
    }

    /** `$truth`: the status of the case. */
    private static function resolve_with_case(string $truth, string $from, string $wanted): string
    {
        if ($from === $truth || (!self::is_visible($truth) && $wanted === $truth)) {
            return $truth;
        }
        // The row is not where its case is (raw SQL, a half-finished publication): back, but never to the public.
        if (!self::is_visible($truth)) {
            return $truth;
        }
        return self::is_resting($from) ? $from : 'draft';
    }

    private static function resolve_without_case(string $from, string $wanted): string
    {
        if ($wanted === 'future' || Sop::is_step_status($wanted)) {
            return self::is_resting($from) || ($from === 'publish' || $from === 'private') ? $from : 'draft';
        }
        if (!self::is_visible($wanted) || $wanted === $from) {
            return $wanted;
        }
        // Became public before the plugin was there: it stays what it was.
        return self::is_resting($from) || self::is_visible($from) && $from !== 'future' ? $from : 'draft';
    }

    /** Whether outsiders would see a post in this status, now or by itself later. */
    private static function is_visible(string $status): bool
    {
        $object = get_post_status_object($status);
        return $status === 'future' || ($object && ($object->public || $object->private));
    }

    /** A hidden status of WordPress or of another plugin in which a post may stay. */
    private static function is_resting(string $status): bool
    {
        return !in_array($status, ['', 'new', 'auto-draft', 'trash', 'inherit'], true)
            && !self::is_visible($status) && !Sop::is_step_status($status);
    }

    /**
     * @param array<string, mixed> $data
     * @return array<string, mixed>
     */
    private function guard_insert(array $data): array
    {
        $status = $this->resolve(0, '', (string) $data['post_status']);
        if ($status === $data['post_status']) {
            return $data;
        }
        $this->refusals->add($this->sentence(0));
        return ['post_status' => $status, 'post_date_gmt' => '0000-00-00 00:00:00'] + $data;
    }

    /**
     * @param array<string, mixed> $data
     * @return array<string, mixed>
     */
    private function guard_update(array $data, \WP_Post $stored): array
    {
        $id = $stored->ID;
        $wanted = (string) $data['post_status'];
        $from = (string) $stored->post_status;
        $is_turned = $stored->post_type !== $data['post_type'];
        // A row that becomes a governed type is new to the SOP: being public already is no permit.
        $is_newcomer = $is_turned && !$this->governs_post($stored);
        $status = $this->resolve($id, $is_newcomer ? '' : $from, $wanted);
        $refused = $status !== $wanted;
        $data['post_status'] = $refused && $is_newcomer ? $from : $status;
        $has_case = Case_Mirror::is_binding($this->cases->get($id));
        if ($is_turned && ($refused || $has_case)) {
            $data['post_type'] = $stored->post_type;
        }
        if ($refused || $has_case) {
            $data = $this->put_back($data, $stored, self::DATES);
        }
        if ($has_case) {
            $data = $this->guard_words($data, $stored);
        }
        if ($refused && !in_array($wanted, ['draft', 'pending'], true)) {
            // draft and pending are what classic forms and blog clients send by themselves: kept quietly.
            $this->refusals->add($this->sentence($id));
        }
        return $data;
    }

    /**
     * The words of a closed post come back from the row; the writer never changes them, apart from its own columns.
     *
     * @param array<string, mixed> $data
     * @return array<string, mixed>
     */
    private function guard_words(array $data, \WP_Post $stored): array
    {
        $is_permitted = $this->writer->permits($stored->ID, (string) $data['post_status']);
        if ($is_permitted) {
            return $this->writer->columns($stored->ID) + $this->put_back($data, $stored, self::WORDS);
        }
        if ($this->is_locked($stored->ID, get_current_user_id())) {
            if ($this->is_changed($data, $stored)) {
                $this->refusals->add($this->sentence($stored->ID));
            }
            return $this->put_back($data, $stored, self::WORDS);
        }
        // A password would hide what everybody approves.
        return $this->put_back($this->follow_title($data, $stored), $stored, ['post_author', 'post_password']);
    }

    /**
     * Core gives a post its slug on the first day in a custom status, from the name of the activity. Until somebody
     * chooses one, ours follows the title, as it does for drafts.
     *
     * @param array<string, mixed> $data
     * @return array<string, mixed>
     */
    private function follow_title(array $data, \WP_Post $stored): array
    {
        $automatic = '/^' . preg_quote(sanitize_title($stored->post_title), '/') . '(-\d+)?$/';
        $title = wp_unslash((string) $data['post_title']);
        if (
            $data['post_name'] === $stored->post_name && $title !== $stored->post_title
            && ($stored->post_name === '' || preg_match($automatic, $stored->post_name))
        ) {
            $data['post_name'] = wp_unique_post_slug(
                sanitize_title($title),
                $stored->ID,
                (string) $data['post_status'],
                $stored->post_type,
                (int) $stored->post_parent
            );
        }
        return $data;
    }

    /** @param array<string, mixed> $data */
    private function is_changed(array $data, \WP_Post $stored): bool
    {
        foreach (['post_title', 'post_content', 'post_excerpt'] as $column) {
            if (wp_unslash((string) $data[$column]) !== (string) $stored->$column) {
                return true;
            }
        }
        return false;
    }

    /**
     * @param array<string, mixed> $data
     * @param array<int, string> $columns
     * @return array<string, mixed>
     */
    private function put_back(array $data, \WP_Post $stored, array $columns): array
    {
        foreach ($columns as $column) {
            $data[$column] = wp_slash($stored->$column);
        }
        return $data;
    }

    /** The governed post type that a REST route is about, or ''. */
    private function type_of_route(string $route): string
    {
        foreach ($this->sop->governed_types() as $type) {
            $path = rest_get_route_for_post_type_items($type);
            if ($path !== '' && str_starts_with($route . '/', $path . '/')) {
                return $type;
            }
        }
        return '';
    }
}
