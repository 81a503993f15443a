<?php

namespace Tayang;

defined('ABSPATH') || exit;

/**
 * Core ends a refused form of wp-admin with "Sorry, you are not allowed …" and HTTP 500. Where a case is the reason, it is a
 * 403 that says who must act.
 */
final class Denied_Screens
{
    public function __construct(private readonly Publish_Gate $gate, private readonly Case_Mirror $cases)
    {
    }

    public function register(): void
    {
        add_filter('wp_die_handler', [$this, 'explain'], PHP_INT_MAX);
    }

    public function explain(callable $die): callable
    {
        return function (mixed $message, mixed $title = '', mixed $args = []) use ($die): void {
            $sentence = is_string($message) && is_array($args) && empty($args['response']) ? $this->sentence() : '';
            if ($sentence !== '') {
                $message .= ' ' . esc_html($sentence);
                $args['response'] = 403;
            }
            $die($message, $title, $args);
        };
    }

    /** About the first post of the form that is closed; '' when none is. */
    private function sentence(): string
    {
        if (!is_admin() || !is_user_logged_in()) {
            return '';
        }
        // phpcs:ignore WordPress.Security -- says why core refused; changes nothing
        foreach ((array) ($_REQUEST['post'] ?? $_REQUEST['post_ID'] ?? []) as $id) {
            $id = absint($id);
            if ($id && Case_Mirror::is_binding($this->cases->get($id))) {
                return $this->gate->sentence($id);
            }
        }
        return '';
    }
}
