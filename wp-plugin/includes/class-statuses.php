<?php

namespace Tayang;

defined('ABSPATH') || exit;

/**
 * Registers what the SOP needs in WordPress: one post status per step, and the post type for greetings.
 * A status is a label that people can see and filter by; it gives nobody any right (Publish_Gate does).
 */
final class Statuses
{
    public const GREETING = 'tayang_greeting';

    public function __construct(private readonly Sop $sop)
    {
    }

    public function register(): void
    {
        add_action('init', [$this, 'register_greeting'], 5);
        add_action('init', [$this, 'register_statuses'], 6);
        add_filter('quick_edit_statuses', [$this, 'keep_in_quick_edit'], 20, 2);
    }

    /** A greeting is a draft too; unless the SOP says so, it never shows on the website. */
    public function register_greeting(): void
    {
        $on_website = $this->greeting_is_on_website();
        register_post_type(self::GREETING, [
            'labels' => [
                'name' => __('Greetings', 'tayang'),
                'singular_name' => __('Greeting', 'tayang'),
                'add_new_item' => __('Add a greeting', 'tayang'),
                'edit_item' => __('Edit the greeting', 'tayang'),
                'not_found' => __('No greetings yet.', 'tayang'),
            ],
            'public' => $on_website,
            'show_ui' => true,
            'show_in_rest' => true,
            'rest_base' => 'tayang-greetings',
            'menu_icon' => 'dashicons-heart',
            'capability_type' => 'post',
            'map_meta_cap' => true,
            'supports' => ['title', 'editor', 'thumbnail', 'revisions', 'author'],
        ]);
    }

    public function register_statuses(): void
    {
        foreach ($this->sop->statuses() as $slug => $status) {
            $label = (string) $status['label'];
            $count = esc_html($label) . ' <span class="count">(%s)</span>';
            register_post_status($slug, [
                'label' => $label,
                'public' => false,
                'protected' => true,
                'internal' => false,
                'exclude_from_search' => true,
                'show_in_admin_all_list' => true,
                'show_in_admin_status_list' => true,
                'date_floating' => true,
                'label_count' => ['singular' => $count, 'plural' => $count, 'context' => null, 'domain' => null],
            ]);
        }
    }

    /**
     * From WordPress 6.9 on Quick Edit can offer the step that the post is in, and so leave it alone.
     *
     * @param mixed $statuses slug => label
     */
    public function keep_in_quick_edit(mixed $statuses, mixed $type = ''): mixed
    {
        if (!is_array($statuses) || !$this->sop->is_governed((string) $type)) {
            return $statuses;
        }
        unset($statuses['future'], $statuses['private']);
        $procedures = array_column($this->sop->procedures_for((string) $type), 'key');
        foreach ($this->sop->statuses() as $slug => $status) {
            if ($status['post_type'] === $type || in_array($status['procedure'], $procedures, true)) {
                $statuses[$slug] = $status['label'];
            }
        }
        return $statuses;
    }

    private function greeting_is_on_website(): bool
    {
        foreach ($this->sop->procedures() as $procedure) {
            if ($procedure['post_type'] === self::GREETING && !empty($procedure['website'])) {
                return true;
            }
        }
        return false;
    }
}
