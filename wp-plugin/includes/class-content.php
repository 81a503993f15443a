<?php

namespace Tayang;

defined('ABSPATH') || exit;

/**
 * The words and pictures of a post as people approve them, and their digest. The form stands in docs/architecture.md
 * ("Content and its digest"); vectors for both languages: tests/vectors/digests.json.
 */
final class Content
{
    public const JSON_FLAGS = JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_LINE_TERMINATORS;
    public const CHANNELS = '_tayang_channels';
    public const CARD = '_tayang_card';
    public const WEBSITE = '_tayang_website';
    public const PHOTOS = '_tayang_photos';
    public const FOCAL = '_tayang_focal';
    private const ORIGINAL = '_tayang_original';

    /**
     * Everything that an approver approves. Of a working copy: what the public post would become.
     *
     * @return array<string, mixed>
     */
    public function build(\WP_Post $post): array
    {
        $card = self::card($post->ID);
        $images = self::image_ids($post);
        $public = get_post(Working_Copy::subject($post->ID));
        return [
            'post_id' => $public->ID,
            'post_type' => $post->post_type,
            'title' => $post->post_title,
            'content' => $post->post_content,
            'excerpt' => $post->post_excerpt,
            'slug' => self::slug($public),
            'terms' => self::terms($post),
            'featured_image' => (int) get_post_thumbnail_id($post),
            'images' => array_map([$this, 'image'], $images),
            'website' => self::website($post->ID),
            'photos' => self::photos($post->ID, $images),
            'channels' => self::channels($post->ID),
            'card' => $card === null ? null : ['fields' => (object) $card['fields']] + $card,
        ];
    }

    /** The slug that publication will use. */
    public static function slug(\WP_Post $post): string
    {
        return $post->post_name !== '' ? $post->post_name : sanitize_title($post->post_title);
    }

    /** Whether the website shows it; a correction always does, its post is there already. */
    public static function website(int $post_id): bool
    {
        return get_post_meta($post_id, self::WEBSITE, true) !== 'no' || Working_Copy::public_of($post_id) !== 0;
    }

    /** @return array<int, int>|null The photos that somebody picked for the channels, in order; null: nobody picked yet. */
    public static function picked(int $post_id): ?array
    {
        $picked = get_post_meta($post_id, self::PHOTOS, true);
        return is_array($picked) ? array_values(array_map('intval', $picked)) : null;
    }

    /**
     * SHA-256 of the canonical JSON.
     *
     * @param array<string, mixed>|\stdClass $content
     */
    public static function digest(array|\stdClass $content): string
    {
        return hash('sha256', self::canonical($content));
    }

    /** Keys sorted by code point, no spaces, UTF-8 as it is. Objects stay objects, also empty ones. */
    public static function canonical(mixed $value): string
    {
        return json_encode(self::sorted($value), self::JSON_FLAGS | JSON_THROW_ON_ERROR);
    }

    /**
     * What goes with the content for previews, and is not digested.
     *
     * @param array<string, mixed> $content
     * @return array{media_urls: object, rendered: string}
     */
    public function preview(\WP_Post $post, array $content): array
    {
        $urls = [];
        foreach ($content['images'] as $image) {
            $urls[(string) $image['id']] = (string) (wp_get_original_image_url($image['id'])
                ?: wp_get_attachment_url($image['id']));
        }
        return ['media_urls' => (object) $urls, 'rendered' => self::rendered($post)];
    }

    /**
     * Content, its digest and its previews, as the sidecar wants them.
     *
     * @return array{content: array<string, mixed>, content_sha256: string, media_urls: object, rendered: string}
     */
    public function parcel(\WP_Post $post): array
    {
        $content = $this->build($post);
        return ['content' => $content, 'content_sha256' => self::digest($content)] + $this->preview($post, $content);
    }

    /** SHA-256 of the original file of an attachment ('' without a file), kept until the file changes. */
    public function original_sha256(int $attachment_id): string
    {
        $file = self::original_file($attachment_id);
        if ($file === '') {
            return '';
        }
        clearstatcache(true, $file);
        $state = filemtime($file) . ':' . filesize($file);
        $kept = get_post_meta($attachment_id, self::ORIGINAL, true);
        if (is_array($kept) && ($kept['state'] ?? '') === $state) {
            return (string) $kept['sha256'];
        }
        $sha256 = (string) hash_file('sha256', $file);
        update_post_meta($attachment_id, self::ORIGINAL, ['state' => $state, 'sha256' => $sha256]);
        return $sha256;
    }

    /** Path of the uploaded original, not of the copy that WordPress scales down; '' when it is gone. */
    public static function original_file(int $attachment_id): string
    {
        $file = (string) (wp_get_original_image_path($attachment_id) ?: get_attached_file($attachment_id));
        return $file !== '' && is_file($file) ? $file : '';
    }

