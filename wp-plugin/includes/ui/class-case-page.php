<?php

namespace Tayang\Ui;

use Tayang\Plan_Controller;
use Tayang\Working_Copy;

defined('ABSPATH') || exit;

/**
 * The page of one case: what would be published, beside the panel. Deciders act here, since the text is locked for them.
 */
final class Case_Page
{
    private const SLUG = 'tayang-case';

    public function register(): void
    {
        add_action('admin_menu', [$this, 'add_page'], 20);
        add_action('admin_head', [$this, 'hide_menu_entry']);
        add_action('admin_enqueue_scripts', [$this, 'enqueue']);
        add_action('load-post.php', [$this, 'lead_here']);
    }

    /** A page without a menu entry: it needs a post. */
    public function add_page(): void
    {
        $title = __('Case', 'tayang');
        add_submenu_page(Cases_Page::SLUG, $title, $title, Office::CAPABILITY, self::SLUG, [$this, 'render']);
    }

    /** Late, so that WordPress still finds the page's title and checks its capability. */
    public function hide_menu_entry(): void
    {
        remove_submenu_page(Cases_Page::SLUG, self::SLUG);
    }

    /** An old link to the editor of a post that is closed for the reader leads to its case, not to a refusal. */
    public function lead_here(): void
    {
        // phpcs:disable WordPress.Security.NonceVerification -- only looks
        $action = sanitize_key($_GET['action'] ?? '');
        $post = $this->post();
        // phpcs:enable
        $is_link = ($_SERVER['REQUEST_METHOD'] ?? '') === 'GET' && $action === 'edit';
        if ($is_link && $post && Office::may_look($post->ID) && !current_user_can('edit_post', $post->ID)) {
            wp_safe_redirect(Office::case_url($post->ID));
            exit;
        }
    }

    public function enqueue(string $hook): void
    {
        $post = $this->post();
        if (str_ends_with($hook, '_page_' . self::SLUG) && $post) {
            wp_enqueue_style('tayang-admin');
            Assets::panel_beside_words($post->ID);
        }
    }

    public function render(): void
    {
        $post = $this->post();
        if (!$post || !Office::may_look($post->ID)) {
            printf(
                '<div class="wrap"><h1>%s</h1><p>%s</p></div>',
                esc_html__('Case', 'tayang'),
                esc_html__('There is no such case, or you have no part in it.', 'tayang')
            );
            return;
        }
        echo '<div class="wrap tayang-case"><h1 class="wp-heading-inline">', esc_html(get_the_title($post)), '</h1>';
        // Approvers may open the editor to look; writing is offered to those who write now.
        if (current_user_can('edit_post', $post->ID) && !Assets::is_locked($post->ID)) {
            printf(
                ' <a class="page-title-action" href="%s">%s</a>',
                esc_url((string) get_edit_post_link($post->ID, 'raw')),
                esc_html__('Edit', 'tayang')
            );
        }
        // On a phone the text comes first; whoever has read it already goes straight to the buttons.
        printf(
            '<a class="tayang-jump button" href="#tayang-case-panel">%s</a>',
            esc_html__('To the decision', 'tayang')
        );
        echo '<hr class="wp-header-end"><div class="tayang-case-columns"><main class="tayang-preview wp-exclude-emoji">';
        $this->preview($post);
        printf('</main><aside id="tayang-case-panel" class="tayang-case-panel" aria-label="%s">', esc_attr__('Procedure', 'tayang'));
        // By the id that stays: the working copy of a correction is gone once it is published.
        Panel::mount(Working_Copy::subject($post->ID), 'page');
        echo '</aside></div></div>';
    }

    private function preview(\WP_Post $post): void
    {
        $is_card = Plan_Controller::stored($post->ID)['card'] !== null;
        // A greeting is its card; most have no text of their own.
        if (!$is_card || trim($post->post_content) !== '') {
            $this->article($post);
        }
        $this->card($post);
        $this->captions($post);
        $this->photos($post);
    }

