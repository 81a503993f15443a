<?php

namespace Tayang;

defined('ABSPATH') || exit;

/**
 * Capabilities by step: who must write now may edit, even a Contributor in somebody else's post; a closed post may be
 * looked at by the people of the SOP and edited by nobody. Gives those who may look `tayang_see_cases`, and
 * `tayang_see_case` of one post.
 */
final class Access
{
    private const WATCHED = ['edit_post', 'delete_post', 'publish_post', 'edit_page', 'delete_page'];
    private const WORDS_IN_META = ['_thumbnail_id', Content::CHANNELS, Content::CARD, Content::WEBSITE, Content::PHOTOS];

    /** @var array{int, int}|null Site and post for which we answered the last `edit_post` question with yes. */
    private ?array $granted = null;

    /** @var array<int, string> Methods of the REST requests being answered, innermost last. */
    private array $rest_methods = [];

    public function __construct(
        private readonly Publish_Gate $gate,
        private readonly Case_Mirror $cases,
        private readonly Sop $sop
    ) {
    }

    public function register(): void
    {
        add_filter('map_meta_cap', [$this, 'map'], Publish_Gate::LAST, 4);
        add_filter('pre_delete_attachment', [$this, 'guard_picture'], PHP_INT_MAX, 2);
        add_filter('user_has_cap', [$this, 'lend'], 10, 4);
        add_filter('rest_request_before_callbacks', [$this, 'enter_rest'], 0, 3);
        add_filter('rest_request_after_callbacks', [$this, 'leave_rest'], PHP_INT_MAX);
        foreach (['post', 'page'] as $kind) {
            add_filter("{$kind}_row_actions", [$this, 'row_actions'], 20, 2);
        }
        foreach (['add', 'update', 'delete'] as $verb) {
            add_filter("{$verb}_post_metadata", [$this, 'guard_meta'], PHP_INT_MAX, 3);
        }
    }

    /** Permission of the routes for everybody who looks at cases. */
    public static function may_see_cases(): bool|\WP_Error
    {
        return current_user_can('tayang_see_cases') ? true : self::denied();
    }

    /** Why somebody without a part in the SOP sees nothing, and how to mend it. */
    public static function denied(): \WP_Error
    {
        return new \WP_Error(
            'tayang_no_role',
            __('You have no role in the SOP: an administrator gives it on your profile.', 'tayang'),
            ['status' => is_user_logged_in() ? 403 : 401]
        );
    }

    /**
     * @param array<int, string> $caps
     * @param array<int, mixed> $args
     * @return array<int, string>
     */
    public function map(array $caps, string $cap, int $user_id, array $args): array
    {
        if ($cap === 'tayang_see_cases') {
            return Capabilities::has_part($user_id) || Capabilities::is_viewer($user_id) ? ['read'] : ['manage_options'];
        }
        if ($cap === Capabilities::ROBOT) {
            // On a network a super administrator may everything; the sidecar's calls are not theirs.
            return empty(get_userdata($user_id)->allcaps[$cap]) ? ['do_not_allow'] : $caps;
        }
        if ($cap === 'tayang_see_case') {
            $case = $this->cases->get((int) ($args[0] ?? 0));
            return $case && $this->may_look_at($case, $user_id) ? ['read'] : ['manage_options'];
        }
        if (!in_array($cap, self::WATCHED, true) || empty($args[0])) {
            return $caps;
        }
        $this->granted = null;
        $post = get_post($args[0] instanceof \WP_Post ? $args[0]->ID : (int) $args[0]);
        if ($post && $post->post_type === 'revision') {
            $post = get_post($post->post_parent);             // earlier versions belong to who may touch the text
        }
        if ($post && $post->post_type === 'attachment') {
            return $this->map_picture($caps, $cap, $user_id, $post);
        }
        if (!$post || !$this->gate->governs_post($post)) {
            return $caps;
        }
        $case = $this->cases->get($post->ID);
        if (!Case_Mirror::is_binding($case)) {
            // Already public before the plugin was there: core decides. Everything else goes through the SOP.
            return $cap === 'publish_post' && $post->post_status !== 'publish' ? ['do_not_allow'] : $caps;
        }
        return $this->map_with_case($caps, $cap, $user_id, $post, $case);
    }

    /**
     * What people need for their part: who writes now uploads photos, who gives assignments the scan of the disposition;
     * and right after `edit_post` was granted for a post, core's second question in forms and blog clients ("somebody
     * else's post?") gets the same answer.
     *
     * @param array<string, bool> $allcaps
     * @param array<int, string> $caps
     * @param array<int, mixed> $args
     * @return array<string, bool>
     */
    public function lend(array $allcaps, array $caps, array $args, \WP_User $user): array
    {
        $asked = (string) $args[0];
        if ($asked === 'upload_files' && empty($allcaps['upload_files'])) {
            $allcaps['upload_files'] = $this->cases->edits_something($user->ID)
                || $this->sop->opens_something(Capabilities::roles_of($user->ID));
        }
        [$site, $post_id] = $this->granted ?? [0, 0];
        if ($asked === 'edit_others_posts' && $site === get_current_blog_id() && empty($allcaps['edit_others_posts'])) {
            $allcaps['edit_others_posts'] = Case_Mirror::may_edit($this->cases->get($post_id), $user->ID);
        }
        return $allcaps;
    }

