<?php

namespace Tayang\Ui;

use Tayang\Plugin;
use Tayang\Sop;

defined('ABSPATH') || exit;

/**
 * Tayang -> Papan kerja: every open case of a procedure, by step. The page is only a frame: assets/board.js asks
 * tayang/v1/board after it stands. The filters are the address, so that a view can be shared and the back button works.
 */
final class Board_Page
{
    public const SLUG = 'tayang-board';

    public function register(): void
    {
        add_action('admin_menu', [$this, 'add_page'], 10);
        add_action('admin_enqueue_scripts', [$this, 'enqueue']);
    }

    public function add_page(): void
    {
        $title = __('Board', 'tayang');
        add_submenu_page(Cases_Page::SLUG, $title, $title, Office::CAPABILITY, self::SLUG, [$this, 'render']);
    }

    public function enqueue(string $hook): void
    {
        if (!str_ends_with($hook, '_page_' . self::SLUG)) {
            return;
        }
        List_Strings::enqueue('board', ['board' => [
            'base' => admin_url('admin.php?page=' . self::SLUG),
            'procedures' => array_map([$this, 'procedure'], Office::procedures()),
            'people' => Office::people(),
            'divisions' => Plugin::instance()->settings->divisions(),
        ]]);
    }

    public function render(): void
    {
        printf('<div class="wrap tayang-board-page"><h1 class="wp-heading-inline">%s</h1>', esc_html__('Board', 'tayang'));
        Assignment_Page::link();
        echo '<hr class="wp-header-end">';
        if (Office::procedures()) {
            echo '<div id="tayang-board"><p class="tayang-loading"><span class="spinner is-active"></span> ',
                esc_html__('Asking the Tayang server …', 'tayang'), '</p></div>';
            printf(
                '<noscript><div class="notice notice-warning inline"><p>%s <a href="%s">%s</a></p></div></noscript>',
                esc_html__('The board needs JavaScript. What waits for you stands here without it:', 'tayang'),
                esc_url(admin_url('admin.php?page=' . Cases_Page::SLUG)),
                esc_html__('My tasks', 'tayang')
            );
        } else {
            printf(
                '<div class="notice notice-info inline"><p>%s</p></div>',
                esc_html__('The Tayang server is not connected yet. An administrator does that under Settings, Tayang.', 'tayang')
            );
        }
        echo '</div>';
    }

    /** Address of the board with filters. @param array<string, string|int> $filters */
    public static function url(array $filters = []): string
    {
        return add_query_arg($filters, admin_url('admin.php?page=' . self::SLUG));
    }

    /**
     * @param array<string, mixed> $procedure
     * @return array<string, mixed> key, name, its occasions and the roles of its steps, in the reader's language
     */
    private function procedure(array $procedure): array
    {
        $names = Office::roles();
        $roles = array_values(array_unique(array_column($procedure['activities'], 'role')));
        return [
            'key' => $procedure['key'],
            'name' => Sop::text($procedure['name']),
            'occasions' => Office::occasions($procedure),
            'roles' => array_map(static fn($key) => ['key' => $key, 'name' => $names[$key] ?? $key], $roles),
        ];
    }
}