    /** @return array<int, array{channel: string, caption: string}> Only channels that are switched on, by key. */
    public static function channels(int $post_id): array
    {
        $channels = [];
        foreach ((array) (get_post_meta($post_id, self::CHANNELS, true) ?: []) as $one) {
            $channels[(string) $one['channel']] = [
                'channel' => (string) $one['channel'],
                'caption' => (string) ($one['caption'] ?? ''),
            ];
        }
        ksort($channels, SORT_STRING);
        return array_values($channels);
    }

    /** @return array{template: string, fields: array<string, string>, photo: int|null}|null */
    public static function card(int $post_id): ?array
    {
        $card = get_post_meta($post_id, self::CARD, true);
        if (!is_array($card) || empty($card['template'])) {
            return null;
        }
        return [
            'template' => (string) $card['template'],
            'fields' => array_map('strval', (array) ($card['fields'] ?? [])),
            'photo' => empty($card['photo']) ? null : (int) $card['photo'],
        ];
    }

    /** @return array<string, mixed> */
    private function image(int $id): array
    {
        $attachment = get_post($id);
        return [
            'id' => $id,
            'sha256' => $this->original_sha256($id),
            'mime' => (string) get_post_mime_type($id),
            'alt' => (string) get_post_meta($id, '_wp_attachment_image_alt', true),
            'caption' => $attachment ? $attachment->post_excerpt : '',
            'focal' => self::focal($id),
        ];
    }

    /** @return array{int, int} Per cent from the left and from the top; the middle unless somebody chose. */
    public static function focal(int $attachment_id): array
    {
        $focal = get_post_meta($attachment_id, self::FOCAL, true);
        if (!is_array($focal) || count($focal) !== 2) {
            return [50, 50];
        }
        return array_map(static fn($one): int => max(0, min(100, (int) $one)), array_values($focal));
    }

    /** @return array<int, array{string, array<int, string>}> */
    private static function terms(\WP_Post $post): array
    {
        $terms = [];
        foreach (get_object_taxonomies($post->post_type, 'objects') as $taxonomy) {
            if ($taxonomy->show_ui) {
                $slugs = wp_get_object_terms($post->ID, $taxonomy->name, ['fields' => 'slugs']);
                $slugs = is_wp_error($slugs) ? [] : $slugs;
                sort($slugs, SORT_STRING);
                $terms[$taxonomy->name] = [$taxonomy->name, $slugs];
            }
        }
        ksort($terms, SORT_STRING);
        return array_values($terms);
    }

    /**
     * What goes to the channels: all pictures until somebody picks. One that has left the library is left out.
     *
     * @param array<int, int> $images
     * @return array<int, int>
     */
    private static function photos(int $post_id, array $images): array
    {
        $picked = self::picked($post_id);
        return $picked === null ? $images : array_values(array_intersect($picked, $images));
    }

    /**
     * The pictures of a post: featured image first, then by id what is attached, used in the text, picked for the channels
     * or on the card. A working copy has those of its public post, too: after publication they are one post again.
     *
     * @return array<int, int>
     */
    public static function image_ids(\WP_Post $post): array
    {
        $featured = (int) get_post_thumbnail_id($post);
        $ids = array_merge(self::used_ids($post->post_content), self::picked($post->ID) ?? []);
        foreach (array_unique([$post->ID, Working_Copy::subject($post->ID)]) as $parent) {
            $ids = array_merge($ids, array_map('intval', array_keys(get_attached_media('image', $parent))));
        }
        $ids[] = (int) (self::card($post->ID)['photo'] ?? 0);
        $ids = array_unique(array_filter($ids, static fn(int $id): bool => $id !== $featured && wp_attachment_is_image($id)));
        sort($ids);
        return $featured ? [$featured, ...$ids] : array_values($ids);
    }

    /** @return array<int, int> Images that the text shows: WordPress marks each with the class `wp-image-<id>`. */
    private static function used_ids(string $html): array
    {
        preg_match_all('/\bwp-image-(\d+)\b/', $html, $found);
        return array_map('intval', $found[1]);
    }

    private static function rendered(\WP_Post $post): string
    {
        $before = $GLOBALS['post'] ?? null;
        $GLOBALS['post'] = $post;
        setup_postdata($post);
        $html = (string) apply_filters('the_content', $post->post_content);
        $GLOBALS['post'] = $before;
        wp_reset_postdata();
        return $html;
    }

    private static function sorted(mixed $value): mixed
    {
        if (is_float($value)) {
            throw new \InvalidArgumentException('content holds no fractions: both languages would write them differently');
        }
        if (is_object($value)) {
            return (object) self::sorted_keys((array) $value);
        }
        if (is_array($value)) {
            return array_is_list($value) ? array_map([self::class, 'sorted'], $value) : (object) self::sorted_keys($value);
        }
        return $value;
    }

    /**
     * @param array<int|string, mixed> $map
     * @return array<int|string, mixed>
     */
    private static function sorted_keys(array $map): array
    {
        // UTF-8 sorts by bytes as it does by code points.
        ksort($map, SORT_STRING);
        return array_map([self::class, 'sorted'], $map);
    }
}