    private function article(\WP_Post $post): void
    {
        echo '<article class="tayang-article"><h2>', esc_html(get_the_title($post)), '</h2>';
        echo get_the_post_thumbnail($post, 'large');
        // As the site renders it, but without what could act in the reader's name here (scripts, forms, frames).
        // phpcs:ignore WordPress.NamingConventions.PrefixAllGlobals -- the site's own filter
        $html = wp_kses_post(apply_filters('the_content', $post->post_content));
        if (trim(wp_strip_all_tags($html)) === '' && !str_contains($html, '<img')) {
            $html = '<p class="description">' . esc_html__('Nothing has been written yet.', 'tayang') . '</p>';
        }
        echo $html; // phpcs:ignore WordPress.Security.EscapeOutput -- wp_kses_post above
        if ($post->post_excerpt !== '') {
            printf('<p class="tayang-excerpt"><strong>%s</strong> %s</p>', esc_html__('Excerpt:', 'tayang'), esc_html($post->post_excerpt));
        }
        echo '</article>';
    }

    private function captions(\WP_Post $post): void
    {
        $names = array_column(Office::channels(), null, 'key');
        $planned = Plan_Controller::stored($post->ID)['channels'];
        printf('<section class="tayang-card-box"><h2>%s</h2>', esc_html__('As it will look', 'tayang'));
        // assets/preview.js draws the places here as readers will see them; the words stand here without it, too.
        echo '<div data-tayang-previews>';
        if (!$planned) {
            printf('<p class="description">%s</p>', esc_html__('No channel is planned.', 'tayang'));
        }
        foreach ($planned as $one) {
            $channel = $names[$one['channel']] ?? ['name' => $one['channel'], 'account' => ''];
            printf(
                '<div class="tayang-caption"><h3>%s <span>%s</span></h3><p>%s</p></div>',
                esc_html($channel['name']),
                esc_html($channel['account']),
                nl2br(esc_html($one['caption']))
            );
        }
        echo '</div></section>';
    }

    private function card(\WP_Post $post): void
    {
        $card = Plan_Controller::stored($post->ID)['card'];
        if (!$card) {
            return;
        }
        $designs = array_column(Office::cards(), null, 'key');
        $design = $designs[$card['template']] ?? ['name' => $card['template'], 'fields' => []];
        $labels = array_column($design['fields'], 'label', 'key');
        printf(
            '<section class="tayang-card-box"><h2>%s</h2><div class="tayang-card-pictures" data-tayang-card></div><p>%s</p><dl>',
            esc_html__('Greeting card', 'tayang'),
            esc_html($design['name'])
        );
        foreach (array_filter((array) $card['fields'], 'strlen') as $key => $value) {
            printf('<dt>%s</dt><dd>%s</dd>', esc_html($labels[$key] ?? $key), nl2br(esc_html((string) $value)));
        }
        echo '</dl></section>';
    }

    private function photos(\WP_Post $post): void
    {
        $ids = array_map('intval', array_column(get_attached_media('image', $post->ID), 'ID'));
        $ids = array_diff($ids, [(int) get_post_thumbnail_id($post)]);
        if (!$ids) {
            return;
        }
        printf('<section class="tayang-card-box"><h2>%s</h2><div class="tayang-photos">', esc_html__('Photos', 'tayang'));
        foreach ($ids as $id) {
            $caption = wp_get_attachment_caption($id);
            printf('<figure>%s<figcaption>%s</figcaption></figure>', wp_get_attachment_image($id, 'medium'), esc_html((string) $caption));
        }
        echo '</div></section>';
    }

    private function post(): ?\WP_Post
    {
        $id = isset($_GET['post']) ? absint($_GET['post']) : 0; // phpcs:ignore WordPress.Security.NonceVerification -- only looks
        // Of a correction: what would become public is in its working copy.
        $post = $id ? get_post(Working_Copy::working($id)) : null;
        if (!$post || !in_array($post->post_type, Office::post_types(), true)) {
            return null;
        }
        return Office::mirror($post->ID) || current_user_can('edit_post', $post->ID) ? $post : null;
    }
}
