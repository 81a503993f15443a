<?php

namespace Tayang;

defined('ABSPATH') || exit;

/**
 * What WordPress writes without asking `wp_insert_post_data`: scheduled posts going live and wp_publish_post().
 * First of all listeners, it takes the status back, and makes the others hear nothing of a publication that was none.
 */
final class Late_Writes
{
    /** Before every listener, also those at PHP_INT_MIN: one at the same priority would hear it too. */
    private const FIRST = '-1e30';

    /** @var array<string, \WP_Hook> Listeners put aside until the false news is over. */
    private array $aside = [];

    public function __construct(private readonly Publish_Gate $gate, private readonly Status_Writer $writer)
    {
    }

    public function register(): void
    {
        add_action('publish_future_post', [$this, 'stop_schedule'], self::FIRST);
        add_action('transition_post_status', [$this, 'take_back'], self::FIRST, 3);
    }

    /** Before core looks: the post is no longer scheduled, so core leaves it alone. */
    public function stop_schedule(int|string $post_id): void
    {
        $post = get_post((int) $post_id);
        if (!$post || !$this->gate->governs_post($post)) {
            return;
        }
        $status = $this->gate->resolve($post->ID, $post->post_status, 'publish');
        if ($status !== 'publish') {
            $this->writer->write($post->ID, $status);
            Alarms::raise($post->ID, 'publish_future_post');
        }
    }

    /** After a direct write: repairs the row and the object that is handed round, then quiets the rest. */
    public function take_back(string $new, string $old, \WP_Post $post): void
    {
        if ($new === $old || $post->post_type === 'revision' || !$this->gate->governs_post($post)) {
            return;
        }
        $from = $old === 'new' ? '' : $old;
        $status = $this->gate->resolve($post->ID, $from, $new);
        if ($status === $new) {
            return;
        }
        global $wpdb;
        $wpdb->update($wpdb->posts, ['post_status' => $status], ['ID' => $post->ID]);
        clean_post_cache($post->ID);
        $post->post_status = $status;
        Alarms::raise($post->ID, "$old-$new");
        $this->quiet($new, $old, $post->post_type);
    }

    /** Puts the listeners back; the last of the three actions of a transition runs it. */
    public function restore(): void
    {
        global $wp_filter;
        foreach ($this->aside as $name => $hook) {
            $wp_filter[$name] = $hook;
        }
        $this->aside = [];
    }

    /**
     * wp_transition_post_status() fires three actions in a row: this one, `{old}_to_{new}`, `{new}_{type}`. The running
     * one is emptied in place and swapped for a copy; the other two wait aside until the third fired.
     */
    private function quiet(string $new, string $old, string $type): void
    {
        global $wp_filter;
        $running = $wp_filter['transition_post_status'];
        $wp_filter['transition_post_status'] = self::copy_of($running, 'transition_post_status');
        $running->remove_all_filters();
        foreach (["{$old}_to_{$new}", "{$new}_{$type}"] as $name) {
            if (isset($wp_filter[$name])) {
                $this->aside[$name] = $wp_filter[$name];
                unset($wp_filter[$name]);
            }
        }
        $last = "{$new}_{$type}";
        $this->aside[$last] ??= new \WP_Hook();
        $wp_filter[$last] = new \WP_Hook();
        $wp_filter[$last]->add_filter($last, [$this, 'restore'], 10, 0);
    }

    private static function copy_of(\WP_Hook $hook, string $name): \WP_Hook
    {
        $copy = new \WP_Hook();
        foreach ($hook->callbacks as $priority => $callbacks) {
            foreach ($callbacks as $callback) {
                $copy->add_filter($name, $callback['function'], $priority, $callback['accepted_args']);
            }
        }
        return $copy;
    }
}
