<?php

namespace Tayang\Ui;

use Tayang\Working_Copy;

defined('ABSPATH') || exit;

/**
 * How the lists of posts name the two posts of a correction.
 */
final class Correction_States
{
    public function register(): void
    {
        add_filter('display_post_states', [$this, 'states'], 20, 2);
    }

    /**
     * @param array<string, string> $states
     * @param \WP_Post $post
     * @return array<string, string>
     */
    public function states(array $states, $post): array
    {
        $public_id = (int) get_post_meta($post->ID, Working_Copy::OF, true);
        if ($public_id) {
            /* translators: %s: title of the published post */
            return ['tayang_correction' => esc_html(sprintf(__('Correction of “%s”', 'tayang'), get_the_title($public_id)))] + $states;
        }
        $case = Working_Copy::of($post->ID) ? Office::mirror($post->ID) : [];
        if ($case) {
            /* translators: 1: number of the step, 2: role and person who must act */
            $state = sprintf(__('Being corrected · step %1$d · %2$s', 'tayang'), (int) $case['activity_no'], (string) $case['who']);
            $states['tayang'] = esc_html($state);
        }
        return $states;
    }
}
