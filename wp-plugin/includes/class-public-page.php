<?php

namespace Tayang;

defined('ABSPATH') || exit;

/**
 * What a published item says about itself to those who share its link: title, address, and the picture made for it.
 */
final class Public_Page
{
    public function __construct(private readonly Publish_Gate $gate)
    {
    }

    public function register(): void
    {
        add_action('wp_head', [$this, 'head'], 5);
    }

    public function head(): void
    {
        $post = is_singular() ? get_queried_object() : null;
        if (!$post instanceof \WP_Post || $post->post_status !== 'publish' || !$this->gate->governs($post->post_type)) {
            return;
        }
        /**
         * Whether Tayang writes Open Graph tags; off where an SEO plugin does.
         *
         * @param bool $writes
         */
        if (!apply_filters('tayang_og_tags', !defined('WPSEO_VERSION') && !defined('RANK_MATH_VERSION'))) {
            return;
        }
        foreach (self::tags($post) as $property => $content) {
            printf("<meta property=\"%s\" content=\"%s\">\n", esc_attr($property), esc_attr($content));
        }
    }

    /** @return array<string, string> */
    public static function tags(\WP_Post $post): array
    {
        $tags = [
            'og:type' => 'article',
            'og:title' => wp_strip_all_tags(get_the_title($post)),
            'og:url' => (string) get_permalink($post),
            'og:site_name' => get_bloginfo('name'),
        ];
        $image = wp_get_attachment_image_src((int) get_post_thumbnail_id($post), Derivatives::FEATURED);
        if ($image) {
            $tags += ['og:image' => $image[0], 'og:image:width' => (string) $image[1], 'og:image:height' => (string) $image[2]];
        }
        return $tags;
    }
}
