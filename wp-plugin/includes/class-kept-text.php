<?php

namespace Tayang;

defined('ABSPATH') || exit;

/**
 * The classic editor sends a whole page. When the step moved on while it was open, core would answer "not allowed" and the
 * text would be gone: it is kept among the revisions instead, and the person is shown where the case stands.
 */
final class Kept_Text
{
    public function __construct(private readonly Publish_Gate $gate, private readonly Refusals $refusals)
    {
    }

    public function register(): void
    {
        add_action('load-post.php', [$this, 'keep']);
    }

    /** Before core checks `edit_post`. */
    public function keep(): void
    {
        $id = absint($_POST['post_ID'] ?? 0);
        $post = $id && sanitize_key(wp_unslash($_POST['action'] ?? '')) === 'editpost' ? get_post($id) : null;
        if (!$post || !$this->gate->governs_post($post) || !$this->gate->is_locked($id, get_current_user_id())) {
            return;
        }
        if (!current_user_can('edit_posts') || !wp_verify_nonce(sanitize_key(wp_unslash($_POST['_wpnonce'] ?? '')), "update-post_$id")) {
            return;
        }
        $this->refusals->add($this->gate->sentence($id));
        if ($this->store($post)) {
            $this->refusals->add(__('What you wrote meanwhile is kept among the revisions of the post.', 'tayang'));
        }
        wp_safe_redirect(admin_url("admin.php?page=tayang-case&post=$id"));
        exit;
    }

    /** Whether there was anything to keep. */
    private function store(\WP_Post $post): bool
    {
        // phpcs:disable WordPress.Security -- keep() checked the nonce; wp_insert_post() filters as for any author
        $sent = [
            'post_title' => wp_unslash((string) ($_POST['post_title'] ?? $post->post_title)),
            'post_content' => wp_unslash((string) ($_POST['content'] ?? $post->post_content)),
            'post_excerpt' => wp_unslash((string) ($_POST['excerpt'] ?? $post->post_excerpt)),
        ];
        // phpcs:enable
        $before = array_intersect_key($post->to_array(), $sent);
        if ($sent == $before || !wp_revisions_enabled($post)) {
            return false;
        }
        $now = ['post_modified' => current_time('mysql'), 'post_modified_gmt' => current_time('mysql', true)];
        $kept = _wp_put_post_revision($sent + $now + $post->to_array());
        return $kept && !is_wp_error($kept);
    }
}
