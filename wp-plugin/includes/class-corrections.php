<?php

namespace Tayang;

defined('ABSPATH') || exit;

/**
 * The route that opens a correction of what was published.
 */
final class Corrections
{
    public function __construct(
        private readonly Publish_Gate $gate,
        private readonly Case_Commands $commands,
        private readonly Sop $sop
    ) {
    }

    public function register_routes(): void
    {
        register_rest_route('tayang/v1', '/posts/(?P<id>\d+)/corrections', [
            'methods' => 'POST',
            'permission_callback' => [Access::class, 'may_see_cases'],
            'callback' => [$this, 'open'],
            'args' => [
                'note' => ['type' => 'string', 'default' => ''],
                'assignee' => ['type' => ['integer', 'null'], 'default' => null],
            ],
        ]);
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
