<?php

namespace Tayang\Ui;

use Tayang\Refusals;
use Tayang\Said_Later;

defined('ABSPATH') || exit;

/**
 * The lists of posts: at which step a post is, a way to its case, and what a quick edit was refused for.
 */
final class Posts_List
{
    public function register(): void
    {
        add_filter('display_post_states', [$this, 'states'], 10, 2);
        add_filter('post_row_actions', [$this, 'actions'], 10, 2);
        add_filter('page_row_actions', [$this, 'actions'], 10, 2);
        add_action('load-edit.php', [$this, 'enqueue']);
        add_action('wp_ajax_inline-save', [$this, 'explain_lock'], 0);
    }

    public function enqueue(): void
    {
        add_action('admin_enqueue_scripts', function () {
            if (in_array(get_current_screen()->post_type, Office::post_types(), true)) {
                wp_enqueue_style('tayang-admin');
                wp_enqueue_script('tayang-quick-edit');
            }
        });
    }

    /**
     * @param array<string, string> $states
     * @param \WP_Post $post
     * @return array<string, string>
     */
    public function states(array $states, $post): array
    {
        $mirror = Office::mirror($post->ID);
        $state = match ($mirror['state'] ?? '') {
            // Who acts and until when stands in the column of Case_Column.
            /* translators: %d: number of the step */
            'open' => sprintf(__('Step %d', 'tayang'), $mirror['activity_no'] ?? 0),
            'publishing' => __('Being published', 'tayang'),
            // On the website core says it itself.
            'published' => $post->post_status === 'publish' ? '' : __('Out on social media', 'tayang'),
            'cancelled' => __('Cancelled', 'tayang'),
            default => '',
        };
        if ($state !== '') {
            $states['tayang'] = esc_html($state);
        }
        if ($this->is_quick_edit()) {
            foreach ($this->take_refusals() as $sentence) {
                // assets/quick-edit.js lifts this out of the row into a notice and reads it aloud.
                $states[] = '<span class="tayang-refused">' . esc_html($sentence) . '</span>';
            }
        }
        return $states;
    }

    /**
     * @param array<string, string> $actions
     * @param \WP_Post $post
     * @return array<string, string>
     */
    public function actions(array $actions, $post): array
    {
        $mirror = Office::mirror($post->ID);
        if ($mirror && Office::may_look($post->ID)) {
            $me = get_current_user_id();
            $decides = in_array($me, $mirror['may_act'] ?? [], true) && !in_array($me, $mirror['may_edit'] ?? [], true);
            $label = $decides ? __('Review', 'tayang') : __('Open the case', 'tayang');
            $actions['tayang_case'] = sprintf('<a href="%s">%s</a>', esc_url(Office::case_url($post->ID)), esc_html($label));
        }
        return $actions;
    }

    /** WordPress's own answer to a quick edit of a locked post names nobody; this one says who must act. */
    public function explain_lock(): void
    {
        check_ajax_referer('inlineeditnonce', '_inline_edit');
        $post_id = absint($_POST['post_ID'] ?? 0);
        $mirror = $post_id ? Office::mirror($post_id) : [];
        if ($mirror && ($mirror['state'] ?? '') !== 'cancelled' && !current_user_can('edit_post', $post_id)) {
            /* translators: %s: role and person who must act */
            wp_die(esc_html(sprintf(__('This content is locked while it is in the procedure. Acts now: %s.', 'tayang'), $mirror['who'] ?? '')));
        }
    }

    /** @return array<int, string> What the gate refused in this request; not said again on the next page. */
    private function take_refusals(): array
    {
        return array_map('strval', (array) Said_Later::take(Refusals::NAME));
    }

    private function is_quick_edit(): bool
    {
        return wp_doing_ajax() && ($_REQUEST['action'] ?? '') === 'inline-save'; // phpcs:ignore WordPress.Security.NonceVerification -- core checks it
    }
}
