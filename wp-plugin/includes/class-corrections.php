<?php

namespace Tayang;

defined('ABSPATH') || exit;

/**
 * Correcting what was published: the route that opens a correction, and how the lists of posts name the two posts of it.
 */
final class Corrections
{
    public function __construct(
        private readonly Publish_Gate $gate,
        private readonly Case_Mirror $cases,
        private readonly Case_Commands $commands,
        private readonly Sop $sop
    ) {
    }

    public function register(): void
    {
        add_action('rest_api_init', [$this, 'register_route']);
        add_filter('display_post_states', [$this, 'states'], 20, 2);
    }

    public function register_route(): void
    {
        register_rest_route('tayang/v1', '/posts/(?P<id>\d+)/corrections', [
            'methods' => 'POST',
            'permission_callback' => [$this, 'may_see_cases'],
            'callback' => [$this, 'open'],
            'args' => [
                'note' => ['type' => 'string', 'default' => ''],
                'assignee' => ['type' => ['integer', 'null'], 'default' => null],
            ],
        ]);
    }

    public function may_see_cases(): bool|\WP_Error
    {
        return current_user_can('tayang_see_cases') ? true : new \WP_Error(
            'tayang_no_role',
            __('You have no role in the SOP: an administrator gives it on your profile.', 'tayang'),
            ['status' => is_user_logged_in() ? 403 : 401]
        );
    }

    /** Opens the correction and makes its working copy. Asking again after no answer came is the same correction. */
    public function open(\WP_REST_Request $request): \WP_REST_Response|\WP_Error
    {
        $post = get_post(Working_Copy::subject((int) $request['id']));
        if (!$post || !$this->gate->governs($post->post_type)) {
            return new \WP_Error('tayang_no_post', __('There is no such post here.', 'tayang'), ['status' => 404]);
        }
        $actor = get_current_user_id();
        $view = $this->commands->view($post->ID, $actor);
        if (is_wp_error($view)) {
            return $view;
        }
        $procedure = $this->sop->procedure((string) ($view['procedure']['key'] ?? ''));
        if (!$procedure || !array_intersect(Sop::openers($procedure), Capabilities::roles_of($actor))) {
            return new \WP_Error(
                'tayang_not_an_opener',
                __('Your roles in the SOP do not open this procedure.', 'tayang'),
                ['status' => 403]
            );
        }
        if ($view['state'] !== 'published' || $post->post_status !== 'publish') {
            return $this->refused($post);
        }
        $made = $this->commands->correct(
            $post,
            (string) $procedure['key'],
            $actor,
            sanitize_textarea_field((string) $request['note']),
            (int) $request['assignee'] ?: null
        );
        if (is_wp_error($made)) {
            return $made;
        }
        return new \WP_REST_Response($made + ['edit_url' => admin_url("post.php?action=edit&post={$made['copy_id']}")], 201);
    }

    /**
     * @param array<string, string> $states
     * @return array<string, string>
     */
    public function states(array $states, \WP_Post $post): array
    {
        $public_id = (int) get_post_meta($post->ID, Working_Copy::OF, true);
        if ($public_id) {
            /* translators: %s: title of the published post */
            return ['tayang_correction' => esc_html(sprintf(__('Correction of “%s”', 'tayang'), get_the_title($public_id)))] + $states;
        }
        $case = Working_Copy::of($post->ID) ? $this->cases->get($post->ID) : null;
        if ($case) {
            /* translators: 1: number of the step, 2: role and person who must act */
            $state = sprintf(__('Being corrected · step %1$d · %2$s', 'tayang'), (int) $case['activity_no'], (string) $case['who']);
            $states['tayang'] = esc_html($state);
        }
        return $states;
    }

    private function refused(\WP_Post $post): \WP_Error
    {
        $copy_id = Working_Copy::of($post->ID);
        if ($copy_id) {
            return new \WP_Error('case_exists', $this->gate->sentence($post->ID), ['status' => 409, 'copy_id' => $copy_id]);
        }
        $sentence = __('Only what is public on the website can be corrected; what is still in the procedure is simply edited there.', 'tayang');
        return new \WP_Error('not_correctable', $sentence, ['status' => 409]);
    }
}