    /** Before any check of permission, the method of the request decides between looking and writing. */
    public function enter_rest(mixed $response, mixed $handler, \WP_REST_Request $request): mixed
    {
        $this->rest_methods[] = $request->get_method();
        return $response;
    }

    public function leave_rest(mixed $response): mixed
    {
        array_pop($this->rest_methods);
        return $response;
    }

    /**
     * Offers only what would work.
     *
     * @param array<string, string> $actions
     * @return array<string, string>
     */
    public function row_actions(array $actions, \WP_Post $post): array
    {
        if (Case_Mirror::is_binding($this->cases->get($post->ID))) {
            unset($actions['trash'], $actions['delete']);
            if ($this->gate->is_locked($post->ID, get_current_user_id())) {
                unset($actions['inline hide-if-no-js']);
            }
        }
        return $actions;
    }

    /** Picture, captions and card are words too: closed with them, also to code. */
    public function guard_meta(mixed $check, int $post_id, string $key): mixed
    {
        return in_array($key, self::WORDS_IN_META, true) && $this->gate->is_closed($post_id) ? false : $check;
    }

    /** The featured image of a closed post goes with no code: WordPress would take it out of the post without asking. */
    public function guard_picture(mixed $done, \WP_Post $picture): mixed
    {
        global $wpdb;
        $ids = $wpdb->get_col($wpdb->prepare(
            "SELECT post_id FROM $wpdb->postmeta WHERE meta_key = '_thumbnail_id' AND meta_value = %s LIMIT 100",
            (string) $picture->ID
        ));
        foreach (array_map('intval', $ids) as $id) {
            $post = get_post($id);
            if ($post && $this->gate->governs_post($post) && $this->gate->is_closed($id)) {
                return false;
            }
        }
        return $done;
    }

    /**
     * @param array<int, string> $caps
     * @param array<string, mixed> $case
     * @return array<int, string>
     */
    private function map_with_case(array $caps, string $cap, int $user_id, \WP_Post $post, array $case): array
    {
        if ($cap !== 'edit_post' && $cap !== 'edit_page') {
            return ['do_not_allow'];
        }
        if (Case_Mirror::may_edit($case, $user_id)) {
            $this->granted = [get_current_blog_id(), $post->ID];
            return ['read'];
        }
        if (!$this->is_looking()) {
            return ['do_not_allow'];
        }
        return $this->may_look_at($case, $user_id) ? ['read'] : $caps;
    }

    /**
     * Whether a person may look at a case (the settings' "who sees what"). Looking is no editing.
     *
     * @param array<string, mixed> $case
     */
    private function may_look_at(array $case, int $user_id): bool
    {
        $may_look = Capabilities::has_part($user_id) || Capabilities::is_viewer($user_id);
        $sees_all = Plugin::instance()->settings->visibility() === 'office' || user_can($user_id, 'manage_options');
        return $may_look && ($sees_all || Parts::has((int) $case['post_id'], $user_id));
    }

    /**
     * The pictures of a case: who writes now describes them and sets their focal point, whoever took them; while the text
     * is closed nobody changes or deletes them.
     *
     * @param array<int, string> $caps
     * @return array<int, string>
     */
    private function map_picture(array $caps, string $cap, int $user_id, \WP_Post $picture): array
    {
        $case = $picture->post_parent ? $this->cases->get($picture->post_parent) : null;
        if (!$case || !in_array($case['state'], ['open', 'publishing'], true)) {
            return $caps;
        }
        if (Case_Mirror::may_edit($case, $user_id)) {
            return $cap === 'edit_post' ? ['read'] : $caps;
        }
        return $this->is_looking() ? $caps : ['do_not_allow'];
    }

    /**
     * Whether this request only shows something: a REST GET, or a preview on the website. Core asks `edit_post` there too,
     * and approvers must see the text. (wp-admin shows it to them on the case's own page.)
     */
    private function is_looking(): bool
    {
        if ($this->rest_methods) {
            return in_array(end($this->rest_methods), ['GET', 'HEAD'], true);
        }
        return ($_SERVER['REQUEST_METHOD'] ?? '') === 'GET' && !is_admin() && did_action('parse_request') > 0
            && !defined('REST_REQUEST') && !defined('XMLRPC_REQUEST') && !wp_doing_cron();
    }
}
