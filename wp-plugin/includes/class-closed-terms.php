<?php

namespace Tayang;

defined('ABSPATH') || exit;

/**
 * Categories and tags are words too: closed with them. WordPress has no filter before it writes terms, so what code changes
 * on a closed post is undone in the same breath, before core counts and before other listeners look.
 */
final class Closed_Terms
{
    /** While a term is deleted everywhere, no post holds on to it. */
    private bool $is_deleting = false;

    public function __construct(private readonly Publish_Gate $gate, private readonly Refusals $refusals)
    {
    }

    public function register(): void
    {
        add_action('added_term_relationship', [$this, 'take_off'], PHP_INT_MIN, 2);
        add_action('deleted_term_relationships', [$this, 'put_back'], PHP_INT_MIN, 2);
        add_action('pre_delete_term', fn() => $this->is_deleting = true);
        add_action('delete_term', fn() => $this->is_deleting = false, PHP_INT_MAX);
    }

    public function take_off(int $post_id, int $term_taxonomy_id): void
    {
        global $wpdb;
        if ($this->is_closed($post_id)) {
            $wpdb->delete($wpdb->term_relationships, ['object_id' => $post_id, 'term_taxonomy_id' => $term_taxonomy_id]);
        }
    }

    /** @param array<int, int|string> $term_taxonomy_ids */
    public function put_back(int $post_id, array $term_taxonomy_ids): void
    {
        global $wpdb;
        if (!$this->is_closed($post_id)) {
            return;
        }
        foreach ($term_taxonomy_ids as $id) {
            $wpdb->replace($wpdb->term_relationships, ['object_id' => $post_id, 'term_taxonomy_id' => (int) $id]);
        }
    }

    private function is_closed(int $object_id): bool
    {
        $post = $this->is_deleting ? null : get_post($object_id);
        if (!$post || !$this->gate->governs_post($post) || !$this->gate->is_closed($object_id)) {
            return false;
        }
        $this->refusals->add($this->gate->sentence($object_id));
        return true;
    }
}
