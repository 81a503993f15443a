<?php

namespace Tayang\Ui;

defined('ABSPATH') || exit;

/**
 * Puts the panel beside the text: in the block editor's sidebar, and as a box in the classic editor.
 */
final class Panel
{
    public function register(): void
    {
        add_action('enqueue_block_editor_assets', [$this, 'enqueue_block_editor']);
        add_action('admin_enqueue_scripts', [$this, 'enqueue_classic']);
        add_action('add_meta_boxes', [$this, 'add_box']);
        add_filter('admin_body_class', [$this, 'body_class']);
    }

    /** The block editor; not the site editor or the widgets screen, which fire the same hook. */
    public function enqueue_block_editor(): void
    {
        if ($this->is_governed_editor()) {
            Assets::panel((int) get_the_ID(), true);
        }
    }

    /** The classic editor of a governed post type. */
    public function enqueue_classic(): void
    {
        if ($this->is_governed_editor() && !get_current_screen()->is_block_editor()) {
            Assets::panel((int) get_the_ID());
        }
    }

    /**
     * Marks the editor of a post that only goes live through the procedure: panel.css hides core's own Publish button,
     * which the gate would refuse.
     */
    public function body_class(string $classes): string
    {
        return $this->is_governed_editor() && get_post_status() !== 'publish' ? "$classes tayang-governed" : $classes;
    }

    /** The box hides by itself where the block editor is used. */
    public function add_box(string $post_type): void
    {
        if (in_array($post_type, Office::post_types(), true)) {
            add_meta_box(
                'tayang-panel',
                __('Tayang: procedure', 'tayang'),
                [$this, 'box'],
                $post_type,
                'side',
                'high',
                ['__back_compat_meta_box' => true]
            );
        }
    }

    /** @param \WP_Post $post */
    public function box($post): void
    {
        self::mount((int) $post->ID, 'classic');
    }

    /** The place where assets/panel.js draws itself. */
    public static function mount(int $post_id, string $place): void
    {
        printf(
            '<div data-tayang-panel="%s" data-post="%d"><p>%s</p></div>',
            esc_attr($place),
            (int) $post_id,
            esc_html__('Asking the Tayang server …', 'tayang')
        );
    }

    private function is_governed_editor(): bool
    {
        $screen = get_current_screen();
        return $screen && $screen->base === 'post' && in_array($screen->post_type, Office::post_types(), true);
    }
}
